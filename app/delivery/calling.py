"""Making one call within its deadline."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import structlog

from app.channels.http import deadline, elapsed
from app.delivery.outcomes import DEADLINE_PASSED
from app.domain.channel_port import Adapter
from app.domain.outbound import Deferred, Outbound, SendResult, Unknown

log = structlog.get_logger()

LEASE_MARGIN: Final = timedelta(seconds=2)
"""How long before the lease runs out no byte may leave any more."""
GRACE: Final = LEASE_MARGIN.total_seconds() / 2
"""Seconds that an adapter has, after its calls were stopped, to say what it knows of them; then nobody knows."""

Send = Callable[[], Awaitable[Sequence[SendResult]]]


def by_loop(until: float) -> float:
    """Translate a time of `elapsed` to the event loop's clock, which may have stood still meanwhile."""
    return asyncio.get_running_loop().time() + until - elapsed()


async def single(adapter: Adapter, outbound: Outbound) -> Sequence[SendResult]:
    return [await adapter.send(outbound)]


async def call(send: Send, size: int, until: float) -> Sequence[SendResult]:
    """Make one call within its deadline. An adapter that raises says nothing about whether it sent."""
    if elapsed() >= until:
        return [Deferred(DEADLINE_PASSED, "The time for this attempt was over before it began.")] * size
    try:
        ends = by_loop(until)
        with deadline(ends):
            async with _net(ends):
                results = await send()
    except Exception as error:  # noqa: BLE001 - whatever an adapter raises, the honest answer is "unknown"
        log.error("adapter_raised", error=type(error).__name__)
        return [Unknown("The call broke off, and it is not known whether the provider got the message.")] * size
    return (
        results if len(results) == size else [Unknown("The provider answered for another number of messages.")] * size
    )


@asynccontextmanager
async def _net(until: float) -> AsyncIterator[None]:
    """Stop an adapter that does not stop itself.

    A process that was frozen finds every deadline past at once; counted from when it wakes, the grace still lets the
    adapter's own deadline come first, which knows what was not sent.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as net:
        timer = loop.call_at(until, lambda: net.reschedule(loop.time() + GRACE))
        try:
            yield
        finally:
            timer.cancel()
