"""The mails that we write ourselves: every real mail's thread survives, and every header is one that mail allows."""

import base64
import re
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.channels.header_encoding import one_line
from app.channels.smtp.adapter import Config
from app.channels.smtp.mime import compose
from app.domain.outbound import AttachmentFile, Outbound
from app.domain.threads import reply_headers, reply_subject
from app.mail.headers import Mailbox, decode_words, read_mailbox
from app.mail.message import parse_mail
from tests.channels.cases import CONVERSATION
from tests.channels.mail_cases import OUR_MESSAGE_ID, SMTP
from tests.mail.mails import REAL
from tests.table import table

SETTINGS = Config.model_validate({**SMTP.config, "host": "mail.example.com", "port": 587})
THREADING = ("Message-ID", "In-Reply-To", "References")


def written(message: Outbound = SMTP.message, **changes: Any) -> bytes:
    return compose(replace(message, **changes), "ann@example.com", SETTINGS)


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def head(raw: bytes) -> list[bytes]:
    return raw.partition(b"\r\n\r\n")[0].split(b"\r\n")


def field(raw: bytes, name: str) -> str:
    """A header's value as it stands on the wire, unfolded."""
    unfolded = re.sub(rb"\r\n(?=[ \t])", b"", raw.partition(b"\r\n\r\n")[0]).decode("ascii")
    return next(line.partition(": ")[2] for line in unfolded.split("\r\n") if line.startswith(f"{name}: "))


@table
@pytest.mark.parametrize("name", sorted(REAL))
def test_the_answer_to_every_real_mail_stays_in_its_thread(name: str) -> None:
    parent = parse_mail(REAL[name])
    headers = reply_headers(parent.message_id, parent.references, parent.in_reply_to)
    raw = written(in_reply_to=headers.in_reply_to, references=headers.references, subject=reply_subject(parent.subject))
    reply = parse_mail(raw)

    assert reply.in_reply_to == ((headers.in_reply_to,) if headers.in_reply_to else ())
    assert reply.references == headers.references
    assert reply.message_id == OUR_MESSAGE_ID
    assert reply.subject == reply_subject(parent.subject)
    assert not reply.automatic
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


def test_ids_longer_than_a_line_are_folded_between_and_never_encoded() -> None:
    thread = tuple(f"<{letter * 300}@mail.example.com>" for letter in "abcde")
    raw = written(in_reply_to=thread[-1], references=thread)

    assert field(raw, "In-Reply-To") == thread[-1]
    assert field(raw, "References") == " ".join(thread)
    assert all(len(line) <= 998 for line in head(raw))
    assert b"=?" not in raw.partition(b"Date: ")[0]


def test_the_longest_id_that_a_line_can_carry_is_carried() -> None:
    longest = f"<{'x' * 971}@example.com>"
    raw = written(in_reply_to=longest, references=("<a@example.com>", longest))

    assert field(raw, "In-Reply-To") == longest
    assert max(map(len, head(raw))) == 998


def test_a_mail_has_the_headers_of_a_person_s_reply() -> None:
    mail = read(written())

    assert mail["From"] == "Support <support@example.com>"
    assert mail["Reply-To"] == f"reply+{CONVERSATION.hex}@in.example.com"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail["Date"].datetime.tzinfo is not None
    assert "Auto-Submitted" not in mail
    assert "Precedence" not in mail
    assert [name for name, count in _counts(mail).items() if count > 1] == []


def _counts(mail: EmailMessage) -> dict[str, int]:
    names = [name.lower() for name in mail]
    return {name: names.count(name) for name in names}


def test_text_html_and_files_are_what_they_were() -> None:
    files = (
        AttachmentFile("Rechnung für Ann.pdf", "application/pdf", b"%PDF\x00\xff"),
        AttachmentFile("log.txt", "text/plain; charset=utf-8", b"one\r\ntwo\n"),
        AttachmentFile("old.eml", "message/rfc822", b"From: x@example.com\r\n\r\nHi"),
        AttachmentFile("odd\r\nBcc: a@example.com", "no type at all", b"?"),
    )
    mail = read(written(html="<p>Hi Änn</p>", attachments=files))
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    attached = list(mail.iter_attachments())

    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == [SMTP.message.text]
    assert html.get_content().splitlines() == ["<p>Hi Änn</p>"]
    assert [part.get_content_type() for part in attached] == [
        "application/pdf",
        "text/plain",
        "application/octet-stream",
        "application/octet-stream",
    ]
    assert [part.get_payload(decode=True) for part in attached] == [file.content for file in files]
    assert attached[0].get_filename() == files[0].filename
    assert "Bcc" not in {name for part in mail.walk() for name in part}


def test_every_byte_fits_the_oldest_server() -> None:
    raw = written(text="Grüße\n" + "ä" * 5_000, html="ö" * 5_000, subject="Re: " + "ü" * 300)

    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert read(raw)["Subject"] == "Re: " + "ü" * 300
    assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?[qb]\?[^?]*\?=", raw.partition(b"\r\n\r\n")[0]))


@given(subject=st.text(max_size=120), parent=st.text(max_size=40), text=st.text(max_size=200))
def test_no_text_of_anybody_adds_a_header_or_breaks_the_writing(subject: str, parent: str, text: str) -> None:
    raw = written(subject=subject, in_reply_to=parent, references=(parent,), text=text)
    known = {*THREADING, "X-Auto-Response-Suppress", "Date", "From", "To", "Reply-To", "Subject", "MIME-Version"}
    names = {line.partition(b":")[0].decode() for line in head(raw) if not line.startswith((b" ", b"\t"))}

    assert names - {"Content-Type", "Content-Transfer-Encoding"} <= known


def encoded(text: str, way: str) -> str:
    """The text as an encoded word, its line breaks too."""
    if way == "b":
        return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="
    return f"=?utf-8?{way}?{''.join(f'={byte:02X}' for byte in text.encode())}?="


INJECTION = "x\r\nBcc: everybody@evil.example\r\n\r\n<b>pay here</b>"
NESTED = st.recursive(
    st.sampled_from([INJECTION, "Bcc: a@evil.example", "plain", "ü"]) | st.text(max_size=20),
    lambda inner: st.builds(encoded, inner, st.sampled_from("bqBQ")) | st.builds("{} {}".format, inner, inner),
    max_leaves=6,
)
KNOWN_FIELDS = [
    "Message-ID",
    "X-Auto-Response-Suppress",
    "Date",
    "From",
    "To",
    "Reply-To",
    "Subject",
    "MIME-Version",
    "Content-Type",
]


def field_names(raw: bytes) -> list[str]:
    return [line.partition(b":")[0].decode() for line in head(raw) if not line.startswith((b" ", b"\t"))]


@given(subject=NESTED, filename=NESTED, name=NESTED)
@example(subject=encoded(encoded(INJECTION, "q"), "q"), filename=encoded(INJECTION, "q"), name=encoded(INJECTION, "b"))
@example(subject=encoded(INJECTION, "q"), filename=encoded(encoded(INJECTION, "b"), "q"), name="Ann")
def test_no_encoded_word_however_nested_writes_a_header(subject: str, filename: str, name: str) -> None:
    config = Config.model_validate(
        {**SETTINGS.model_dump(by_alias=True), "from": mailbox(name), "reply_to": mailbox(name)}
    )
    files = (AttachmentFile(filename, "text/plain", b"x"),)
    raw = compose(replace(SMTP.message, subject=subject, attachments=files), "ann@example.com", config)

    assert field_names(raw) == KNOWN_FIELDS
    part = raw.split(b"\r\n\r\n--")[2].partition(b"\r\n\r\n")[0]
    assert b"\r\nBcc" not in part
    assert raw.count(b"filename") == len(re.findall(rb"\r\n filename\*|; filename=", raw))
    assert decode_words(field(raw, "Subject")) == one_line(subject)
    assert (read_mailbox(field(raw, "From")) or SENT_BY).name == (shown(name) or None)
    assert [one.get_filename() or "" for one in read(raw).iter_attachments()] == [one_line(filename)]


SENT_BY = Mailbox("support@example.com", None)


def mailbox(name: str) -> str:
    """A name and an address, as somebody types it who knows how to quote."""
    quoted = shown(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <support@example.com>'


def shown(name: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())
