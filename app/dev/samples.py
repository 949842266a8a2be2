"""Sample conversations of a helpdesk after an outage, some of them with recipients that ask the sandbox for trouble.

Each says what must become of it, so that the demo can tell whether it did.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.dev.sandbox.faults import MAGIC, InjectedFault
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.words import Channel, ReasonCode

TAG = "payment-incident"
SELECTION = {"filter": {"tags": {"all": [TAG]}, "engagement": ["pending"]}}
SNIPPETS = {"status": "Details: https://status.example.com"}
TEXT = (
    "Hi {{ contact.first_name | default: 'there' }}, card payments work again. "
    "{% if conversation.custom_fields.order %}Order {{ conversation.custom_fields.order }} went through. {% endif %}"
    "Your reference is {{ conversation.human_id }}. /status"
)

REPORT = (
    "what-happened.txt",
    b"Card payments were refused from 09:10 to 10:45 UTC. No card was charged twice.\n",
    "text/plain",
)
"""The name, content and type of the file that goes with it, if the channel carries files of its kind."""

WHATSAPP_TEMPLATE = {
    "name": "incident_update",
    "language": "en",
    "body_parameters": ["{{ contact.first_name | default: 'there' }}"],
}

SUPPORT_MAIL, BILLING_MAIL, ORDERS_MAIL = "support-email", "billing-email", "orders-email"
"""E-mail comes to three inboxes, and each has a provider of its own."""

CROWDS: Mapping[Channel, int] = {
    Channel.EMAIL: 36,
    Channel.SMS: 20,
    Channel.CHAT: 14,
    Channel.WHATSAPP: 10,
    Channel.FACEBOOK: 7,
    Channel.INSTAGRAM: 6,
    Channel.OTHER: 3,
    Channel.VOICE: 7,
}
"""Conversations without any trouble, except on voice, which carries no message."""

FIRST_NAMES = ("Ann", "Ben", "Carla", "Deniz", "Eva", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kaya", "Łucja")
LAST_NAMES = ("Lee", "Ortiz", "Novak", "Okafor", "Rossi", "Tanaka", "Weber")

_ADDRESSES: Mapping[Channel, str] = {
    Channel.EMAIL: "customer-{}@example.com",
    Channel.SMS: "+12025550{}",
    Channel.VOICE: "+12025550{}",
    Channel.WHATSAPP: "+12025550{}",
    Channel.CHAT: "visitor-{}",
    Channel.FACEBOOK: "24041990000{}",
    Channel.INSTAGRAM: "55501990000{}",
    Channel.OTHER: "guest-{}",
}
"""By number from 100; +1 202 555 01xx is set aside for such use, and Meta knows people by digits."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the delivery of a conversation ends."""

    status: DeliveryStatus
    reason: ReasonCode | None = None

    def is_met_by(self, found: "Ending") -> bool:
        """Some providers tell that a message was read besides that it was delivered, and some do so sooner or later."""
        return found == self or (self.status, found.status) == (DeliveryStatus.DELIVERED, DeliveryStatus.READ)


DELIVERED = Ending(DeliveryStatus.DELIVERED)
SENT = Ending(DeliveryStatus.SENT)
ANSWER_LOST = Ending(DeliveryStatus.UNCERTAIN, ReasonCode.ANSWER_LOST)
ANSWERED: Mapping[str, Any] = {"engagement": "engaged"}
AGAIN = "It is refused again!"

_PLAIN: Mapping[str | None, Ending] = {
    # Web chat keeps a reply until the visitor opens the page again; in the demo nobody does.
    "support-chat": SENT,
    # A mail server takes a mail, and says no more.
    ORDERS_MAIL: SENT,
    # Nobody carries voice.
    None: Ending(DeliveryStatus.SKIPPED, ReasonCode.VOICE_NOT_SUPPORTED),
}
"""The inboxes where a conversation without any trouble does not end as delivered."""
_SPREAD = 36
"""The customers wrote within so many thirds of an hour: half a day, so that every reply window is open."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A conversation that is not like the others: by its recipient, or by what is changed about it."""

    channel: Channel
    ending: Ending | None
    """None: it is not selected at all."""
    fault: InjectedFault | None = None
    hours_ago: int = 1
    """When the customer last wrote."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    contact: Mapping[str, Any] = field(default_factory=dict)
    inbox: str | None = None
    """Where the customer wrote to; None: to the support team."""
    says: str | None = None
    """What the customer writes after the import, by the provider."""


def _failed(channel: Channel, fault: InjectedFault, reason: ReasonCode, inbox: str | None = None) -> Trouble:
    return Trouble(channel, Ending(DeliveryStatus.FAILED, reason), fault, inbox=inbox)


def _skipped(channel: Channel, reason: ReasonCode, **changes: Any) -> Trouble:
    contact, hours_ago, says = changes.pop("contact", {}), changes.pop("hours_ago", 1), changes.pop("says", None)
    ending = Ending(DeliveryStatus.SKIPPED, reason)
    return Trouble(channel, ending, None, hours_ago, changes, contact, says=says)


TROUBLES: Sequence[Trouble] = (
    _failed(Channel.EMAIL, InjectedFault.INVALID, ReasonCode.INVALID_RECIPIENT, BILLING_MAIL),
    _failed(Channel.EMAIL, InjectedFault.OPTED_OUT, ReasonCode.BLOCKED),
    _failed(Channel.EMAIL, InjectedFault.BOUNCE, ReasonCode.BOUNCED),
    _failed(Channel.EMAIL, InjectedFault.COMPLAINT, ReasonCode.COMPLAINED, BILLING_MAIL),
    _failed(Channel.EMAIL, InjectedFault.INVALID, ReasonCode.INVALID_RECIPIENT, ORDERS_MAIL),
    _failed(Channel.SMS, InjectedFault.INVALID, ReasonCode.INVALID_RECIPIENT),
    _failed(Channel.SMS, InjectedFault.OPTED_OUT, ReasonCode.OPTED_OUT),
    _failed(Channel.SMS, InjectedFault.UNDELIVERED, ReasonCode.UNREACHABLE),
    _failed(Channel.WHATSAPP, InjectedFault.UNDELIVERED, ReasonCode.PROVIDER_REJECTED),
    # The provider's own clock: the window was open when it was confirmed, and the provider says otherwise.
    _failed(Channel.WHATSAPP, InjectedFault.WINDOW_LATER, ReasonCode.WINDOW_CLOSED),
    Trouble(Channel.WHATSAPP, Ending(DeliveryStatus.FAILED, ReasonCode.TEMPLATE_REJECTED), InjectedFault.TEMPLATE, 25),
    _failed(Channel.FACEBOOK, InjectedFault.OPTED_OUT, ReasonCode.BLOCKED),
    _failed(Channel.INSTAGRAM, InjectedFault.INVALID, ReasonCode.INVALID_RECIPIENT),
    _failed(Channel.INSTAGRAM, InjectedFault.WINDOW, ReasonCode.WINDOW_CLOSED),
    # Throttled at first, or the answer lost: the customer has it in the end, and once. Not with Postmark, where a lost
    # answer is that of a whole batch, and leaves what was refused in it uncertain too.
    Trouble(Channel.SMS, DELIVERED, InjectedFault.THROTTLED),
    Trouble(Channel.WHATSAPP, DELIVERED, InjectedFault.BUSY),
    Trouble(Channel.EMAIL, DELIVERED, InjectedFault.ERROR_AFTER, inbox=BILLING_MAIL),
    Trouble(Channel.SMS, DELIVERED, InjectedFault.DROP_AFTER),
    Trouble(Channel.WHATSAPP, DELIVERED, InjectedFault.GARBAGE),
    Trouble(Channel.FACEBOOK, DELIVERED, InjectedFault.DROP_AFTER),
    Trouble(Channel.INSTAGRAM, DELIVERED, InjectedFault.ERROR_AFTER),
    Trouble(Channel.OTHER, DELIVERED, InjectedFault.RECEIPT_FIRST),
    # A 500 says nothing about whether it was sent, and no receipt comes: a person has to decide.
    Trouble(Channel.OTHER, ANSWER_LOST, InjectedFault.ERROR_BEFORE),
    # A mail server puts a stranger off at first. And where its word on the whole mail is lost, nobody can look it up.
    Trouble(Channel.EMAIL, SENT, InjectedFault.THROTTLED, inbox=ORDERS_MAIL),
    Trouble(Channel.EMAIL, ANSWER_LOST, InjectedFault.DROP_AFTER, inbox=ORDERS_MAIL),
    _skipped(Channel.EMAIL, ReasonCode.OPTED_OUT, contact={"opted_out": True}),
    _skipped(Channel.EMAIL, ReasonCode.CONVERSATION_ARCHIVED, status="archived"),
    _skipped(Channel.EMAIL, ReasonCode.ADDRESS_INVALID, address="customer@example.com\nBcc: all@example.com"),
    _skipped(Channel.SMS, ReasonCode.NO_ADDRESS, address=None, contact={"phone": None}),
    _skipped(Channel.SMS, ReasonCode.ADDRESS_INVALID, address="12"),
    _skipped(Channel.SMS, ReasonCode.OPTED_OUT, says="STOP"),
    # Outside its window WhatsApp still takes the approved template; and not everybody there shows a number.
    Trouble(Channel.WHATSAPP, DELIVERED, hours_ago=25),
    Trouble(Channel.WHATSAPP, DELIVERED, changes={"address": "US.13491208655302741918"}),
    _skipped(Channel.WHATSAPP, ReasonCode.ADDRESS_INVALID, address="customer@example.com"),
    _skipped(Channel.INSTAGRAM, ReasonCode.MESSAGE_TOO_LONG, custom_fields={"order": "ä" * 500}),
    _skipped(Channel.INSTAGRAM, ReasonCode.WINDOW_CLOSED, hours_ago=25),
    # Two days after the customer wrote, Messenger takes what is said to be written by a person, and nothing else.
    Trouble(Channel.FACEBOOK, DELIVERED, InjectedFault.WINDOW, hours_ago=49),
    _skipped(Channel.FACEBOOK, ReasonCode.WINDOW_CLOSED, hours_ago=24 * 8),
    # Who writes again opens the window again, and waits for an answer again.
    Trouble(Channel.FACEBOOK, DELIVERED, hours_ago=24 * 8, says=AGAIN),
    Trouble(Channel.INSTAGRAM, DELIVERED, hours_ago=25, says=AGAIN),
    Trouble(Channel.WHATSAPP, DELIVERED, hours_ago=25, says=AGAIN),
    Trouble(Channel.EMAIL, DELIVERED, changes=ANSWERED, says=AGAIN),
    Trouble(Channel.EMAIL, DELIVERED, changes=ANSWERED, inbox=BILLING_MAIL, says=AGAIN),
    Trouble(Channel.SMS, DELIVERED, changes=ANSWERED, says=AGAIN),
    Trouble(Channel.OTHER, DELIVERED, changes=ANSWERED, says=AGAIN),
    _skipped(Channel.CHAT, ReasonCode.MERGE_TAG_UNRESOLVED, human_id=None),
    Trouble(Channel.EMAIL, None, changes={"tags": ["refund"]}),
    Trouble(Channel.EMAIL, None, changes=ANSWERED),
    Trouble(Channel.SMS, None, changes={"tags": ["refund"]}),
)


@dataclass(frozen=True, slots=True)
class SampleConversation:
    """A line of the import, and how its delivery ends, or None if it is not selected."""

    line: Mapping[str, Any] = field(repr=False)
    ending: Ending | None
    says: str | None = None
    """What the customer writes after the import."""

    @property
    def external_id(self) -> str:
        return str(self.line["external_id"])


def samples(now: datetime, times: int = 1) -> Sequence[SampleConversation]:
    """The same ones every time, but for their times; `times` makes the crowds so much larger."""
    return (*_crowd(now, times), *_troubles(now, times))


def to_ndjson(chosen: Iterable[SampleConversation]) -> bytes:
    return "".join(json.dumps(sample.line) + "\n" for sample in chosen).encode()


def _crowd(now: datetime, times: int) -> Iterator[SampleConversation]:
    for channel, count in CROWDS.items():
        for number in range(count * times):
            written = now - timedelta(minutes=20 * (number % _SPREAD))
            inbox = _inbox(channel, number)
            line = _line(channel, number, _ADDRESSES[channel].format(100 + number), written, inbox)
            yield SampleConversation(line, _PLAIN.get(inbox, DELIVERED))


def _troubles(now: datetime, times: int) -> Iterator[SampleConversation]:
    for number, trouble in enumerate(TROUBLES, start=50 * (times - 1)):
        channel = trouble.channel
        written = now - timedelta(hours=trouble.hours_ago)
        inbox = trouble.inbox or f"support-{channel}"
        plain = _line(channel, 50 + number, _ADDRESSES[channel].format(150 + number), written, inbox)
        address = plain["address"] if trouble.fault is None else _magic(trouble.fault, channel, number)
        contact = {**plain["contact"], **trouble.contact}
        line = {**plain, "address": address, **trouble.changes, "contact": contact}
        yield SampleConversation(line, trouble.ending, trouble.says)


def _magic(fault: InjectedFault, channel: Channel, number: int) -> str:
    [magic] = [each for each in MAGIC if each.fault is fault]
    if channel in (Channel.FACEBOOK, Channel.INSTAGRAM):
        return magic.example_id
    return magic.example_phone if channel in (Channel.SMS, Channel.WHATSAPP) else f"{fault}-{number}@example.com"


def _inbox(channel: Channel, number: int) -> str | None:
    """Nobody carries voice; and each e-mail inbox has a third of the e-mails."""
    match channel:
        case Channel.VOICE:
            return None
        case Channel.EMAIL:
            return (SUPPORT_MAIL, ORDERS_MAIL, BILLING_MAIL)[number % 3]
        case _:
            return f"support-{channel}"


def _line(channel: Channel, number: int, address: str, written: datetime, inbox: str | None) -> dict[str, Any]:
    """The line of one conversation; every third has an order."""
    first, last = FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[number % len(LAST_NAMES)]
    name = f"{channel}-{number + 1}"
    kind = {Channel.EMAIL: "email", Channel.SMS: "phone"}.get(channel)
    return {
        "external_id": name,
        "channel": channel,
        "channel_account": inbox,
        "status": "active",
        "engagement": "pending",
        "subject": "Payment failed" if channel is Channel.EMAIL else None,
        "human_id": name.upper(),
        "tags": [TAG],
        "contact": {
            "external_id": f"contact-{name}",
            "name": f"{first} {last}",
            "first_name": first,
            **({kind: address} if kind else {}),
        },
        "address": address,
        "custom_fields": {"order": 4000 + number} if number % 3 == 0 else {},
        "created_at": written.isoformat(),
        "last_customer_message": {
            "text": "My card is refused again. What is wrong?",
            "provider_message_id": f"<{name}@mail.example.com>",
            "sent_at": written.isoformat(),
        },
    }
