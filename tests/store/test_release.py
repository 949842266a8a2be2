"""A process that is newer than the database, or that nobody has migrated for, says so when it starts."""

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from app.store.connection_pool import async_url
from app.store.release import SchemaBehind, refuse_former_schema


@pytest.mark.parametrize(
    ("former", "missing"),
    [
        ("ALTER TABLE lanes RENAME COLUMN held_times TO former", "lanes.held_times"),
        ("ALTER TABLE heartbeats RENAME TO former", "heartbeats"),
    ],
)
async def test_what_the_database_lacks_is_named(owner_url: str, database_url: str, former: str, missing: str) -> None:
    engine = create_async_engine(async_url(owner_url))
    try:
        async with engine.connect() as connection:
            await refuse_former_schema(connection)
            await connection.execute(sa.text(former))
            with pytest.raises(SchemaBehind, match=rf"{missing}.*Run `mass-reply migrate` first"):
                await refuse_former_schema(connection)
    finally:
        await engine.dispose()
