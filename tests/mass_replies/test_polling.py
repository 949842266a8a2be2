"""Polling: what has not changed is not sent again."""

import json
import random
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

import httpx
import pytest

from app.api.selection_schema import shortened
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.selection import LISTED_IDS
from app.domain.words import Channel
from tests.mass_replies.conftest import Stage

S = MassReplyStatus


async def look(stage: Stage, path: str, tag: str | None = None) -> httpx.Response:
    return await stage.client.get(path, headers={"If-None-Match": tag} if tag else {})


async def poll(stage: Stage, id_: str, tag: str | None = None) -> httpx.Response:
    return await look(stage, f"/mass-replies/{id_}", tag)


async def test_an_unchanged_mass_reply_is_not_sent_twice(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    first = await poll(stage, id_)
    again = await poll(stage, id_, first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert (again.headers["ETag"], again.headers["Retry-After"]) == (first.headers["ETag"], "2")


@pytest.mark.parametrize("form", ["W/{}", '"other", {}', "*"])
async def test_every_form_of_if_none_match_is_understood(stage: Stage, form: str) -> None:
    id_ = await stage.batch_in(S.SENDING)
    tag = (await poll(stage, id_)).headers["ETag"]
    assert (await poll(stage, id_, form.format(tag))).status_code == 304


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE lanes SET queued = queued - 1, sent = sent + 1 WHERE channel = 'email'",
        "UPDATE lanes SET segments_billed = 1",
        "UPDATE lanes SET pause_reason = 'person' WHERE channel = 'email'",
        "UPDATE lanes SET held_until = now() + interval '1 hour', held_reason = 'No file.' WHERE channel = 'email'",
        "UPDATE channel_accounts SET cool_until = now() + interval '1 hour'",
        "UPDATE channel_accounts SET pause_reason = 'blocked'",
        "UPDATE channel_accounts SET enabled = false",
        "DELETE FROM channel_account_routes",
        "UPDATE channel_accounts SET allowed_at = now() + interval '1 hour', rate_per_second = 0.001",
        "UPDATE mass_replies SET status = 'paused'",
        "UPDATE mass_replies SET not_after = now()",
        "UPDATE mass_replies SET preflight = jsonb_set(preflight, '{samples}', '[]')",
        "UPDATE mass_replies SET message_text = 'Something else.'",
    ],
)
async def test_whatever_changes_the_answer_changes_its_tag(stage: Stage, change: str) -> None:
    id_ = await stage.batch_in(S.SENDING)
    first, listed = await poll(stage, id_), await look(stage, "/mass-replies")
    await stage.write(change)
    for before, path in ((first, f"/mass-replies/{id_}"), (listed, "/mass-replies")):
        changed = await look(stage, path, before.headers["ETag"])
        assert changed.status_code == 200
        assert changed.content != before.content
        assert changed.headers["ETag"] != before.headers["ETag"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE mass_replies SET status = status",
        "UPDATE lanes SET pumped_at = now(), watched_until = now(), recent_size = 1",
        "UPDATE channel_accounts SET allowed_at = now(), updated_at = now()",
    ],
)
async def test_what_is_written_and_not_shown_leaves_the_tag(stage: Stage, change: str) -> None:
    id_ = await stage.batch_in(S.SENDING)
    tag = (await poll(stage, id_)).headers["ETag"]
    await stage.write(change)
    assert (await poll(stage, id_, tag)).status_code == 304


async def test_a_restored_row_has_the_tag_of_its_contents(stage: Stage) -> None:
    """After a backup was restored the same numbers of changes come again, for other changes."""
    id_ = await stage.batch_in(S.SENDING)
    first = await poll(stage, id_)
    await stage.write("UPDATE lanes SET queued = queued - 1, sent = sent + 1")
    lost = await poll(stage, id_)
    await stage.write("UPDATE lanes SET queued = queued + 1, sent = sent - 1")
    assert (await poll(stage, id_, first.headers["ETag"])).status_code == 304
    await stage.write("UPDATE lanes SET queued = queued - 1, failed = failed + 1")
    assert (await poll(stage, id_, lost.headers["ETag"])).status_code == 200


Step = Callable[[Stage, str], Awaitable[object]]


def act(action: str, body: Mapping[str, object] | None = None) -> Step:
    return lambda stage, id_: stage.act(id_, action, body)


def write(statement: str) -> Step:
    return lambda stage, id_: stage.write(statement, id=id_)


async def save_account(stage: Stage, _: str) -> None:
    saved = await stage.client.get("/channel-accounts/email")
    body = {name: saved.json()[name] for name in ("channel", "provider", "config", "name")}
    enabled = not saved.json()["enabled"]
    answer = await stage.client.put("/channel-accounts/email", json={**body, "enabled": enabled})
    assert answer.status_code == 200, answer.text


DECISION = {"outcome": "not_sent", "reason": "They say so.", "send_again": True}
STEPS: Mapping[str, Step] = {
    "pause": act("pause"),
    "resume": act("resume"),
    "retry": act("retry", {}),
    "resolve": act("resolve", DECISION),
    "save the account": save_account,
    "a worker sends": write(
        "UPDATE lanes SET queued = queued - 1, sent = sent + 1 WHERE mass_reply_id = :id AND queued > 0"
    ),
    "a worker fails": lambda stage, id_: stage.fail_some(id_, Channel.OTHER),
    "a lane is paused": write("UPDATE lanes SET pause_reason = 'failure_share' WHERE mass_reply_id = :id"),
    "a pump turns": write("UPDATE lanes SET pumped_at = now() WHERE mass_reply_id = :id"),
    "sweep": lambda stage, _: stage.sweep(),
    "look": lambda stage, id_: poll(stage, id_),
}


@pytest.mark.parametrize("seed", range(3))
async def test_an_earlier_tag_is_known_if_and_only_if_nothing_has_changed(stage: Stage, seed: int) -> None:
    """Whatever is done: 304 where the whole response is what it was, and otherwise 200."""
    id_ = await stage.batch_in(S.SENDING)
    paths = [f"/mass-replies/{id_}", "/mass-replies", f"/mass-replies/{id_}/deliveries"]
    before = [await look(stage, path) for path in paths]
    names = random.Random(seed).choices(list(STEPS), k=25)  # noqa: S311 - not a secret
    changes = 0
    for name in [*names, "cancel"]:
        await (STEPS[name] if name in STEPS else act(name))(stage, id_)
        for number, path in enumerate(paths):
            now, again = await look(stage, path), await look(stage, path, before[number].headers["ETag"])
            is_same = now.content == before[number].content
            assert again.status_code == (304 if is_same else 200), (name, path)
            changes += not is_same
            before[number] = now
    assert changes > 5


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE deliveries SET provider_message_id = 'SM1'",
        "UPDATE deliveries SET warnings = '{multiple_segments}'",
        "UPDATE contacts SET name = 'Somebody Else'",
        "UPDATE channel_accounts SET provider = 'postmark'",
    ],
)
async def test_whatever_changes_a_page_of_deliveries_changes_its_tag(stage: Stage, change: str) -> None:
    path = f"/mass-replies/{await stage.batch_in(S.SENDING)}/deliveries"
    first = await look(stage, path)
    assert (await look(stage, path, first.headers["ETag"])).status_code == 304
    await stage.write(change)
    changed = await look(stage, path, first.headers["ETag"])
    assert changed.status_code == 200
    assert changed.content != first.content


async def test_a_file_of_all_deliveries_is_never_taken_for_a_page(stage: Stage) -> None:
    path = f"/mass-replies/{await stage.batch_in(S.SENDING)}/deliveries"
    headers = {"If-None-Match": (await look(stage, path)).headers["ETag"], "Accept": "text/csv"}
    assert (await stage.client.get(path, headers=headers)).status_code == 200


async def test_lists_of_other_lengths_have_other_tags(stage: Stage) -> None:
    for _ in range(2):
        await stage.batch_in(S.SENDING)
    one, two, three = [await look(stage, f"/mass-replies?limit={limit}") for limit in (1, 2, 3)]
    assert one.headers["ETag"] != two.headers["ETag"]
    assert (two.content, two.headers["ETag"]) == (three.content, three.headers["ETag"])


async def test_a_page_has_another_tag_when_it_becomes_the_last(stage: Stage) -> None:
    older = await stage.batch_in(S.SENDING)
    await stage.batch_in(S.SENDING)
    path = "/mass-replies?status=sending&limit=1"
    followed = await look(stage, path)
    await stage.write("UPDATE mass_replies SET status = 'paused' WHERE tenant_id = :tenant AND id = :id", id=older)
    last = await look(stage, path)
    assert (followed.json()["items"], followed.json()["next_cursor"] is None) == (last.json()["items"], False)
    assert followed.headers["ETag"] != last.headers["ETag"]


MANY = [str(UUID(int=number, version=4)) for number in map(random.Random(1).getrandbits, [128] * 300)]  # noqa: S311
"""PostgreSQL cannot make them shorter."""
FILTER = {"tags": {"any": ["incident"]}}


@pytest.mark.parametrize(
    "selection",
    [
        {"filter": FILTER},
        {"external_ids": MANY[:LISTED_IDS]},
        {"external_ids": MANY[: LISTED_IDS + 1]},
        {"external_ids": MANY},
        {"external_ids": ["".join(MANY[:10]), *MANY[:LISTED_IDS]]},
        {"external_ids": ["".join(MANY[:10]), *MANY[: LISTED_IDS - 1]]},
        {"conversation_ids": MANY},
        {"filter": FILTER, "exclude_conversation_ids": MANY},
        {"filter": {"tags": {"any": MANY}}, "exclude_conversation_ids": []},
    ],
)
async def test_of_a_long_selection_a_poll_shows_the_first_ids(stage: Stage, selection: dict[str, object]) -> None:
    """PostgreSQL cuts it, so that a poll does not read a list of ten thousand ids."""
    id_ = await stage.batch_in(S.SENDING)
    await stage.write("UPDATE mass_replies SET selection = CAST(:selection AS jsonb)", selection=json.dumps(selection))
    assert (await poll(stage, id_)).json()["selection"] == shortened(selection)
    assert (await look(stage, f"/mass-replies/{id_}/selection")).json() == selection


@pytest.mark.parametrize("status", MassReplyStatus)
async def test_only_what_will_change_by_itself_asks_to_be_polled(stage: Stage, status: MassReplyStatus) -> None:
    answer = await poll(stage, await stage.batch_in(status))
    assert ("Retry-After" in answer.headers) == (status in {S.PREPARING, S.SENDING})
