"""Conditional requests (RFC 9110 section 13): an unchanged response is not sent twice.

Tags are strong: the same tag means the same response, byte for byte. The tag of a response built from rows is computed
from the rows, so the response need not be built if the caller has it already.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

import pydantic
from fastapi import Header, Response, status
from pydantic import BaseModel

NOTHING: Final[Mapping[str, str]] = {}
UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "Nothing has changed since the response with that `ETag`."}
}
"""The `responses=` entry of a route that takes `If-None-Match`."""

IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", description="The `ETag` of an earlier response.")]


def entity_tag(text: str) -> str:
    """Return the tag of a response. It changes whenever a byte of it does."""
    return _tag(text.encode())


def state_tag(state: object) -> str:
    """Return the tag of a response that is built from these values.

    A counter of changes would not do: it repeats after a database is restored. The values consist of built-in types,
    whose `repr` differs if they differ.
    """
    return _tag(repr(state).encode(), build())


def answered(
    state: object, if_none_match: str | None, make: Callable[[], BaseModel], headers: Mapping[str, str] = NOTHING
) -> Response:
    """Return the response that `make` builds from a state, or 304 if the caller has it already."""
    tag = state_tag(state)
    if is_known(tag, if_none_match):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers={**headers, "ETag": tag})
    return Response(make().model_dump_json(), headers={**headers, "ETag": tag}, media_type="application/json")


def is_known(tag: str, if_none_match: str | None) -> bool:
    """Return whether the caller has this response already, by the weak comparison that RFC 9110 requires here."""
    if if_none_match is None:
        return False
    known = (one.strip() for one in if_none_match.split(","))
    return if_none_match.strip() == "*" or any(one.removeprefix("W/") == tag for one in known)


@cache
def build() -> bytes:
    """Return a digest of this program. Another version may build another response from the same values."""
    digest = hashlib.sha256(pydantic.VERSION.encode())
    for file in sorted(Path(__file__).resolve().parents[1].rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.digest()


def _tag(*parts: bytes) -> str:
    return f'"{hashlib.sha256(b"".join(parts)).hexdigest()[:32]}"'
