"""Work that must not stop half-way."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Wait for it even when cancelled. The cancellation is raised at the next await.

    So what follows a commit at least begins, and a commit's result is always known.
    """
    doing = asyncio.ensure_future(work)
    cancelled = False
    while not doing.done():
        try:
            await asyncio.shield(doing)
        except asyncio.CancelledError:
            cancelled = True
        except Exception:  # noqa: BLE001 - raised below, and a cancellation with it
            break
    if cancelled and (task := asyncio.current_task()) is not None:
        task.uncancel()  # counted once, whoever has asked for it
        task.cancel()
    doing.result()
