"""Arrays of texts as literals, for statements of many rows.

asyncpg takes ten times as long to encode a list of texts as a text, and PostgreSQL waits for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

_END: Final = "\x00,"
"""Of a text. No text that PostgreSQL stores holds NUL."""
_NULL: Final = "\x00N"


def text_arrays(names: Iterable[str]) -> str:
    """Return the SQL of parameters that are such literals."""
    return ", ".join(f"CAST(CAST(:{name} AS text) AS text[])" for name in names)


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


def with_literals(columns: Mapping[str, Sequence[Any]], names: Iterable[str]) -> dict[str, Any]:
    """Return columns, those of these names as literals."""
    return {**columns, **{name: array_literal(columns[name]) for name in names}}
