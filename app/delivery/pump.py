"""Working one lane for a few seconds: claim, send, record.

The order is the protocol: a claim is committed before a socket is used; each call has a deadline inside its lease; what
is not known is said to be unknown.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, assert_never
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from app.channels.http import deadline
from app.delivery.lines import Line, Lines, Plans
from app.delivery.loads import Load, Loads, NotLoaded
from app.delivery.recorder import TROUBLE, Recorder, Result
from app.delivery.settle import Report, settle
from app.domain.messaging import (
    PAIR_RATE,
    Accepted,
    Adapter,
    Deferred,
    DroppedAttachment,
    Outbound,
    Rejected,
    SendResult,
    SendsMany,
    Unknown,
)
from app.domain.model import RETRYABLE, Channel, DeliveryEvent, Happening, MassReplyStatus, Reason, ReasonCode
from app.domain.policy import allowance, back_off, pair_rate_wait, spend
from app.domain.preflight import Plan, Ready, judge
from app.domain.threads import reply_headers, reply_subject
from app.store import claims
from app.store.claims import Attempt, Claimed, Gate, Grant, LaneKey
from app.store.database import Database

log = structlog.get_logger()

LEASE_MARGIN: Final = timedelta(seconds=2)
"""How long before the lease runs out no byte may leave any more."""
GRACE: Final = LEASE_MARGIN.total_seconds() / 2
"""Seconds that an adapter has, after its calls were stopped, to say what it knows of them; then nobody knows."""
BATCH_FROM: Final = 10
"""Fewer deliveries than this go one by one even where the provider takes many in one call."""
REFILL_SHARE: Final = 4
"""A pump claims again when a quarter of its slots is free, not for every single one."""
GIVE_BACK_TRIES: Final = 5
ROOM_WAIT: Final = timedelta(milliseconds=50)
"""How soon to ask again where only calls under way stand in the way."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The times of the protocol."""

    lease: timedelta
    settles_after: timedelta
    slots: int
    budget: timedelta


@dataclass(frozen=True, slots=True)
class Crew:
    """What every pump of a process shares."""

    database: Database
    recorder: Recorder
    pace: Pace
    lines: Lines
    plans: Plans
    loads: Loads


@dataclass(frozen=True, slots=True)
class Ticket:
    """One claimed delivery: what leaves, or why nothing may."""

    claimed: Claimed
    outbound: Outbound | Reason


@dataclass(frozen=True, slots=True)
class Taken:
    """What one claim brought; without an adapter nothing, but when to ask again (None: not in this pump)."""

    tickets: tuple[Ticket, ...] = ()
    adapter: Adapter | None = None
    ask_again_at: datetime | None = None
    now: datetime | None = None

    @property
    def wait(self) -> float | None:
        """Seconds until it is worth asking again."""
        if self.ask_again_at is None or self.now is None:
            return None
        return max(0.0, (self.ask_again_at - self.now).total_seconds())


class Pump:
    """Works one lane until its budget is used up, there is nothing to do, or `stop` is set."""

    def __init__(self, crew: Crew, lane: LaneKey, stop: asyncio.Event) -> None:
        self._crew = crew
        self._lane = lane
        self._stop = stop
        self._under_way: set[asyncio.Task[None]] = set()
        self._busy = 0
        self._freed = asyncio.Event()
        self._load = Load()

    async def run(self) -> bool:
        """Answer whether the budget ended before the work did."""
        try:
            self._load = await self._crew.loads.of(self._lane)
        except NotLoaded as error:
            # Nothing is claimed without the files that were promised; the sweeper wakes the lane again.
            log.error("files_not_loaded", mass_reply=str(self._lane.mass_reply), why=str(error))
            return False
        return await self._work()

    async def _work(self) -> bool:
        loop = asyncio.get_running_loop()
        end = loop.time() + self._crew.pace.budget.total_seconds()
        more = True
        try:
            while more and not self._stop.is_set() and (left := end - loop.time()) > 0:
                more = await self._round(left)
        finally:
            while self._under_way:
                await asyncio.wait(self._under_way)
        return more

    async def _round(self, left: float) -> bool:
        """Claim once, or wait for room; False where there is nothing more to do within this budget."""
        free = self._crew.pace.slots - self._busy
        if free < max(1, self._crew.pace.slots // REFILL_SHARE):
            return await self._one_done(left)
        until = asyncio.get_running_loop().time() + (self._crew.pace.lease - LEASE_MARGIN).total_seconds()
        taken = await self._claim(free)
        if taken.adapter is None:
            return await self._idle(taken.wait, left)
        self._begin(taken.tickets, taken.adapter, until)
        return True

    async def _one_done(self, longest: float) -> bool:
        self._freed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(longest):
                await self._freed.wait()
        return True

    async def _idle(self, wait: float | None, left: float) -> bool:
        """Wait for room or for time to pass; False where neither can come within this budget."""
        if self._under_way:
            return await self._one_done(left if wait is None else min(left, wait))
        if wait is None or wait >= left:
            return False
        await asyncio.sleep(wait)
        return True

    async def _claim(self, free: int) -> Taken:
        """Take what may be sent now. If the commit is not answered, nothing is sent and all is given back."""
        token = uuid4()
        try:
            async with self._crew.database.begin(self._lane.tenant) as connection:
                claim = _Claim(self._crew, self._lane, connection, self._load)
                return await claim.take(token, free)
        except BaseException as error:
            log.warning("claim_unanswered", mass_reply=str(self._lane.mass_reply), error=type(error).__name__)
            await asyncio.shield(asyncio.ensure_future(self._give_back(token)))
            if not isinstance(error, TROUBLE):
                raise
            return Taken()

    async def _give_back(self, token: UUID) -> None:
        """Look for the claim on a fresh connection, and put back what it took: nothing of it was begun."""
        for _ in range(GIVE_BACK_TRIES):
            try:
                async with self._crew.database.begin(self._lane.tenant) as connection:
                    rows = await claims.claimed_under(connection, self._lane, token)
                    reports = [
                        Report(id_, Happening(DeliveryEvent.GIVE_BACK, epoch), outcome="given_back")
                        for id_, epoch in rows
                    ]
                    await settle(connection, self._lane.tenant, reports)
                return
            except TROUBLE:
                await asyncio.sleep(1)
        # The rows stay `sending`; their lease runs out and they become uncertain, where a person sees them.
        log.error("give_back_failed", mass_reply=str(self._lane.mass_reply))

    def _begin(self, tickets: Sequence[Ticket], adapter: Adapter, until: float) -> None:
        ready = [ticket for ticket in tickets if isinstance(ticket.outbound, Outbound)]
        if isinstance(adapter, SendsMany) and len(ready) >= BATCH_FROM:
            self._start(self._send_many(ready, adapter, until), len(ready))
        else:
            for ticket in ready:
                self._start(self._send_one(ticket, adapter, until), 1)
        for ticket in tickets:
            if isinstance(ticket.outbound, Reason):
                self._start(self._refuse(ticket.claimed, ticket.outbound), 1)

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
        [result] = await _call(lambda: _single(adapter, outbound), 1, until)
        await self._crew.recorder.record(_result(ticket.claimed, result, self._load.refused))

    async def _send_many(self, tickets: Sequence[Ticket], adapter: SendsMany, until: float) -> None:
        outbounds = [ticket.outbound for ticket in tickets if isinstance(ticket.outbound, Outbound)]
        results = await _call(lambda: adapter.send_many(outbounds), len(outbounds), until)
        records = (
            self._crew.recorder.record(_result(ticket.claimed, result, self._load.refused))
            for ticket, result in zip(tickets, results, strict=True)
        )
        await asyncio.gather(*records)

    async def _refuse(self, claimed: Claimed, reason: Reason) -> None:
        happening = Happening(DeliveryEvent.REFUSE, claimed.epoch, reason=reason)
        report = Report(claimed.delivery_id, happening, outcome="refused", evidence=reason.detail)
        await self._crew.recorder.record(Result(claimed.lane.tenant, claimed.lane.account, report, "nothing"))


async def _single(adapter: Adapter, outbound: Outbound) -> Sequence[SendResult]:
    return [await adapter.send(outbound)]


async def _call(send: Callable[[], Awaitable[Sequence[SendResult]]], size: int, until: float) -> Sequence[SendResult]:
    """Make one call within its deadline. An adapter that raises says nothing about whether it sent."""
    if asyncio.get_running_loop().time() >= until:
        return [Deferred("deadline_passed", "The time for this attempt was over before it began.")] * size
    try:
        with deadline(until):
            async with _net(until):
                results = await send()
    except Exception as error:  # noqa: BLE001 - whatever an adapter raises, the honest answer is "unknown"
        log.error("adapter_raised", error=type(error).__name__)
        return [Unknown(f"The call ended with {type(error).__name__}.")] * size
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


class _Claim:
    """One claim's transaction."""

    def __init__(self, crew: Crew, lane: LaneKey, connection: AsyncConnection, load: Load) -> None:
        self._crew = crew
        self._lane = lane
        self._connection = connection
        self._load = load

    async def take(self, token: UUID, free: int) -> Taken:
        gate = await claims.open_gate(self._connection, self._lane)
        opens_at = None if gate is None else _opens_at(gate)
        if gate is None or opens_at is None:
            return Taken()
        if opens_at > gate.now:
            return Taken(ask_again_at=opens_at, now=gate.now)
        bucket = allowance(gate.allowed_at, gate.now, gate.rate_per_second)
        room = min(free, gate.max_in_flight - gate.in_flight)
        if room <= 0 or bucket.units == 0:
            await claims.touch_lane(self._connection, self._lane)
            return Taken(ask_again_at=max(bucket.next_at, gate.now + ROOM_WAIT), now=gate.now)
        return await self._claim(token, gate, Grant(room, bucket.units, bucket.full, gate.sampling))

    async def _claim(self, token: UUID, gate: Gate, grant: Grant) -> Taken:
        pace = self._crew.pace
        rows = await claims.claim(
            self._connection,
            self._lane,
            token,
            grant,
            gate.now,
            pace.lease,
            pace.settles_after,
        )
        if not rows:
            due = await claims.next_due_at(self._connection, self._lane, grant)
            return Taken(ask_again_at=due and max(due, gate.now + ROOM_WAIT), now=gate.now)
        line = await self._crew.lines.line(
            self._connection, self._lane.tenant, self._lane.account, gate.account_version
        )
        plan = await self._crew.plans.plan(self._connection, self._lane.tenant, self._lane.mass_reply)
        tickets = tuple(_ticket(row, plan, line, self._load, gate.now) for row in rows)
        allowed_at = spend(gate.allowed_at, gate.now, gate.rate_per_second, sum(row.units for row in rows))
        attempts = [_attempt(ticket, line) for ticket in tickets]
        await claims.mark(self._connection, self._lane, attempts, allowed_at, gate.now)
        return Taken(tickets, line.adapter)


def _opens_at(gate: Gate) -> datetime | None:
    """From when the way is free; None where this pump has nothing to wait for."""
    running = gate.status is MassReplyStatus.SENDING and gate.enabled
    late = gate.not_after is not None and gate.now >= gate.not_after
    if not running or late or gate.lane_paused or gate.account_paused:
        return None
    return max(gate.now, gate.cool_until or gate.now)


def _ticket(claimed: Claimed, plan: Plan, line: Line, load: Load, now: datetime) -> Ticket:
    """Look once more, just before sending: the world may have changed since the preflight."""
    recipient = replace(claimed.recipient, account_config=line.account.config)
    judged = judge(recipient, plan, line.limits, now)
    return Ticket(claimed, judged if isinstance(judged, Reason) else _outbound(claimed, judged, plan, line, load))


def _attempt(ticket: Ticket, line: Line) -> Attempt:
    outbound = ticket.outbound
    if isinstance(outbound, Reason):
        return Attempt(ticket.claimed)
    html = outbound.html if line.limits.from_timeline else None
    return Attempt(ticket.claimed, outbound.text, html, used_template=outbound.template is not None)


def _outbound(claimed: Claimed, ready: Ready, plan: Plan, line: Line, load: Load) -> Outbound:
    recipient = claimed.recipient
    is_mail = recipient.channel is Channel.EMAIL
    parent = recipient.reply_to_message_id
    headers = reply_headers(parent, recipient.reply_references, ()) if is_mail else None
    return Outbound(
        delivery_id=claimed.delivery_id,
        epoch=claimed.epoch,
        channel=recipient.channel,
        address=ready.address,
        text=ready.rendered.text,
        html=ready.rendered.html,
        subject=reply_subject(claimed.subject) if is_mail else claimed.subject,
        in_reply_to=headers.in_reply_to if headers else parent,
        references=headers.references if headers else (),
        conversation_id=recipient.conversation_id,
        conversation_external_id=recipient.external_id,
        callback_url=line.callback_url,
        author=plan.author,
        attachments=() if ready.template else load.files,
        template=ready.template,
        last_customer_message_at=recipient.last_customer_message_at,
    )


def _result(claimed: Claimed, result: SendResult, refused: tuple[DroppedAttachment, ...]) -> Result:
    """Read an adapter's answer; `refused` are the files that the provider had not taken beforehand."""
    lane = claimed.lane
    match result:
        case Accepted(provider_message_id, dropped):
            report = _report(claimed, DeliveryEvent.ACCEPT, "accepted", None, provider_message_id)
            report = replace(report, dropped=(*refused, *dropped))
            return Result(lane.tenant, lane.account, report, "answer")
        case Rejected(code, detail, temporary):
            reason = Reason(code, detail, retryable=temporary or code in RETRYABLE)
            report = _report(claimed, DeliveryEvent.REJECT, "rejected", reason)
            return Result(lane.tenant, lane.account, report, "answer")
        case Deferred(code, detail, retry_after, scope):
            wait = (retry_after or _patience(code, claimed.deferrals)) if scope == "delivery" else None
            report = _report(claimed, DeliveryEvent.DEFER, "deferred", None, evidence=detail, wait=wait)
            silent = code == ReasonCode.UNREACHABLE
            deferral = result if scope == "account" else None
            return Result(lane.tenant, lane.account, report, "silence" if silent else "answer", deferral)
        case Unknown(detail):
            report = _report(claimed, DeliveryEvent.LOSE_ANSWER, "unknown", Reason(ReasonCode.ANSWER_LOST, detail))
            return Result(lane.tenant, lane.account, report, "silence")
        case _:
            assert_never(result)


def _patience(code: str, deferrals: int) -> timedelta:
    return pair_rate_wait(deferrals) if code == PAIR_RATE else back_off(deferrals)


def _report(
    claimed: Claimed,
    event: DeliveryEvent,
    outcome: str,
    reason: Reason | None,
    provider_message_id: str | None = None,
    evidence: str | None = None,
    wait: timedelta | None = None,
) -> Report:
    return Report(
        claimed.delivery_id,
        Happening(event, claimed.epoch, reason=reason),
        provider_message_id=provider_message_id,
        outcome=outcome,
        evidence=evidence or (reason.detail if reason else None),
        wait=wait,
    )
