"""Posting events to webhook endpoints, in the worker, beside pumps and sweeper.

One process at a time posts to an endpoint, page by page, and stores its position after every page. If a process dies,
the next one repeats the page's calls under the same ids.
"""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import httpx
import structlog

from app.channels.signed_post import SECONDS, Delivered, NotDelivered, SignedPost, post_signed
from app.domain.words import TenantId
from app.process.fair_tasks import FairTaskPool
from app.store import outbox
from app.store.credentials import CredentialsUnreadable, Vault
from app.store.database import ConnectionBudget, Database
from app.store.transactions import TenantTx
from app.telemetry.metrics import Metrics
from app.webhooks.model import FailedCall, decide_retry, signing_secrets
from app.webhooks.pages import OutboxPage, read_page
from app.webhooks.payloads import EventUnwritable, WebhookMessage, progress, render
from app.webhooks.sending import PageSender, Unrenderable
from app.webhooks.sql import endpoints
from app.webhooks.sql.endpoints import ClaimedEndpoint

log = structlog.get_logger()

ENDPOINTS: Final = 32
"""Endpoints that one process posts to at once."""
OF_ONE_TENANT: Final = 8
"""How many of them may be one tenant's: its other endpoints wait, and no other tenant does."""
CALLS: Final = 64
"""Calls under way, divided among the endpoints, so that slow ones do not use up what others need."""
AT_ONCE: Final = 16
"""The most calls under way to one endpoint, however few others there are."""
TURN: Final = 20.0
"""Seconds after which no more calls begin, and the endpoint goes to the back of the queue."""
LEASE: Final = timedelta(seconds=TURN + SECONDS + 25)
"""Longer than a turn and its last call: while this process lives, no other makes the same calls."""


class Dispatcher:
    def __init__(self, database: Database, vault: Vault, http: httpx.AsyncClient, metrics: Metrics) -> None:
        self._database = database
        self._vault = vault
        self._http = http
        self._metrics = metrics
        self._share = ConnectionBudget(database, connections=2)
        self._turns = FairTaskPool(ENDPOINTS, OF_ONE_TENANT)

    async def tick(self) -> None:
        """Begin posting to the endpoints that are due, without waiting for the calls."""
        free = self._turns.free
        if not free:
            return
        async with self._database.begin_sweep() as tx:
            due = await endpoints.due(tx, free, self._turns.at_limit)
        for tenant, id_ in due:
            self._turns.begin(id_, tenant, partial(self._work, tenant, id_))

    def stop(self) -> None:
        """Begin no more calls."""
        self._turns.stop()

    async def finish(self) -> None:
        """Wait until the calls under way have ended and are recorded."""
        await self._turns.finish()

    async def _work(self, tenant: TenantId, id_: UUID) -> None:
        try:
            async with self._share.begin(tenant) as tx:
                claim = await endpoints.claim(tx, id_, LEASE)
            until = asyncio.get_running_loop().time() + TURN
            while claim is not None:
                claim = await self._do_page(claim, until)
        except Exception as error:
            # The endpoint stays claimed until its lease ends, so that a failing one is not retried at once.
            log.exception("webhook_round_failed", tenant=str(tenant), endpoint=str(id_), error=type(error).__name__)

    async def _do_page(self, claim: ClaimedEndpoint, until: float) -> ClaimedEndpoint | None:
        """Post one page. Return the claim for the next page, or None if the endpoint's turn is over."""
        page = await self._read(claim)
        sender = await self._post(claim, page, until)
        position, ahead = progress(page.events, sender.done | claim.ahead, claim.position, page.end)
        async with self._share.begin(claim.tenant) as tx:
            kept = await endpoints.advance(tx, claim, position, ahead, LEASE, heard=sender.delivered)
            if sender.unrenderable is not None:
                await endpoints.note_passed_over(tx, claim, sender.unrenderable.detail)
            if kept is not None and sender.failure is None and not page.is_last and self._may_begin(until):
                return kept
            # The failure of an address that has been replaced since says nothing about the new one.
            if kept is not None and sender.failure is not None and kept.url == claim.url:
                await _store_retry(tx, kept, sender.failure)
            else:
                await endpoints.release(tx, claim)
        return None

    async def _read(self, claim: ClaimedEndpoint) -> OutboxPage:
        async with self._share.begin(claim.tenant) as tx:
            await outbox.number(tx)
        async with self._share.begin(claim.tenant) as tx:
            return await read_page(tx, claim)

    async def _post(self, claim: ClaimedEndpoint, page: OutboxPage, until: float) -> PageSender:
        async def post(outgoing: WebhookMessage) -> Delivered | NotDelivered | Unrenderable | None:
            try:
                body = render(outgoing, page.contents)
            except EventUnwritable as error:
                return self._pass_over(claim, outgoing, str(error))
            if body is None:
                return None
            return await post_signed(self._http, SignedPost(outgoing.id, claim.url, body, keys))

        sender = PageSender(post, self._room, lambda: self._may_begin(until), careful=claim.failures > 0)
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

    def _room(self) -> int:
        return self._turns.share(CALLS, AT_ONCE)

    def _may_begin(self, until: float) -> bool:
        return not self._turns.stopping and asyncio.get_running_loop().time() < until


async def _store_retry(tx: TenantTx, claim: ClaimedEndpoint, failure: NotDelivered) -> None:
    call = FailedCall(failure.detail, datetime.now(UTC), failure.retry_after, failure.gone)
    retry = decide_retry(claim.failing_since, claim.failures, call, random.random())  # noqa: S311 - spreads retries
    await endpoints.store_retry(tx, claim, retry)
    context = {"tenant": str(claim.tenant), "endpoint": str(claim.id), "why": retry.why}
    if retry.disabled_reason is not None:
        log.warning("webhook_disabled", **context)
    else:
        log.warning("webhook_failed", **context, next_try_at=retry.next_try_at.isoformat())
