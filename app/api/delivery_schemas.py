"""Response bodies of deliveries."""

from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import Field

from app.api.schemas import ResponseBody
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.preflight import PreflightWarning
from app.domain.words import Channel, ReasonCode
from app.mass_replies.sql.results import DeliveryResult, ReasonCount


class ReasonResponse(ResponseBody):
    code: ReasonCode = Field(examples=["invalid_recipient"])
    detail: str


class ReasonCountResponse(ResponseBody):
    status: DeliveryStatus
    code: ReasonCode
    channel: Channel
    count: int
    retryable: int = Field(description="How many of them a retry would send again.")

    @classmethod
    def of(cls, counted: ReasonCount) -> Self:
        return cls.model_validate(counted, from_attributes=True)


class ReasonCountsResponse(ResponseBody):
    items: list[ReasonCountResponse]


class DroppedAttachmentResponse(ResponseBody):
    filename: str
    reason: str = Field(examples=["SMS carries no attachments."])


class Flips(StrEnum):
    """Whether the conversation's status and engagement were changed."""

    APPLIED = "applied"
    SKIPPED_CUSTOMER_REPLIED = "skipped_customer_replied"
    RESTORED = "restored"


class DeliveryResponse(ResponseBody):
    id: UUID
    mass_reply_id: UUID
    conversation_id: UUID
    external_id: str | None
    human_id: str | None
    contact_name: str | None = Field(
        description="The customer's name; without one the first name, or else a part of the address."
    )
    channel: Channel = Field(examples=["sms"])
    channel_account: str | None = Field(examples=["sms"])
    provider: str | None
    status: DeliveryStatus = Field(examples=["failed"])
    reason: ReasonResponse | None
    retryable: bool
    settles_after: datetime | None = Field(examples=[None])
    provider_message_id: str | None = Field(examples=[None])
    segments: int = Field(examples=[1])
    warnings: list[PreflightWarning]
    dropped_attachments: list[DroppedAttachmentResponse]
    used_template: bool
    flips: Flips | None = Field(examples=[None])
    attempts: int = Field(examples=[1])
    queued_at: datetime
    sent_at: datetime | None = Field(examples=[None])
    delivered_at: datetime | None = Field(examples=[None])
    updated_at: datetime

    @classmethod
    def of(cls, result: DeliveryResult) -> Self:
        reason = result.reason
        failed = result.status is DeliveryStatus.FAILED
        return cls(
            **{name: getattr(result, name) for name in _PLAIN},
            reason=reason and ReasonResponse(code=reason.code, detail=reason.detail),
            retryable=failed and reason is not None and reason.retryable,
            warnings=[PreflightWarning(each) for each in result.warnings],
            dropped_attachments=[DroppedAttachmentResponse.model_validate(each) for each in result.dropped_attachments],
        )


_COMPOSED = {"reason", "retryable", "warnings", "dropped_attachments"}
_PLAIN = [name for name in DeliveryResponse.model_fields if name not in _COMPOSED]
