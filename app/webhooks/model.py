"""Webhook endpoints: who is told of which events, and what becomes of one that does not listen."""

import base64
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.domain.outbox import EventType

MAX_ENDPOINTS: Final = 50
"""Of one tenant: each of them reads the whole outbox, and is posted to on its own."""
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=15)
"""Short against an outage of hours, so that an endpoint that is back hears of everything soon."""
JITTER: Final = 0.2
"""The share of a wait by which it may be longer: endpoints that failed together must not all come back at once."""
GIVE_UP_AFTER: Final = timedelta(days=3)
PREVIOUS_SECRET_LASTS: Final = timedelta(days=1)
_SECRET_BYTES: Final = 32
"""Standard Webhooks ask for 24 to 64."""


class EndpointState(StrEnum):
    ACTIVE = "active"
    RETRYING = "retrying"
    """The last call failed; it is made again at `next_try_at`, and what came after it waits."""
    DISABLED = "disabled"
    """The service gave up, and says why. Saving the endpoint makes it go on where it stopped."""
    OFF = "off"
    """`enabled` is false. Events are kept for it as long as they are kept at all."""


@dataclass(frozen=True, slots=True)
class EndpointDraft:
    url: str
    events: Collection[EventType] | None
    """None for every type, those of later versions included."""
    enabled: bool


@dataclass(frozen=True, slots=True)
class Backlog:
    """What an endpoint has not got yet."""

    count: int
    """Entries of the outbox; each is posted as one call or, of several conversations, as several."""
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    id: UUID
    key: str
    url: str
    events: tuple[EventType, ...] | None
    enabled: bool
    disabled_reason: str | None
    failing_since: datetime | None
    next_try_at: datetime
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_failure: str | None
    created_at: datetime
    previous_until: datetime | None
    backlog: Backlog

    @property
    def state(self) -> EndpointState:
        if not self.enabled:
            return EndpointState.OFF
        if self.disabled_reason is not None:
            return EndpointState.DISABLED
        return EndpointState.ACTIVE if self.failing_since is None else EndpointState.RETRYING


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """What a call that failed makes of its endpoint."""

    failing_since: datetime
    next_try_at: datetime
    why: str
    disabled_reason: str | None = None


@dataclass(frozen=True, slots=True)
class FailedCall:
    why: str
    at: datetime
    asked_to_wait: timedelta | None = None
    wants_nothing: bool = False
    """HTTP 410."""


def decide_retry(failing_since: datetime | None, failures: int, failure: FailedCall, chance: float) -> RetryDecision:
    """Decide when to try again, or to give up.

    `failures` is how many tries had failed before in a row, since `failing_since`; `chance` (0 to 1) spreads the tries.
    """
    since = failing_since or failure.at
    wait = max(_wait(failures) * (1 + JITTER * chance), failure.asked_to_wait or timedelta(0))
    return RetryDecision(since, failure.at + wait, failure.why, _why_disabled(since, failure))


def _wait(failures: int) -> timedelta:
    # No power beyond what reaches the longest wait: 2 to the power of a thousand is no time that there is.
    return min(FIRST_WAIT * (1 << min(failures, 16)), LONGEST_WAIT)


def _why_disabled(since: datetime, failure: FailedCall) -> str | None:
    if failure.wants_nothing:
        return "It answered HTTP 410: it is gone for good."
    if failure.at - since >= GIVE_UP_AFTER:
        return f"Every try failed for {GIVE_UP_AFTER.days} days. The last one: {failure.why}"
    return None


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def rotated(held: Mapping[str, str], new: str) -> Mapping[str, str]:
    """Put a new secret in front of the current one, which signs for a while yet."""
    return {"current": new, "previous": held["current"]}


def signing(held: Mapping[str, str], previous_until: datetime | None, now: datetime) -> list[str]:
    """The secrets that sign now, the newest first."""
    previous = held.get("previous")
    old = [previous] if previous is not None and previous_until is not None and now < previous_until else []
    return [held["current"], *old]
