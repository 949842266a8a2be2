"""Content negotiation by the `Accept` header (RFC 9110 section 12.5.1)."""

from collections.abc import Sequence
from typing import Final

from fastapi import Request

MOST_PARTS: Final = 100
"""Of an `Accept` header. Browsers send fewer than ten."""


def preferred(request: Request, offered: Sequence[str]) -> str:
    """Return the offered media type that `Accept` ranks highest; the first one offered if it names none of them."""
    ranks = [_rank(part) for part in request.headers.get("accept", "*/*").split(",", MOST_PARTS)[:MOST_PARTS]]
    return max(offered, key=lambda kind: max((q for accepted, q in ranks if _covers(accepted, kind)), default=0.0))


def _rank(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip() for piece in part.lower().split(";"))
    given = [parameter[2:] for parameter in parameters if parameter.startswith("q=")]
    try:
        return kind, float(given[0]) if given else 1.0
    except ValueError:
        return kind, 0.0


def _covers(accepted: str, kind: str) -> bool:
    return accepted in ("*/*", kind) or accepted == kind.split("/")[0] + "/*"
