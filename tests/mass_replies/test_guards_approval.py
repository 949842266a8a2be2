"""A second person's word on a large mass reply: who may give it, and that there is no way around it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.delivery.sweeper import Sweeper
from app.domain.permissions import Role
from tests.api.conftest import bearer
from tests.mass_replies.conftest import Stage
from tests.mass_replies.people import People, Person, people, problem

__all__ = ["people"]

WAITING = "awaiting_approval"
WRONG_STATE, FORBIDDEN = (409, "invalid_state"), (403, "forbidden")


@pytest.fixture
async def ann(stage: Stage, people: People) -> Person:
    """An agent whose batches are large enough to need approval: every one above five."""
    assert (await stage.client.put("/settings", json={"approval_above": 5})).status_code == 200
    return await people.one("ann", Role.AGENT)


@pytest.fixture
async def sue(people: People) -> Person:
    return await people.one("sue", Role.SUPERVISOR)


async def waiting(person: Person, **terms: Any) -> dict[str, Any]:
    """A mass reply that the person made and confirmed."""
    confirmed = await person.confirm(await person.create(), **terms)
    assert (confirmed.status_code, confirmed.json()["status"]) == (202, WAITING)
    return dict(confirmed.json())


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def assert_soon(moment: str, ahead: timedelta) -> None:
    assert timedelta(0) <= datetime.now(UTC) + ahead - at(moment) < timedelta(minutes=1)


async def sweep(stage: Stage) -> None:
    async def wake(*_: object) -> None:
        pass

    await Sweeper(stage.runtime.database, wake, wake, timedelta(days=7)).tick()


async def confirmed_with(stage: Stage, id_: str, **terms: str) -> None:
    """Let time pass: what was confirmed names a moment that is over."""
    await stage.write(
        "UPDATE mass_replies SET confirmation = confirmation || CAST(:terms AS jsonb) WHERE id = :id",
        id=id_,
        terms=json.dumps(terms),
    )


async def cancelled_for(stage: Stage, id_: str) -> list[Any]:
    rows = await stage.read(
        "SELECT DISTINCT status, reason_code, reason_detail FROM deliveries WHERE mass_reply_id = :id", id=id_
    )
    return [tuple(row) for row in rows]


async def test_a_large_batch_waits_a_day_for_a_second_person_and_nothing_is_sent(stage: Stage, ann: Person) -> None:
    batch = await waiting(ann)
    assert_soon(batch["expires_at"], timedelta(hours=24))
    assert batch["confirmed_at"]
    assert batch["dispatch_at"] is batch["not_after"] is batch["started_at"] is None
    assert batch["approval"] == {"ruling": "needed", "by": None, "reason": None, "at": None}
    assert batch["counts"]["queued"] == 6


async def test_a_batch_of_just_the_number_needs_nobody(stage: Stage, ann: Person) -> None:
    await stage.client.put("/settings", json={"approval_above": 6})
    sent = (await ann.confirm(await ann.create())).json()
    assert (sent["status"], sent["approval"]) == ("sending", None)


async def test_a_second_person_approves_and_it_is_sent(stage: Stage, ann: Person, sue: Person) -> None:
    batch = await waiting(ann)
    approved = await sue.post(f"/{batch['id']}/approve")
    assert approved.status_code == 202
    said = approved.json()
    assert said["status"] == "sending"
    assert said["expires_at"] is None
    assert (said["approval"]["ruling"], said["approval"]["by"]["id"]) == ("approved", "sue")
    assert_soon(said["approval"]["at"], timedelta(0))
    assert said["confirmed_at"] == batch["confirmed_at"]
    assert problem(await sue.post(f"/{batch['id']}/approve")) == WRONG_STATE
    assert problem(await sue.post(f"/{batch['id']}/reject", {"reason": "Too late."})) == WRONG_STATE


async def test_a_hold_is_counted_from_the_approval(stage: Stage, ann: Person, sue: Person) -> None:
    batch = await waiting(ann, hold_seconds=3600)
    await stage.write("UPDATE mass_replies SET confirmed_at = confirmed_at - interval '5 hours'")
    approved = (await sue.post(f"/{batch['id']}/approve")).json()
    assert approved["status"] == "scheduled"
    assert_soon(approved["dispatch_at"], timedelta(hours=1))
    assert at(approved["not_after"]) - at(approved["dispatch_at"]) == stage.runtime.settings.send_within


async def test_a_planned_start_is_kept_and_one_that_has_passed_is_now(stage: Stage, ann: Person, sue: Person) -> None:
    later = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    kept, passed = await waiting(ann, send_at=later), await waiting(ann, send_at=later)
    await confirmed_with(stage, passed["id"], send_at="2026-01-01T00:00:00+00:00")
    approved = (await sue.post(f"/{kept['id']}/approve")).json()
    assert (approved["status"], at(approved["dispatch_at"])) == ("scheduled", at(later))
    at_once = (await sue.post(f"/{passed['id']}/approve")).json()
    assert at_once["status"] == "sending"
    assert_soon(at_once["dispatch_at"], timedelta(0))


async def test_what_may_not_be_sent_any_more_cannot_be_approved(stage: Stage, ann: Person, sue: Person) -> None:
    batch = await waiting(ann, not_after=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    await confirmed_with(stage, batch["id"], not_after="2026-01-01T00:00:00+00:00")
    assert problem(await sue.post(f"/{batch['id']}/approve")) == (422, "invalid_schedule")
    left = await stage.get(batch["id"])
    assert (left["status"], left["approval"]["ruling"]) == (WAITING, "needed")


async def test_a_rejected_one_is_cancelled_with_the_reason(stage: Stage, ann: Person, sue: Person) -> None:
    batch = await waiting(ann)
    assert (await sue.post(f"/{batch['id']}/reject", {"reason": " "})).status_code == 422
    rejected = (await sue.post(f"/{batch['id']}/reject", {"reason": "It is not over."})).json()
    assert rejected["status"] == "cancelled"
    approval = rejected["approval"]
    assert (approval["ruling"], approval["by"]["name"], approval["reason"]) == ("rejected", "Sue", "It is not over.")
    await sweep(stage)
    assert await cancelled_for(stage, batch["id"]) == [
        ("cancelled", "rejected", "The mass reply was rejected before this was sent.")
    ]
    for action in ("approve", "resume", "retry"):
        assert problem(await sue.post(f"/{batch['id']}/{action}")) == WRONG_STATE


@pytest.mark.parametrize("action", ["approve", "reject"])
async def test_nobody_decides_about_their_own(stage: Stage, ann: Person, people: People, action: str) -> None:
    body = {"reason": "Mine."} if action == "reject" else {}
    ann_as_supervisor = await people.one("ann", Role.SUPERVISOR)
    by_author = await waiting(ann)
    sue = await people.one("sue", Role.SUPERVISOR)
    by_confirmer = (await sue.confirm(await ann.create())).json()
    for person, batch in ((ann_as_supervisor, by_author), (sue, by_confirmer), (ann_as_supervisor, by_confirmer)):
        refused = await person.post(f"/{batch['id']}/{action}", body)
        assert problem(refused) == FORBIDDEN
        assert "Somebody else must decide" in refused.json()["detail"]
        assert (await stage.get(batch["id"]))["status"] == WAITING


async def test_a_program_is_no_second_person_whatever_name_it_gives(stage: Stage, ann: Person, people: People) -> None:
    program = await people.program(Role.ADMIN)
    batch = await waiting(program)
    other = {"author": {"id": "boss", "name": "The boss"}}
    assert problem(await program.post(f"/{batch['id']}/approve", other)) == FORBIDDEN
    named = await program.create(author={"id": "sue", "name": "Sue"})
    await program.confirm(named)
    sue = await people.one("sue", Role.SUPERVISOR)
    assert problem(await sue.post(f"/{named['id']}/approve")) == FORBIDDEN
    confirmed_as_sue = await program.create()
    await program.confirm(confirmed_as_sue, author={"id": "sue", "name": "Sue"})
    assert problem(await sue.post(f"/{confirmed_as_sue['id']}/approve")) == FORBIDDEN


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT, Role.INTEGRATION])
async def test_approving_needs_its_permission(stage: Stage, ann: Person, people: People, role: Role) -> None:
    batch = await waiting(ann)
    person = await people.one("ben", role)
    refused = await person.post(f"/{batch['id']}/approve")
    assert problem(refused) == FORBIDDEN
    assert "mass_replies:approve" in refused.json()["detail"]
    assert problem(await person.post(f"/{batch['id']}/reject", {"reason": "No."})) == FORBIDDEN


async def test_confirming_anothers_needs_the_same_permission(ann: Person, sue: Person, people: People) -> None:
    batch, ben = await ann.create(), await people.one("ben", Role.AGENT)
    refused = await ben.confirm(batch)
    assert problem(refused) == FORBIDDEN
    assert "mass_replies:approve" in refused.json()["detail"]
    assert (await sue.confirm(batch)).status_code == 202
    assert problem(await ben.confirm(batch)) == FORBIDDEN  # not even to hear that it was done


async def test_the_same_confirmation_again_changes_nothing_whatever_the_settings_say_by_now(
    stage: Stage, ann: Person
) -> None:
    batch = await waiting(ann)
    await stage.client.put("/settings", json={})
    again = await ann.confirm(batch)
    assert (again.status_code, again.json()) == (202, batch)
    assert problem(await ann.confirm(batch, hold_seconds=1)) == WRONG_STATE


@pytest.mark.parametrize("action", ["pause", "resume", "retry"])
async def test_no_other_action_leads_past_the_approval(stage: Stage, ann: Person, action: str) -> None:
    batch = await waiting(ann)
    refused = await ann.post(f"/{batch['id']}/{action}")
    assert problem(refused) == WRONG_STATE
    assert WAITING in refused.json()["detail"]


async def test_a_small_sample_of_a_large_batch_waits_as_well(stage: Stage, ann: Person, sue: Person) -> None:
    batch = await waiting(ann, sample_size=1)
    sampled = "SELECT count(*) AS n FROM deliveries WHERE mass_reply_id = :id AND sampled"
    assert (await stage.read(sampled, id=batch["id"]))[0].n == 0
    assert (await sue.post(f"/{batch['id']}/approve")).status_code == 202
    assert (await stage.read(sampled, id=batch["id"]))[0].n == 1


async def test_a_follow_up_needs_an_approval_of_its_own(stage: Stage, ann: Person, sue: Person) -> None:
    batch = await waiting(ann)
    await sue.post(f"/{batch['id']}/approve")
    await stage.settle_all(batch["id"], "sent")
    selection = {"follow_up": {"mass_reply_id": batch["id"], "statuses": ["sent"]}}
    assert (await ann.confirm(await ann.create(selection=selection))).json()["status"] == WAITING


async def test_its_author_may_still_cancel_it(stage: Stage, ann: Person) -> None:
    batch = await waiting(ann)
    assert (await ann.post(f"/{batch['id']}/cancel")).json()["status"] == "cancelled"
    await sweep(stage)
    [(status, code, _)] = await cancelled_for(stage, batch["id"])
    assert (status, code) == ("cancelled", "cancelled")


async def test_one_that_nobody_approved_in_time_expires(stage: Stage, ann: Person, sue: Person) -> None:
    batch = await waiting(ann)
    await stage.write("UPDATE mass_replies SET expires_at = now()")
    for action, body in (("approve", {}), ("reject", {"reason": "No."})):  # before the sweeper comes by
        refused = await sue.post(f"/{batch['id']}/{action}", body)
        assert problem(refused) == WRONG_STATE
        assert "expired" in refused.json()["detail"]
    await sweep(stage)
    await sweep(stage)
    assert (await stage.get(batch["id"]))["status"] == "expired"
    assert await cancelled_for(stage, batch["id"]) == [
        ("cancelled", "expired", "Nobody approved the mass reply in time.")
    ]
    assert problem(await sue.post(f"/{batch['id']}/approve")) == WRONG_STATE


async def test_of_two_at_once_one_decides(stage: Stage, ann: Person, sue: Person, people: People) -> None:
    batch, tom = await waiting(ann), await people.one("tom", Role.SUPERVISOR)
    answers = await asyncio.gather(
        sue.post(f"/{batch['id']}/approve"), tom.post(f"/{batch['id']}/reject", {"reason": "No."})
    )
    assert sorted(answer.status_code for answer in answers) == [202, 409]


async def key_made_by(maker: Person, *roles: str, agent: str | None = None) -> Person:
    person = agent and {"id": agent, "name": agent.title()}
    body = {"name": "another", "roles": list(roles), "agent": person}
    made = await maker.client.post("/api-keys", json=body, headers=maker.headers)
    assert made.status_code == 201, made.text
    return Person(maker.client, bearer(made.json()["key"]))


async def test_a_key_that_its_author_made_since_is_no_second_person(ann: Person, people: People) -> None:
    boss = await people.one("boss", Role.ADMIN)
    batch = await waiting(boss)
    puppet = await key_made_by(boss, "admin", agent="somebody-else")
    puppets_own = await key_made_by(puppet, "supervisor", agent="a-third-one")
    for key in (puppet, puppets_own):
        for verb, body in (("approve", {}), ("reject", {"reason": "no"})):
            assert problem(await key.post(f"/{batch['id']}/{verb}", body)) == FORBIDDEN


async def test_a_key_that_was_there_before_or_that_another_made_may_approve(ann: Person, people: People) -> None:
    boss, other = await people.one("boss", Role.ADMIN), await people.one("other", Role.ADMIN)
    before = await key_made_by(boss, "supervisor", agent="sue")
    first, second = await waiting(boss), await waiting(boss)
    assert (await before.post(f"/{first['id']}/approve")).status_code == 202
    since = await key_made_by(other, "supervisor", agent="tom")
    assert (await since.post(f"/{second['id']}/approve")).status_code == 202


@pytest.mark.parametrize("spelled", ["ANN", " ann ", "Ann", "\uff41nn"])
async def test_one_person_spelled_differently_is_no_second_person(ann: Person, people: People, spelled: str) -> None:
    batch = await waiting(ann)
    same = await people.one(spelled, Role.SUPERVISOR)
    assert problem(await same.post(f"/{batch['id']}/approve")) == FORBIDDEN
