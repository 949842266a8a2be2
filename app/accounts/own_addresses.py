"""The addresses of a tenant's own channel accounts."""

from app.channels import registry
from app.domain.own_addresses import OwnAddresses
from app.store.accounts import account_configs, reported_addresses
from app.store.transactions import TenantTx


async def own_addresses(tx: TenantTx) -> OwnAddresses:
    """Return the addresses of the tenant's own accounts. No customer has one of them."""
    used = await account_configs(tx)
    written = [
        (channel, address) for provider, channel, config in used for address in registry.own_addresses(provider, config)
    ]
    return OwnAddresses.of([*written, *await reported_addresses(tx)])
