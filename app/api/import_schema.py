"""One line of an import in the description of the API.

`app/conversations/import_line.py` reads and validates every line. The models here only describe it in `/openapi.json`.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from app.conversations.import_line import MAX_FILE_NAMES
from app.domain.words import Channel, ConversationStatus, Engagement


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ImportedContact(_Line):
    """The customer. If a new line has none, the customer is whoever is at `address`."""

    external_id: str | None = Field(
        default=None,
        description="Their id in your system; several conversations may share it. Null: only their address is known.",
    )
    name: str | None = Field(default=None, description="The whole name: `{{ contact.name }}`.")
    first_name: str | None = Field(default=None, description="`{{ contact.first_name }}`.")
    email: str | None = Field(default=None, description="Where replies go on `email` if the line has no `address`.")
    phone: str | None = Field(
        default=None, description="Where replies go on `sms` and `whatsapp` if the line has no `address`. With its `+`."
    )
    opted_out: bool = Field(default=False, description="Wants no messages, on any channel: always skipped.")
    custom_fields: dict[str, JsonValue] | None = Field(
        default=None, description="`{{ contact.custom_fields.plan }}`. A field left out stays, a null removes it."
    )


class ImportedFile(_Line):
    filename: str = Field(min_length=1)


class ImportedMessage(_Line):
    """The customer's last message: it opens the reply window, and is what an e-mail answers."""

    text: str = Field(description="May be empty, if the message was a file.")
    provider_message_id: str | None = Field(
        default=None,
        description="An e-mail's Message-ID, or WhatsApp's `wamid`. A message with a known id is not added again.",
    )
    references: list[str] | None = Field(
        default=None, description="E-mail: the ids of the thread before this message, oldest first."
    )
    sent_at: datetime | None = Field(default=None, description="The time of the import if left out.")
    automatic: bool | None = Field(default=None, description="An out-of-office reply or similar: it needs no answer.")
    attachments: list[ImportedFile] | None = Field(
        default=None, max_length=MAX_FILE_NAMES, description="Files that came with it, named on the timeline."
    )


class ConversationLine(_Line):
    """One line of an NDJSON import. A field left out keeps its value, and null clears it."""

    # A later line may leave out what a new conversation needs, but may not make it null.
    model_config = ConfigDict(json_schema_extra={"required": ["external_id"]})

    external_id: str = Field(description="The conversation's id in your system: the same id again updates it.")
    channel: Channel = Field(description="A new conversation needs it.")
    channel_account: str | None = Field(
        default=None,
        description="The key of the account that replies; the channel's oldest enabled account if left out.",
    )
    address: str | None = Field(
        default=None, description="Where a reply goes on this channel; the contact's e-mail or phone if left out."
    )
    status: ConversationStatus = Field(default=ConversationStatus.ACTIVE, description="`archived` is skipped.")
    engagement: Engagement = Field(
        default=Engagement.PENDING, description="`pending`: we owe a reply. `engaged`: it is the customer's turn."
    )
    subject: str | None = Field(default=None, description="An e-mail's subject; a reply keeps it.")
    human_id: str | None = Field(default=None, description="The ticket number that people read.")
    tags: list[str] | None = Field(default=None, description="All of its tags: they replace those stored.")
    team: str | None = Field(default=None, description="To filter by.")
    assignee: str | None = Field(default=None, description="The agent's id, to filter by.")
    contact: ImportedContact | None = Field(default=None, description="The customer.")
    custom_fields: dict[str, JsonValue] | None = Field(
        default=None, description="To filter by, and `{{ conversation.custom_fields.order }}`. As in `contact`."
    )
    created_at: datetime = Field(description="RFC 3339 with an offset. For a new conversation, now if left out.")
    last_customer_message: ImportedMessage | None = Field(default=None, description="What the customer wrote last.")
