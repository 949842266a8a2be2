"""What all request and response bodies share."""

import math
from collections.abc import Iterator
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
from app.domain.storable import UNSTORABLE

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict()]
"""JSON's own types, without coercion: `true` is not a number, and `"yes"` is not a boolean."""

T = TypeVar("T")


def _only_rfc3339(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError("must be a time, written as text")
    return read_time(value)


RFC3339 = BeforeValidator(_only_rfc3339)
Moment = Annotated[AwareDatetime, RFC3339]
"""An RFC 3339 time with an offset. A number is refused: it could be seconds or milliseconds."""


class Body(BaseModel):
    """A request body. An unknown field is refused, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unstorable(cls, value: Any) -> Any:
        faults = list(unstorable(value))
        if faults:
            raise InvalidRequest(faults=faults)
        return value


STORABLE = r"^[^\x00]+$"
"""A text in an address that PostgreSQL can store. An unpaired surrogate cannot occur in an address."""


def unstorable(value: Any, pointer: str = "") -> Iterator[Fault]:
    """Yield what Python's JSON parser accepts and PostgreSQL cannot store: NUL, unpaired surrogates, NaN, infinity."""
    rest = [(value, pointer)]
    while rest:  # JSON may be nested deeper than calls may be
        value, pointer = rest.pop()
        if isinstance(value, str) and UNSTORABLE.search(value):
            yield Fault(pointer, "unstorable_text", "Text must not hold NUL or unpaired surrogates.")
        elif isinstance(value, float) and not math.isfinite(value):
            yield Fault(pointer, "finite_number", "A number must be finite.")
        elif isinstance(value, dict):
            for name, member in reversed(value.items()):
                rest += [(member, f"{pointer}/{pointer_step(name)}"), (name, pointer)]
        elif isinstance(value, list):
            rest += [(member, f"{pointer}/{index}") for index, member in enumerate(value)][::-1]


class ResponseBody(BaseModel):
    model_config = ConfigDict(frozen=True)


class Listing(ResponseBody, Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None = Field(description="Pass it as `cursor` to get the next page; null on the last page.")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Return the name that client generators give the class."""
        return f"{params[0].__name__.removesuffix('Response')}Page"


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


class PersonResponse(ResponseBody):
    id: str | None
    name: str
    email: str | None

    @classmethod
    def of(cls, author: Author) -> Self:
        return cls(id=author.id, name=author.name, email=author.email)
