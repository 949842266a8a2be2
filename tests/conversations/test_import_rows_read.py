"""How many rows an import reads for each of its lines, where statistics know nothing of its tenant."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from app.conversations.import_line import parse_line
from app.conversations.sql.import_rows import rows_of
from app.conversations.sql.import_storing import store_rows
from app.conversations.sql.imports import load_chunk
from app.domain.words import TenantId
from app.store.database import Database
from tests.conftest import create_tenant
from tests.imports import Desk, line, ndjson
from tests.plans import counting_rows, renew_statistics

ALL, FEW = 1_300, 60
A_HANDFUL = 20
"""Rows of one table for each line: itself, its versions, and what foreign keys check of it."""
TABLES = ("contacts", "conversations", "conversation_tags", "conversation_fields", "messages")


def lines(start: int, count: int, **changes: object) -> list[dict[str, object]]:
    return [
        line(f"c-{n}", channel_account=None, contact={"external_id": f"u-{n}", "phone": f"+1202{n:07}"}, **changes)
        for n in range(start, start + count)
    ]


@pytest.fixture
async def desk(database: Database, database_url: str, owner_url: str) -> AsyncIterator[Desk]:
    """A tenant that came after the statistics were made, on a connection that worked when it had hardly a row."""
    for _ in range(3):
        await Desk(database, await create_tenant(database)).imports(*lines(0, 30))
    await renew_statistics(owner_url, *TABLES)
    one = Database(database_url, pool_size=1)
    desk = Desk(one, await create_tenant(database))
    for n in range(10):
        await desk.imports(*lines(n, 1))
    await desk.imports(*lines(0, ALL))
    yield desk
    await one.close()


@pytest.mark.parametrize("start", [ALL, ALL // 2], ids=["new lines", "lines of before"])
async def test_a_group_of_lines_reads_what_it_speaks_of(desk: Desk, start: int) -> None:
    now, tenant = datetime.now(UTC), TenantId(desk.tenant)
    said = [parse_line(each) for each in ndjson(*lines(start, FEW, subject=str(uuid4()))).splitlines()]
    async with desk.database.begin(tenant) as tx, counting_rows(tx) as read:
        chunk = await load_chunk(tx, said)
        for each in said:
            chunk.apply(each, now)
        await store_rows(tx, rows_of(chunk.take_changes(), now))
    assert max(read[table] for table in TABLES) <= A_HANDFUL * FEW, read


@pytest.mark.parametrize(("start", "count"), [(ALL, 1), (0, 0)], ids=["new lines", "lines of before"])
async def test_lines_are_written_by_one_statement_if_they_hold_anything_new(desk: Desk, start: int, count: int) -> None:
    now, said = datetime.now(UTC), [parse_line(each) for each in ndjson(*lines(start, FEW)).splitlines()]
    statements: list[str] = []
    async with desk.database.begin(TenantId(desk.tenant)) as tx:
        chunk = await load_chunk(tx, said)
        for each in said:
            chunk.apply(each, now)
        with tx.driver.query_logger(lambda run: statements.append(run.query)):
            await store_rows(tx, rows_of(chunk.take_changes(), now))
    assert len(statements) == count
