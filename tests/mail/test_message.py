"""Reading e-mail: real ones, hostile ones, and any bytes at all."""

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.mail.message import MAX_MAIL_BYTES, Mail, UnreadableMail, parse_mail, root_id, thread_ids
from app.mail.mime import MAX_DEPTH, MAX_PARTS
from tests.mail.mails import REAL, mail, raw_mail, real, seconds
from tests.table import table

HEADER_LINES = st.sampled_from(
    [
        "From: Ann Lee <ann@example.com>",
        'From: "Lee, Ann" <ann@example.com',
        "Reply-To: =?utf-8?b?w6Q",
        "Message-ID: <a@example.com>",
        "References: <a@b> <<c> d> <é@x>",
        "Date: Mon, 31 Feb 2026 25:61:61 +9999",
        "Subject: =?x?q?=ff?= =?utf-8?B?////?=",
        "Content-Type: multipart/mixed; boundary=b",
        "Content-Type: multipart/alternative; boundary*1*=b; boundary*0=b",
        "Content-Type: text/html; charset=idna",
        "Content-Type: text/plain; charset*=\x00'x'%ff",
        "Content-Disposition: attachment; filename*0*=utf-8''%ff; filename*2=b; filename*=c",
        "Content-Transfer-Encoding: base64",
        "Content-Transfer-Encoding: quoted-printable",
        " folded",
        "no header at all",
        "--b",
        "--b--",
        "",
        "<p>text &#99999999999; =E4=C",
    ]
)


def assert_is_sound(one: Mail) -> None:
    """What the rest of the service relies on, whatever the mail was."""
    lines = [one.sender, one.sender_name, one.subject, one.message_id, *one.references, *one.attachment_names]
    assert one.sender.count("@") >= 1
    assert not any(len(line.splitlines()) > 1 or "\0" in line for line in lines if line)
    assert "\0" not in one.text
    assert one.sent_at is None or one.sent_at.tzinfo is UTC
    "".join([*(line or "" for line in lines), one.text]).encode()
    assert root_id(one) in {one.digest, one.message_id, *one.references, *one.in_reply_to}
    assert len(one.references) <= 21


@table
@pytest.mark.parametrize("name", REAL)
def test_every_real_mail_is_read(name):
    assert_is_sound(real(name))


def test_there_are_56_real_mails():
    assert len(REAL) == 56


@given(st.binary(max_size=2_000))
@example(b"")
@example(b"\n\n")
@example(b"From nobody")
def test_any_bytes_become_a_mail_or_a_reason(raw):
    assert_mail_or_reason(raw)


@given(st.lists(HEADER_LINES | st.text(max_size=40), max_size=12), st.sampled_from(["\n", "\r\n"]), st.data())
def test_broken_mail_becomes_a_mail_or_a_reason(lines, line_end, data):
    raw = line_end.join(lines).encode(data.draw(st.sampled_from(["utf-8", "utf-16", "utf-7"])), "replace")
    assert_mail_or_reason(raw)


@given(st.sampled_from(sorted(REAL)), st.integers(0), st.binary(min_size=1, max_size=30))
def test_a_damaged_real_mail_becomes_a_mail_or_a_reason(name, position, damage):
    at = position % (len(REAL[name]) + 1)
    assert_mail_or_reason(REAL[name][:at] + damage + REAL[name][at + len(damage) :])


def assert_mail_or_reason(raw: bytes) -> None:
    try:
        assert_is_sound(parse_mail(raw))
    except UnreadableMail as unreadable:
        assert_is_sentence(unreadable.reason)


def assert_is_sentence(reason: str) -> None:
    assert reason.endswith(".")


class TestUnreadable:
    @pytest.mark.parametrize(
        ("raw", "reason"),
        [
            (b"", "does not begin with header lines"),
            (b"Hello Ann,\n\nFrom: ann@example.com\n", "does not begin with header lines"),
            (b"Subject: Hello\n\nHello", "no sender address"),
            (b"From: undisclosed\nReply-To: nobody at all\n\n", "no sender address"),
            (b"From: " + b"a" * 250 + b"@example.com\n\n", "no sender address"),
            (b"From: ann@example.com\n\n" + b"x" * MAX_MAIL_BYTES, "larger than 25 MB"),
        ],
    )
    def test_the_reason_is_one_that_a_person_understands(self, raw, reason):
        with pytest.raises(UnreadableMail, match=reason):
            parse_mail(raw)

    def test_a_mail_of_too_many_parts_is_refused(self):
        with pytest.raises(UnreadableMail, match="1,000 parts"):
            mail("Content-Type: multipart/mixed; boundary=b", body="--b\r\n\r\n" * MAX_PARTS)

    def test_a_mail_nested_too_deeply_is_refused(self):
        nested = "".join(f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n" for level in range(900))
        with pytest.raises(UnreadableMail, match="levels deep"):
            parse_mail(b"From: ann@example.com\n" + nested.encode())

    def test_nesting_within_reason_is_read(self):
        nested = "".join(f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n" for i in range(MAX_DEPTH))
        assert parse_mail(f"From: ann@example.com\n{nested}\nHello".encode()).text == "Hello"


class TestSender:
    @pytest.mark.parametrize(
        ("written", "address", "name"),
        [
            ("ann@example.com", "ann@example.com", None),
            ("<ann@example.com>", "ann@example.com", None),
            ("Ann Lee <ann@example.com>", "ann@example.com", "Ann Lee"),
            ('"Ann \\"A\\" Lee" <ann@example.com>', "ann@example.com", 'Ann "A" Lee'),
            ('"bob@example.com" <ann@example.com>', "ann@example.com", "bob@example.com"),
            ("Lee, Ann <ann@example.com>", "ann@example.com", "Lee, Ann"),
            ("Ann <ann@example.com>, bob@example.com", "ann@example.com", "Ann"),
            ("ann@example.com, Bob <bob@example.com>", "ann@example.com", None),
            ("Ann Lee ann@example.com", "ann@example.com", "Ann Lee"),
            ("Ann Lee <ann@example.com", "ann@example.com", "Ann Lee"),
            ("ann@example.com bob@example.com", "ann@example.com", None),
            ("Ann (of (some) :-\\) fame) <ann(her)@example.com(host)>", "ann@example.com", "Ann"),
            ("Ann :( <ann@example.com>", "ann@example.com", "Ann :("),
            ("<@relay.test,@b.test:ann@example.com>", "ann@example.com", None),
            ("Staff: Ann <ann@example.com>, bob@example.com;", "ann@example.com", "Ann"),
            ("<nobody> ann@example.com", "ann@example.com", "nobody>"),
            ('"ann lee"@example.com', '"ann lee"@example.com', None),
            ("ann@[192.0.2.1]", "ann@[192.0.2.1]", None),
            ("=?iso-8859-1?Q?J=F6rg?= <ann@example.com>", "ann@example.com", "Jörg"),
            ("Jörg <jörg@exämple.com>", "jörg@exämple.com", "Jörg"),
        ],
    )
    def test_the_first_mailbox_is_found(self, written, address, name):
        one = parse_mail(raw_mail(f"From: {written}"))
        assert (one.sender, one.sender_name) == (address, name)

    @pytest.mark.parametrize("written", ["a@b@example.com", "@example.com", "ann@", "Ann Lee", "<>", '"'])
    def test_an_address_is_never_made_up(self, written):
        with pytest.raises(UnreadableMail):
            parse_mail(raw_mail(f"From: {written}"))

    def test_reply_to_goes_before_from(self):
        one = mail("Reply-To: Desk <desk@example.com>")
        assert [each.address for each in one.senders] == ["desk@example.com", "ann@example.com"]

    def test_a_reply_to_without_an_address_does_not_count(self):
        assert mail("Reply-To: me").sender == "ann@example.com"

    def test_a_mail_with_reply_to_only_can_be_answered(self):
        one = parse_mail(raw_mail("Reply-To: ann@example.com"))
        assert (one.sender, one.sender_name) == ("ann@example.com", None)


class TestHeaders:
    def test_a_malformed_line_costs_no_other_header(self):
        one = real("plain_emails-raw_email_incorrect_header")
        assert (one.sender, one.subject) == ("xxx@xxx.xxx", "Stop adware/spyware once and for all.")

    def test_obsolete_syntax_is_read(self):
        one = real("rfc2822-example13")
        assert (one.sender, one.subject) == ("jdoe@machine.example", "Saying Hello")
        assert one.sent_at == datetime(1997, 11, 21, 15, 55, 6, tzinfo=UTC)

    def test_a_line_of_an_mbox_before_the_headers_is_passed_over(self):
        assert real("plain_emails-raw_email_simple").sender == "mikel@nowhere.com"

    def test_text_that_follows_the_headers_without_an_empty_line_is_kept(self):
        one = parse_mail(b"From: ann@example.com\nHello there\n more\n\nBye")
        assert one.text == "Hello there\n more\n\nBye"

    def test_headers_alone_are_a_mail_without_text(self):
        assert parse_mail(b"\xef\xbb\xbfFrom: ann@example.com").text == ""

    @pytest.mark.parametrize(
        ("written", "subject"),
        [
            ("Payment failed", "Payment failed"),
            ("Payment\r\n\tfailed", "Payment failed"),
            ("=?utf-8?B?44G+44G/44KA?=\r\n =?utf-8?B?44KB44KC?=", "まみむめも"),
            ("=?utf-8?Q?=C3?= =?utf-8?Q?=A4?=", "ä"),
            ("=?utf-8*de?q?a_b?= and =?us-ascii?q?c?=", "a b and c"),
            ("=?nonsense?q?=E4?=", "ä"),
            ("=?utf-8?b?w6T?=", "ä"),
            ("=?utf-8?b?w6Qx*w?=", "ä1"),
            ("=?utf-8?q?a=0D=0ABcc:_b@example.com=00?=", "aBcc: b@example.com"),
            ("=?utf-8?x?what?= is this", "=?utf-8?x?what?= is this"),
            (b"Gr\xfc\xdfe", "Grüße"),
            ("Grüße, 你好 🙂", "Grüße, 你好 🙂"),
            ("a\x00b\x85c\u2028d", "abcd"),
            ("   ", None),
        ],
    )
    def test_the_subject_is_decoded_on_one_line(self, written, subject):
        assert mail(b"Subject: " + (written if isinstance(written, bytes) else written.encode())).subject == subject

    def test_the_first_of_repeated_subjects_counts(self):
        assert real("mime_emails-raw_email_with_binary_encoded").subject == "Testing outlook"

    @pytest.mark.parametrize(
        ("written", "sent_at"),
        [
            ("Fri, 1 May 2026 09:00:00 +0200", datetime(2026, 5, 1, 7, tzinfo=UTC)),
            ("1 May 26 09:00 GMT (a comment)", datetime(2026, 5, 1, 9, tzinfo=UTC)),
            ("Fri, 1 May 2026 09:00:00 -0000", datetime(2026, 5, 1, 9, tzinfo=UTC)),
            ("Mon, 30 Jun 3609 15:33:50 +0600", None),
            ("Fri, 31 Dec 9999 23:59:59 -0600", None),
            ("Pn, 29 paX 2007 21:13:00 +0100", None),
            ("Fri, 1 May 2026 09:00:00 +999999", None),
            ("yesterday", None),
            ("", None),
        ],
    )
    def test_a_date_is_utc_or_none(self, written, sent_at):
        assert mail(f"Date: {written}").sent_at == sent_at


@pytest.mark.parametrize(
    "header",
    [
        "Date: " + " " * 1_000_000,
        "From: " + '"\\' * 500_000,
        "From: " + "(" * 1_000_000,
        "From: " + "a@" * 500_000,
        "Subject: " + "=?a?q?" * 150_000,
        "References: " + "<a" * 500_000,
        'Content-Type: text/plain; x="' + ";" * 1_000_000,
    ],
    ids=lambda header: header[:20],
)
def test_hostile_headers_take_linear_time(header):
    assert seconds(lambda: mail(header)) < 5


class TestAutomatic:
    @pytest.mark.parametrize(
        "header",
        [
            "Auto-Submitted: auto-replied",
            "Auto-Submitted: auto-generated (rejected)",
            "Auto-Submitted:",
            "X-Autoreply: yes",
            "X-Autorespond: vacation",
            "Precedence: bulk",
            "Precedence: JUNK",
            "Precedence: auto_reply",
            "Return-Path: < >",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        ],
    )
    def test_a_machine_s_mail_is_known_by_its_marks(self, header):
        assert mail(header).automatic

    @pytest.mark.parametrize(
        "header",
        [
            "Auto-Submitted: no",
            "Auto-Submitted: No (a person); owner=ann",
            "Precedence: list",
            "Precedence: normal",
            "Return-Path: <ann@example.com>",
            "Content-Type: multipart/mixed; boundary=b",
            "X-Auto-Response-Suppress: OOF",
        ],
    )
    def test_a_person_s_mail_is_not_automatic(self, header):
        assert not mail(header).automatic

    def test_of_the_real_mails_only_the_bounce_is_automatic(self):
        automatic = [name for name in REAL if real(name).automatic]
        assert automatic == ["mime_emails-raw_email_with_mimepart_without_content_type"]


class TestThread:
    def test_a_mail_is_tied_to_its_nearest_ancestor_first(self):
        one = mail("In-Reply-To: <c@x>", "References: <a@x>", "References: <b@x> <c@x>")
        assert thread_ids(one) == ("<c@x>", "<b@x>", "<a@x>")
        assert root_id(one) == "<a@x>"

    def test_without_references_a_single_in_reply_to_names_the_thread(self):
        assert root_id(mail("Message-ID: <b@x>", "In-Reply-To: <a@x>")) == "<a@x>"

    def test_several_in_reply_to_ids_are_no_thread_of_their_own(self):
        one = mail("Message-ID: <c@x>", "In-Reply-To: <a@x> <b@x>")
        assert (root_id(one), thread_ids(one)) == ("<c@x>", ("<a@x>", "<b@x>"))

    def test_a_first_mail_names_its_thread(self):
        one = mail("Message-ID: <a@x>")
        assert (root_id(one), thread_ids(one)) == ("<a@x>", ())

    def test_a_mail_without_any_id_is_known_by_its_file(self):
        raw = raw_mail("From: ann@example.com", body="Hello")
        assert parse_mail(raw).message_id is None
        assert root_id(parse_mail(raw)) == hashlib.sha256(raw).hexdigest()

    def test_a_real_answer_lands_in_the_thread_of_its_question(self):
        question, answer, thanks = (real(f"rfc2822-example{number}") for number in ("01", "06", "07"))
        assert root_id(question) == root_id(answer) == root_id(thanks) == question.message_id

    def test_of_a_long_thread_the_first_and_the_last_twenty_are_kept(self):
        one = mail("References: " + "\r\n ".join(f"<{number}@x>" for number in range(50)))
        assert one.references == ("<0@x>", *(f"<{number}@x>" for number in range(30, 50)))
