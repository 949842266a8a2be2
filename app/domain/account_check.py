"""Whether a channel account works, checked without sending anything."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable


class CredentialsState(StrEnum):
    OK = "ok"
    REFUSED = "refused"
    """The provider was asked, and does not let this account send."""
    UNKNOWN = "unknown"
    """The provider could not be asked, or did not say."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    credentials: CredentialsState
    detail: str
    own_address: str | None = field(default=None, repr=False)
    """The account's own address, if the provider reports it."""


@runtime_checkable
class Checks(Protocol):
    """Implemented if the provider has a call that checks the credentials and changes nothing."""

    async def check(self) -> CheckResult: ...


class CallbackState(StrEnum):
    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"
    """Calls come, and the last one did not prove to be the provider's."""
    NONE_YET = "none_yet"


@dataclass(frozen=True, slots=True)
class CallbackTimes:
    """When the account's callback address was last called, each to within a minute."""

    verified_at: datetime | None = None
    refused_at: datetime | None = None

    @property
    def last_at(self) -> datetime | None:
        return max((at for at in (self.verified_at, self.refused_at) if at is not None), default=None)

    @property
    def state(self) -> CallbackState:
        if self.last_at is None:
            return CallbackState.NONE_YET
        return CallbackState.VERIFIED if self.last_at == self.verified_at else CallbackState.NOT_VERIFIED


def accepted(provider: str) -> CheckResult:
    return CheckResult(CredentialsState.OK, f"{provider} accepts the credentials.")


def refused(detail: str) -> CheckResult:
    return CheckResult(CredentialsState.REFUSED, detail)


def unknown(detail: str) -> CheckResult:
    return CheckResult(CredentialsState.UNKNOWN, detail)
