"""Request and response bodies of mass replies."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from app.api.action_schemas import ActionBody
from app.api.approval_schemas import ApprovalResponse
from app.api.auth import author_of
from app.api.filter_schema import FILTER_EXAMPLE
from app.api.progress_schemas import CountsResponse, LaneResponse, ProgressResponse
from app.api.schemas import AuthorBody, Body, Flag, Moment, PersonResponse, ResponseBody, Whole
from app.api.selection_schema import SelectionBody, shortened
from app.domain.mass_reply import Billed, Confirmation, Draft, MassReply
from app.domain.mass_reply_lifecycle import MassReplyStatus, PauseReason
from app.domain.permissions import Caller
from app.domain.preflight import PreflightWarning
from app.domain.preflight_summary import Summary
from app.domain.selection import parse_selection
from app.domain.text.message import OnUnresolved
from app.domain.words import Channel, ReasonCode
from app.mass_replies.preview import Preview


class MessageBody(Body):
    text: str = Field(
        examples=["Hi {{ contact.first_name | default: 'there' }}, our payments provider is back up."],
        description="Liquid: output, `if`, `unless`, `case` and filters. `/shortcode` expands a snippet.",
    )
    html: str | None = Field(default=None, description="For e-mail and web chat; other channels get the text.")
    attachment_ids: list[UUID] = Field(default=[], max_length=10)


class WhatsAppTemplateBody(Body):
    name: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    language: Annotated[str, StringConstraints(min_length=2, max_length=20)]
    body_parameters: list[str] = Field(default=[])


class MassReplyBody(Body):
    selection: SelectionBody
    message: MessageBody
    mark_as_done: Flag = False
    on_unresolved: OnUnresolved = OnUnresolved.SKIP
    whatsapp_template: WhatsAppTemplateBody | None = None
    author: AuthorBody | None = None

    def to_draft(self, caller: Caller) -> Draft:
        """Return the draft of this caller. Raise InvalidRequest, or Forbidden if they may not name an author."""
        template = self.whatsapp_template
        return Draft(
            selection=parse_selection(self.selection, "/selection"),
            text=self.message.text,
            html=self.message.html,
            attachment_ids=tuple(self.message.attachment_ids),
            mark_as_done=self.mark_as_done,
            on_unresolved=self.on_unresolved,
            whatsapp_template=None if template is None else template.model_dump(),
            author=author_of(caller, self.author),
        )


class DraftMessageBody(MessageBody):
    text: str = Field(default="…", description="If left out, the preview has no samples.")

    @property
    def is_written(self) -> bool:
        """Whether there is a text yet. Without one, a preview shows who would get the message, and no samples."""
        return "text" in self.model_fields_set


class PreviewBody(MassReplyBody):
    message: DraftMessageBody = DraftMessageBody()
    conversation_id: UUID | None = Field(default=None, description="Show the message of this conversation only.")


class ConfirmBody(ActionBody):
    recipient_count: Whole = Field(
        ge=0, examples=[113], description="The number that was shown to the person who confirms."
    )
    hold_seconds: Whole = Field(default=0, ge=0, le=7 * 86_400)
    send_at: Moment | None = None
    not_after: Moment | None = None
    sample_size: Whole | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="Number of recipients in the sample, drawn across channels. It is sent first; then the mass reply "
        "is paused until somebody resumes it.",
    )

    def to_confirmation(self) -> Confirmation:
        return Confirmation(self.recipient_count, self.hold_seconds, self.send_at, self.not_after, self.sample_size)


class ChannelPreflight(ResponseBody):
    channel: Channel
    selected: int = Field(examples=[120])
    recipients: int = Field(examples=[113])
    skipped: int = Field(examples=[7])


class SkippedPreflight(ResponseBody):
    code: ReasonCode = Field(examples=["voice_not_supported"])
    channel: Channel = Field(examples=["voice"])
    count: int = Field(examples=[7])


class WarningPreflight(ResponseBody):
    code: PreflightWarning = Field(examples=["attachment_dropped"])
    channel: Channel = Field(examples=["sms"])
    count: int = Field(examples=[12])
    detail: str = Field(examples=["SMS carries no attachments; the text is sent without them."])


class Billable(ResponseBody):
    sms_segments: int = 0
    whatsapp_in_window: int = 0
    whatsapp_templates: int = 0

    @classmethod
    def sum_of(cls, parts: Iterable[Billed]) -> Self:
        counted = list(parts)
        return cls(
            sms_segments=sum(part.sms_segments for part in counted),
            whatsapp_in_window=sum(part.whatsapp_in_window for part in counted),
            whatsapp_templates=sum(part.whatsapp_templates for part in counted),
        )


class SamplePreflight(ResponseBody):
    conversation_id: UUID
    channel: Channel
    text: str


class PreflightResponse(ResponseBody):
    by_channel: list[ChannelPreflight] | None
    skipped: list[SkippedPreflight]
    warnings: list[WarningPreflight]
    billable: Billable
    samples: list[SamplePreflight]


class PreviewResponse(ResponseBody):
    selected_count: int = Field(examples=[120])
    recipient_count: int | None = Field(
        description="Null if the selection is too large to be worked out within the request.", examples=[113]
    )
    preflight: PreflightResponse
    approval_above: int | None = Field(
        description="A mass reply with more recipients than this waits for a second person; null if none does."
    )

    @classmethod
    def of(cls, preview: Preview) -> Self:
        summary = preview.summary if preview.complete else Summary(samples=preview.summary.samples)
        preflight = summary.to_json() | ({} if preview.complete else {"by_channel": None})
        return cls(
            selected_count=preview.selected_count,
            recipient_count=summary.recipients if preview.complete else None,
            preflight=PreflightResponse.model_validate(preflight),
            approval_above=preview.approval_above,
        )


class Links(ResponseBody):
    self: str
    confirm: str
    cancel: str
    deliveries: str
    events: str
    selection: str


class MessageAttachmentResponse(ResponseBody):
    id: UUID
    filename: str
    content_type: str
    size: int = Field(description="In bytes.")


class MessageResponse(ResponseBody):
    text: str
    html: str | None
    attachment_ids: list[UUID] = Field(examples=[[]])
    attachments: list[MessageAttachmentResponse] = Field(
        description="The files of `attachment_ids`, in their order.", examples=[[]]
    )

    @classmethod
    def of(cls, batch: MassReply) -> Self:
        files = [MessageAttachmentResponse(**asdict(each)) for each in batch.attachments]
        return cls(text=batch.text, html=batch.html, attachment_ids=list(batch.attachment_ids), attachments=files)


class WhatsAppTemplateResponse(ResponseBody):
    name: str
    language: str
    body_parameters: list[str]


class MassReplyResponse(ResponseBody):
    id: UUID
    status: MassReplyStatus = Field(examples=["awaiting_confirmation"])
    selection: dict[str, Any] = Field(examples=[{"filter": FILTER_EXAMPLE}])
    message: MessageResponse
    mark_as_done: bool
    on_unresolved: OnUnresolved
    whatsapp_template: WhatsAppTemplateResponse | None = Field(examples=[None])
    selected_count: int = Field(examples=[120])
    recipient_count: int | None = Field(examples=[113])
    preflight: PreflightResponse | None
    counts: CountsResponse | None
    billed: Billable
    lanes: list[LaneResponse]
    author: PersonResponse
    pause_reason: PauseReason | None = Field(examples=[None])
    approval: ApprovalResponse | None = Field(description="Null if no second person was asked.")
    created_at: datetime
    expires_at: datetime | None
    confirmed_at: datetime | None = Field(examples=[None])
    dispatch_at: datetime | None = Field(examples=[None])
    not_after: datetime | None = Field(examples=[None])
    started_at: datetime | None = Field(examples=[None])
    finished_at: datetime | None = Field(examples=[None])
    links: Links

    @classmethod
    def of(cls, batch: MassReply, now: datetime) -> Self:
        address = f"/mass-replies/{batch.id}"
        progress, template = ProgressResponse.of(batch.progress, now), batch.whatsapp_template
        return cls(
            id=batch.id,
            status=batch.status,
            selection=shortened(batch.selection),
            message=MessageResponse.of(batch),
            mark_as_done=batch.mark_as_done,
            on_unresolved=batch.on_unresolved,
            whatsapp_template=template and WhatsAppTemplateResponse.model_validate(template),
            selected_count=batch.selected_count,
            recipient_count=batch.recipient_count,
            preflight=batch.preflight and PreflightResponse.model_validate(batch.preflight),
            counts=progress.counts,
            billed=Billable.sum_of(lane.billed for lane in batch.lanes),
            lanes=progress.lanes,
            author=PersonResponse.of(batch.author),
            pause_reason=batch.halted_by,
            approval=batch.approval and ApprovalResponse.of(batch.approval),
            created_at=batch.created_at,
            expires_at=batch.expires_at,
            confirmed_at=batch.confirmed_at,
            dispatch_at=batch.dispatch_at,
            not_after=batch.not_after,
            started_at=batch.started_at,
            finished_at=batch.finished_at,
            links=Links(
                self=address,
                confirm=f"{address}/confirm",
                cancel=f"{address}/cancel",
                deliveries=f"{address}/deliveries",
                events=f"{address}/events",
                selection=f"{address}/selection",
            ),
        )
