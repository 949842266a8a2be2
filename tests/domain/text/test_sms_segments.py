import json
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.text.sms_segments import Encoding, Segments, count
from tests.table import table

TABLE = {
    chr(int(name.removeprefix("U+"), 16)): len(septets)
    for name, septets in json.loads(
        (Path(__file__).parent / "data" / "gsm0338-unicode-to-gsm.json").read_text(encoding="utf-8")
    )["unicode_to_gsm"].items()
}
"""Twilio's own table: each character that GSM-7 has, and its septets."""

ACCENT = "\N{COMBINING ACUTE ACCENT}"
EMOJI = "😀"
FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇩🇪"

gsm_texts = st.text(st.sampled_from(sorted(TABLE)), max_size=700)
texts = st.one_of(
    gsm_texts, st.text(st.sampled_from(f"aé€日\r\n{ACCENT}{EMOJI}{FAMILY}{FLAG}"), max_size=300), st.text()
)


def gsm(segments: int, septets: int) -> Segments:
    return Segments(Encoding.GSM_7, segments, septets)


def ucs2(segments: int, code_units: int) -> Segments:
    return Segments(Encoding.UCS_2, segments, code_units)


@table
@pytest.mark.parametrize(("character", "septets"), TABLE.items(), ids=ascii)
def test_every_character_of_the_published_table_costs_its_septets(character: str, septets: int) -> None:
    assert count(character) == gsm(1, septets)


def test_no_other_character_is_taken_for_gsm() -> None:
    others = [chr(code) for code in range(0x10000) if chr(code) not in TABLE]

    assert {count(character).encoding for character in others} == {Encoding.UCS_2}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", gsm(1, 0), id="empty text is a part"),
        pytest.param("a" * 160, gsm(1, 160), id="a full part alone"),
        pytest.param("a" * 161, gsm(2, 161), id="one septet more"),
        pytest.param("a" * 306, gsm(2, 306), id="two full parts"),
        pytest.param("a" * 307, gsm(3, 307), id="and one septet more"),
        pytest.param("€" * 80, gsm(1, 160), id="extension characters alone"),
        pytest.param("a" * 152 + "€" + "a" * 8, gsm(2, 162), id="an extension character moves on"),
        pytest.param("a" * 152 + "€" + "a" * 151, gsm(2, 305), id="the second part filled by it"),
        pytest.param("a" * 152 + "€" + "a" * 152, gsm(3, 306), id="where 306 septets without it are two parts"),
        pytest.param("\r\n" * 80, gsm(1, 160), id="CR LF is two"),
        pytest.param("a" * 152 + "\r\n" + "a" * 152, gsm(2, 306), id="CR LF may be parted"),
        pytest.param("ç", ucs2(1, 1), id="small c with cedilla is not in the alphabet"),
        pytest.param("e" + ACCENT, ucs2(1, 2), id="a decomposed accent"),
        pytest.param("日" * 70, ucs2(1, 70), id="a full part of code units alone"),
        pytest.param("日" * 71, ucs2(2, 71), id="one code unit more"),
        pytest.param("日" * 134, ucs2(2, 134), id="two full parts of code units"),
        pytest.param("日" * 66 + EMOJI + "日" * 3, ucs2(2, 71), id="a surrogate pair moves on"),
        pytest.param("日" * 66 + EMOJI + "日" * 66, ucs2(3, 134), id="where 134 code units without it are two parts"),
        pytest.param("日" * 60 + FAMILY + "日" * 57, ucs2(3, 128), id="a family moves on whole"),
        pytest.param("日" * 65 + FLAG + "日" * 64, ucs2(3, 133), id="a flag moves on whole"),
        pytest.param("日" * 66 + "e" + ACCENT + "日" * 66, ucs2(3, 134), id="an accented letter moves on whole"),
        pytest.param("日" * 66 + "\r\n" + "日" * 66, ucs2(2, 134), id="CR LF may be parted here too"),
        pytest.param("e" + ACCENT * 133, ucs2(2, 134), id="more accents than a part holds are parted"),
        pytest.param("日" + "\ud83d", ucs2(1, 2), id="half a pair is a unit"),
    ],
)
def test_counts_as_published_calculators_do(text: str, expected: Segments) -> None:
    assert count(text) == expected


@given(gsm_texts)
def test_a_gsm_text_wastes_at_most_a_septet_a_part(text: str) -> None:
    counted = count(text)

    assert counted.units == sum(TABLE[character] for character in text)
    assert counted.segments == 1 or ceil(counted.units / 153) <= counted.segments <= ceil(counted.units / 152)


@given(texts)
def test_no_part_holds_more_than_it_can(text: str) -> None:
    counted = count(text)
    alone, part = (160, 153) if counted.encoding is Encoding.GSM_7 else (70, 67)

    assert counted.units <= (alone if counted.segments == 1 else part * counted.segments)


@given(texts, texts)
def test_adding_text_never_takes_parts_away(text: str, more: str) -> None:
    assert count(text + more).segments >= count(text).segments
