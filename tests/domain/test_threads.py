"""A reply's headers: they tie it to its mail in the customer's mail program, and carry nothing else."""

import email
import re
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.threads import (
    MAX_ID_CHARACTERS,
    NO_SUBJECT,
    ReplyHeaders,
    is_clean_message_id,
    read_message_ids,
    reply_headers,
    reply_subject,
)
from app.mail.message import Mail, parse_mail
from tests.mail.mails import REAL, real
from tests.table import table

ON_THE_WIRE = SMTP.clone(max_line_length=998)
"""As replies are sent: with shorter lines the email package encodes long ids, and threads break."""

CLEAN_IDS = st.from_regex(r"<[!-;=?-~]{1,300}>", fullmatch=True).filter(is_clean_message_id)
IDS = CLEAN_IDS | st.text(max_size=60) | st.sampled_from(["", "<>", "<a b@x>", "<a@x>\r\nBcc: <b@x>", "a@x", "<ä@x>"])
KNOWN_HEADERS = {
    *("from", "subject", "in-reply-to", "references"),
    *("mime-version", "content-type", "content-transfer-encoding"),
}


def compose(headers: ReplyHeaders, subject: str) -> bytes:
    reply = EmailMessage(policy=ON_THE_WIRE)
    reply["From"] = "support@example.com"
    reply["Subject"] = subject
    if headers.in_reply_to is not None:
        reply["In-Reply-To"] = headers.in_reply_to
    if headers.references:
        reply["References"] = " ".join(headers.references)
    reply.set_content("Our payments provider is back up.")
    return reply.as_bytes()


def answer_to(parent: Mail) -> bytes:
    return compose(
        reply_headers(parent.message_id, parent.references, parent.in_reply_to), reply_subject(parent.subject)
    )


def raw_header(raw: bytes, name: str) -> str | None:
    """The header as it stands on the wire, unfolded and not decoded."""
    found = re.search(rb"^%s:((?:.*\r\n[ \t])*.*)\r\n" % name.encode(), raw, re.MULTILINE)
    return re.sub(r"\r\n[ \t]+", " ", found[1].decode("ascii")).strip() if found else None


def expected_headers(parent: Mail) -> tuple[str | None, str | None]:
    """RFC 5322 section 3.6.4 once more, for parents of short threads with one id in each place."""
    if parent.message_id is None or " " in parent.message_id:
        return None, None
    return parent.message_id, " ".join([*(parent.references or parent.in_reply_to), parent.message_id])


each_real_mail = pytest.mark.parametrize("name", REAL)


class TestAnswersToRealMail:
    @table
    @each_real_mail
    def test_ids_are_neither_encoded_nor_split(self, name):
        raw = answer_to(real(name))
        assert (raw_header(raw, "In-Reply-To"), raw_header(raw, "References")) == expected_headers(real(name))

    @table
    @each_real_mail
    def test_there_is_one_re_at_most_and_the_subject_is_intact(self, name):
        subject = email.message_from_bytes(answer_to(real(name)), policy=default)["Subject"]
        assert len(re.findall(r"\bRe:", subject, re.IGNORECASE)) == 1
        assert subject.removeprefix("Re: ") == (real(name).subject or NO_SUBJECT).removeprefix("Re: ")

    @table
    @each_real_mail
    def test_no_header_is_added_and_no_line_is_too_long(self, name):
        raw = answer_to(real(name))
        composed = email.message_from_bytes(raw, policy=default)
        assert {key.lower() for key in composed} <= KNOWN_HEADERS
        assert max(map(len, raw.split(b"\r\n"))) <= 998

    @table
    @each_real_mail
    def test_an_answer_to_the_answer_stays_in_the_thread(self, name):
        answer = answer_to(real(name)).replace(b"From:", b"Message-ID: <ours@example.com>\r\nFrom:", 1)
        sent = parse_mail(answer)
        second = reply_headers(sent.message_id, sent.references, sent.in_reply_to)
        assert second == ReplyHeaders("<ours@example.com>", (*sent.references, "<ours@example.com>"))


class TestReplyHeaders:
    def test_references_are_the_parent_s_and_the_parent(self):
        assert reply_headers("<c@x>", ("<a@x>", "<b@x>"), ("<z@x>",)) == ReplyHeaders(
            "<c@x>", ("<a@x>", "<b@x>", "<c@x>")
        )

    def test_a_single_in_reply_to_stands_in_for_missing_references(self):
        assert reply_headers("<b@x>", (), ("<a@x>",)).references == ("<a@x>", "<b@x>")

    def test_several_in_reply_to_ids_do_not(self):
        assert reply_headers("<c@x>", (), ("<a@x>", "<b@x>")).references == ("<c@x>",)

    @pytest.mark.parametrize(
        "parent", [None, "", "<>", "a@x", "<a @x>", "<ä@x>", "<a@x>\r\nBcc: b@x", "<=?utf-8?q?a?=>"]
    )
    def test_a_parent_without_an_id_gives_neither_header(self, parent):
        assert reply_headers(parent, ("<a@x>",), ("<a@x>",)) == ReplyHeaders(None, ())

    def test_ids_appear_once_and_the_parent_last(self):
        assert reply_headers(" <a@x> ", ("<a@x>", "<b@x>", " <b@x>"), ()).references == ("<b@x>", "<a@x>")

    def test_unclean_ids_are_left_out(self):
        assert reply_headers("<b@x>", ("<a @x>", "<a@x>", "junk"), ()).references == ("<a@x>", "<b@x>")

    def test_of_a_long_thread_the_first_and_the_last_twenty_are_kept(self):
        older = tuple(f"<{number}@x>" for number in range(50))
        assert reply_headers("<50@x>", older, ()).references == ("<0@x>", *older[31:], "<50@x>")
        assert reply_headers("<20@x>", older[:20], ()).references == (*older[:20], "<20@x>")

    @given(IDS, st.lists(IDS, max_size=45), st.lists(IDS, max_size=3))
    @example("<a@x>", ["<" + "r" * (MAX_ID_CHARACTERS - 2) + ">"] * 3, [])
    @example("<" + "p" * (MAX_ID_CHARACTERS - 2) + ">", ["<a@x>"], [])
    def test_any_ids_come_through_the_email_package_as_they_are(self, parent, references, in_reply_to):
        headers = reply_headers(parent, tuple(references), tuple(in_reply_to))
        raw = compose(headers, "Re: Hello")
        assert raw_header(raw, "In-Reply-To") == headers.in_reply_to
        assert tuple((raw_header(raw, "References") or "").split()) == headers.references
        assert len(headers.references) <= 21
        assert max(map(len, raw.split(b"\r\n"))) <= 998


class TestReplySubject:
    @pytest.mark.parametrize(
        "subject",
        [
            "Re: Hello",
            "RE: Hello",
            "re:Hello",
            "Re : Bonjour",
            "RE[2]: Hello",
            "Re(3): Hello",
            "AW: Hallo",
            "Antw: Hallo",
            "SV: Hej",
            "VS: Hei",
            "回复：你好",
            "[list] Re: Hello",
            "Fwd: Re: Hello",
            "WG: [list] AW: Hallo",
            "Re:",
            "Rép : Bonjour",
            "Vá: Szia",
            "ΑΠ: Γεια",
            "Отв: Привет",
            "השב: שלום",
            "رد: مرحبا",
            "返信: こんにちは",
            "답장: 안녕",
            "Re^2: Hello",
            "\u200eRe: Hello",
        ],
    )
    def test_an_answer_s_mark_is_enough(self, subject):
        assert reply_subject(subject) == subject

    @pytest.mark.parametrize(
        "subject", ["Hello", "Fwd: Hello", "[list] Hello", "Question re: my bill", "Reset", "Re", "  Spaces  kept "]
    )
    def test_one_re_is_added_and_nothing_else_changes(self, subject):
        assert reply_subject(subject) == f"Re: {subject}"

    @pytest.mark.parametrize("subject", [None, "", " \t ", "\r\n\0"])
    def test_a_mail_without_a_subject_gets_one(self, subject):
        assert reply_subject(subject) == NO_SUBJECT

    def test_what_could_add_a_header_is_stripped(self):
        assert (
            reply_subject("Hello\r\nBcc: all@example.com\0\x85\u2028\x1b\tend") == "Re: HelloBcc: all@example.com end"
        )

    @given(st.text(max_size=200))
    def test_any_subject_is_answered_once_and_can_be_sent(self, subject):
        answered = reply_subject(subject)
        assert reply_subject(answered) == answered
        assert len(answered.splitlines()) == 1
        composed = email.message_from_bytes(compose(ReplyHeaders(None, ()), answered))
        assert {key.lower() for key in composed} <= KNOWN_HEADERS


class TestMessageIds:
    @pytest.mark.parametrize(
        ("value", "ids"),
        [
            ("<a@x>", ("<a@x>",)),
            (" <a@x>\t<b@x>,<a@x> ", ("<a@x>", "<b@x>")),
            ("a@x", ("<a@x>",)),
            ("Your mail of Monday <a@x> (see below)", ("<a@x>",)),
            ("<1234 @ local(blah) .machine>", ("<1234 @ local(blah) .machine>",)),
            ("< a@x >", ("<a@x>",)),
            ("<ä@x>", ("<ä@x>",)),
            ("<a@b@x>", ("<a@b@x>",)),
            ("<> <", ()),
            ("no id", ()),
            ("", ()),
            (f"<{'a' * MAX_ID_CHARACTERS}>", ()),
        ],
    )
    def test_ids_are_read_as_written(self, value, ids):
        assert read_message_ids(value) == ids

    def test_the_longest_clean_id_fills_a_line(self):
        assert is_clean_message_id("<" + "a" * (MAX_ID_CHARACTERS - 2) + ">")
        assert not is_clean_message_id("<" + "a" * (MAX_ID_CHARACTERS - 1) + ">")
