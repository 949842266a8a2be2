"""Addresses that stay blocked although their contact was erased."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final

import sqlalchemy as sa

from app.domain.addresses import Address
from app.domain.erased_addresses import AddressDigests
from app.domain.errors import Overloaded
from app.store import named_locks
from app.store.address_links import BLOCK_ANYWAY
from app.store.overload import overload_of
from app.store.transactions import TenantTx

# A preparation reads a contact and writes its address into a delivery, in one transaction. An import finds contacts by
# names that an erasure removes. So both wait for an erasure, and it waits for them.
_ERASURE: Final = "erasure"
PATIENCE: Final = "2s"
"""How long an erasure waits for a lock. Everybody who comes after it waits for it: customers' messages too,
which are refused after ten seconds, and a large mass reply is prepared for longer."""
IN_ALL: Final = 5.0
"""Seconds that reading and locking a contact's rows may take in a request: somebody else may hold each of them, one
after the other."""
TOO_LONG: Final = (
    "The contact's conversations and deliveries could not be locked in time. If they never can, "
    "`mass-reply contacts erase` takes the time that it needs."
)
BUSY: Final = "A mass reply is being prepared, or conversations are being imported."
_LOCK_TIMEOUT: Final = sa.text("SELECT set_config('lock_timeout', :limit, true)")


async def begin_erasure(tx: TenantTx) -> None:
    """Let nobody who waits for erasures of the tenant begin until the transaction ends.

    Raise Overloaded if those who work now take long. No later statement of it waits longer for a lock.
    """
    await tx.rows(_LOCK_TIMEOUT, limit=PATIENCE)
    try:
        await named_locks.hold(tx, _ERASURE)
    except sa.exc.DBAPIError as error:
        overload = overload_of(error)
        if overload is not None and overload.limit == "locks":
            raise Overloaded(BUSY, limit="locks") from error
        raise


@asynccontextmanager
async def in_short(*, patient: bool) -> AsyncIterator[None]:
    """Lock the rows of a contact while everybody waits who comes after the erasure.

    Raise Overloaded if it takes long, unless the caller is `patient`.
    """
    try:
        async with asyncio.timeout(None if patient else IN_ALL):
            yield
    except TimeoutError as error:
        raise Overloaded(TOO_LONG, limit="locks") from error


async def wait_for_erasures(tx: TenantTx) -> None:
    """Wait for erasures under way, and let none begin until the transaction ends."""
    await named_locks.share(tx, _ERASURE)


_ANY_DIGEST = sa.text("SELECT EXISTS (SELECT FROM erased_blocks WHERE tenant_id = :tenant)")
# The digest is deleted when the address is known again: otherwise it would restore an opt-out that its owner revokes
# later.
_BLOCK_AGAIN = sa.text(f"""
    WITH known AS (
        DELETE FROM erased_blocks e
        USING unnest(CAST(:channels AS text[]), CAST(:digests AS bytea[]), CAST(:addresses AS text[]))
              AS v (channel, digest, address)
        WHERE e.tenant_id = :tenant AND e.channel = v.channel AND e.address_digest = v.digest
        RETURNING v.channel, v.address, e.reason)
    INSERT INTO blocked_addresses (tenant_id, channel, address, reason, created_at)
    SELECT :tenant, channel, address, reason, clock_timestamp() FROM known GROUP BY channel, address, reason
    {BLOCK_ANYWAY}
""")  # noqa: S608 - built from constants


async def has_digests(tx: TenantTx) -> bool:
    """Return whether the tenant has any address that stays blocked as a digest."""
    [row] = await tx.rows(_ANY_DIGEST)
    return bool(row.exists)


async def block_again(tx: TenantTx, digests: AddressDigests, addresses: Callable[[], Iterable[Address]]) -> None:
    """Block the new addresses that an erased contact had blocked.

    `addresses` is called only if the tenant has any digest: finding them takes longer than everything else here.
    """
    if await has_digests(tx):
        await block_known(tx, digests, addresses())


async def block_known(tx: TenantTx, digests: AddressDigests, addresses: Iterable[Address]) -> None:
    """Do what `block_again` does, for a tenant that has digests."""
    named = sorted(set(addresses), key=lambda each: (each.channel, each.key, each.stored))
    known = [(address, digest) for address in named for digest in digests.possible(tx.tenant, address)]
    values = {
        "channels": [address.channel for address, _ in known],
        "digests": [digest for _, digest in known],
        "addresses": [address.key for address, _ in known],
    }
    await tx.execute(_BLOCK_AGAIN, **values)
