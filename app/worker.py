"""The worker process: arq receives wake-ups, the runner works lanes, and the sweeper finds what both have missed.

arq is restarted whenever a Redis error ends it. While Redis is away, the process asks PostgreSQL for lanes that are
due.
"""

import asyncio
import signal
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import structlog
import uvloop
from arq.connections import ArqRedis
from arq.worker import Retry, Worker, func
from redis.exceptions import RedisError

from app.automation.calls import RuleCalls
from app.automation.runner import RuleRunner
from app.delivery.look_up import look_up_uncertain
from app.delivery.preparations import Preparations
from app.delivery.pump_context import Pace, PumpContext
from app.delivery.record import Recorder
from app.delivery.runner import WATCH_TICK, PumpRunner
from app.delivery.sql import sweeper
from app.delivery.sweeper import PUMP_IDLE, Sweeper
from app.delivery.wakeups import PREPARE, PUMP, QUEUE, connection, deserialize, lane_key, serialize
from app.delivery.warm import warm_up
from app.domain.lanes import LaneKey
from app.domain.words import MassReplyId, TenantId
from app.process.garbage import collect_seldom
from app.runtime import Runtime, open_runtime
from app.settings import Settings
from app.store.overload import TROUBLE
from app.store.shares import DELIVERY, PUMPS, RECORDS
from app.telemetry import open_telemetry
from app.telemetry.metrics import served
from app.webhooks.dispatcher import CallDispatcher
from app.webhooks.endpoint_calls import EndpointCalls
from app.webhooks.retention import forget_events

log = structlog.get_logger()

TICK: Final = 1.0
"""Seconds between two sweeps, and between two searches for due lanes while Redis is away."""
LONG: Final = 1_000
"""Deliveries of one lane above which several processes work it together."""
LOOK_UP_TICK: Final = 5.0
FORGET_TICK: Final = 60.0
JOB_SECONDS: Final = 30
"""Longer than a pump's budget, its last call and its record together; shorter than the time between SIGTERM and
SIGKILL."""
READ_LIMIT: Final = 10_000
"""The most queued jobs that arq reads, running ones included: more than all slots of a large fleet."""
MAX_TRIES: Final = 1_000_000
"""arq counts a restart as a try, and drops a job that has had too many."""
PASSED_ON: Final = 8
"""How often a process that already works the lane passes a wake-up on to another process."""
PASS_ON_SECONDS: Final = 0.06
"""Longer than arq's `poll_delay`, so that the others have polled in the meantime."""
STILL_AWAY: Final = 60.0
"""Seconds between two log lines while Redis stays away: each worker looks for it every second."""


class RedisAbsence:
    """Logs that Redis is away, repeats it now and then, and logs that it is back."""

    def __init__(self) -> None:
        self._logged_at: float | None = None

    def noticed(self, error: Exception, now: float) -> None:
        """Note that Redis cannot be used. `now` is in seconds, by a monotonic clock."""
        if self._logged_at is None or now - self._logged_at >= STILL_AWAY:
            log.warning("redis_away", error=type(error).__name__)
            self._logged_at = now

    def over(self) -> None:
        """Note that Redis has answered."""
        if self._logged_at is not None:
            log.info("redis_back")
            self._logged_at = None


class WorkerProcess:
    def __init__(self, runtime: Runtime) -> None:
        settings = runtime.settings
        self._runtime = runtime
        database, self._of_pumps = runtime.database.of(DELIVERY), runtime.database.of(PUMPS)
        self._of_records = runtime.database.of(RECORDS)
        self._recorder = Recorder(self._of_records)
        context = PumpContext(
            database=self._of_pumps,
            recorder=self._recorder,
            pace=Pace(settings.lease, settings.settles_after, settings.pump_slots, settings.pump_budget),
            senders=runtime.senders,
            plans=runtime.plans,
            staging=runtime.staging,
            telemetry=runtime.telemetry,
            aside=runtime.aside,
        )
        self._runner = PumpRunner(context, settings.pumps, runtime.wakeups.wake_lane)
        metrics = runtime.telemetry.metrics
        self._sweeper = Sweeper(
            database, self._wake_lane, self._wake_preparation, settings.purge_unconfirmed_after, metrics
        )
        self._preparations = Preparations(runtime.database, runtime.aside, settings.confirm_within, metrics)
        self._webhooks = CallDispatcher(database, EndpointCalls(database, runtime.vault, runtime.posts, metrics))
        self._rules = RuleRunner(runtime.database)
        self._rule_calls = CallDispatcher(database, RuleCalls(database, runtime.posts, runtime.vault))
        self._looked_up_to: datetime | None = None
        self._stopping = asyncio.Event()
        self._pumped_out = asyncio.Event()
        self._redis_hears = False
        self._redis_absence = RedisAbsence()

    def stop(self) -> None:
        """Take no more work. `run` then finishes the calls under way and records them."""
        self._stopping.set()
        self._webhooks.stop()
        self._rule_calls.stop()
        self._runner.stop()
        self._recorder.stop()

    async def run(self) -> None:
        """Work until `stop`. Then finish the calls under way, and record them."""
        recorder = asyncio.create_task(self._recorder.run())
        warming = asyncio.create_task(self._warm_up())
        listening = asyncio.create_task(self._listen())
        rounds = [asyncio.create_task(self._every(seconds, name, work)) for name, seconds, work in self._rounds]
        await self._runner.run()
        self._pumped_out.set()
        background = (*rounds, *self._preparations.tasks)
        for task in background:
            task.cancel()
        await asyncio.gather(warming, listening, *background, return_exceptions=True)
        await asyncio.gather(self._webhooks.finish(), self._rule_calls.finish())
        self._recorder.close()
        await recorder

    @property
    def _rounds(self) -> Sequence[tuple[str, float, Callable[[], Awaitable[object]]]]:
        """What is done again and again: its name in the log, the seconds between two rounds, and the work."""
        return (
            ("sweep", TICK, self._sweeper.tick),
            ("look_for_lanes", TICK, self._look_for_lanes),
            ("keep_watch", WATCH_TICK, self._runner.keep_watch),
            ("look_up", LOOK_UP_TICK, self._look_up),
            ("webhooks", TICK, self._webhooks.tick),
            ("rules", TICK, self._rules.tick),
            ("rule_calls", TICK, self._rule_calls.tick),
            ("forget_events", FORGET_TICK, self._forget_events),
        )

    async def _warm_up(self) -> None:
        with suppress(*TROUBLE):
            await warm_up(self._of_pumps, self._of_records)

    async def _wake_lane(self, lane: LaneKey) -> None:
        if not await self._runtime.wakeups.wake_lane(lane):
            self._runner.submit(lane)

    async def _wake_preparation(self, tenant: TenantId, mass_reply: MassReplyId) -> None:
        if not await self._runtime.wakeups.wake_preparation(tenant, mass_reply):
            self._preparations.begin(tenant, mass_reply)

    async def _look_up(self) -> None:
        database, senders = self._runtime.database, self._runtime.senders
        self._looked_up_to = await look_up_uncertain(database, senders, self._looked_up_to)

    async def _forget_events(self) -> None:
        await forget_events(self._runtime.database, datetime.now(UTC) - self._runtime.settings.events_kept)

    async def _look_for_lanes(self) -> None:
        """Work on lanes with many deliveries and, while no wake-ups arrive, on every lane that is due."""
        room = self._runner.room
        async with self._runtime.database.begin_sweep() as tx:
            lanes = [] if self._redis_hears else await sweeper.idle_lanes(tx, PUMP_IDLE / 3)
            lanes += await sweeper.long_lanes(tx, LONG, room) if room else []
        for lane in lanes:
            self._runner.submit(lane)

    async def _every(self, seconds: float, name: str, work: Callable[[], Awaitable[object]]) -> None:
        while not self._stopping.is_set():
            try:
                await work()
            except Exception as error:
                log.exception("tick_failed", work=name, error=type(error).__name__)
            await self._rest(seconds)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _listen(self) -> None:
        """Run arq, and restart it: any Redis error in its poll loop ends it."""
        url = self._runtime.settings.redis_url
        while url is not None and not self._stopping.is_set():
            try:
                async with connection(url) as redis:
                    await self._hear(redis)
            except (RedisError, OSError, TimeoutError) as error:
                self._redis_absence.noticed(error, asyncio.get_running_loop().time())
            except Exception as error:
                log.exception("arq_ended", error=type(error).__name__)
            await self._rest(TICK)

    async def _hear(self, redis: ArqRedis) -> None:
        await redis.ping()
        self._redis_absence.over()
        worker = _arq_worker(redis, [(PUMP, self._pump_job), (PREPARE, self._prepare_job)], self._runtime.settings)
        self._redis_hears = True
        hearing, pumped_out = asyncio.create_task(worker.async_run()), asyncio.create_task(self._pumped_out.wait())
        await asyncio.wait({hearing, pumped_out}, return_when=asyncio.FIRST_COMPLETED)
        self._redis_hears = False
        pumped_out.cancel()
        await _end(worker, hearing)
        await redis.delete(worker.health_check_key)

    async def _pump_job(self, job: dict[Any, Any], tenant: str, mass_reply: str, account: str, number: int) -> None:
        lane = lane_key(tenant, mass_reply, account)
        if number and self._runner.works(lane) and job["job_try"] <= PASSED_ON:
            raise Retry(defer=PASS_ON_SECONDS)
        # Shielded: a job that arq cancels must not cancel a pump that has calls under way.
        await asyncio.shield(self._runner.submit(lane))

    async def _prepare_job(self, _: dict[Any, Any], tenant: str, mass_reply: str, _number: int) -> None:
        # Shielded: a large one compares all recipients on its last page, which takes longer than a job may.
        await asyncio.shield(self._preparations.begin(TenantId(UUID(tenant)), MassReplyId(UUID(mass_reply))))


class _JobTasks(dict[str, "asyncio.Task[Any]"]):
    """The jobs that arq runs, by id. Each run of a job deletes its entry.

    After Redis has been wiped, a running job can be enqueued again under the same id. Then two runs share an entry in
    one process, and with a plain dict the second deletion would end the job, or the worker, with a KeyError.
    """

    def __delitem__(self, job_id: str) -> None:
        self.pop(job_id, None)


def _arq_worker(redis: ArqRedis, jobs: list[tuple[str, Callable[..., Awaitable[None]]]], settings: Settings) -> Worker:
    functions = [
        func(job, name=name, keep_result=0, timeout=JOB_SECONDS, max_tries=MAX_TRIES)  # type: ignore[arg-type]
        for name, job in jobs
    ]
    worker = Worker(
        functions,
        queue_name=QUEUE,
        redis_pool=redis,
        handle_signals=False,
        max_jobs=settings.pumps * 2,
        job_timeout=JOB_SECONDS,
        keep_result=0,
        poll_delay=0.05,
        queue_read_limit=READ_LIMIT,
        max_tries=MAX_TRIES,
        health_check_interval=10,
        # One key for each worker: with arq's own choice one clean shutdown deletes it for all of them.
        health_check_key=f"{QUEUE}:health:{uuid.uuid4()}",
        job_serializer=serialize,
        job_deserializer=deserialize,
        log_results=False,
    )
    worker.job_tasks = _JobTasks()
    return worker


async def _end(worker: Worker, hearing: asyncio.Task[None]) -> None:
    """Let finished jobs report, leave the rest to other workers, and wait until the poll loop has ended.

    arq's own `close` also interrupts jobs that are reporting, and then treats them as running for 40 s. The poll loop
    must not be cancelled: redis-py swallows a cancellation that arrives together with a response.
    """
    worker.burst, worker.max_burst_jobs = True, 0
    while running := [task for task in (hearing, *worker.tasks.values()) if not task.done()]:
        for job in list(worker.job_tasks.values()):
            job.cancel()
        await asyncio.wait(running, timeout=0.1)
    await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
    await hearing


def run(settings: Settings) -> None:
    """Run a worker process, on uvloop."""
    collect_seldom()
    uvloop.run(main(settings))


async def main(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT. Then leave nothing uncertain."""
    telemetry = open_telemetry(tracing=settings.tracing)
    async with open_runtime(settings, telemetry) as runtime:
        process = WorkerProcess(runtime)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, partial(process.stop))
        with served(telemetry.metrics, settings.metrics_host, settings.metrics_port):
            log.info("worker_started")
            await process.run()
    await asyncio.to_thread(telemetry.tracing.close)
    log.info("worker_stopped")
