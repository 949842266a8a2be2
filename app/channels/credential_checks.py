"""What a provider's response to a read-only call says about an account's credentials."""

from app.channels.provider_responses import ProviderResponse
from app.domain.account_check import CheckResult, accepted, refused, unknown
from app.domain.outbound import Deferred, Unknown


def judge_check(response: ProviderResponse | Deferred | Unknown, provider: str) -> CheckResult:
    """Judge by the status alone. 401 means that the credentials are refused; other failures say nothing."""
    if not isinstance(response, ProviderResponse):
        return unknown(response.detail)
    if response.status == 401:
        return refused(f"{provider} answered HTTP 401: the credentials are not valid.")
    return accepted(provider) if response.ok else unknown(f"{provider} answered HTTP {response.status}.")
