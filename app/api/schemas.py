"""What every body and answer shares."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    model_validator,
)

from app.domain.errors import Fault, InvalidRequest
from app.domain.json_reader import pointer_step, read_time
from app.domain.outbound import Author

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict()]
"""JSON's own types, taken as they are: `true` is no number and `"yes"` no decision."""

T = TypeVar("T")


def _only_rfc3339(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError("a time is written as text")
    return read_time(value)


RFC3339 = BeforeValidator(_only_rfc3339)
Moment = Annotated[AwareDatetime, RFC3339]
"""An RFC 3339 time with an offset. Not a number: nobody can tell seconds from milliseconds."""


class Body(BaseModel):
    """Anything a caller sends: a field that we do not know is refused, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unstorable(cls, value: Any) -> Any:
        faults = list(unstorable(value))
        if faults:
            raise InvalidRequest(faults=faults)
        return value


STORABLE = r"^[^\x00]+$"
"""A text in an address that PostgreSQL can hold; half a character cannot stand there."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def unstorable(value: Any, pointer: str = "") -> Iterator[Fault]:
    """Find what Python's JSON parser lets through and PostgreSQL cannot hold: NUL, half a character, NaN, infinity."""
    if isinstance(value, str) and _UNSTORABLE.search(value):
        yield Fault(pointer, "unstorable_text", "Text may hold neither NUL nor unpaired surrogates.")
    elif isinstance(value, float) and not math.isfinite(value):
        yield Fault(pointer, "finite_number", "A number must be finite.")
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from unstorable(name, pointer)
            yield from unstorable(member, f"{pointer}/{pointer_step(name)}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from unstorable(member, f"{pointer}/{index}")


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Listing(Answer, Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None = Field(description="Give it back as `cursor` for the next page; null on the last one.")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Client generators name a class after it."""
        return f"{params[0].__name__.removesuffix('Answer')}Page"


class PersonBody(Body):
    """An agent of the helpdesk, by the helpdesk's own id."""

    id: Name = Field(examples=["agent-7"])
    name: Name = Field(examples=["Ann Lee"])
    email: Annotated[str, StringConstraints(min_length=3, max_length=320)] | None = Field(
        default=None, examples=["ann@example.test"]
    )

    def to_author(self) -> Author:
        return Author(self.id, self.name, self.email)


AuthorBody = PersonBody


class PersonAnswer(Answer):
    id: str | None
    name: str
    email: str | None

    @classmethod
    def of(cls, author: Author) -> Self:
        return cls(id=author.id, name=author.name, email=author.email)
