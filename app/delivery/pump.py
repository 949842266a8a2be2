"""Working one lane for a few seconds: claim, send, record.

The order is the protocol: a claim is committed before a socket is used; each call has a deadline inside its lease; what
is not known is said to be unknown.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from time import perf_counter
from typing import Final
from uuid import UUID, uuid4

import structlog

from app.channels.http import deadline, elapsed
from app.delivery.batch_sizes import as_one_call
from app.delivery.claiming import Claim, Judging, Taken, Ticket
from app.delivery.crew import Crew
from app.delivery.loads import Load, NotLoaded
from app.delivery.outcomes import DEADLINE_PASSED, answered, refused
from app.delivery.recorder import TROUBLE, Result, refuses
from app.delivery.settle import Report, settle
from app.delivery.waiting import NOBODY, TICK, Line, Wait
from app.domain.messaging import (
    Adapter,
    Deferred,
    Outbound,
    SendResult,
    SendsMany,
    Unknown,
)
from app.domain.model import DeliveryEvent, DeliveryId, Happening, Reason
from app.store import account_health, claims, waiting
from app.store.claims import Claimed, LaneKey
from app.store.credentials import CredentialsUnreadable
from app.telemetry.tracing import note_outcomes

log = structlog.get_logger()

LEASE_MARGIN: Final = timedelta(seconds=2)
"""How long before the lease runs out no byte may leave any more."""
GRACE: Final = LEASE_MARGIN.total_seconds() / 2
"""Seconds that an adapter has, after its calls were stopped, to say what it knows of them; then nobody knows."""
BATCH_FROM: Final = 10
"""Fewer deliveries than this go one by one even where the provider takes many in one call."""
REFILL_SHARE: Final = 4
"""A pump claims again when a quarter of its slots is free, not for every single one."""
STARTS: Final = 16
"""Calls that are started between two looks of the event loop at its sockets."""
PATIENCE: Final = 0.1
"""A pump that has to wait for longer gives its place to another lane."""
GIVE_BACK_TRIES: Final = 5
UNREADABLE: Final = "The stored credentials cannot be read: the service's secret key has changed. Save them again."


class Pump:
    """Works one lane until its budget is used up, there is nothing to do, or `stop` is set."""

    def __init__(self, crew: Crew, lane: LaneKey, stop: asyncio.Event, line: Line | None = None) -> None:
        self._crew = crew
        self._lane = lane
        self._stop = stop
        self._under_way: set[asyncio.Task[None]] = set()
        self._busy = 0
        self._freed = asyncio.Event()
        self._load = Load()
        self._line = line or NOBODY
        self._wait: Wait | None = None
        self.took = False
        """Whether anything was claimed."""
        self.put_off = False
        """Whether the provider put anything off: it comes back to the lane at a time that no claim has seen."""

    async def run(self) -> Wait | None:
        """Take a turn to its end; answers as `work`."""
        try:
            return await self.work()
        finally:
            await self.drain()

    async def work(self) -> Wait | None:
        """Claim and send; answers when the lane wants its next turn, None where time alone brings it nothing.

        Calls may be under way still: see `drain`. They do not keep the lane from its next turn.
        """
        try:
            self._load = await self._crew.loads.of(self._lane)
        except NotLoaded as error:
            # Nothing is claimed without the files that were promised.
            return await self.hold(str(error))
        loop = asyncio.get_running_loop()
        end = loop.time() + self._crew.pace.budget.total_seconds()
        while not self._stop.is_set() and (left := end - loop.time()) > 0:
            if not await self._round(left):
                return self._wait
        return self._wait or Wait(loop.time())

    async def drain(self) -> None:
        """Wait until every call is over and written down."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def hold(self, reason: str) -> Wait:
        """Let a lane rest that cannot be worked, and say so wherever somebody looks."""
        async with self._crew.database.begin(self._lane.tenant) as connection:
            rest = await waiting.hold_failing(connection, self._lane, reason)
        self._crew.telemetry.metrics.count_lane_held()
        log.error("lane_held", why=reason, seconds=rest.total_seconds())
        return Wait(asyncio.get_running_loop().time() + rest.total_seconds())

    async def _round(self, left: float) -> bool:
        """Claim once, or wait for room; False where there is nothing more to do within this turn."""
        free = self._crew.pace.slots - self._busy
        if free < max(1, self._crew.pace.slots // REFILL_SHARE):
            return await self._one_done(left)
        if self._wait is not None and self._wait.left > 0:
            return await self._idle(self._wait, left)
        until = elapsed() + (self._crew.pace.lease - LEASE_MARGIN).total_seconds()
        taken, tickets = await self._claim(free, until)
        if taken.judging is not None:
            await self._begin(tickets, taken.judging.line.adapter, until)
            return True
        if taken.wait is None:
            return self._busy > 0 and await self._one_done(left)
        return True

    async def _one_done(self, longest: float) -> bool:
        self._freed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(longest):
                await self._freed.wait()
        return True

    async def _idle(self, wait: Wait, left: float) -> bool:
        """Let time pass; False where that is better done outside of this turn.

        What only the account must wait for leaves the turn to others. What was put off stands in the database, and a
        call under way may be put off to an earlier time yet.
        """
        if wait.shared and (wait.left >= PATIENCE or self._line.crowded(self._lane)):
            return False
        if self._busy:
            return await self._one_done(min(left, wait.left))
        if wait.left >= min(left, PATIENCE):
            return False
        await asyncio.sleep(wait.left + TICK)
        return True

    async def _claim(self, free: int, until: float) -> tuple[Taken, Sequence[Ticket]]:
        """Take what may be sent now. If a commit is not answered, nothing is sent and all is given back."""
        token, self._wait = uuid4(), None
        try:
            async with self._crew.database.begin(self._lane.tenant) as connection:
                claim = Claim(self._crew, self._lane, connection, self._load)
                taken = await claim.take(token, free)
            self._hear(taken)
            return taken, () if taken.judging is None else await self._written(taken, taken.judging, until)
        except CredentialsUnreadable:
            await self._pause_account()
            return Taken(), ()
        except BaseException as error:
            log.warning("claim_unanswered", error=type(error).__name__)
            await asyncio.shield(asyncio.ensure_future(self._give_back(token)))
            if not isinstance(error, TROUBLE) or refuses(error):
                raise
            return Taken(), ()

    def _hear(self, taken: Taken) -> None:
        self._wait = taken.wait
        self.took |= bool(taken.rows)
        self._line.asked(self._lane, taken.wait, took=bool(taken.rows))

    async def _written(self, taken: Taken, judging: Judging, until: float) -> Sequence[Ticket]:
        """Render what was claimed, and store it. What half of the lease is too short for is given back."""
        latest = _by_loop(until - self._crew.pace.lease.total_seconds() / 2)
        rows, aside = taken.rows, self._crew.aside.of(self._lane.tenant)
        tickets = await aside.each(judging.ticket, rows, until=latest)
        async with self._crew.database.begin(self._lane.tenant) as connection:
            await claims.keep_texts(connection, self._lane, [judging.attempt(ticket) for ticket in tickets])
            if late := rows[len(tickets) :]:
                await settle(connection, self._lane.tenant, [_given_back(row.delivery_id, row.epoch) for row in late])
            if taken.held and tickets:
                await waiting.forget_hold(connection, self._lane)
        return tickets

    async def _pause_account(self) -> None:
        """Nothing can leave through this account until it is saved again; its lanes say so, and nobody was claimed."""
        log.error("credentials_unreadable")
        async with self._crew.database.begin(self._lane.tenant) as connection:
            await account_health.pause(connection, self._lane.tenant, self._lane.account, UNREADABLE)

    async def _give_back(self, token: UUID) -> None:
        """Look for the claim on a fresh connection, and put back what it took: nothing of it was begun."""
        for _ in range(GIVE_BACK_TRIES):
            try:
                async with self._crew.database.begin(self._lane.tenant) as connection:
                    rows = await claims.claimed_under(connection, self._lane, token)
                    await settle(connection, self._lane.tenant, [_given_back(id_, epoch) for id_, epoch in rows])
                return
            except TROUBLE:
                await asyncio.sleep(1)
        # The rows stay `sending`; their lease runs out and they become uncertain, where a person sees them.
        log.error("give_back_failed")

    async def _begin(self, tickets: Sequence[Ticket], adapter: Adapter, until: float) -> None:
        """Start the calls, a few at a time: all at once would keep the loop from everything else for too long.

        All that was claimed is started, whatever comes: nobody else would send it.
        """
        calls = deque(self._calls(tickets, adapter, until))
        try:
            while calls:
                async with self._crew.starts:
                    for _ in range(min(STARTS, len(calls))):
                        self._start(*calls.popleft())
                    await asyncio.sleep(0)
        finally:
            for call in calls:
                self._start(*call)

    def _calls(
        self, tickets: Sequence[Ticket], adapter: Adapter, until: float
    ) -> Iterator[tuple[Awaitable[None], int]]:
        """What is to be done for these tickets, each with the number of them that it is for."""
        ready = [ticket for ticket in tickets if isinstance(ticket.outbound, Outbound)]
        if isinstance(adapter, SendsMany) and len(ready) >= BATCH_FROM:
            for batch in self._crew.batch_sizes.split(self._lane, ready):
                yield self._send_many(batch, adapter.name, adapter, until), len(batch)
        else:
            yield from ((self._send_one(ticket, adapter, until), 1) for ticket in ready)
        for ticket in tickets:
            if isinstance(ticket.outbound, Reason):
                yield self._refuse(adapter.name, ticket.claimed, ticket.outbound), 1

    def _start(self, work: Awaitable[None], size: int) -> None:
        async def run() -> None:
            try:
                await work
            finally:
                self._busy -= size
                self._freed.set()

        self._busy += size
        task = asyncio.create_task(run())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _send_one(self, ticket: Ticket, adapter: Adapter, until: float) -> None:
        assert isinstance(ticket.outbound, Outbound)  # noqa: S101 - narrowed by _begin
        outbound = ticket.outbound
        [result] = await self._call(adapter.name, lambda: _single(adapter, outbound), 1, until)
        self.put_off |= isinstance(result, Deferred)
        await self._record(adapter.name, ticket.claimed, answered(ticket.claimed, result, self._load.refused))

    async def _send_many(self, tickets: Sequence[Ticket], provider: str, adapter: SendsMany, until: float) -> None:
        outbounds = [ticket.outbound for ticket in tickets if isinstance(ticket.outbound, Outbound)]
        results = await self._call(provider, lambda: adapter.send_many(outbounds), len(outbounds), until)
        self.put_off |= any(isinstance(result, Deferred) for result in results)
        self._crew.batch_sizes.heard(self._lane, results)
        pairs = list(zip(tickets, results, strict=True))
        heard = [answered(ticket.claimed, result, self._load.refused) for ticket, result in pairs]
        records = zip(tickets, as_one_call(heard), strict=True)
        await asyncio.gather(*(self._record(provider, ticket.claimed, result) for ticket, result in records))

    async def _refuse(self, provider: str, claimed: Claimed, reason: Reason) -> None:
        await self._record(provider, claimed, refused(claimed, reason))

    async def _call(
        self, provider: str, send: Callable[[], Awaitable[Sequence[SendResult]]], size: int, until: float
    ) -> Sequence[SendResult]:
        telemetry, began = self._crew.telemetry, perf_counter()
        with telemetry.tracing.call(provider, size) as span:
            results = await _call(send, size, until)
            note_outcomes(span, results)
        telemetry.metrics.count_call(provider, perf_counter() - began)
        return results

    async def _record(self, provider: str, claimed: Claimed, result: Result) -> None:
        await self._crew.recorder.record(result)
        self._crew.telemetry.metrics.count_delivery(claimed.recipient.channel, provider, result.report.outcome)


def _given_back(id_: DeliveryId, epoch: int) -> Report:
    return Report(id_, Happening(DeliveryEvent.GIVE_BACK, epoch), outcome="given_back")


def _by_loop(until: float) -> float:
    """Translate a time of `elapsed` to the event loop's clock, which may have stood still meanwhile."""
    return asyncio.get_running_loop().time() + until - elapsed()


async def _single(adapter: Adapter, outbound: Outbound) -> Sequence[SendResult]:
    return [await adapter.send(outbound)]


async def _call(send: Callable[[], Awaitable[Sequence[SendResult]]], size: int, until: float) -> Sequence[SendResult]:
    """Make one call within its deadline. An adapter that raises says nothing about whether it sent."""
    if elapsed() >= until:
        return [Deferred(DEADLINE_PASSED, "The time for this attempt was over before it began.")] * size
    try:
        ends = _by_loop(until)
        with deadline(ends):
            async with _net(ends):
                results = await send()
    except Exception as error:  # noqa: BLE001 - whatever an adapter raises, the honest answer is "unknown"
        log.error("adapter_raised", error=type(error).__name__)
        return [Unknown("The call broke off, and it is not known whether the provider got the message.")] * size
    return (
        results if len(results) == size else [Unknown("The provider answered for another number of messages.")] * size
    )


@asynccontextmanager
async def _net(until: float) -> AsyncIterator[None]:
    """Stop an adapter that does not stop itself.

    A process that was frozen finds every deadline past at once; counted from when it wakes, the grace still lets the
    adapter's own deadline come first, which knows what was not sent.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as net:
        timer = loop.call_at(until, lambda: net.reschedule(loop.time() + GRACE))
        try:
            yield
        finally:
            timer.cancel()
