"""Pages of a list: a limit, and an opaque cursor that says where the next page begins.

A cursor is the sort key of the last item, as base64url JSON. It is not signed: it holds only what the caller was just
shown, and a forged one only moves the start of a list that they may read anyway.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Query
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from app.api.schemas import Listing
from app.domain.errors import Fault, InvalidRequest
from app.domain.storable import UNSTORABLE

MAX_LIMIT = 500

T = TypeVar("T")
S = TypeVar("S")

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


@dataclass(frozen=True, slots=True)
class Page:
    """The query parameters `limit` and `cursor`."""

    limit: int
    cursor: str | None

    def after(self, kind: type[T]) -> T | None:
        """Return the sort key that the page comes after; None for the first page. Raise InvalidRequest."""
        return None if self.cursor is None else decode_cursor(self.cursor, kind)

    def shown(self, found: Sequence[S]) -> Sequence[S]:
        """Return the rows of the page, from up to `limit + 1`."""
        return found[: self.limit]

    def listing(self, found: Sequence[S], position: Callable[[S], object], respond: Callable[[S], T]) -> Listing[T]:
        """Return the page, from up to `limit + 1` rows: the extra row says that there is a next page."""
        shown = self.shown(found)
        more = encode_cursor(position(shown[-1])) if len(found) > len(shown) else None
        return Listing(items=[respond(item) for item in shown], next_cursor=more)


async def page(limit: Limit = 50, cursor: str | None = None) -> Page:
    return Page(limit, cursor)


PageDep = Annotated[Page, Depends(page)]


def encode_cursor(position: object) -> str:
    return base64.urlsafe_b64encode(to_json(position)).rstrip(b"=").decode()


def decode_cursor(cursor: str, kind: type[T]) -> T:
    """Read a cursor as a `kind`, such as `UUID` or `tuple[Moment, UUID]`. Raise InvalidRequest if it is not valid."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        position = TypeAdapter(kind).validate_json(raw)
        if isinstance(position, str) and UNSTORABLE.search(position):
            raise ValueError("PostgreSQL has no such text")
        return position
    except (binascii.Error, ValidationError, ValueError):
        fault = Fault("/cursor", "invalid_cursor", "The cursor is not valid for this list.")
        raise InvalidRequest(faults=[fault]) from None
