"""Columns of values, one for each parameter of a statement's `unnest`."""

from collections.abc import Iterable
from typing import Any


def column(values: Iterable[Any]) -> list[Any]:
    """Return the values as a list, or an empty list if each is None or False: `unnest` fills it up with nulls.

    The statement must treat null as false, and have another column that is always full. In most groups of deliveries
    half of the columns are empty like this, and asyncpg would examine each value before it writes it.
    """
    listed = list(values)
    return listed if any(value is not None and value is not False for value in listed) else []
