"""The callback addresses for providers: one for each channel account, with a secret in it if the provider signs
nothing."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

FORMER_LASTS: Final = timedelta(days=1)
"""How long a callback secret is still accepted after it was replaced."""
_CURRENT: Final = "callback"
_FORMER: Final = "callback until "
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Callbacks:
    """The callback addresses of this service."""

    public_url: str
    secret_key: str = field(repr=False)
    """The key from which accounts saved before secrets were stored derive theirs: the oldest of several keys."""
    other_keys: Sequence[str] = field(default=(), repr=False)

    def address(self, account_id: UUID, token: str | None) -> str:
        """Return the address to enter at the provider, with a secret if its calls carry no signature."""
        address = f"{self.public_url}/callbacks/{account_id}"
        return address if token is None else f"{address}?token={token}"

    def token(self, account_id: UUID) -> str:
        """Return the secret that is derived for one account's address."""
        return derived_token(self.secret_key, account_id)

    def tokens(self, account_id: UUID, stored: Mapping[str, str], now: datetime) -> Sequence[str]:
        """Return the secrets that an account's address may hold now, the one to enter at the provider first."""
        if _CURRENT not in stored:
            return [derived_token(key, account_id) for key in (self.secret_key, *self.other_keys)]
        return [stored[_CURRENT], *(token for token, until in _former(stored) if now < until)]


def derived_token(secret_key: str, account_id: UUID) -> str:
    mark = hmac.new(secret_key.encode(), b"callback:" + account_id.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(mark.digest()).rstrip(b"=").decode()


def first_token(token: str) -> Mapping[str, str]:
    """Return what to store for a new account."""
    return {_CURRENT: token}


def replaced(current: str, stored: Mapping[str, str], now: datetime) -> Mapping[str, str]:
    """Replace the current secret by a new one. The current one is accepted for another day."""
    kept = {_until(moment): token for token, moment in _former(stored) if now < moment}
    return {_CURRENT: secrets.token_urlsafe(_TOKEN_BYTES), _until(now + FORMER_LASTS): current, **kept}


def _until(moment: datetime) -> str:
    return f"{_FORMER}{moment.isoformat()}"


def _former(stored: Mapping[str, str]) -> list[tuple[str, datetime]]:
    """Return the replaced secrets, each with the time until which it is accepted. Their names are encrypted with
    them."""
    return [
        (token, datetime.fromisoformat(name.removeprefix(_FORMER)))
        for name, token in stored.items()
        if name.startswith(_FORMER)
    ]
