"""What a mail server's refusal means, by the step at which it came (RFC 5321) and its code (also RFC 3463)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Final

from app.channels.provider_responses import CodeMeaning, Meaning, refusal
from app.channels.smtp.reply_texts import (
    DAY_IS_FULL,
    LOGIN_REFUSED,
    SENDER_REFUSED,
    SUSPENDED,
    about_proof,
    about_recipient,
    said_of_account,
)
from app.domain.outbound import Deferred, Rejected, Unknown
from app.domain.words import ReasonCode


class Step(Enum):
    """How far a conversation got. The value names the step in words for an agent."""

    CONNECT = "on connecting"
    TLS = "on encrypting"
    LOGIN = "on logging in"
    SENDER = "at the sender"
    RECIPIENT = "at the recipient"
    CONTENT = "at the message"


_LATER: Final = timedelta(seconds=30)
_MUCH_LATER: Final = timedelta(minutes=10)
_POSTPONED: Final = "postponed"
_CLOSING: Final = 421

_NOT_SERVED: Final = Meaning(CodeMeaning.ACCOUNT, "the server does not serve us")
_TOO_LARGE: Final = Meaning(ReasonCode.CONTENT_REJECTED, "the e-mail is larger than the server takes")
# An address stays open, however permanent a refusal sounds. Our own mail server says it, and if that server is set up
# wrong it says it for everybody; no report would ever take it back.
_NO_SUCH_ADDRESS: Final = Meaning(ReasonCode.INVALID_RECIPIENT, "the server does not know this address")
_NO_MAIL_THERE: Final = Meaning(ReasonCode.INVALID_RECIPIENT, "the recipient's domain takes no mail")
_MOVED_ON: Final = Meaning(ReasonCode.INVALID_RECIPIENT, "the address belongs to somebody else by now")
_FULL: Final = Meaning(ReasonCode.UNREACHABLE, "the mailbox is full")
_NOT_ROUTED: Final = Meaning(ReasonCode.UNREACHABLE, "the recipient's server could not be reached")
_POLICY: Final = Meaning(ReasonCode.BLOCKED, "the server refuses to deliver to this recipient from this sender")
_UNPROVED: Final = Meaning(
    ReasonCode.BLOCKED, "the sender's domain does not prove its mail (SPF, DKIM, DMARC)", temporary=True
)
_CONTENT: Final = Meaning(ReasonCode.CONTENT_REJECTED, "the server took offence at the content")
_BUSY: Final = Meaning(CodeMeaning.THROTTLED, "the server takes no more for now", _LATER)
_REFUSED: Final = Meaning(ReasonCode.PROVIDER_REJECTED, "the server refused the message", temporary=True)

ALWAYS: Final[Mapping[int, Meaning]] = {
    421: _BUSY,
    530: LOGIN_REFUSED,
    534: LOGIN_REFUSED,
    535: LOGIN_REFUSED,
    538: LOGIN_REFUSED,
}
"""Codes that mean the same at every step: RFC 5321 section 3.8, RFC 4954 section 6."""

ENHANCED: Final[Mapping[str, Meaning]] = {
    "1.7": SENDER_REFUSED,
    "1.8": SENDER_REFUSED,
    "1.10": _NO_MAIL_THERE,
    "1.90": DAY_IS_FULL,
    "1": _NO_SUCH_ADDRESS,
    "2.1": _NO_SUCH_ADDRESS,
    "2.2": _FULL,
    "2.3": _TOO_LARGE,
    "2.252": SENDER_REFUSED,
    "3.4": _TOO_LARGE,
    "4": _NOT_ROUTED,
    "6": _CONTENT,
    "7.3": LOGIN_REFUSED,
    "7.8": LOGIN_REFUSED,
    "7.9": LOGIN_REFUSED,
    "7.11": LOGIN_REFUSED,
    "7.12": _POLICY,
    "7.13": _POLICY,
    "7.14": LOGIN_REFUSED,
    "7.17": _MOVED_ON,
    "7.18": _MOVED_ON,
    **dict.fromkeys(("7.20", "7.21", "7.22", "7.23", "7.24", "7.26", "7.29"), _UNPROVED),
    "7.25": SENDER_REFUSED,
    "7.27": SENDER_REFUSED,
    "7.28": _BUSY,
    "7.30": LOGIN_REFUSED,
    "7.57": LOGIN_REFUSED,
    "7.60": SENDER_REFUSED,
    "7.139": LOGIN_REFUSED,
    "7.232": DAY_IS_FULL,
    "7.233": DAY_IS_FULL,
    "7.236": DAY_IS_FULL,
    "7.501": SUSPENDED,
    "7.502": SUSPENDED,
    "7.503": SUSPENDED,
    "7.506": _NOT_SERVED,
    "7.508": _BUSY,
    "7.511": SUSPENDED,
    "7.606": SUSPENDED,
    **dict.fromkeys(("7.700", "7.705", "7.708", "7.750", "7.800"), SUSPENDED),
}
"""What the class of an enhanced status code means, or its first part. Codes with one and two digits are IANA's
(https://www.iana.org/assignments/smtp-enhanced-status-codes), longer ones are Exchange's
(https://learn.microsoft.com/en-us/troubleshoot/exchange/email-delivery/ndr/non-delivery-reports-in-exchange-online). In
IANA's list 7.12 and 7.13 are about logging in; Exchange says them of closed recipients, which is what people meet.
"""

PACE: Final[Mapping[str, Meaning]] = {
    "3.1": _BUSY,
    "3.2": _BUSY,
    "4.5": _BUSY,
    "7.28": _BUSY,
    "7.500": _BUSY,
    "7.501": _BUSY,
    "7.508": _BUSY,
}
"""4yz replies at the recipient or the message that are about the server or us, so that everybody waits."""

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
"""5yz replies whose enhanced code says no more: RFC 5321 section 4.2.3, RFC 7504."""

OTHERWISE: Final[Mapping[Step, Meaning]] = {
    Step.CONNECT: _NOT_SERVED,
    Step.TLS: _NOT_SERVED,
    Step.LOGIN: LOGIN_REFUSED,
    Step.SENDER: SENDER_REFUSED,
    Step.RECIPIENT: _REFUSED,
    Step.CONTENT: _REFUSED,
}
"""Any other 5yz. A refusal before the recipient is named is about the account, whoever the recipient is."""

POLICIES: Final[Mapping[Step, Meaning]] = {Step.RECIPIENT: _POLICY, Step.CONTENT: _CONTENT}
"""x.7.z: security and policy."""

_ABOUT_THIS_MESSAGE: Final = frozenset({Step.RECIPIENT, Step.CONTENT})
_AFTER_LOGIN: Final = frozenset({Step.SENDER, Step.RECIPIENT, Step.CONTENT})
_ENHANCED_CODE: Final = re.compile(r"[45]\.(\d{1,3})\.(\d{1,3})\b")


def judge(step: Step, code: int, text: str, recipient: str = "") -> Rejected | Deferred | Unknown:
    """Return what a refusal means. `text` is searched for codes and well-known words, and never shown: it may name
    people.

    A server that answers 4yz or 5yz, even after the final dot, has not taken the message (RFC 5321 section 4.2.1).
    """
    label = f"SMTP {code} {step.value}"
    if not 400 <= code < 600:
        detail = f"{label}: the reply makes no sense at this point."
        return Unknown(detail) if step is Step.CONTENT else Deferred(ReasonCode.UNREACHABLE, detail)
    found = said_of_account(text, recipient) if step in _AFTER_LOGIN else None
    if code < 500:
        return _for_now(step, code, text, found, label)
    return refusal(found or ALWAYS.get(code) or _permanent(step, code, text), label)


def _for_now(step: Step, code: int, text: str, found: Meaning | None, label: str) -> Deferred:
    """Greylisting, a full mailbox or a busy domain delays this message, longer each time. Anything else delays
    everybody.

    A temporary fault of an account makes it wait and does not pause it.
    """
    if found is None and step in _ABOUT_THIS_MESSAGE and (code != _CLOSING or about_recipient(text)):
        found = _enhanced(text, PACE)
        if found is None or about_recipient(text):
            return Deferred(_POSTPONED, f"{label}: the server asks to try this message again later")
    meaning = found or _BUSY
    if meaning.verdict is CodeMeaning.ACCOUNT:
        return Deferred("throttled", f"{label}: {meaning.words}", _MUCH_LATER, "account")
    judged = refusal(meaning, label)
    assert isinstance(judged, Deferred)  # noqa: S101 - these tables hold only faults of the account
    return judged


def _permanent(step: Step, code: int, text: str) -> Meaning:
    if step not in _ABOUT_THIS_MESSAGE:
        return REFUSED[step].get(code, OTHERWISE[step])
    if about_proof(text):
        return _UNPROVED
    found = _enhanced(text, ENHANCED)
    if found is None and _ENHANCED_CODE.match(text) and text.startswith("5.7."):
        return POLICIES[step]
    return found or REFUSED[step].get(code, OTHERWISE[step])


def _enhanced(text: str, table: Mapping[str, Meaning]) -> Meaning | None:
    found = _ENHANCED_CODE.match(text)
    return (table.get(f"{found[1]}.{found[2]}") or table.get(found[1])) if found else None
