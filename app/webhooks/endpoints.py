"""Use cases of webhook endpoints: saving, replacing the secret, replaying."""

from dataclasses import dataclass, field
from datetime import datetime

from app.channels.signed_post import check_url
from app.domain.audit import Actor, AuditAction, AuditEntry
from app.domain.errors import Fault, InvalidRequest, InvalidState, NotFound
from app.domain.words import TenantId
from app.store import audit, outbox
from app.store.credentials import CredentialsUnreadable, Vault
from app.store.database import Database
from app.store.transactions import TenantTx
from app.webhooks.model import MAX_ENDPOINTS, PREVIOUS_SECRET_LASTS, EndpointDraft, WebhookEndpoint, new_secret, rotated
from app.webhooks.sql import endpoints
from app.webhooks.sql.retention import position_before


@dataclass(frozen=True, slots=True)
class ShownEndpoint:
    endpoint: WebhookEndpoint
    secret: str | None = field(default=None, repr=False)
    """The secret that signs its calls; only when it was just created."""


async def save_endpoint(
    database: Database,
    vault: Vault,
    tenant: TenantId,
    key: str,
    draft: EndpointDraft,
    actor: Actor,
    *,
    allow_private: bool,
) -> ShownEndpoint:
    """Create or replace the endpoint of that key. A new one gets the events from now on.

    Raise InvalidRequest if its address may not be called, or if there are MAX_ENDPOINTS already.
    """
    await _check(draft.url, allow_private=allow_private)
    await outbox.number_all(database, tenant)
    secret = new_secret()
    async with database.begin(tenant) as tx:
        await endpoints.hold_number(tx)
        id_ = await endpoints.next_id(tx)
        sealed, now_at = vault.seal(tenant, id_, {"current": secret}), await outbox.last_position(tx)
        is_new = await endpoints.save(tx, id_, key, draft, sealed, now_at)
        if is_new and await endpoints.count(tx) > MAX_ENDPOINTS:
            raise InvalidRequest(f"There are {MAX_ENDPOINTS} webhook endpoints already. Delete one first.")
        await _record(tx, actor, AuditAction.WEBHOOK_ENDPOINT_SAVED, key)
        endpoint = await get_endpoint(tx, key)
    return ShownEndpoint(endpoint, secret if is_new else None)


async def rotate_secret(tx: TenantTx, vault: Vault, key: str, actor: Actor) -> ShownEndpoint:
    """Replace the secret. For a day, calls are signed with both the old and the new one. Raise NotFound."""
    held = await endpoints.hold_secrets(tx, key)
    if held is None:
        raise NotFound
    id_, sealed = held
    secret = new_secret()
    try:
        secrets = rotated(vault.open(tx.tenant, id_, sealed), secret)
    except CredentialsUnreadable:
        secrets = {"current": secret}
    resealed = vault.seal(tx.tenant, id_, secrets)
    await endpoints.write_secrets(tx, id_, resealed, PREVIOUS_SECRET_LASTS)
    await _record(tx, actor, AuditAction.WEBHOOK_ENDPOINT_SAVED, key)
    return ShownEndpoint(await get_endpoint(tx, key), secret)


async def replay(
    database: Database, tenant: TenantId, key: str, since: datetime, now: datetime, actor: Actor
) -> WebhookEndpoint:
    """Post every stored event since a moment again.

    Raise NotFound, InvalidState if nothing is posted to the endpoint, or InvalidRequest if the moment is in the future.
    """
    if since > now:
        raise InvalidRequest(faults=[Fault("/from", "in_the_future", "This time is in the future.")])
    await outbox.number_all(database, tenant)
    async with database.begin(tenant) as tx:
        position = await position_before(tx, since)
        moved = await endpoints.move_back(tx, key, position)
        endpoint = await get_endpoint(tx, key)
        if not moved:
            raise InvalidState(f"The endpoint is {endpoint.state}. Save it with `enabled` true, then replay.")
        await _record(tx, actor, AuditAction.WEBHOOK_ENDPOINT_REPLAYED, key)
        return endpoint


async def delete_endpoint(tx: TenantTx, key: str, actor: Actor) -> None:
    """Delete an endpoint. Raise NotFound if there is none."""
    if not await endpoints.delete(tx, key):
        raise NotFound
    await _record(tx, actor, AuditAction.WEBHOOK_ENDPOINT_DELETED, key)


async def get_endpoint(tx: TenantTx, key: str) -> WebhookEndpoint:
    """Return the endpoint. Raise NotFound if there is none."""
    found = await endpoints.find(tx, key)
    if found is None:
        raise NotFound
    return found


async def _check(url: str, *, allow_private: bool) -> None:
    try:
        await check_url(url, allow_private=allow_private)
    except ValueError as error:
        raise InvalidRequest(faults=[Fault("/url", "invalid_url", f"The address {error}.")]) from None


async def _record(tx: TenantTx, actor: Actor, action: AuditAction, key: str) -> None:
    await audit.record(tx, actor, AuditEntry(action, key))
