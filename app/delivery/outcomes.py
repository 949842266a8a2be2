"""What a call's outcome means for the delivery, and for the account that made it.

After HTTP 429 the adapter returns Deferred with the scope `account` (`channels/provider_responses.py`): the delivery
goes back to the queue, and no lane of the account sends until the time that the provider asked for.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, assert_never

from app.delivery.record import BadAddress, CallOutcome, Heard
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
from app.domain.words import Reason, ReasonCode

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
