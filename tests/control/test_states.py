"""Every action in every state: it does what it says, or answers 409 and names the state."""

from collections.abc import Mapping
from typing import Any

import pytest

from app.domain.actions import ALLOWED
from app.domain.model import MassReplyStatus
from tests.control.conftest import Stage

S = MassReplyStatus

OUTCOMES: Mapping[str, Mapping[MassReplyStatus, MassReplyStatus]] = {
    "confirm": {S.AWAITING_CONFIRMATION: S.SENDING},
    "pause": {S.SENDING: S.PAUSED, S.PAUSED: S.PAUSED},
    "resume": {S.SENDING: S.SENDING, S.PAUSED: S.SENDING},
    "cancel": {
        S.PREPARING: S.CANCELLED,
        S.AWAITING_CONFIRMATION: S.CANCELLED,
        S.AWAITING_APPROVAL: S.CANCELLED,
        S.SCHEDULED: S.CANCELLED,
        S.SENDING: S.CANCELLED,
        S.PAUSED: S.CANCELLED,
        S.CANCELLED: S.CANCELLED,
    },
    "retry": {S.SENDING: S.SENDING, S.PAUSED: S.PAUSED, S.COMPLETED: S.SENDING},
    "resolve": {
        S.SENDING: S.SENDING,
        S.PAUSED: S.PAUSED,
        S.COMPLETED: S.COMPLETED,
        S.CANCELLED: S.CANCELLED,
    },
}
"""Where an action leads, by the state that it finds; every pair that is not here is refused."""

OWN_WORDS = {("confirm", S.EXPIRED): "confirmation_expired"}
"""Pairs whose refusal has a code of its own."""


def test_the_table_names_every_action() -> None:
    assert set(OUTCOMES) == set(ALLOWED)


async def prepared(stage: Stage, id_: str, action: str) -> dict[str, Any]:
    """Give an action something to do, and answer its body."""
    match action:
        case "confirm":
            return {"recipient_count": 6}
        case "retry":
            await stage.fail_all(id_)
        case "resolve":
            conversations = await stage.lose_all(id_)
            return {"conversation_ids": [str(conversations[0])], "outcome": "not_sent", "reason": "Nothing came."}
    return {}


@pytest.mark.parametrize("status", MassReplyStatus)
@pytest.mark.parametrize("action", OUTCOMES)
async def test_an_action_does_what_it_says_or_names_the_state(
    stage: Stage, action: str, status: MassReplyStatus
) -> None:
    id_ = await stage.batch_in(status)

    answer = await stage.act(id_, action, await prepared(stage, id_, action))

    outcome = OUTCOMES[action].get(status)
    if outcome is not None:
        assert answer.status_code == 202, answer.text
        assert answer.json()["status"] == outcome
    else:
        assert answer.status_code == 409, answer.text
        problem = answer.json()
        assert problem["code"] == OWN_WORDS.get((action, status), "invalid_state")
        assert status in problem["detail"] or (action, status) in OWN_WORDS
        assert (await stage.get(id_))["status"] == status
