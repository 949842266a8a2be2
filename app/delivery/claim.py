"""One claim: a transaction that decides how many deliveries may leave now, and the rendering of each.

A message may take long to render, so the claim is committed first: it delays nobody. The texts are stored in a second
transaction before anything leaves. Only a message that hardly ever takes long is rendered within the claim.
"""

import asyncio
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import thread_time
from typing import Final
from uuid import UUID

import structlog

from app.delivery.pump_context import PumpContext
from app.delivery.senders import AccountSender, RenderingTime
from app.delivery.slots import AccountSlots
from app.delivery.sql import claims, contact_limits, queues, waiting
from app.delivery.sql.call_shares import CallShare
from app.delivery.sql.claims import Attempt, Claimed, ClaimLimit, LaneSnapshot
from app.delivery.staged_files import StagedFiles
from app.delivery.waiting import Wait
from app.domain.contact_limits import known_as
from app.domain.lanes import LaneKey
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbound import Outbound
from app.domain.pacing import allowance, spend
from app.domain.preflight import MessagePlan, ReadyToSend, Recipient, judge
from app.domain.threads import reply_headers, reply_subject
from app.domain.words import Channel, Reason, ReasonCode
from app.process.slices import Slices
from app.store.transactions import TenantTx

log = structlog.get_logger()

NOT_RENDERED: Final = Reason(
    ReasonCode.CONTENT_REJECTED,
    "A fault of this service: the message could not be made for this recipient. The service's log names the fault.",
    retryable=True,
)
PUT_OFF: Final = "The remaining messages were deferred, and are sent when the account may go on."
AT_MOST: Final = 2
"""Deliveries that may be claimed and not yet recorded, per call that the account may have under way."""
AT_ONCE: Final = 0.04
"""Seconds of CPU that one claim may take for rendering in its transaction."""
SLICE: Final = 0.003
"""Seconds after which the event loop looks at everything else."""
ROOM_WAIT: Final = timedelta(milliseconds=50)
"""How soon to claim again if only calls under way are in the way."""


@dataclass(slots=True)
class ClaimedSend:
    """One claimed delivery: the message to send, or the reason why it may not be sent."""

    claimed: Claimed
    outbound: Outbound | Reason


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """The result of one claim. No rows: nothing was claimed."""

    rows: tuple[Claimed, ...] = ()
    judging: "Judging | None" = None
    wait: Wait | None = None
    """How long another claim is not worth it. None after a claim that took something: claim again at once. None after
    one that took nothing: waiting alone brings no work."""
    held: bool = False
    """Whether the lane is still marked as held."""
    last: bool = False
    """Whether nothing more of the lane is due."""
    share: int | None = None
    """How many of the account's calls this process may have under way once this is committed. None if this claim has
    stored no share: a share that other processes cannot see must not be used."""
    rendered: tuple[ClaimedSend, ...] = ()
    """Those of the first rows whose texts are stored already."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """One moment by two clocks: the database's, and the event loop's, by which this process waits."""

    database: datetime
    loop: float

    def wait(self, until: datetime, *, shared: bool = False) -> Wait:
        return Wait(self.loop + (until - self.database).total_seconds(), shared)


class Claim:
    """One claim's transaction."""

    def __init__(
        self, context: PumpContext, lane: LaneKey, tx: TenantTx, staged: StagedFiles, slots: AccountSlots
    ) -> None:
        self._context = context
        self._lane = lane
        self._tx = tx
        self._staged = staged
        self._slots = slots

    async def take(self, token: UUID) -> ClaimResult:
        snapshot = await claims.lock_lane(self._tx, self._lane, self._slots.holder)
        opens_at = None if snapshot is None else _opens_at(snapshot)
        if snapshot is None or opens_at is None:
            return ClaimResult()
        if not snapshot.queued:  # looking may take long: deliveries that have left the queue may still be in its index
            return ClaimResult()
        clocks = Clocks(snapshot.now, asyncio.get_running_loop().time())
        if opens_at > snapshot.now:
            return ClaimResult(wait=clocks.wait(opens_at, shared=True))
        share = self._slots.deal(snapshot)
        bucket = allowance(snapshot.allowed_at, snapshot.now, snapshot.rate_per_second)
        room = min(self._slots.wanted(share), AT_MOST * snapshot.max_in_flight - snapshot.unrecorded)
        if room <= 0 or bucket.units == 0:
            await claims.touch_lane(self._tx, self._lane, snapshot.now, self._share(share, snapshot))
            self._context.telemetry.metrics.count_claim_without_room("in_flight" if room <= 0 else "rate")
            next_at = bucket.next_at if room > 0 else snapshot.now + ROOM_WAIT
            return ClaimResult(wait=clocks.wait(_worth_it(next_at, snapshot), shared=True), share=share)
        claim_limit = ClaimLimit(room, bucket.units, snapshot.sampling, snapshot.not_after, snapshot.queue_from)
        return await self._claim(token, snapshot, clocks, claim_limit, share)

    def _share(self, slots: int, snapshot: LaneSnapshot) -> CallShare:
        return self._slots.share(slots, snapshot, self._context.pace.lease)

    async def _claim(
        self, token: UUID, snapshot: LaneSnapshot, clocks: Clocks, claim_limit: ClaimLimit, share: int
    ) -> ClaimResult:
        sender = await self._context.senders.sender(self._tx, self._lane.account, snapshot.account_version)
        rows = await self._queued(token, snapshot, claim_limit, sender)
        if not rows:
            return ClaimResult(wait=await self._nothing_due(snapshot, clocks))
        plan = await self._context.plans.plan(self._tx, self._lane.mass_reply)
        reached = await self._reached(plan, rows)
        allowed_at = spend(snapshot.allowed_at, snapshot.now, snapshot.rate_per_second, sum(row.units for row in rows))
        rendering_time = self._context.plans.rendering_time(self._lane.mass_reply)
        judging = Judging(plan, sender, self._staged, reached, snapshot.now, rendering_time)
        rendered = await judging.at_once(rows)
        attempts = [*map(judging.attempt, rendered), *map(Attempt, rows[len(rendered) :])]
        held = self._share(share, snapshot)
        await claims.mark(self._tx, self._lane, attempts, allowed_at, snapshot.now, held)
        wait = next_token(allowed_at, snapshot, clocks)
        last = len(rows) < claim_limit.free and wait is None
        return ClaimResult(tuple(rows), judging, wait, snapshot.lane_held, last, share, rendered)

    async def _queued(
        self, token: UUID, snapshot: LaneSnapshot, claim_limit: ClaimLimit, sender: AccountSender
    ) -> list[Claimed]:
        return await claims.claim(
            self._tx,
            self._lane,
            token,
            claim_limit,
            snapshot.now,
            self._context.pace.lease,
            self._context.pace.settles_after,
            sender.account.config,
        )

    async def _nothing_due(self, snapshot: LaneSnapshot, clocks: Clocks) -> Wait | None:
        """Return when the lane's next delivery may be tried, and show it on the lane."""
        due = await queues.next_due_at(self._tx, self._lane, snapshot.queue_from, sampling=snapshot.sampling)
        is_due = due is not None and due <= snapshot.now
        if not is_due and await self._may_begin_earlier(snapshot, due):
            await queues.look_at_all(self._tx, self._lane)
            return clocks.wait(snapshot.now + ROOM_WAIT)
        if due is None:
            return None
        if not is_due:
            await waiting.hold_until(self._tx, self._lane, due, PUT_OFF)
        return clocks.wait(max(due, snapshot.now + ROOM_WAIT))

    async def _may_begin_earlier(self, snapshot: LaneSnapshot, due: datetime | None) -> bool:
        """Return whether a delivery may lie before the place where the lane says its queue begins.

        A worker of the previous release does not maintain that place, and may have returned a delivery to before it.
        """
        if snapshot.queue_from == queues.BEGINNING:
            return False
        return due is None or await queues.lacks_some(self._tx, self._lane, snapshot.queue_from, snapshot.queued)

    async def _reached(self, plan: MessagePlan, rows: Sequence[Claimed]) -> Counter[UUID]:
        """Count the messages each contact got recently, if the tenant limits them. Other claims wait for this commit
        before they count."""
        if plan.guards.max_per_contact_per_day is None:
            return Counter()
        await contact_limits.take_turns(self._tx)
        contacts, besides = [row.recipient.contact_id for row in rows], [row.delivery_id for row in rows]
        return Counter(await contact_limits.reached(self._tx, contacts, besides=besides))


def next_token(allowed_at: datetime, snapshot: LaneSnapshot, clocks: Clocks) -> Wait | None:
    """Return when the account will have a token again, or None if it has one left."""
    bucket = allowance(allowed_at, snapshot.now, snapshot.rate_per_second)
    return None if bucket.units else clocks.wait(_worth_it(bucket.next_at, snapshot), shared=True)


def _worth_it(next_at: datetime, snapshot: LaneSnapshot) -> datetime:
    """On a fast account, wait until a few tokens have come together; on a slow one, use each at once."""
    interval = timedelta(seconds=1 / snapshot.rate_per_second)
    return next_at if interval >= ROOM_WAIT else max(next_at, snapshot.now + ROOM_WAIT)


def _opens_at(snapshot: LaneSnapshot) -> datetime | None:
    """Return when calls may begin, or None if this pump has nothing to wait for."""
    running = snapshot.status is MassReplyStatus.SENDING and snapshot.enabled
    late = _is_past(snapshot.not_after, snapshot.now) and (
        snapshot.again_until is None or _is_past(snapshot.again_until, snapshot.now)
    )
    if not running or late or snapshot.lane_paused or snapshot.account_paused:
        return None
    return max(snapshot.now, snapshot.cool_until or snapshot.now)


def is_open(snapshot: LaneSnapshot) -> bool:
    """Return whether calls of the lane may begin now."""
    opens_at = _opens_at(snapshot)
    return opens_at is not None and opens_at <= snapshot.now


def _is_past(latest: datetime | None, now: datetime) -> bool:
    return latest is not None and now >= latest


@dataclass(frozen=True, slots=True)
class Judging:
    """The last check before sending, with all it needs: things may have changed since the preflight."""

    plan: MessagePlan
    sender: AccountSender
    staged: StagedFiles
    reached: Counter[UUID]
    now: datetime
    rendering_time: RenderingTime = field(default_factory=RenderingTime)
    in_this_claim: Counter[Hashable] = field(default_factory=Counter)
    """How many messages this claim sends to each name that a person is known by."""

    async def at_once(self, rows: Sequence[Claimed]) -> tuple[ClaimedSend, ...]:
        """Render the first rows for as long as that is quick: it holds up the claim, and with it the account."""
        left, done, slices = AT_ONCE, list[ClaimedSend](), Slices(SLICE)
        for row in rows:
            if left <= 0 or not self.rendering_time.short:
                break
            await slices.pause()
            claimed_send, seconds = self._timed(row)
            done.append(claimed_send)
            left -= seconds
        return tuple(done)

    def claimed_send(self, claimed: Claimed) -> ClaimedSend:
        return self._timed(claimed)[0]

    def _timed(self, claimed: Claimed) -> tuple[ClaimedSend, float]:
        """Return the send, and the CPU seconds it took to make."""
        began = thread_time()
        try:
            claimed_send = self._claimed_send(claimed)
        except Exception as error:
            # A bug of ours. One recipient must not hold up all others of the lane.
            log.exception("recipient_not_rendered", delivery=str(claimed.delivery_id), error=type(error).__name__)
            claimed_send = ClaimedSend(claimed, NOT_RENDERED)
        finally:
            seconds = thread_time() - began
            self.rendering_time.note(seconds)
        return claimed_send, seconds

    def _claimed_send(self, claimed: Claimed) -> ClaimedSend:
        limited = self.plan.guards.max_per_contact_per_day is not None
        recipient = self._with_reached(claimed.recipient) if limited else claimed.recipient
        judged = judge(recipient, self.plan, self.sender.limits, self.now)
        if isinstance(judged, Reason):
            return ClaimedSend(claimed, judged)
        outbound = _outbound(claimed, judged, self.plan, self.sender, self.staged)
        if limited:
            self.in_this_claim.update(known_as(recipient))
        return ClaimedSend(claimed, outbound)

    def _with_reached(self, recipient: Recipient) -> Recipient:
        """Return the recipient with the number of messages it got recently, those of this claim included."""
        reached = self.reached[recipient.contact_id] + max(self.in_this_claim[name] for name in known_as(recipient))
        return replace(recipient, reached=reached) if reached else recipient

    def attempt(self, claimed_send: ClaimedSend) -> Attempt:
        """Return the part of a send that is stored before it leaves."""
        outbound = claimed_send.outbound
        if isinstance(outbound, Reason):
            return Attempt(claimed_send.claimed, used_template=False)
        html = outbound.html if self.sender.limits.from_timeline else None
        return Attempt(claimed_send.claimed, outbound.text, html, used_template=outbound.template is not None)


def _outbound(
    claimed: Claimed, ready: ReadyToSend, plan: MessagePlan, sender: AccountSender, staged: StagedFiles
) -> Outbound:
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
        callback_url=sender.callback_url,
        author=plan.author,
        attachments=() if ready.template else staged.files,
        template=ready.template,
        last_customer_message_at=recipient.last_customer_message_at,
        checked=recipient.frozen,
    )
