"""What every pump of a process shares."""

from dataclasses import dataclass, field
from datetime import timedelta

from app.delivery.batch_sizes import BatchSizes
from app.delivery.dispatcher import Dispatchers
from app.delivery.record import Recorder
from app.delivery.senders import PlanCache, SenderCache
from app.delivery.staged_files import FileStaging
from app.process.aside import Aside
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
class PumpContext:
    """What every pump of a process shares."""

    database: Database
    recorder: Recorder
    pace: Pace
    senders: SenderCache
    plans: PlanCache
    staging: FileStaging
    telemetry: Telemetry = field(default_factory=Telemetry)
    aside: Aside = field(default_factory=Aside)
    batch_sizes: BatchSizes = field(default_factory=BatchSizes)
    dispatchers: Dispatchers = field(init=False)

    def __post_init__(self) -> None:
        dispatchers = Dispatchers(self.pace.slots, self.recorder, self.batch_sizes, self.telemetry)
        object.__setattr__(self, "dispatchers", dispatchers)
