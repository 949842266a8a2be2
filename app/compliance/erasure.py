"""Use case: erase one contact's personal data without changing any count."""

from app.compliance.sql import erasure
from app.compliance.sql.identified_contact import hold_contact
from app.compliance.sql.report_search import search_reports
from app.delivery.settle import Report, settle
from app.domain.audit import Actor, AuditAction, AuditEntry
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus, ReportedEvent
from app.domain.erased_addresses import CONTACT_ERASED, AddressDigests, Erased
from app.domain.errors import ContactInFlight, NotFound
from app.store import audit
from app.store.transactions import TenantTx


async def erase_contact(
    tx: TenantTx, name: str, digests: AddressDigests, by: Actor, *, patient: bool = False
) -> Erased:
    """Erase a contact, by its id or its external id. Its queued deliveries are cancelled.

    Its blocked addresses stay blocked, as digests that recognise them when they are imported again.
    Raise NotFound, or ContactInFlight while a message to it is under way: recording it would bring the text back. Raise
    Overloaded if locking its rows takes long, unless the caller is `patient`.
    """
    reports = await search_reports(tx, name.strip())
    contact = await hold_contact(tx, name.strip(), patient=patient)
    if contact is None:
        raise NotFound
    if contact.deliveries_in(DeliveryStatus.SENDING):
        raise ContactInFlight
    queued = contact.deliveries_in(DeliveryStatus.QUEUED)
    cancelled = ReportedEvent(DeliveryEvent.CANCEL, reason=CONTACT_ERASED)
    await settle(tx, [Report(delivery, cancelled) for delivery in queued])
    await erasure.keep_blocked(tx, contact, digests)
    await erasure.scrub(tx, contact, reports)
    erased = Erased(contact.id, len(contact.conversations), len(contact.deliveries), len(queued))
    await audit.record(tx, by, _entry(erased))
    return erased


def _entry(erased: Erased) -> AuditEntry:
    details = {
        "conversations": erased.conversations,
        "deliveries": erased.deliveries,
        "cancelled": erased.cancelled,
    }
    return AuditEntry(AuditAction.CONTACT_ERASED, str(erased.contact_id), details=details)
