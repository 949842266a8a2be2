"""Phone numbers: read as people, helpdesks and providers write them.

A number has one key, though countries changed their numbers and WhatsApp kept the old ones: Brazil's ninth digit,
Mexico's 1 and Argentina's 9 after the country's code, the prefixes of Benin (2024) and Côte d'Ivoire (2021). No two
subscribers of these countries differ in that alone.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from app.domain.text.written import without_marks

_SCHEME: Final = re.compile(r"(?:tel|sms|smsto|callto|whatsapp):(?://)?", re.IGNORECASE)
_WHATSAPP_LINK: Final = re.compile(
    r"(?:https?://)?(?:www\.)?(?:wa\.me/|(?:(?:api|web)\.whatsapp\.com/)?send/?\?(?:[^#]*&)?phone=)"
    r"(?:\+|%2B)?(\d+)/?(?:[?&#].*)?",
    re.IGNORECASE | re.ASCII,
)
"""https://faq.whatsapp.com/5913398998672934, perhaps with a text to send."""
_WHATSAPP_SERVER: Final = re.compile(r"(\d+)(?:[._]\d+)?(?::\d+)?@(?:s\.whatsapp\.net|c\.us)", re.IGNORECASE | re.ASCII)
"""A number as WhatsApp's own network writes it, perhaps with the device's numbers; gateways pass it on."""
_QUOTES: Final = "'\"“”„‘’"
"""A spreadsheet writes `'` before a number that is to stay a text."""
_BRACKETED_CODE: Final = re.compile(r"\(\s*(\+\s*\d{1,3})\s*\)")
_SEPARATORS: Final = re.compile(r"[\s.\[\]~·]+")
"""What people write between digits and the library does not read."""
_WRITTEN: Final = re.compile(r"\+?[\d\s().\[\]/~·‐-―−-]+")
"""Digits of any script with what people put between them. No letters: they would be dialled as digits, and an
extension, which no text reaches, begins with one, or with `,`, `;` or `#`."""
_WITH_EXTENSION: Final = re.compile(r"(?:\D*+\d){7,}\D*/\s*\d{1,4}\s*")
"""An extension after a slash, or the end of a second number. What is shorter before the slash is an area's code."""
INTERNATIONAL: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
"""E.164: at most fifteen digits."""

_SHORTEST: Final = 4
"""Digits of a national number that is not parsed. Shorter ones are of no country's."""

_BARE: Final = re.compile(r"\d+|00[\d\s().-]+")

_REMEMBERED: Final = 8_192
"""A number is read for each channel that carries it. The parsed ones are never changed."""


@dataclass(slots=True)
class ReadNumber:
    stored: str = field(repr=False)
    """E.164 if it could be read, else the text."""
    key: str = field(repr=False)
    international: str | None = field(repr=False)
    """E.164 as it was written, whether or not the number is known to be possible."""
    _read_from: tuple[str, str | None] | None = field(repr=False)
    """What was parsed, with its region."""
    _plain: "_Plain | None" = None

    def dialled(self) -> str | None:
        """E.164 as the country's numbers are today; None when no number may look like this."""
        if self._plain is not None and self.key == self.stored and self._plain.is_possible:
            return self.stored
        number = _number(self._read_from)
        return None if number is None else _dialled(number, self.key)


def read_number(text: str, region: str | None, *, bare_is_international: bool = False) -> ReadNumber:
    """Read a phone number. Without a `+` it is a national one of the region. If there is no region, every form is
    None."""
    if (plain := _plain(text)) is not None:
        return ReadNumber(text, _today(text), text, (text, None), plain)
    written = _without_server(_SCHEME.sub("", without_marks(text).strip(_QUOTES), count=1))
    read_from = _to_parse(written, region, bare_is_international=bare_is_international)
    number = _number(read_from)
    if number is None:
        return ReadNumber(written, written, None, None)
    e164 = _e164(number)
    key = _today(e164)
    international = e164 if INTERNATIONAL.fullmatch(e164) else None
    return ReadNumber(e164, key, international, read_from)


@dataclass(slots=True)
class _Plain:
    """A number that parsing would give back as it is: nearly every stored one, and parsing is slow."""

    code: int
    """The country's."""
    digits: int
    """How many follow the code. Nothing else decides whether the number is possible."""

    @property
    def is_possible(self) -> bool:
        return _is_possible(self.code, self.digits)


def _plain(text: str) -> _Plain | None:
    if INTERNATIONAL.fullmatch(text) is None or (country := _country(text[1:4])) is None:
        return None
    start = 1 + country.digits
    if len(text) - start < _SHORTEST or text[start] == "0" or (country.prefix and country.prefix.match(text, start)):
        return None
    return _Plain(country.code, len(text) - start)


@dataclass(frozen=True, slots=True)
class _Country:
    code: int
    digits: int
    """Of the code."""
    prefix: re.Pattern[str] | None
    """What its numbers may begin with that is no part of them."""


@lru_cache(1_000)
def _country(first_three: str) -> _Country | None:
    """Return the country whose code an international number begins with. No code begins with another one."""
    for digits in (1, 2, 3):
        code = int(first_three[:digits])
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            region = phonenumbers.region_code_for_country_code(code)
            metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
            prefix = metadata and metadata.national_prefix_for_parsing
            return _Country(code, digits, re.compile(prefix) if prefix else None)
    return None


@lru_cache(_REMEMBERED)
def _is_possible(code: int, digits: int) -> bool:
    """Return whether numbers of a country may be as long: all that the library asks of a possible number."""
    return bool(phonenumbers.is_possible_number(PhoneNumber(country_code=code, national_number=10 ** (digits - 1))))


def _without_server(written: str) -> str:
    whatsapp = _WHATSAPP_SERVER.fullmatch(written) or _WHATSAPP_LINK.fullmatch(written)
    return f"+{whatsapp[1]}" if whatsapp else _BRACKETED_CODE.sub(r"\1 ", written, count=1)


def _to_parse(written: str, region: str | None, *, bare_is_international: bool) -> tuple[str, str | None] | None:
    """Return what to parse, and by which country's rules. None if the text is not a number."""
    if not _WRITTEN.fullmatch(written) or _WITH_EXTENSION.fullmatch(written):
        return None
    is_international = written.startswith("+") or (bare_is_international and _BARE.fullmatch(written) is not None)
    if not is_international and (region is None or bare_is_international):
        return None
    # Without the `+`, bare digits would be read by the region's own rules. No country's code begins with a zero.
    to_parse = _SEPARATORS.sub(" ", written)
    return ("+" + to_parse.removeprefix("+").removeprefix("00") if is_international else to_parse), region


def _number(read_from: tuple[str, str | None] | None) -> PhoneNumber | None:
    return None if read_from is None else _parsed(*read_from)


@lru_cache(_REMEMBERED)
def _parsed(written: str, region: str | None) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    return _without_code_twice(number, written) or number


def _without_code_twice(number: PhoneNumber, written: str) -> PhoneNumber | None:
    """Read a mobile number that lacks only the `+`. The library takes a region's own code for a part of the national
    number wherever that could be as long."""
    digits = phonenumbers.normalize_digits_only(written)
    if "+" in written or not digits.startswith(str(number.country_code)) or _is_mobile(number):
        return None
    try:
        international = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return None
    return international if _is_mobile(international) else None


def _is_mobile(number: PhoneNumber) -> bool:
    return bool(phonenumbers.number_type(number) == PhoneNumberType.MOBILE)


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _dialled(number: PhoneNumber, key: str) -> str | None:
    e164 = _e164(number)
    if key == e164 and phonenumbers.is_possible_number(number):  # whether it is valid makes no difference, and is slow
        return e164
    if phonenumbers.is_valid_number(number):
        return e164
    if key != e164:
        today = phonenumbers.parse(key, None)
        if phonenumbers.is_valid_number(today) or phonenumbers.is_possible_number(today):
            return key
    return e164 if phonenumbers.is_possible_number(number) else None


def region_of_number(text: str) -> str | None:
    """Return the country of an international number, or None if it has none or is not one."""
    number = _number(_to_parse(without_marks(text), None, bare_is_international=False))
    return None if number is None else phonenumbers.region_code_for_number(number)


@lru_cache(1)
def regions() -> frozenset[str]:
    """The countries whose national numbers can be read, as ISO 3166 codes."""
    return frozenset(phonenumbers.SUPPORTED_REGIONS)


@dataclass(frozen=True, slots=True)
class _Renumbering:
    """How a country's numbers were written before, after its code, and how they are written now."""

    before: re.Pattern[str]
    now: str | Callable[[re.Match[str]], str]
    back: re.Pattern[str]
    """What is removed from a present number to spell it as before."""
    formerly: str = r"\1"


def _ivorian(old: re.Match[str]) -> str:
    """Mobile numbers got the prefix of the operator, which their second digit identifies."""
    operator = "01" if old[1][1] in "0123" else "05" if old[1][1] in "456" else "07"
    return operator + old[1]


# Brazil: https://www.gov.br/anatel/pt-br/regulado/numeracao/nono-digito. Mexico: since 3 August 2019; trunk prefixes
# until then. Argentina: 9 marks a mobile number that is called from abroad. Benin: since 30 November 2024. Côte
# d'Ivoire: since 31 January 2021.
_RENUMBERED: Final = {
    "+55": _Renumbering(re.compile(r"(\d\d)([6-9]\d{7})"), r"\g<1>9\2", re.compile(r"(\d\d)9(\d{8})"), r"\1\2"),
    "+52": _Renumbering(re.compile(r"(?:1|01|044|045)([2-9]\d{9})"), r"\1", re.compile(r"([2-9]\d{9})"), r"1\1"),
    "+54": _Renumbering(re.compile(r"([123]\d{9})"), r"9\1", re.compile(r"9([123]\d{9})")),
    "+229": _Renumbering(re.compile(r"([2-9]\d{7})"), r"01\1", re.compile(r"01([2-9]\d{7})")),
    "+225": _Renumbering(re.compile(r"([04-9]\d{7})"), _ivorian, re.compile(r"0[157]([04-9]\d{7})")),
}


_RENUMBERED_CODES: Final = tuple(_RENUMBERED)


def _today(e164: str) -> str:
    if not e164.startswith(_RENUMBERED_CODES):  # nearly every number
        return e164
    for code, renumbering in _of_country(e164):
        old = renumbering.before.fullmatch(e164[len(code) :])
        if old is not None:
            return code + (old.expand(renumbering.now) if isinstance(renumbering.now, str) else renumbering.now(old))
    return e164


def number_spellings(key: str) -> frozenset[str]:
    """Return a number's key, and its spelling from before its country changed it."""
    return frozenset({key, *_before(key)})


def _before(key: str) -> Iterator[str]:
    for code, renumbering in _of_country(key):
        new = renumbering.back.fullmatch(key[len(code) :])
        if new is not None:
            yield code + new.expand(renumbering.formerly)


def _of_country(e164: str) -> Iterator[tuple[str, _Renumbering]]:
    return ((code, _RENUMBERED[code]) for code in (e164[:3], e164[:4]) if code in _RENUMBERED)
