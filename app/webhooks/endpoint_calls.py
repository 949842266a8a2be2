"""Posts events to webhook endpoints.

One process at a time posts to an endpoint, page by page, and stores its position after every page. If a process dies,
the next one repeats the page's calls under the same ids.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import httpx
import structlog

from app.channels.signed_post import SECONDS, Delivered, NotDelivered, SignedPost, post_signed
from app.domain.words import TenantId
from app.process.fair_tasks import FairTaskPool
from app.store import outbox
from app.store.connection_budget import ConnectionBudget
from app.store.credentials import CredentialsUnreadable, Vault
from app.store.database import Database
from app.store.transactions import SweepTx, TenantTx
from app.telemetry.metrics import Metrics
from app.webhooks.dispatcher import TURN, Turn
from app.webhooks.model import FailedCall, decide_retry, signing_secrets
from app.webhooks.pages import OutboxPage, read_page
from app.webhooks.payloads import EventUnwritable, WebhookMessage, progress, render
from app.webhooks.sending import PageSender, Unrenderable
from app.webhooks.sql import endpoints
from app.webhooks.sql.endpoints import ClaimedEndpoint

log = structlog.get_logger()

LEASE: Final = timedelta(seconds=TURN + SECONDS + 25)
"""Longer than a turn and its last call: while this process lives, no other makes the same calls."""


class EndpointCalls:
    def __init__(self, database: Database, vault: Vault, http: httpx.AsyncClient, metrics: Metrics) -> None:
        self._vault = vault
        self._http = http
        self._metrics = metrics
        self._share = ConnectionBudget(database, connections=2)

    async def due(self, tx: SweepTx, pool: FairTaskPool) -> list[tuple[TenantId, UUID]]:
        return await endpoints.due(tx, pool.free, pool.at_limit)

    async def call(self, tenant: TenantId, receiver: UUID, turn: Turn) -> None:
        try:
            async with self._share.begin(tenant) as tx:
                claim = await endpoints.claim(tx, receiver, LEASE)
            while claim is not None:
                claim = await self._do_page(claim, turn)
        except Exception as error:
            # The endpoint stays claimed until its lease ends, so that a failing one is not retried at once.
            log.exception(
                "webhook_round_failed", tenant=str(tenant), endpoint=str(receiver), error=type(error).__name__
            )

    async def _do_page(self, claim: ClaimedEndpoint, turn: Turn) -> ClaimedEndpoint | None:
        """Post one page. Return the claim for the next page, or None if the endpoint's turn is over."""
        page = await self._read(claim)
        sender = await self._post(claim, page, turn)
        position, ahead = progress(page.events, sender.done | claim.ahead, claim.position, page.end)
        async with self._share.begin(claim.tenant) as tx:
            advanced = await endpoints.advance(tx, claim, position, ahead, LEASE, delivered=sender.delivered)
            if sender.unrenderable is not None:
                await endpoints.note_passed_over(tx, claim, sender.unrenderable.detail)
            if advanced is not None and sender.failure is None and not page.is_last and turn.goes_on:
                return advanced
            # The failure of an address that has been replaced since says nothing about the new one.
            if advanced is not None and sender.failure is not None and advanced.url == claim.url:
                await _store_retry(tx, advanced, sender.failure)
            else:
                await endpoints.release(tx, claim)
        return None

    async def _read(self, claim: ClaimedEndpoint) -> OutboxPage:
        async with self._share.begin(claim.tenant) as tx:
            await outbox.number(tx)
        async with self._share.begin(claim.tenant) as tx:
            return await read_page(tx, claim)

    async def _post(self, claim: ClaimedEndpoint, page: OutboxPage, turn: Turn) -> PageSender:
        async def post(outgoing: WebhookMessage) -> Delivered | NotDelivered | Unrenderable | None:
            try:
                body = render(outgoing, page.contents)
            except EventUnwritable as error:
                return self._pass_over(claim, outgoing, str(error))
            if body is None:
                return None
            return await post_signed(self._http, SignedPost(outgoing.id, claim.url, body, keys))

        sender = PageSender(post, turn, careful=claim.failures > 0)
        try:
            secrets = self._vault.open(claim.tenant, claim.id, claim.sealed)
        except CredentialsUnreadable:
            sender.failure = NotDelivered("The endpoint's secret cannot be decrypted any more. Replace it.")
            return sender
        keys = signing_secrets(secrets, claim.previous_until, datetime.now(UTC))
        await sender.run(page.messages)
        return sender

    def _pass_over(self, claim: ClaimedEndpoint, outgoing: WebhookMessage, error: str) -> Unrenderable:
        event = {"event_id": str(outgoing.event.id), "webhook_id": outgoing.id, "type": outgoing.event.entry.type}
        log.error("webhook_event_passed_over", tenant=str(claim.tenant), endpoint=str(claim.id), **event, error=error)
        self._metrics.count_event_passed_over()
        return Unrenderable(
            f"{outgoing.id} ({outgoing.event.entry.type}) could not be rendered and was skipped. The log says why."
        )


async def _store_retry(tx: TenantTx, claim: ClaimedEndpoint, failure: NotDelivered) -> None:
    call = FailedCall(failure.detail, datetime.now(UTC), failure.retry_after, failure.gone)
    retry = decide_retry(claim.failing_since, claim.failures, call, random.random())  # noqa: S311 - spreads retries
    await endpoints.store_retry(tx, claim, retry)
    context = {"tenant": str(claim.tenant), "endpoint": str(claim.id), "why": retry.why}
    if retry.disabled_reason is not None:
        log.warning("webhook_disabled", **context)
    else:
        log.warning("webhook_failed", **context, next_try_at=retry.next_try_at.isoformat())
