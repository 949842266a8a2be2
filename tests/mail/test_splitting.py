"""Cutting uploads into mails and lines, whatever the chunks they come in."""

import re
import tracemalloc
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.mail.message import parse_mail
from app.mail.splitting import MAX_LINE_BYTES, OversizedItem, split_lines, split_mbox, with_line_feeds
from tests.mail.mails import REAL
from tests.table import table

FROM = b"From ann@example.com Fri May  1 09:00:00 2026"
LINE_ENDS = pytest.mark.parametrize("line_end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
BODY_LINES = st.sampled_from(
    [b"", b"text", b"From ann", b">From bob", b">>From cy", b"\r", b"From", b" From x", b"a\0\xff"]
)
MAILS = st.lists(
    st.lists(BODY_LINES, max_size=6).map(lambda lines: b"".join(line + b"\n" for line in lines)), max_size=5
)


def mbox(*mails: bytes, line_end: bytes = b"\n") -> bytes:
    """Write mails, each with a line end at its end, as mboxrd does."""
    quoted = (re.sub(rb"^(>*From )", rb">\1", mail, flags=re.MULTILINE) for mail in mails)
    return b"".join(FROM + line_end + mail + line_end for mail in quoted)


async def in_chunks(content: bytes, size: int = 7) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def collect(items: AsyncIterable[bytes | OversizedItem]) -> list[bytes | OversizedItem]:
    return [item async for item in items]


def with_line_end(mails: Iterable[bytes]) -> list[bytes]:
    return [mail if mail.endswith(b"\n") else mail + b"\n" for mail in mails]


class TestMbox:
    @pytest.mark.parametrize("size", [1, 2, 5, 1_000, 1_000_000])
    async def test_all_real_mails_come_out_as_they_went_in(self, size):
        mails = with_line_end(REAL.values())
        assert await collect(split_mbox(in_chunks(mbox(*mails), size))) == mails

    async def test_a_mail_from_an_mbox_is_the_mail_from_its_file(self):
        mails = with_line_end(REAL.values())
        read = [parse_mail(one) async for one in split_mbox(in_chunks(mbox(*mails))) if isinstance(one, bytes)]
        assert read == [parse_mail(one) for one in mails]

    @pytest.mark.parametrize("size", [1, 7, 1_000])
    async def test_a_mailbox_of_an_old_mac_is_cut_into_its_mails(self, size):
        content = mbox(b"Subject: a\n\none\n", b"Subject: b\n\ntwo\n")
        for line_end in (b"\n", b"\r\n", b"\r\r\n", b"\r"):
            chunks = with_line_feeds(in_chunks(content.replace(b"\n", line_end), size))
            assert len(await collect(split_mbox(chunks))) == 2, line_end

    @pytest.mark.parametrize("size", [1, 7, 1_000])
    async def test_one_lost_line_feed_makes_no_old_mac(self, size):
        content = mbox(*(f"From: {who}@x.test\nSubject: {who}\n\nHi\n".encode() for who in "ab"))
        content = content.replace(b"\n", b"\r\n").replace(b"\r\n", b"\r", 1)
        mails = [one async for one in split_mbox(with_line_feeds(in_chunks(content, size)))]
        assert [parse_mail(one).subject for one in mails if isinstance(one, bytes)] == ["a", "b"]

    @given(MAILS, st.integers(1, 40), st.sampled_from([b"\n", b"\r\n"]))
    @example([b"", b"\n", b"\n\n"], 1, b"\n")
    async def test_any_mails_come_out_as_they_went_in(self, mails, size, line_end):
        assert await collect(split_mbox(in_chunks(mbox(*mails, line_end=line_end), size))) == mails

    @LINE_ENDS
    async def test_a_from_line_in_a_text_begins_no_mail(self, line_end):
        text = line_end.join(
            [b"Hello,", b"From here on", b"", b"From May on:", b"", b">From there", b">>From a quote", b""]
        )
        content = line_end.join([FROM, b"A: 1", b"", text, FROM, b"B: 2", b""])
        first = line_end.join([b"A: 1", b"", text.replace(b">From", b"From")])
        assert await collect(split_mbox(in_chunks(content))) == [first, b"B: 2" + line_end]

    @table
    @pytest.mark.parametrize(
        "separator",
        [
            b"From ann@example.com Fri May  1 09:00:00 2026",
            b"From - Fri May 01 09:00:00 2026",
            b"From ann@example.com Fri May  1 09:00:00 +0200 2026",
            b"From ann@example.com Fri May  1 09:00:00 CEST 2026 remote from host",
            b"From 1234567890@xxx Fri May 01 09:00:00 +0000 2026",
            b"From ???@??? Fri May 01 09:00 2026",
            b"From ann@example.com Fri, 01 May 2026 09:00:00 +0000",
            b"From ann@example.com  2026-05-01T09:00:00Z",
            b"From MAILER-DAEMON Fri May  1 09:00:00 2026",
        ],
    )
    @LINE_ENDS
    @pytest.mark.parametrize("empty", [True, False], ids=["after an empty line", "without"])
    @pytest.mark.parametrize("size", [1, 1_000])
    async def test_each_program_s_separator_is_one(self, separator, line_end, empty, size):
        one = line_end.join([separator, b"Subject: x", b"", b"text", b""])
        content = (one + line_end if empty else one) * 3
        mails = await collect(split_mbox(in_chunks(content, size)))
        assert mails == [line_end.join([b"Subject: x", b"", b"text", b""])] * 3

    @pytest.mark.parametrize(
        "line",
        [
            b"From May 2026 on, at 10:00, we are open",
            b"From ann@example.com Fri May  1 09:00:00 2026",
            b"From: Ann",
            b"From here",
        ],
    )
    async def test_a_line_of_a_text_that_no_header_follows_is_no_separator(self, line):
        mail = b"Subject: x\n\nThey wrote:\n" + line + b"\nand so on\n"
        assert await collect(split_mbox(in_chunks(FROM + b"\n" + mail + b"\n"))) == [mail]

    async def test_a_separator_without_a_date_is_one_before_a_usual_header(self):
        content = b"From ann\nSubject: 1\n\ntext\n\nFrom bob\nReceived: x\n\ntext\n\nFrom here\nNote: this\n"
        mails = await collect(split_mbox(in_chunks(content)))
        assert mails == [b"Subject: 1\n\ntext\n", b"Received: x\n\ntext\n\nFrom here\nNote: this\n"]

    @LINE_ENDS
    @pytest.mark.parametrize("size", [1, 7, 1_000_000])
    @pytest.mark.parametrize("empty", [True, False], ids=["after an empty line", "without"])
    async def test_a_length_that_fits_tells_where_a_mail_ends(self, line_end, size, empty):
        text = line_end.join([b"They wrote:", b"", FROM, b"From: bob@example.com", b"Subject: old", b"", b"Hi", b""])
        mails = [
            line_end.join([b"From: ann@example.com", b"Content-Length: %d" % len(body), b"", body])
            for body in (text, b"Hello" + line_end, text)
        ]
        content = b"".join(FROM + line_end + each + (line_end if empty else b"") for each in mails)
        assert await collect(split_mbox(in_chunks(content, size))) == mails

    @pytest.mark.parametrize("length", [0, 5, 7, 99, 99_999, 26_000_000, 10**12])
    @pytest.mark.parametrize("size", [1, 1_000])
    async def test_a_length_that_does_not_fit_is_not_believed(self, length, size):
        mails = [b"From: ann@example.com\nContent-Length: %d\n\nHello\n" % length, b"B: 2\n", b"C: 3\n\ntext\n"]
        assert await collect(split_mbox(in_chunks(mbox(*mails), size))) == mails

    @pytest.mark.parametrize("unit", [b"x", b"From a 10:00 2026\n", b"\nFrom \n", b"\nFrom May 10:00 2026\n"])
    async def test_hostile_lines_cost_no_time(self, unit):
        begun = process_time()
        await collect(split_mbox(in_chunks(FROM + b"\nA: 1\n\nFrom " + unit * (2_000_000 // len(unit)), 65_536)))
        assert process_time() - begun < 5

    async def test_a_mailbox_of_line_ends_costs_no_time(self):
        begun = process_time()
        assert await collect(split_mbox(with_line_feeds(in_chunks(b"\r" * 65_536, 65_536)))) == []
        assert process_time() - begun < 5

    async def test_an_mbox_that_ends_without_an_empty_line_is_whole(self):
        assert await collect(split_mbox(in_chunks(FROM + b"\nA: 1\n\ntext"))) == [b"A: 1\n\ntext"]

    async def test_a_mail_without_a_from_line_is_one_mail(self):
        assert await collect(split_mbox(in_chunks(b"\r\nA: 1\r\n\r\ntext\r\n"))) == [b"A: 1\r\n\r\ntext\r\n"]

    @pytest.mark.parametrize("content", [b"", b"\n\n", b" \r\n"])
    async def test_an_empty_file_holds_no_mail(self, content):
        assert await collect(split_mbox(in_chunks(content))) == []

    @pytest.mark.parametrize("size", [1, 64, 1_000_000])
    async def test_a_mail_over_the_limit_is_reported_and_the_others_follow(self, size):
        small, large = b"A: 1\n\nsmall\n", b"A: 1\n\n" + b"x" * 5_000 + b"\n"
        items = await collect(split_mbox(in_chunks(mbox(small, large, small, large), size), limit=100))
        assert items[0] == items[2] == small
        assert [type(item) for item in items] == [bytes, OversizedItem, bytes, OversizedItem]
        assert all(len(large) <= item.size < len(large) + 60 for item in items if isinstance(item, OversizedItem))

    async def test_the_limit_is_the_mail_s_own_size(self):
        mail = b"A: 1\n\n" + b"x" * 93 + b"\n"
        assert await collect(split_mbox(in_chunks(mbox(mail)), limit=100)) == [mail]
        assert await collect(split_mbox(in_chunks(mbox(mail)), limit=99)) == [OversizedItem(100)]

    async def test_a_file_that_begins_with_too_large_a_mail_goes_on(self):
        content = b"A: 1\n\n" + b"x" * 5_000 + b"\n\n" + mbox(b"B: 2\n")
        items = await collect(split_mbox(in_chunks(content), limit=100))
        assert isinstance(items[0], OversizedItem)
        assert items[1:] == [b"B: 2\n"]


class TestLines:
    @given(
        st.lists(st.binary(max_size=12).map(lambda line: re.sub(rb"[\r\n]", b"", line)), max_size=8), st.integers(1, 30)
    )
    async def test_any_lines_come_out_as_they_went_in(self, lines, size):
        for line_end in (b"\n", b"\r\n"):
            content = b"".join(line + line_end for line in lines)
            assert await collect(split_lines(in_chunks(content, size))) == lines

    async def test_a_last_line_needs_no_end(self):
        assert await collect(split_lines(in_chunks(b"a\n\nb"))) == [b"a", b"", b"b"]

    @pytest.mark.parametrize("size", [1, 7, 1_000])
    async def test_a_line_over_the_limit_is_reported_and_the_others_follow(self, size):
        content = b"a" * 10 + b"\n" + b"b" * 11 + b"\r\n" + b"c" * 10 + b"\r\n" + b"d" * 500
        items = await collect(split_lines(in_chunks(content, size), limit=10))
        assert [items[0], items[2]] == [b"a" * 10, b"c" * 10]
        assert isinstance(items[1], OversizedItem)
        assert items[3] == OversizedItem(500)

    async def test_memory_stays_flat_over_a_line_without_an_end(self):
        """64 MB in one line: at no time is more held than a line's limit and two chunks."""
        chunk = b"x" * 65_536

        async def endless() -> AsyncIterator[bytes]:
            for _ in range(1_024):
                yield chunk

        tracemalloc.start()
        try:
            items = await collect(split_lines(endless()))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert items == [OversizedItem(64 * 1024 * 1024)]
        assert peak < 3 * MAX_LINE_BYTES
