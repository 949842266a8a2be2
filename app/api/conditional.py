"""Conditional requests (RFC 9110 section 13): an unchanged answer is not sent twice."""

import hashlib
from typing import Annotated

from fastapi import Header

IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", description="The `ETag` of an earlier answer.")]


def entity_tag(text: str) -> str:
    """A strong tag: it changes whenever a byte of the answer does."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def is_known(tag: str, if_none_match: str | None) -> bool:
    """Whether the caller has this answer already, by the weak comparison that RFC 9110 asks for here."""
    known = [] if if_none_match is None else [one.strip() for one in if_none_match.split(",")]
    return "*" in known or any(one.removeprefix("W/") == tag for one in known)
