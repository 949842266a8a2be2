"""Polling: what has not changed is not sent again."""

import httpx
import pytest

from app.domain.mass_reply_lifecycle import MassReplyStatus
from tests.mass_replies.conftest import Stage

S = MassReplyStatus


async def poll(stage: Stage, id_: str, tag: str | None = None) -> httpx.Response:
    headers = {"If-None-Match": tag} if tag else {}
    return await stage.client.get(f"/mass-replies/{id_}", headers=headers)


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
        "UPDATE channel_accounts SET cool_until = now() + interval '1 hour'",
        "UPDATE channel_accounts SET pause_reason = 'blocked'",
        "UPDATE mass_replies SET status = 'paused'",
        "UPDATE mass_replies SET not_after = now()",
    ],
)
async def test_whatever_changes_the_answer_changes_its_tag(stage: Stage, change: str) -> None:
    id_ = await stage.batch_in(S.SENDING)
    first = await poll(stage, id_)
    await stage.write(change)
    changed = await poll(stage, id_, first.headers["ETag"])
    assert changed.status_code == 200
    assert changed.content != first.content
    assert changed.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("status", MassReplyStatus)
async def test_only_what_will_change_by_itself_asks_to_be_polled(stage: Stage, status: MassReplyStatus) -> None:
    answer = await poll(stage, await stage.batch_in(status))
    assert ("Retry-After" in answer.headers) == (status in {S.PREPARING, S.SENDING})
