"""Ids of rows that are written together: as PostgreSQL makes them, and in order."""

from itertools import islice
from uuid import UUID

import sqlalchemy as sa

from app.store.database import Database
from app.store.new_ids import id_at, ids_after
from tests.conftest import create_tenant

_MADE = sa.text(f"SELECT {id_at('place')} FROM generate_series(1, 300) AS place")
_ONE = sa.text("SELECT uuidv7()")


async def test_new_ids_are_in_order_and_after_those_of_before(database: Database) -> None:
    async with database.begin(await create_tenant(database)) as tx:
        first = await tx.scalar(_ONE)
        from_one = [UUID(each) for each in islice(ids_after(first), 300)]
        made = list(await tx.scalars(_MADE))
        last = await tx.scalar(_ONE)
    found = [*from_one, *made, last]
    assert found == sorted(set(found))
    assert {(each.version, each.variant) for each in found} == {(7, first.variant)}
