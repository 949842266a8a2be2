"""The sizes that docs/scaling.md computes follow from those that it gives for one conversation and one recipient."""

import re
from pathlib import Path
from typing import Final

import pytest

PAGE: Final = (Path(__file__).resolve().parents[1] / "docs" / "scaling.md").read_text()
UNITS: Final = {"GB": 10**9, "TB": 10**12}
ROWS: Final = re.findall(r"^\| ([\d,]+) million[^|]*, ([\d,]+) million[^|]*\| ([\d.]+) ([GT]B) \|$", PAGE, re.MULTILINE)


def number(text: str) -> int:
    return int(text.replace(",", ""))


def kilobytes(pattern: str) -> float:
    [found] = re.findall(pattern, PAGE)
    return float(found)


CONVERSATION: Final = kilobytes(r"One conversation takes about ([\d.]+) kB")
RECIPIENT: Final = kilobytes(r"One recipient leaves about ([\d.]+) kB")


def test_the_table_has_rows() -> None:
    assert [number(conversations) for conversations, *_ in ROWS] == [1, 10, 100]


@pytest.mark.parametrize("row", ROWS, ids=" ".join)
def test_what_is_on_the_disk_is_what_its_rows_take(row: tuple[str, str, str, str]) -> None:
    conversations, deliveries, size, unit = row
    computed = number(conversations) * CONVERSATION * 10**9 + number(deliveries) * RECIPIENT * 10**9
    assert float(size) * UNITS[unit] == pytest.approx(computed, rel=0.03)


def test_the_largest_tenant_is_as_large_as_in_the_table() -> None:
    [(conversations, size, unit)] = re.findall(
        r"([\d,]+) million conversations of one tenant[^.]* are ([\d.]+) ([GT]B)", PAGE
    )
    assert (conversations, size, unit) in {(row[0], row[2], row[3]) for row in ROWS}
