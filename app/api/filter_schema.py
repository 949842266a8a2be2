"""The filter in the description of the API.

`app/domain/filters.py` validates every filter, for searches and mass replies alike. The model here only describes it in
`/openapi.json`: no rule is kept twice.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    JsonValue,
    TypeAdapter,
    create_model,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from app.domain.filters import COLUMNS

T = TypeVar("T")
Filled = Annotated[list[T], Field(min_length=1, description="Any of these.")]


def _all_optional(schema: dict[str, Any]) -> None:
    """Make every field optional and none nullable, which pydantic cannot express."""
    schema.pop("required", None)


class _Description(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=_all_optional)


class TagFilter(_Description):
    """At least one of the three."""

    any: Filled[str]
    all: Filled[str] = Field(description="All of these.")
    none: Filled[str] = Field(description="None of these.")


class TimeFilter(_Description):
    """At least one of the two; RFC 3339 with an offset."""

    from_: datetime = Field(alias="from", description="Inclusive.")
    to: datetime = Field(description="Exclusive.")


def _described(holds: type[StrEnum] | type[str] | type[datetime]) -> Any:
    filled: Any = Filled
    return TimeFilter if issubclass(holds, datetime) else filled[holds]


_columns: dict[str, Any] = {name: (_described(holds), ...) for name, holds in COLUMNS.items()}


class Filter(create_model("Columns", __base__=_Description, **_columns)):  # type: ignore[misc] # the domain names them
    """All given conditions must hold; within a list, any. `{}` matches every conversation; only a search accepts it."""

    tags: TagFilter
    contact: Filled[str] = Field(description="External ids of contacts.")
    subject_contains: str = Field(
        min_length=1,
        description="A part of the subject, ignoring case; at most five in one filter, nested ones included.",
    )
    custom_fields: dict[str, Filled[str]] = Field(min_length=1, description="Values by the field's name.")
    any_of: list["Filter"] = Field(min_length=1)
    not_: "Filter" = Field(alias="not", description="The exact complement, conversations without a value included.")


@dataclass(frozen=True, slots=True)
class DescribedBy:
    """Accepts any JSON, and shows models in the description of the API."""

    described: Any
    """A model, or a union of models."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler(source)

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(TypeAdapter(self.described).core_schema)


FILTER_EXAMPLE = {"tags": {"all": ["payment-issue-2026-05"]}, "status": ["active"]}
FilterBody = Annotated[JsonValue, DescribedBy(Filter), Field(examples=[FILTER_EXAMPLE])]
