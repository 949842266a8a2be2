"""Rows that a statement gets as arrays, a column each, most of them as literals.

asyncpg takes ten times as long to encode a list of texts as a text, and PostgreSQL waits for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

LITERALS: Final = frozenset({"text", "uuid", "jsonb"})
"""Types whose arrays go as literals. Values of other types are encoded by asyncpg."""

_END: Final = "\x00,"
"""Of a text. No text that PostgreSQL stores holds NUL."""
_NULL: Final = "\x00N"


@dataclass(frozen=True, slots=True)
class RowArrays:
    """The columns of some rows: what a statement calls them, and the values for it."""

    prefix: str
    """Of the parameters' names."""
    types: Mapping[str, str]
    """By the columns' names."""

    @property
    def rows(self) -> str:
        """The SQL of the rows, to select from. `place` counts them from 1 on."""
        arrays = ", ".join(_array(f"{self.prefix}_{name}", kind) for name, kind in self.types.items())
        return f"unnest({arrays}) WITH ORDINALITY AS r ({', '.join(self.types)}, place)"

    def values(self, columns: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
        """Return the parameters. Columns that the statement does not take are left out."""
        return {
            f"{self.prefix}_{name}": array_literal(columns[name]) if kind in LITERALS else columns[name]
            for name, kind in self.types.items()
        }


def _array(parameter: str, kind: str) -> str:
    return f"CAST(CAST(:{parameter} AS text) AS {kind}[])" if kind in LITERALS else f"CAST(:{parameter} AS {kind}[])"


def array_literal(texts: Sequence[str | None]) -> str:
    """Write an array as PostgreSQL reads it. https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO

    Raise ValueError if a text holds NUL: it would be taken for the end of one, and the texts after it for others'.
    """
    if not texts:
        return "{}"
    joined = _END.join([_NULL if text is None else text for text in texts])
    if joined.count("\x00") != len(texts) - 1 + texts.count(None):
        raise ValueError("A text holds NUL, which PostgreSQL does not store.")
    escaped = joined.replace("\\", "\\\\").replace('"', '\\"')
    return ('{"' + escaped.replace(_END, '","') + '"}').replace(f'"{_NULL}"', "NULL")
