"""The addresses of a tenant's own channel accounts."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.channels import registry
from app.domain.own_addresses import OwnAddresses
from app.domain.words import Channel
from app.store.accounts import account_uses
from app.store.transactions import TenantTx


async def own_addresses(tx: TenantTx) -> OwnAddresses:
    """Return the addresses of the tenant's own accounts. No customer has one of them."""
    return addresses_of(await account_uses(tx))


def addresses_of(accounts: Iterable[Any]) -> OwnAddresses:
    """Return the addresses of these accounts."""
    return OwnAddresses.of(address for each in accounts for address in _addresses(each))


def _addresses(account: Any) -> Iterator[tuple[Channel, str]]:
    channel = Channel(account.channel)
    for address in registry.own_addresses(account.provider, account.config):
        yield channel, address
    if account.own_address is not None:
        yield channel, account.own_address
