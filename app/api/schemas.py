"""What every body and answer shares."""

from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.domain.messaging import Author

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]

T = TypeVar("T")


class Body(BaseModel):
    """Anything a caller sends: a field that we do not know is refused, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Listing(Answer, Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None = Field(description="Give it back as `cursor` for the next page; null on the last one.")


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
