"""What HTML would cost to parse, estimated in one pass before a parser sees it.

The parser's rules for unclosed elements multiply. At each tag it searches all open elements, and it repeats each
formatting element that was left open in every following block. So depth and such elements are limited here. If this
pass is not sure what the parser would do, it counts too much rather than too little.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

MAX_DEPTH: Final = 200
MAX_ATTRIBUTES: Final = 200
MAX_WEIGHT: Final = 2_000_000

_TOKEN_WEIGHT: Final = 100
_AMPERSAND_WEIGHT: Final = 100
"""The parser splits a text at each of them."""
_REOPENED_WEIGHT: Final = 16
_MANY_ATTRIBUTES: Final = 1_000
"""Shorter tags cannot hold more than `MAX_ATTRIBUTES`."""

_WORDS: Final = str.split
_VOID: Final = frozenset(_WORDS("area base basefont br col embed frame hr img input keygen link meta param source wbr"))
_FORMATTING: Final = frozenset(_WORDS("a b big code em font i nobr s small strike strong tt u"))
_RAW: Final = frozenset(_WORDS("iframe noembed noframes plaintext script style textarea title xmp"))
_IMPLIED_END: Final = {
    "p": {"p"},
    "li": {"li"},
    "dd": {"dd", "dt"},
    "dt": {"dd", "dt"},
    "option": {"option"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"tr"},
    "tbody": {"tbody", "thead", "tfoot"},
    "thead": {"tbody", "thead", "tfoot"},
    "tfoot": {"tbody", "thead", "tfoot"},
}
"""The elements that an open element of the same kind ends when it begins again."""
_IN_TABLE: Final = frozenset({"td", "th", "tr", "tbody", "thead", "tfoot"})
_CLOSES_P: Final = frozenset(
    _WORDS(
        "address article aside blockquote center dd details dir div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6"
        " header hr li main menu nav ol pre section table ul"
    )
)

_SPACE: Final = r"[\t\n\f\r ]"
_ATTRIBUTE: Final = (
    rf"(?:[\t\n\f\r /]++|(?:=[^\t\n\f\r />=]*+|[^\t\n\f\r />=]++)"
    rf"(?:{_SPACE}*+={_SPACE}*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\t\n\f\r >\"'][^\t\n\f\r >]*+)?)?)"
)
_COMMENT: Final = r"<!--(?:-?>|.*?(?:--!?>|\Z))"
_TAG: Final = rf"<(?P<close>/?)(?P<name>[a-zA-Z][^\t\n\f\r />]*+){_ATTRIBUTE}*(?:>|\Z)"
_TOKEN: Final = re.compile(rf"{_COMMENT}|{_TAG}|<[!?/][^>]*+>?", re.DOTALL)
_ATTRIBUTES: Final = re.compile(_ATTRIBUTE)
_OPENING: Final = re.compile(r"<[a-zA-Z]")


@dataclass(frozen=True, slots=True)
class TooHeavy(Exception):
    """This HTML would take too long to read."""

    at: int
    why: str


@dataclass(slots=True)
class _Scan:
    html: str
    weight: int = 0
    open: list[tuple[str, int]] = field(default_factory=list)
    """The names of the open elements, each with the weight that it adds to what follows."""
    carried: int = 0
    """The weight of all formatting elements that are open or were left open."""

    def run(self) -> None:
        self._add(0, self.html.count("&") * _AMPERSAND_WEIGHT)
        at = 0
        while token := _TOKEN.search(self.html, at):
            at = token.end()
            self._add(token.start(), _TOKEN_WEIGHT + self.carried)
            if token["name"] is not None:
                at = self._tag(token)

    def _add(self, at: int, weight: int) -> None:
        self.weight += weight
        if self.weight > MAX_WEIGHT:
            raise TooHeavy(at, "the HTML has too many elements and characters to look at from here on")

    def _tag(self, token: re.Match[str]) -> int:
        name = token["name"].lower()
        if token["close"]:
            self._close(name)
            return token.end()
        if len(token[0]) > _MANY_ATTRIBUTES and len(_ATTRIBUTES.findall(token[0])) > 2 * MAX_ATTRIBUTES:
            raise TooHeavy(token.start(), f"the element has more than {MAX_ATTRIBUTES} attributes")
        if name not in _VOID:
            self._open(name, token)
        return self._past_raw_text(name, token) if name in _RAW else token.end()

    def _open(self, name: str, token: re.Match[str]) -> None:
        if name in _CLOSES_P and self.open and self.open[-1][0] == "p":
            self.open.pop()
        if name in _IMPLIED_END:
            self._end_implied(name)
        weight = _REOPENED_WEIGHT + len(token[0]) if name in _FORMATTING else 0
        self.carried += weight
        self.open.append((name, weight))
        if len(self.open) > MAX_DEPTH:
            raise TooHeavy(token.start(), f"the HTML is nested more than {MAX_DEPTH} elements deep")

    def _end_implied(self, name: str) -> None:
        """Only a cell or a row ends whatever is open within it, up to its table. Others end only what is next to
        them."""
        for place in reversed(range(len(self.open))):
            found = self.open[place][0]
            if found in _IMPLIED_END[name]:
                del self.open[place:]
                return
            if found == "table" or (name not in _IN_TABLE and found != "p"):
                return

    def _close(self, name: str) -> None:
        """Well nested, it is closed. Otherwise the parser leaves what is within it open, and repeats it."""
        for place in reversed(range(len(self.open))):
            if self.open[place][0] == name:
                if place == len(self.open) - 1:
                    self.carried -= self.open[place][1]
                del self.open[place:]
                return

    def _past_raw_text(self, name: str, token: re.Match[str]) -> int:
        """In here no tag closes anything. Some parsers would take opening tags for that: count those."""
        end = None if name == "plaintext" else re.compile(rf"</{name}[\t\n\f\r />]", re.IGNORECASE)
        found = end.search(self.html, token.end()) if end else None
        until = found.start() if found else len(self.html)
        for _ in _openings(self.html, token.end(), until):
            self.carried += _REOPENED_WEIGHT
        return until


def _openings(html: str, start: int, end: int) -> Iterator[re.Match[str]]:
    return _OPENING.finditer(html, start, end)


def check_weight(html: str) -> None:
    """Raise TooHeavy if a parser might take long to read this."""
    _Scan(html).run()
