"""Tokens of the helpdesk's identity provider: JSON Web Tokens (RFC 7519), verified as RFC 8725 advises.

The algorithm comes from the settings and never from the token. A token's own keys and key addresses (`jwk`, `jku`,
`x5u`) are ignored. A token with critical extensions is refused, because none is known here.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, Protocol

import jwt
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from app.auth.claims import ClaimNames, TokenIdentity, read_identity

LEEWAY: Final = timedelta(seconds=30)
"""How much two machines' clocks may differ."""

LONGEST_TOKEN: Final = 16_000
"""Characters; servers accept headers up to about this length."""


class Keys(Protocol):
    """What verifies signatures."""

    @property
    def algorithms(self) -> Sequence[str]: ...

    async def find(self, kid: str | None) -> PyJWK | None:
        """Return the key that a token names; None if it cannot be that key."""


class SharedSecret:
    """A secret shared with the identity provider. It verifies every token, whichever key the token names."""

    algorithms = ("HS256",)

    def __init__(self, secret: str) -> None:
        encoded = base64.urlsafe_b64encode(secret.encode()).decode()
        self._key = PyJWK({"kty": "oct", "k": encoded}, "HS256")

    async def find(self, kid: str | None) -> PyJWK | None:  # noqa: ARG002 - there is but one key
        return self._key


class Tokens:
    """Verifies the tokens of one issuer for this service."""

    def __init__(self, keys: Keys, *, issuer: str, audience: str, names: ClaimNames) -> None:
        self._keys, self._issuer, self._audience, self._names = keys, issuer, audience, names

    async def identify(self, token: str) -> TokenIdentity | None:
        """Return whose token it is; None if it is not valid, whatever the reason."""
        if len(token) > LONGEST_TOKEN:
            return None
        try:
            key = await self._key_of(token)
            return None if key is None else read_identity(self._claims(token, key), self._names)
        except PyJWTError:
            return None

    async def _key_of(self, token: str) -> PyJWK | None:
        header = jwt.get_unverified_header(token)
        if "crit" in header or header.get("alg") not in self._keys.algorithms:
            return None
        return await self._keys.find(header.get("kid"))

    def _claims(self, token: str, key: PyJWK) -> Mapping[str, object]:
        claims: Mapping[str, object] = jwt.decode(
            token,
            key,
            algorithms=list(self._keys.algorithms),
            issuer=self._issuer,
            audience=self._audience,
            leeway=LEEWAY,
            options={"require": ["iss", "aud", "exp"], "enforce_minimum_key_length": True},
        )
        return claims
