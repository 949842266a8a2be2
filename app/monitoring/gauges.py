"""The database's gauges for Prometheus: read on request, and cached for some seconds."""

import asyncio
import time
from collections.abc import Iterator
from typing import Final

import structlog
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from app.monitoring.sql.gauges import (
    MOST,
    AccountCount,
    Backlogs,
    Depth,
    Endpoints,
    Figures,
    StoppedLanes,
    read_figures,
)
from app.store.database import Database
from app.telemetry.metrics import gauge

log = structlog.get_logger()

KEPT_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 3.0
_CAPPED: Final = f"{MOST} means that or more."


class DatabaseFigures(Collector):
    """Collects the use of this process's pool and, once refreshed, the database's gauges.

    While the database cannot be read, only `mass_reply_database_up` is reported.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._refreshing = asyncio.Lock()
        self._read_at: float | None = None
        self._figures: Figures | None = None

    async def refresh(self) -> None:
        """Read the gauges, unless they were read some seconds ago. One caller reads, others wait for it."""
        async with self._refreshing:
            if self._read_at is None or time.monotonic() - self._read_at >= KEPT_SECONDS:
                self._figures = await self._read()
                self._read_at = time.monotonic()

    async def _read(self) -> Figures | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._database.begin_sweep() as tx:
                return await read_figures(tx)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("figures_unread", error=type(error).__name__)
            return None

    def collect(self) -> Iterator[Metric]:
        pool = self._database.pool_use()
        yield gauge("mass_reply_database_connections", "This process's connections that are in use.", pool.in_use)
        yield gauge("mass_reply_database_connections_limit", "Connections that this process may have.", pool.limit)
        if self._read_at is not None:
            yield from self._shown()

    def _shown(self) -> Iterator[Metric]:
        up = self._figures is not None
        yield gauge("mass_reply_database_up", "Whether the figures could be read from PostgreSQL.", up)
        if self._figures is not None:
            yield from _depths(self._figures.depths)
            yield _stopped(self._figures.stopped)
            yield _accounts(self._figures.accounts)
            yield _endpoints(self._figures.endpoints)
            yield from _backlogs(self._figures.backlogs)
            if self._figures.sweeper_lag is not None:
                meaning = "Seconds since a sweep last ended, in any worker."
                yield gauge("mass_reply_sweeper_lag_seconds", meaning, self._figures.sweeper_lag)


def _depths(depths: tuple[Depth, ...]) -> Iterator[Metric]:
    by_channel = (
        ("mass_reply_queued", "Queued deliveries of unfinished mass replies.", "queued"),
        ("mass_reply_in_flight", "Deliveries that a worker has claimed and not yet recorded.", "in_flight"),
        ("mass_reply_lanes_paused", "Paused lanes of unfinished mass replies.", "paused_lanes"),
        ("mass_reply_lag_seconds", "Age of the oldest due delivery on a lane that may send.", "lag"),
        ("mass_reply_lane_idle_seconds", "The longest time that a lane with due work has had no pump.", "idle"),
    )
    for name, meaning, field in by_channel:
        family = GaugeMetricFamily(name, meaning, labels=("channel",))
        for depth in depths:
            family.add_metric([depth.channel], getattr(depth, field))
        yield family


def _stopped(lanes: tuple[StoppedLanes, ...]) -> Metric:
    meaning = "Lanes of unfinished mass replies that have work and cannot go on."
    family = GaugeMetricFamily("mass_reply_lanes_stopped", meaning, labels=("channel", "reason"))
    for each in lanes:
        family.add_metric([each.channel, each.reason], each.count)
    return family


def _accounts(accounts: tuple[AccountCount, ...]) -> Metric:
    family = GaugeMetricFamily("mass_reply_accounts", "Channel accounts by state.", labels=("provider", "state"))
    for each in accounts:
        family.add_metric([each.provider, each.state], each.count)
    return family


def _endpoints(endpoints: tuple[Endpoints, ...]) -> Metric:
    family = GaugeMetricFamily("mass_reply_webhook_endpoints", "Webhook endpoints by state.", labels=("state",))
    for each in endpoints:
        family.add_metric([each.state], each.count)
    return family


def _backlogs(backlogs: Backlogs) -> Iterator[Metric]:
    yield gauge("mass_reply_uncertain", f"Uncertain deliveries. {_CAPPED}", backlogs.uncertain)
    meaning = f"Providers' reports on messages that are not known here. {_CAPPED}"
    yield gauge("mass_reply_receipts_unsettled", meaning, backlogs.receipts)
    yield gauge("mass_reply_outbox_backlog", f"Events not yet handled for webhooks. {_CAPPED}", backlogs.events)
