"""The provider accounts that the sandbox knows."""

from dataclasses import dataclass, field

from app.dev.sandbox.faults import InjectedFault


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """One customer of one provider."""

    provider: str
    identity: str
    """What names the account in a call: Postmark's server token, Twilio's account sid, our `?key=`, the id of a phone
    number, a page or an Instagram account."""
    secret: str = field(default="", repr=False)
    """Twilio's auth token, a Standard Webhooks secret, or the secret of a Meta app; Postmark has only its token."""
    callback_url: str = field(default="", repr=False)
    """Where receipts go, for providers that learn it once and not with every message."""
    fault: InjectedFault | None = None
    """Committed on every message of this account, whoever the recipient is."""
    access_token: str = field(default="", repr=False)
    """What a caller must present where that is not the secret; empty: any."""


class ProviderAccounts:
    """While a provider has no registered account, it takes any credentials: handy for measurements."""

    def __init__(self) -> None:
        self._registered: dict[str, dict[str, ProviderAccount]] = {}

    def register(self, account: ProviderAccount) -> None:
        self._registered.setdefault(account.provider, {})[account.identity] = account

    def admit(self, provider: str, identity: str, presented_secret: str = "") -> ProviderAccount | None:
        """Find an account by its name; the caller checks the secret. None: there is no such account."""
        registered = self._registered.get(provider)
        if registered is None:
            return ProviderAccount(provider, identity, presented_secret)
        return registered.get(identity)

    def only(self, provider: str) -> ProviderAccount | None:
        """The provider's account, if exactly one is registered."""
        registered = self._registered.get(provider, {})
        return next(iter(registered.values())) if len(registered) == 1 else None
