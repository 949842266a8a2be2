"""The provider accounts that the sandbox knows."""

from dataclasses import dataclass, field

from app.dev.sandbox.faults import InjectedFault


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """One customer of one provider."""

    provider: str
    identity: str
    """What identifies the account in a call: Postmark's server token, Twilio's account sid, our `?key=`, or the id of a
    phone number, page or Instagram account.
    """
    secret: str = field(default="", repr=False)
    """Twilio's auth token, a Standard Webhooks secret, or the secret of a Meta app; Postmark has only its token."""
    callback_url: str = field(default="", repr=False)
    """Where receipts go, for providers that do not learn it with every message."""
    fault: InjectedFault | None = None
    """A fault of every message of this account, to any recipient."""
    access_token: str = field(default="", repr=False)
    """What a caller must present, if it is not the secret. Empty accepts anything."""


class ProviderAccounts:
    """While a provider has no registered account, it accepts any credentials: handy for measurements."""

    def __init__(self) -> None:
        self._registered: dict[str, dict[str, ProviderAccount]] = {}

    def register(self, account: ProviderAccount) -> None:
        self._registered.setdefault(account.provider, {})[account.identity] = account

    def admit(self, provider: str, identity: str, presented_secret: str = "") -> ProviderAccount | None:
        """Return an account by its identity, or None. The caller checks the secret."""
        registered = self._registered.get(provider)
        if registered is None:
            return ProviderAccount(provider, identity, presented_secret)
        return registered.get(identity)

    def only(self, provider: str) -> ProviderAccount | None:
        """Return the provider's account if exactly one is registered."""
        registered = self._registered.get(provider, {})
        return next(iter(registered.values())) if len(registered) == 1 else None
