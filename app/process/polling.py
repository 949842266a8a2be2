"""Keep open pages up to date: one task polls, and each page has a notifier."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.domain.errors import Overloaded

log = structlog.get_logger()

UNREACHABLE = (SQLAlchemyError, OSError, TimeoutError, Overloaded)
"""The errors of a poll while the database cannot be reached."""


class Notifier:
    """Wakes one page. Notifications that come while it is busy count as one."""

    def __init__(self) -> None:
        self._notified = asyncio.Event()
        self.is_last = False

    def notify(self) -> None:
        self._notified.set()

    def notify_last(self) -> None:
        """Wake the page for the last time: this process stops."""
        self.is_last = True
        self._notified.set()

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait for a notification. Return False if none comes within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._notified.wait()
        except TimeoutError:
            return False
        self._notified.clear()
        return True


class Poller:
    """Polls while `wanted` returns True. `start` makes it poll again."""

    def __init__(self, of: str, ask: Callable[[], Awaitable[None]], wanted: Callable[[], bool], tick: float) -> None:
        """`of` names the subject in the log. `tick` is in seconds."""
        self._of, self._ask, self._wanted, self._tick = of, ask, wanted, tick
        self._task: asyncio.Task[None] | None = None

    def start(self) -> asyncio.Task[None]:
        if self._task is None:
            # Not in the context of the request that happens to be the first.
            self._task = asyncio.create_task(self._go_on(), context=Context())
        return self._task

    async def _go_on(self) -> None:
        try:
            await asyncio.sleep(self._tick)
            while self._wanted():
                try:
                    await self._ask()
                except UNREACHABLE as error:
                    log.warning("polling_failed", of=self._of, error=type(error).__name__)
                except Exception:
                    # Otherwise open pages would silently stop being updated.
                    log.exception("polling_failed", of=self._of)
                await asyncio.sleep(self._tick)
        finally:
            self._task = None

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
