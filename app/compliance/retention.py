"""Use case: delete data past its retention time, in short transactions. Nothing in progress is deleted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from app.accounts.sql.tenants import every_tenant
from app.attachments.files import Files, FilesUnavailable
from app.compliance.retention_kinds import DataKind, Purged
from app.compliance.sql import retention
from app.delivery.sql import lifecycle
from app.domain.audit import OPERATOR, AuditAction, AuditEntry
from app.domain.words import MassReplyId, TenantId
from app.store import audit, mass_replies
from app.store.database import Database
from app.store.transactions import TenantTx

log = structlog.get_logger()


async def purge(
    database: Database, files: Files | None, older_than: timedelta, *, only_count: bool = False
) -> list[Purged]:
    """Delete what ended more than `older_than` ago. Return what was deleted of each tenant.

    Runs as the runtime role, one tenant at a time; only the tenants' ids are read for all of them. If it stops early,
    each deletion so far is complete.
    """
    before = datetime.now(UTC) - older_than
    async with database.begin_sweep() as tx:
        tenants = await every_tenant(tx)
    if only_count:
        return [await _count(database, tenant, before) for tenant in tenants]
    return [await _purge_tenant(database, files, tenant, before) for tenant in tenants]


async def _count(database: Database, tenant: TenantId, before: datetime) -> Purged:
    found = Purged(tenant)
    async with database.begin(tenant) as tx:
        for kind in DataKind:
            found.counts[kind] = await retention.count_old(tx, kind, before)
        uncertain = await retention.count_uncertain(tx, before)
    return replace(found, kept_uncertain=uncertain)


async def _purge_tenant(database: Database, files: Files | None, tenant: TenantId, before: datetime) -> Purged:
    done = Purged(tenant)
    # Mass replies first, so that nothing names their attachments any more.
    while await _purge_deliveries(database, done, before):
        pass
    for kind in (DataKind.RECEIPTS, DataKind.AUTOMATION_RUNS, DataKind.ATTACHMENTS):
        while await _purge_page(database, files, done, kind, before):
            pass
    while await _purge_sessions(database, done, before):
        pass
    async with database.begin(tenant) as tx:
        uncertain = await retention.count_uncertain(tx, before)
        if done.counts.total():
            details = {"before": before.isoformat(), "counts": dict(done.counts)}
            await audit.record(tx, OPERATOR, AuditEntry(AuditAction.PURGE_RAN, details=details))
    return replace(done, kept_uncertain=uncertain)


async def _purge_deliveries(database: Database, done: Purged, before: datetime) -> bool:
    """Delete a page of one mass reply's deliveries, and the mass reply with the last of them.

    Return False if nothing is left.
    """
    async with database.begin(done.tenant) as tx:
        id_ = await retention.hold_over(tx, before)
        if id_ is None:
            return False
        deleted = await lifecycle.delete_deliveries(tx, id_, retention.PAGE)
        last = deleted < retention.PAGE
        if last:
            await audit.record(tx, OPERATOR, await _end_of(tx, id_))
            await retention.delete_mass_reply(tx, id_)
    done.counts[DataKind.DELIVERIES] += deleted
    done.counts[DataKind.MASS_REPLIES] += last
    return True


async def _end_of(tx: TenantTx, id_: MassReplyId) -> AuditEntry:
    """Return the audit entry of a purged mass reply: how it ended, in numbers."""
    batch = await mass_replies.get(tx, id_)
    assert batch is not None  # noqa: S101 - narrows for mypy: its row is locked
    return AuditEntry.on_mass_reply(
        AuditAction.MASS_REPLY_PURGED,
        id_,
        recipient_count=batch.recipient_count,
        details={"status": batch.status, "finished_at": batch.finished_at, "counts": batch.progress.counts},
    )


async def _purge_page(database: Database, files: Files | None, done: Purged, kind: DataKind, before: datetime) -> bool:
    """Delete a page of one kind, then its files.

    A row without its file would promise an attachment that cannot be sent.
    """
    async with database.begin(done.tenant) as tx:
        deleted = await retention.delete_page(tx, kind, before)
    done.counts[kind] += len(deleted)
    for key in filter(None, deleted):
        await _delete_file(files, key)
    return len(deleted) == retention.PAGE


async def _delete_file(files: Files | None, key: str) -> None:
    try:
        if files is None:
            raise FilesUnavailable("MASS_REPLY_ATTACHMENTS_URL is not set")
        await files.delete(key)
    except FilesUnavailable as error:
        log.warning("file_not_deleted", key=key, error=str(error))


async def _purge_sessions(database: Database, done: Purged, before: datetime) -> bool:
    async with database.begin(done.tenant) as tx:
        deleted = await retention.delete_empty_sessions(tx, before)
    done.counts[DataKind.CHAT_SESSIONS] += deleted
    return deleted == retention.PAGE
