"""The preparations that one process runs, each in a task of its own. After a failure, one rests before its next try."""

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from app.delivery import prepare
from app.domain.pacing import back_off
from app.domain.words import MassReplyId, TenantId
from app.process.aside import Aside
from app.process.recently_used import RecentlyUsed
from app.process.tenant_time import Purse
from app.store.database import Database
from app.store.overload import is_lost
from app.telemetry.logs import about
from app.telemetry.metrics import Metrics

log = structlog.get_logger()

LOST_REST: Final = 1.0
"""Seconds until the next try after a lost connection. The next connection may be good."""
REMEMBERED: Final = 1_000
"""Failures that a process keeps in mind. A mass reply that is cancelled, or that another process prepares in the end,
is never heard of again."""


class Preparations:
    def __init__(self, database: Database, aside: Aside, confirm_within: timedelta, metrics: Metrics) -> None:
        self._database = database
        self._aside = aside
        self._confirm_within = confirm_within
        self._metrics = metrics
        self._failures = RecentlyUsed[MassReplyId, tuple[int, float]](REMEMBERED)
        """How often each mass reply's preparation failed in a row, and until when it rests."""
        self.tasks: set[asyncio.Task[None]] = set()

    def begin(self, tenant: TenantId, mass_reply: MassReplyId) -> asyncio.Task[None]:
        task = asyncio.create_task(self.prepare(tenant, mass_reply))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def prepare(self, tenant: TenantId, mass_reply: MassReplyId) -> None:
        """Prepare a mass reply, unless it rests. Log an error; the sweeper asks for the preparation again."""
        failures, rests_until = self._failures.get(mass_reply, (0, 0.0))
        if asyncio.get_running_loop().time() < rests_until:
            return
        with about(tenant=tenant, mass_reply=mass_reply):
            try:
                aside = self._aside.of(tenant, Purse.SENDING)
                await prepare.prepare(self._database, aside, tenant, mass_reply, self._confirm_within)
                self._failures.pop(mass_reply, None)
            except Exception as error:
                rest = _rest(error, failures)
                self._failures[mass_reply] = failures + 1, asyncio.get_running_loop().time() + rest
                self._metrics.count_preparation_failed()
                log.exception("preparation_failed", error=type(error).__name__, seconds=rest)


def _rest(error: Exception, failures: int) -> float:
    """Return how many seconds to wait. If a second connection is lost, the statement may be what ends them."""
    if not failures and is_lost(error):
        return LOST_REST
    return back_off(failures).total_seconds()
