"""What strangers put into a header takes time in proportion to its length."""

import gc
import time
from collections.abc import Callable

import pytest

from app.domain.addresses import LONGEST, Address
from app.domain.words import Channel
from app.mail.headers import decode_base64, read_date, read_mailbox, without_comments
from app.mail.message import parse_mail

LENGTH = 100_000
TIMES: dict[str, tuple[Callable[[str], object], str]] = {
    "commas before a sender": (read_mailbox, ","),
    "names before a sender": (read_mailbox, "a,"),
    "white space in a sender's address": (lambda text: read_mailbox(f"<a{text}b@example.com>"), " "),
    "an open comment before a sender": (read_mailbox, "(a"),
    "an open comment": (without_comments, "("),
    "a date of comments": (read_date, "("),
    "a head of many fields": (lambda text: parse_mail(b"From: a@example.com\n" + text.encode() + b"\nx"), "a:\n"),
    "base64 that ends again and again": (lambda text: decode_base64(text.encode()), "YQ=="),
    "an address of quotes": (lambda text: Address.read(Channel.EMAIL, text).wire, '\\"'),
    "an address of letters that idna maps": (lambda text: Address.read(Channel.EMAIL, "a@" + text).wire, "\u0130"),
}


@pytest.mark.parametrize("name", TIMES)
def test_a_hostile_header_takes_no_longer_than_its_length_allows(name: str) -> None:
    read, unit = TIMES[name]
    read(unit)

    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        return min(_timed(read, text + " " * again) for again in range(3))

    # Twenty times the text took four hundred times as long. Less than 100 times is in proportion, on any machine.
    assert seconds(LENGTH) < 100 * seconds(LENGTH // 20) + 0.001


def _timed(read: Callable[[str], object], text: str) -> float:
    gc.disable()  # as timeit does: a collection takes longer the more other tests have left
    try:
        began = time.thread_time()
        read(text)
        return time.thread_time() - began
    finally:
        gc.enable()


def test_a_name_with_commas_before_an_address_is_a_name_still() -> None:
    found = read_mailbox("Lee, Ann, of Example <ann@example.com>")
    assert found is not None
    assert (found.address, found.name) == ("ann@example.com", "Lee, Ann, of Example")
    second = read_mailbox("nobody, ann@example.com (Ann)")
    assert second is not None
    assert second.address == "ann@example.com"


def test_a_text_longer_than_any_address_is_none() -> None:
    longest = "a" * (LONGEST - len("@example.com"))
    assert Address.read(Channel.EMAIL, f"{longest} <ann@example.com>").wire is None
    assert Address.read(Channel.SMS, "+" + "4" * LONGEST).wire is None
    assert Address.read(Channel.OTHER, "x" * 2 * LONGEST).wire == "x" * 2 * LONGEST
