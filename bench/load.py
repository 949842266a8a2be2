"""What a user sends: accounts, conversations and messages, made the same by the same seed."""

import json
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

SID: Final = "AC" + "0" * 32
MESSAGE: Final = "Hi Name, our payments provider is back up. Sorry for the wait."
TEMPLATE: Final = (
    "Hi {{ contact.first_name | default: 'there' }}, our payments provider is back up. Sorry for the wait."
)
RATE: Final = 10_000
"""Far above what is measured: the rate is not to be the limit."""
SEED: Final = 1

_GRAPH: Final = {"access_token": "token", "app_secret": "secret", "verify_token": "token"}
_ACCOUNTS: Final[Mapping[str, tuple[str, dict[str, Any], dict[str, str]]]] = {
    "email": ("postmark", {"from": "Support <support@example.com>"}, {"server_token": "token"}),
    "chat": ("webchat", {}, {}),
    "sms": ("twilio", {"account_sid": SID, "from": "+12025550100"}, {"auth_token": "token"}),
    "whatsapp": ("whatsapp_cloud", {"phone_number_id": "106540352242922"}, _GRAPH),
    "facebook": ("meta", {"page_id": "106540352242900"}, _GRAPH),
    "instagram": ("meta", {"instagram_id": "17841400000000000"}, _GRAPH),
    "other": ("webhook", {}, {"secret": "whsec_" + "A" * 43 + "="}),
}
"""By channel, the provider, its config and credentials."""
CHANNELS: Final = tuple(_ACCOUNTS)
FIRST: Final = 22_000_000
"""The first address's number: phone numbers from here on exist, to those who know how they are made."""

_ADDRESSES: Final = {
    "email": "customer-{}@example.com",
    "chat": "visitor-{}",
    "sms": "+120{:08}",
    "whatsapp": "+120{:08}",
    "facebook": "24041990{}",
    "instagram": "55501990{}",
    "other": "guest-{}",
}
_NAMES: Final = ("Ann", "Ben", "Carla", "Deniz", "Eva", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kaya", "Łucja")


def account(channel: str, port: int, in_flight: int | None = None, name: str | None = None) -> dict[str, Any]:
    """Return the body of a channel account whose provider listens on the port; without `in_flight`, by the defaults."""
    provider, config, credentials = _ACCOUNTS[channel]
    url = f"http://127.0.0.1:{port}"
    places = {"webchat": {}, "webhook": {"url": f"{url}/messages"}}
    return {
        "channel": channel,
        "provider": provider,
        "name": name or channel,
        "config": {**config, **places.get(provider, {"base_url": url})},
        "credentials": credentials,
        "rate_per_second": RATE,
        **({} if in_flight is None else {"max_in_flight": in_flight}),
    }


def conversations(channel: str, count: int, account_key: str | None = None, seed: int = SEED) -> Iterator[str]:
    """Yield lines for the import: customers who wrote within the last hours."""
    chosen, key, now = random.Random(f"{seed} {account_key or channel}"), account_key or channel, datetime.now(UTC)  # noqa: S311
    for number in range(count):
        address, first_name = _ADDRESSES[channel].format(FIRST + number), chosen.choice(_NAMES)
        wrote = now - timedelta(minutes=chosen.randrange(1, 600))
        contact = {"external_id": f"{key}-{number}", "name": f"{first_name} {number}", "first_name": first_name}
        body = {
            "external_id": f"{key}-{number}",
            "channel": channel,
            "channel_account": key,
            "contact": contact,
            "address": address,
            "last_customer_message": {"text": "Hi, I cannot pay.", "sent_at": wrote.isoformat()},
        }
        yield json.dumps(body)
