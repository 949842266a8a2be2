"""Channel accounts.

A deleted account keeps its row, because conversations and past deliveries refer to it: without configuration and
credentials, disabled, and without its row in the routing table. That row is what makes an account exist. The callback
address depends on it, and every function here sees only accounts that have one, unless it says otherwise. Saving the
key again restores the account under the same id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert

from app.domain.accounts import Account, AccountDraft, ChannelAccount
from app.domain.callback_urls import Callbacks
from app.domain.words import AccountId, Channel, TenantId
from app.store.credentials import Vault
from app.store.database import Database
from app.store.transactions import TenantTx
from app.tables import channel_account_routes, channel_accounts

_EXISTS = sa.exists().where(channel_account_routes.c.account_id == channel_accounts.c.id)


@dataclass(frozen=True, slots=True)
class HeldAccount:
    """An account's row, locked until the transaction ends."""

    id: AccountId
    channel: Channel
    """The channel that its conversations are on, deleted or not."""
    previous: ChannelAccount | None
    """Its values before, or None for a new or a deleted account."""
    sealed: Mapping[str, str] = field(repr=False)
    callback_secrets: Mapping[str, str] = field(repr=False)


async def tenant_of_account(database: Database, account_id: UUID) -> TenantId | None:
    """Return the tenant of the account, existing or deleted."""
    return await database.owner(channel_account_routes.c.account_id, account_id)


async def load_account(tx: TenantTx, vault: Vault, account_id: AccountId) -> Account | None:
    """Load an account with its credentials decrypted. Raise CredentialsUnreadable."""
    row = await _one(tx, sa.select(channel_accounts).where(_EXISTS, *_is(tx.tenant, account_id)))
    if row is None:
        return None
    return Account(**_fields(row), credentials=vault.open(tx.tenant, row.id, row.credentials))


async def accounts_named(tx: TenantTx, provider: str, keys: Sequence[str], identity: str) -> Sequence[AccountId]:
    """Return the provider's accounts for which one of these config keys has this value."""
    columns = channel_accounts.c
    named = sa.or_(*(columns.config[key].astext == identity for key in keys))
    query = sa.select(columns.id).where(_EXISTS, columns.tenant_id == tx.tenant, columns.provider == provider, named)
    return [AccountId(id_) for id_ in await tx.scalars(query.order_by(columns.created_at))]


async def find_account(tx: TenantTx, key: str) -> ChannelAccount | None:
    row = await _one(tx, sa.select(channel_accounts).where(_EXISTS, *_has_key(tx.tenant, key)))
    return None if row is None else _read(row)


_USES = sa.text("""
    SELECT a.id, a.provider, a.channel, a.config, a.own_address, a.enabled FROM channel_accounts a
    WHERE a.tenant_id = :tenant AND EXISTS (SELECT FROM channel_account_routes r WHERE r.account_id = a.id)
    ORDER BY a.created_at
""")


async def account_uses(tx: TenantTx) -> Sequence[Any]:
    """Return what every account of the tenant is used for, the oldest first: its id, provider, channel and config, the
    address of its own that its provider reported, and whether it is enabled."""
    return await tx.rows(_USES)


async def note_own_address(tx: TenantTx, account: ChannelAccount, address: str) -> None:
    """Store the own address that the provider reported, if the account has not been saved with another config since."""
    columns = channel_accounts.c
    same = columns.config == sa.cast(dict(account.config), JSONB)
    differs = columns.own_address.is_distinct_from(address)
    statement = sa.update(channel_accounts).where(*_is(tx.tenant, account.id), same, differs)
    await tx.execute(statement.values(own_address=address))


async def list_accounts(tx: TenantTx, *, after: str | None, limit: int) -> Sequence[ChannelAccount]:
    accounts = channel_accounts.c
    query = (
        sa.select(channel_accounts).where(_EXISTS, accounts.tenant_id == tx.tenant).order_by(accounts.key).limit(limit)
    )
    if after is not None:
        query = query.where(accounts.key > after)
    return [_read(row) for row in await tx.execute(query)]


async def hold_account(tx: TenantTx, key: str, draft: AccountDraft) -> HeldAccount:
    """Lock the account of that key, for `write_account` to fill. Create it, disabled and empty, if there is none."""
    await tx.execute(
        insert(channel_accounts)
        .values(
            tenant_id=tx.tenant,
            key=key,
            channel=draft.channel,
            provider=draft.provider,
            name=draft.name,
            config={},
            credentials={},
            rate_per_second=draft.rate_per_second,
            max_in_flight=draft.max_in_flight,
            enabled=False,
        )
        .on_conflict_do_nothing(index_elements=[channel_accounts.c.tenant_id, channel_accounts.c.key])
    )
    await _lock(tx, key)
    query = sa.select(channel_accounts, _EXISTS.label("exists")).where(*_has_key(tx.tenant, key))
    row = (await tx.execute(query)).one()
    previous = _read(row) if row.exists else None
    return HeldAccount(AccountId(row.id), Channel(row.channel), previous, row.credentials, row.callback_secrets)


# A debt is counted in messages: at another rate they take another time.
_OWED = sa.text("""
    CASE WHEN allowed_at > clock_timestamp()
         THEN clock_timestamp() + (allowed_at - clock_timestamp())
                                  * (CAST(rate_per_second AS double precision) / CAST(:new_rate AS double precision))
         ELSE allowed_at END
""")


async def write_account(
    tx: TenantTx,
    account_id: AccountId,
    draft: AccountDraft,
    sealed: Mapping[str, str],
    callback_secrets: Mapping[str, str],
) -> ChannelAccount:
    """Write the draft to an account. Saving it says that a fault is fixed, so it ends a pause.

    New credentials end a cool-down as well.
    """
    result = await tx.execute(
        sa.update(channel_accounts)
        .where(*_is(tx.tenant, account_id))
        .values(
            channel=draft.channel,
            provider=draft.provider,
            name=draft.name,
            config=dict(draft.config),
            # Another number has another address, which is not known yet.
            own_address=sa.case(
                (channel_accounts.c.config == sa.cast(dict(draft.config), JSONB), channel_accounts.c.own_address)
            ),
            credentials=dict(sealed),
            callback_secrets=dict(callback_secrets),
            rate_per_second=draft.rate_per_second,
            max_in_flight=draft.max_in_flight,
            enabled=draft.enabled,
            pause_reason=None,
            mended_at=sa.func.clock_timestamp(),
            failures_in_a_row=0,
            allowed_at=_OWED.bindparams(new_rate=draft.rate_per_second),
            updated_at=sa.func.clock_timestamp(),
            # The provider asked the account as it was before to wait.
            **({} if draft.credentials is None else {"cool_until": None}),
        )
        .returning(channel_accounts)
    )
    route = insert(channel_account_routes).values(account_id=account_id, tenant_id=tx.tenant)
    await tx.execute(route.on_conflict_do_nothing())
    return _read(result.one())


# The statuses are spelled out, so that the partial indexes on them are used.
_HAS_OPEN_DELIVERIES = sa.text("""
    SELECT EXISTS (SELECT FROM deliveries d
                   WHERE d.tenant_id = :tenant AND d.account_id = :account AND d.status = 'queued')
        OR EXISTS (SELECT FROM deliveries d
                   WHERE d.tenant_id = :tenant AND d.account_id = :account AND d.status = 'sending')
""")

_HAS_CONVERSATIONS = sa.text("""
    SELECT EXISTS (SELECT FROM conversations c WHERE c.tenant_id = :tenant AND c.account_id = :account)
""")


async def has_open_deliveries(tx: TenantTx, account_id: AccountId) -> bool:
    return bool(await tx.scalar(_HAS_OPEN_DELIVERIES, account=account_id))


async def has_conversations(tx: TenantTx, account_id: AccountId) -> bool:
    return bool(await tx.scalar(_HAS_CONVERSATIONS, account=account_id))


async def empty_account(tx: TenantTx, account_id: AccountId) -> None:
    """Delete an account, as far as its past deliveries allow."""
    await tx.execute(
        sa.update(channel_accounts)
        .where(*_is(tx.tenant, account_id))
        .values(
            config={},
            own_address=None,
            credentials={},
            callback_secrets={},
            enabled=False,
            pause_reason=None,
            updated_at=sa.func.clock_timestamp(),
        )
    )
    routes = channel_account_routes.c
    await tx.execute(
        sa.delete(channel_account_routes).where(routes.account_id == account_id, routes.tenant_id == tx.tenant)
    )


async def write_callback_secrets(tx: TenantTx, account_id: AccountId, sealed: Mapping[str, str]) -> ChannelAccount:
    result = await tx.execute(
        sa.update(channel_accounts)
        .where(*_is(tx.tenant, account_id))
        .values(callback_secrets=dict(sealed), updated_at=sa.func.clock_timestamp())
        .returning(channel_accounts)
    )
    return _read(result.one())


def callback_tokens(
    vault: Vault, callbacks: Callbacks, tenant: TenantId, account: ChannelAccount, now: datetime
) -> Sequence[str]:
    """Return the secrets that an account's address may hold, the one to enter first. Raise CredentialsUnreadable."""
    return callbacks.tokens(account.id, vault.open(tenant, account.id, account.callback_secrets), now)


async def lock_account(tx: TenantTx, key: str) -> ChannelAccount | None:
    """Lock an account against new deliveries, whose foreign keys need it, until the transaction ends."""
    await _lock(tx, key)
    return await find_account(tx, key)


async def _lock(tx: TenantTx, key: str) -> None:
    # A separate statement: what is read together with FOR UPDATE may date from before the wait.
    await tx.execute(sa.select(channel_accounts.c.id).where(*_has_key(tx.tenant, key)).with_for_update())


def _is(tenant: TenantId, account_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return (channel_accounts.c.tenant_id == tenant, channel_accounts.c.id == account_id)


def _has_key(tenant: TenantId, key: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (channel_accounts.c.tenant_id == tenant, channel_accounts.c.key == key)


async def _one(tx: TenantTx, query: sa.Select[*tuple[Any, ...]]) -> sa.Row[*tuple[Any, ...]] | None:
    return (await tx.execute(query)).one_or_none()


def _read(row: sa.Row[*tuple[Any, ...]]) -> ChannelAccount:
    return ChannelAccount(**_fields(row))


def _fields(row: sa.Row[*tuple[Any, ...]]) -> dict[str, Any]:
    return {
        "id": AccountId(row.id),
        "key": row.key,
        "channel": Channel(row.channel),
        "provider": row.provider,
        "name": row.name,
        "config": row.config,
        "rate_per_second": float(row.rate_per_second),
        "max_in_flight": row.max_in_flight,
        "enabled": row.enabled,
        "pause_reason": row.pause_reason,
        "cool_until": row.cool_until,
        "callback_secrets": row.callback_secrets,
        "own_address": row.own_address,
    }
