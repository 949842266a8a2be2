"""Mutants that change nothing that anybody could notice, each with the reason."""

from collections.abc import Mapping
from typing import Final

_TWICE: Final = "The row is locked since it was judged; the compare-and-set is the second of two guards."

HARMLESS: Final[Mapping[str, str]] = {
    "app.delivery.sql.settlements._APPLY: 'AND d.status = v.before' → ''": _TWICE,
    "app.delivery.sql.settlements._APPLY: 'AND d.epoch = v.epoch' → ''": _TWICE,
}
