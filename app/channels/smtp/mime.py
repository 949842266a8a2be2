"""Writing the reply as a mail (RFC 5322, MIME)."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import Final, Self, cast

from app.channels import header_encoding as words
from app.channels.mail_rules import MailSettings, reply_headers
from app.domain.outbound import AttachmentFile, Outbound

_POLICY: Final = SMTP.clone(cte_type="7bit", max_line_length=76)
"""Seven-bit text passes through every server, even one without 8BITMIME (RFC 6152)."""

_ANY_FILE: Final = ("application", "octet-stream")


class _Field(str):
    """A part's header field that is already written, so that the email package does not read it again."""

    name: str

    def __new__(cls, name: str, value: str) -> Self:
        written = super().__new__(cls, value)
        written.name = name
        return written

    def fold(self, *, policy: EmailPolicy) -> str:  # noqa: ARG002 - the email package's signature
        return f"{self.name}: {self}\r\n"


def compose(outbound: Outbound, recipient: str, settings: MailSettings) -> bytes:
    """Return the whole mail, with CRLF line ends.

    The email package writes only the body. `_header_words` writes the headers that hold text. Threading headers are
    written here too, one id per line and never encoded: until Python 3.13 the package turns an id that is longer than a
    line into an encoded word, which mail programs do not recognise (https://github.com/python/cpython/issues/79986).
    """
    head = "".join(f"{name}: {_folded(value)}\r\n" for name, value in reply_headers(outbound, settings.domain))
    head += f"Date: {format_datetime(datetime.now(UTC))}\r\n"
    head += words.mailbox("From", settings.sender)
    head += f"To: {recipient}\r\n"
    if (answers_to := settings.answers_to(outbound.conversation_id)) is not None:
        head += words.mailbox("Reply-To", answers_to)
    head += words.unstructured("Subject", outbound.subject or "")
    return head.encode("ascii") + _content(outbound).as_bytes()


def _folded(value: str) -> str:
    return value.replace("> <", ">\r\n <")


def _content(outbound: Outbound) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    message.set_content(outbound.text)
    if outbound.html is not None:
        message.add_alternative(outbound.html, subtype="html")
    for file in outbound.attachments:
        maintype, subtype = _media_type(file)
        message.add_attachment(file.content, maintype=maintype, subtype=subtype)
        part = cast(list[EmailMessage], message.get_payload())[-1]
        part.replace_header("Content-Disposition", _Field("Content-Disposition", words.filename(file.filename)))
    return message


def _media_type(file: AttachmentFile) -> tuple[str, str]:
    """Return a file's type. A type that holds other parts may not be encoded (RFC 2046 section 5): it is sent as plain
    bytes.
    """
    maintype, _, subtype = file.content_type.partition(";")[0].strip().lower().partition("/")
    is_token = all(
        part.isascii() and part.replace("-", "").replace(".", "").replace("+", "").isalnum()
        for part in (maintype, subtype)
    )
    return (maintype, subtype) if is_token and maintype not in ("message", "multipart") else _ANY_FILE
