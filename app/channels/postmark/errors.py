"""What Postmark's error codes mean.

https://postmarkapp.com/developer/api/overview#error-codes
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from app.channels.provider_responses import CodeMeaning, Meaning
from app.domain.words import ReasonCode

INVALID_REQUEST: Final = 300
"""The code for anything that is wrong with an e-mail. Only its message says what."""

ERRORS: Final[Mapping[int, Meaning]] = {
    10: Meaning(CodeMeaning.ACCOUNT, "the server token is missing or wrong"),
    # Maintenance: Postmark is offline, so it did not take the message.
    100: Meaning(CodeMeaning.THROTTLED, "Postmark is down for maintenance", timedelta(minutes=1)),
    11: Meaning(ReasonCode.PROVIDER_REJECTED, "the request has several errors", temporary=True),
    300: Meaning(ReasonCode.PROVIDER_REJECTED, "the e-mail is not valid", temporary=True),
    400: Meaning(CodeMeaning.ACCOUNT, "the sender's address is not set up at Postmark"),
    401: Meaning(CodeMeaning.ACCOUNT, "the sender's address is not confirmed at Postmark"),
    402: Meaning(ReasonCode.PROVIDER_REJECTED, "the request was not understood", temporary=True),
    403: Meaning(ReasonCode.PROVIDER_REJECTED, "a field of the request is not valid", temporary=True),
    405: Meaning(CodeMeaning.ACCOUNT, "the Postmark account has no credits left"),
    # The address stays open: the code does not say which of the three it was, and a tenant may have lifted it since.
    # Postmark's webhooks say when an address is closed.
    406: Meaning(
        ReasonCode.BLOCKED, "Postmark no longer sends to this address: hard bounce, complaint or unsubscribed"
    ),
    409: Meaning(ReasonCode.PROVIDER_REJECTED, "the request was not understood", temporary=True),
    410: Meaning(ReasonCode.PROVIDER_REJECTED, "the batch holds too many messages", temporary=True),
    411: Meaning(ReasonCode.CONTENT_REJECTED, "an attachment is of a kind that Postmark does not send"),
    412: Meaning(CodeMeaning.ACCOUNT, "the Postmark account is waiting for approval"),
    413: Meaning(CodeMeaning.ACCOUNT, "the Postmark account may not send"),
    1221: Meaning(CodeMeaning.ACCOUNT, "the message stream is of a kind that cannot send"),
    1226: Meaning(CodeMeaning.ACCOUNT, "the message stream does not exist"),
    1235: Meaning(CodeMeaning.ACCOUNT, "the message stream does not exist"),
    1236: Meaning(CodeMeaning.ACCOUNT, "the message stream cannot send"),
}
"""ErrorCode of a response. It is never the HTTP status, though the numbers look alike."""

TOO_LARGE: Final = Meaning(ReasonCode.CONTENT_REJECTED, "the e-mail is larger than 10 MB")

_BAD_ADDRESS: Final = Meaning(ReasonCode.INVALID_RECIPIENT, "the recipient's address is not valid")
_BAD_SENDER: Final = Meaning(CodeMeaning.ACCOUNT, "the account's sender or reply address is not valid")
_BAD_CONTENT: Final = Meaning(ReasonCode.CONTENT_REJECTED, "the subject, the text or a file is not accepted")

REQUEST_PARTS: Final[Mapping[str, Meaning]] = {
    "to": _BAD_ADDRESS,
    "recipient": _BAD_ADDRESS,
    "recipients": _BAD_ADDRESS,
    "from": _BAD_SENDER,
    "sender": _BAD_SENDER,
    "replyto": _BAD_SENDER,
    "subject": _BAD_CONTENT,
    "textbody": _BAD_CONTENT,
    "htmlbody": _BAD_CONTENT,
    "body": _BAD_CONTENT,
    "attachment": _BAD_CONTENT,
    "attachments": _BAD_CONTENT,
}
"""What error 300 is about, by the first part of an e-mail that its message names, quoted or as a plain word."""

_QUOTED: Final = re.compile(r"['\"](\w+)['\"]")
_WORD: Final = re.compile(r"[A-Za-z]+")
_PLAIN_WORDS: Final = frozenset(REQUEST_PARTS) - {"to", "from", "sender"}
"""`to` and `from` are also ordinary words of a sentence."""


def about_request(message: str | None) -> Meaning:
    """Return what error 300 is about. The words of the message itself may name people."""
    text = message or ""
    quoted = [name.lower() for name in _QUOTED.findall(text)]
    plain = [word.lower() for word in _WORD.findall(text) if word.lower() in _PLAIN_WORDS]
    found = next((REQUEST_PARTS[name] for name in (*quoted, *plain) if name in REQUEST_PARTS), None)
    return found or ERRORS[INVALID_REQUEST]
