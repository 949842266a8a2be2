"""Mail of programs that know half of the rules: headers that nobody encoded, forgotten brackets, broken encodings."""

import binascii
from datetime import UTC, datetime

import pytest

from app.mail.automatic import is_automatic
from app.mail.headers import Mailbox, read_mailbox
from app.mail.message import parse_mail
from tests.mail.mails import mail

WRITTEN = [
    ("koi8-r", "koi8_r", "Привет"),
    ("gb2312", "gb18030", "您好"),
    ("shift_jis", "cp932", "日本語"),
    ("euc-kr", "euc_kr", "안녕"),
    ("iso-8859-2", "iso8859_2", "Žluť"),
    ("windows-1255", "cp1255", "שלום"),
    ("utf-8", "cp1252", "Grüße"),
    ("koi8-r", "utf-8", "Привет"),
]
FILE = b"begin 644 a.bin\n" + binascii.b2a_uu(b"Hello") + b"`\nend\n"


def parts(charset: str, text: bytes, name: bytes) -> bytes:
    plain = b"--b\nContent-Type: text/plain; charset=%s\n\n%s\n" % (charset.encode(), text)
    return plain + b'--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="%s"\n\n--b--' % name


@pytest.mark.parametrize(("charset", "codec", "text"), WRITTEN)
def test_headers_that_nobody_encoded_are_in_the_charset_of_the_text(charset: str, codec: str, text: str) -> None:
    raw = text.encode(codec)
    head = b"From: %s <ann@example.test>\nSubject: %s\n" % (raw, raw)
    whole = parse_mail(head + b"Content-Type: text/plain; charset=%s\n\nHi" % charset.encode())
    assert (whole.sender_name, whole.subject) == (text, text)
    mixed = parse_mail(head + b"Content-Type: multipart/mixed; boundary=b\n\n" + parts(charset, b"Hi", raw + b".pdf"))
    assert (mixed.sender_name, mixed.subject, mixed.attachment_names) == (text, text, (f"{text}.pdf",))


@pytest.mark.parametrize(
    "disposition",
    [
        "filename*=utf-8''%C3%BC.pdf",
        "filename*=%C3%BC.pdf",
        "filename*=x-unknown''%C3%BC.pdf",
        "filename=\"x.pdf\"; filename*=utf-8''%C3%BC.pdf",
        "filename*=utf-8''%C3%BC.pdf; filename=\"x.pdf\"",
        "filename*0*=utf-8''%C3; filename*1*=%BC; filename*2=\".pdf\"",
        'filename="=?utf-8?B?w7wucGRm?="',
        "filename*=x-user-defined''%C3%BC.pdf; name=x",
    ],
)
def test_a_file_s_name_is_the_better_one_of_two(disposition: str) -> None:
    written = mail("Content-Type: application/pdf", f"Content-Disposition: attachment; {disposition}", body=b"x")
    assert written.attachment_names == ("ü.pdf",)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("base64", b"SGFsbG8=\nSGFsbG8="),
        ("base64", b"SGFsbG8=\nSGFs\nbG8=\n\nYou are on the list.\n"),
        ("quoted-printable", b"Hallo=  \nHallo"),
    ],
)
def test_encodings_that_are_broken_on_the_way(encoding: str, body: bytes) -> None:
    assert mail(f"Content-Transfer-Encoding: {encoding}", body=body).text == "HalloHallo"


def test_a_file_inside_a_text_is_named_and_not_read() -> None:
    whole = mail(body=b"See below.\n\n" + FILE + b"Bye")
    assert (whole.text.split(), whole.attachment_names) == (["See", "below.", "Bye"], ("a.bin",))
    assert mail(body=b"begin 644 to end\nof the work\n").attachment_names == ()
    assert mail(body=FILE.replace(b"a.bin", b"a\0.b\0in")).attachment_names == ("a.bin",)


@pytest.mark.parametrize(
    ("written", "message_id"),
    [
        ("abc@h.test", "<abc@h.test>"),
        ("abc@h.test>", "<abc@h.test>"),
        ("abc123", "<abc123>"),
        ("=?utf-8?q?=3Cabc=40h=2Etest=3E?=", "<abc@h.test>"),
        ("not one", None),
    ],
)
def test_an_id_without_brackets_or_in_encoded_words(written: str, message_id: str | None) -> None:
    assert mail(f"Message-ID: {written}").message_id == message_id


def test_an_answer_to_an_encoded_id_finds_its_thread() -> None:
    assert mail("In-Reply-To: =?utf-8?q?=3Cabc=40h=2Etest=3E?=").in_reply_to == ("<abc@h.test>",)


@pytest.mark.parametrize("date", ["2026-11-27T10:00:00Z", "2026-11-27 10:00:00 +0000", "2026-11-27T11:00:00+01:00"])
def test_a_date_of_a_program_that_is_no_mail_program(date: str) -> None:
    assert mail(f"Date: {date}").sent_at == datetime(2026, 11, 27, 10, tzinfo=UTC)


def test_a_mail_of_an_old_mac_has_lines() -> None:
    whole = parse_mail(b"From: ann@example.test\rSubject: Hi\r\rone\rtwo")
    assert (whole.subject, whole.text) == ("Hi", "one\ntwo")


@pytest.mark.parametrize("label", ["win-1251", "cp-1251", "windows1251", "x-windows-1251", "x-cp1251", "csWindows1251"])
def test_a_label_is_known_in_the_spellings_that_programs_write(label: str) -> None:
    assert mail(f"Content-Type: text/plain; charset={label}", body="Привет".encode("cp1251")).text == "Привет"


@pytest.mark.parametrize(
    "headers",
    [
        {"subject": "[Auto-Reply] Your mail"},
        {"subject": "Afwezig: tot maandag"},
        {"subject": "自动回复：订单"},
        {"subject": "Re\u0301ponse automatique : bonjour"},
        {"content-type": "message/delivery-status"},
        {"x-autoreply-domain": "example.test"},
        {"from": "Mail Delivery System <noreply@example.test>"},
        {"from": '"Mailer Daemon" <bounces@example.test>'},
    ],
)
def test_further_marks_of_machines(headers: dict[str, str]) -> None:
    assert is_automatic(headers)


def test_the_names_of_iana_s_own_list_are_known() -> None:
    assert mail("Content-Type: text/plain; charset=csWindows31J", body="①".encode("cp932")).text == "①"


@pytest.mark.parametrize("encoding", ["7bit; base64", "base64, 8bit", "x-base64"])
def test_the_encoding_is_found_among_several_words(encoding: str) -> None:
    assert mail(f"Content-Transfer-Encoding: {encoding}", body=b"R3LDvMOfZQ==").text == "Grüße"


@pytest.mark.parametrize("body", [b"R3LDvA==\r\nw59l", b"R3LDvMOfZQ==\nIG9r\nIG9r\n"])
def test_lines_that_were_encoded_alone_are_all_read(body: bytes) -> None:
    assert mail("Content-Transfer-Encoding: base64", body=body).text in ("Grüße", "Grüße ok ok")


@pytest.mark.parametrize("kind", ["plain; name=body.txt", "enriched", "markdown"])
def test_a_text_beside_an_empty_one_is_the_message(kind: str) -> None:
    parts = f"--b\r\n\r\n  \r\n--b\r\nContent-Type: text/{kind}\r\n\r\nMy card is refused.\r\n--b--"
    whole = mail("Content-Type: multipart/mixed; boundary=b", body=parts.encode())
    assert (whole.text, whole.attachment_names) == ("My card is refused.", ())


def test_an_invitation_is_no_text() -> None:
    assert mail("Content-Type: text/calendar", body=b"BEGIN:VCALENDAR").text == ""


def test_a_charset_in_a_comment_is_not_declared() -> None:
    page = "<!-- <meta charset=koi8-r> --><meta charset=windows-1251><p>Привет".encode("cp1251")
    assert mail("Content-Type: text/html", body=page).text == "Привет"


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("Ann <ann lee@example.test>", "lee@example.test"),
        ("Ann <Ann ann@example.test>", "ann@example.test"),
        ('Ann <"a b"@example.test>', '"a b"@example.test'),
    ],
)
def test_white_space_makes_no_other_person_s_address(sender: str, address: str) -> None:
    found = read_mailbox(sender)
    assert found is None or found.address == address


@pytest.mark.parametrize("sender", ["<ann @example.test>", "< ann@example. test >", "<ann@exam ple.test>"])
def test_a_broken_fold_in_an_address_is_mended(sender: str) -> None:
    assert read_mailbox(f"Ann {sender}") == Mailbox("ann@example.test", "Ann")
