"""What a provider's response to a read-only call says about an account's credentials."""

from app.channels.provider_responses import ProviderResponse
from app.domain.account_check import CheckResult, accepted, refused, unknown
from app.domain.outbound import Deferred, Unknown


def judge_check(answer: ProviderResponse | Deferred | Unknown, provider: str) -> CheckResult:
    """Judge by the status alone. 401 means that the credentials are refused; other failures say nothing."""
    if not isinstance(answer, ProviderResponse):
        return unknown(answer.detail)
    if answer.status == 401:
        return refused(f"{provider} answered HTTP 401: the credentials are not valid.")
    return accepted(provider) if answer.ok else unknown(f"{provider} answered HTTP {answer.status}.")
