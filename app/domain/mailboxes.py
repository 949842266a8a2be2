"""E-mail addresses: read as people, address books and providers write them."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

import idna
from email_validator import EmailNotValidError, validate_email

from app.domain.storable import storable
from app.domain.text.written import JOINERS, with_joiners, without_marks

_SCHEME: Final = re.compile(r"(?:mailto:(?://)?|smtp:)", re.IGNORECASE)
"""Of a link, and of an address in Exchange's directories."""
_WHOLLY_QUOTED: Final = re.compile(r"(?:'(?P<straight>[^']+)'|[“„\"](?P<curled>[^“”„\"]+)[”“\"])")
"""As Outlook and spreadsheets quote it."""
_IN_BRACKETS: Final = re.compile(r"<([^<>]*)>")
_COMMENT: Final = re.compile(r"\([^()]*\)")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_ADDRESS: Final = re.compile(r"[^\s<>,;:()\"@]+@[^\s<>,;:()\"@]+")
_SEVERAL: Final = re.compile(r"[,;]")
_NEEDLESSLY_QUOTED: Final = re.compile(r"\"([\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*)\"(?=@)")
"""Quotes that change nothing (RFC 5321 section 4.1.2)."""
_PLAIN: Final = re.compile(r"[^\s<>,;:()\"]+")
_ORDINARY: Final = re.compile(r"([\w!#$%&'*+/=?^`{|}~.-]+)@([a-z\d-]+(?:\.[a-z\d-]+)*)", re.ASCII)
"""Nearly every address: nothing in it is to be removed or rewritten."""
_A_LABEL: Final = "xn--"
_VALID: Final = re.compile(
    r"[a-z\d]+(?:[._+-][a-z\d]+){0,9}@(?:[a-z\d]{1,30}(?:-[a-z\d]{1,30})?\.){1,3}"
    r"(?!(?:arpa|invalid|local|localhost|onion)$)[a-z]{2,20}",
    re.ASCII | re.IGNORECASE,
)
"""Nearly every address: what `validate_email` takes as it is, which takes forty times as long."""

_LONGEST_LOCAL: Final = 50
"""Below every limit on the part before the @; longer ones are judged by `validate_email`."""

_GOOGLE: Final = frozenset({"gmail.com", "googlemail.com"})
"""Two names of one service that ignores dots before the @ (https://support.google.com/mail/answer/7436150)."""

_NOWHERE: Final = re.compile(r"(?:^|\.)(?:invalid|onion)$")
"""Domains that no mail server has, not even a private one (RFC 6761, RFC 7686)."""


@dataclass(slots=True)
class ReadMailbox:
    stored: str = field(repr=False)
    key: str = field(repr=False)
    _parts: tuple[str, str] | None = field(repr=False)

    def wire(self, *, private: bool = False) -> str | None:
        """In ASCII, with the part before the @ as it was written: only its host knows what that means (RFC 5321 2.4).

        None if it is not an address. `private` allows names that are not public.
        """
        return None if self._parts is None else _wire(*self._parts, private=private)


def read_mailbox_address(text: str) -> ReadMailbox:
    """Read the one address in a text. Two of them are no address."""
    ordinary = _ORDINARY.fullmatch(text)
    if ordinary is not None and _A_LABEL not in ordinary[2]:
        return ReadMailbox(text, _key(ordinary[1], ordinary[2]), (ordinary[1], ordinary[2]))
    found = _only_address(_without_scheme(_without_quotes(with_joiners(text).rstrip(",; "))))
    found = found and _NEEDLESSLY_QUOTED.sub(r"\1", found)
    local, at, written = (found or "").rpartition("@")
    local, domain = without_marks(local), _domain(written)
    if found is None or domain is None or not local:
        left = without_marks(text if found is None else found)
        return ReadMailbox(left, left.lower(), None)
    return ReadMailbox(f"{local}{at}{domain.written}", _key(local, domain.ascii), (local, domain.ascii))


def _without_quotes(text: str) -> str:
    quoted = _WHOLLY_QUOTED.fullmatch(text)
    return text if quoted is None else (quoted["straight"] or quoted["curled"]).strip()


def _without_scheme(text: str) -> str:
    """Unwrap a link from a web page (RFC 6068). It may hold what no text is stored with, such as an encoded NUL."""
    scheme = _SCHEME.match(text.removeprefix("<"))
    if scheme is None:
        return text
    return storable(unquote(text.removeprefix("<").removesuffix(">")[scheme.end() :].partition("?")[0])).strip()


def _only_address(text: str) -> str | None:
    """Find the address in `Ann <ann@example.test>` and `ann@example.test (Ann)`. A space makes no part a name."""
    plain = _NEEDLESSLY_QUOTED.sub(r"\1", _COMMENT.sub("", text).strip())
    if _PLAIN.fullmatch(plain):
        return plain
    unquoted = _QUOTED.sub("", text)
    bracketed = _IN_BRACKETS.findall(unquoted)
    listed = _SEVERAL.search(unquoted) and _ADDRESS.search(_IN_BRACKETS.sub("", unquoted))
    return None if len(bracketed) != 1 or listed else _without_scheme(_without_quotes("".join(bracketed[0].split())))


@dataclass(frozen=True, slots=True)
class _Domain:
    written: str
    ascii: str


def _domain(text: str) -> _Domain | None:
    """Read a domain (UTS 46, not transitional, as browsers and IDNA 2008 do). Return None if it is not one.

    A joiner that no letter needs is an invisible mark like any other.
    """
    written = text.strip(JOINERS).removesuffix(".").lower()
    for each in dict.fromkeys((written, without_marks(written))):
        try:
            return _Domain(each, to_ascii(each))
        except idna.IDNAError:
            continue
    return None


def to_ascii(domain: str) -> str:
    """Write a domain in ASCII. Raise idna.IDNAError if that is impossible."""
    if domain.isascii() and _A_LABEL not in domain:
        return domain
    try:
        return idna.encode(domain, uts46=True, transitional=False).decode("ascii").lower()
    except idna.InvalidCodepoint:
        return _with_symbols(domain)


def _with_symbols(domain: str) -> str:
    """Write a domain that holds symbols: IDNA 2008 has none, some registries sell them, and browsers read them.

    Raise idna.IDNAError if that is impossible.
    """
    mapped = idna.uts46_remap(".".join(map(_letters, domain.split("."))), std3_rules=True, transitional=False)
    if not any(map(_is_symbol, mapped)):
        raise idna.InvalidCodepoint("no symbol is at fault")
    idna.encode("".join("x" if _is_symbol(each) else each for each in mapped))  # The rest has to be a name.
    return ".".join(
        each if each.isascii() else _A_LABEL + each.encode("punycode").decode() for each in mapped.split(".")
    )


def _letters(label: str) -> str:
    try:
        return label.removeprefix(_A_LABEL).encode("ascii").decode("punycode") if label.startswith(_A_LABEL) else label
    except UnicodeError:
        raise idna.IDNAError("no A-label") from None


def _is_symbol(character: str) -> bool:
    return unicodedata.category(character) == "So"


def to_unicode(domain: str) -> str:
    """Write a domain in Unicode letters. One that has no other form stays."""
    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain


def _key(local: str, domain: str) -> str:
    local = unicodedata.normalize("NFC", local).lower()
    return f"{local.replace('.', '')}@gmail.com" if domain in _GOOGLE else f"{local}@{domain}"


def mailbox_spellings(key: str) -> frozenset[str]:
    """Return a key, and the other spellings that a report may hold: the domain in letters, Google's other name."""
    local, _, domain = key.rpartition("@")
    domains = _GOOGLE if domain in _GOOGLE else {domain, to_unicode(domain)}
    return frozenset(f"{local}@{each}" for each in domains)


def _wire(local: str, domain: str, *, private: bool) -> str | None:
    """A local part beyond ASCII needs SMTPUTF8 (RFC 6531) all the way, which no provider promises."""
    # An encoded word has no place in an address (RFC 2047 section 5), and some programs would decode it.
    if "=?" in local or "=?" in domain:
        return None
    if private and (_NOWHERE.search(domain) or not ("." in domain or domain == "localhost")):
        return None
    # The letters of the name have been checked. What is not public is checked as a part of a name that is.
    shape = domain.replace(_A_LABEL, "xn00") + (".test" if private else "")
    if len(local) <= _LONGEST_LOCAL and _VALID.fullmatch(f"{local}@{domain}"):
        return f"{local}@{domain}"
    try:
        # `test_environment` allows names under .test (RFC 2606), on which sandboxes live; it changes nothing else.
        found = validate_email(
            f"{local}@{shape}", check_deliverability=False, test_environment=True, allow_smtputf8=False
        )
    except EmailNotValidError:
        return None
    return f"{found.local_part}@{domain}"
