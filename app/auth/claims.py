"""The claims of an identity provider's verified token: its tenant, its user and its roles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from app.domain.outbound import Author
from app.domain.permissions import Role
from app.domain.storable import UNSTORABLE
from app.domain.words import TenantId

LONGEST_NAME: Final = 200
LONGEST_EMAIL: Final = 320  # RFC 3696, erratum 1690: 64 before the at sign, 255 behind it


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """The names of the claims; a name with dots may be a path into nested claims."""

    tenant: str
    user: str
    name: str
    email: str
    roles: str


@dataclass(frozen=True, slots=True)
class TokenIdentity:
    """A person as the identity provider knows them. The tenant has not been looked up yet."""

    tenant: TenantId
    user: Author
    roles: frozenset[Role]
    until: datetime | None
    """When the token expires."""


def read_identity(claims: Mapping[str, object], names: ClaimNames) -> TokenIdentity | None:
    """Read verified claims. Return None if they name no tenant or no user."""
    tenant = _tenant(find_claim(claims, names.tenant))
    user_id = _text(find_claim(claims, names.user), LONGEST_NAME)
    if tenant is None or user_id is None:
        return None
    email = _text(find_claim(claims, names.email), LONGEST_EMAIL)
    name = _text(find_claim(claims, names.name), LONGEST_NAME) or user_id
    roles = _roles(find_claim(claims, names.roles))
    return TokenIdentity(tenant, Author(user_id, name, email), roles, _moment(claims.get("exp")))


def find_claim(claims: object, path: str) -> object:
    """Return the claim of that exact name, else the one that the dots lead to; None if there is none.

    The exact name wins, because providers name custom claims by addresses with dots:
    `https://helpdesk.example.com/roles`.
    """
    if not isinstance(claims, Mapping):
        return None
    if path in claims:
        return claims[path]
    outer, _, inner = path.partition(".")
    return find_claim(claims.get(outer), inner) if inner else None


def _moment(value: object) -> datetime | None:
    """Return a time from seconds; None if it is out of range."""
    try:
        return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None


def _tenant(value: object) -> TenantId | None:
    try:
        return TenantId(UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _text(value: object, longest: int) -> str | None:
    """Return a text that can be stored. Some helpdesks number their users."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    usable = isinstance(value, str) and 0 < len(value) <= longest and not UNSTORABLE.search(value)
    return value if isinstance(value, str) and usable else None


def _roles(value: object) -> frozenset[Role]:
    """Return the known roles: a provider names roles of other applications too."""
    return frozenset(Role(name) for name in _names(value) if name in set(Role))


def _names(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from value.split()
    elif isinstance(value, list):
        yield from (name for name in value if isinstance(name, str))
