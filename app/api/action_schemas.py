"""What callers say when they act on a mass reply."""

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
        """Who acts. Raises Forbidden."""
        return author_of(caller, self.author)


class LaneBody(ActionBody):
    channel_account: Name | None = Field(
        default=None, description="Only the lane of this channel account; left out, the whole mass reply."
    )


class RetryBody(ActionBody):
    reason_codes: Annotated[list[ReasonCode], Field(min_length=1)] | None = Field(
        default=None, description="Only what failed for one of these; left out, all that may be tried again."
    )
    not_after: Moment | None = Field(
        default=None,
        description="The latest time for what is sent again; left out, 24 hours from now. "
        "What is still queued keeps the time that was confirmed.",
    )


class ResolveBody(ActionBody):
    conversation_ids: list[UUID] = Field(min_length=1, max_length=MOST_IDS)
    outcome: Finding
    send_again: Flag = Field(
        default=False,
        description="With `not_sent`: queue it once more. A customer who got it after all gets it twice.",
    )
    not_after: Moment | None = Field(
        default=None, description="With `send_again`, as in retry; otherwise it has no effect."
    )
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1_000, strip_whitespace=True)] = Field(
        examples=["The customer says that nothing came."], description="Why; kept with who decided it."
    )

    def to_decision(self, caller: Caller) -> Decision:
        """Raises InvalidRequest, Forbidden."""
        return Decision(
            conversation_ids=frozenset(self.conversation_ids),
            finding=self.outcome,
            send_again=self.send_again,
            not_after=self.not_after,
            why=self.reason,
            by=self.acting(caller),
        )
