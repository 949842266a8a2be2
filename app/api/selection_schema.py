"""The selection in the description of the API: exactly one of four. As the filter, the domain validates it."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from app.api.filter_schema import FILTER_EXAMPLE, DescribedBy, Filter
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.json_reader import MAX_ITEMS
from app.domain.selection import LISTED_IDS, LISTS_OF_IDS


class _Selection(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FilterSelection(_Selection):
    """The conversations that match a filter at the moment of creation."""

    filter: Filter
    exclude_conversation_ids: list[UUID] = Field(default=[], max_length=MAX_ITEMS)


class ConversationSelection(_Selection):
    """These conversations, by the ids of this service; repeats count once."""

    conversation_ids: list[UUID] = Field(min_length=1, max_length=MAX_ITEMS)


class ExternalSelection(_Selection):
    """These conversations, by the ids of the helpdesk; repeats count once."""

    external_ids: list[str] = Field(min_length=1, max_length=MAX_ITEMS)


class FollowUp(_Selection):
    mass_reply_id: UUID
    statuses: list[DeliveryStatus] = Field(min_length=1, examples=[["sent", "delivered", "read"]])


class FollowUpSelection(_Selection):
    """Exactly those conversations of another mass reply whose deliveries have one of the statuses."""

    follow_up: FollowUp


SelectionBody = Annotated[
    dict[str, JsonValue],
    DescribedBy(FilterSelection | ConversationSelection | ExternalSelection | FollowUpSelection),
    Field(examples=[{"filter": FILTER_EXAMPLE}]),
]


def shortened(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first ids of a long list, and how many there are: whole lists would make responses megabytes long."""
    for name in LISTS_OF_IDS:
        ids = given.get(name)
        if isinstance(ids, list) and len(ids) > LISTED_IDS:
            return {**given, name: ids[:LISTED_IDS], "total": len(ids)}
    return dict(given)
