"""Use cases of tenants."""

from app.accounts.sql.tenants import insert_tenant, next_tenant_id, tenant_exists
from app.domain.errors import InvalidRequest, NotFound
from app.domain.words import TenantId
from app.store.database import Database
from app.store.transactions import TenantTx


async def require_tenant(tx: TenantTx) -> None:
    """Raise NotFound if there is no such tenant. Otherwise it would look like a tenant without data."""
    if not await tenant_exists(tx):
        raise NotFound("There is no such tenant.")


async def create_tenant(database: Database, name: str) -> TenantId:
    """Create a tenant. Raise InvalidRequest if the name is blank."""
    if not name.strip():
        raise InvalidRequest("A tenant needs a name, and this one is empty.")
    async with database.begin_routing() as tx:
        tenant = await next_tenant_id(tx)
    async with database.begin(tenant) as tx:
        await insert_tenant(tx, name)
    return tenant
