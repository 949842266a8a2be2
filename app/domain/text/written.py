"""Text that was typed or copied, without its invisible characters."""

import unicodedata
from typing import Final

JOINERS: Final = "\u200c\u200d"
"""Zero-width joiner and non-joiner, which are invisible, and letters of some scripts' domain names."""

_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3002: ".", 0xFF61: ".", 0x3000: " "}
"""The ASCII characters as East Asian keyboards write them, the ideographic full stop and the ideographic space."""

_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters without a mark or a width that Unicode counts as letters or symbols."""


def without_marks(text: str) -> str:
    """Return a text without invisible marks and direction marks, and with ASCII in its usual width."""
    return _visible(text, kept="").strip()


def with_joiners(text: str) -> str:
    """The same, but keep joiners, which an internationalised domain name may hold."""
    return _visible(text, kept=JOINERS).strip()


def _visible(text: str, *, kept: str) -> str:
    text = text.translate(_FULL_WIDTH)
    if text.isascii() and text.isprintable():
        return text
    return "".join(character for character in text if character in kept or not _is_invisible(character))


def _is_invisible(character: str) -> bool:
    if character.isspace():
        return False
    selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return selector or character in _FILLERS or unicodedata.category(character) == "Cf"
