"""The service with one rule of the protocol left out: what a long run must notice.

`python -m app.dev.soak.broken NAME worker` runs a worker like that. The product knows nothing of it.
"""

import runpy
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa

from app.channels import http
from app.delivery import calling, pump, scheduler, sweeper
from app.delivery import claim as delivery_claim
from app.delivery import settle as settling
from app.delivery.sql import claims, conversation_flips, lifecycle, settlements
from app.domain.delivery_lifecycle import (
    DeliveryEvent,
    DeliveryState,
    DeliveryStatus,
    Ignored,
    ReportedEvent,
    Transition,
    transition,
)
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbound import Outbound
from app.domain.pacing import Allowance
from app.settings import Settings
from app.store.lanes import lane_binds


def claim_is_not_committed() -> None:
    """Send what was claimed, and forget the claim."""
    take = delivery_claim.Claim.take

    async def forgetful(claim: Any, token: Any) -> Any:
        taken = await take(claim, token)
        await claim._tx.execute(sa.text("ROLLBACK"))
        return taken

    delivery_claim.Claim.take = forgetful  # type: ignore[method-assign, assignment]


def class_is_evidence() -> None:
    """Take a connection that was lost for the proof that nothing left."""
    http.CallRecord.proves_not_sent = property(lambda _: True)  # type: ignore[method-assign, assignment]


def give_back_whatever_is_claimed() -> None:
    """After a commit without an answer, give back everything that the lane has claimed, in any process."""

    async def everything(tx: Any, lane: Any, _: Any) -> Any:
        rows = await tx.execute(sa.text(_CLAIMED), **lane_binds(lane))
        return [(row.id, row.epoch) for row in rows]

    claims.claimed_under = everything  # type: ignore[assignment]


_CLAIMED: Final = """
    SELECT id, epoch FROM deliveries WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply
       AND account_id = :account AND status = 'sending'
"""


def _instead(event: DeliveryEvent, to: DeliveryStatus) -> Callable[[], None]:
    def transitions(state: DeliveryState, reported: ReportedEvent, now: datetime) -> Transition | Ignored:
        own = state.status is DeliveryStatus.SENDING and reported.epoch == state.epoch
        return Transition(to) if own and reported.event is event else transition(state, reported, now)

    def leave_out() -> None:
        settling.transition = transitions  # type: ignore[attr-defined]

    return leave_out


def no_deadline() -> None:
    """Send however late it is."""
    calling.LEASE_MARGIN = pump.LEASE_MARGIN = timedelta(days=-1)  # type: ignore[misc, attr-defined]


def second_note() -> None:
    """Say everything twice on the timeline."""
    entries = settling._entries
    settling._entries = lambda change: [*entries(change), *entries(change)]


def no_flip() -> None:
    """Leave conversations as they are, and say that they were flipped."""
    text = conversation_flips._FLIP.text
    conversation_flips._FLIP = sa.text(text.replace("ELSE 'engaged' END", "ELSE c.engagement END"))


def no_end() -> None:
    """Publish no event when a mass reply completes."""

    async def silent(*_: Any) -> None:
        pass

    lifecycle.publish_status = silent  # type: ignore[assignment, attr-defined]


def ends_too_early() -> None:
    """Complete a mass reply while some of it is still to be sent."""
    unconditional, _, _ = lifecycle._FINISH.text.partition("AND NOT EXISTS")
    lifecycle._FINISH = sa.text(unconditional)
    scheduler.chore = sweeper.chore = lambda batch: (  # type: ignore[attr-defined]
        scheduler.Chore.FINISH if batch.status is MassReplyStatus.SENDING else scheduler.Chore.NOTHING
    )


def status_before_reply() -> None:
    """Publish that something was sent before its reply."""
    entries_of = settling.entries_of  # type: ignore[attr-defined]
    settling.entries_of = lambda changes, replies: entries_of(changes, replies)[::-1]  # type: ignore[attr-defined]


def bill_twice() -> None:
    """Charge everything twice."""
    twice = property(lambda change: 2 * (change.newly_sent - change.never_sent))
    settlements.Change.times_more = twice  # type: ignore[assignment, method-assign]


def another_name() -> None:
    """Send each message under the name of a delivery that does not exist."""
    Outbound.correlation = property(lambda outbound: f"{uuid4()}.{outbound.epoch}")  # type: ignore[assignment, method-assign]


def no_quarantine() -> None:
    """Let people decide at once about what its holder may still send."""
    Settings.settles_after = property(lambda _: timedelta(0))  # type: ignore[assignment, method-assign]


def no_rate() -> None:
    """Claim beyond the account's rate."""
    delivery_claim.allowance = lambda _, now, __: Allowance(1_000, now)  # type: ignore[assignment, attr-defined]


VARIANTS: Final[Mapping[str, Callable[[], None]]] = {
    "claim-is-not-committed": claim_is_not_committed,
    "class-is-evidence": class_is_evidence,
    "give-back-whatever-is-claimed": give_back_whatever_is_claimed,
    "retry-lost-answers": _instead(DeliveryEvent.LOSE_ANSWER, DeliveryStatus.QUEUED),
    "requeue-expired": _instead(DeliveryEvent.LOSE_WORKER, DeliveryStatus.QUEUED),
    "lost-answers-failed": _instead(DeliveryEvent.LOSE_ANSWER, DeliveryStatus.FAILED),
    "no-deadline": no_deadline,
    "second-note": second_note,
    "no-flip": no_flip,
    "no-end": no_end,
    "ends-too-early": ends_too_early,
    "status-before-reply": status_before_reply,
    "bill-twice": bill_twice,
    "another-name": another_name,
    "no-quarantine": no_quarantine,
    "no-rate": no_rate,
}


def main() -> None:
    VARIANTS[sys.argv.pop(1)]()
    runpy.run_module("app", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
