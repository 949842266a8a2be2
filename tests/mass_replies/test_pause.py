"""Pausing and resuming: the whole of it, or one lane."""

from typing import Any

from app.domain.mass_reply_lifecycle import MassReplyStatus
from tests.mass_replies.conftest import Stage

S = MassReplyStatus


def lanes(batch: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {lane["channel_account"]: (lane["state"], lane["reason"]) for lane in batch["lanes"]}


async def test_a_person_s_pause_says_so_and_a_resume_ends_it(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    paused = (await stage.act(id_, "pause")).json()
    assert (paused["status"], paused["pause_reason"]) == ("paused", "person")
    assert lanes(paused) == {"email": ("paused", "person"), "desk": ("paused", "person")}
    resumed = (await stage.act(id_, "resume")).json()
    assert (resumed["status"], resumed["pause_reason"]) == ("sending", None)
    assert lanes(resumed) == {"email": ("sending", None), "desk": ("sending", None)}


async def test_repeated_actions_answer_the_same(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    for action in ("pause", "resume", "cancel"):
        first, second = await stage.act(id_, action), await stage.act(id_, action)
        assert (first.status_code, first.json()) == (second.status_code, second.json())


async def test_one_lane_stops_and_the_others_go_on(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    batch = (await stage.act(id_, "pause", {"channel_account": "email"})).json()
    assert (batch["status"], batch["pause_reason"]) == ("sending", None)
    assert lanes(batch) == {"email": ("paused", "person"), "desk": ("sending", None)}
    batch = (await stage.act(id_, "resume", {"channel_account": "email"})).json()
    assert lanes(batch) == {"email": ("sending", None), "desk": ("sending", None)}


async def test_where_every_lane_stands_still_the_mass_reply_says_why(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    for key in ("email", "desk"):
        await stage.act(id_, "pause", {"channel_account": key})
    batch = await stage.get(id_)
    assert (batch["status"], batch["pause_reason"]) == ("sending", "person")


async def test_resuming_one_lane_of_a_paused_mass_reply_leaves_the_others_paused(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    await stage.act(id_, "pause")
    batch = (await stage.act(id_, "resume", {"channel_account": "desk"})).json()
    assert (batch["status"], batch["pause_reason"]) == ("sending", None)
    assert lanes(batch) == {"email": ("paused", "person"), "desk": ("sending", None)}
    batch = (await stage.act(id_, "resume")).json()
    assert lanes(batch) == {"email": ("sending", None), "desk": ("sending", None)}


async def test_resuming_a_lane_ends_the_pause_of_its_account_alone(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    await stage.write("UPDATE channel_accounts SET pause_reason = 'blocked: the token is not valid'")
    batch = await stage.get(id_)
    assert batch["pause_reason"] == "account"
    assert lanes(batch)["email"] == ("paused", "blocked: the token is not valid")
    await stage.act(id_, "resume", {"channel_account": "email"})
    accounts = await stage.read("SELECT key FROM channel_accounts WHERE pause_reason IS NOT NULL")
    assert [account.key for account in accounts] == ["desk"]


async def test_a_resume_ends_the_rest_of_an_account(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    await stage.write("UPDATE channel_accounts SET cool_until = now() + interval '5 minutes', failures_in_a_row = 40")
    assert lanes(await stage.get(id_))["email"][0] == "cooling"
    resumed = (await stage.act(id_, "resume", {"channel_account": "email"})).json()
    assert {key: state for key, (state, _) in lanes(resumed).items()} == {"email": "sending", "desk": "cooling"}
    [row] = await stage.read("SELECT failures_in_a_row AS n, cool_until FROM channel_accounts WHERE key = 'email'")
    assert (row.n, row.cool_until) == (0, None)


async def test_a_lane_that_there_is_not_is_not_found_and_nothing_changes(stage: Stage) -> None:
    id_ = await stage.batch_in(S.PAUSED)
    for action in ("pause", "resume"):
        answer = await stage.act(id_, action, {"channel_account": "fax"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await stage.get(id_))["status"] == "paused"


async def test_another_tenant_s_mass_reply_cannot_be_touched(stage: Stage) -> None:
    unknown = "01920000-0000-7000-8000-000000000000"
    for action in ("pause", "resume", "cancel"):
        assert (await stage.act(unknown, action)).status_code == 404


async def test_resuming_an_account_that_rests_wakes_the_other_mass_replies_that_wait_for_it(stage: Stage) -> None:
    """Another process may keep the lane of another one for as long as the account was to rest."""
    id_, other = await stage.batch_in(S.SENDING), await stage.batch_in(S.SENDING)
    await stage.write("UPDATE channel_accounts SET cool_until = now() + interval '1 hour' WHERE key = 'email'")
    await stage.write("UPDATE lanes SET pumped_at = now(), watched_until = now() + interval '1 hour'")
    await stage.act(id_, "resume", {"channel_account": "email"})
    waits = """
        SELECT a.key, l.watched_until IS NOT NULL AS waits FROM lanes l JOIN channel_accounts a ON a.id = l.account_id
        WHERE l.mass_reply_id = :id
    """
    assert {row.key: row.waits for row in await stage.read(waits, id=other)} == {"email": False, "desk": True}
