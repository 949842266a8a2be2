"""The same request again: one deed, one answer."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.permissions import Role
from app.store import shares
from app.store.database import Database
from tests.api.conftest import MakeKey, bearer
from tests.conftest import create_tenant
from tests.mass_replies.conftest import BODY, Live, Stage

S = MassReplyStatus
KEY = "one-deed"


async def create(stage: Stage, key: str = KEY, **changes: Any) -> httpx.Response:
    return await stage.client.post("/mass-replies", json={**BODY, **changes}, headers={"Idempotency-Key": key})


async def batches(stage: Stage) -> int:
    return len(await stage.read("SELECT id FROM mass_replies"))


async def test_a_repeated_create_gets_the_first_answer(stage: Stage) -> None:
    first = await create(stage)
    again = await create(stage)
    assert (first.status_code, "Idempotent-Replayed" in first.headers) == (201, False)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert again.content == first.content
    assert again.headers["Location"] == first.headers["Location"]
    assert await batches(stage) == 1


async def test_the_answer_stays_what_it_was_whatever_has_happened_since(stage: Stage) -> None:
    first = await create(stage)
    await stage.act(first.json()["id"], "cancel")
    assert (await create(stage)).json() == first.json()


async def test_the_same_body_may_be_written_differently(stage: Stage) -> None:
    first = await create(stage)
    again = await create(stage, mark_as_done=False)
    assert again.json()["id"] == first.json()["id"]


async def test_another_body_under_the_same_key_is_refused(stage: Stage) -> None:
    await create(stage)
    other = await create(stage, mark_as_done=True)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await batches(stage) == 1


async def test_another_key_makes_another_mass_reply(stage: Stage) -> None:
    ids = {(await create(stage, key)).json()["id"] for key in ("a", "b")}
    assert len(ids) == 2


async def test_a_refused_request_leaves_its_key_free(stage: Stage) -> None:
    nobody = {"filter": {"tags": {"any": ["nobody"]}}}
    assert (await create(stage, selection=nobody)).json()["code"] == "selection_empty"
    assert (await create(stage)).status_code == 201


async def test_tenants_do_not_share_keys(stage: Stage, make_key: MakeKey, database: Database) -> None:
    await create(stage)
    other = await create_tenant(database)
    headers = {**bearer(await make_key(Role.ADMIN, owner=other)), "Idempotency-Key": KEY}
    answer = await stage.client.post("/mass-replies", json=BODY, headers=headers)
    assert answer.json()["code"] == "selection_empty"


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the last of fifty would wait longer for a connection than a request does, and be refused."""
    monkeypatch.setattr(shares, "PATIENCE", 60.0)


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_has_a_length(stage: Stage, key: str) -> None:
    assert (await create(stage, key)).status_code == 422


async def test_a_request_that_died_before_it_answered_is_answered_by_its_mass_reply(stage: Stage) -> None:
    first = await create(stage)
    await stage.write("UPDATE idempotency_records SET status = NULL, answer = NULL")
    await stage.write("UPDATE mass_replies SET status = 'preparing'")
    waiting = await create(stage)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "idempotency_in_progress")
    await stage.write("UPDATE mass_replies SET status = 'awaiting_confirmation'")
    assert (await create(stage)).json() == first.json()


async def test_the_key_is_forgotten_with_its_mass_reply(stage: Stage) -> None:
    await create(stage)
    await stage.write("DELETE FROM mass_replies")
    assert await stage.read("SELECT 1 FROM idempotency_records") == []


@pytest.mark.usefixtures("unhurried")
async def test_fifty_creates_at_once_make_one_mass_reply(stage: Stage) -> None:
    answers = await asyncio.gather(*(create(stage) for _ in range(50)))
    assert await batches(stage) == 1
    made = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in made}) == 1
    assert [answer.headers.get("Idempotent-Replayed") for answer in made].count(None) == 1
    refused = Counter((a.status_code, a.json()["code"]) for a in answers if a.status_code != 201)
    assert set(refused) <= {(409, "idempotency_in_progress")}
    assert (await create(stage)).content == made[0].content


@pytest.mark.usefixtures("unhurried")
async def test_fifty_confirms_at_once_send_once(live: Live) -> None:
    await live.add(emails=50)
    id_ = (await live.client.post("/mass-replies", json=BODY)).json()["id"]

    async def confirm() -> httpx.Response:
        return await live.client.post(f"/mass-replies/{id_}/confirm", json={"recipient_count": 50})

    answers = await asyncio.gather(*(confirm() for _ in range(50)))

    assert {(answer.status_code, answer.json()["id"]) for answer in answers} == {(202, id_)}
    done = await live.until_status(id_, "completed")
    assert done["counts"]["sent"] == 50
    assert len(live.accepted()) == 50
    live.assert_nobody_twice()


async def test_a_repeated_retry_retries_once(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    await stage.fail_all(id_)
    first = await stage.act(id_, "retry", key=KEY)
    await stage.fail_all(id_)
    again = await stage.act(id_, "retry", key=KEY)
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (await stage.get(id_))["counts"]["failed"] == 6


@pytest.mark.usefixtures("unhurried")
async def test_fifty_retries_at_once_retry_once(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    await stage.fail_all(id_)
    answers = await asyncio.gather(*(stage.act(id_, "retry", key=KEY) for _ in range(50)))
    codes = {(a.status_code, a.json().get("code")) for a in answers}
    assert codes <= {(202, None), (409, "idempotency_in_progress")}
    assert len({a.content for a in answers if a.status_code == 202}) == 1


async def test_a_repeated_resolve_decides_once_and_another_deed_needs_another_key(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    ids = await stage.lose_all(id_)
    body = {"conversation_ids": [str(ids[0])], "outcome": "sent", "reason": "Seen."}
    first = await stage.act(id_, "resolve", body, key=KEY)
    again = await stage.act(id_, "resolve", body, key=KEY)
    assert (again.status_code, again.content) == (202, first.content)
    assert len(await stage.read("SELECT 1 FROM delivery_decisions")) == 1
    other = await stage.act(id_, "resolve", {**body, "outcome": "not_sent"}, key=KEY)
    assert other.json()["code"] == "idempotency_key_reused"
    assert (await stage.act(id_, "retry", key=KEY)).json()["code"] == "idempotency_key_reused"


async def test_another_callers_key_is_another_key(
    stage: Stage, anonymous: httpx.AsyncClient, make_key: MakeKey
) -> None:
    first = await create(stage)
    headers = bearer(await make_key(Role.AGENT)) | {"Idempotency-Key": KEY}
    other = await anonymous.post("/mass-replies", json=BODY, headers=headers)
    assert (other.status_code, "Idempotent-Replayed" in other.headers) == (201, False)
    assert other.json()["id"] != first.json()["id"]
    again = await anonymous.post("/mass-replies", json=BODY, headers=headers)
    assert again.content == other.content
