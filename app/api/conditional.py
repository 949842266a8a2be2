"""Conditional requests (RFC 9110 section 13): an unchanged response is not sent twice."""

import hashlib
from typing import Annotated

from fastapi import Header

IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", description="The `ETag` of an earlier response.")]


def entity_tag(text: str) -> str:
    """Return a strong tag: it changes whenever a byte of the response does."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def is_known(tag: str, if_none_match: str | None) -> bool:
    """Return whether the caller has this response already, by the weak comparison that RFC 9110 requires here."""
    known = [] if if_none_match is None else [one.strip() for one in if_none_match.split(",")]
    return "*" in known or any(one.removeprefix("W/") == tag for one in known)
