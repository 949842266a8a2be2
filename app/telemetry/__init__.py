"""What the processes tell about themselves: figures for Prometheus and, where it is wanted, spans for OpenTelemetry.

Nothing here holds what a tenant or a customer wrote. Ids go into logs and spans, and never into a label.
"""

from dataclasses import dataclass, field

from app.telemetry.metrics import Metrics
from app.telemetry.tracing import Tracing


class TelemetryMissing(Exception):
    """Tracing was asked for, and its libraries are not installed."""


@dataclass(frozen=True, slots=True)
class Telemetry:
    """One process's. Each has a registry of its own, so that two applications in one process share no figures."""

    metrics: Metrics = field(default_factory=Metrics)
    tracing: Tracing = field(default_factory=Tracing)


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
