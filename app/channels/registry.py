"""The registry of providers. To add one: its folder, its name in the tuple below, its samples in tests/channels/."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final, Protocol, Self

import httpx
from pydantic import BaseModel, ValidationError

from app.channels.account_config import PUBLIC_ONLY, AccountSetup
from app.channels.meta.adapter import MetaAdapter
from app.channels.postmark.adapter import PostmarkAdapter
from app.channels.sendgrid.adapter import SendGridAdapter
from app.channels.smtp.adapter import SmtpAdapter
from app.channels.twilio.adapter import TwilioAdapter
from app.channels.webchat import WebChatAdapter
from app.channels.webhook import WebhookAdapter
from app.channels.whatsapp_cloud.adapter import WhatsAppCloudAdapter
from app.domain.channel_port import Adapter, HasOwnAddresses, Limits, SendsMany, VariesLimits
from app.domain.errors import Fault, InvalidAccount
from app.domain.fault_texts import fault_text
from app.domain.json_reader import json_pointer
from app.domain.words import Channel

__all__ = [
    "ADAPTERS",
    "AccountAdapter",
    "AccountSetup",
    "build",
    "limits_of",
    "own_addresses",
    "redemands_credentials",
    "usual_in_flight",
    "validate",
]


class AccountAdapter(Adapter, Protocol):
    """What the registry knows of an adapter besides the port: how to validate an account and make an adapter for it."""

    signs_webhooks: ClassVar[bool]
    """False if the provider signs nothing. Then the callback URL carries `?token=` with the account's secret."""
    config_model: ClassVar[type[BaseModel]]
    credentials_model: ClassVar[type[BaseModel]]

    @classmethod
    def from_config(cls, setup: AccountSetup, http: httpx.AsyncClient) -> Self: ...


_CLASSES: Final[tuple[type[AccountAdapter], ...]] = (
    MetaAdapter,
    PostmarkAdapter,
    SendGridAdapter,
    SmtpAdapter,
    TwilioAdapter,
    WebChatAdapter,
    WebhookAdapter,
    WhatsAppCloudAdapter,
)

# A protocol is asked once for each class: it is asked for each recipient, and takes longer than the rest.
_FIXED: Final = frozenset(each for each in _CLASSES if not isinstance(each, VariesLimits))

ADAPTERS: Final[Mapping[str, type[AccountAdapter]]] = {adapter.name: adapter for adapter in _CLASSES}

REDEMANDING: Final = ("base_url", "host", "url")
"""The keys that say where an account connects. Changing only these could send stored secrets somewhere else."""


def build(provider: str, setup: AccountSetup, http: httpx.AsyncClient) -> AccountAdapter:
    """Return the adapter of a stored account, whose settings were validated when it was written."""
    return ADAPTERS[provider].from_config(setup, http)


def limits_of(provider: str, channel: Channel, config: Mapping[str, Any]) -> Limits | None:
    """Return what the medium allows on an account; None if the provider is unknown."""
    adapter = ADAPTERS.get(provider)
    if adapter is None:
        return None
    if adapter in _FIXED:
        return adapter.limits
    return adapter.limits_for(channel, config) if isinstance(adapter, VariesLimits) else adapter.limits


def usual_in_flight(provider: str) -> int:
    """Return an account's `max_in_flight` unless it is given: calls, or the messages of batch calls."""
    return 1_000 if isinstance(ADAPTERS.get(provider), SendsMany) else 32


def own_addresses(provider: str, config: Mapping[str, Any]) -> Iterable[str]:
    """Return the account's own addresses, as written in its config."""
    adapter = ADAPTERS.get(provider)
    return adapter.own_addresses(config) if isinstance(adapter, HasOwnAddresses) else ()


def validate(
    provider: str,
    channel: Channel,
    config: Mapping[str, Any],
    credentials: Mapping[str, Any],
    *,
    allow_private: bool = True,
) -> None:
    """Validate a channel account. Raise InvalidAccount, whose faults name the keys and never a value.

    Ports are checked unless private addresses are allowed. Every connection checks them again.
    """
    adapter = ADAPTERS.get(provider)
    if adapter is None:
        known = ", ".join(sorted(ADAPTERS))
        raise InvalidAccount(faults=[Fault("/provider", "unknown_provider", f"The providers are: {known}.")])
    faults = [
        *_channel_faults(adapter, channel),
        *_faults("/config", adapter.config_model, config, None if allow_private else PUBLIC_ONLY),
        *_faults("/credentials", adapter.credentials_model, credentials),
    ]
    if faults:
        raise InvalidAccount(faults=faults)


def redemands_credentials(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a change of the config must bring the credentials again."""
    return any(before.get(key) != after.get(key) for key in REDEMANDING)


def _channel_faults(adapter: type[AccountAdapter], channel: Channel) -> list[Fault]:
    if channel in adapter.channels:
        return []
    served = ", ".join(sorted(adapter.channels))
    return [Fault("/channel", "unsupported_channel", f"{adapter.name} serves: {served}.")]


def _faults(
    pointer: str, model: type[BaseModel], values: Mapping[str, Any], context: dict[str, bool] | None = None
) -> list[Fault]:
    try:
        model.model_validate(values, context=context)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        parts = [(fault["loc"], fault["type"], fault["msg"]) for fault in found]
        return [Fault(pointer + json_pointer(loc), kind, fault_text(kind, message)) for loc, kind, message in parts]
    return []
