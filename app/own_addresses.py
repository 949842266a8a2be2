"""Looking up the addresses of a tenant's own channel accounts."""

from sqlalchemy.ext.asyncio import AsyncConnection

from app.channels import registry
from app.domain.model import TenantId
from app.domain.own_addresses import OwnAddresses
from app.store.accounts import account_configs, told_addresses


async def own_addresses(connection: AsyncConnection, tenant: TenantId) -> OwnAddresses:
    """Return the addresses of the tenant's own accounts, which are nobody's."""
    used = await account_configs(connection, tenant)
    written = [
        (channel, address) for provider, channel, config in used for address in registry.own_addresses(provider, config)
    ]
    return OwnAddresses.of([*written, *await told_addresses(connection, tenant)])
