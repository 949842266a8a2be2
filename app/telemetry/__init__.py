"""What the processes tell about themselves: figures for Prometheus and, where it is wanted, spans for OpenTelemetry.

Nothing here holds what a tenant or a customer wrote. Ids go into logs and spans, and never into a label.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from app.telemetry.metrics import Metrics
from app.telemetry.tracing import Tracing


class TelemetryMissing(Exception):
    """Tracing was asked for, and its libraries are not installed."""


@dataclass(slots=True)
class Call:
    """One call to a provider; whoever made it says how it ended for the messages in it."""

    outcomes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Telemetry:
    """One process's. Each has a registry of its own, so that two applications in one process share no figures."""

    metrics: Metrics = field(default_factory=Metrics)
    tracing: Tracing = field(default_factory=Tracing)

    @contextmanager
    def call(self, provider: str, messages: int) -> Iterator[Call]:
        """Time and trace one call to a provider."""
        call, began = Call(), perf_counter()
        with self.tracing.call(provider, messages) as span:
            try:
                yield call
            finally:
                self.metrics.count_call(provider, perf_counter() - began)
                if span is not None:
                    span.set_attribute("mass_reply.outcomes", sorted(call.outcomes))


def open_telemetry(*, tracing: bool) -> Telemetry:
    """Make a process's telemetry, once. Raises TelemetryMissing."""
    if not tracing:
        return Telemetry()
    try:
        from app.telemetry.export import open_tracing
    except ImportError:
        raise TelemetryMissing(
            "MASS_REPLY_TRACING needs the extra `telemetry`: pip install 'mass-reply[telemetry]'."
        ) from None
    return Telemetry(tracing=open_tracing())
