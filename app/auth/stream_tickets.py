"""Tickets to an event stream, for browsers: their `EventSource` sends no header, and a key does not belong in a URL.

A ticket reads `mt_<tenant>_<secret>`. The tenant says where to look up the secret; only a found secret is valid.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Self
from uuid import UUID

from app.domain.words import TenantId

LIFETIME: Final = timedelta(seconds=60)
_SECRET_BYTES: Final = 32
_FORM: Final = re.compile(r"mt_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class StreamTicket:
    """A ticket as presented, not yet verified."""

    tenant: TenantId
    secret: str = field(repr=False)

    @classmethod
    def new(cls, tenant: TenantId) -> Self:
        return cls(tenant, secrets.token_urlsafe(_SECRET_BYTES))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = _FORM.fullmatch(text)
        return cls(TenantId(UUID(hex=found[1])), found[2]) if found else None

    def __str__(self) -> str:
        return f"mt_{self.tenant.hex}_{self.secret}"

    @property
    def digest(self) -> bytes:
        """The digest that is stored. The secret has 256 random bits, so one round of SHA-256 is enough."""
        return hashlib.sha256(self.secret.encode()).digest()
