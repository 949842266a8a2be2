"""Channel accounts: one tenant's sender on one channel, through one provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.words import AccountId, Channel


def region_of(config: Mapping[str, Any]) -> str | None:
    """The country in which an account reads national numbers, or None if it takes only international ones."""
    region = config.get("region")
    return region if isinstance(region, str) else None


class AccountState(StrEnum):
    READY = "ready"
    DISABLED = "disabled"
    PAUSED = "paused"
    """The account itself is at fault (bad token, suspended, no credit). It waits until it is fixed and saved."""
    COOLING = "cooling"
    """The provider asked for a pause. It ends after a while."""


@dataclass(frozen=True, slots=True)
class ChannelAccount:
    """An account as anybody who may manage it sees it."""

    id: AccountId
    key: str
    channel: Channel
    provider: str
    name: str
    config: Mapping[str, Any]
    rate_per_second: float
    """Messages a second; for SMS, segments."""
    max_in_flight: int
    enabled: bool
    pause_reason: str | None
    cool_until: datetime | None
    callback_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Encrypted. Empty if they are derived from the service's own key."""
    own_address: str | None = field(default=None, repr=False)
    """As its provider reported it, if the config does not hold it."""

    def state_at(self, now: datetime) -> AccountState:
        if not self.enabled:
            return AccountState.DISABLED
        if self.pause_reason is not None:
            return AccountState.PAUSED
        return AccountState.COOLING if self.cool_until is not None and now < self.cool_until else AccountState.READY


@dataclass(frozen=True, slots=True)
class Account(ChannelAccount):
    """An account as its adapter needs it, with the credentials decrypted."""

    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """An account as a request describes it."""

    channel: Channel
    provider: str
    name: str
    config: Mapping[str, Any]
    credentials: Mapping[str, str] | None = field(repr=False)
    """None keeps the stored ones."""
    rate_per_second: float
    max_in_flight: int
    enabled: bool
