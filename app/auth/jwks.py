"""The keys of an identity provider: a JSON Web Key Set (RFC 7517), fetched when it is needed and cached.

Providers change keys without notice. An unknown key is looked up at once, though only every few seconds: anybody can
make up a key's name. Known keys are fetched again every few minutes, so that a withdrawn one stops working. While the
provider is unreachable, the cached keys stay valid.
"""

import asyncio
import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal

import httpx
import structlog
from jwt import PyJWK
from jwt.exceptions import PyJWTError
from pydantic import BaseModel, JsonValue, ValidationError

from app.channels.response_bodies import read_response

log = structlog.get_logger(__name__)

ALGORITHMS: Final = ("RS256", "ES256")
FRESH_SECONDS: Final = 300.0
"""How long keys are cached."""
PATIENCE_SECONDS: Final = 10.0
"""The shortest time between two fetches, however many unknown keys are named."""
FETCH_SECONDS: Final = 3.0
MAX_BYTES: Final = 256_000
"""The largest key set that is read; a hundred keys take a quarter of it."""


class KeySetUnusable(Exception):
    """The provider's response is too large, or holds no key that could verify a token."""


class _Jwk(BaseModel):
    """The public parts of a key that may verify. Other entries (encryption, other algorithms) are skipped."""

    kty: Literal["RSA", "EC"]
    kid: str
    use: Literal["sig"] = "sig"
    alg: Literal["RS256", "ES256"] | None = None
    crv: Literal["P-256"] | None = None
    n: str | None = None
    e: str | None = None
    x: str | None = None
    y: str | None = None


class _JwkSet(BaseModel):
    keys: list[JsonValue]


class KeySet:
    """The keys at one address, by their `kid`. Needs a running event loop; close it with `aclose()`."""

    algorithms = ALGORITHMS

    def __init__(self, http: httpx.AsyncClient, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._http, self._url, self._clock = http, url, clock
        self._keys: Mapping[str, PyJWK] = {}
        self._asked_at = self._fetched_at = -math.inf
        self._question: asyncio.Task[None] | None = None

    async def find(self, kid: str | None) -> PyJWK | None:
        """Return the key with this id, or None if the provider has no such key or is unreachable."""
        if kid is None:
            return None
        self._ask_when_due(kid in self._keys)
        if self._question is not None and not (kid in self._keys and self._fresh):
            # Shielded: all requests share the fetch, so it must survive the one that began it.
            await asyncio.shield(self._question)
        return self._keys.get(kid)

    async def aclose(self) -> None:
        if self._question is not None:
            self._question.cancel()
            await asyncio.gather(self._question, return_exceptions=True)

    @property
    def _fresh(self) -> bool:
        return self._clock() - self._fetched_at < FRESH_SECONDS

    def _ask_when_due(self, known: bool) -> None:
        now = self._clock()
        if now - self._asked_at >= (FRESH_SECONDS if known else PATIENCE_SECONDS):
            self._asked_at = now
            self._question = asyncio.create_task(self._ask())

    async def _ask(self) -> None:
        """Fetch the provider's keys, or keep the cached ones if that fails."""
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                self._keys = read_keys(await self._fetch())
        except Exception as error:  # noqa: BLE001 - whatever the provider does, the last keys serve on
            log.warning("jwks_failed", error=type(error).__name__)
        else:
            self._fetched_at = self._clock()

    async def _fetch(self) -> bytes:
        async with self._http.stream("GET", self._url, headers={"Accept": "application/json"}) as response:
            response.raise_for_status()
            content = await read_response(response, MAX_BYTES)
        if content is None:
            raise KeySetUnusable
        return content


def read_keys(content: bytes) -> Mapping[str, PyJWK]:
    """Read a key set. Raise KeySetUnusable."""
    try:
        found = _JwkSet.model_validate_json(content)
    except ValidationError as error:
        raise KeySetUnusable from error
    keys = {kid: key for entry in found.keys for kid, key in _usable(entry)}
    if not keys:
        raise KeySetUnusable
    return keys


def _usable(entry: JsonValue) -> Iterator[tuple[str, PyJWK]]:
    try:
        jwk = _Jwk.model_validate(entry)
        key = PyJWK(jwk.model_dump(exclude_none=True))
    except (ValidationError, PyJWTError):
        return
    yield jwk.kid, key
