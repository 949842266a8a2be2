"""The second person's approval of a large mass reply."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from app.api.action_schemas import ActionBody
from app.api.schemas import PersonResponse, ResponseBody
from app.domain.approval import Approval, ApprovalStatus


class RejectBody(ActionBody):
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1_000, strip_whitespace=True)] = Field(
        examples=["The outage is not over yet."], description="Why; stored and shown with who rejected it."
    )


class ApprovalResponse(ResponseBody):
    ruling: ApprovalStatus
    by: PersonResponse | None
    reason: str | None
    at: datetime | None

    @classmethod
    def of(cls, approval: Approval) -> Self:
        by = None if approval.by is None else PersonResponse.of(approval.by)
        return cls(ruling=approval.status, by=by, reason=approval.reason, at=approval.at)
