"""API keys: their form, and when one is accepted.

A key reads `mr_<key id>_<secret>`. The secret holds 256 random bits, so one round of SHA-256 is enough to store it:
slow hashes exist for secrets that can be guessed (OWASP ASVS 5.0, requirement 11.5.1).
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.domain.outbound import Author
from app.domain.permissions import Role

SECRET_BYTES = 32
KEY_PREFIX = "mr_"
USE_NOTED_EVERY: Final = timedelta(minutes=5)

_FORM = re.compile(KEY_PREFIX + r"([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """A key as a request gave it, not verified yet."""

    id: UUID
    secret: str = field(repr=False)

    def __str__(self) -> str:
        return f"{KEY_PREFIX}{self.id.hex}_{self.secret}"


@dataclass(frozen=True, slots=True)
class ApiKey:
    id: UUID
    name: str
    roles: frozenset[Role]
    agent: Author | None
    """The agent in whose name this key acts."""
    digest: bytes = field(repr=False)
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def usable_at(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def why_refused(self, presented: PresentedKey, now: datetime) -> str | None:
        """Return why the key is refused, or None if it is accepted."""
        if not hmac.compare_digest(self.digest, digest(presented.secret)):
            return "wrong_secret"
        if self.revoked_at is not None:
            return "revoked"
        return None if self.usable_at(now) else "expired"

    def should_note_use(self, now: datetime) -> bool:
        """Return whether to store that it was used. Each use would be one write for every request."""
        return self.last_used_at is None or now - self.last_used_at >= USE_NOTED_EVERY


def read_key(text: str) -> PresentedKey | None:
    """Read a key as a caller wrote it. Return None if it is not one."""
    found = _FORM.fullmatch(text)
    return PresentedKey(UUID(hex=found[1]), found[2]) if found else None


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
