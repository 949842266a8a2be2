"""Calling the webhooks of rules, outside any transaction: each at least once, with retries for about three days."""

import asyncio
import json
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import structlog

from app.automation.model import ActionOutcome, next_try
from app.automation.rules import open_secret
from app.automation.sql import calls
from app.automation.sql.calls import CallResult, ClaimedCall
from app.channels.signed_post import SECONDS, Delivered, NotDelivered, SignedPost, post_signed
from app.domain.json_reader import write_time
from app.domain.words import TenantId
from app.process.fair_tasks import FairTaskPool
from app.store.connection_budget import ConnectionBudget
from app.store.credentials import CredentialsUnreadable, Vault
from app.store.database import Database
from app.store.transactions import SweepTx
from app.webhooks.dispatcher import Turn

log = structlog.get_logger()

LEASE: Final = timedelta(seconds=SECONDS * 4)


class RuleCalls:
    def __init__(self, database: Database, http: httpx.AsyncClient, vault: Vault) -> None:
        self._http = http
        self._vault = vault
        self._share = ConnectionBudget(database, connections=2)

    async def due(self, tx: SweepTx, pool: FairTaskPool) -> list[tuple[TenantId, UUID]]:
        return await calls.due(tx, pool.free, pool.at_limit, pool.under_way)

    async def call(self, tenant: TenantId, receiver: UUID, turn: Turn) -> None:
        try:
            while turn.goes_on and await self._call_some(tenant, receiver, turn.room):
                pass
        except Exception as error:
            log.exception("automation_failed", tenant=str(tenant), rule=str(receiver), error=type(error).__name__)

    async def _call_some(self, tenant: TenantId, rule: UUID, most: int) -> bool:
        """Make the calls that are due. Return False if no more are waiting."""
        async with self._share.begin(tenant) as tx:
            claimed = await calls.claim(tx, rule, most, LEASE)
        results = await asyncio.gather(*(self._call(tenant, call) for call in claimed))
        if results:
            async with self._share.begin(tenant) as tx:
                await calls.record(tx, results)
        return len(claimed) == most

    async def _call(self, tenant: TenantId, call: ClaimedCall) -> CallResult:
        try:
            secret = open_secret(self._vault, tenant, call.rule_id, call.sealed)
        except CredentialsUnreadable:
            return CallResult(
                call,
                ActionOutcome.FAILED,
                "The secret cannot be decrypted any more. Delete the rule and create it again.",
            )
        post = SignedPost(f"{call.run_id}.{call.place}", call.url, json.dumps(payload(call)), [secret])
        answer = await post_signed(self._http, post)
        return result(call, answer)


def result(call: ClaimedCall, answer: Delivered | NotDelivered) -> CallResult:
    """Return whether a call is done, retried or given up."""
    match answer:
        case Delivered():
            return CallResult(call, ActionOutcome.DONE)
        case NotDelivered(detail, gone=True):
            return CallResult(call, ActionOutcome.FAILED, detail)
        case NotDelivered(detail, asked):
            wait = next_try(call.tries, asked)
            outcome = ActionOutcome.FAILED if wait is None else ActionOutcome.PENDING
            return CallResult(call, outcome, f"Try {call.tries}: {detail}", wait)


def payload(call: ClaimedCall) -> dict[str, Any]:
    """Return the body of a call: which rule ran on which conversation, and why; never what anybody wrote."""
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
