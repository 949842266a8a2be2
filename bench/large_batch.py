"""What a person does with a large mass reply beside sending it: `python -m bench.large_batch`.

Conversations and deliveries are put in by SQL. Everything else goes through the API, and one worker sweeps. Nothing is
sent: what could be is held, paused or cancelled.
"""

import asyncio
import json
import os
import time
from typing import Any, Final

from app.domain.preflight_summary import Summary
from bench import user
from bench.imports import NOBODY
from bench.load import account
from bench.processes import peak_megabytes
from bench.stack import PATIENCE, Service, Stack, running_stack

RECIPIENTS: Final = int(os.environ.get("BENCH_RECIPIENTS", "100000"))
SAMPLE: Final = 100
PATIENTLY: Final = 20 * 60.0

_CONVERSATIONS: Final = """
    INSERT INTO conversations (tenant_id, channel, account_id, contact_id)
    SELECT a.tenant_id, a.channel, a.id, uuidv7() FROM channel_accounts a, generate_series(1, $2::int)
    WHERE a.tenant_id = $1
"""
_MASS_REPLY: Final = """
    INSERT INTO mass_replies (tenant_id, status, selection, message_text, source_text, on_unresolved, author_name,
                              selected_count, recipient_count, preflight, expires_at, not_after, confirmed_at,
                              finished_at)
    VALUES ($1, $3, '{}', 'We are back.', 'We are back.', 'skip', 'Bench', $2, $2,
            CAST($4::text AS jsonb), now() + interval '1 hour', now() + interval '1 day',
            CASE WHEN $3 = 'paused' THEN now() END, CASE WHEN $3 = 'expired' THEN now() - interval '8 days' END)
    RETURNING id
"""
_DELIVERIES: Final = """
    INSERT INTO deliveries (tenant_id, mass_reply_id, conversation_id, contact_id, account_id, channel, status,
                            reason_code, reason_detail, retryable, segments)
    SELECT tenant_id, $2, id, contact_id, account_id, channel, $3, 'unreachable', 'No connection.', $3 = 'failed', 1
    FROM conversations WHERE tenant_id = $1 ORDER BY id
"""
_LANES: Final = """
    INSERT INTO lanes (tenant_id, mass_reply_id, channel, account_id, queued, failed, cancelled)
    SELECT tenant_id, mass_reply_id, channel, account_id, count(*) FILTER (WHERE status = 'queued'),
           count(*) FILTER (WHERE status = 'failed'), count(*) FILTER (WHERE status = 'cancelled')
    FROM deliveries WHERE tenant_id = $1 AND mass_reply_id = $2 GROUP BY 1, 2, 3, 4
"""


def main() -> None:
    with running_stack() as stack:
        print(json.dumps(asyncio.run(measure(stack))), flush=True)


async def measure(stack: Stack, recipients: int = RECIPIENTS) -> dict[str, Any]:
    """Return how long the API takes, how many deliveries a second the sweeper changes, and the processes' memory."""
    async with stack.service(workers=1) as service:
        await user.save_account(service.client, "sms", account("sms", NOBODY))
        await service.database.execute("SET session_replication_role = replica")
        await service.database.execute(_CONVERSATIONS, service.tenant, recipients)
        found = {"recipients": recipients, **await _confirmed_and_cancelled(service, recipients)}
        found |= await _retried(service, recipients)
        found |= await _purged(service, recipients)
        found["api_megabytes"] = round(peak_megabytes(service.api.process.pid))
        found["worker_megabytes"] = round(peak_megabytes(service.workers[0].process.pid))
        return found


async def _confirmed_and_cancelled(service: Service, recipients: int) -> dict[str, Any]:
    id_ = await _put_in(service, recipients, "awaiting_confirmation", "queued")
    held = {"recipient_count": recipients, "sample_size": SAMPLE, "hold_seconds": 3_600}
    confirm = await _asked(service, id_, "confirm", held)
    cancel = await _asked(service, id_, "cancel", {})
    speed = await _until(service, recipients, "SELECT sum(queued) = 0 FROM lanes WHERE mass_reply_id = $1", id_)
    return {"confirm_with_sample_ms": confirm, "cancel_ms": cancel, "cancelled_per_second": speed}


async def _retried(service: Service, recipients: int) -> dict[str, Any]:
    id_ = await _put_in(service, recipients, "paused", "failed")
    retry = await _asked(service, id_, "retry", {})
    speed = await _until(service, recipients, "SELECT sum(failed) = 0 FROM lanes WHERE mass_reply_id = $1", id_)
    return {"retry_ms": retry, "queued_again_per_second": speed}


async def _purged(service: Service, recipients: int) -> dict[str, Any]:
    """The sweeper begins as soon as it sees the mass reply, so that is put in with everything that is its own."""
    async with service.database.transaction():
        id_ = await _put_in(service, recipients, "expired", "cancelled")
    gone = "SELECT NOT EXISTS (SELECT FROM mass_replies WHERE id = $1)"
    return {"purged_per_second": await _until(service, recipients, gone, id_)}


async def _put_in(service: Service, recipients: int, status: str, deliveries: str) -> Any:
    preflight = json.dumps(Summary().to_json())
    id_ = await service.database.fetchval(_MASS_REPLY, service.tenant, recipients, status, preflight)
    await service.database.execute(_DELIVERIES, service.tenant, id_, deliveries)
    await service.database.execute(_LANES, service.tenant, id_)
    await service.database.execute("ANALYZE deliveries")
    return id_


async def _asked(service: Service, id_: Any, action: str, body: dict[str, Any]) -> int:
    """Return the milliseconds until an action is answered."""
    began = time.perf_counter()
    answer = await service.client.post(f"/mass-replies/{id_}/{action}", json=body, timeout=PATIENCE)
    answer.raise_for_status()
    return round((time.perf_counter() - began) * 1000)


async def _until(service: Service, recipients: int, over: str, id_: Any) -> int:
    """Wait until the sweeper has done it. Return how many deliveries it changed in a second."""
    began = time.perf_counter()
    async with asyncio.timeout(PATIENTLY):
        while not await service.database.fetchval(over, id_):
            await asyncio.sleep(0.05)
    return round(recipients / (time.perf_counter() - began))


if __name__ == "__main__":
    main()
