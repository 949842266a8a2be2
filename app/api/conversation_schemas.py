"""Request and response bodies of conversations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Body
from pydantic import Field, JsonValue

from app.api.filter_schema import DescribedBy, FilterBody
from app.api.schemas import Body as Closed
from app.api.schemas import Listing, ResponseBody, Whole
from app.conversations.import_line import MAX_FILE_NAMES
from app.conversations.import_report import ImportReport, LineNote
from app.domain.conversation import Contact, ConversationView, LastMessage, TimelineItem
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.words import Channel, ConversationStatus, Engagement, TimelineKind


class SearchBody(Closed):
    filter: FilterBody = Field(description="`{}` finds every conversation.")
    limit: Whole = Field(default=50, ge=1, le=500)
    cursor: str | None = None


class FileName(Closed):
    filename: str = Field(min_length=1)


class CustomerMessageDescription(Closed):
    """What a customer wrote."""

    text: str = Field(min_length=1)
    provider_message_id: str | None = Field(default=None, description="A message with a known id is not added again.")
    references: list[str] | None = Field(
        default=None, description="E-mail: the thread up to this message, oldest first."
    )
    sent_at: datetime | None = Field(default=None, description="Now if left out.")
    automatic: bool | None = Field(
        default=None, description="True for an out-of-office reply or similar: it is stored, and reopens nothing."
    )
    attachments: list[FileName] | None = Field(
        default=None, max_length=MAX_FILE_NAMES, description="Files that came with it, named on the timeline."
    )


CustomerMessageBody = Annotated[JsonValue, Body(), DescribedBy(CustomerMessageDescription)]


class ContactResponse(ResponseBody):
    external_id: str = Field(examples=["u-1"])
    name: str | None
    first_name: str | None
    email: str | None
    phone: str | None
    opted_out: bool
    custom_fields: dict[str, JsonValue]

    @classmethod
    def of(cls, contact: Contact) -> Self:
        return cls(
            external_id=contact.external_id,
            name=contact.name,
            first_name=contact.first_name,
            email=contact.email,
            phone=contact.phone,
            opted_out=contact.opted_out,
            custom_fields=_json(contact.custom_fields),
        )


class LastMessageResponse(ResponseBody):
    text: str = Field(examples=["My payment failed."])
    provider_message_id: str | None
    references: list[str]
    sent_at: datetime

    @classmethod
    def of(cls, message: LastMessage) -> Self:
        return cls(
            text=message.text,
            provider_message_id=message.provider_message_id,
            references=list(message.references),
            sent_at=message.sent_at,
        )


_AS_THEY_ARE = (
    *("id", "external_id", "channel", "channel_account", "status", "engagement", "subject", "human_id", "team"),
    *("assignee", "created_at", "last_customer_message_at"),
)


class ConversationResponse(ResponseBody):
    """The fields of an import, and what this service adds. It may be imported again unchanged."""

    id: UUID
    external_id: str | None
    channel: Channel
    channel_account: str | None
    status: ConversationStatus
    engagement: Engagement
    subject: str | None
    human_id: str | None
    tags: list[str]
    team: str | None
    assignee: str | None
    contact: ContactResponse
    address: str | None
    custom_fields: dict[str, JsonValue]
    created_at: datetime
    updated_at: datetime
    last_customer_message_at: datetime | None
    last_customer_message: LastMessageResponse | None

    @classmethod
    def of(cls, view: ConversationView) -> Self:
        conversation, last = view.conversation, view.last_message
        return cls(
            **{name: getattr(conversation, name) for name in _AS_THEY_ARE},
            tags=list(conversation.tags),
            address=view.address,
            contact=ContactResponse.of(view.contact),
            custom_fields=_json(conversation.custom_fields),
            updated_at=view.updated_at,
            last_customer_message=None if last is None else LastMessageResponse.of(last),
        )


def _json(fields: Mapping[str, Any]) -> dict[str, JsonValue]:
    return dict(fields)


class SearchResponse(Listing[ConversationResponse]):
    total: int = Field(description="Exact.", examples=[1])


class TimelineAuthor(ResponseBody):
    id: str | None
    name: str | None


class TimelineResponse(ResponseBody):
    id: UUID
    kind: TimelineKind = Field(examples=["reply"])
    text: str
    author: TimelineAuthor | None
    mass_reply_id: UUID | None
    delivery_id: UUID | None
    delivery_status: DeliveryStatus | None = Field(examples=["delivered"])
    attachments: list[dict[str, JsonValue]] = Field(examples=[[]])
    created_at: datetime

    @classmethod
    def of(cls, item: TimelineItem) -> Self:
        anonymous = item.author_id is None and item.author_name is None
        return cls(
            id=item.id,
            kind=item.kind,
            text=item.text,
            author=None if anonymous else TimelineAuthor(id=item.author_id, name=item.author_name),
            mass_reply_id=item.mass_reply_id,
            delivery_id=item.delivery_id,
            delivery_status=item.delivery_status,
            attachments=[_json(each) for each in item.attachments],
            created_at=item.created_at,
        )


class LineErrorResponse(ResponseBody):
    line: int = Field(description="Counted from 1; for mbox, the number of the e-mail.", examples=[4])
    code: str = Field(examples=["missing"])
    detail: str = Field(examples=["This is missing."])

    @classmethod
    def of(cls, note: LineNote) -> Self:
        return cls(line=note.line, code=note.code, detail=note.detail)


class ImportResponse(ResponseBody):
    """Every line, or every e-mail, is in exactly one of `created`, `updated`, `unchanged`, `failed` and `left_out`."""

    created: int = Field(examples=[2])
    updated: int = Field(examples=[1])
    unchanged: int = Field(description="It held nothing new.")
    failed: int = Field(examples=[1])
    left_out: int = Field(
        description="Empty lines, and e-mails that are not a customer's message: `warnings` says why."
    )
    errors: list[LineErrorResponse] = Field(description="The first 1,000 at most.")
    unlisted_errors: int = Field(description="How many failed lines `errors` does not list.")
    warnings: list[LineErrorResponse] = Field(
        description="The first 1,000 at most: what was left out, and what was imported but cannot be replied to."
    )
    unlisted_warnings: int = Field(description="How many warnings are not listed.")

    @classmethod
    def of(cls, report: ImportReport) -> Self:
        return cls(
            created=report.created,
            updated=report.updated,
            unchanged=report.unchanged,
            failed=report.failed,
            left_out=report.left_out,
            errors=[LineErrorResponse.of(each) for each in report.errors],
            unlisted_errors=report.unlisted_errors,
            warnings=[LineErrorResponse.of(each) for each in report.warnings],
            unlisted_warnings=report.unlisted_warnings,
        )
