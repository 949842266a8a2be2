"""One claim's transaction: what may leave now; and after it, beside the event loop, what exactly.

A message may take long to render. So the claim holds nobody up for it: it is committed first, and the texts are stored
in a second transaction before anything leaves.
"""

import asyncio
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.delivery.pump_context import Crew
from app.delivery.senders import Line
from app.delivery.slots import AccountSlots
from app.delivery.sql import claims, contact_limits, waiting
from app.delivery.sql.call_shares import Share
from app.delivery.sql.claims import Attempt, Claimed, Gate, Grant
from app.delivery.staged_files import Load
from app.delivery.waiting import Wait
from app.domain.contact_limits import known_as
from app.domain.lanes import LaneKey
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbound import Outbound
from app.domain.pacing import allowance, spend
from app.domain.preflight import Plan, Ready, judge
from app.domain.threads import reply_headers, reply_subject
from app.domain.words import Channel, Reason
from app.store.transactions import TenantTx

PUT_OFF: Final = "What is left was put off, by the provider or for lack of an answer, and is tried again then."
AT_MOST: Final = 2
"""How many deliveries may be claimed and not recorded, for each call that the account may have under way."""
ROOM_WAIT: Final = timedelta(milliseconds=50)
"""How soon to ask again where only calls under way stand in the way."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One claimed delivery: what leaves, or why nothing may."""

    claimed: Claimed
    outbound: Outbound | Reason


@dataclass(frozen=True, slots=True)
class Taken:
    """What one claim brought; without rows nothing."""

    rows: tuple[Claimed, ...] = ()
    judging: "Judging | None" = None
    wait: Wait | None = None
    """Until when it is not worth asking again. Without it: at once after a claim that took something; never by the mere
    passing of time after one that took nothing."""
    held: bool = False
    """Whether the lane still says that it waits."""
    last: bool = False
    """Whether nothing more of the lane is due."""
    share: int | None = None
    """How many of the account's calls this process may have under way, as soon as it is committed."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """One moment by the database's clock and by the event loop's, which alone can be waited for."""

    database: datetime
    loop: float

    def wait(self, until: datetime, *, shared: bool = False) -> Wait:
        return Wait(self.loop + (until - self.database).total_seconds(), shared)


class Claim:
    """One claim's transaction."""

    def __init__(self, crew: Crew, lane: LaneKey, tx: TenantTx, load: Load, slots: AccountSlots) -> None:
        self._crew = crew
        self._lane = lane
        self._tx = tx
        self._load = load
        self._slots = slots

    async def take(self, token: UUID) -> Taken:
        gate = await claims.open_gate(self._tx, self._lane, self._slots.holder)
        opens_at = None if gate is None else _opens_at(gate)
        if gate is None or opens_at is None:
            return Taken()
        clocks = Clocks(gate.now, asyncio.get_running_loop().time())
        if opens_at > gate.now:
            return Taken(wait=clocks.wait(opens_at, shared=True))
        share = self._slots.deal(gate)
        bucket = allowance(gate.allowed_at, gate.now, gate.rate_per_second)
        room = min(self._slots.wanted(share), AT_MOST * gate.max_in_flight - gate.unrecorded)
        if room <= 0 or bucket.units == 0:
            await claims.touch_lane(self._tx, self._lane, gate.now, self._share(share, gate))
            self._crew.telemetry.metrics.count_claim_without_room("in_flight" if room <= 0 else "rate")
            next_at = bucket.next_at if room > 0 else gate.now + ROOM_WAIT
            return Taken(wait=clocks.wait(_worth_it(next_at, gate), shared=True), share=share)
        grant = Grant(room, bucket.units, gate.sampling, gate.not_after)
        return replace(await self._claim(token, gate, clocks, grant, share), share=share)

    def _share(self, slots: int, gate: Gate) -> Share:
        return self._slots.share(slots, gate, self._crew.pace.lease)

    async def _claim(self, token: UUID, gate: Gate, clocks: Clocks, grant: Grant, share: int) -> Taken:
        pace = self._crew.pace
        rows = await claims.claim(
            self._tx,
            self._lane,
            token,
            grant,
            gate.now,
            pace.lease,
            pace.settles_after,
        )
        if not rows:
            return Taken(wait=await self._nothing_due(gate, clocks, grant))
        line = await self._crew.lines.line(self._tx, self._lane.account, gate.account_version)
        plan = await self._crew.plans.plan(self._tx, self._lane.mass_reply)
        reached = await self._reached(plan, rows)
        allowed_at = spend(gate.allowed_at, gate.now, gate.rate_per_second, sum(row.units for row in rows))
        attempts, held = [Attempt(row) for row in rows], self._share(share, gate)
        await claims.mark(self._tx, self._lane, attempts, allowed_at, gate.now, held)
        wait = next_token(allowed_at, gate, clocks)
        judging = Judging(plan, line, self._load, reached, gate.now)
        return Taken(tuple(rows), judging, wait, gate.lane_held, last=len(rows) < grant.free and wait is None)

    async def _nothing_due(self, gate: Gate, clocks: Clocks, grant: Grant) -> Wait | None:
        """Say when the lane's next delivery may be tried, to whoever looks at the lane as well."""
        due = await claims.next_due_at(self._tx, self._lane, grant)
        if due is None:
            return None
        if due > gate.now:
            await waiting.hold_until(self._tx, self._lane, due, PUT_OFF)
        return clocks.wait(max(due, gate.now + ROOM_WAIT))

    async def _reached(self, plan: Plan, rows: Sequence[Claimed]) -> Counter[UUID]:
        """How much each contact got of late, where the tenant limits that; others wait for this commit to count."""
        if plan.guards.max_per_contact_per_day is None:
            return Counter()
        await contact_limits.take_turns(self._tx)
        contacts, besides = [row.recipient.contact_id for row in rows], [row.delivery_id for row in rows]
        return Counter(await contact_limits.reached(self._tx, contacts, besides=besides))


def next_token(allowed_at: datetime, gate: Gate, clocks: Clocks) -> Wait | None:
    """Say when the account will have a token again; None where it has one left."""
    bucket = allowance(allowed_at, gate.now, gate.rate_per_second)
    return None if bucket.units else clocks.wait(_worth_it(bucket.next_at, gate), shared=True)


def _worth_it(next_at: datetime, gate: Gate) -> datetime:
    """On a fast account, let some messages come together; on a slow one, every one counts."""
    interval = timedelta(seconds=1 / gate.rate_per_second)
    return next_at if interval >= ROOM_WAIT else max(next_at, gate.now + ROOM_WAIT)


def _opens_at(gate: Gate) -> datetime | None:
    """From when the way is free; None where this pump has nothing to wait for."""
    running = gate.status is MassReplyStatus.SENDING and gate.enabled
    late = _is_past(gate.not_after, gate.now) and (gate.again_until is None or _is_past(gate.again_until, gate.now))
    if not running or late or gate.lane_paused or gate.account_paused:
        return None
    return max(gate.now, gate.cool_until or gate.now)


def is_open(gate: Gate) -> bool:
    """Whether calls of the lane may be begun now."""
    opens_at = _opens_at(gate)
    return opens_at is not None and opens_at <= gate.now


def _is_past(latest: datetime | None, now: datetime) -> bool:
    return latest is not None and now >= latest


@dataclass(frozen=True, slots=True)
class Judging:
    """What it takes to look once more, just before sending: the world may have changed since the preflight."""

    plan: Plan
    line: Line
    load: Load
    reached: Counter[UUID]
    now: datetime
    taken: Counter[Hashable] = field(default_factory=Counter)
    """What leaves with this very claim, by all that a person is known as."""

    def ticket(self, claimed: Claimed) -> Ticket:
        names, config = known_as(claimed.recipient), self.line.account.config
        reached = self.reached[claimed.recipient.contact_id] + max(self.taken[name] for name in names)
        recipient = replace(claimed.recipient, account_config=config, reached=reached)
        judged = judge(recipient, self.plan, self.line.limits, self.now)
        if isinstance(judged, Reason):
            return Ticket(claimed, judged)
        self.taken.update(names)
        return Ticket(claimed, _outbound(claimed, judged, self.plan, self.line, self.load))

    def attempt(self, ticket: Ticket) -> Attempt:
        """What is stored of it before it leaves."""
        outbound = ticket.outbound
        if isinstance(outbound, Reason):
            return Attempt(ticket.claimed)
        html = outbound.html if self.line.limits.from_timeline else None
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
        checked=recipient.frozen,
    )
