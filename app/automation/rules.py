"""Use cases of automation rules: saving, deleting, reading."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.automation.model import MAX_RULES, ActionType, LoggedRun, RuleDraft, StoredRule
from app.automation.rule_json import write_rule
from app.automation.sql import rules
from app.automation.sql.rules import HeldRule
from app.channels.signed_post import check_url
from app.domain.audit import Actor, AuditAction, AuditEntry
from app.domain.errors import Fault, InvalidRequest, NotFound
from app.domain.words import TenantId
from app.store import audit, outbox
from app.store.credentials import Vault
from app.store.database import Database
from app.store.transactions import TenantTx
from app.webhooks.model import new_secret

_SECRET = "secret"  # noqa: S105 - the name of the field, not what is in it


@dataclass(frozen=True, slots=True)
class SavedRule:
    stored: StoredRule
    is_new: bool
    secret: str | None = field(default=None, repr=False)
    """The secret of its webhooks if it was just created. It is shown only now."""


async def refuse_private_urls(draft: RuleDraft, *, allow_private: bool) -> None:
    """Raise InvalidRequest with each webhook that may not be called. It resolves names: open no transaction meanwhile.

    All look-ups, MAX_ACTIONS at most, run at once: unknown names take no longer than one of them.
    """
    webhooks = [(n, action.value) for n, action in enumerate(draft.actions) if action.type is ActionType.CALL_WEBHOOK]
    found = await asyncio.gather(*(_fault(n, url, allow_private=allow_private) for n, url in webhooks))
    if faults := [fault for fault in found if fault is not None]:
        raise InvalidRequest(faults=faults)


async def _fault(index: int, url: str, *, allow_private: bool) -> Fault | None:
    try:
        await check_url(url, allow_private=allow_private)
    except ValueError as error:
        return Fault(f"/actions/{index}/url", "invalid_url", f"The address {error}.")
    return None


async def save_rule(
    database: Database, vault: Vault, tenant: TenantId, key: str, draft: RuleDraft, actor: Actor, *, allow_private: bool
) -> SavedRule:
    """Create or replace the rule of that key. It runs on the events from now on. Raise InvalidRequest."""
    await refuse_private_urls(draft, allow_private=allow_private)
    await outbox.number_all(database, tenant)
    async with database.begin(tenant) as tx:
        held = await rules.hold_rule(tx, key)
        if held.is_new and held.others >= MAX_RULES:
            raise InvalidRequest(f"There are {MAX_RULES} rules already. Delete one first.")
        sealed, secret = _secret_for(vault, tenant, held, draft)
        now_at = await outbox.last_position(tx)
        await rules.save_rule(tx, held, key, draft, sealed, now_at)
        await audit.record(tx, actor, _saved(key, draft))
        return SavedRule(await get_rule(tx, key), held.is_new, secret)


def _secret_for(
    vault: Vault, tenant: TenantId, held: HeldRule, draft: RuleDraft
) -> tuple[Mapping[str, str], str | None]:
    if held.sealed or not draft.webhooks:
        return held.sealed, None
    secret = new_secret()
    return vault.seal(tenant, held.id, {_SECRET: secret}), secret


def open_secret(vault: Vault, tenant: TenantId, rule: UUID, sealed: Mapping[str, str]) -> str:
    """Raise CredentialsUnreadable if it cannot be decrypted."""
    return vault.open(tenant, rule, sealed)[_SECRET]


def _saved(key: str, draft: RuleDraft) -> AuditEntry:
    actions = [action.type for action in draft.actions]  # an address may hold a secret, a note somebody's name
    details = {"name": draft.name, "enabled": draft.enabled, **write_rule(draft), "actions": actions}
    return AuditEntry(AuditAction.AUTOMATION_RULE_SAVED, key, details=details)


async def delete_rule(tx: TenantTx, key: str, actor: Actor) -> None:
    """Delete a rule with its log; its changes stay. Raise NotFound."""
    if not await rules.delete_rule(tx, key):
        raise NotFound
    await audit.record(tx, actor, AuditEntry(AuditAction.AUTOMATION_RULE_DELETED, key))


async def get_rule(tx: TenantTx, key: str) -> StoredRule:
    """Return the rule. Raise NotFound if there is none."""
    stored = await rules.find_rule(tx, key)
    if stored is None:
        raise NotFound
    return stored


async def runs_of(tx: TenantTx, key: str, *, before: UUID | None, limit: int) -> Sequence[LoggedRun]:
    """Return the runs of a rule, newest first. Raise NotFound if there is no such rule."""
    stored = await get_rule(tx, key)
    return await rules.list_runs(tx, stored.rule.id, before=before, limit=limit)
