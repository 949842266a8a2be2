"""The trace check, on what the database has on record of the plays of `test_protocol.py`.

Whatever the real protocol does is explained; and what a broken one does is found, by the record alone.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest

from app.delivery import settle as settling
from app.dev.history.evidence import Decision
from app.dev.history.export import export
from app.dev.history.reading import evidence
from app.dev.history.trace import trace
from app.domain.delivery_lifecycle import (
    DeliveryEvent,
    DeliveryState,
    DeliveryStatus,
    Ignored,
    ReportedEvent,
    Transition,
    transition,
)
from app.domain.words import DeliveryId
from tests.delivery.stage import Batch, Stage, report
from tests.delivery.test_protocol import Play, Seen

E, S = DeliveryEvent, DeliveryStatus
SIZE = 2
DECISIONS = {
    E.RESOLVE_SENT: ("sent", False),
    E.RESOLVE_NOT_SENT: ("not_sent", False),
    E.SEND_AGAIN: ("not_sent", True),
}


class Recorded(Play):
    """A play that keeps a person's decisions, as the API does, and promises nothing while it goes on."""

    def __init__(self, stage: Stage, batch: Batch, dice: Random) -> None:
        super().__init__(stage, batch, dice)
        self.decided: dict[DeliveryId, list[Decision]] = {one: [] for one in batch.deliveries}

    async def settle(self, delivery: DeliveryId, event: DeliveryEvent, epoch: int | None = None, **about: Any) -> None:
        answers = await self.stage.settle(report(delivery, event, epoch, **about))
        self.note(delivery, event, answers[delivery])

    async def allow_again(self, seen: Seen, event: DeliveryEvent) -> None:
        answers = await self.stage.settle(report(seen.id, event, None))
        self.note(seen.id, event, answers[seen.id])
        self.again[seen.id] += isinstance(answers[seen.id], Transition)

    def note(self, delivery: DeliveryId, event: DeliveryEvent, answer: Transition | Ignored) -> None:
        if event in DECISIONS and isinstance(answer, Transition):
            outcome, again = DECISIONS[event]
            epoch = next(seen.epoch for seen in self.seen if seen.id == delivery)
            self.decided[delivery].append(Decision(epoch, outcome, again, datetime.now(UTC)))

    async def promises_hold(self) -> None:
        self.seen = await self.look()


async def faults(stage: Stage, seed: int) -> list[str]:
    """Play once and hold what is on record against the protocol."""
    play = Recorded(stage, await stage.batch(SIZE), Random(seed))  # noqa: S311 - it deals out steps
    steps: list[str] = []
    with suppress(AssertionError, RuntimeError):  # what a broken one does is told by its record, and not by the play
        await play.run(steps)
    exported = await export(stage.runtime.settings.database_url, stage.tenant, [play.batch.id])
    seen = evidence([], [], [], [], exported, settles_after=0)  # a play moves the deadlines of its claims
    rows = {id_: replace(row, decisions=play.decided[DeliveryId(UUID(id_))]) for id_, row in seen.rows.items()}
    batch = str(play.batch.id)
    cancelled = {"id": batch, "status": (await stage.mass_reply(play.batch)).status}
    known = evidence([], [{**cancelled, "selected_count": SIZE, "recipient_count": SIZE, "counts": {}}], [], [])
    judged = replace(seen, rows=rows, mass_replies=known.mass_replies, retried={batch: 1})
    return [f"seed {seed}, {id_}: {what}\n" + "\n".join(steps) for id_, what in trace(judged)]


async def test_what_the_protocol_has_done_is_explained(stage: Stage) -> None:
    assert [fault for seed in range(4) for fault in await faults(stage, seed)] == []


@pytest.mark.proof
@pytest.mark.parametrize("part", range(4))
async def test_what_the_protocol_has_done_in_many_orders_is_explained(stage: Stage, part: int) -> None:
    seeds = range(1_000 * part, 1_000 * part + 25)
    assert [fault for seed in seeds for fault in await faults(stage, seed)] == []


Answering = Callable[[DeliveryState, ReportedEvent, datetime], Transition | Ignored]


def instead(status: DeliveryStatus, event: DeliveryEvent, answer: Transition | Ignored) -> Answering:
    """The domain's own transitions, but for one pair."""

    def broken(state: DeliveryState, reported: ReportedEvent, now: datetime) -> Transition | Ignored:
        of_latest = reported.epoch in (None, state.epoch)
        return (
            answer if (state.status, reported.event) == (status, event) and of_latest else right(state, reported, now)
        )

    right = transition
    return broken


BROKEN = {
    "a lost answer is tried again": instead(S.SENDING, E.LOSE_ANSWER, Transition(S.QUEUED)),
    "the sweeper queues expired rows again": instead(S.SENDING, E.LOSE_WORKER, Transition(S.QUEUED)),
    "a lost answer is a failure": instead(S.SENDING, E.LOSE_ANSWER, Transition(S.FAILED)),
    "a refusal is a doubt": instead(S.SENDING, E.REJECT, Transition(S.UNCERTAIN)),
    "a failure is a success": instead(S.SENDING, E.RECEIPT_FAILED, Transition(S.SENT)),
    "what was taken is given back": instead(S.SENDING, E.ACCEPT, Transition(S.QUEUED)),
}


@pytest.mark.proof
@pytest.mark.parametrize("what", BROKEN)
async def test_what_a_broken_protocol_has_done_is_found(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(settling, "transition", BROKEN[what])
    for seed in range(40):
        if await faults(stage, seed):
            return
    pytest.fail("nothing was found")
