"""The progress of a mass reply: its counts, and where each lane stands."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from pydantic import Field

from app.api.schemas import ResponseBody
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply import Counts, Lane, Progress
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import Channel


class CountsResponse(ResponseBody):
    """Deliveries by status. The nine counts always sum to `selected_count`."""

    queued: int = Field(examples=[113])
    sending: int
    sent: int
    delivered: int
    read: int
    failed: int
    uncertain: int
    skipped: int = Field(examples=[7])
    cancelled: int

    @classmethod
    def of(cls, counts: Counts) -> Self:
        return cls.model_validate(counts)


class LaneState(StrEnum):
    IDLE = "idle"
    SENDING = "sending"
    COOLING = "cooling"
    PAUSED = "paused"
    DONE = "done"


class LaneResponse(ResponseBody):
    channel_account: str | None
    channel: Channel
    state: LaneState
    reason: str | None = Field(examples=[None])
    resume_at: datetime | None = Field(examples=[None])
    counts: CountsResponse

    @classmethod
    def of(cls, lane: Lane, batch: Progress, now: datetime) -> Self:
        state, reason, resume_at = lane_state(lane, batch, now)
        return cls(
            channel_account=lane.account_key,
            channel=lane.channel,
            state=state,
            reason=reason,
            resume_at=resume_at,
            counts=CountsResponse.of(lane.counts),
        )


PROVIDER_PAUSED: Final = "The provider asked for a pause, or did not answer."
"""The reason of an account that has been cooling since before reasons were stored."""
SAMPLE_FIRST: Final = "The sample is sent first, and this lane has sent its part."
PACED: Final = "The channel account's rate allows the next message then."
LONG_WAIT: Final = timedelta(seconds=30)
"""A shorter wait is the pace of a slow account, and needs no reason."""


def lane_state(lane: Lane, batch: Progress, now: datetime) -> tuple[LaneState, str | None, datetime | None]:
    """Return what a lane is doing now, why, and when it goes on."""
    pause = lane.pause_reason or lane.account_fault
    if not lane.counts[DeliveryStatus.QUEUED] and not lane.counts[DeliveryStatus.SENDING]:
        return LaneState.DONE, None, None
    if batch.status is MassReplyStatus.PAUSED or pause is not None:
        return LaneState.PAUSED, pause or batch.pause_reason, None
    if batch.status is not MassReplyStatus.SENDING:
        return LaneState.IDLE, None, None
    if lane.account_cool_until is not None and lane.account_cool_until > now:
        return LaneState.COOLING, lane.account_cool_reason or PROVIDER_PAUSED, lane.account_cool_until
    if lane.held_until is not None and lane.held_until > now:
        return LaneState.COOLING, lane.held_reason, lane.held_until
    if lane.awaits_sample:
        return LaneState.IDLE, SAMPLE_FIRST, None
    if not lane.counts[DeliveryStatus.SENDING] and (next_at := lane.next_at(now)) - now > LONG_WAIT:
        return LaneState.COOLING, PACED, next_at
    return LaneState.SENDING, None, None


class ProgressResponse(ResponseBody):
    """The progress of a mass reply."""

    status: MassReplyStatus
    counts: CountsResponse | None = Field(description="Null while it is being prepared.")
    lanes: list[LaneResponse]

    @classmethod
    def of(cls, progress: Progress, now: datetime) -> Self:
        counts = progress.counts
        return cls(
            status=progress.status,
            counts=counts and CountsResponse.of(counts),
            lanes=[LaneResponse.of(lane, progress, now) for lane in progress.lanes],
        )
