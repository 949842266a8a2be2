"""The page that a long run leaves behind."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.dev.history.evidence import Evidence
from app.dev.history.verdict import HistoryVerdict, Kind, lines
from app.dev.soak.doubts import Doubt, Restart, doubts, in_words
from app.dev.soak.machine import Machine
from app.domain.delivery_lifecycle import DeliveryStatus


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    recipients: int
    faults: int
    restarts: int
    broken: str = ""
    seconds_each: float = 3.0
    """What a fault may take of the whole time, the wait for progress after it included."""
    seconds_of_restart: float = 12.0
    quiet: float = 9.0
    """Seconds in which nothing waits and nothing changes, before the run is judged."""


@dataclass(frozen=True, slots=True)
class Outcome:
    plan: Plan
    machine: Machine
    folder: Path
    """Where the evidence lies."""
    evidence: Evidence
    verdict: HistoryVerdict
    struck: Mapping[str, int]
    """How often what befell the service while the mass reply was under way."""
    missed: Mapping[str, int]
    """How often a fault found nothing to strike. It does not count, and came again later."""
    restarts: Sequence[Restart]
    rolling: str
    """The mass reply during which workers were only restarted."""
    died: Sequence[str]
    """Processes that ended by themselves, with their last words."""
    seconds: float

    @property
    def doubts(self) -> Sequence[Doubt]:
        """What was ever uncertain of that mass reply."""
        return doubts(self.evidence, self.rolling)

    @property
    def bad_stops(self) -> Sequence[Restart]:
        """The workers that did not end well after SIGTERM."""
        return [each for each in self.restarts if each.status]

    @property
    def whole(self) -> bool:
        """Whether every fault and every restart came while there was something left to send."""
        return sum(self.struck.values()) == self.plan.faults and len(self.restarts) == self.plan.restarts

    @property
    def good(self) -> bool:
        return self.verdict.good and self.whole and not (self.doubts or self.bad_stops or self.died)


def page(outcome: Outcome, now: datetime) -> str:
    """Write the verdict, what befell the service, and what became of the recipients."""
    return "\n".join(_page(outcome, now)) + "\n"


def _page(outcome: Outcome, now: datetime) -> Iterator[str]:
    plan, verdict = outcome.plan, outcome.verdict
    command = f"make soak SEED={plan.seed} RECIPIENTS={plan.recipients} FAULTS={plan.faults} RESTARTS={plan.restarts}"
    yield "# A long run under faults"
    yield ""
    without = f", with a rule left out: {plan.broken}" if plan.broken else ""
    yield f"`{command}`, ended on {now:%Y-%m-%d at %H:%M} UTC, in {outcome.seconds / 60:.0f} minutes{without}."
    yield f"{outcome.machine.in_words}."
    yield ""
    yield "The seed draws the recipients, who of them has what trouble, and the faults. When which process does what is"
    yield "the machine's own: the same seed gives the same plan and another order of events. A fault counts if it found"
    yield "something to strike while messages were left. How a run is judged: [proof.md](proof.md)."
    yield ""
    yield f"**{'Good' if outcome.good else 'NOT GOOD'}**: " + ", ".join(f"{k} {verdict.by_kind[k]}" for k in Kind) + "."
    uncertain = len({doubt.delivery for doubt in outcome.doubts})
    yield f"{len(outcome.restarts)} rolling restarts in one mass reply made {uncertain} uncertain,"
    yield f"if only for a while; {len(outcome.died)} processes ended by themselves."
    yield from (f"* {words}." for words in in_words(outcome.doubts, outcome.restarts))
    yield from (f"* {stop}, with status {stop.status}: {stop.last_words}" for stop in outcome.bad_stops)
    yield from (f"* {words}" for words in outcome.died)
    if not outcome.whole:
        yield "Not all of what was planned came while there was something left to send."
    yield ""
    yield "| what befell it | times |"
    yield "|---|---|"
    yield from (f"| {kind} | {count} |" for kind, count in outcome.struck.items())
    yield f"| **{len(outcome.struck)} kinds** | **{sum(outcome.struck.values())}** |"
    yield ""
    if outcome.missed:
        missed = ", ".join(f"{kind} {count}" for kind, count in outcome.missed.items())
        yield f"Not counted, since there was nothing to strike, and tried again later: {missed}."
        yield ""
    yield from _recipients(outcome.evidence)
    yield ""
    yield f"{', '.join(f'{name} {count}' for name, count in verdict.figures.items())}."
    if not verdict.good:
        yield ""
        yield "```text"
        yield from lines(outcome.evidence, verdict)
        yield "```"


def _recipients(evidence: Evidence) -> Iterator[str]:
    found = Counter((f"{row.channel}, {row.provider or 'no account'}", row.status) for row in evidence.rows.values())
    statuses = [status for status in DeliveryStatus if any(status is each for _, each in found)]
    yield f"| recipients | {' | '.join(statuses)} |"
    yield f"|---|{'---|' * len(statuses)}"
    for channel in sorted({channel for channel, _ in found}):
        yield f"| {channel} | {' | '.join(str(found[channel, status]) for status in statuses)} |"
