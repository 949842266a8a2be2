"""Columns of values, one for each parameter of a statement's `unnest`."""

from collections.abc import Iterable
from typing import Any


def column(values: Iterable[Any]) -> list[Any]:
    """Return the values as a list, or an empty one if each is None or False: `unnest` fills that up with nulls.

    So the statement must take null for false, and have another column that is always full. In most groups of deliveries
    half of the columns are such, and asyncpg examines each value before it writes it.
    """
    listed = list(values)
    return listed if any(value is not None and value is not False for value in listed) else []
