"""Whom a result stops: one recipient, or everybody on the account."""

from app.domain.outbound import Deferred, SendResult


def pauses(result: SendResult) -> bool:
    return isinstance(result, Deferred) and result.scope == "account" and result.retry_after is None


def spares_the_rest(result: SendResult) -> bool:
    """Whether the account goes on at once."""
    return not isinstance(result, Deferred) or result.scope == "delivery"
