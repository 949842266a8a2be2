"""Calling the webhooks that rules owe, outside of any transaction: at least once each, for about three days."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpx
import structlog

from app.automation.rules import open_secret
from app.channels.signed_posts import SECONDS, NotTaken, SignedPost, Taken, post_signed
from app.domain.automation import ActionOutcome, next_try
from app.domain.model import TenantId
from app.domain.reading import write_time
from app.store import automation_calls
from app.store.automation_calls import CallResult, ClaimedCall
from app.store.credentials import CredentialsUnreadable, Vault
from app.store.database import Database

log = structlog.get_logger()

AT_ONCE: Final = 16
"""Calls of one tenant under way together."""
TENANTS_AT_ONCE: Final = 4
LEASE: Final = timedelta(seconds=SECONDS * 4)


@dataclass(frozen=True, slots=True)
class WebhookCaller:
    database: Database
    http: httpx.AsyncClient
    vault: Vault

    async def tick(self) -> None:
        """Make some of the calls that are due, of each tenant."""
        async with self.database.begin_sweep() as connection:
            tenants = await automation_calls.due(connection)
        for start in range(0, len(tenants), TENANTS_AT_ONCE):
            await asyncio.gather(*(self._call_some(tenant) for tenant in tenants[start : start + TENANTS_AT_ONCE]))

    async def _call_some(self, tenant: TenantId) -> None:
        try:
            await self._call_next(tenant)
        except Exception as error:
            log.exception("automation_failed", tenant=str(tenant), error=type(error).__name__)

    async def _call_next(self, tenant: TenantId) -> None:
        async with self.database.begin(tenant) as connection:
            claimed = await automation_calls.claim(connection, tenant, AT_ONCE, LEASE)
        results = await asyncio.gather(*(self._call(tenant, call) for call in claimed))
        if results:
            async with self.database.begin(tenant) as connection:
                await automation_calls.record(connection, tenant, results)

    async def _call(self, tenant: TenantId, call: ClaimedCall) -> CallResult:
        try:
            secret = open_secret(self.vault, tenant, call.rule_id, call.sealed)
        except CredentialsUnreadable:
            return CallResult(call, ActionOutcome.FAILED, "The secret cannot be read any more. Make the rule again.")
        post = SignedPost(f"{call.run_id}.{call.place}", call.url, payload(call), [secret])
        answer = await post_signed(self.http, post)
        return result(call, answer)


def result(call: ClaimedCall, answer: Taken | NotTaken) -> CallResult:
    """Decide what an answer makes of a call: done, to be tried again, or given up."""
    match answer:
        case Taken():
            return CallResult(call, ActionOutcome.DONE)
        case NotTaken(detail, gone=True):
            return CallResult(call, ActionOutcome.FAILED, detail)
        case NotTaken(detail, asked):
            wait = next_try(call.tries, asked)
            outcome = ActionOutcome.FAILED if wait is None else ActionOutcome.PENDING
            return CallResult(call, outcome, f"Try {call.tries}: {detail}", wait)


def payload(call: ClaimedCall) -> dict[str, Any]:
    """What a webhook is told: which rule ran on which conversation, and why; never what anybody wrote."""
    message, mass_reply = call.message_id, call.mass_reply_id
    return {
        "type": "automation_rule.ran",
        "timestamp": write_time(call.at),
        "data": {
            "rule": {"key": call.rule_key, "name": call.rule_name},
            "run_id": str(call.run_id),
            "trigger": call.trigger,
            "conversation": {"id": str(call.conversation_id), "external_id": call.conversation_external_id},
            "message_id": message and str(message),
            "mass_reply_id": mass_reply and str(mass_reply),
        },
    }
