"""Telemetry: metrics for Prometheus and, if it is enabled, spans for OpenTelemetry.

Nothing here holds what a tenant or a customer wrote. Ids go into logs and spans, never into labels.
"""

from dataclasses import dataclass, field

from app.telemetry.metrics import Metrics
from app.telemetry.tracing import Tracing


class TelemetryMissing(Exception):
    """Tracing is enabled, but its libraries are not installed."""


@dataclass(frozen=True, slots=True)
class Telemetry:
    """One application's telemetry. Each has its own registry, so that two in one process share no metrics."""

    metrics: Metrics = field(default_factory=Metrics)
    tracing: Tracing = field(default_factory=Tracing)


def open_telemetry(*, tracing: bool) -> Telemetry:
    """Return a process's telemetry. Raise TelemetryMissing."""
    if not tracing:
        return Telemetry()
    try:
        from app.telemetry.export import open_tracing
    except ImportError:
        raise TelemetryMissing(
            "MASS_REPLY_TRACING needs the extra `telemetry`: pip install 'mass-reply[telemetry]'."
        ) from None
    return Telemetry(tracing=open_tracing())
