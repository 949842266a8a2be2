"""Text in headers: read once by a mail program, it is what it was."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.account_config import email_address
from app.channels.header_encoding import mailbox, unlike_encoded_words, unstructured
from app.channels.postmark import adapter
from app.channels.sendgrid import adapter as sendgrid_adapter
from app.domain.addresses import Address
from app.domain.outbound import AttachmentFile
from app.domain.words import Channel
from tests.channels.mail_cases import SENDGRID, SMTP

WORD = "=?utf-8?q?x=0D=0ABcc:_a=40evil.example?="


def test_a_short_plain_text_stays_readable() -> None:
    assert unstructured("Subject", "Re: Your order") == "Subject: Re: Your order\r\n"
    assert mailbox("From", "Ann Lee <ann@example.com>") == "From: Ann Lee <ann@example.com>\r\n"
    assert mailbox("From", '"Lee, Ann" <ann@example.com>') == 'From: "Lee, Ann" <ann@example.com>\r\n'
    assert mailbox("Reply-To", "ann@bücher.example") == "Reply-To: ann@xn--bcher-kva.example\r\n"


@given(st.text(alphabet="=?qQbButf-8 \n\x00ü", max_size=200))
def test_every_line_fits_and_says_what_it_said(text: str) -> None:
    lines = unstructured("Subject", text).split("\r\n")

    assert lines.pop() == ""
    assert all(len(line) <= 76 and line.isascii() for line in lines)
    assert all(line.startswith(" ") for line in lines[1:])
    assert unlike_encoded_words(text).replace("\N{WORD JOINER}", "") == text


def test_an_encoded_word_is_no_address() -> None:
    with pytest.raises(ValueError, match="is not an e-mail address"):
        email_address("=?utf-8?q?=0D=0ABcc=3A?=@example.com")
    assert Address.read(Channel.EMAIL, "=?utf-8?q?=0D=0ABcc=3A?=@example.com").wire is None


OUTBOUND = replace(SMTP.message, subject=WORD, attachments=(AttachmentFile(WORD, "text/plain", b"x"),))
SENDER = {"from": f'"{WORD}" <support@example.com>', "reply_to": f'"{WORD}" <support@example.com>'}
PAYLOADS = {
    "postmark": adapter._payload(OUTBOUND, adapter.Config.model_validate(SENDER)),
    "sendgrid": sendgrid_adapter._payload(
        OUTBOUND, "ann@example.com", sendgrid_adapter.Config.model_validate({**SENDGRID.config, **SENDER})
    ),
}


@pytest.mark.parametrize("provider", PAYLOADS)
def test_a_provider_that_writes_the_headers_gets_no_encoded_word(provider: str) -> None:
    written = json.dumps(PAYLOADS[provider], ensure_ascii=False)

    assert "=?" not in written
    assert written.replace("\N{WORD JOINER}", "").count(WORD) == 4  # subject, from, reply_to and the file's name
