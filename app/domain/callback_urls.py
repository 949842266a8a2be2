"""Where providers report to: one address per channel account, with a secret in it where the provider signs nothing."""

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
"""How long a callback secret that was replaced is still believed."""
_CURRENT: Final = "callback"
_FORMER: Final = "callback until "
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Callbacks:
    """The callback addresses of this service."""

    public_url: str
    secret_key: str = field(repr=False)
    """What accounts derive their secret from that were saved before secrets were stored: the oldest of several keys."""
    other_keys: Sequence[str] = field(default=(), repr=False)

    def url(self, account_id: UUID, *, with_token: bool) -> str:
        """The address to enter at the provider, with a derived secret where its calls carry no signature to check."""
        return self.address(account_id, self.token(account_id) if with_token else None)

    def address(self, account_id: UUID, token: str | None) -> str:
        address = f"{self.public_url}/callbacks/{account_id}"
        return address if token is None else f"{address}?token={token}"

    def token(self, account_id: UUID) -> str:
        """The secret that is derived for one account's address."""
        return derived_token(self.secret_key, account_id)

    def accepts(self, account_id: UUID, token: str) -> bool:
        return hmac.compare_digest(self.token(account_id).encode(), token.encode())

    def tokens(self, account_id: UUID, stored: Mapping[str, str], now: datetime) -> Sequence[str]:
        """The secrets that an account's address may hold now, the one to enter at the provider first."""
        if _CURRENT not in stored:
            return [derived_token(key, account_id) for key in (self.secret_key, *self.other_keys)]
        return [stored[_CURRENT], *(token for token, until in _former(stored) if now < until)]


def derived_token(secret_key: str, account_id: UUID) -> str:
    mark = hmac.new(secret_key.encode(), b"callback:" + account_id.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(mark.digest()).rstrip(b"=").decode()


def first_token(token: str) -> Mapping[str, str]:
    """What to store of a new account."""
    return {_CURRENT: token}


def replaced(current: str, stored: Mapping[str, str], now: datetime) -> Mapping[str, str]:
    """Put a new secret in the place of the current one, which is believed for a day yet."""
    kept = {_until(moment): token for token, moment in _former(stored) if now < moment}
    return {_CURRENT: secrets.token_urlsafe(_TOKEN_BYTES), _until(now + FORMER_LASTS): current, **kept}


def _until(moment: datetime) -> str:
    return f"{_FORMER}{moment.isoformat()}"


def _former(stored: Mapping[str, str]) -> list[tuple[str, datetime]]:
    """Those that were replaced, and until when each is believed. Their names are sealed with them."""
    return [
        (token, datetime.fromisoformat(name.removeprefix(_FORMER)))
        for name, token in stored.items()
        if name.startswith(_FORMER)
    ]
