"""Work on many deliveries in one transaction, or in smaller ones if one of the deliveries cannot be worked."""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from app.domain.words import DeliveryId
from app.store.overload import may_pass

log = structlog.get_logger()

Work = Callable[[Sequence[DeliveryId]], Awaitable[None]]
"""Works on deliveries in a transaction of its own: on all of them or on none."""


async def in_parts(ids: Sequence[DeliveryId], work: Work) -> dict[DeliveryId, Exception]:
    """Work on all at once. If that fails, work on each half, so that a delivery with a fault holds back no other.

    Return the deliveries that could not be worked even alone, each with the error, which is in the log. Raise errors
    that may pass: no delivery is at fault.
    """
    try:
        if ids:
            await work(ids)
    except Exception as error:
        if may_pass(error):
            raise
        if len(ids) == 1:
            log.exception("sweep_failed", delivery=str(ids[0]), error=type(error).__name__)
            return {ids[0]: error}
        middle = len(ids) // 2
        return {**await in_parts(ids[:middle], work), **await in_parts(ids[middle:], work)}
    return {}
