"""What callers say when they act on a mass reply."""

from pydantic import Field

from app.api.schemas import Body, Name


class LaneBody(Body):
    channel_account: Name | None = Field(
        default=None, description="Only the lane of this channel account; left out, the whole mass reply."
    )
