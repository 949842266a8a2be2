"""A tenant's settings: the guards of its mass replies."""

from app.domain.audit import Actor, AuditAction, AuditEntry
from app.domain.guards import Guards
from app.store import audit, guards
from app.store.transactions import TenantTx


async def save_guards(tx: TenantTx, settings: Guards, actor: Actor) -> None:
    """Replace a tenant's guards."""
    await guards.save(tx, settings)
    await audit.record(tx, actor, AuditEntry(AuditAction.SETTINGS_CHANGED, details=settings.to_json()))
