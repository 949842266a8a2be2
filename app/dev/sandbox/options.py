"""How a sandbox behaves, chosen once at start."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Timing:
    """All in seconds."""

    latency: float = 0.0
    """Before every response to a message."""
    receipt_delay: float = 0.3
    """From accepting a message to its first receipt."""
    retry_pauses: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0)
    """Before each further attempt to deliver a receipt that was not accepted. Then it is dropped."""
    hold: float = 60.0
    """How long a call that is never answered keeps its connection."""
    drip: float = 1.0
    """Between two bytes of a slow response."""


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    receipts: bool = True
    throttle_calls: int = 2
    """How many calls for a throttled recipient are refused before one is accepted."""
    receipts_at_once: int = 1
    """How many messages' receipts one call may tell of, where the provider has calls for several."""
    journal_path: Path | None = None
    timing: Timing = field(default_factory=Timing)
