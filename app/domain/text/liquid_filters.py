"""The filters of our Liquid: python-liquid's own, what each costs, and linear replacements for those that are slow.

python-liquid limits no filter: `uniq` compares each item with each, `strip_html` reads the rest again at every `<`, and
`date` hands any text to a date parser.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any, Final

from liquid import Markup
from liquid.builtin.filters.misc import date as liquid_date
from liquid.exceptions import FilterArgumentError, FilterError
from liquid.filter import liquid_filter, sequence_filter, string_filter, with_environment

NAMES: Final = tuple(
    """\
    abs append at_least at_most base64_decode base64_encode base64_url_safe_decode base64_url_safe_encode capitalize
    ceil compact concat date default divided_by downcase escape escape_once first floor join last lstrip minus modulo
    newline_to_br plus prepend remove remove_first remove_last replace replace_first replace_last reverse round rstrip
    size slice sort sort_natural split squish strip strip_html strip_newlines sum times truncate truncatewords uniq
    upcase url_decode url_encode
    """.split()  # noqa: SIM905 - a list of words
)
"""Liquid's own, without those that pick from lists of objects, which no merge tag has, and without `safe`."""

MAX_VALUE_LENGTH: Final = 100_000
_MAX_DATE_CHARACTERS: Final = 100
_MAX_INTEGER_BITS: Final = 15_000
"""More than the 4,300 digits that Python reads and writes."""

_CALL_STEPS: Final = 200
_ITEM_STEPS: Final = 20
_SEARCH_CHARACTERS: Final = 100
"""A needle of this many characters makes a search as slow again."""

_STEPS_PER_CHARACTER: Final[Mapping[str, int]] = {
    "base64_decode": 5,
    "base64_encode": 25,
    "base64_url_safe_decode": 5,
    "base64_url_safe_encode": 25,
    "concat": 3,
    "date": 1_000,
    "escape": 5,
    "escape_once": 60,
    "join": 5,
    "newline_to_br": 50,
    "reverse": 2,
    "sort": 3,
    "sort_natural": 8,
    "split": 4,
    "squish": 35,
    "strip_html": 60,
    "strip_newlines": 25,
    "sum": 15,
    "truncatewords": 4,
    "uniq": 3,
    "url_decode": 30,
    "url_encode": 30,
}
"""Measured, if it is not one."""

_SEARCHES: Final = frozenset(
    {"remove", "remove_first", "remove_last", "replace", "replace_first", "replace_last", "split"}
)


def steps(name: str, value: object, arguments: Sequence[object]) -> int:
    """The most that a filter can cost."""
    size = extent(value) + sum(map(extent, arguments))
    if name == "date":
        size = min(size, 2 * _MAX_DATE_CHARACTERS)
    if name in _SEARCHES and arguments:
        size += search_steps(value, arguments[0])
    return _CALL_STEPS + size * _STEPS_PER_CHARACTER.get(name, 1)


def extent(value: object) -> int:
    """The size of a value: characters, and twenty for each item of a list."""
    match value:
        case str():
            return len(value)
        case list():
            return sum(map(extent, value)) + _ITEM_STEPS * len(value)
        case int():
            return value.bit_length()
        case _:
            return _ITEM_STEPS


def search_steps(value: object, wanted: object) -> int:
    """The cost of searching a value, besides reading both once."""
    return extent(value) * (1 + extent(wanted) // _SEARCH_CHARACTERS)


def bounded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the filter, with a limit on the size of its result."""
    function, growth = _OURS.get(name, function), _GROWTH.get(name)

    @wraps(function)
    def checked(value: object, *arguments: object, **named: object) -> object:
        if growth is not None and growth(value, *arguments) > MAX_VALUE_LENGTH:
            raise GrowsTooLong
        result = function(value, *arguments, **named)
        if isinstance(result, str | list) and len(result) > MAX_VALUE_LENGTH:
            raise GrowsTooLong
        if isinstance(result, int) and result.bit_length() > _MAX_INTEGER_BITS:
            raise FilterError("the number grows too long", token=None)
        return result

    return checked


class GrowsTooLong(FilterError):
    def __init__(self) -> None:
        super().__init__("the value grows too long", token=None)


def _replaced_length(value: object, old: object = "", new: object = "") -> int:
    return len(str(value)) + str(value).count(str(old)) * len(str(new))


def _joined_length(items: object, separator: object = " ") -> int:
    return len(items) * len(str(separator)) if isinstance(items, list) else 0


_GROWTH: Final[Mapping[str, Callable[..., int]]] = {"replace": _replaced_length, "join": _joined_length}
"""The filters that can multiply their input, and the size that they would make it."""


@sequence_filter
def _uniq(sequence: Sequence[object], key: object = None) -> list[object]:
    if key is not None:
        raise FilterArgumentError("a value of a merge tag has no properties", token=None)
    return list(dict.fromkeys(sequence))


_END_OF_MARKUP: Final[Mapping[str, re.Pattern[str]]] = {
    "<!--": re.compile("-->"),
    "<script": re.compile("</script>", re.IGNORECASE),
    "<style": re.compile("</style>", re.IGNORECASE),
    "<": re.compile(">"),
}
_MARKUP: Final = re.compile("<(?:!--|script|style)?", re.IGNORECASE)


@string_filter
def _strip_html(text: str) -> str:
    stripped = "".join(_outside_markup(text))
    return Markup(stripped) if isinstance(text, Markup) else stripped


def _outside_markup(text: str) -> Iterator[str]:
    at, unclosed = 0, set[str]()
    while start := _MARKUP.search(text, at):
        yield text[at : start.start()]
        opening = start[0].lower()
        end = None if opening in unclosed else _END_OF_MARKUP[opening].search(text, start.end())
        if end is None:
            # A tag that is not closed here is not closed later either. Looking again each time would take for ever.
            unclosed.add(opening)
            yield start[0]
        at = end.end() if end else start.end()
    yield text[at:]


@with_environment
@liquid_filter
def _date(value: Any, fmt: Any, *, environment: Any) -> object:
    if len(str(fmt)) > _MAX_DATE_CHARACTERS:
        raise FilterArgumentError("the format is too long", token=None)
    # Liquid returns what it cannot read as a date.
    is_long = isinstance(value, str) and len(value) > _MAX_DATE_CHARACTERS
    return value if is_long else liquid_date(value, fmt, environment=environment)


_OURS: Final[Mapping[str, Callable[..., Any]]] = {"uniq": _uniq, "strip_html": _strip_html, "date": _date}
