"""What a caller did wrong, or what stands in the way. Each docstring is the message that the caller reads.

    MassReplyError
    ├── InvalidRequest            the request says something that cannot be done
    │   ├── SelectionEmpty · FilterTooBroad · BatchTooLarge · ConversationsNotFound
    │   ├── MessageEmpty · MessageTooLarge · InvalidTemplate · UnknownMergeTag · UnknownAttachment
    │   └── InvalidSchedule · NothingToRetry · InvalidAccount · IdempotencyKeyReused
    ├── Unauthenticated · Forbidden
    ├── NotFound · RateLimited · Overloaded
    └── Conflict                  the state of things does not allow it
        ├── InvalidState · RecipientCountMismatch · NothingToSend · ConfirmationExpired · StillSettling
        └── AccountInUse · ContactInFlight · IdempotencyInProgress

`api/problems.py` gives each its HTTP status; nothing here knows of HTTP.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Self
from uuid import UUID

from app.domain.words import TenantId


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a request. `pointer` is a JSON Pointer (RFC 6901) into the body."""

    pointer: str
    code: str
    detail: str


class MassReplyError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "internal_error"
    lists_every_fault: ClassVar[bool] = False
    """Whether the problem lists every fault, however many there are."""

    def __init__(self, detail: str | None = None, *, faults: Sequence[Fault] = ()) -> None:
        self.detail = detail or (type(self).__doc__ or "").split("\n\n")[0].strip()
        self.faults = tuple(faults)
        super().__init__(self.detail)


class InvalidRequest(MassReplyError):
    """The request is not valid."""

    code = "invalid_request"


class SelectionEmpty(InvalidRequest):
    """No conversation matches the selection, so there is nobody to reply to."""

    code = "selection_empty"


class FilterTooBroad(InvalidRequest):
    """An empty filter would select every conversation. Name at least one condition."""

    code = "filter_too_broad"


class BatchTooLarge(InvalidRequest):
    """The selection holds more conversations than your role may reply to at once."""

    code = "batch_too_large"


class ConversationsNotFound(InvalidRequest):
    """Some of the selected conversations do not exist. Nothing was created."""

    code = "conversation_not_found"
    lists_every_fault = True  # a list of ids is corrected by them, in one go


class MessageEmpty(InvalidRequest):
    """The message has no text."""

    code = "message_empty"


class MessageTooLarge(InvalidRequest):
    """The message is larger than 100 kB."""

    code = "message_too_large"


class InvalidTemplate(InvalidRequest):
    """The message is not valid Liquid."""

    code = "invalid_template"

    def __init__(self, detail: str | None = None, *, faults: Sequence[Fault] = (), limit: str = code) -> None:
        """`limit` names, in the service's metrics, the limit that the message exceeds."""
        self.limit = limit
        super().__init__(detail, faults=faults)


class UnknownMergeTag(InvalidRequest):
    """The message uses a merge tag that does not exist."""

    code = "unknown_merge_tag"


class UnknownAttachment(InvalidRequest):
    """An attachment that the message names does not exist."""

    code = "unknown_attachment"


class InvalidSchedule(InvalidRequest):
    """The times given for this mass reply contradict each other or lie in the past."""

    code = "invalid_schedule"


class NothingToRetry(InvalidRequest):
    """No failed delivery of this mass reply can be retried."""

    code = "nothing_to_retry"


class InvalidAccount(InvalidRequest):
    """The channel account's settings are not valid for its provider."""


class IdempotencyKeyReused(InvalidRequest):
    """This Idempotency-Key was given before, for another request. Take a new one for each request."""

    code = "idempotency_key_reused"


class Unauthenticated(MassReplyError):
    """The credential is missing, unknown, revoked or expired."""

    code = "unauthenticated"
    key: tuple[TenantId, UUID] | None = None
    """The owner and the id of a tenant's key that was refused. No response shows them."""
    why: str | None = None
    """Only for the audit log."""

    @classmethod
    def of_key(cls, tenant: TenantId, key_id: UUID, why: str) -> Self:
        error = cls()
        error.key, error.why = (tenant, key_id), why
        return error


class Forbidden(MassReplyError):
    """The credential lacks the permission that this requires."""

    code = "forbidden"


class NotFound(MassReplyError):
    """There is no such object."""

    code = "not_found"


class RateLimited(MassReplyError):
    """Too many requests. Wait before you ask again."""

    code = "rate_limited"

    def __init__(
        self, detail: str | None = None, *, limit: str = "requests", wait: timedelta = timedelta(minutes=1)
    ) -> None:
        """`limit` names, in the service's metrics, what was used up."""
        super().__init__(detail)
        self.limit = limit
        self.wait = wait


class Overloaded(MassReplyError):
    """A share of the service is used up. Ask again in a moment."""

    code = "overloaded"

    def __init__(
        self, detail: str | None = None, *, limit: str = "service", wait: timedelta = timedelta(seconds=2)
    ) -> None:
        """`limit` names the share in the service's metrics."""
        super().__init__(f"{detail} Ask again in a moment." if detail else None)
        self.limit = limit
        self.wait = wait


class Conflict(MassReplyError):
    """The object's present state does not allow this."""

    code = "invalid_state"


class InvalidState(Conflict):
    """The object's present state does not allow this."""


class RecipientCountMismatch(Conflict):
    """The count given is not the number of recipients. Nothing was sent."""

    code = "recipient_count_mismatch"


class NothingToSend(Conflict):
    """Every selected conversation is skipped, so there is nothing to send."""

    code = "nothing_to_send"


class ConfirmationExpired(Conflict):
    """The time to confirm has passed. Create the mass reply again to see today's count."""

    code = "confirmation_expired"


class StillSettling(Conflict):
    """An attempt may still be under way. Wait until its `settles_after` before you call it not sent."""

    code = "still_settling"


class AccountInUse(Conflict):
    """The channel account still has deliveries to send. Wait for them, or cancel their mass replies."""

    code = "account_in_use"


class ContactInFlight(Conflict):
    """A message to this contact is under way. Ask again in a minute."""

    code = "contact_in_flight"


class IdempotencyInProgress(Conflict):
    """The first request with this Idempotency-Key is still under way. Ask again in a moment."""

    code = "idempotency_in_progress"
