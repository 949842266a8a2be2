"""What every pump of a process shares."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from app.aside import Aside
from app.delivery.batch_sizes import BatchSizes
from app.delivery.lines import Lines, Plans
from app.delivery.loads import Loads
from app.delivery.recorder import Recorder
from app.store.database import Database
from app.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Pace:
    """The times of the protocol."""

    lease: timedelta
    settles_after: timedelta
    slots: int
    budget: timedelta


@dataclass(frozen=True, slots=True)
class Crew:
    """What every pump of a process shares."""

    database: Database
    recorder: Recorder
    pace: Pace
    lines: Lines
    plans: Plans
    loads: Loads
    telemetry: Telemetry = field(default_factory=Telemetry)
    aside: Aside = field(default_factory=Aside)
    batch_sizes: BatchSizes = field(default_factory=BatchSizes)
    starts: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the pump that is starting calls."""
