"""Every action in every state: it does what it says, or answers 409 and names the state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import Channel
from app.mass_replies.actions import ALLOWED
from tests.mass_replies.conftest import LANES, Stage

S = MassReplyStatus


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask for an action, and where it leads by the state that it finds; all other states refuse it."""

    action: str
    leads_to: Mapping[MassReplyStatus, MassReplyStatus]
    body: Mapping[str, Any] = field(default_factory=dict)


def staying(*statuses: MassReplyStatus) -> dict[MassReplyStatus, MassReplyStatus]:
    return {status: status for status in statuses}


def resolving(leads_to: Mapping[MassReplyStatus, MassReplyStatus], **said: Any) -> Way:
    return Way("resolve", leads_to, {"reason": "The customer was asked.", **said})


ONE_LANE = {"channel_account": LANES[Channel.EMAIL]}
SETTLED = staying(S.SENDING, S.PAUSED, S.COMPLETED, S.CANCELLED)

WAYS: Mapping[str, Way] = {
    "confirm": Way("confirm", {S.AWAITING_CONFIRMATION: S.SENDING}, {"recipient_count": 6}),
    "confirm for later": Way(
        "confirm", {S.AWAITING_CONFIRMATION: S.SCHEDULED}, {"recipient_count": 6, "hold_seconds": 60}
    ),
    "approve": Way("approve", {S.AWAITING_APPROVAL: S.SENDING}),
    "reject": Way("reject", {S.AWAITING_APPROVAL: S.CANCELLED}, {"reason": "Not yet."}),
    "pause": Way("pause", {S.SENDING: S.PAUSED, S.PAUSED: S.PAUSED}),
    "pause one lane": Way("pause", staying(S.SENDING, S.PAUSED), ONE_LANE),
    "resume": Way("resume", {S.SENDING: S.SENDING, S.PAUSED: S.SENDING}),
    "resume one lane": Way("resume", {S.SENDING: S.SENDING, S.PAUSED: S.SENDING}, ONE_LANE),
    "cancel": Way("cancel", {status: S.CANCELLED for status in S if status not in {S.COMPLETED, S.EXPIRED}}),
    "retry": Way("retry", {S.SENDING: S.SENDING, S.PAUSED: S.PAUSED, S.COMPLETED: S.SENDING}),
    "resolve as sent": resolving(SETTLED, outcome="sent"),
    "resolve as not sent": resolving(SETTLED, outcome="not_sent"),
    "resolve and send again": resolving(
        {S.SENDING: S.SENDING, S.PAUSED: S.PAUSED, S.COMPLETED: S.SENDING}, outcome="not_sent", send_again=True
    ),
}

OWN_WORDS = {("confirm", S.EXPIRED): "confirmation_expired"}
"""Pairs whose refusal has a code of its own."""


def test_the_table_names_every_action() -> None:
    assert {way.action for way in WAYS.values()} == set(ALLOWED)


async def prepared(stage: Stage, id_: str, way: Way) -> Mapping[str, Any]:
    """Give an action something to do, and answer its body."""
    match way.action:
        case "approve" | "reject":
            await stage.let_somebody_else_confirm(id_)
        case "retry":
            await stage.fail_all(id_)
        case "resolve":
            conversations = await stage.lose_all(id_)
            return {**way.body, "conversation_ids": [str(conversations[0])]}
    return way.body


@dataclass(frozen=True, slots=True)
class Outcome:
    answer: int
    code: str | None
    names_the_state: bool
    status: str
    """The mass reply's, afterwards."""


async def asked(stage: Stage, way: Way, status: MassReplyStatus) -> Outcome:
    id_ = await stage.batch_in(status)
    answer = await stage.act(id_, way.action, await prepared(stage, id_, way))
    said, after = answer.json(), (await stage.get(id_))["status"]
    if answer.status_code == 202:
        return Outcome(202, None, said["status"] == after, after)
    return Outcome(answer.status_code, said["code"], f" {status}" in said["detail"], after)


def wanted(way: Way, status: MassReplyStatus) -> Outcome:
    if status in way.leads_to:
        return Outcome(202, None, names_the_state=True, status=way.leads_to[status])
    own_word = OWN_WORDS.get((way.action, status))
    return Outcome(409, own_word or "invalid_state", names_the_state=own_word is None, status=status)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_an_action_does_what_it_says_or_names_the_state(stage: Stage, way: Way) -> None:
    found = {status: await asked(stage, way, status) for status in MassReplyStatus}
    assert found == {status: wanted(way, status) for status in MassReplyStatus}
