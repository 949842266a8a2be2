"""The protocol on real PostgreSQL, in orders that nobody thought of.

Two workers, a provider that does not deduplicate, receipts in any order and more than once, a sweeper, a person and a
clock act on one small batch. After each step the promises hold; at the end, when everything under way has arrived,
nothing is stuck and nobody is reported falsely.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from app.delivery.outcomes import answered as read_answer
from app.domain.messaging import Accepted, Deferred, ReceiptKind, Rejected, SendResult, Unknown
from app.domain.model import ACCEPTED, DeliveryEvent, DeliveryId, DeliveryStatus, Move, ReasonCode
from app.runtime import open_runtime
from app.settings import Settings
from app.store.claims import Claimed
from tests.conftest import create_tenant
from tests.delivery.stage import Batch, Stage, because, make_stage, report

E, S = DeliveryEvent, DeliveryStatus
T = TypeVar("T")
SIZE = 3
BOUNDED = settings(
    phases=[Phase.generate],
    max_examples=70,
    stateful_step_count=25,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TOO_LATE = Deferred("deadline_passed", "Too late to begin.")
ENDS: Mapping[str, SendResult] = {
    "rejected": Rejected(ReasonCode.CONTENT_REJECTED, "No."),
    "not sent": Deferred(ReasonCode.UNREACHABLE, "Refused.", timedelta(0)),
    "no answer": Unknown("The answer was lost."),
    "taken, no answer": Unknown("The answer was lost."),
}
RESTING = ACCEPTED | {S.FAILED, S.UNCERTAIN, S.CANCELLED}


@dataclass
class Held:
    """A claim that a worker holds, and how its call ended, once it was made."""

    claimed: Claimed
    answer: SendResult | None = None
    deadline_passed: bool = False


@dataclass
class Provider:
    """Takes messages, never looks whether it has one, and reports when it likes to."""

    taken: Counter[DeliveryId] = field(default_factory=Counter)
    under_way: list[tuple[DeliveryId, int, ReceiptKind, str]] = field(default_factory=list)
    reports: int = 0

    def take(self, claimed: Claimed) -> None:
        self.taken[claimed.delivery_id] += 1
        for kind in (ReceiptKind.SENT, ReceiptKind.DELIVERED):
            self.reports += 1
            self.under_way.append((claimed.delivery_id, claimed.epoch, kind, f"{claimed.delivery_id}-{self.reports}"))


class Theatre:
    """An event loop with one tenant's stage, for tests that are not coroutines."""

    def __init__(self, settings: Settings) -> None:
        self._runner = asyncio.Runner()
        self._opened = open_runtime(settings)
        self.stage = self.run(self._open())

    async def _open(self) -> Stage:
        runtime = await self._opened.__aenter__()
        return await make_stage(runtime, await create_tenant(runtime.database))

    def run(self, work: Awaitable[T]) -> T:
        async def wait() -> T:
            return await work

        return self._runner.run(wait())

    def close(self) -> None:
        self.run(self._opened.__aexit__(None, None, None))
        self._runner.close()


@pytest.fixture
def theatre(settings: Settings) -> Iterator[Theatre]:
    house = Theatre(settings)
    yield house
    house.close()


@dataclass(frozen=True, slots=True)
class Seen:
    """One delivery, and how many replies its conversation shows."""

    id: DeliveryId
    status: DeliveryStatus
    epoch: int
    replies: int


_SEEN = """
    SELECT d.id, d.status, d.epoch,
           (SELECT count(*) FROM messages m WHERE m.conversation_id = d.conversation_id AND m.kind = 'reply') AS replies
    FROM deliveries d WHERE d.mass_reply_id = :id ORDER BY d.id
"""

which = st.integers(0, 5)
"""Picks one of what there is."""


class Protocol(RuleBasedStateMachine):
    house: Theatre

    def __init__(self) -> None:
        super().__init__()
        self.stage = self.house.stage
        self.batch: Batch = self.run(self.stage.batch(SIZE))
        self.held: list[Held] = []
        self.provider = Provider()
        self.again: Counter[DeliveryId] = Counter()
        self.heard: set[DeliveryId] = set()

    def run(self, work: Awaitable[T]) -> T:
        return self.house.run(work)

    def settle(self, *reports: Any) -> dict[Any, Any]:
        return self.run(self.stage.settle(*reports))

    # Workers

    @rule(count=st.integers(1, SIZE))
    def claim(self, count: int) -> None:
        taken = self.run(self.stage.claim(self.batch, count))
        assert not self.heard & {one.delivery_id for one in taken}, "claimed again after a receipt said delivered"
        self.held += [Held(one) for one in taken]

    @property
    def idle(self) -> list[Held]:
        """Claims whose call was not made."""
        return [held for held in self.held if held.answer is None]

    @property
    def answered(self) -> list[Held]:
        return [held for held in self.held if held.answer is not None]

    @rule(which=which, end=st.sampled_from(["accepted", "taken, no answer", "no answer", "rejected", "not sent"]))
    @precondition(lambda self: self.idle)
    def call(self, which: int, end: str) -> None:
        held = self.idle[which % len(self.idle)]
        if held.deadline_passed:
            held.answer = TOO_LATE
            return
        if end in ("accepted", "taken, no answer"):
            self.provider.take(held.claimed)
        held.answer = ENDS.get(end) or Accepted(f"id-{held.claimed.delivery_id}-{held.claimed.epoch}")

    @rule(which=which)
    @precondition(lambda self: self.answered)
    def record(self, which: int) -> None:
        self.run(self._record(self.answered[which % len(self.answered)]))

    async def _record(self, held: Held) -> None:
        self.held.remove(held)
        assert held.answer is not None
        await self.stage.settle(read_answer(held.claimed, held.answer, ()).report)

    @rule(which=which)
    @precondition(lambda self: self.idle)
    def give_back(self, which: int) -> None:
        held = self.idle[which % len(self.idle)]
        self.held.remove(held)
        self.settle(report(held.claimed.delivery_id, E.GIVE_BACK, held.claimed.epoch, outcome="given_back"))

    @rule(which=which)
    @precondition(lambda self: self.held)
    def crash(self, which: int) -> None:
        self.held.pop(which % len(self.held))

    # Time

    @rule()
    @precondition(lambda self: self.held)
    def leases_run_out(self) -> None:
        self.run(self.stage.let_lease_run_out(self.batch))
        for held in self.held:
            held.deadline_passed = True

    @rule()
    def sweep(self) -> None:
        self.run(self.stage.sweeper().tick())

    @rule()
    @precondition(lambda self: all(one.answer is not None or one.deadline_passed for one in self.held))
    def settles_after_comes(self) -> None:
        """By then every holder has answered, died, or is stopped by its deadline."""
        self.run(self.stage.let_settle(self.batch))

    # The provider

    @rule(which=which, again=st.booleans())
    @precondition(lambda self: self.provider.under_way)
    def receipt(self, which: int, *, again: bool) -> None:
        self._receive(self.provider.under_way[which % len(self.provider.under_way)], keep=again)

    def _receive(self, one: tuple[DeliveryId, int, ReceiptKind, str], *, keep: bool = False) -> None:
        delivery, epoch, kind, key = one
        if not keep:
            self.provider.under_way.remove(one)
        self.heard.add(delivery)
        self.run(self.stage.receipt(delivery, kind, epoch=epoch, event_key=key, occurred_at=datetime.now(UTC)))

    # People and look-ups

    @rule(delivery=st.integers(0, SIZE - 1))
    def person_sends_again(self, delivery: int) -> None:
        id_ = self.batch.deliveries[delivery]
        answer = self.settle(report(id_, E.SEND_AGAIN, None))[id_]
        if isinstance(answer, Move):
            self.again[id_] += 1

    @rule(delivery=st.integers(0, SIZE - 1))
    def person_says_not_sent(self, delivery: int) -> None:
        id_ = self.batch.deliveries[delivery]
        reason = because(ReasonCode.MARKED_NOT_SENT, "A person says so.", retryable=True)
        self.settle(report(id_, E.RESOLVE_NOT_SENT, None, reason=reason))

    @rule(delivery=st.integers(0, SIZE - 1))
    def person_retries(self, delivery: int) -> None:
        id_ = self.batch.deliveries[delivery]
        answer = self.settle(report(id_, E.RETRY, None))[id_]
        if isinstance(answer, Move):
            self.again[id_] += 1

    @rule(delivery=st.integers(0, SIZE - 1))
    def look_up(self, delivery: int) -> None:
        seen = self._seen()[delivery]
        if self.provider.taken[seen.id] == 0:
            self.settle(report(seen.id, E.FIND_ABSENT, seen.epoch))

    @rule()
    def person_cancels(self) -> None:
        self.run(
            self.stage.runs(
                "UPDATE mass_replies SET status = 'cancelled' WHERE id = :id AND status = 'sending'", id=self.batch.id
            )
        )

    # Promises

    @invariant()
    def the_promises_hold(self) -> None:
        for seen in self._seen():
            taken = self.provider.taken[seen.id]
            assert taken <= 1 + self.again[seen.id], "sent twice"
            assert seen.status not in ACCEPTED or taken, "called sent, and nobody took it"
            assert seen.replies <= 1, "two replies on one timeline"
            assert seen.replies or seen.status not in ACCEPTED, "sent, and no reply on the timeline"

    @invariant()
    def counters_agree_with_the_rows(self) -> None:
        self.run(self.stage.counts(self.batch))

    def _seen(self) -> list[Seen]:
        rows = self.run(self.stage.runs(_SEEN, id=self.batch.id))
        return [Seen(DeliveryId(row.id), DeliveryStatus(row.status), row.epoch, row.replies) for row in rows]

    def teardown(self) -> None:
        """Everything under way arrives: then nobody is stuck, nor called failed or uncertain who has the message."""
        for held in list(self.held):
            held.answer = held.answer or TOO_LATE
            self.run(self._record(held))
        for one in list(self.provider.under_way):
            self._receive(one)
        self.leases_run_out()
        self.sweep()
        mass_reply = self.run(self.stage.mass_reply(self.batch))
        self.run(
            self.stage.runs("UPDATE deliveries SET not_before = now() WHERE mass_reply_id = :id", id=self.batch.id)
        )
        claimable = {one.delivery_id for one in self.run(self.stage.claim(self.batch))}
        for seen in self._before(claimable):
            assert seen.status in RESTING or seen.id in claimable, f"stuck as {seen.status}"
            assert mass_reply.status != "cancelled" or seen.status is not S.QUEUED, "queued in a cancelled mass reply"
            assert (seen.status in ACCEPTED) is bool(self.provider.taken[seen.id]), f"{seen.status}, and that is not so"
        self.run(self.stage.runs("DELETE FROM mass_replies WHERE id = :id", id=self.batch.id))

    def _before(self, claimable: set[DeliveryId]) -> list[Seen]:
        """The deliveries as they stood before the last claim."""
        return [replace(one, status=S.QUEUED) if one.id in claimable else one for one in self._seen()]


def test_the_promises_hold_in_every_order_that_was_tried(theatre: Theatre) -> None:
    machine = type("ProtocolHere", (Protocol,), {"house": theatre})
    run_state_machine_as_test(machine, settings=BOUNDED)
