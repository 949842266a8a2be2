"""Several conversations of one contact in one batch: which of them get the message.

The conversation with the customer's latest message comes first, then the youngest conversation. A stored batch is
thinned out by the same rule in SQL (`app/delivery/sql/contact_limits.py`), across all of its pages.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from app.domain.addresses import family_of
from app.domain.guards import Guards
from app.domain.preflight import Recipient, Verdict, contact_limit
from app.domain.words import Reason, ReasonCode

LONG_AGO = datetime.min.replace(tzinfo=UTC)


def duplicate_contact() -> Reason:
    return Reason(ReasonCode.DUPLICATE_CONTACT, "The contact gets this reply on another conversation.")


def known_as(recipient: Recipient) -> tuple[Hashable, ...]:
    """Return everything a person is known as: the contact, and the address, which several contacts may share."""
    key = recipient.address_key
    return (recipient.contact_id,) if key is None else (recipient.contact_id, (family_of(recipient.channel), key))


def thin_out(verdicts: Sequence[Verdict], guards: Guards) -> list[Verdict]:
    """Skip what a contact would get too often. The order stays."""
    if not guards.compare_conversations:
        return list(verdicts)
    going = sorted((verdict for verdict in verdicts if verdict.refusal is None), key=_latest_first, reverse=True)
    places, refusals = Counter[Hashable](), dict[UUID, Reason]()
    for verdict in going:
        names = known_as(verdict.recipient)
        places.update(names)
        reason = _refusal(verdict, guards, max(places[name] for name in names))
        if reason is not None:
            refusals[verdict.recipient.conversation_id] = reason
    return [_skipped(verdict, refusals.get(verdict.recipient.conversation_id)) for verdict in verdicts]


def _latest_first(verdict: Verdict) -> tuple[datetime, UUID]:
    recipient = verdict.recipient
    return recipient.last_customer_message_at or LONG_AGO, recipient.conversation_id


def _refusal(verdict: Verdict, guards: Guards, place: int) -> Reason | None:
    if guards.once_per_contact and place > 1:
        return duplicate_contact()
    limit = guards.max_per_contact_per_day
    return contact_limit(limit) if limit is not None and verdict.recipient.reached + place > limit else None


def _skipped(verdict: Verdict, reason: Reason | None) -> Verdict:
    return verdict if reason is None else Verdict(verdict.recipient, reason, verdict.address)
