"""What a call's outcome means for the delivery, and for the account that made it.

After HTTP 429 the adapter returns Deferred with the scope `account` (`channels/provider_responses.py`): the delivery
goes back to the queue, and no lane of the account sends until the time that the provider asked for.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal, assert_never
from uuid import UUID

from app.delivery.settle import Report
from app.delivery.sql.claims import Claimed
from app.domain.delivery_lifecycle import RETRYABLE, DeliveryEvent, ReportedEvent
from app.domain.outbound import (
    DEADLINE_PASSED,
    PAIR_RATE,
    Accepted,
    Deferred,
    DroppedAttachment,
    Rejected,
    SendResult,
    Unknown,
)
from app.domain.pacing import back_off, pair_rate_wait
from app.domain.words import Channel, Reason, ReasonCode, TenantId

Heard = Literal["answer", "silence", "nothing"]


@dataclass(frozen=True, slots=True, order=True)
class BadAddress:
    """An address to block, because the provider refused it for good."""

    channel: Channel
    address: str = field(repr=False)
    reason: ReasonCode


@dataclass(slots=True, eq=False)
class CallOutcome:
    """How one call ended, for the delivery and for its channel account."""

    tenant: TenantId
    account: UUID
    report: Report
    heard: Heard
    """Whether the provider answered at all. "nothing" if it was not called."""
    account_deferral: Deferred | None = None
    bad_address: BadAddress | None = None
    noted: bool = False
    """Whether the account's health is stored."""
    written: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def release(self) -> None:
        """Let go of whoever waits until it is written."""
        if not self.written.done():
            self.written.set_result(None)


_HEARD: Final[Mapping[str, Heard]] = {ReasonCode.UNREACHABLE: "silence", DEADLINE_PASSED: "nothing"}
"""For a deferred message that the provider did not answer: whether the provider was silent, or was not called."""


def refused(claimed: Claimed, reason: Reason) -> CallOutcome:
    """Return the outcome of a delivery that we refuse ourselves. It says nothing about the provider."""
    reported = ReportedEvent(DeliveryEvent.REFUSE, claimed.epoch, reason=reason)
    report = Report(claimed.delivery_id, reported, outcome="refused", evidence=reason.detail)
    return CallOutcome(claimed.lane.tenant, claimed.lane.account, report, "nothing")


def answered(claimed: Claimed, result: SendResult, left_out: tuple[DroppedAttachment, ...]) -> CallOutcome:
    """Return the outcome of a call. `left_out` are the files that the provider refused when they were uploaded."""
    lane = claimed.lane
    match result:
        case Accepted(provider_message_id, dropped):
            reported = ReportedEvent(DeliveryEvent.ACCEPT, claimed.epoch)
            all_dropped = (*left_out, *dropped)
            report = Report(claimed.delivery_id, reported, provider_message_id, "accepted", dropped=all_dropped)
            return CallOutcome(lane.tenant, lane.account, report, "answer")
        case Rejected(code, detail, own=True):
            return refused(claimed, Reason(code, detail, retryable=code in RETRYABLE))
        case Rejected(code, detail, temporary, ends_address):
            reason = Reason(code, detail, retryable=temporary or code in RETRYABLE)
            report = _report(claimed, DeliveryEvent.REJECT, "rejected", reason)
            bad_address = _bad_address(claimed, code) if ends_address else None
            return CallOutcome(lane.tenant, lane.account, report, "answer", bad_address=bad_address)
        case Deferred(code, detail, retry_after, scope):
            own_pace = pair_rate_wait if code == PAIR_RATE else back_off
            wait = (retry_after or own_pace(claimed.deferrals)) if scope == "delivery" else None
            report = _report(claimed, DeliveryEvent.DEFER, "deferred", None, evidence=detail, wait=wait)
            deferral = result if scope == "account" else None
            return CallOutcome(lane.tenant, lane.account, report, _HEARD.get(code, "answer"), deferral)
        case Unknown(detail):
            report = _report(claimed, DeliveryEvent.LOSE_ANSWER, "unknown", Reason(ReasonCode.ANSWER_LOST, detail))
            return CallOutcome(lane.tenant, lane.account, report, "silence")
        case _:
            assert_never(result)


def _bad_address(claimed: Claimed, reason: ReasonCode) -> BadAddress | None:
    recipient = claimed.recipient
    return BadAddress(recipient.channel, recipient.address, reason) if recipient.address else None


def _report(
    claimed: Claimed,
    event: DeliveryEvent,
    outcome: str,
    reason: Reason | None,
    evidence: str | None = None,
    wait: timedelta | None = None,
) -> Report:
    return Report(
        claimed.delivery_id,
        ReportedEvent(event, claimed.epoch, reason=reason),
        outcome=outcome,
        evidence=evidence or (reason.detail if reason else None),
        wait=wait,
    )
