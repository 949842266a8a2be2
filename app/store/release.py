"""The database must have what this release reads: a process is often started before its `migrate`."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.tables import metadata

# The catalogue, which every login may read: the table of revisions is the owner's alone.
_COLUMNS: Final = sa.text("""
    SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
""")


class SchemaBehind(Exception):
    """The database lacks something that this release reads."""


async def refuse_former_schema(connection: AsyncConnection) -> None:
    """Raise SchemaBehind, saying what to do, if a table or a column of this release is missing."""
    found = {(row.relname, row.attname) for row in await connection.execute(_COLUMNS)}
    tables = metadata.sorted_tables
    missing = [
        f"{table.name}.{each.name}" for table in tables for each in table.c if (table.name, each.name) not in found
    ]
    if missing:
        raise SchemaBehind(
            f"The database is not at this release's schema: {missing[0]} is missing. Run `mass-reply migrate` first."
        )
