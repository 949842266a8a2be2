"""What a purge deletes, and how old it must be."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from app.domain.errors import InvalidRequest
from app.domain.words import TenantId

SHORTEST: Final = timedelta(days=7)
"""Longer than webhooks are retried and receipts may arrive, so everything older has ended."""
_DAYS: Final = re.compile(r"([1-9][0-9]{0,4})d")


class DataKind(StrEnum):
    """What a purge deletes."""

    MASS_REPLIES = "mass_replies"
    DELIVERIES = "deliveries"
    """With their attempts, and with people's decisions about them."""
    RECEIPTS = "receipts"
    """Providers' reports and customers' messages, in the form in which they arrived."""
    AUTOMATION_RUNS = "automation_runs"
    ATTACHMENTS = "attachments"
    """Files that neither a mass reply nor a timeline names."""
    CHAT_SESSIONS = "chat_sessions"
    """Visitors who never wrote and were never written to, with their empty conversations."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What was deleted of one tenant, or would be."""

    tenant: TenantId
    counts: Counter[DataKind] = field(default_factory=Counter)
    kept_uncertain: int = 0
    """Mass replies that are old enough but have uncertain deliveries. A person must settle those first."""


def read_age(text: str) -> timedelta:
    """Read an age such as `90d`. Raise InvalidRequest if it is not one, or is less than a week."""
    found = _DAYS.fullmatch(text.strip())
    age = timedelta(days=int(found[1])) if found else timedelta()
    if age < SHORTEST:
        raise InvalidRequest(f"Say how old in days, such as 90d, and at least {SHORTEST.days}d.")
    return age
