"""One schedule: processes, a provider and people on a clock and a network drawn by a seed.

Pump, slots, recorder, settling, receipts and the sweeper are the service's own. A process may be killed, frozen or told
to stop at each of its waits; a commit may be lost either way; the provider does not deduplicate.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Any, Final

from app.channels.http import call_deadline, deadline_passed
from app.delivery.pump import Pump
from app.delivery.pump_context import Pace, PumpContext
from app.delivery.receipts import take_reports
from app.delivery.record import Recorder
from app.delivery.settle import Report, settle
from app.delivery.sweeper import Sweeper
from app.dev.history.evidence import Decision
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus, ReportedEvent, Transition
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbound import DEADLINE_PASSED, Accepted, Deferred, Outbound, Rejected, SendResult, Unknown
from app.domain.provider_events import Receipt, ReceiptKind
from app.domain.words import Channel, DeliveryId, Reason, ReasonCode
from app.store.overload import DatabaseAway
from app.telemetry import Telemetry
from tests.simulation import stand_ins
from tests.simulation.process import Process
from tests.simulation.rows import ACCOUNT, LANE, Table, nothing, table
from tests.simulation.sweeps import Turn
from tests.simulation.verdict import check, forgotten

E, S = DeliveryEvent, DeliveryStatus
START: Final = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LEASE, SLACK, CALL = 30.0, 20.0, 10.0
SETTLES: Final = LEASE + SLACK + CALL
PACE: Final = Pace(timedelta(seconds=LEASE), timedelta(seconds=SETTLES), 16, timedelta(seconds=1.5))
PROCESSES, LONGEST = 2, 600.0
WOKEN: Final = 2.0
"""Seconds until a lane with work is found again."""
LOST: Final = 0.03
"""How often a commit is not answered."""
TELEMETRY: Final = Telemetry()
SAID_SO: Final = Reason(ReasonCode.MARKED_NOT_SENT, "A person says so.", retryable=True)
DECISIONS: Final = (E.SEND_AGAIN, E.RESOLVE_NOT_SENT, E.RESOLVE_SENT, E.FIND_ABSENT, E.FIND_ABSENT, None)
ARRIVED: Final = (ReceiptKind.SENT, ReceiptKind.DELIVERED, ReceiptKind.DELIVERED, ReceiptKind.READ)
ENDS: Final = ("accepted", "lost", "not taken", "rejected", "not sent", "silent")
ODDS: Final = (10, 2, 1, 1, 2, 1)


@dataclass
class World:
    """One schedule."""

    dice: Random
    table: Table
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    steps: list[str] = field(default_factory=list)
    copies: Counter[DeliveryId] = field(default_factory=Counter)
    allowed: Counter[DeliveryId] = field(default_factory=Counter)
    """Copies that a person has risked."""
    decisions: defaultdict[DeliveryId, list[Decision]] = field(default_factory=lambda: defaultdict(list))
    turn: Turn = field(default_factory=Turn)
    api: Process = field(default_factory=Process)
    """It takes what the provider reports."""
    processes: dict[Process, "asyncio.Task[None]"] = field(default_factory=dict)
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    reporting: int = 0
    """Messages and receipts that are on their way."""
    late: bool = False
    """Whether a message arrived after somebody may have been told that it never would."""

    def note(self, what: str) -> None:
        self.steps.append(f"{asyncio.get_running_loop().time():.2f} {what}")

    def spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    # The database

    @asynccontextmanager
    async def begin(self, process: Process | None) -> AsyncIterator[Any]:
        """One transaction after the other. A process may stop before and after its commit, or not hear of it."""
        await self.busy.acquire()
        try:
            await asyncio.sleep(self.dice.uniform(0, 0.05))
            while process and process.hangs:
                self.busy.release()
                await process.alive()
                await self.busy.acquire()
            self.table.seconds = asyncio.get_running_loop().time()
            kept = self.table.kept()
            lost = process is not None and not process.over.is_set() and self.dice.random() < LOST
            committed = not lost or self.dice.random() < 0.5
            try:
                yield SimpleNamespace()
            except BaseException:
                self.table.restore(kept)
                raise
            if not committed:
                self.table.restore(kept)
        finally:
            self.busy.release()
        if process:
            await process.alive()
        if lost:
            self.note(f"a commit is not answered, and {'is' if committed else 'is not'} there")
            raise DatabaseAway("The connection was lost.")

    # The provider

    async def send(self, process: Process, outbound: Outbound) -> SendResult:
        await process.alive()
        try:
            async with asyncio.timeout_at(call_deadline()):
                await asyncio.sleep(self.dice.uniform(0, 2))
        except TimeoutError:
            return Deferred("unreachable", "Nobody answers.", timedelta(seconds=1))
        await process.alive()
        if deadline_passed():
            return Deferred(DEADLINE_PASSED, "Too late to begin.", timedelta(seconds=1))
        end = self.dice.choices(ENDS, ODDS)[0]
        self.note(f"{self.name(outbound.delivery_id)}.{outbound.epoch}: {end}")
        if end == "accepted":
            self.take(outbound)
        if end in ("lost", "silent"):
            self.spawn(self.arrive_late(outbound))
        try:
            async with asyncio.timeout_at(call_deadline()):
                await asyncio.sleep(100 if end == "silent" else self.dice.uniform(0, 3))
        except TimeoutError:
            return Unknown("No answer.")
        await process.alive()
        match end:
            case "accepted":
                return Accepted(f"{outbound.correlation}")
            case "rejected":
                return Rejected(ReasonCode.PROVIDER_REJECTED, "No.")
            case "not sent":
                return Deferred("busy", "Later.", timedelta(seconds=self.dice.uniform(0.1, 5)))
            case _:
                return Unknown("The answer was lost.")

    async def arrive_late(self, outbound: Outbound) -> None:
        """What has left may be on its way for longer than its call, within the slack."""
        self.reporting += 1
        await asyncio.sleep(self.dice.choice((0, SLACK)) * self.dice.random())
        self.take(outbound)
        self.reporting -= 1

    def take(self, outbound: Outbound) -> None:
        id_ = DeliveryId(outbound.delivery_id)
        began = self.table.rows[id_].tries[outbound.epoch - 1].started_at
        late = self.table.started + timedelta(seconds=asyncio.get_running_loop().time()) - began
        self.late |= late > timedelta(seconds=SETTLES)
        self.copies[id_] += 1
        arrives = self.dice.random() < 0.85
        if self.dice.random() < 0.8:
            self.spawn(self.report(outbound, arrives))

    async def report(self, outbound: Outbound, arrives: bool) -> None:
        """A receipt comes sooner or later, not always with a time or our correlation, and again if it must."""
        self.reporting += 1
        at = self.table.clock
        receipt = Receipt(
            kind=self.dice.choice(ARRIVED) if arrives else ReceiptKind.FAILED,
            event_key=outbound.correlation,
            correlation=self.dice.choice((outbound.correlation, outbound.correlation, None)),
            provider_message_id=outbound.correlation,
            occurred_at=self.dice.choice((at, None)),
            code=None if arrives else ReasonCode.BOUNCED,
            detail=None if arrives else "It bounced.",
        )
        for again in self.dice.choice(((), (), (False,), (True,))):
            await self.deliver(receipt)
            receipt = replace(receipt, event_key=f"{receipt.event_key}, again") if again else receipt
        await self.deliver(receipt)
        self.reporting -= 1

    async def deliver(self, receipt: Receipt) -> None:
        """Report until the API answers."""
        answered = False
        while not answered:
            await asyncio.sleep(self.dice.choice((0.01, 1, 20, 70)) * self.dice.random())
            self.note(f"reported {receipt.kind}: {receipt.event_key}")
            with suppress(DatabaseAway):
                async with self.begin(self.api) as tx:
                    await take_reports(tx, [(ACCOUNT, Channel.SMS, receipt)])
                answered = True

    async def settle(self, *reports: Report) -> dict[DeliveryId, Any]:
        async with self.begin(None) as tx:
            return await settle(tx, reports)

    def name(self, id_: Any) -> str:
        return str(list(self.table.rows).index(id_))

    # Workers

    def database_of(self, process: Process) -> Any:
        """Return what a process has of the database. The kind of work makes no difference here."""
        database = SimpleNamespace(begin=lambda _: self.begin(process))
        database.of = lambda _: database
        database.begin_sweep = lambda: self.turn.begin(process)
        database.begin_routing = nullcontext
        return database

    async def work(self, process: Process) -> None:
        database = self.database_of(process)
        recorder = Recorder(database)
        writing = asyncio.create_task(recorder.run())
        sweeping = asyncio.create_task(self.sweep(process, database))
        context = PumpContext(
            database,
            recorder,
            PACE,
            stand_ins.senders(partial(self.send, process)),
            stand_ins.plans(),
            stand_ins.staging(),
            TELEMETRY,
        )
        while not process.stop.is_set():
            await process.alive()
            if self.table.queued:  # a lane without work is not woken
                with suppress(DatabaseAway):
                    await Pump(context, LANE, process.stop).run()
            with suppress(TimeoutError):
                async with asyncio.timeout(WOKEN):
                    await process.stop.wait()
        await sweeping
        recorder.close()
        await writing

    async def sweep(self, process: Process, database: Any) -> None:
        """Every second, as long as the process lives. Lanes are found by `work`, without a wake-up."""
        sweeper = Sweeper(database, nothing, nothing, timedelta(days=1), TELEMETRY.metrics)
        while not process.stop.is_set():
            await asyncio.sleep(1)
            with suppress(DatabaseAway):
                await sweeper.tick()

    # What befalls them

    async def misfortunes(self) -> None:
        for _ in range(PROCESSES):
            self.start()
        for _ in range(self.dice.randrange(4)):
            await asyncio.sleep(self.dice.choice((0.2, 2, 20)) * self.dice.random())
            process = self.dice.choice([each for each in self.processes if not each.dead and not each.stop.is_set()])
            what = self.dice.choice(("is killed", "freezes", "freezes for long", "is told to stop"))
            self.note(f"a process {what}")
            self.befall(process, what)

    def befall(self, process: Process, what: str) -> None:
        match what:
            case "is killed":
                process.dead = True
                self.start()
            case "is told to stop":
                process.stop.set()
                self.start()
            case _:
                process.awake.clear()
                seconds = self.dice.uniform(20, 90) if what == "freezes for long" else self.dice.uniform(0.1, 5)
                asyncio.get_running_loop().call_later(seconds, process.awake.set)

    def start(self) -> None:
        process = Process()
        self.processes[process] = asyncio.create_task(self.work(process))

    async def people(self) -> None:
        """A person decides about what is uncertain, when they may; a look-up says what the provider has."""
        while True:
            await asyncio.sleep(self.dice.uniform(5, 60))
            for row in [row for row in self.table.rows.values() if row.status is S.UNCERTAIN]:
                event = self.dice.choice(DECISIONS)
                if event is not None and not (event is E.FIND_ABSENT and self.copies[row.id]):
                    await self.decide(row.id, row.epoch, event)

    async def decide(self, id_: DeliveryId, epoch: int, event: DeliveryEvent) -> None:
        look_up = event is E.FIND_ABSENT
        reason = SAID_SO if event is E.RESOLVE_NOT_SENT else None
        answer = (await self.settle(Report(id_, ReportedEvent(event, epoch if look_up else None, reason=reason))))[id_]
        self.note(f"{self.name(id_)}: {event}, {answer}")
        if isinstance(answer, Transition) and not look_up:
            again = event is E.SEND_AGAIN
            outcome = "sent" if event is E.RESOLVE_SENT else "not_sent"
            self.decisions[id_].append(Decision(epoch, outcome, again, START))
            self.allowed[id_] += again

    # The end

    async def play(self) -> None:
        self.spawn(self.people())
        try:
            await self.misfortunes()
            ended = asyncio.get_running_loop().time() + LONGEST
            while asyncio.get_running_loop().time() < ended and (self.reporting or not self.at_rest()):
                await asyncio.sleep(1)
            check(self)
        finally:
            await self.end()

    async def end(self) -> None:
        """Let every process stop in good order. Raise what one of them broke off with."""
        for process in self.processes:
            process.end()
        ends = await asyncio.gather(*self.processes.values(), return_exceptions=True)
        for task in self.tasks:
            task.cancel()
        for error in ends:
            if isinstance(error, BaseException):
                raise error

    def at_rest(self) -> bool:
        asleep = any(not process.dead and process.hangs for process in self.processes)
        return not asleep and self.table.status is MassReplyStatus.COMPLETED and not forgotten(self.table)


def world(seed: int) -> World:
    dice = Random(seed)  # noqa: S311 - it draws a schedule
    return World(dice, table(dice.choice((1, 2, 3)), START))
