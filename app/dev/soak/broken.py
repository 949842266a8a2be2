"""The service with one rule of the protocol left out: what a long run must notice.

`python -m app.dev.soak.broken NAME worker` runs a worker like that. The product knows nothing of it.
"""

import runpy
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from app.channels import http
from app.delivery import calling, pump
from app.delivery import claim as delivery_claim
from app.delivery import settle as settling
from app.domain.delivery_lifecycle import (
    DeliveryEvent,
    DeliveryState,
    DeliveryStatus,
    Ignored,
    ReportedEvent,
    Transition,
    transition,
)
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
    """After a commit that was not answered, give back all that the lane has claimed, whoever did."""

    async def everything(tx: Any, lane: Any, _: Any) -> Any:
        rows = await tx.execute(sa.text(_CLAIMED), **lane_binds(lane))
        return [(row.id, row.epoch) for row in rows]

    pump.claims.claimed_under = everything  # type: ignore[attr-defined]


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


VARIANTS: Final[Mapping[str, Callable[[], None]]] = {
    "claim-is-not-committed": claim_is_not_committed,
    "class-is-evidence": class_is_evidence,
    "give-back-whatever-is-claimed": give_back_whatever_is_claimed,
    "retry-lost-answers": _instead(DeliveryEvent.LOSE_ANSWER, DeliveryStatus.QUEUED),
    "requeue-expired": _instead(DeliveryEvent.LOSE_WORKER, DeliveryStatus.QUEUED),
    "lost-answers-failed": _instead(DeliveryEvent.LOSE_ANSWER, DeliveryStatus.FAILED),
    "no-deadline": no_deadline,
    "second-note": second_note,
}


def main() -> None:
    VARIANTS[sys.argv.pop(1)]()
    runpy.run_module("app", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
