"""What migrations make of the rows that there are."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine

from app.dev import servers
from app.store.database import async_url
from app.store.schema import MIGRATIONS, alembic_config

TENANT = "00000000-0000-7000-8000-000000000001"


class Old:
    """A database as it was before a migration."""

    def __init__(self, owner_url: str, superuser_url: str) -> None:
        self._owner_url, self._superuser_url = owner_url, superuser_url

    async def upgrades(self, to: str) -> None:
        engine = create_async_engine(async_url(self._owner_url))
        try:
            async with engine.begin() as connection:
                await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), to))
        finally:
            await engine.dispose()

    async def runs(self, statement: str) -> list[Any]:
        connection = await asyncpg.connect(self._superuser_url)
        try:
            *before, last = statement.strip().rstrip(";").split(";")
            for each in before:
                await connection.execute(each)
            return list(await connection.fetch(last))
        finally:
            await connection.close()


@pytest.fixture
async def old(postgres_server: servers.PostgresServer, worker_name: str, owner_url: str) -> AsyncIterator[Old]:
    name = f"old_{worker_name}"
    await servers.create_database(postgres_server, name, fresh=True)
    yield Old(postgres_server.url(servers.OWNER, name), postgres_server.url("postgres", name))
    await servers.drop_database(postgres_server, name)


def before(revision: str) -> str:
    down = ScriptDirectory(str(MIGRATIONS)).get_revision(revision).down_revision
    assert isinstance(down, str)
    return down


ROWS = f"""
    INSERT INTO tenants (id, name) VALUES ('{TENANT}', 'Example Ltd');
    INSERT INTO contacts (tenant_id, external_id, name, email, phone) VALUES
        ('{TENANT}', 'u-1', 'Ann', 'ann@x.test', '+14155550100'),
        ('{TENANT}', 'email:bo@x.test', 'Bo', 'Bo@x.test', NULL),
        ('{TENANT}', 'email:cy@x.test', 'Cy', 'cy@x.test', NULL),
        ('{TENANT}', 'email:di@x.test', 'Di', 'di@x.test', NULL),
        ('{TENANT}', 'email:left@x.test', 'Left', 'left@x.test', NULL);
    INSERT INTO conversations (tenant_id, external_id, channel, contact_id, address)
    SELECT '{TENANT}', v.external_id, v.channel, k.id, v.address FROM (VALUES
        ('derived', 'email', 'u-1', 'ann@x.test'), ('derived-sms', 'sms', 'u-1', '+14155550100'),
        ('given', 'email', 'u-1', 'ann@home.test'), ('unnamed', 'email', 'email:bo@x.test', 'Bo@x.test'),
        ('moved', 'email', 'email:cy@x.test', 'cy@home.test'), ('shared', 'email', 'email:di@x.test', 'di@x.test'),
        ('parted', 'email', 'email:di@x.test', 'di@home.test'), ('joined', 'email', 'email:cy@x.test', 'di@x.test')
    ) v (external_id, channel, contact, address) JOIN contacts k ON k.external_id = v.contact;
"""


async def test_addresses_become_derived_and_contacts_without_an_id_follow_theirs(old: Old) -> None:
    await old.upgrades(before("0037"))
    await old.runs(ROWS)
    await old.upgrades("0037")
    found = await old.runs("""
        SELECT c.external_id, c.address, k.external_id AS contact, k.name, k.email, k.unnamed
        FROM conversations c JOIN contacts k ON k.id = c.contact_id
    """)
    assert {row[0]: tuple(row)[1:] for row in found} == {
        "derived": (None, "u-1", "Ann", "ann@x.test", False),
        "derived-sms": (None, "u-1", "Ann", "ann@x.test", False),
        "given": ("ann@home.test", "u-1", "Ann", "ann@x.test", False),
        "unnamed": (None, "email:bo@x.test", "Bo", "Bo@x.test", True),
        "moved": (None, "email:cy@home.test", "Cy", "cy@home.test", True),
        "shared": (None, "email:di@x.test", "Di", "di@x.test", True),
        "parted": (None, "email:di@home.test", "Di", "di@home.test", True),
        "joined": (None, "email:di@x.test", "Di", "di@x.test", True),
    }
    vacated = await old.runs("SELECT name, email FROM contacts WHERE external_id LIKE 'left:%'")
    assert [tuple(row) for row in vacated] == [(None, None)] * 2


UNTRIMMED = f"""
    INSERT INTO tenants (id, name) VALUES ('{TENANT}', 'Example Ltd');
    INSERT INTO contacts (tenant_id, external_id) VALUES ('{TENANT}', 'u-1');
    INSERT INTO conversations (tenant_id, external_id, channel, contact_id)
    SELECT '{TENANT}', v.name, 'email', k.id
    FROM (VALUES (' c-1 '), ('c-2'), ('c-2 '), ('c-3'), (E'\tc-4'), ('c-4  '), ('  ')) v (name), contacts k;
    INSERT INTO conversation_tags (tenant_id, tag, conversation_id)
    SELECT tenant_id, t.tag, id FROM conversations c, (VALUES ('vip '), ('vip'), (' '), ('late')) t (tag)
    WHERE c.external_id = 'c-3' OR c.external_id = 'c-2' AND t.tag = 'vip '
"""


async def test_keys_that_blanks_would_hide_lose_them(old: Old) -> None:
    await old.upgrades(before("0038"))
    await old.runs(UNTRIMMED)
    await old.upgrades("0038")
    names = [row[0] for row in await old.runs("SELECT external_id FROM conversations ORDER BY id")]
    assert names == ["c-1", "c-2", "c-2 ", "c-3", "c-4", "c-4  ", "  "]
    tags = await old.runs("""
        SELECT c.external_id, t.tag FROM conversation_tags t JOIN conversations c ON c.id = t.conversation_id
        ORDER BY c.external_id, t.tag
    """)
    assert [tuple(row) for row in tags] == [("c-2", "vip"), ("c-3", "late"), ("c-3", "vip")]
