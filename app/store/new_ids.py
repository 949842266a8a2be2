"""Ids of rows that are written together: only their last four digits differ, in the order of the rows.

For each random id PostgreSQL asks the operating system. Without OpenSSL it opens /dev/urandom, which is nearly as much
work as storing a row.
"""

from collections.abc import Iterator
from itertools import count
from uuid import UUID


def id_at(place: str) -> str:
    """Return the SQL of the id for a row's place, which is an SQL expression: up to 65,535."""
    return f"CAST((SELECT left(CAST(uuidv7() AS text), -4)) || lpad(to_hex({place}), 4, '0') AS uuid)"


def ids_after(first: UUID) -> Iterator[str]:
    """Yield up to 65,536 ids, made from one that PostgreSQL has made."""
    beginning = str(first)[:-4]
    return (f"{beginning}{place:04x}" for place in count())
