"""Channel accounts that send to the sandbox: at least one for every channel that an adapter carries."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.dev.api_client import Calls
from app.dev.samples import BILLING_MAIL, ORDERS_MAIL, SUPPORT_MAIL
from app.dev.sandbox.sendgrid import new_keys
from app.domain.words import Channel

RATE = 40
"""Messages a second, so that there is some progress to watch."""
SENDER_NUMBER = "+12125550199"


@dataclass(frozen=True, slots=True)
class Inbox:
    key: str
    channel: Channel
    provider: str
    config: Mapping[str, str | int]
    credentials: Mapping[str, str] = field(repr=False)
    identity: str | None = None
    """The name of the account in a call to the provider, or None if the provider is not called."""
    secret: str = field(default="", repr=False)
    """The secret with which the provider signs its receipts."""


def inboxes(sandbox_url: str, smtp_port: int) -> Sequence[Inbox]:
    """At least one for each channel, with new invented credentials every time."""
    return (
        _postmark(sandbox_url),
        _sendgrid(sandbox_url),
        _smtp(smtp_port),
        _twilio(sandbox_url),
        _graph(Channel.WHATSAPP, "whatsapp_cloud", f"{sandbox_url}/whatsapp", "phone_number_id", "106540352242922"),
        _messenger(sandbox_url),
        _graph(Channel.INSTAGRAM, "meta", f"{sandbox_url}/meta", "instagram_id", "17841400000000000"),
        Inbox("support-chat", Channel.CHAT, "webchat", {}, {}),
        _webhook(sandbox_url, Channel.OTHER),
    )


def open_inboxes(api: Calls, sandbox: Calls, chosen: Sequence[Inbox], rate: float = RATE) -> None:
    """Save each as a channel account, and tell the sandbox the address for its receipts."""
    for inbox in chosen:
        saved = api.put(
            f"/channel-accounts/{inbox.key}",
            {
                "channel": inbox.channel,
                "provider": inbox.provider,
                "name": f"Example {inbox.channel}",
                "config": inbox.config,
                "credentials": inbox.credentials,
                "rate_per_second": rate,
            },
        )
        if inbox.identity is not None:
            at_provider = {"provider": inbox.provider, "identity": inbox.identity, "secret": inbox.secret}
            sandbox.post("/sandbox/accounts", {**at_provider, "callback_url": saved["callback_url"]})


def _postmark(sandbox_url: str) -> Inbox:
    token = secrets.token_hex(16)
    config = {"from": "Support <support@example.com>", "base_url": f"{sandbox_url}/postmark"}
    return Inbox(SUPPORT_MAIL, Channel.EMAIL, "postmark", config, {"server_token": token}, token)


def _sendgrid(sandbox_url: str) -> Inbox:
    key, (private, public) = f"SG.{secrets.token_hex(16)}", new_keys()
    config = {
        "from": "Billing <billing@example.com>",
        "base_url": f"{sandbox_url}/sendgrid",
        "webhook_public_key": public,
    }
    return Inbox(
        key=BILLING_MAIL,
        channel=Channel.EMAIL,
        provider="sendgrid",
        config=config,
        credentials={"api_key": key},
        identity=key,
        secret=private,
    )


def _smtp(port: int) -> Inbox:
    """A relay on the same machine: no encryption, no login. It knows its clients by the sender's address."""
    sender = "orders@example.com"
    config: Mapping[str, str | int] = {"from": f"Orders <{sender}>", "host": "127.0.0.1", "port": port, "tls": "none"}
    return Inbox(ORDERS_MAIL, Channel.EMAIL, "smtp", config, {}, sender)


def _twilio(sandbox_url: str) -> Inbox:
    sid, token = f"AC{secrets.token_hex(16)}", secrets.token_hex(16)
    config = {"account_sid": sid, "from": SENDER_NUMBER, "base_url": f"{sandbox_url}/twilio"}
    return Inbox(
        key="support-sms",
        channel=Channel.SMS,
        provider="twilio",
        config=config,
        credentials={"auth_token": token},
        identity=sid,
        secret=token,
    )


def _graph(channel: Channel, provider: str, base_url: str, sender: str, id_: str) -> Inbox:
    """WhatsApp, Messenger and Instagram: Meta signs with the app's secret."""
    access, app_secret, verify = (secrets.token_hex(16) for _ in range(3))
    credentials = {"access_token": access, "app_secret": app_secret, "verify_token": verify}
    return Inbox(
        key=f"support-{channel}",
        channel=channel,
        provider=provider,
        config={sender: id_, "base_url": base_url},
        credentials=credentials,
        identity=id_,
        secret=app_secret,
    )


def _messenger(sandbox_url: str) -> Inbox:
    """A page with Meta's approval for human agents, who may answer for a week."""
    page = _graph(Channel.FACEBOOK, "meta", f"{sandbox_url}/meta", "page_id", "106540352242900")
    return replace(page, config={**page.config, "human_agent": True})


def _webhook(sandbox_url: str, channel: Channel) -> Inbox:
    key = f"support-{channel}"
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    config = {"url": f"{sandbox_url}/helpdesk/messages?key={key}"}
    return Inbox(
        key=key,
        channel=channel,
        provider="webhook",
        config=config,
        credentials={"secret": secret},
        identity=key,
        secret=secret,
    )
