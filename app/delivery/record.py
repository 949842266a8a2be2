"""Record how calls ended: in groups, in a task of its own that a job's cancellation does not reach.

A group closes after 50 results or 50 ms. If an account claims nothing more until it is written, it closes once the
calls under way have ended, or 10 ms later. While one group is written the next one grows, so groups get larger under
load. A failed write is retried for as long as the process lives, in a task of its tenant's own: no other process knows
the outcome.
"""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.delivery.settle import Report, settle
from app.delivery.sql import account_health
from app.domain.outbound import Deferred
from app.domain.pacing import rest
from app.domain.words import Channel, ReasonCode, TenantId
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
GROUP_TRIES: Final = 2
"""After so many lost connections in a row a group is written one by one: a result in it may be what ends them."""
RETRYING: Final = 2
"""How many tenants' results are tried again at once."""
RETRY_WAIT: Final = 0.5
REFUSALS: Final = 3
"""How often the database may refuse one result before it is given up. An absent database is waited for."""
CLOSING_SECONDS: Final = 30
"""How long after SIGTERM results are tried. Calls end within 10 seconds, and SIGKILL comes after 60."""

TROUBLE = (SQLAlchemyError, OSError, TimeoutError)

SILENT: Final = "The provider does not answer."

Heard = Literal["answer", "silence", "nothing"]


@dataclass(frozen=True, slots=True, order=True)
class BadAddress:
    """An address to block, because the provider refused it for good."""

    channel: Channel
    address: str = field(repr=False)
    reason: ReasonCode


@dataclass(slots=True, eq=False)
class CallOutcome:
    """How one call ended, for the delivery and for its channel account."""

    tenant: TenantId
    account: UUID
    report: Report
    heard: Heard
    """Whether the provider answered at all. "nothing" if it was not called."""
    account_deferral: Deferred | None = None
    bad_address: BadAddress | None = None
    noted: bool = False
    """Whether the account's health is stored."""
    written: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(slots=True)
class Alone:
    """A result that is written by itself."""

    result: CallOutcome
    refusals: int = 0


@dataclass(slots=True)
class LateResults:
    """One tenant's results that could not be written at once."""

    together: dict[UUID, list[CallOutcome]] = field(default_factory=lambda: defaultdict(list))
    """By account: the lanes of one may be locked while those of another are free."""
    losses: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    """Connections that an account's group has lost in a row."""
    alone: list[Alone] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.together or self.alone)


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
            return _give_up(results)
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
        _give_up(self._awaited)

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
            if refuses(error):
                late.alone += map(Alone, results)
                return
        for result in results:
            late.together[result.account].append(result)

    def _begin_late(self, tenant: TenantId) -> LateResults:
        """Return the tenant's late results. Another group of its own may have failed at the same time."""
        late = self._late.get(tenant)
        if late is None:
            late = self._late[tenant] = LateResults()
            self._run(self._write_late(tenant, late))
        return late

    async def _write_late(self, tenant: TenantId, late: LateResults) -> None:
        """Try again until all late results are written."""
        while True:
            await self._write_together(tenant, late)
            await self._write_alone(tenant, late)
            if not late:
                del self._late[tenant]
                return
            await asyncio.sleep(RETRY_WAIT)

    async def _write_together(self, tenant: TenantId, late: LateResults) -> None:
        """Write the results of each account as a group, or leave them to be written one by one if the group is at fault
        or ends connections."""
        together, late.together = late.together, defaultdict(list)
        for account, results in together.items():
            async with self._retrying:
                error = await self._failed(tenant, results)
            late.losses[account] = late.losses[account] + 1 if error is not None and _lost(error) else 0
            if error is None:
                continue
            if refuses(error) or late.losses[account] >= GROUP_TRIES:
                late.alone += [Alone(each) for each in results]
            else:
                late.together[account] = [*results, *late.together[account]]

    async def _write_alone(self, tenant: TenantId, late: LateResults) -> None:
        """Write results one by one. Give up what PostgreSQL refuses again and again."""
        stuck, failed = set[UUID](), list[Alone]()
        tried, late.alone = late.alone, []
        for each in tried:
            if each.result.account in stuck:
                late.alone.append(each)
                continue
            async with self._retrying:
                error = await self._failed(tenant, [each.result])
            if error is None:
                continue
            each.refusals += refuses(error)
            if each.refusals >= REFUSALS:
                _give_up([each.result], error)
                continue
            failed.append(each)
            if not refuses(error) and not _lost(error):
                stuck.add(each.result.account)  # the others of its account would wait for the same
        late.alone += failed  # the next time behind those that waited

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
                    if not refuses(error):
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
                await account_health.stop(tx, account, deferral)


async def _set_within(seconds: float, event: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await event.wait()
    return False


def _answering(results: Sequence[CallOutcome]) -> set[UUID]:
    """Return the accounts whose provider answered at least once."""
    return {result.account for result in results if result.heard == "answer"}


def refuses(error: BaseException) -> bool:
    """Return whether the result itself is at fault, or a bug of ours, so that waiting does not help.

    Errors of a server that is starting, stopping, failing over or full may pass, like those of an absent one, and so
    may waits for locks.
    """
    return not may_pass(error)


def _lost(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _give_up(results: Iterable[CallOutcome], error: Exception | None = None) -> None:
    """Leave results unwritten. Their rows stay `sending` until the leases run out; then they are uncertain, and a
    person sees them.
    """
    given_up = [result for result in results if not result.written.done()]
    for result in given_up:
        why = "Stopping" if error is None else type(error).__name__
        log.error("record_given_up", tenant=str(result.tenant), delivery=str(result.report.delivery_id), error=why)
    _release(given_up)


def _release(results: Sequence[CallOutcome]) -> None:
    for result in results:
        if not result.written.done():
            result.written.set_result(None)
