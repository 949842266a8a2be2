"""Use cases of setting up: tenants, API keys, channel accounts."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from app.accounts.sql import api_keys, snippets
from app.accounts.sql.api_keys import NewKey
from app.accounts.sql.rekeying import rekey
from app.accounts.sql.snippets import SavedSnippet
from app.accounts.sql.tenants import insert_tenant, next_tenant_id, tenant_exists
from app.channels import registry
from app.delivery.sql import waiting
from app.delivery.sql.claims import LaneKey
from app.domain.accounts import AccountDraft, ChannelAccount, region_of
from app.domain.api_keys import SECRET_BYTES, ApiKey, PresentedKey, digest
from app.domain.approval import parties
from app.domain.audit import OPERATOR, Actor, AuditAction, AuditEntry
from app.domain.callback_urls import Callbacks, first_token, replaced
from app.domain.channel_port import Author
from app.domain.delivery import TenantId
from app.domain.errors import AccountInUse, Fault, InvalidAccount, InvalidRequest, InvalidState, NotFound
from app.domain.permissions import Role
from app.store import accounts, audit
from app.store.accounts import HeldAccount
from app.store.credentials import CredentialsUnreadable, Vault
from app.store.database import Database
from app.store.transactions import TenantTx


async def require_tenant(tx: TenantTx) -> None:
    """Raises NotFound for an id that no tenant has; nothing else would tell it from a tenant without data."""
    if not await tenant_exists(tx):
        raise NotFound("There is no such tenant.")


async def create_tenant(database: Database, name: str) -> TenantId:
    """Raises InvalidRequest for a name of nothing but spaces."""
    if not name.strip():
        raise InvalidRequest("A tenant needs a name, and this one is empty.")
    async with database.begin_routing() as tx:
        tenant = await next_tenant_id(tx)
    async with database.begin(tenant) as tx:
        await insert_tenant(tx, name)
    return tenant


@dataclass(frozen=True, slots=True)
class KeyDraft:
    name: str
    roles: frozenset[Role]
    agent: Author | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    key: ApiKey
    presented: PresentedKey
    """The key as its owner writes it. It is stored nowhere."""


async def issue_api_key(
    tx: TenantTx, draft: KeyDraft, by: Actor = OPERATOR, *, max_life: timedelta | None = None
) -> IssuedKey:
    """Make a key. Raises InvalidRequest for one that is to live longer than keys may here."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    made_by = frozenset() if by is OPERATOR else parties(by)
    made_with = None if by.key is None else by.key.id
    new = NewKey(draft.name, draft.roles, draft.agent, _end(draft, max_life), digest(secret), made_by, made_with)
    key = await api_keys.insert_api_key(tx, new)
    details = {"name": key.name, "roles": sorted(key.roles), "agent_id": key.agent and key.agent.id}
    await audit.record(tx, by, AuditEntry(AuditAction.API_KEY_ISSUED, str(key.id), details=details))
    return IssuedKey(key, PresentedKey(key.id, secret))


def _end(draft: KeyDraft, max_life: timedelta | None) -> datetime | None:
    if max_life is None:
        return draft.expires_at
    latest = datetime.now(UTC) + max_life
    if draft.expires_at is not None and draft.expires_at > latest:
        why = (
            f"A key may live {max_life.days} days at most here."
            if max_life.days
            else "That is longer than keys live here."
        )
        raise InvalidRequest(faults=[Fault("/expires_at", "too_late", why)])
    return draft.expires_at or latest


async def revoke_api_key(tx: TenantTx, key_id: UUID, by: Actor = OPERATOR) -> None:
    """Revoke a key for good. Raises NotFound."""
    if not await api_keys.revoke_api_key(tx, key_id):
        raise NotFound
    await audit.record(tx, by, AuditEntry(AuditAction.API_KEY_REVOKED, str(key_id)))


async def save_snippet(tx: TenantTx, shortcode: str, text: str, by: Actor) -> SavedSnippet:
    saved = await snippets.save_snippet(tx, shortcode, text)
    await audit.record(tx, by, AuditEntry(AuditAction.SNIPPET_SAVED, shortcode))
    return saved


async def delete_snippet(tx: TenantTx, shortcode: str, by: Actor) -> None:
    """Raises NotFound."""
    if not await snippets.delete_snippet(tx, shortcode):
        raise NotFound
    await audit.record(tx, by, AuditEntry(AuditAction.SNIPPET_DELETED, shortcode))


@dataclass(frozen=True, slots=True)
class SavedAccount:
    account: ChannelAccount
    is_new: bool
    lanes: list[tuple[LaneKey, int]]
    """The lanes to wake once this is committed, each with the number of its queued deliveries."""


async def save_account(
    tx: TenantTx, vault: Vault, key: str, draft: AccountDraft, by: Actor = OPERATOR, *, allow_private: bool = True
) -> SavedAccount:
    """Make or replace the account of that key. Credentials left out are kept, as long as they go where they went.

    Raises InvalidAccount, whose faults name the keys; AccountInUse on a change of channel under its conversations.
    """
    held = await accounts.hold_account(tx, key, draft)
    await _refuse_other_channel(tx, held, draft)
    credentials = _credentials(vault, tx.tenant, held, draft)
    registry.validate(draft.provider, draft.channel, draft.config, credentials, allow_private=allow_private)
    sealed = held.sealed if draft.credentials is None else vault.seal(tx.tenant, held.id, draft.credentials)
    tokens = held.callback_secrets
    if held.previous is None:
        tokens = vault.seal(tx.tenant, held.id, first_token(vault.first_callback_token(held.id)))
    saved = await accounts.write_account(tx, held.id, draft, sealed, tokens)
    if region_of(saved.config) != region_of(held.previous.config if held.previous else {}):
        # At once: until then nobody who writes from such a number is known, and a STOP of theirs would not count.
        await rekey(tx, saved.id, saved.channel, region_of(saved.config))
    await audit.record(tx, by, _saved(saved, draft))
    return SavedAccount(saved, held.previous is None, await waiting.free_account(tx, held.id))


def _saved(account: ChannelAccount, draft: AccountDraft) -> AuditEntry:
    details = {
        "channel": account.channel,
        "provider": account.provider,
        "config": {name: _told(value) for name, value in account.config.items()},
        "rate_per_second": account.rate_per_second,
        "max_in_flight": account.max_in_flight,
        "enabled": account.enabled,
        "credentials_given": sorted(draft.credentials or ()),
    }
    return AuditEntry(AuditAction.CHANNEL_ACCOUNT_SAVED, account.key, details=details)


def _told(value: Any) -> Any:
    """Of an address only where it leads: the rest of it may open a door, and the log is for ever."""
    if not isinstance(value, str) or "://" not in value:
        return value
    parts = urlsplit(value)
    return f"{parts.scheme}://{parts.hostname}"


async def delete_account(tx: TenantTx, key: str, by: Actor = OPERATOR) -> None:
    """Forget an account's settings and credentials; what happened through it stays on record.

    Raises NotFound; AccountInUse while it has deliveries to send.
    """
    account = await accounts.lock_account(tx, key)
    if account is None:
        raise NotFound
    if await accounts.has_open_deliveries(tx, account.id):
        raise AccountInUse
    await accounts.empty_account(tx, account.id)
    await audit.record(tx, by, AuditEntry(AuditAction.CHANNEL_ACCOUNT_DELETED, key))


def callback_url(vault: Vault, callbacks: Callbacks, tenant: TenantId, account: ChannelAccount) -> str:
    """The address to enter at the provider; without its secret where that cannot be read any more."""
    if _signs(account):
        return callbacks.address(account.id, None)
    try:
        token = accounts.callback_tokens(vault, callbacks, tenant, account, datetime.now(UTC))[0]
    except CredentialsUnreadable:
        token = None
    return callbacks.address(account.id, token)


async def rotate_callback(tx: TenantTx, vault: Vault, callbacks: Callbacks, key: str, by: Actor) -> ChannelAccount:
    """Make a new secret for the account's callback address; the one that it replaces is believed for a day yet.

    Raises NotFound; InvalidState where the provider signs its calls, so that there is none.
    """
    account = await accounts.lock_account(tx, key)
    if account is None:
        raise NotFound
    if _signs(account):
        raise InvalidState(f"{account.provider} signs its calls: its callback address holds no secret.")
    now = datetime.now(UTC)
    try:
        stored = vault.open(tx.tenant, account.id, account.callback_secrets)
    except CredentialsUnreadable:
        stored = {}  # then nobody's calls are believed any more, and a new secret mends that
    made = replaced(callbacks.tokens(account.id, stored, now)[0], stored, now)
    sealed = vault.seal(tx.tenant, account.id, made)
    await audit.record(tx, by, AuditEntry(AuditAction.CHANNEL_ACCOUNT_CALLBACK_ROTATED, key))
    return await accounts.write_callback_secrets(tx, account.id, sealed)


def _signs(account: ChannelAccount) -> bool:
    adapter = registry.ADAPTERS.get(account.provider)
    return adapter is None or adapter.signs_webhooks


async def _refuse_other_channel(tx: TenantTx, held: HeldAccount, draft: AccountDraft) -> None:
    # Replies to an account's conversations go to addresses of its channel; on another they would mean somebody else.
    if held.channel != draft.channel and await accounts.has_conversations(tx, held.id):
        raise AccountInUse(
            f"Conversations of the channel {held.channel} use this account. Make another for this channel."
        )


def _credentials(vault: Vault, tenant: TenantId, held: HeldAccount, draft: AccountDraft) -> Mapping[str, str]:
    if draft.credentials is not None:
        return draft.credentials
    if held.previous is not None and held.sealed and _moves(held.previous, draft):
        raise _credentials_wanted("A change of where the account talks to must give the credentials again.")
    try:
        return vault.open(tenant, held.id, held.sealed)
    except CredentialsUnreadable:
        raise _credentials_wanted("The stored credentials cannot be read any more. Give them again.") from None


def _moves(previous: ChannelAccount, draft: AccountDraft) -> bool:
    """Whether the credentials would be shown to somebody else than before."""
    return previous.provider != draft.provider or registry.redemands_credentials(previous.config, draft.config)


def _credentials_wanted(why: str) -> InvalidAccount:
    return InvalidAccount(faults=[Fault("/credentials", "credentials_required", why)])
