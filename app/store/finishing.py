"""Work that must not be cancelled half-way."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Wait until the work has ended, even if the caller is cancelled. The cancellation is raised at the next await.

    So the result of a commit is always known, and what follows it at least begins.
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
        task.uncancel()  # `cancel` counts again, and it should count once
        task.cancel()
    doing.result()
