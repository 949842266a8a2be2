"""Record how calls ended: in groups, in a task of its own that a job's cancellation does not reach.

A group closes after 50 results or 50 ms, and at once if an account claims nothing more until it is written. While one
group is written the next one grows, so groups get larger under load. A write that fails is retried as long as the
process lives: nobody else knows the outcome.
"""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Literal
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
from app.telemetry.logs import about

log = structlog.get_logger()

GROUP: Final = 50
GROUP_WAIT: Final = 0.05
LARGEST_GROUP: Final = 500
WRITERS: Final = 2
GROUP_TRIES: Final = 2
"""How often a group is written as a whole, if the database does not blame its rows."""
RETRY_WAIT: Final = 0.5
REFUSALS: Final = 3
"""How often the database may refuse one result before it is given up. An absent database is waited for."""
TRIES_WHEN_CLOSING: Final = 10

TROUBLE = (SQLAlchemyError, OSError, TimeoutError)

SILENT: Final = "The provider does not answer."

BAD_DATA: Final = ("22", "23")
"""The classes of SQLSTATE that blame the row: data exception, integrity constraint violation."""

Heard = Literal["answer", "silence", "nothing"]


@dataclass(frozen=True, slots=True, order=True)
class BadAddress:
    """An address to block, because the provider refused it for good."""

    channel: Channel
    address: str = field(repr=False)
    reason: ReasonCode


@dataclass(slots=True)
class CallOutcome:
    """How one call ended: for the delivery, and for the account that made it."""

    tenant: TenantId
    account: UUID
    report: Report
    heard: Heard
    """Whether the provider answered at all. "nothing" if it was not called."""
    account_deferral: Deferred | None = None
    bad_address: BadAddress | None = None
    written: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Recorder:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[CallOutcome] = []
        self._arrived = asyncio.Event()
        self._full = asyncio.Event()
        self._closing = False

    async def record(self, *results: CallOutcome) -> None:
        """Hand over results and wait until they are written."""
        self._waiting.extend(results)
        self._arrived.set()
        if len(self._waiting) >= GROUP:
            self._full.set()
        for result in results:
            await result.written

    def hurry(self) -> None:
        """Write what has come as soon as possible."""
        self._full.set()

    async def run(self) -> None:
        """Write groups until `close`, then what is left. While one group waits for the database, another one grows."""
        await asyncio.gather(*(self._write_groups() for _ in range(WRITERS)))

    async def _write_groups(self) -> None:
        while not (self._closing and not self._waiting):
            await self._arrived.wait()
            if not self._closing:
                with suppress(TimeoutError):
                    async with asyncio.timeout(GROUP_WAIT):
                        await self._full.wait()
            group, self._waiting = self._waiting[:LARGEST_GROUP], self._waiting[LARGEST_GROUP:]
            if not self._waiting and not self._closing:
                self._arrived.clear()
            if len(self._waiting) < GROUP and not self._closing:
                self._full.clear()
            await self._write(group)

    def close(self) -> None:
        self._closing = True
        self._arrived.set()
        self._full.set()

    async def _write(self, group: Sequence[CallOutcome]) -> None:
        by_tenant: dict[TenantId, list[CallOutcome]] = defaultdict(list)
        for result in group:
            by_tenant[result.tenant].append(result)
        for tenant, results in by_tenant.items():
            with about(tenant=tenant):
                await self._write_surely(tenant, results)

    async def _write_surely(self, tenant: TenantId, results: Sequence[CallOutcome]) -> None:
        """Write a group. If the database refuses it, write the results one by one to find the one at fault."""
        # The accounts first: nothing that returns to the queue may be claimed before its account is stopped.
        await self._note_accounts(tenant, results)
        if not await self._write_together(tenant, results):
            for result in results:
                await self._write_one(tenant, result)

    async def _write_together(self, tenant: TenantId, results: Sequence[CallOutcome]) -> bool:
        """Write a group as a whole, and once more if only its connection was lost. Return whether it is written."""
        for _ in range(GROUP_TRIES):
            try:
                await self._settle(tenant, results)
                return True
            except Exception as error:  # noqa: BLE001 - this task must outlive whatever one result brings about
                log.warning("record_failed", results=len(results), error=type(error).__name__)
                if refuses(error):
                    break
        return False

    async def _write_one(self, tenant: TenantId, result: CallOutcome) -> None:
        for attempt in itertools.count(1):
            try:
                await self._settle(tenant, [result])
                return
            except Exception as error:  # noqa: BLE001 - see above
                delivery = str(result.report.delivery_id)
                hopeless = attempt >= REFUSALS if refuses(error) else self._closing and attempt >= TRIES_WHEN_CLOSING
                if hopeless:
                    # The row stays `sending`. Its lease runs out, and then it is uncertain and a person sees it.
                    log.error("record_given_up", delivery=delivery, error=type(error).__name__)
                    _release([result])
                    return
                log.warning("record_failed", delivery=delivery, error=type(error).__name__)
            await asyncio.sleep(RETRY_WAIT)

    async def _settle(self, tenant: TenantId, results: Sequence[CallOutcome]) -> None:
        async with self._database.begin(tenant) as tx:
            # Addresses before deliveries, the order in which receipts lock them: no deadlock.
            for bad in sorted({result.bad_address for result in results if result.bad_address}):
                await blocked_addresses.block(tx, bad.channel, bad.address, bad.reason)
            # Always ask the database about accounts: another process may have counted the silences.
            await settle(tx, [result.report for result in results], _answering(results))
        _release(results)

    async def _note_accounts(self, tenant: TenantId, results: Sequence[CallOutcome]) -> None:
        """Store the accounts' health in a transaction of its own: a claim locks account rows before counters."""
        by_account: dict[UUID, list[CallOutcome]] = defaultdict(list)
        for result in results:
            by_account[result.account].append(result)
        for account, members in by_account.items():
            if any(r.account_deferral or r.heard == "silence" for r in members):
                try:
                    await self._note_account(tenant, account, members)
                except Exception as error:  # noqa: BLE001 - see above
                    log.warning("account_health_failed", account=str(account), error=type(error).__name__)

    async def _note_account(self, tenant: TenantId, account: UUID, results: Sequence[CallOutcome]) -> None:
        silent = sum(result.heard == "silence" for result in results)
        async with self._database.begin(tenant) as tx:
            if silent and account not in _answering(results):
                wait = rest(await account_health.note_silence(tx, account, silent))
                if wait is not None:
                    await account_health.cool(tx, account, wait, SILENT)
            for deferral in {result.account_deferral for result in results if result.account_deferral}:
                await account_health.stop(tx, account, deferral)


def _answering(results: Sequence[CallOutcome]) -> set[UUID]:
    """Return the accounts whose provider answered at least once."""
    return {result.account for result in results if result.heard == "answer"}


def refuses(error: BaseException) -> bool:
    """Return whether the result itself is at fault, so that waiting does not help.

    A server that is starting, stopping, failing over or full also answers. It is waited for like an absent one.
    """
    if isinstance(error, DBAPIError):
        return str(getattr(error.orig, "sqlstate", "")).startswith(BAD_DATA)
    return not isinstance(error, TROUBLE)


def _release(results: Sequence[CallOutcome]) -> None:
    for result in results:
        if not result.written.done():
            result.written.set_result(None)
