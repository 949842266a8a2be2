"""Reserve a delivery while its provider is asked about it."""

from datetime import timedelta

import sqlalchemy as sa

from app.domain.words import DeliveryId
from app.store.transactions import TenantTx


async def reserve(tx: TenantTx, id_: DeliveryId, wait: timedelta) -> int | None:
    """Reserve this delivery for a look-up. Return its epoch, or None if it is settled or reserved already."""
    statement = sa.text("""
        UPDATE deliveries SET not_before = clock_timestamp() + CAST(:wait AS interval)
        WHERE tenant_id = :tenant AND id = :id AND status = 'uncertain' AND not_before <= clock_timestamp()
        RETURNING epoch
    """)
    epoch: int | None = await tx.scalar(statement, id=id_, wait=wait)
    return epoch


async def account_saved_since(tx: TenantTx, id_: DeliveryId) -> bool:
    """Return whether the account was saved after the delivery's latest attempt, so that it may lead elsewhere by
    now."""
    statement = sa.text("""
        SELECT a.updated_at >= t.started_at
        FROM deliveries d
        JOIN channel_accounts a ON a.tenant_id = d.tenant_id AND a.id = d.account_id
        JOIN delivery_attempts t ON t.tenant_id = d.tenant_id AND t.delivery_id = d.id AND t.epoch = d.epoch
        WHERE d.tenant_id = :tenant AND d.id = :id
    """)
    return await tx.scalar(statement, id=id_) is not False


async def times_absent(tx: TenantTx, id_: DeliveryId) -> int:
    """Return how many attempts of a delivery the provider never had."""
    statement = sa.text("""
        SELECT count(*) FROM delivery_attempts
        WHERE tenant_id = :tenant AND delivery_id = :id AND outcome = 'reported_absent'
    """)
    return int(await tx.scalar(statement, id=id_))
