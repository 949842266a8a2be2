"""Recipients of a long run over every channel, some of whom ask the sandbox for trouble."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from app.dev.samples import BILLING_MAIL, ORDERS_MAIL, SUPPORT_MAIL
from app.dev.sandbox.faults import MAGIC, InjectedFault, Magic, commits
from app.domain.words import Channel

IMPORTED_AT_ONCE: Final = 1_000
TROUBLED: Final = 0.03
"""The share of recipients at whom the provider misbehaves."""
LEFT_OUT: Final = 0.03
"""The share of the conversations that are skipped: opted out, without an address, or on voice."""
NUMBERS: Final = (Channel.SMS, Channel.WHATSAPP)
IDS: Final = (Channel.FACEBOOK, Channel.INSTAGRAM)
NEVER: Final = frozenset(
    {
        InjectedFault.BAD_TOKEN,
        InjectedFault.TIMEOUT,
        InjectedFault.DRIP,
        InjectedFault.WINDOW,
        InjectedFault.WINDOW_LATER,
        InjectedFault.TEMPLATE,
    }
)
"""What stops an account or takes ten seconds, and what is about windows and templates: that is tried elsewhere."""
DEFERRED: Final = frozenset({InjectedFault.ERROR_BEFORE, InjectedFault.DROP_BEFORE})
"""What a mail server proves not to have taken: it is tried again, later and later, and these never give in."""


@dataclass(frozen=True, slots=True)
class Crowd:
    channel: Channel
    inbox: str
    provider: str
    share: int
    """Of a hundred recipients."""


CROWDS: Final[Sequence[Crowd]] = (
    Crowd(Channel.EMAIL, SUPPORT_MAIL, "postmark", 20),
    Crowd(Channel.EMAIL, BILLING_MAIL, "sendgrid", 12),
    Crowd(Channel.EMAIL, ORDERS_MAIL, "smtp", 8),
    Crowd(Channel.SMS, "support-sms", "twilio", 20),
    Crowd(Channel.WHATSAPP, "support-whatsapp", "whatsapp_cloud", 14),
    Crowd(Channel.FACEBOOK, "support-facebook", "meta", 8),
    Crowd(Channel.INSTAGRAM, "support-instagram", "meta", 6),
    Crowd(Channel.CHAT, "support-chat", "webchat", 6),
    Crowd(Channel.OTHER, "support-other", "webhook", 6),
)


def lines(
    count: int, tag: str, dice: Random, *, troubled: float = TROUBLED, left_out: float = LEFT_OUT
) -> Iterator[Mapping[str, Any]]:
    """Return the lines of an import of `count` conversations, all with one tag."""
    written = datetime.now(UTC) - timedelta(hours=1)
    number = 0
    for crowd in CROWDS:
        size = count - number if crowd is CROWDS[-1] else count * crowd.share // 100
        for _ in range(size):
            number += 1
            magic = dice.choice(_magic(crowd.provider)) if dice.random() < troubled and _magic(crowd.provider) else None
            line = _line(crowd, number, tag, _address(crowd.channel, number, magic, dice), written)
            yield {**line, **dice.choice(_SKIPPED)(line)} if dice.random() < left_out else line


def _opted_out(line: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"contact": {**line["contact"], "opted_out": True}}


def _without_address(line: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"address": None, "contact": {**line["contact"], "email": None, "phone": None}}


def _on_voice(_: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"channel": Channel.VOICE, "channel_account": None, "address": "+12025550199", "subject": None}


_SKIPPED: Final = (_opted_out, _without_address, _on_voice)


def _magic(provider: str) -> list[Magic]:
    if provider == "webchat":
        return []
    never = NEVER | (DEFERRED if provider == "smtp" else frozenset())
    return [magic for magic in MAGIC if magic.fault not in never and commits(provider, magic.fault)]


def _address(channel: Channel, number: int, magic: Magic | None, dice: Random) -> str:
    if channel in NUMBERS:
        return f"+1555010{magic.block}{dice.randrange(100):02}" if magic else f"+1212{2_000_000 + number:07}"
    if channel in IDS:
        return f"555010{magic.block}{number:08}" if magic else f"2404199{number:08}"
    name = f"{magic.fault}-{number}" if magic else f"customer-{number}"
    return f"{name}@example.com" if channel is Channel.EMAIL else name


def _line(crowd: Crowd, number: int, tag: str, address: str, written: datetime) -> Mapping[str, Any]:
    name = f"{tag}-{number}"
    kind = {Channel.EMAIL: "email", Channel.SMS: "phone"}.get(crowd.channel)
    contact = {"external_id": f"contact-{name}", "name": f"Customer {number}", **({kind: address} if kind else {})}
    return {
        "external_id": name,
        "channel": crowd.channel,
        "channel_account": crowd.inbox,
        "human_id": name.upper(),
        "subject": "Payment failed" if crowd.channel is Channel.EMAIL else None,
        "tags": [tag],
        "contact": contact,
        "address": address,
        "last_customer_message": {
            "text": "What is wrong?",
            "provider_message_id": f"<{name}@mail.example.com>",
            "sent_at": written.isoformat(),
        },
    }


def batches(all_lines: Iterator[Mapping[str, Any]]) -> Iterator[bytes]:
    """Return bodies of imports."""
    batch: list[str] = []
    for line in all_lines:
        batch.append(json.dumps(line))
        if len(batch) == IMPORTED_AT_ONCE:
            yield "\n".join(batch).encode()
            batch = []
    if batch:
        yield "\n".join(batch).encode()
