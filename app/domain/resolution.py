"""What a person decides about uncertain deliveries."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.delivery_lifecycle import DeliveryEvent
from app.domain.errors import Fault, InvalidRequest
from app.domain.outbound import Author
from app.domain.words import Reason, ReasonCode


class Finding(StrEnum):
    SENT = "sent"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class Decision:
    conversation_ids: frozenset[UUID]
    finding: Finding
    send_again: bool
    """Whether to send it again. If the person is wrong, the customer gets it twice."""
    not_after: datetime | None
    why: str = field(repr=False)
    by: Author

    def __post_init__(self) -> None:
        if self.finding is Finding.SENT and self.send_again:
            fault = Fault("/send_again", "contradiction", "What was sent is not sent again.")
            raise InvalidRequest("`sent` and `send_again` exclude each other.", faults=[fault])

    @property
    def event(self) -> DeliveryEvent:
        if self.finding is Finding.SENT:
            return DeliveryEvent.RESOLVE_SENT
        return DeliveryEvent.SEND_AGAIN if self.send_again else DeliveryEvent.RESOLVE_NOT_SENT

    @property
    def reason(self) -> Reason | None:
        """The reason on a delivery that is marked as not sent."""
        if self.event is not DeliveryEvent.RESOLVE_NOT_SENT:
            return None
        detail = f"{self.by.name} marked it as not sent: {self.why}"
        return Reason(ReasonCode.MARKED_NOT_SENT, detail, retryable=True)
