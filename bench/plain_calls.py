"""What the naive design and the bare loop ask of each channel's provider, and httpx as it comes to ask it with."""

from collections.abc import Mapping
from typing import Any, Final

import httpx

from bench.load import MESSAGE, SID

_GRAPH: Final = {"Authorization": "Bearer token"}
_BODIES: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    "email": (
        "/email",
        {
            "headers": {"X-Postmark-Server-Token": "token"},
            "json": {
                "From": "Support <support@example.com>",
                "To": "customer@example.com",
                "Subject": "Re: Payments",
                "TextBody": MESSAGE,
                "MessageStream": "outbound",
            },
        },
    ),
    "whatsapp": (
        "/v25.0/106540352242922/messages",
        {
            "headers": _GRAPH,
            "json": {
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "to": "12025550123",
                "type": "text",
                "text": {"body": MESSAGE},
            },
        },
    ),
    "facebook": (
        "/v25.0/106540352242900/messages",
        {
            "headers": _GRAPH,
            "json": {"recipient": {"id": "24041990"}, "messaging_type": "RESPONSE", "message": {"text": MESSAGE}},
        },
    ),
    "instagram": (
        "/v25.0/17841400000000000/messages",
        {"headers": _GRAPH, "json": {"recipient": {"id": "55501990"}, "message": {"text": MESSAGE}}},
    ),
    "other": ("/messages", {"json": {"conversation": "guest", "text": MESSAGE}}),
}


def plain_http(in_flight: int) -> httpx.AsyncClient:
    """Return httpx as it comes, with as many connections as calls."""
    limits = httpx.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    return httpx.AsyncClient(limits=limits)


def text_message(port: int, id_: object) -> tuple[str, dict[str, Any]]:
    """Return the URL of a text message's call, and what goes with it."""
    url = f"http://127.0.0.1:{port}/2010-04-01/Accounts/{SID}/Messages.json"
    form = {"To": "+12025550123", "From": "+12025550100", "Body": MESSAGE, "StatusCallback": f"{url}?d={id_}.1"}
    return url, {"data": form, "auth": (SID, "token")}


def plain_call(channel: str, port: int, id_: object) -> tuple[str, dict[str, Any]] | None:
    """Return the URL of one message's call, and what goes with it; None for the chat, which has no provider."""
    if channel == "sms":
        return text_message(port, id_)
    if channel == "chat":
        return None
    path, about = _BODIES[channel]
    return f"http://127.0.0.1:{port}{path}", about
