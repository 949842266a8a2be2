"""The bodies of actions on a mass reply."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from app.api.auth import author_of
from app.api.schemas import AuthorBody, Body, Flag, Moment, Name
from app.domain.outbound import Author
from app.domain.permissions import Caller
from app.domain.resolution import Decision, Finding
from app.domain.words import ReasonCode

MOST_IDS = 10_000


class ActionBody(Body):
    author: AuthorBody | None = Field(default=None, description="Who acts; needs `mass_replies:act_as`.")

    def acting(self, caller: Caller) -> Author:
        """Return who acts. Raise Forbidden if the caller may not name an author."""
        return author_of(caller, self.author)


NO_AUTHOR = ActionBody()


class LaneBody(ActionBody):
    channel_account: Name | None = Field(
        default=None, description="Only the lane of this channel account; the whole mass reply if left out."
    )


class RetryBody(ActionBody):
    reason_codes: Annotated[list[ReasonCode], Field(min_length=1)] | None = Field(
        default=None, description="Only deliveries that failed for one of these; every retryable delivery if left out."
    )
    not_after: Moment | None = Field(
        default=None,
        description="The latest time at which the retried deliveries may be sent; 24 hours from now if left out. "
        "Deliveries that are still queued keep the time that was confirmed.",
    )


class ResolveBody(ActionBody):
    conversation_ids: list[UUID] = Field(min_length=1, max_length=MOST_IDS)
    outcome: Finding
    send_again: Flag = Field(
        default=False,
        description="With `not_sent`: queue them again. A customer who did get the message gets it twice.",
    )
    not_after: Moment | None = Field(
        default=None, description="With `send_again`: as in retry. Otherwise it has no effect."
    )
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1_000, strip_whitespace=True)] = Field(
        examples=["The customer says that nothing came."], description="Why; stored with who decided it."
    )

    def to_decision(self, caller: Caller) -> Decision:
        """Return the decision. Raise Forbidden if the caller may not name an author."""
        return Decision(
            conversation_ids=frozenset(self.conversation_ids),
            finding=self.outcome,
            send_again=self.send_again,
            not_after=self.not_after,
            why=self.reason,
            by=self.acting(caller),
        )
