"""Writing down how calls ended, in groups, in a task of its own that no job's cancellation reaches.

A group is closed after 50 results or 50 ms; while one is being written the next one grows, so groups get larger under
load. What cannot be written is tried again for as long as the process lives: the answer is known, and only here.
"""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.delivery.settle import Report, settle
from app.delivery.sql import account_health, receipts
from app.domain.outbound import Deferred
from app.domain.pacing import rest
from app.domain.words import Channel, ReasonCode, TenantId
from app.store.database import Database
from app.telemetry.logs import about

log = structlog.get_logger()

GROUP: Final = 50
GROUP_WAIT: Final = 0.05
LARGEST_GROUP: Final = 500
WRITERS: Final = 2
RETRY_WAIT: Final = 0.5
REFUSALS: Final = 3
"""How often the database may refuse one result before it is given up; an absent database is waited for."""
TRIES_WHEN_CLOSING: Final = 10

TROUBLE = (SQLAlchemyError, OSError, TimeoutError)

SILENT: Final = "The provider does not answer."

BAD_DATA: Final = ("22", "23")
"""The classes of SQLSTATE that speak of the row: data exception, integrity constraint violation."""


Heard = Literal["answer", "silence", "nothing"]


@dataclass(frozen=True, slots=True, order=True)
class BadAddress:
    """Where nobody is to be written to again, as a provider said when it refused."""

    channel: Channel
    address: str = field(repr=False)
    reason: ReasonCode


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """How one call ended: for the delivery, and for the account that made it."""

    tenant: TenantId
    account: UUID
    report: Report
    heard: Heard
    """Whether the provider answered at all; nothing where it was not called."""
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

    async def record(self, result: CallOutcome) -> None:
        """Hand over a result and wait until it is written down."""
        self._waiting.append(result)
        self._arrived.set()
        if len(self._waiting) >= GROUP:
            self._full.set()
        await result.written

    async def run(self) -> None:
        """Write groups until `close`, then what is left. While one waits for the database, another is made ready."""
        await asyncio.gather(*(self._write_groups() for _ in range(WRITERS)))

    async def _write_groups(self) -> None:
        while not (self._closing and not self._waiting):
            await self._arrived.wait()
            if not self._closing:
                await self._fill()
            group, self._waiting = self._waiting[:LARGEST_GROUP], self._waiting[LARGEST_GROUP:]
            self._reset()
            if group:
                await self._write(group)

    def close(self) -> None:
        self._closing = True
        self._arrived.set()
        self._full.set()

    async def _fill(self) -> None:
        try:
            async with asyncio.timeout(GROUP_WAIT):
                await self._full.wait()
        except TimeoutError:
            pass

    def _reset(self) -> None:
        if not self._waiting and not self._closing:
            self._arrived.clear()
        if len(self._waiting) < GROUP and not self._closing:
            self._full.clear()

    async def _write(self, group: Sequence[CallOutcome]) -> None:
        by_tenant: dict[TenantId, list[CallOutcome]] = defaultdict(list)
        for result in group:
            by_tenant[result.tenant].append(result)
        for tenant, results in by_tenant.items():
            with about(tenant=tenant):
                await self._write_surely(tenant, results)

    async def _write_surely(self, tenant: TenantId, results: Sequence[CallOutcome]) -> None:
        """Write a group; where the database refuses it twice, find the result at fault by writing them one by one."""
        # The accounts first: what goes back to the queue must not be claimed while its account is still thought well.
        await self._note_accounts(tenant, results)
        try:
            await self._settle(tenant, results)
        except Exception as error:  # noqa: BLE001 - this task must outlive whatever one result brings about
            log.warning("record_failed", results=len(results), error=type(error).__name__)
            for result in results:
                await self._write_one(tenant, result)

    async def _write_one(self, tenant: TenantId, result: CallOutcome) -> None:
        for attempt in itertools.count(1):
            try:
                await self._settle(tenant, [result])
                return
            except Exception as error:  # noqa: BLE001 - see above
                delivery = str(result.report.delivery_id)
                if self._hopeless(error, attempt):
                    # The row stays `sending`; its lease runs out and it becomes uncertain, where a person sees it.
                    log.error("record_given_up", delivery=delivery, error=type(error).__name__)
                    _release([result])
                    return
                log.warning("record_failed", delivery=delivery, error=type(error).__name__)
            await asyncio.sleep(RETRY_WAIT)

    def _hopeless(self, error: Exception, attempt: int) -> bool:
        return attempt >= REFUSALS if refuses(error) else self._closing and attempt >= TRIES_WHEN_CLOSING

    async def _settle(self, tenant: TenantId, results: Sequence[CallOutcome]) -> None:
        async with self._database.begin(tenant) as tx:
            # Of the database each time: it may be another process that counted silences.
            if answering := _answering(results):
                await account_health.note_answers(tx, answering)
            # Addresses before deliveries, as receipts take them, so that nobody waits for each other in a circle.
            for bad in sorted({result.bad_address for result in results if result.bad_address}):
                await receipts.block_address(tx, bad.channel, bad.address, bad.reason)
            await settle(tx, [result.report for result in results])
        _release(results)

    async def _note_accounts(self, tenant: TenantId, results: Sequence[CallOutcome]) -> None:
        """Keep the accounts' health in a transaction of its own: a claim holds account rows before counters."""
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
                if deferral.retry_after is not None:
                    await account_health.cool(tx, account, deferral.retry_after, deferral.detail)
                else:
                    await account_health.pause(tx, account, f"{deferral.code}: {deferral.detail}")


def _answering(results: Sequence[CallOutcome]) -> set[UUID]:
    """The accounts whose provider answered at least once."""
    return {result.account for result in results if result.heard == "answer"}


def refuses(error: Exception) -> bool:
    """Whether this result itself is at fault, so that waiting does not help.

    A server that starts up, shuts down, has failed over or is full answers too, and is waited for like an absent one.
    """
    if isinstance(error, DBAPIError):
        return str(getattr(error.orig, "sqlstate", "")).startswith(BAD_DATA)
    return not isinstance(error, TROUBLE)


def _release(results: Sequence[CallOutcome]) -> None:
    for result in results:
        if not result.written.done():
            result.written.set_result(None)
