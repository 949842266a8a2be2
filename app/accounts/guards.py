"""Use case of guards: replace those of a tenant."""

from app.domain.audit import Actor, AuditAction, AuditEntry
from app.domain.guards import Guards
from app.store import audit, guards
from app.store.transactions import TenantTx


async def save_guards(tx: TenantTx, guarded: Guards, actor: Actor) -> None:
    """Replace a tenant's guards."""
    await guards.save(tx, guarded)
    await audit.record(tx, actor, AuditEntry(AuditAction.SETTINGS_CHANGED, details=guarded.to_json()))
