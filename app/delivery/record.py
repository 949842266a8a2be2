"""Record how calls ended: in groups, in a task of its own that a job's cancellation does not reach.

A group closes after 50 results or 50 ms. If an account claims nothing more until it is written, it closes once the
calls under way have ended, or 10 ms later. While one group is written the next one grows, so groups get larger under
load. A group that cannot be written is left to a task of its tenant's own (`late_results`).
"""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final
from uuid import UUID

import structlog

from app.delivery.late_results import LateResults, give_up
from app.delivery.outcomes import CallOutcome
from app.delivery.settle import settle
from app.delivery.sql import account_health, attempts
from app.domain.pacing import rest
from app.domain.words import TenantId
from app.store import blocked_addresses
from app.store.database import Database
from app.store.overload import may_pass
from app.telemetry.logs import about

log = structlog.get_logger()

GROUP: Final = 50
GROUP_WAIT: Final = 0.05
BURST: Final = 0.01
"""Seconds that a group stays open for the calls under way when claims wait for it. Calls that began together end
together, and a group costs as much as its first twenty results."""
LARGEST_GROUP: Final = 500
WRITERS: Final = 2
RETRYING: Final = 2
"""How many tenants' results are tried again at once."""
CLOSING_SECONDS: Final = 30
"""How long after SIGTERM results are tried. Calls end within 10 seconds, and SIGKILL comes after 60."""

SILENT: Final = "The provider does not answer."


class Recorder:
    """Writes the results of calls for all pumps of the process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[CallOutcome] = []
        self._awaited: set[CallOutcome] = set()
        self._late: dict[TenantId, LateResults] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._retrying = asyncio.Semaphore(RETRYING)
        self._arrived = asyncio.Event()
        self._wanted = asyncio.Event()
        self._full = asyncio.Event()
        self._closing = False
        self._end: asyncio.TimerHandle | None = None
        self._given_up = False

    async def record(self, *results: CallOutcome) -> None:
        """Hand over results and wait until they are written, or given up."""
        if self._given_up:
            return give_up(results)
        self._waiting.extend(results)
        self._awaited.update(results)
        self._arrived.set()
        if len(self._waiting) >= GROUP:
            self.flush()
        try:
            for result in results:
                await result.written
        finally:
            self._awaited.difference_update(results)

    def hurry(self) -> None:
        """Write soon: claims wait for these results, and more are about to come."""
        self._wanted.set()

    def flush(self) -> None:
        """Write at once."""
        self._wanted.set()
        self._full.set()

    async def run(self) -> None:
        """Write groups until `close`, then the rest. While one group waits for the database, another one grows."""
        for _ in range(WRITERS):
            self._run(self._write_groups())
        try:
            while self._tasks:
                await asyncio.wait(self._tasks)
        finally:
            self._abandon()
            if self._end is not None:
                self._end.cancel()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write_groups(self) -> None:
        while not (self._closing and not self._waiting):
            await self._arrived.wait()
            if not self._closing and await _set_within(GROUP_WAIT, self._wanted):
                await _set_within(BURST, self._full)
            group, self._waiting = self._waiting[:LARGEST_GROUP], self._waiting[LARGEST_GROUP:]
            if not self._waiting and not self._closing:
                self._arrived.clear()
            if len(self._waiting) < GROUP and not self._closing:
                self._wanted.clear()
                self._full.clear()
            await self._write(group)

    def stop(self) -> None:
        """Note that the process is ending. Results that cannot be written soon are given up, so that it can end."""
        if self._end is None:
            self._end = asyncio.get_running_loop().call_later(CLOSING_SECONDS, self._give_up_all)

    def close(self) -> None:
        """Let `run` end once everything is written, or given up."""
        self.stop()
        self._closing = True
        self._arrived.set()
        self.flush()

    def _give_up_all(self) -> None:
        self._given_up = True
        self._abandon()
        give_up(self._awaited)

    def _abandon(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _write(self, group: Sequence[CallOutcome]) -> None:
        by_tenant: dict[TenantId, list[CallOutcome]] = defaultdict(list)
        for result in group:
            by_tenant[result.tenant].append(result)
        for tenant, results in by_tenant.items():
            with about(tenant=tenant):
                await self._write_or_leave(tenant, results)

    async def _write_or_leave(self, tenant: TenantId, results: Sequence[CallOutcome]) -> None:
        """Write a group. If that fails, leave it to a task of the tenant's own: no other tenant waits for that."""
        late = self._late.get(tenant)
        if late is None:
            error = await self._failed(tenant, results)
            if error is None:
                return
            late = self._begin_late(tenant)
            if not may_pass(error):
                late.add_alone(results)
                return
        late.add(results)

    def _begin_late(self, tenant: TenantId) -> LateResults:
        """Return the tenant's late results. Another group of its own may have failed at the same time."""
        late = self._late.get(tenant)
        if late is None:
            late = self._late[tenant] = LateResults(partial(self._failed, tenant), self._retrying)
            self._run(self._write_late(tenant, late))
        return late

    async def _write_late(self, tenant: TenantId, late: LateResults) -> None:
        """Write them until none is left. A result that comes after that is not late."""
        await late.write()
        del self._late[tenant]

    async def _failed(self, tenant: TenantId, results: Sequence[CallOutcome]) -> Exception | None:
        """Write results as a whole. Return the error if they could not be written."""
        try:
            await self._settle(tenant, results)
        except Exception as error:  # noqa: BLE001 - one bad result must not end this task
            log.warning("record_failed", results=len(results), error=type(error).__name__)
            return error
        return None

    async def _settle(self, tenant: TenantId, results: Sequence[CallOutcome]) -> None:
        # The accounts first: nothing that returns to the queue may be claimed before its account is stopped.
        await self._note_accounts(tenant, results)
        async with self._database.begin(tenant) as tx:
            # Addresses before deliveries, the order in which receipts lock them: no deadlock.
            for bad in sorted({result.bad_address for result in results if result.bad_address}):
                await blocked_addresses.block(tx, bad.channel, bad.address, bad.reason)
            # Always ask the database about accounts: another process may have counted the silences.
            await settle(tx, [result.report for result in results], _answering(results))
        _release(results)

    async def _note_accounts(self, tenant: TenantId, results: Sequence[CallOutcome]) -> None:
        """Store the accounts' health in a transaction of its own, once: a claim locks account rows before counters.

        Raise errors that may pass. If PostgreSQL refuses an account's health, the results are written all the same.
        """
        by_account: dict[UUID, list[CallOutcome]] = defaultdict(list)
        for result in results:
            if not result.noted:
                by_account[result.account].append(result)
        for account, members in by_account.items():
            if any(r.account_deferral or r.heard == "silence" for r in members):
                try:
                    await self._note_account(tenant, account, members)
                except Exception as error:
                    if may_pass(error):
                        raise
                    log.warning("account_health_failed", account=str(account), error=type(error).__name__)
                for member in members:
                    member.noted = True

    async def _note_account(self, tenant: TenantId, account: UUID, results: Sequence[CallOutcome]) -> None:
        silent = sum(result.heard == "silence" for result in results)
        async with self._database.begin(tenant) as tx:
            if silent and account not in _answering(results):
                wait = rest(await account_health.note_silence(tx, account, silent))
                if wait is not None:
                    await account_health.cool(tx, account, wait, SILENT)
            for deferral in {result.account_deferral for result in results if result.account_deferral}:
                refused = [
                    (r.report.delivery_id, r.report.reported.epoch) for r in results if r.account_deferral == deferral
                ]
                await account_health.stop(tx, account, deferral, await attempts.begun_at(tx, refused))


async def _set_within(seconds: float, event: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await event.wait()
    return False


def _answering(results: Sequence[CallOutcome]) -> set[UUID]:
    """Return the accounts whose provider answered at least once."""
    return {result.account for result in results if result.heard == "answer"}


def _release(results: Sequence[CallOutcome]) -> None:
    for result in results:
        result.release()
