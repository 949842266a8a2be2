"""Watch a lane while calls that were claimed ahead wait to be begun. Give them back once it is closed."""

import asyncio
from contextlib import suppress
from typing import Final

import structlog

from app.channels.http import elapsed
from app.delivery.claim import is_open
from app.delivery.dispatcher import Dispatcher
from app.delivery.give_back import give_back
from app.delivery.lane_calls import FRESH, LaneCalls
from app.delivery.sql import claims
from app.store.database import Database
from app.store.overload import TROUBLE

log = structlog.get_logger()

CHECK_EVERY: Final = 0.2


class LaneWatcher:
    """Watches the lane of one turn's calls. `stop` is set once the process is stopping."""

    def __init__(self, database: Database, dispatcher: Dispatcher, calls: LaneCalls, stop: asyncio.Event) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._calls = calls
        self._stop = stop
        self._watching = False

    def start(self) -> None:
        """Watch until no call waits."""
        if not self._watching:
            self._watching = True
            self._calls.tasks.start(self.watch())

    async def watch(self) -> None:
        """Check the lane regularly while calls wait to be begun.

        Give them back once it is closed, once it is too late to begin them, once the process is stopping, and after a
        bug of ours: nobody else watches.
        """
        try:
            while self._calls.ready:
                if self._stop.is_set() or self._calls.latest_start <= elapsed():
                    await self.give_back()
                elif not self._dispatcher.slots.troubled and not self._calls.was_open(FRESH / 2):
                    await self.check()
                await self._rest()
        except Exception:
            while self._calls.ready:  # more may come meanwhile
                await self.give_back()
            raise
        finally:
            self._watching = False

    async def check(self) -> None:
        now = asyncio.get_running_loop().time()
        try:
            async with self._database.begin(self._calls.lane.tenant) as tx:
                snapshot = await claims.read_lane(tx, self._calls.lane, self._dispatcher.slots.holder)
        except TROUBLE as error:
            log.warning("lane_not_seen", error=type(error).__name__)
            return
        if snapshot is not None and is_open(snapshot):
            self._calls.open_at = now
            self._dispatcher.offer(self._calls)
        elif self._calls.ready:
            await self.give_back()

    async def give_back(self) -> None:
        """Give back the deliveries that were claimed ahead and not begun. If that fails, the turn raises the error once
        its calls have ended.
        """
        rows = self._calls.take_back()
        try:
            await give_back(self._database, self._calls.lane, rows, self._stop)
        except Exception as error:  # noqa: BLE001 - see above
            self._calls.tasks.failed(error)
        self._dispatcher.dropped(len(rows))
        self._calls.returned()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(CHECK_EVERY):
                await self._stop.wait()
