"""What a mail server's refusal means, by where in the conversation it came (RFC 5321) and its code (also RFC 3463)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Final

from app.channels._support import Fault, Meaning, refusal
from app.domain.messaging import Deferred, Rejected, Unknown
from app.domain.model import ReasonCode


class Step(Enum):
    """How far a conversation has come; the value names the step in words for an agent."""

    CONNECT = "on connecting"
    TLS = "on encrypting"
    LOGIN = "on logging in"
    SENDER = "at the sender"
    RECIPIENT = "at the recipient"
    CONTENT = "at the message"


_LATER: Final = timedelta(seconds=30)
_POSTPONED: Final = "postponed"

_NOT_SERVED: Final = Meaning(Fault.ACCOUNT, "the server does not serve us")
_LOGIN_REFUSED: Final = Meaning(Fault.ACCOUNT, "the user name and password are not accepted, or are asked for")
_SENDER_REFUSED: Final = Meaning(Fault.ACCOUNT, "the server does not accept the account's sender")
_TOO_LARGE: Final = Meaning(ReasonCode.CONTENT_REJECTED, "the e-mail is larger than the server takes")
# An address stays open, however permanent a refusal sounds: our own mail server says it, which may be set up wrong for
# everybody, and no report would ever take it back.
_NO_SUCH_ADDRESS: Final = Meaning(ReasonCode.INVALID_RECIPIENT, "the server does not know this address")
_NO_MAIL_THERE: Final = Meaning(ReasonCode.INVALID_RECIPIENT, "the recipient's domain takes no mail")
_FULL: Final = Meaning(ReasonCode.UNREACHABLE, "the mailbox is full")
_NOT_ROUTED: Final = Meaning(ReasonCode.UNREACHABLE, "the recipient's server could not be reached")
_POLICY: Final = Meaning(ReasonCode.BLOCKED, "the server refuses to deliver to this recipient from this sender")
_CONTENT: Final = Meaning(ReasonCode.CONTENT_REJECTED, "the server took offence at the content")
_BUSY: Final = Meaning(Fault.THROTTLED, "the server takes no more for now", _LATER)
_REFUSED: Final = Meaning(ReasonCode.PROVIDER_REJECTED, "the server refused the message")

ALWAYS: Final[Mapping[int, Meaning]] = {
    421: _BUSY,
    530: _LOGIN_REFUSED,
    534: _LOGIN_REFUSED,
    535: _LOGIN_REFUSED,
    538: _LOGIN_REFUSED,
}
"""Codes that mean the same wherever they come: RFC 5321 section 3.8, RFC 4954 section 6."""

ENHANCED: Final[Mapping[str, Meaning]] = {
    "1.7": _SENDER_REFUSED,
    "1.8": _SENDER_REFUSED,
    "1.10": _NO_MAIL_THERE,
    "1": _NO_SUCH_ADDRESS,
    "2.1": _NO_SUCH_ADDRESS,
    "2.2": _FULL,
    "2.3": _TOO_LARGE,
    "3.4": _TOO_LARGE,
    "4": _NOT_ROUTED,
    "6": _CONTENT,
}
"""What stands behind the class of an enhanced status code (RFC 3463), or its first part."""

REFUSED: Final[Mapping[Step, Mapping[int, Meaning]]] = {
    Step.CONNECT: {},
    Step.TLS: {},
    Step.LOGIN: {},
    Step.SENDER: {552: _TOO_LARGE},
    Step.RECIPIENT: {
        501: _NO_SUCH_ADDRESS,
        550: _NO_SUCH_ADDRESS,
        551: _NO_SUCH_ADDRESS,
        552: _FULL,
        553: _NO_SUCH_ADDRESS,
        556: _NO_MAIL_THERE,
    },
    Step.CONTENT: {550: _CONTENT, 552: _TOO_LARGE, 554: _CONTENT},
}
"""5yz replies without an enhanced code that says more: RFC 5321 section 4.2.3, RFC 7504."""

OTHERWISE: Final[Mapping[Step, Meaning]] = {
    Step.CONNECT: _NOT_SERVED,
    Step.TLS: _NOT_SERVED,
    Step.LOGIN: _LOGIN_REFUSED,
    Step.SENDER: _SENDER_REFUSED,
    Step.RECIPIENT: _REFUSED,
    Step.CONTENT: _REFUSED,
}
"""Any other 5yz. Before the recipient is named a refusal is about the account, whoever the recipient is."""

POLICIES: Final[Mapping[Step, Meaning]] = {Step.RECIPIENT: _POLICY, Step.CONTENT: _CONTENT}
"""x.7.z, security and policy."""

_ABOUT_THIS_MESSAGE: Final = frozenset({Step.RECIPIENT, Step.CONTENT})
_ENHANCED_CODE: Final = re.compile(r"5\.(\d{1,3})\.(\d{1,3})\b")


def judge(step: Step, code: int, text: str) -> Rejected | Deferred | Unknown:
    """Say what a reply means that is no yes. `text` is read for its enhanced code and never shown: it may name people.

    A server that answers 4yz or 5yz, also after the last dot, has not taken the message (RFC 5321 section 4.2.1).
    """
    label = f"SMTP {code} {step.value}"
    if code in ALWAYS:
        return refusal(ALWAYS[code], label)
    if 400 <= code < 500:
        return _postponed(label) if step in _ABOUT_THIS_MESSAGE else refusal(_BUSY, label)
    if 500 <= code < 600:
        return refusal(_permanent(step, code, text), label)
    detail = f"{label}: an answer that means nothing at this point."
    return Unknown(detail) if step is Step.CONTENT else Deferred(ReasonCode.UNREACHABLE, detail)


def _postponed(label: str) -> Deferred:
    """Greylisting, a full mailbox, a busy server: this message waits, longer each time."""
    return Deferred(_POSTPONED, f"{label}: the server asks to try this message again later")


def _permanent(step: Step, code: int, text: str) -> Meaning:
    found = _ENHANCED_CODE.match(text) if step in _ABOUT_THIS_MESSAGE else None
    if found is not None:
        if found[1] == "7":
            return POLICIES[step]
        named = ENHANCED.get(f"{found[1]}.{found[2]}") or ENHANCED.get(found[1])
        if named is not None:
            return named
    return REFUSED[step].get(code, OTHERWISE[step])
