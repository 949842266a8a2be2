"""What mail servers say of the account in words, where their codes say something else, or nothing.

Sources, read 2026-11-29:
Gmail     https://support.google.com/a/answer/3726730
Exchange  https://learn.microsoft.com/en-us/troubleshoot/exchange/email-delivery/ndr/non-delivery-reports-in-exchange-online
SES       https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
          https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html
Postfix   https://www.postfix.org/postconf.5.html (the texts of smtpd's restrictions)
cPanel    https://docs.cpanel.net/knowledge-base/email/ (limits on mail per hour, and outgoing mail that is suspended)
Yahoo     https://senders.yahooinc.com/smtp-error-codes/
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from re import Pattern
from typing import Final

from app.channels.provider_responses import CodeMeaning, Meaning


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that mean the same from any server."""

    pattern: Pattern[str]
    meaning: Meaning
    example: str
    """An example, as a server writes it."""
    server: str


def _phrase(pattern: str, meaning: Meaning, server: str, example: str) -> Phrase:
    return Phrase(re.compile(pattern), meaning, example, server)


_WORDS: Final = r"[^;]{0,60}"
"""What may stand between two words of one phrase."""

_RECIPIENT: Final = re.compile(
    r"receiving (mail|messages?) (too|at a rate)|receive limit|recipient thread|storedrv\.deliver\b|tried to reach"
    r"|\bsaid:|in reply to|(by|to|for) (the |this |that )?(recipient|addressee|mailbox owner)\b"
    r"|(by|to) (the|this|that) (user|group|list|mailbox)\b|for (group|mailbox|public folder)\b"
    r"|rcpt domain|resolver\.|gr[ea]ylist|callout|customer block ?list|tenant allow"
    r"|(?<!external )recipient (address )?rate limit"
    r"|mailbox has exceeded(?![^;]{0,60}\b(send|sent|outgoing|outbound|submission|relay))"
    r"|recipient'?s? (mail(box|server)?|inbox|server|domain|has|is)\b|undeliverable address|mailbox (is )?(full|over)"
    r"|may not exist"
)
"""What is about one recipient, whatever else it says: their mailbox's rate and space, whom they let in, and what their
server said."""

_SIZE: Final = re.compile(r"\bsize\b|too (large|big|long)|larger than")

DAY_IS_FULL: Final = Meaning(CodeMeaning.QUOTA, "the account has sent as many mails as the server allows for now")
TOO_FAST: Final = Meaning(CodeMeaning.THROTTLED, "the account sends too fast for the server", timedelta(minutes=1))
SYSTEM_FULL: Final = Meaning(CodeMeaning.THROTTLED, "the server is out of room, or too busy", timedelta(minutes=1))
LOGIN_REFUSED: Final = Meaning(CodeMeaning.ACCOUNT, "the user name and password are not accepted, or are asked for")
SENDER_REFUSED: Final = Meaning(CodeMeaning.ACCOUNT, "the server does not accept the account's sender")
SUSPENDED: Final = Meaning(CodeMeaning.ACCOUNT, "the server has suspended the account, or blocks its mail")
_RELAY: Final = Meaning(CodeMeaning.ACCOUNT, "the server does not send mail to other domains for this account")
_CLIENT: Final = Meaning(CodeMeaning.ACCOUNT, "the server does not accept mail from this service's network address")

_PERIOD: Final = r"(dai?ly|hourly|monthly|per[ -](hour|day|month)|24[ -]?h(ou)?rs?)"
_SENDING: Final = r"(sending|send|submission|relay|outgoing|outbound|messaging|sender)"

PHRASES: Final[Sequence[Phrase]] = (
    _phrase(
        rf"\b{_PERIOD}\b{_WORDS}\b(limits?|quota)\b",
        DAY_IS_FULL,
        "Gmail, SES",
        "550 5.4.5 Daily user sending limit exceeded.",
    ),
    _phrase(
        r"rate[ -]?limit|\bper[ -](second|minute)\b|(sending|submission) rate|\bpeak\b|sender thread limit|slow down",
        TOO_FAST,
        "SES, Exchange",
        "454 Throttling failure: Maximum sending rate exceeded.",
    ),
    _phrase(
        rf"\b{_SENDING}\b{_WORDS}\b(limits?|quota)\b|message (count|submission) quota",
        DAY_IS_FULL,
        "Exchange, Postfix with a policy server",
        "554 5.2.2 Submission quota exceeded.",
    ),
    _phrase(
        rf"\bexceed\w*{_WORDS}\b(limits?|quota|max\w*|number){_WORDS}\b{_PERIOD}|messag\w+ limits?\b",
        DAY_IS_FULL,
        "cPanel",
        "550 Domain acme.test has exceeded the max emails per hour (200/200 (100%)) allowed. Message discarded.",
    ),
    _phrase(
        r"(limit|quota) for message recipients|recipients (received )?(this|per|in an) (hour|day)",
        DAY_IS_FULL,
        "Exchange, Yahoo",
        "452 Too many recipients received this hour",
    ),
    _phrase(
        r"throttl|(mail|messages?|send\w*|connect\w*) (too|more) (fast|quickly|often|frequently)",
        TOO_FAST,
        "SES",
        "454 Throttling failure: Try again.",
    ),
    _phrase(
        r"too (many|much) (concurrent )?(smtp )?(mails?|e-?mails?|messages|connections|sessions|requests|errors"
        r"|login attempts)|unusual (rate|sending activity)",
        TOO_FAST,
        "Postfix, Zoho",
        "450 4.7.1 Error: too much mail from 192.0.2.7",
    ),
    _phrase(
        r"insufficient system (storage|resources)|server (is )?(too )?busy|queue file write error|space shortage",
        SYSTEM_FULL,
        "Postfix, Exim",
        "452 4.3.1 Insufficient system storage",
    ),
    _phrase(
        r"authentication (is )?(required|failed|unsuccessful)|requires? (smtp )?authentication"
        r"|must (first )?authenticate|(client was|you are) not authenticated|log ?in first|invalid credentials"
        r"|unauthenticated senders|smtp auth\w*( is)? (required|disabled)|turn on smtp auth"
        r"|username and password not accepted",
        LOGIN_REFUSED,
        "Gmail, cPanel",
        "550 Please turn on SMTP Authentication in your mail client",
    ),
    _phrase(
        r"send ?as ?denied|permissions? to send as|not (one of your|owned by)|verified sender identity"
        r"|(not|n't) (allowed|authorized|permitted) to send(?! (mail |e-?mail |messages? )?to\b)"
        r"|address (is )?not verified|bad outbound sender|relaying disallowed as",
        SENDER_REFUSED,
        "Exchange, SES",
        "554 5.2.252 SendAsDenied; help@acme.test not allowed to send as support@acme.test",
    ),
    _phrase(
        r"sender (address )?(unauthorized|rejected|verify failed|denied|not allowed|verification failed|is not)"
        r"|invalid sender|sender'?s? (address )?domain (must|does not|not found)|domain of sender",
        SENDER_REFUSED,
        "Postfix, Exim",
        "553 5.7.1 <support@acme.test>: Sender address rejected: not owned by user help",
    ),
    _phrase(
        r"relay(ing)? (to \S+ )?(access )?(is )?(denied|not (permitted|allowed)|prohibited)"
        r"|(unable|not permitted) to relay|do not relay|allowed rcpthosts",
        _RELAY,
        "Postfix, Exim, Exchange",
        "554 5.7.1 <ann@example.com>: Relay access denied",
    ),
    _phrase(
        r"client host|helo command rejected|banned sending ip|blocked using|connections? (will )?not (be )?accepted"
        r"|\bip\b[^;]{0,50}(not authorized|not allowed|banned|block|listed)",
        _CLIENT,
        "Postfix, Yahoo",
        "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org",
    ),
    _phrase(
        r"(your|sender'?s?|sending) (e-?mail )?(account|address|domain|ip|privileges|mailbox|user)\b"
        rf"{_WORDS}(suspend|disabled|locked|block|banned|restrict|paused)"
        rf"|outgoing (e-?)?(mail|messages?)\b{_WORDS}(suspend|disabled|block)"
        r"|sending (is |has been )?(suspended|paused|disabled)|possible abuse|actual verdict is|outboundspam",
        SUSPENDED,
        "SES, cPanel, Outlook, Yahoo",
        "554 Sending paused for this account.",
    ),
)
"""The first match counts."""

_PROOF: Final = re.compile(r"\b(dmarc|spf|dkim)\b")


def about_recipient(text: str) -> bool:
    """Whether a reply is about one recipient, whatever else it says."""
    return _RECIPIENT.search(_plain(text)) is not None


def about_proof(text: str) -> bool:
    """Whether a domain's policy against forged mail is behind a refusal. Other domains may have none."""
    return _PROOF.search(_plain(text)) is not None


def said_of_account(text: str, recipient: str = "") -> Meaning | None:
    """Return what a reply says about the account, whoever the recipient is; None if nothing."""
    plain = _plain(text)
    if any(pattern.search(plain) for pattern in (_RECIPIENT, _SIZE, _PROOF)):
        return None
    # In its sandbox, SES ends with the unverified address, which may be the recipient's.
    if recipient and "not verified" in plain and plain.rstrip(".").endswith(recipient.lower()):
        return None
    return next((phrase.meaning for phrase in PHRASES if phrase.pattern.search(plain)), None)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
