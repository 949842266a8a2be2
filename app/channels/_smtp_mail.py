"""Writing the reply as a mail (RFC 5322, MIME)."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from app.channels._mail import MailSettings, reply_headers, subject_line
from app.domain.messaging import AttachmentFile, Outbound

_POLICY: Final = SMTP.clone(cte_type="7bit", max_line_length=76)
"""Seven bits pass through every server, also one without 8BITMIME (RFC 6152). A folded line of 76 characters leaves
the 75 that an encoded word may have (RFC 2047 section 2), where the package's own 78 makes it two too long."""

_ANY_FILE: Final = ("application", "octet-stream")


def compose(outbound: Outbound, recipient: str, settings: MailSettings) -> bytes:
    """Write the whole mail, lines ended by CRLF.

    The threading headers are written by hand, one id a line and never encoded: up to Python 3.13 the email package
    writes an id that is longer than a line as an encoded word, which mail programs do not recognise any more
    (https://github.com/python/cpython/issues/79986).
    """
    head = "".join(f"{name}: {_folded(value)}\r\n" for name, value in reply_headers(outbound, settings.domain))
    return head.encode("ascii") + _content(outbound, recipient, settings).as_bytes()


def _folded(value: str) -> str:
    return value.replace("> <", ">\r\n <")


def _content(outbound: Outbound, recipient: str, settings: MailSettings) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    message["Date"] = datetime.now(UTC)
    message["From"] = settings.sender
    message["To"] = recipient
    if (answers_to := settings.answers_to(outbound.conversation_id)) is not None:
        message["Reply-To"] = answers_to
    message["Subject"] = subject_line(outbound.subject)
    message.set_content(outbound.text)
    if outbound.html is not None:
        message.add_alternative(outbound.html, subtype="html")
    for file in outbound.attachments:
        maintype, subtype = _media_type(file)
        message.add_attachment(file.content, maintype=maintype, subtype=subtype, filename=subject_line(file.filename))
    return message


def _media_type(file: AttachmentFile) -> tuple[str, str]:
    """A file's type; what holds other parts may not be encoded (RFC 2046 section 5), so it goes as plain bytes."""
    maintype, _, subtype = file.content_type.partition(";")[0].strip().lower().partition("/")
    is_token = all(
        part.isascii() and part.replace("-", "").replace(".", "").replace("+", "").isalnum()
        for part in (maintype, subtype)
    )
    return (maintype, subtype) if is_token and maintype not in ("message", "multipart") else _ANY_FILE
