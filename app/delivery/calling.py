"""Make one call to a provider within its deadline."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

import structlog

from app.channels.http import deadline, elapsed
from app.domain.channel_port import Adapter
from app.domain.outbound import DEADLINE_PASSED, Deferred, Outbound, SendResult, Unknown

log = structlog.get_logger()

LEASE_MARGIN: Final = timedelta(seconds=2)
"""No byte may leave later than this before the lease runs out."""
GRACE: Final = LEASE_MARGIN.total_seconds() / 2
"""Seconds that an adapter has to return after its calls were stopped. After that the outcome is unknown."""

_NO_RESULT: Final = Unknown("The adapter did not say how the call ended.")

Send = Callable[[], Awaitable[Sequence[SendResult]]]


def by_loop(until: float) -> float:
    """Convert a time by `elapsed` to one by the event loop's clock, which stops while the machine is suspended."""
    return asyncio.get_running_loop().time() + until - elapsed()


async def single(adapter: Adapter, outbound: Outbound) -> Sequence[SendResult]:
    return [await adapter.send(outbound)]


async def call(send: Send, size: int, until: float) -> Sequence[SendResult]:
    """Make one call within its deadline. If the adapter raises, or returns no result, the outcome is unknown."""
    if elapsed() >= until:
        return [Deferred(DEADLINE_PASSED, "The time for this attempt was over before it began.")] * size
    try:
        with deadline(ends := by_loop(until)):
            results = await _stopped(send, ends)
    except Exception as error:  # noqa: BLE001 - whatever an adapter raises, the honest answer is "unknown"
        log.error("adapter_raised", error=type(error).__name__)
        return [Unknown("The call broke off, and it is not known whether the provider got the message.")] * size
    if len(results) != size:
        return [Unknown("The provider answered for a different number of messages.")] * size
    return [result if isinstance(result, SendResult) else _NO_RESULT for result in results]


async def _stopped(send: Send, until: float) -> Sequence[SendResult]:
    """Make the call, and stop an adapter that does not stop itself.

    If the process was frozen, every deadline has passed at once. The grace counts from when it wakes, so the adapter's
    own deadline still comes first: the adapter knows what was not sent.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as timeout:
        timer = loop.call_at(until, lambda: timeout.reschedule(loop.time() + GRACE))
        try:
            return await send()
        finally:
            timer.cancel()
