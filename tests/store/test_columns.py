"""Columns of values for a statement's `unnest`."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from app.store.columns import column
from app.store.database import Database

_ROWS = sa.text("""
    SELECT v.id, v.name, v.late IS TRUE AS late
    FROM unnest(CAST(:ids AS int[]), CAST(:names AS text[]), CAST(:late AS boolean[])) AS v (id, name, late)
""")


@pytest.mark.parametrize("values", [[None, 0], ["", None], [False, True]])
def test_what_is_neither_null_nor_false_is_kept_with_all_others(values: list[object]) -> None:
    assert column(iter(values)) == values


async def test_a_column_without_a_value_is_one_of_nulls(database: Database, tenant: UUID) -> None:
    columns = {"ids": [1, 2], "names": column([None, None]), "late": column([False, False])}
    async with database.begin(tenant) as tx:
        rows = await tx.rows(_ROWS, **columns)
    assert [tuple(row) for row in rows] == [(1, None, False), (2, None, False)]
