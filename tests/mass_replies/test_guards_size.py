"""The largest batch by role, at creation and once more when it is confirmed."""

from typing import Any

import pytest

from app.domain.permissions import Role
from app.domain.words import Channel
from app.mass_replies import create
from tests.mass_replies.conftest import BODY, Stage
from tests.mass_replies.people import People, people, problem
from tests.scene import add_conversations

__all__ = ["people"]

TOO_LARGE = (422, "batch_too_large")


async def limit(stage: Stage, **limits: int) -> None:
    assert (await stage.client.put("/settings", json={"max_recipients": limits})).status_code == 200


async def stored(stage: Stage) -> int:
    [row] = await stage.read("SELECT count(*) AS n FROM mass_replies")
    return int(row.n)


async def test_a_batch_above_the_roles_limit_is_refused_with_numbers_and_nothing_is_created(
    stage: Stage, people: People
) -> None:
    await limit(stage, agent=5)
    agent = await people.one("ann", Role.AGENT)
    refused = await agent.post("", BODY)
    assert problem(refused) == TOO_LARGE
    assert "6 recipients" in refused.json()["detail"]
    assert " 5 at once" in refused.json()["detail"]
    assert await stored(stage) == 0
    await limit(stage, agent=6)
    assert (await agent.create())["recipient_count"] == 6


async def test_who_is_skipped_does_not_count(stage: Stage, people: People) -> None:
    await limit(stage, agent=6)
    await add_conversations(stage.runtime, stage.tenant, Channel.VOICE, 4)
    batch = await (await people.one("ann", Role.AGENT)).create()
    assert (batch["selected_count"], batch["recipient_count"]) == (10, 6)


async def test_the_most_generous_role_counts_and_a_role_without_a_number_has_no_limit(
    stage: Stage, people: People
) -> None:
    await limit(stage, agent=1, supervisor=6)
    for roles in ((Role.AGENT, Role.SUPERVISOR), (Role.ADMIN,), (Role.AGENT, Role.INTEGRATION)):
        await (await people.one("ann", *roles)).create()
    assert problem(await (await people.one("ben", Role.AGENT, Role.VIEWER)).post("", BODY)) == TOO_LARGE


async def test_of_a_selection_too_large_to_look_at_all_of_it_counts(
    stage: Stage, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(create, "JUDGED_AT_ONCE", 6)
    await limit(stage, agent=6)
    await add_conversations(stage.runtime, stage.tenant, Channel.VOICE, 1)
    refused = await (await people.one("ann", Role.AGENT)).post("", BODY)
    assert problem(refused) == TOO_LARGE
    assert "7 conversations" in refused.json()["detail"]
    assert await stored(stage) == 0


@pytest.mark.parametrize("terms", [{}, {"sample_size": 1}, {"hold_seconds": 60}])
async def test_a_limit_that_was_set_meanwhile_holds_when_it_is_confirmed(
    stage: Stage, people: People, terms: dict[str, Any]
) -> None:
    agent = await people.one("ann", Role.AGENT)
    batch = await agent.create()
    await limit(stage, agent=5)
    assert problem(await agent.confirm(batch, **terms)) == TOO_LARGE
    assert (await stage.get(batch["id"]))["status"] == "awaiting_confirmation"
    await limit(stage, agent=6)
    assert (await agent.confirm(batch, **terms)).status_code == 202


async def test_the_limit_is_the_confirming_persons(stage: Stage, people: People) -> None:
    await limit(stage, supervisor=5)
    batch = await (await people.one("ann", Role.AGENT)).create()
    assert problem(await (await people.one("sue", Role.SUPERVISOR)).confirm(batch)) == TOO_LARGE
    assert (await (await people.one("ann", Role.AGENT)).confirm(batch)).status_code == 202


async def test_a_preview_shows_what_a_create_would_refuse(stage: Stage, people: People) -> None:
    await limit(stage, agent=1)
    shown = await (await people.one("ann", Role.AGENT)).post("/preview", BODY)
    assert (shown.status_code, shown.json()["recipient_count"]) == (200, 6)
