"""Use cases of channel accounts: save, delete, and rotate the callback address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from app.accounts.sql.rekeying import rekey
from app.channels import registry
from app.domain.accounts import AccountDraft, ChannelAccount, region_of
from app.domain.audit import OPERATOR, Actor, AuditAction, AuditEntry
from app.domain.callback_urls import Callbacks, first_token, replaced
from app.domain.errors import AccountInUse, Fault, InvalidAccount, InvalidState, NotFound
from app.domain.lanes import LaneKey
from app.domain.words import TenantId
from app.store import accounts, audit
from app.store import lanes as store_lanes
from app.store.accounts import HeldAccount
from app.store.credentials import CredentialsUnreadable, Vault
from app.store.transactions import TenantTx


@dataclass(frozen=True, slots=True)
class SavedAccount:
    account: ChannelAccount
    is_new: bool
    lanes: list[tuple[LaneKey, int]]
    """The lanes to wake after the commit, each with the number of its queued deliveries."""


async def save_account(
    tx: TenantTx, vault: Vault, key: str, draft: AccountDraft, by: Actor = OPERATOR, *, allow_private: bool = True
) -> SavedAccount:
    """Create or replace the account of that key. Credentials left out stay, if they still go to the same place.

    Raise InvalidAccount, whose faults name the keys, or AccountInUse if its channel changes while it has conversations.
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
        # At once: until then nobody who writes from such a number is recognised, and their STOP would have no effect.
        await rekey(tx, saved.id, saved.channel, region_of(saved.config))
    await audit.record(tx, by, _saved(saved, draft))
    return SavedAccount(saved, held.previous is None, await store_lanes.free_account(tx, held.id))


def _saved(account: ChannelAccount, draft: AccountDraft) -> AuditEntry:
    details = {
        "channel": account.channel,
        "provider": account.provider,
        "config": {name: _without_path(value) for name, value in account.config.items()},
        "rate_per_second": account.rate_per_second,
        "max_in_flight": account.max_in_flight,
        "enabled": account.enabled,
        "credentials_given": sorted(draft.credentials or ()),
    }
    return AuditEntry(AuditAction.CHANNEL_ACCOUNT_SAVED, account.key, details=details)


def _without_path(value: Any) -> Any:
    """Return only the origin of a URL: the rest may hold a secret, and the log is permanent."""
    if not isinstance(value, str) or not value.lower().startswith(("http://", "https://")):
        return value
    parts = urlsplit(value)
    return f"{parts.scheme}://{parts.hostname}"


async def delete_account(tx: TenantTx, key: str, by: Actor = OPERATOR) -> None:
    """Delete an account's settings and credentials. What was sent through it stays on record.

    Raise NotFound, or AccountInUse while it has deliveries to send.
    """
    account = await accounts.lock_account(tx, key)
    if account is None:
        raise NotFound
    if await accounts.has_open_deliveries(tx, account.id):
        raise AccountInUse
    await accounts.empty_account(tx, account.id)
    await audit.record(tx, by, AuditEntry(AuditAction.CHANNEL_ACCOUNT_DELETED, key))


def callback_url(vault: Vault, callbacks: Callbacks, tenant: TenantId, account: ChannelAccount) -> str:
    """Return the address to enter at the provider, or one without its secret if that can no longer be decrypted."""
    if _signs(account):
        return callbacks.address(account.id, None)
    try:
        token = accounts.callback_tokens(vault, callbacks, tenant, account, datetime.now(UTC))[0]
    except CredentialsUnreadable:
        token = None
    return callbacks.address(account.id, token)


async def rotate_callback(tx: TenantTx, vault: Vault, callbacks: Callbacks, key: str, by: Actor) -> ChannelAccount:
    """Create a new secret for the account's callback address. The old one is accepted for another day.

    Raise NotFound, or InvalidState if the provider signs its calls and there is no secret.
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
        stored = {}  # then all calls are refused, and a new secret fixes that
    made = replaced(callbacks.tokens(account.id, stored, now)[0], stored, now)
    sealed = vault.seal(tx.tenant, account.id, made)
    await audit.record(tx, by, AuditEntry(AuditAction.CHANNEL_ACCOUNT_CALLBACK_ROTATED, key))
    return await accounts.write_callback_secrets(tx, account.id, sealed)


def _signs(account: ChannelAccount) -> bool:
    adapter = registry.ADAPTERS.get(account.provider)
    return adapter is None or adapter.signs_webhooks


async def _refuse_other_channel(tx: TenantTx, held: HeldAccount, draft: AccountDraft) -> None:
    # An account's conversations have addresses of its channel. On another channel they would be somebody else's.
    if held.channel != draft.channel and await accounts.has_conversations(tx, held.id):
        raise AccountInUse(
            f"Conversations of the channel {held.channel} use this account. Create another one for this channel."
        )


def _credentials(vault: Vault, tenant: TenantId, held: HeldAccount, draft: AccountDraft) -> Mapping[str, str]:
    if draft.credentials is not None:
        return draft.credentials
    if held.previous is not None and held.sealed and _moves(held.previous, draft):
        raise _credentials_wanted("Give the credentials again when you change where the account connects.")
    try:
        return vault.open(tenant, held.id, held.sealed)
    except CredentialsUnreadable:
        raise _credentials_wanted("The stored credentials cannot be read any more. Give them again.") from None


def _moves(previous: ChannelAccount, draft: AccountDraft) -> bool:
    """Return whether the credentials would be sent to another place than before."""
    return previous.provider != draft.provider or registry.redemands_credentials(previous.config, draft.config)


def _credentials_wanted(why: str) -> InvalidAccount:
    return InvalidAccount(faults=[Fault("/credentials", "credentials_required", why)])
