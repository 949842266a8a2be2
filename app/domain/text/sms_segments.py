"""How many parts an SMS is sent in: what it costs, and what a sender's rate counts.

Counted as Twilio's segment calculator does (TwilioDevEd/message-segment-calculator). A few senders carry a longer
header (toll-free numbers in the US and Canada), so the number is an estimate until the provider answers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import regex  # type: ignore[import-untyped]  # it ships no types

# GSM 03.38, section 6.2.1: the default alphabet, and the characters that cost an escape septet before their own.
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = "\f^{}\\[~]|€"
_SEPTETS = {**dict.fromkeys(_BASIC, 1), **dict.fromkeys(_EXTENSION, 2)}
_ALPHABET = frozenset(_SEPTETS)

# A grapheme (UAX #29) is never split, except CR LF, which Twilio takes as two.
_CLUSTER = regex.compile(r"\r|\X")


class Encoding(StrEnum):
    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


@dataclass(frozen=True, slots=True)
class _Capacity:
    """Units in the 140 octets of a message: `alone`, and as a `part`, beside the six octets that join parts."""

    alone: int
    part: int


_GSM_7 = _Capacity(160, 153)
_UCS_2 = _Capacity(70, 67)


@dataclass(frozen=True, slots=True)
class Segments:
    encoding: Encoding
    segments: int
    units: int
    """Septets in GSM-7, UTF-16 code units in UCS-2."""


def count(text: str) -> Segments:
    """Count the parts of a text. An empty one is a part too."""
    if _ALPHABET.issuperset(text):
        septets = len(text) + sum(map(text.count, _EXTENSION))
        parts = 1 if septets <= _GSM_7.alone else _parts(map(_SEPTETS.__getitem__, text), _GSM_7.part)
        return Segments(Encoding.GSM_7, parts, septets)
    code_units = _code_units(text)
    parts = 1 if code_units <= _UCS_2.alone else _parts(_clusters(text), _UCS_2.part)
    return Segments(Encoding.UCS_2, parts, code_units)


def _parts(pieces: Iterable[int], capacity: int) -> int:
    """Fill part after part with pieces that stay whole."""
    parts, room = 1, capacity
    for piece in pieces:
        if piece > room:
            parts, room = parts + 1, capacity
        room -= piece
    return parts


def _clusters(text: str) -> Iterator[int]:
    for cluster in _CLUSTER.findall(text):
        units = _code_units(cluster)
        # A pile of accents that no part can hold has to be split, between code points.
        yield from (units,) if units <= _UCS_2.part else map(_code_units, cluster)


def _code_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
