"""Webhook endpoints, and when a failed call is retried or given up."""

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
"""The most endpoints of one tenant. Each of them reads the whole outbox."""
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=15)
"""Short compared with an outage of hours, so that an endpoint that is back catches up soon."""
JITTER: Final = 0.2
"""A wait may be longer by this share: endpoints that failed together must not all be retried at once."""
GIVE_UP_AFTER: Final = timedelta(days=3)
PREVIOUS_SECRET_LASTS: Final = timedelta(days=1)
_SECRET_BYTES: Final = 32
"""Standard Webhooks requires 24 to 64."""


class EndpointState(StrEnum):
    ACTIVE = "active"
    RETRYING = "retrying"
    """The last call failed. It is retried at `next_try_at`, and later events wait."""
    DISABLED = "disabled"
    """The service gave up, for `disabled_reason`. Saving the endpoint continues where it stopped."""
    OFF = "off"
    """`enabled` is false. Events wait as long as the outbox stores them."""


@dataclass(frozen=True, slots=True)
class EndpointDraft:
    url: str
    events: Collection[EventType] | None
    """None for all types, those of later versions included."""
    enabled: bool


@dataclass(frozen=True, slots=True)
class Backlog:
    """What has not been posted to an endpoint yet."""

    count: int
    """Entries of the outbox. Each is one call or, if it is about several conversations, several."""
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
    """When to retry after a failed call, or why to give up."""

    failing_since: datetime
    next_try_at: datetime
    why: str
    disabled_reason: str | None = None


@dataclass(frozen=True, slots=True)
class FailedCall:
    why: str
    at: datetime
    asked_to_wait: timedelta | None = None
    gone: bool = False
    """HTTP 410."""


def decide_retry(failing_since: datetime | None, failures: int, failure: FailedCall, chance: float) -> RetryDecision:
    """Decide when to retry, or to give up.

    `failures` counts the earlier failures in a row, since `failing_since`. `chance` (0 to 1) spreads the retries.
    """
    since = failing_since or failure.at
    wait = max(_wait(failures) * (1 + JITTER * chance), failure.asked_to_wait or timedelta(0))
    return RetryDecision(since, failure.at + wait, failure.why, _why_disabled(since, failure))


def _wait(failures: int) -> timedelta:
    # Capped where the longest wait is reached: 2 to the power of a thousand overflows a timedelta.
    return min(FIRST_WAIT * (1 << min(failures, 16)), LONGEST_WAIT)


def _why_disabled(since: datetime, failure: FailedCall) -> str | None:
    if failure.gone:
        return "It answered HTTP 410: it is permanently gone."
    if failure.at - since >= GIVE_UP_AFTER:
        return f"Every try failed for {GIVE_UP_AFTER.days} days. The last one: {failure.why}"
    return None


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def rotated(held: Mapping[str, str], new: str) -> Mapping[str, str]:
    """Return the secrets with a new one as the current, and the one before as the previous."""
    return {"current": new, "previous": held["current"]}


def signing_secrets(held: Mapping[str, str], previous_until: datetime | None, now: datetime) -> list[str]:
    """Return the secrets that sign now, newest first."""
    previous = held.get("previous")
    old = [previous] if previous is not None and previous_until is not None and now < previous_until else []
    return [held["current"], *old]
