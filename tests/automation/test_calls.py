"""The webhooks that rules call: signed, apart from everything else, until they are taken or given up."""

from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa
from dirty_equals import IsDatetime, IsUUID

from app.automation.calls import LEASE, RuleCalls
from app.automation.model import WAITS, ActionOutcome
from app.automation.sql import calls
from app.automation.sql.calls import CallResult
from app.channels.http import open_http
from app.domain.words import ConversationId, TenantId
from app.webhooks.dispatcher import AT_ONCE, OF_ONE_TENANT, RECEIVERS, CallDispatcher
from tests.automation.conftest import Desk, note, tag, webhook
from tests.plans import plan, renew_statistics
from tests.webhooks.consumer import Consumer, consuming

pytestmark = pytest.mark.usefixtures("quiet")


def caller_of(desk: Desk) -> CallDispatcher:
    return CallDispatcher(
        desk.runtime.database, RuleCalls(desk.runtime.database, desk.runtime.posts, desk.runtime.vault)
    )


@pytest.fixture
def neighbour(desk: Desk, other_tenant: TenantId, other_client: httpx.AsyncClient) -> Desk:
    """Another tenant."""
    return Desk(desk.runtime, other_tenant, other_client)


async def call(desk: Desk, times: int = 1) -> None:
    caller = caller_of(desk)
    for _ in range(times):
        await caller.tick()
        await caller.finish()


async def make_due(desk: Desk) -> None:
    async with desk.runtime.database.begin(desk.tenant) as tx:
        statement = "UPDATE automation_calls SET next_at = now() WHERE next_at IS NOT NULL RETURNING next_at"
        assert list(await tx.scalars(sa.text(statement)))


async def ran(desk: Desk, consumer: Consumer, *, external_id: str = "c-1") -> ConversationId:
    """A rule with a webhook ran on a conversation that a customer wrote on."""
    saved = await desk.rule("hook", "message.received", note("n"), webhook(consumer.url), tag("x"))
    consumer.secret = saved["webhook_secret"]
    conversation = await desk.conversation(external_id=external_id)
    await desk.customer_writes(conversation)
    await desk.run()
    return conversation


async def test_a_webhook_is_told_which_rule_ran_on_what_and_its_library_verifies_it(desk: Desk) -> None:
    async with consuming() as consumer:
        conversation = await ran(desk, consumer)
        await call(desk)
        [received] = consumer.taken
        [run] = await desk.runs("hook")
    assert received.id == f"{run['id']}.1"
    assert received.said == {
        "type": "automation_rule.ran",
        "timestamp": IsDatetime(iso_string=True),
        "data": {
            "rule": {"key": "hook", "name": "Hook"},
            "run_id": run["id"],
            "trigger": "message.received",
            "conversation": {"id": str(conversation), "external_id": "c-1"},
            "message_id": IsUUID,
            "mass_reply_id": None,
        },
    }
    assert [(each["type"], each["outcome"]) for each in run["actions"]] == [
        ("add_note", "done"),
        ("call_webhook", "done"),
        ("add_tag", "done"),
    ]


async def test_a_call_that_fails_waits_is_made_again_under_the_same_id_and_shown_meanwhile(desk: Desk) -> None:
    async with consuming() as consumer:
        consumer.answer(500)
        conversation = await ran(desk, consumer)
        await call(desk, 2)
        [run] = await desk.runs("hook")
        assert run["outcome"] == "done"
        assert run["actions"][1] == {
            "type": "call_webhook",
            "outcome": "pending",
            "reason": "Try 1: It answered HTTP 500.",
        }
        assert "x" in await desk.tags(conversation)
        consumer.answer(204)
        await make_due(desk)
        await call(desk, 2)
    assert [one.id for one in consumer.calls] == [f"{run['id']}.1"] * 2
    assert (await desk.runs("hook"))[0]["actions"][1]["outcome"] == "done"


async def test_a_call_is_given_up_after_three_days_and_the_run_has_failed(desk: Desk) -> None:
    assert timedelta(days=3) < sum(WAITS, timedelta(0)) < timedelta(days=4)
    async with consuming() as consumer:
        consumer.answer(500)
        await ran(desk, consumer)
        for _ in WAITS:
            await call(desk)
            await make_due(desk)
        await call(desk)
        [run] = await desk.runs("hook")
    assert (run["outcome"], run["reason"]) == ("failed", "Try 10: It answered HTTP 500.")
    assert run["actions"][1]["outcome"] == "failed"
    assert len(consumer.calls) == len(WAITS) + 1


async def test_a_receiver_that_is_gone_for_good_is_not_called_again(desk: Desk) -> None:
    async with consuming() as consumer:
        consumer.answer(410)
        await ran(desk, consumer)
        await call(desk, 2)
    assert len(consumer.calls) == 1
    assert await desk.outcomes("hook") == ["failed"]


async def test_a_receiver_that_asks_for_time_gets_it(desk: Desk) -> None:
    async with consuming() as consumer:
        consumer.answer(429, Retry_After="3600")
        await ran(desk, consumer)
        await call(desk)
    async with desk.runtime.database.begin(desk.tenant) as tx:
        waits = await tx.scalar(sa.text("SELECT next_at - now() FROM automation_calls"))
    assert timedelta(minutes=59) < waits <= timedelta(hours=1)


async def test_a_call_whose_worker_died_is_made_by_another_when_its_lease_is_over(desk: Desk) -> None:
    async with consuming() as consumer:
        await ran(desk, consumer)
        async with desk.runtime.database.begin(desk.tenant) as tx:
            [lost] = await calls.claim(tx, await desk.rule_id("hook"), 10, LEASE)
        await call(desk)
        assert consumer.calls == []
        await make_due(desk)
        await call(desk)
        assert [one.id for one in consumer.taken] == [f"{lost.run_id}.1"]


async def test_who_lost_its_claim_does_not_make_the_run_a_failure(desk: Desk) -> None:
    async with consuming() as consumer:
        await ran(desk, consumer)
        async with desk.runtime.database.begin(desk.tenant) as tx:
            [lost] = await calls.claim(tx, await desk.rule_id("hook"), 10, LEASE)
        await make_due(desk)
        await call(desk)
        late = CallResult(lost, ActionOutcome.FAILED, "It answered HTTP 410.")
        async with desk.runtime.database.begin(desk.tenant) as tx:
            await calls.record(tx, [late])
    assert await desk.outcomes("hook") == ["done"]


async def test_a_receiver_that_never_answers_keeps_no_other_tenant_waiting(desk: Desk, neighbour: Desk) -> None:
    caller = caller_of(desk)
    async with consuming() as silent, consuming() as consumer:
        silent.answering.clear()
        await ran(desk, silent)
        await caller.tick()
        await silent.heard(1)
        await ran(neighbour, consumer)
        await caller.tick()
        await consumer.heard(1)
        silent.answering.set()
        await caller.finish()
    assert len(silent.taken) == 1


async def test_a_receiver_that_never_answers_keeps_no_other_rule_waiting(desk: Desk) -> None:
    caller = caller_of(desk)
    async with consuming() as silent, consuming() as consumer:
        silent.answering.clear()
        silent.secret = (await desk.rule("silent", "message.received", webhook(silent.url)))["webhook_secret"]
        for _ in range(AT_ONCE * 2):
            await desk.customer_writes(await desk.conversation())
        await desk.run()
        await caller.tick()
        await silent.heard(AT_ONCE)
        await ran(desk, consumer)
        await caller.tick()
        await consumer.heard(1)
        silent.answering.set()
        await caller.finish()
    assert len(consumer.taken) == 1


async def test_one_tenant_s_rules_take_no_more_than_a_share_however_many_they_are(desk: Desk, neighbour: Desk) -> None:
    caller = caller_of(desk)
    async with consuming() as silent, consuming() as consumer:
        silent.answering.clear()
        for number in range(RECEIVERS):
            await desk.rule(f"rule-{number}", "message.received", webhook(silent.url))
        for _ in range(2):
            await desk.customer_writes(await desk.conversation())
        await desk.run()
        await caller.tick()
        await silent.heard(OF_ONE_TENANT * 2)
        await ran(neighbour, consumer)
        await caller.tick()
        await consumer.heard(1)
        assert len(silent.calls) == OF_ONE_TENANT * 2
        silent.answering.set()
        caller.stop()
        await caller.finish()
    assert len(consumer.taken) == 1


async def test_the_rules_that_owe_calls_are_named_once_each_tenant_s_first_before_any_second(
    desk: Desk, neighbour: Desk
) -> None:
    tenants = {desk.tenant, neighbour.tenant}
    for owner, key in [(desk, "a"), (desk, "b"), (neighbour, "c")]:
        await owner.rule(key, "message.received", webhook("http://127.0.0.1:9"))
        for _ in range(2):
            await owner.customer_writes(await owner.conversation())
        await owner.run()
    async with desk.runtime.database.begin_sweep() as tx:
        due = [each for each in await calls.due(tx, 1_000) if each[0] in tenants]
        unsatisfied = await calls.due(tx, 1_000, [desk.tenant])
    a, b, c = await desk.rule_id("a"), await desk.rule_id("b"), await neighbour.rule_id("c")
    assert due == [(desk.tenant, a), (neighbour.tenant, c), (desk.tenant, b)]
    assert [each for each in unsatisfied if each[0] in tenants] == [(neighbour.tenant, c)]


OWED = """
    WITH runs AS (
        INSERT INTO automation_runs (tenant_id, rule_id, event_id, subject, event_type, conversation_id, outcome)
        SELECT :tenant, :rule, uuidv7(), n, 'message.sent', uuidv7(), 'done' FROM generate_series(1, 2000) n
        RETURNING id)
    INSERT INTO automation_calls (tenant_id, run_id, action, rule_id, url, next_at)
    SELECT :tenant, id, 0, :rule, 'http://127.0.0.1:9', now() + interval '1 h' FROM runs
"""


async def test_what_is_due_is_found_along_an_index_however_many_calls_a_rule_owes(desk: Desk, owner_url: str) -> None:
    await desk.rule("hook", "message.received", webhook("http://127.0.0.1:9"))
    values = {"rule": await desk.rule_id("hook")}
    async with desk.runtime.database.begin(desk.tenant) as tx:
        await tx.execute(sa.text(OWED), **values)
    await renew_statistics(owner_url, "automation_calls")
    async with desk.runtime.database.begin_sweep() as tx:
        due = await plan(tx, calls.DUE, limit=10, at_limit=[], busy=[])
    async with desk.runtime.database.begin(desk.tenant) as tx:
        claim = await plan(tx, calls.CLAIM, **values, limit=10, lease=LEASE)
    for found in (due, claim):
        assert "ix_automation_calls_due" in found
        assert "Seq Scan on automation_calls" not in found, found


async def test_no_more_is_taken_than_asked_for_of_a_tenant_that_the_statistics_do_not_know(
    desk: Desk, neighbour: Desk, owner_url: str
) -> None:
    for each in (neighbour, desk):
        await each.rule("hook", "message.received", webhook("http://127.0.0.1:9"))
        rule = await each.rule_id("hook")
        async with each.runtime.database.begin(each.tenant) as tx:
            owed = OWED.replace("now() + interval '1 h'", "now()")
            await tx.execute(sa.text(owed), rule=rule)
        if each is neighbour:
            await renew_statistics(owner_url, "automation_calls", "automation_runs", "automation_rules")
    async with desk.runtime.database.begin(desk.tenant) as tx:
        taken = await calls.claim(tx, rule, 16, LEASE)
    assert len(taken) == 16


async def test_rules_that_are_being_called_take_no_place_of_another_that_is_due(desk: Desk, neighbour: Desk) -> None:
    rules = []
    for each, wait in ((desk, "2 h"), (neighbour, "1 h")):
        await each.rule("hook", "message.received", webhook("http://127.0.0.1:9"))
        rules.append(await each.rule_id("hook"))
        owed = OWED.replace("now() + interval '1 h'", f"now() - interval '{wait}'")
        async with each.runtime.database.begin(each.tenant) as tx:
            await tx.execute(sa.text(owed), rule=rules[-1])
    busy, waiting = rules
    async with desk.runtime.database.begin_sweep() as tx:
        due = [rule for _, rule in await calls.due(tx, 1_000, busy=[busy])]
    assert waiting in due
    assert busy not in due


async def test_a_caller_that_stops_finishes_its_calls_and_begins_no_more(desk: Desk) -> None:
    caller = caller_of(desk)
    async with consuming() as consumer:
        consumer.answering.clear()
        await ran(desk, consumer)
        await caller.tick()
        await consumer.heard(1)
        await ran(desk, consumer, external_id="c-2")
        caller.stop()
        consumer.answering.set()
        await caller.finish()
        await caller.tick()
        await caller.finish()
        assert len(consumer.taken) == 1
    assert [each["actions"][1]["outcome"] for each in await desk.runs("hook")] == ["done", "pending"]


async def test_an_address_that_leads_to_a_private_network_is_not_called(desk: Desk) -> None:
    async with consuming() as consumer:
        await ran(desk, consumer)
        http = open_http(allow_private_urls=False)
        caller = CallDispatcher(desk.runtime.database, RuleCalls(desk.runtime.database, http, desk.runtime.vault))
        await caller.tick()
        await caller.finish()
        await http.aclose()
        assert consumer.calls == []
        assert "private network" in (await desk.runs("hook"))[0]["actions"][1]["reason"]


@pytest.mark.parametrize("times", [1, 2])
async def test_a_rule_keeps_the_secret_that_it_got_and_shows_it_once(desk: Desk, times: int) -> None:
    made = await desk.rule("hook", "message.received", webhook("https://hooks.example.com/1"))
    assert made["webhook_secret"].startswith("whsec_")
    for _ in range(times):
        kept = await desk.rule("hook", "message.received", webhook("https://hooks.example.com/2"))
    assert kept["webhook_secret"] is None
    for path in ("/automation-rules", "/automation-rules/hook", "/audit-log"):
        assert made["webhook_secret"] not in (await desk.client.get(path)).text
    async with desk.runtime.database.begin(desk.tenant) as tx:
        stored = await tx.scalar(sa.text("SELECT sealed::text FROM automation_rules"))
    assert made["webhook_secret"].removeprefix("whsec_") not in stored


async def test_what_a_deleted_rule_still_owed_is_not_called(desk: Desk) -> None:
    async with consuming() as consumer:
        await ran(desk, consumer)
        assert (await desk.client.delete("/automation-rules/hook")).status_code == 204
        await call(desk)
        assert consumer.calls == []
