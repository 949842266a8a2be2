"""The protocol on real PostgreSQL, in orders that nobody thought of.

Workers, a provider that does not deduplicate, receipts of success and of failure in any order and more than once, a
sweeper, a person, look-ups and the clocks act on one small batch. At each step one of all the things that can happen
does; the seed names the order. After each step the promises hold, and at the end, when everything under way has
arrived, nothing is stuck and nobody is reported falsely.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from random import Random
from typing import Any

import pytest

from app.delivery.outcomes import answered as read_response
from app.delivery.sql.claims import Claimed
from app.domain.delivery_lifecycle import ACCEPTED, DeliveryEvent, DeliveryStatus, Ignored, Transition
from app.domain.outbound import Accepted, Deferred, Rejected, SendResult, Unknown
from app.domain.provider_events import ReceiptKind
from app.domain.words import DeliveryId, ReasonCode
from tests.delivery.stage import Batch, Stage, because, report

E, S, R = DeliveryEvent, DeliveryStatus, ReceiptKind
SIZE, STEPS, CRASHES, AGAIN = 2, 30, 2, 3
ORDERS, PARTS, USUAL = 18, 12, 1
"""Plays a part, parts in all, and how many of them every run of the tests plays."""
RESTING = ACCEPTED | {S.FAILED, S.UNCERTAIN, S.CANCELLED}

AT_ONCE = timedelta(microseconds=1)
TOO_LATE = Deferred("deadline_passed", "Too late to begin.", AT_ONCE)
ENDS: Mapping[str, SendResult] = {
    "rejected": Rejected(ReasonCode.PROVIDER_REJECTED, "Not now.", temporary=True),
    "not sent": Deferred("busy", "Soon.", AT_ONCE),
    "not taken, no answer": Unknown("The answer was lost."),
    "taken, no answer": Unknown("The answer was lost."),
    "taken in vain, no answer": Unknown("The answer was lost."),
}
TAKEN = {"accepted": True, "accepted in vain": False, "taken, no answer": True, "taken in vain, no answer": False}
"""Whether what the provider has taken arrives."""
SAID_SO = because(ReasonCode.MARKED_NOT_SENT, "A person says so.", retryable=True)

PACES = (1, 4, 16)
"""How often somebody acts beside the others. Each play has its own: slow workers, hasty people, late receipts."""

OPENINGS = (
    (),
    # Frozen in the middle of a claim; by the time the workers wake up nobody waits for them any more.
    ("claim all", "leases run out", "sweep"),
    # An old answer in hand, while another worker is at the next attempt.
    ("claim one", "rejected", "leases run out", "sweep", "settles_after", "absent", "claim all"),
    # Taken, and nobody heard of it; sent again.
    ("claim one", "taken, no answer", "record", "settles_after", "send again", "claim all"),
    # Two attempts of which nobody knows, and a person who thinks that they know.
    (
        *("claim all", "taken in vain", "record", "give back", "settles_after", "send again"),
        *("claim all", "not taken", "record", "not taken", "record", "sent"),
    ),
)
"""Where plays begin: at the start, or deep in trouble that chance seldom finds."""

Step = tuple[str, Callable[[], Awaitable[None]]]


@dataclass(eq=False)
class Held:
    """A claim that a worker holds, and how its call ended, once it was made."""

    claimed: Claimed
    answer: SendResult | None = None
    deadline_passed: bool = False

    def __str__(self) -> str:
        return f"{str(self.claimed.delivery_id)[-4:]}.{self.claimed.epoch}"


@dataclass(frozen=True, slots=True)
class Report:
    """A receipt on its way."""

    delivery: DeliveryId
    epoch: int
    kind: ReceiptKind
    at: datetime | None

    def __str__(self) -> str:
        return f"{str(self.delivery)[-4:]}.{self.epoch} {self.kind}"


@dataclass
class Provider:
    """Takes messages, never looks whether it has one, and reports when it likes to."""

    dated: bool
    """Whether its receipts say when it was."""
    arrived: Counter[DeliveryId] = field(default_factory=Counter)
    taken: set[tuple[DeliveryId, int]] = field(default_factory=set)
    under_way: list[Report] = field(default_factory=list)

    def take(self, claimed: Claimed, *, arrives: bool) -> None:
        self.arrived[claimed.delivery_id] += arrives
        self.taken.add((claimed.delivery_id, claimed.epoch))
        for number, kind in enumerate((R.SENT, R.DELIVERED if arrives else R.FAILED)):
            at = datetime.now(UTC) + number * AT_ONCE if self.dated else None
            self.under_way.append(Report(claimed.delivery_id, claimed.epoch, kind, at))


@dataclass(frozen=True, slots=True)
class Seen:
    """One delivery, and how many replies its conversation shows."""

    id: DeliveryId
    status: DeliveryStatus
    epoch: int
    reason: str | None
    replies: int

    def __str__(self) -> str:
        return str(self.id)[-4:]


_SEEN = """
    SELECT d.id, d.status, d.epoch, d.reason_code,
           (SELECT count(*) FROM messages m WHERE m.conversation_id = d.conversation_id AND m.kind = 'reply') AS replies
    FROM deliveries d WHERE d.mass_reply_id = :id ORDER BY d.id
"""


class Play:
    """One batch and all who act on it."""

    def __init__(self, stage: Stage, batch: Batch, dice: Random) -> None:
        self.stage, self.batch, self.dice = stage, batch, dice
        self.held: list[Held] = []
        self.provider = Provider(dated=dice.random() < 0.5)
        self.again: Counter[DeliveryId] = Counter()
        """How often a person has allowed it to be sent once more."""
        self.risked: Counter[DeliveryId] = Counter()
        """How often that was although nobody knew."""
        self.words: dict[tuple[DeliveryId, int], bool] = {}
        """Whether an attempt arrived, as far as we were told."""
        self.settled: set[tuple[DeliveryId, int]] = set()
        """Attempts of which every holder is silent for sure."""
        self.called_sent: dict[DeliveryId, int] = {}
        """The attempt that a person called sent."""
        self.seen: list[Seen] = []
        self.crashes = 0

    async def run(self, history: list[str]) -> None:
        dice = self.dice
        self.seen = await self.look()
        for opening in dice.choice(OPENINGS):
            await self.take(next(step for step in chain(*self.turns()) if step[0].startswith(opening)), history)
        paces = dice.choices(PACES, k=len(self.turns()))
        for _ in range(STEPS):
            turns = self.turns()
            [steps] = dice.choices(turns, [pace * bool(steps) for pace, steps in zip(paces, turns, strict=True)])
            await self.take(dice.choice(steps), history)
        await self.end()

    def turns(self) -> list[list[Step]]:
        """What each of those who act could do next."""
        return [list(actor()) for actor in (self.workers, self.clocks, self.receipts, self.people)]

    async def take(self, step: Step, history: list[str]) -> None:
        what, happen = step
        history.append(what)
        await happen()
        await self.promises_hold()

    # Workers

    def workers(self) -> Iterator[Step]:
        if self.those(S.QUEUED):
            yield from [("claim one", partial(self.claim, 1)), ("claim all", partial(self.claim, SIZE))]
        for held in self.held:
            if self.crashes < CRASHES:
                yield f"crash with {held}", partial(self.crash, held)
            if held.answer is not None:
                yield f"record {held}", partial(self.record, held)
                continue
            yield f"give back {held}", partial(self.give_back, held)
            yield from ((f"{end}: {held}", partial(self.call, held, end)) for end in {**TAKEN, **ENDS})

    async def claim(self, count: int) -> None:
        taken = await self.stage.claim(self.batch, count)
        assert not any(self.proved(one.delivery_id) for one in taken), (
            "claimed again after it was known to have arrived"
        )
        self.held += [Held(one) for one in taken]

    async def call(self, held: Held, end: str) -> None:
        if held.deadline_passed:
            held.answer = TOO_LATE
            return
        if end in TAKEN:
            self.provider.take(held.claimed, arrives=TAKEN[end])
        held.answer = ENDS.get(end) or Accepted(f"id-{held.claimed.delivery_id}.{held.claimed.epoch}")

    async def record(self, held: Held) -> None:
        self.held.remove(held)
        assert held.answer is not None
        await self.stage.settle(read_response(held.claimed, held.answer, ()).report)
        if not isinstance(held.answer, Unknown):
            self.hear(held.claimed.delivery_id, held.claimed.epoch, arrived=isinstance(held.answer, Accepted))

    def hear(self, delivery: DeliveryId, epoch: int, *, arrived: bool) -> None:
        """What a call says counts until a receipt speaks."""
        self.words.setdefault((delivery, epoch), arrived)

    def proved(self, delivery: DeliveryId) -> bool:
        return any(arrived for (one, _), arrived in self.words.items() if one == delivery)

    async def give_back(self, held: Held) -> None:
        self.held.remove(held)
        self.hear(held.claimed.delivery_id, held.claimed.epoch, arrived=False)
        await self.settle(held.claimed.delivery_id, E.GIVE_BACK, held.claimed.epoch, outcome="given_back")

    async def crash(self, held: Held) -> None:
        self.crashes += 1
        self.held.remove(held)

    # Clocks

    def clocks(self) -> Iterator[Step]:
        yield "sweep", self.sweep
        if self.those(S.SENDING):
            yield "leases run out", partial(self.stage.let_lease_run_out, self.batch)
        if any(held.answer is None and not held.deadline_passed for held in self.held):
            yield "deadlines pass", self.deadlines_pass
        elif self.those(S.UNCERTAIN, *ACCEPTED):
            # By then every holder has answered, died, or is stopped by its deadline.
            yield "settles_after comes", self.let_settle

    async def let_settle(self) -> None:
        await self.stage.let_settle(self.batch)
        self.settled |= {(seen.id, seen.epoch) for seen in self.those(S.UNCERTAIN, *ACCEPTED)}

    async def sweep(self) -> None:
        await self.stage.sweeper().tick()

    async def deadlines_pass(self) -> None:
        """By the workers' own clocks, which may be late, but not later than `settles_after`."""
        for held in self.held:
            held.deadline_passed = True

    # The provider

    def receipts(self) -> Iterator[Step]:
        for one in self.provider.under_way:
            yield f"receipt {one}", partial(self.receive, one)
            yield f"receipt {one}, and once more later", partial(self.receive, one, keep=True)

    async def receive(self, one: Report, *, keep: bool = False) -> None:
        if not keep:
            self.provider.under_way.remove(one)
        failed = one.kind is R.FAILED
        if failed or self.words.get((one.delivery, one.epoch)) is None or one.kind is R.DELIVERED:
            self.words[one.delivery, one.epoch] = not failed
        key = f"{one.delivery}.{one.epoch} {one.kind}"
        about = {"epoch": one.epoch, "event_key": key, "occurred_at": one.at, "temporary": failed}
        await self.stage.receipt(one.delivery, one.kind, **about)

    # People and look-ups

    def people(self) -> Iterator[Step]:
        for seen in self.those(S.UNCERTAIN):
            yield f"not sent {seen}", partial(self.settle, seen.id, E.RESOLVE_NOT_SENT, reason=SAID_SO)
            yield f"sent {seen}", partial(self.call_sent, seen)
            if self.again[seen.id] < AGAIN:
                yield f"send again {seen}", partial(self.allow_again, seen, E.SEND_AGAIN)
        for seen in self.those(S.UNCERTAIN, *ACCEPTED):
            # Asked while it was uncertain, the provider may answer after a person has.
            asked = seen.status is S.UNCERTAIN or (seen.id, seen.epoch) in self.settled
            if asked and (seen.id, seen.epoch) not in self.provider.taken:
                yield f"absent {seen}", partial(self.find_absent, seen)
        for seen in self.those(S.FAILED):
            if self.again[seen.id] < AGAIN:
                yield f"retry {seen}", partial(self.allow_again, seen, E.RETRY)
        if self.again.total() == AGAIN:
            yield "cancel", self.cancel

    async def settle(self, delivery: DeliveryId, event: DeliveryEvent, epoch: int | None = None, **about: Any) -> None:
        await self.stage.settle(report(delivery, event, epoch, **about))

    async def call_sent(self, seen: Seen) -> None:
        await self.settle(seen.id, E.RESOLVE_SENT)
        self.called_sent[seen.id] = seen.epoch

    async def find_absent(self, seen: Seen) -> None:
        answers = await self.stage.settle(report(seen.id, E.FIND_ABSENT, seen.epoch))
        if answers[seen.id] is not Ignored.STILL_SETTLING:
            self.hear(seen.id, seen.epoch, arrived=False)

    async def allow_again(self, seen: Seen, event: DeliveryEvent) -> None:
        """Whether it may arrive twice by that is a person's risk, unless every attempt is known to have failed."""
        answers = await self.stage.settle(report(seen.id, event, None))
        moved = isinstance(answers[seen.id], Transition)
        unknown = any(self.words.get((seen.id, epoch)) is None for epoch in range(1, seen.epoch + 1))
        self.again[seen.id] += moved
        self.risked[seen.id] += moved and unknown

    async def cancel(self) -> None:
        cancel = "UPDATE mass_replies SET status = 'cancelled' WHERE id = :id AND status = 'sending'"
        await self.stage.runs(cancel, id=self.batch.id)

    # Promises

    async def promises_hold(self) -> None:
        self.seen = await self.look()
        for seen in self.seen:
            assert self.provider.arrived[seen.id] <= 1 + self.risked[seen.id], "sent twice"
            word = self.words.get((seen.id, seen.epoch))
            called_sent = self.called_sent.get(seen.id) == seen.epoch and word is None
            proved = self.proved(seen.id)
            assert seen.status not in ACCEPTED or proved or called_sent, "called sent, and nobody says so"
            assert seen.status in ACCEPTED or not proved, "known to have arrived, and not called so"
            guessed = seen.status is S.FAILED and seen.reason != SAID_SO.code and word is None
            assert not guessed, "called failed, and nobody knows"
            assert seen.replies <= 1, "two replies on one timeline"
            assert seen.replies or seen.status not in ACCEPTED, "sent, and no reply on the timeline"
        await self.stage.counts(self.batch)

    async def look(self) -> list[Seen]:
        rows = await self.stage.runs(_SEEN, id=self.batch.id)
        return [
            Seen(DeliveryId(row.id), DeliveryStatus(row.status), row.epoch, row.reason_code, row.replies)
            for row in rows
        ]

    def those(self, *statuses: DeliveryStatus) -> list[Seen]:
        return [seen for seen in self.seen if seen.status in statuses]

    async def end(self) -> None:
        """Everything under way arrives: then nobody is stuck, nor called failed or uncertain who has the message."""
        for held in list(self.held):
            held.answer = held.answer or TOO_LATE
            await self.record(held)
        for one in list(self.provider.under_way):
            await self.receive(one)
        await self.promises_hold()
        await self.stage.let_lease_run_out(self.batch)
        await self.sweep()
        cancelled = (await self.stage.mass_reply(self.batch)).status == "cancelled"
        claimable = {one.delivery_id for one in await self.stage.claim(self.batch)}
        for seen in await self.look():
            status = S.QUEUED if seen.id in claimable else seen.status
            assert status in RESTING or status is S.QUEUED, f"stuck as {status}"
            assert not (cancelled and status is S.QUEUED), "queued in a cancelled mass reply"
            assert status in ACCEPTED or not self.provider.arrived[seen.id], f"{status}, and that is not so"


@pytest.mark.parametrize(
    "part", [*range(USUAL), *(pytest.param(part, marks=pytest.mark.proof) for part in range(USUAL, PARTS))]
)
async def test_the_promises_hold_in_every_order_that_was_tried(stage: Stage, part: int) -> None:
    for seed in range(part * ORDERS, (part + 1) * ORDERS):
        history = [f"seed {seed}"]
        try:
            dice = Random(seed)  # noqa: S311 - it deals out steps
            await Play(stage, await stage.batch(SIZE), dice).run(history)
        except AssertionError as error:
            error.add_note("\n".join(history))
            raise
