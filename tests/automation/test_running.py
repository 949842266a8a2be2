"""What rules do: to the right conversations, in order, once, and with a log that says so."""

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from asyncpg.exceptions import InterfaceError
from dirty_equals import IsDatetime, IsUUID
from sqlalchemy.exc import DBAPIError

from app.automation.runner import RuleRunner, run_page
from app.automation.sql import runs
from app.conversations.importing import PART_LINES
from app.domain.outbox import ConversationUpdated, EventType
from app.store import outbox
from app.store.transactions import TenantTx
from tests.automation.conftest import Desk, note, status, tag, untag
from tests.delivery.stage import make_stage
from tests.scene import row


async def test_what_a_mass_reply_was_sent_to_is_tagged_and_reopened(desk: Desk) -> None:
    await desk.rule("told", "message.sent", tag("told"), status("active"))
    batch = await desk.sent(3, mark_as_done=True)
    await desk.run()
    for conversation in batch.conversations:
        assert await desk.tags(conversation) == {"incident", "told"}
        assert (await desk.stands(conversation)).status == "active"
    assert await desk.outcomes("told") == ["done"] * 3


async def test_the_log_says_what_was_done_on_what_and_why(desk: Desk) -> None:
    await desk.rule("told", "message.sent", tag("incident"), tag("told"))
    batch = await desk.sent(1)
    await desk.run()
    [run] = await desk.runs("told")
    assert run == {
        "id": IsUUID,
        "at": IsDatetime(iso_string=True),
        "trigger": "message.sent",
        "event_id": IsUUID,
        "conversation_id": str(batch.conversations[0]),
        "message_id": IsUUID,
        "mass_reply_id": str(batch.id),
        "outcome": "done",
        "reason": None,
        "actions": [
            {"type": "add_tag", "outcome": "skipped", "reason": "There was nothing to change."},
            {"type": "add_tag", "outcome": "done", "reason": None},
        ],
    }


async def test_every_action_does_what_it_says(desk: Desk) -> None:
    conversation = await desk.conversation("old", team="sales", assignee="agent-1")
    await desk.rule(
        "all",
        "message.received",
        tag("new"),
        untag("old"),
        {"type": "assign_team", "team": "billing"},
        {"type": "assign_agent", "agent": None},
        status("snoozed"),
        note("Look here."),
    )
    await desk.customer_writes(conversation)
    await desk.run()
    stands = await desk.stands(conversation)
    assert (stands.team, stands.assignee, stands.status) == ("billing", None, "snoozed")
    assert await desk.tags(conversation) == {"new"}
    assert await desk.notes(conversation) == ["Automation rule “All”: Look here."]


async def test_what_a_rule_changes_is_told_once_with_the_rule_that_led_there(desk: Desk) -> None:
    await desk.rule("told", "message.received", tag("a"), untag("a"), tag("b"), status("snoozed"))
    conversation = await desk.conversation()
    await desk.customer_writes(conversation)
    await desk.run()
    last = (await desk.told())[-1].entry
    changed = {"status": ("active", "snoozed")}
    assert last.subjects == (ConversationUpdated(conversation, changed, ("b",)),)
    assert len(last.rules) == 1


async def test_actions_that_change_nothing_are_no_news(desk: Desk) -> None:
    conversation = await desk.conversation("told", status="active")
    await desk.rule("told", "message.received", tag("told"), status("active"))
    await desk.customer_writes(conversation)
    before = len(await desk.told())
    await desk.run()
    assert len(await desk.told()) == before
    assert await desk.outcomes("told") == ["unchanged"]


async def test_conditions_are_judged_by_the_filter_language_on_that_conversation_alone(desk: Desk) -> None:
    either = {"any_of": [{"tags": {"any": ["vip"]}}, {"not": {"status": ["active"]}}], "channel": ["other"]}
    await desk.rule("vip", "message.received", tag("hurry"), conditions=either)
    vip, plain, archived = (
        await desk.conversation("vip"),
        await desk.conversation(),
        await desk.conversation(status="archived"),
    )
    for conversation in (vip, plain, archived):
        await desk.customer_writes(conversation)
    await desk.run()
    assert [("hurry" in await desk.tags(each)) for each in (vip, plain, archived)] == [True, False, True]
    assert len(await desk.runs("vip")) == 2


async def test_rules_run_by_key_and_each_finds_what_the_one_before_left(desk: Desk) -> None:
    await desk.rule("2-second", "message.received", tag("two"), conditions={"tags": {"all": ["one"]}})
    await desk.rule("1-first", "message.received", tag("one"))
    conversation = await desk.conversation()
    await desk.customer_writes(conversation)
    await desk.run()
    assert await desk.tags(conversation) == {"one", "two"}


@pytest.mark.parametrize(
    ("trigger", "tagged"),
    [
        ({"type": "status.changed", "to": ["archived"]}, False),
        ({"type": "status.changed", "from": ["done"], "to": ["active"]}, True),
    ],
)
async def test_a_trigger_may_be_narrowed_by_what_a_status_was_and_is(
    desk: Desk, trigger: dict[str, Any], tagged: bool
) -> None:
    conversation = await desk.conversation(status="done")
    await desk.rule("narrow", trigger, tag("x"))
    await desk.customer_writes(conversation)
    await desk.run()
    assert ("x" in await desk.tags(conversation)) is tagged


async def test_a_trigger_may_be_narrowed_to_some_mass_replies(desk: Desk) -> None:
    stage = await make_stage(desk.runtime, desk.tenant)
    meant, other = await stage.batch(1), await stage.batch(1)
    await desk.rule("told", {"type": "message.sent", "mass_reply_ids": [str(meant.id)]}, tag("x"))
    for batch in (meant, other):
        await desk.sends(stage, batch)
    await desk.run()
    assert "x" in await desk.tags(meant.conversations[0])
    assert "x" not in await desk.tags(other.conversations[0])


async def test_an_automatic_answer_sets_off_only_rules_that_ask_for_it(desk: Desk) -> None:
    await desk.rule("people", "message.received", tag("person"))
    await desk.rule("all", {"type": "message.received", "include_automatic": True}, tag("anything"))
    conversation = await desk.conversation()
    await desk.customer_writes(conversation, "I am out of office.", automatic=True)
    await desk.run()
    assert await desk.tags(conversation) == {"anything"}


async def test_a_rule_answers_to_nothing_from_before_it_was_made_or_while_it_was_off(desk: Desk) -> None:
    early, later, last = [await desk.conversation() for _ in range(3)]
    await desk.rule("early", "message.received", tag("y"))
    await desk.customer_writes(early)
    await desk.rule("late", "message.received", tag("x"))
    await desk.rule("late", "message.received", tag("x"), enabled=False)
    await desk.customer_writes(later)
    await desk.rule("late", "message.received", tag("x"))
    await desk.customer_writes(last)
    await desk.run()
    assert [await desk.tags(each) for each in (early, later, last)] == [{"y"}, {"y"}, {"x", "y"}]


async def test_a_conversation_of_an_import_that_was_there_sets_rules_off_and_a_new_one_does_not(desk: Desk) -> None:
    known = {"external_id": "c-1", "channel": "other", "tags": ["a"]}
    await desk.imports(known)
    await desk.rule("tagged", "tag.added", note("tagged"))
    await desk.rule("wrote", "message.received", note("wrote"))
    message = {"text": "Hi", "provider_message_id": "m-1"}
    await desk.imports(
        {**known, "tags": ["a", "b"], "last_customer_message": message},
        {"external_id": "c-2", "channel": "other", "tags": ["b"], "last_customer_message": message},
    )
    await desk.run()
    assert [len(await desk.runs(key)) for key in ("tagged", "wrote")] == [1, 1]


async def test_an_import_tells_its_changes_in_a_few_events_and_a_first_import_in_none(desk: Desk) -> None:
    lines = [{"external_id": f"c-{n}", "channel": "other", "status": "active"} for n in range(700)]
    await desk.imports(*lines)
    assert await desk.told() == []
    await desk.imports(*({**line, "status": "done"} for line in lines))
    told = [len(event.entry.subjects) for event in await desk.told()]
    assert (sum(told), max(told)) == (700, PART_LINES)
    assert len(told) <= 5
    await desk.imports(*({**line, "status": "done"} for line in lines))
    assert len(await desk.told()) == len(told)


class _Killed(BaseException):
    """The process is gone: nothing of it handles anything any more."""


async def test_a_kill_in_the_middle_loses_nothing_and_does_nothing_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversations = [await desk.conversation() for _ in range(3)]
    await desk.rule("note", "message.received", note("noted"), tag("x"))
    for conversation in conversations:
        await desk.customer_writes(conversation)
    announce, calls = outbox.publish, 0

    async def dies_at_the_second(*args: Any) -> None:
        nonlocal calls
        calls += 1
        await announce(*args)
        if calls == 2:
            raise _Killed

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "publish", dies_at_the_second)
        with pytest.raises(_Killed):
            await desk.run()
    assert len(await desk.runs("note")) == 1
    await desk.run()
    assert [await desk.notes(each) for each in conversations] == [["Automation rule “Note”: noted"]] * 3
    told = [event for event in await desk.told() if event.entry.rules]
    assert [event.entry.type for event in told] == [EventType.CONVERSATION_UPDATED] * 3


async def test_a_place_in_the_outbox_that_went_back_does_nothing_twice(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.rule("note", "message.received", note("noted"))
    await desk.customer_writes(conversation)
    await desk.run()
    async with desk.runtime.database.begin(desk.tenant) as tx:
        await tx.execute(sa.text("UPDATE automation_cursors SET position = 0"))
    await desk.run()
    assert len(await desk.notes(conversation)) == 1
    assert await desk.outcomes("note") == ["done"]


async def test_while_one_process_runs_a_tenant_s_rules_another_leaves_them_alone(desk: Desk) -> None:
    await desk.rule("note", "message.received", note("noted"))
    await desk.customer_writes(await desk.conversation())
    async with desk.runtime.database.begin(desk.tenant) as other:
        await other.execute(sa.text("SELECT FROM automation_cursors FOR UPDATE"))
        assert not await run_page(desk.runtime.database, desk.tenant)
        assert await desk.runs("note") == []
    await desk.run()
    assert await desk.outcomes("note") == ["done"]


async def test_a_rule_that_fails_is_logged_and_stops_neither_other_rules_nor_other_conversations(
    desk: Desk, tripwires: None
) -> None:
    careful = {"type": "tag.added", "tags": ["careful"]}
    await desk.rule("1-bad", careful, tag("tripwire"))
    await desk.rule("2-good", careful, tag("good"))
    both = [await desk.conversation("careful"), await desk.conversation("careful")]
    await desk.tells(*(ConversationUpdated(each, tags_added=("careful",)) for each in both))
    await desk.run()
    assert [await desk.tags(each) for each in both] == [{"careful", "good"}] * 2
    [first, second] = await desk.runs("1-bad")
    because = "The rule could not be applied because of a fault of this service. Its log says more."
    assert (first["outcome"], first["reason"]) == ("failed", because)
    assert second["conversation_id"] == str(both[1])
    shown = (await desk.client.get("/automation-rules/1-bad")).json()
    assert (shown["failing"], shown["recent_failures"]) == (False, 2)
    for _ in range(8):
        await desk.is_tagged(both[0], "careful")
    await desk.run()
    shown = (await desk.client.get("/automation-rules/1-bad")).json()
    assert (shown["failing"], shown["recent_runs"], shown["last_failure"]) == (True, 10, first["reason"])


async def test_what_fails_for_the_moment_alone_is_done_later_and_is_no_failure(desk: Desk, tripwires: None) -> None:
    await desk.rule("1-note", "message.received", note("n"))
    await desk.rule("2-busy", "message.received", tag("deadlock"))
    conversation = await desk.conversation()
    await desk.customer_writes(conversation)
    await RuleRunner(desk.runtime.database).tick()
    assert [await desk.outcomes(key) for key in ("1-note", "2-busy")] == [[], []]
    assert await desk.notes(conversation) == []
    await desk.rule("2-busy", "message.received", tag("fine"))
    await desk.run()
    assert [await desk.outcomes(key) for key in ("1-note", "2-busy")] == [["done"], ["done"]]
    assert len(await desk.notes(conversation)) == 1


async def test_what_the_driver_refuses_is_a_failure_and_is_not_tried_for_ever(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its errors have no SQLSTATE, as for too many values. They would be the same at every try."""

    async def refuse(_: TenantTx, notes: Sequence[object]) -> None:
        if notes:
            raise DBAPIError("…", None, InterfaceError("the number of query arguments cannot exceed 32767"))

    await desk.rule("1-bad", "message.received", note("n"))
    await desk.rule("2-good", "message.received", tag("good"))
    conversation = await desk.conversation()
    await desk.customer_writes(conversation)
    monkeypatch.setattr(runs, "add_notes", refuse)
    await RuleRunner(desk.runtime.database).tick()
    assert [await desk.outcomes(key) for key in ("1-bad", "2-good")] == [["failed"], ["done"]]


async def test_a_conversation_that_is_gone_is_passed_over(desk: Desk) -> None:
    await desk.rule("tagged", "tag.added", tag("x"))
    await desk.tells(ConversationUpdated(UUID(int=7), tags_added=("a",)))
    await desk.run()
    assert await desk.runs("tagged") == []


async def test_a_thousand_replies_are_a_thousand_tags(desk: Desk) -> None:
    await desk.rule("told", "message.sent", tag("told"))
    await desk.sent(1_000)
    began = time.perf_counter()
    await RuleRunner(desk.runtime.database).tick()
    print(f"1,000 replies tagged in {time.perf_counter() - began:.2f} s")  # noqa: T201 - shown by `pytest -s`
    async with desk.runtime.database.begin(desk.tenant) as tx:
        tagged = await tx.scalar(sa.text("SELECT count(*) FROM conversation_tags WHERE tag = 'told'"))
        runs = await tx.scalar(sa.text("SELECT count(*) FROM automation_runs WHERE outcome = 'done'"))
    assert (tagged, runs) == (1_000, 1_000)


async def test_a_rule_that_cannot_be_read_stops_itself_alone_and_says_so(desk: Desk) -> None:
    await desk.rule("a-later", "message.received", tag("never"))
    await desk.rule("b-known", "message.received", tag("told"))
    later = """
        UPDATE automation_rules SET actions = '[{"type": "translate", "to": "fr"}]' WHERE key = 'a-later' RETURNING id
    """
    await row(desk.runtime, desk.tenant, later)
    conversation = await desk.conversation()

    await desk.customer_writes(conversation)
    await desk.run()

    assert await desk.tags(conversation) == {"told"}
    [unread, known] = (await desk.client.get("/automation-rules")).json()["items"]
    assert (unread["failing"], unread["actions"]) == (True, [{"type": "translate", "to": "fr"}])
    assert "cannot read the rule, so it does not run" in unread["last_failure"]
    assert "/actions/0/type" in unread["last_failure"]
    assert (known["failing"], known["last_failure"]) == (False, None)
    assert (await desk.client.get("/automation-rules/a-later")).json() == unread
    assert await desk.runs("a-later") == []

    await desk.rule("a-later", "message.received", tag("again"))
    await desk.customer_writes(conversation)
    await desk.run()
    assert await desk.tags(conversation) == {"told", "again"}
