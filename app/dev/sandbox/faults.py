"""The faults that the sandbox injects on request, and the magic recipients that ask for them.

One table holds them: every provider's behaviour, the start page and the documentation are made from it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum


class InjectedFault(StrEnum):
    """What goes wrong. The value is the start of the local part that asks for it: `bounce-7@example.com`."""

    INVALID = "invalid"
    OPTED_OUT = "optout"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    UNDELIVERED = "undelivered"
    THROTTLED = "throttled"
    BUSY = "busy"
    BAD_TOKEN = "badtoken"  # noqa: S105 - the name of a fault, not a credential
    ERROR_BEFORE = "error-before"
    ERROR_AFTER = "error-after"
    TIMEOUT = "timeout"
    DROP_BEFORE = "drop-before"
    DROP_AFTER = "drop-after"
    DRIP = "drip"
    GARBAGE = "garbage"
    RECEIPT_FIRST = "receipt-first"
    WINDOW = "window"
    WINDOW_LATER = "window-later"
    TEMPLATE = "template"


class Stage(Enum):
    """Where a fault occurs. It decides whether the provider has accepted the message."""

    CALL = "the whole call is refused; nothing in it is accepted"
    MESSAGE = "this message is refused; others in the same batch are not touched"
    RECEIPT = "accepted; bad news comes later"
    ANSWER = "accepted; the answer suffers"


@dataclass(frozen=True, slots=True)
class Magic:
    """A fault and the recipients that ask for it."""

    fault: InjectedFault
    stage: Stage
    block: str
    """Two digits, in +1500555 0{block}x (ten numbers, valid to a number checker), +1555010{block}xx (a hundred), and
    the ids 555010{block}xxxxxxxx, with or without a country in front.
    """
    what: str
    twilio_number: str | None = None
    """The number with the same meaning in https://www.twilio.com/docs/iam/test-credentials."""
    providers: frozenset[str] | None = None
    """Providers that inject it; None means every provider but those in `never`."""
    never: frozenset[str] = frozenset()
    """Providers that cannot inject it."""

    @property
    def example_email(self) -> str:
        return f"{self.fault}@example.com"

    @property
    def example_phone(self) -> str:
        return f"+15005550{self.block}0"

    @property
    def example_id(self) -> str:
        return f"555010{self.block}00000001"


WINDOWED = frozenset({"whatsapp_cloud", "meta"})
MAIL_SERVERS = frozenset({"smtp"})
"""Providers that report nothing by a call, and that have not taken a message when they answer with an error (RFC 5321
section 4.2.1).
"""

MAGIC: tuple[Magic, ...] = (
    Magic(
        InjectedFault.INVALID,
        Stage.MESSAGE,
        "10",
        "The recipient is refused for good: no such address.",
        "+15005550001",
    ),
    Magic(
        InjectedFault.OPTED_OUT,
        Stage.MESSAGE,
        "11",
        "The recipient is refused: opted out, or inactive.",
        "+15005550004",
    ),
    Magic(
        InjectedFault.BOUNCE, Stage.RECEIPT, "12", "Accepted; a permanent bounce is reported later.", never=MAIL_SERVERS
    ),
    Magic(
        InjectedFault.COMPLAINT,
        Stage.RECEIPT,
        "13",
        "Accepted; a spam complaint (SMS: filtered as spam) is reported later.",
        never=MAIL_SERVERS,
    ),
    Magic(
        InjectedFault.UNDELIVERED,
        Stage.RECEIPT,
        "14",
        "Accepted; a temporary failure to deliver is reported later.",
        never=MAIL_SERVERS,
    ),
    Magic(InjectedFault.THROTTLED, Stage.CALL, "15", "The first calls for the recipient get 429 with Retry-After."),
    Magic(InjectedFault.BUSY, Stage.CALL, "16", "The first calls for the recipient get 429 without Retry-After."),
    Magic(InjectedFault.BAD_TOKEN, Stage.CALL, "17", "401, as if the credentials were wrong."),
    Magic(InjectedFault.ERROR_BEFORE, Stage.CALL, "18", "500; the message was not accepted."),
    Magic(InjectedFault.ERROR_AFTER, Stage.ANSWER, "19", "500, although the message was accepted.", never=MAIL_SERVERS),
    Magic(InjectedFault.TIMEOUT, Stage.ANSWER, "20", "Accepted; no answer ever comes."),
    Magic(InjectedFault.DROP_BEFORE, Stage.CALL, "21", "The connection is dropped; the message was not accepted."),
    Magic(InjectedFault.DROP_AFTER, Stage.ANSWER, "22", "Accepted; the connection is dropped before the answer."),
    Magic(InjectedFault.DRIP, Stage.ANSWER, "23", "Accepted; the answer's body comes one byte a second."),
    Magic(InjectedFault.GARBAGE, Stage.ANSWER, "24", "Accepted; the answer is 200 with a body that is not JSON."),
    Magic(
        InjectedFault.RECEIPT_FIRST,
        Stage.ANSWER,
        "25",
        "Accepted; the receipts arrive before the answer.",
        never=MAIL_SERVERS,
    ),
    Magic(
        InjectedFault.WINDOW,
        Stage.MESSAGE,
        "26",
        "Meta: refused, the reply window is closed; a template or the tag for human agents still goes.",
        providers=WINDOWED,
    ),
    Magic(
        InjectedFault.WINDOW_LATER,
        Stage.RECEIPT,
        "27",
        "WhatsApp: accepted; that the reply window is closed is reported later, a template still goes.",
        providers=frozenset({"whatsapp_cloud"}),
    ),
    Magic(
        InjectedFault.TEMPLATE,
        Stage.MESSAGE,
        "28",
        "WhatsApp: refused, as a template with too few parameters is.",
        providers=frozenset({"whatsapp_cloud"}),
    ),
)

STAGES: Mapping[InjectedFault, Stage] = {magic.fault: magic.stage for magic in MAGIC}

_BY_FAULT: Mapping[InjectedFault, Magic] = {magic.fault: magic for magic in MAGIC}
_BY_BLOCK: Mapping[str, InjectedFault] = {magic.block: magic.fault for magic in MAGIC}
_BY_NUMBER: Mapping[str, InjectedFault] = {magic.twilio_number: magic.fault for magic in MAGIC if magic.twilio_number}
_NUMBER = re.compile(r"\+?1(?:5005550(\d\d)\d|555010(\d\d)\d\d)|(?:[A-Z]{2}\.)?555010(\d\d)\d{8}")
_WORD = re.compile("|".join(sorted(InjectedFault, key=len, reverse=True)), re.IGNORECASE)


def find_fault(recipient: str) -> InjectedFault | None:
    """Return the fault that a recipient asks for, by the digits of a number or id, else by how it begins."""
    digits = _NUMBER.fullmatch(recipient)
    if digits:
        return _BY_NUMBER.get(recipient) or _BY_BLOCK.get(digits[1] or digits[2] or digits[3])
    word = _WORD.match(recipient)
    return InjectedFault(word[0].lower()) if word else None


def commits(provider: str, fault: InjectedFault) -> bool:
    """Whether a provider has this fault at all."""
    magic = _BY_FAULT[fault]
    return provider not in magic.never and (magic.providers is None or provider in magic.providers)
