"""Nearly every number and e-mail address is plain, and is not parsed. What is read is the same."""

import re

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import mailboxes, phone_numbers
from app.domain.mailboxes import read_mailbox_address
from app.domain.phone_numbers import read_number
from tests.table import table

CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
NUMBERS = st.builds(
    lambda code, rest: f"+{code}{rest}", st.sampled_from([*CODES, 0, 999, 210]), st.text("0123456789", max_size=13)
)
LOCALS = st.text("ab.A9_%+-/='é", min_size=1, max_size=6)
DOMAINS = st.sampled_from(
    ["example.test", "GMAIL.com", "gmail.com", "xn--exmple-cua.test", "exämple.test", "a.com.test"]
)
ODD_DOMAINS = st.sampled_from(
    ["a..b", ".a", "a.", "a", "a_b.c", "a-b.co.uk", "a--b.com", "-a.com", "a.c0m", "1.2", f"{'x' * 63}.com"]
)
NO_DOMAINS = st.sampled_from(
    ["a.arpa", "a.local", "localhost", "x.onion", "a.invalid", "a.LOCAL", f"{'x' * 64}.com", f"{'xy.' * 99}com"]
)
LONG = st.sampled_from(["x" * 50, "x" * 64, "x" * 65, "a.b", "a..b", ".a", "a.", "a+b-c_d", "=?utf-8?q?a?="])
MAILBOXES = (
    st.builds(lambda local, domain: f"{local}@{domain}", LOCALS | LONG, DOMAINS | ODD_DOMAINS | NO_DOMAINS) | LOCALS
)


def numbers_agree(text: str) -> None:
    plain = read_number(text, None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phone_numbers, "_plain", lambda _: None)
        parsed = read_number(text, None)
    assert (plain.stored, plain.key, plain.international) == (parsed.stored, parsed.key, parsed.international)
    assert plain.dialled() == parsed.dialled()


@table
@pytest.mark.parametrize("code", CODES)
def test_a_number_of_every_country_is_read_as_if_it_were_parsed(code: int) -> None:
    region = phonenumbers.region_code_for_country_code(code)
    example = phonenumbers.example_number_for_non_geo_entity(code) if region == "001" else None
    number = example or phonenumbers.example_number(region)
    assert number is not None
    national = phonenumbers.national_significant_number(number)
    for made in (national, f"0{national}", f"1{national}", f"8{national}", national[:5], national[::-1]):
        numbers_agree(f"+{code}{made}")


@pytest.mark.proof
@given(NUMBERS)
@settings(max_examples=10_000, deadline=None)
def test_thousands_of_numbers_are_read_as_if_they_were_parsed(text: str) -> None:
    numbers_agree(text)


def mailboxes_agree(text: str) -> None:
    ordinary = read_mailbox_address(text)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_ORDINARY", "_VALID"):
            patch.setattr(mailboxes, name, re.compile("(?!)"))
        read = read_mailbox_address(text)
        wires = read.wire(), read.wire(private=True)
    assert ordinary == read
    assert (ordinary.wire(), ordinary.wire(private=True)) == wires


@given(MAILBOXES)
@settings(max_examples=100, deadline=None)
def test_an_ordinary_mailbox_is_read_as_every_one_is(text: str) -> None:
    mailboxes_agree(text)


@pytest.mark.proof
@given(MAILBOXES)
@settings(max_examples=5_000, deadline=None)
def test_thousands_of_mailboxes_are_read_the_same(text: str) -> None:
    mailboxes_agree(text)
