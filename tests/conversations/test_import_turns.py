"""Two groups of an import at once store what they store one after the other, and nothing after what failed."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.conversations.import_chunk import Changes, Chunk
from app.conversations.import_line import ConversationLine
from app.conversations.import_turns import Turn
from app.conversations.importing import import_lines
from app.conversations.sql.imports import load_chunk, store_changes
from app.store.database import Database
from app.store.transactions import TenantTx
from tests.conftest import create_tenant
from tests.imports import DIGESTS, Desk, line, ndjson, patch

Lines = list[dict[str, Any]]


@pytest.fixture
def desk(database: Database, tenant: UUID) -> Desk:
    return Desk(database, tenant)


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.conversations.import_groups.GROUP_LINES", 3)
    monkeypatch.setattr("app.conversations.sql.imports.WAITS", 0.3)


def whole(name: str, /, **changes: Any) -> dict[str, Any]:
    return line(name, **{"channel_account": None, "contact": {"external_id": f"of-{name}"}, **changes})


STORED = {
    "contacts": """
        SELECT CASE WHEN external_id LIKE 'left:%' THEN 'left' ELSE external_id END, name, first_name, email, phone,
               email_key, phone_key, opted_out, custom_fields, unnamed FROM contacts
    """,
    "conversations": """
        SELECT c.external_id, c.channel, k.external_id, k.name, c.address, c.address_key, c.status, c.engagement,
               c.team, c.custom_fields, c.last_customer_message_at, c.reply_to_message_id, c.reply_references,
               c.status_version, c.engagement_version
        FROM conversations c JOIN contacts k ON k.id = c.contact_id
    """,
    "tags": "SELECT c.external_id, t.tag FROM conversation_tags t JOIN conversations c ON c.id = t.conversation_id",
    "fields": """
        SELECT c.external_id, f.name, f.value
        FROM conversation_fields f JOIN conversations c ON c.id = f.conversation_id
    """,
    "messages": """
        SELECT c.external_id, m.text, m.provider_message_id, m.sender, m.created_at
        FROM messages m JOIN conversations c ON c.id = m.conversation_id
    """,
    "events": "SELECT type, sum(jsonb_array_length(subjects)) FROM outbound_events GROUP BY type",
}


async def stored(desk: Desk) -> dict[str, list[str]]:
    async with desk.database.begin(desk.tenant) as tx:
        return {name: sorted(map(str, await tx.execute(sa.text(statement)))) for name, statement in STORED.items()}


def hostile(chance: random.Random) -> dict[str, Any]:
    """A line that speaks of few conversations, contacts and addresses, so that many others do too."""
    address = chance.choice([f"{who}@example.test" for who in ("ann", "bo", "cy")])
    number = f"+1415555010{chance.randrange(3)}"
    contacts: Lines = [
        {"external_id": f"u-{chance.randrange(4)}", "email": address},
        {"name": f"Name {chance.randrange(3)}", "email": address},
        {"external_id": None, "phone": number, "custom_fields": {"n": chance.randrange(3)}},
        {},
    ]
    said: dict[str, Any] = {
        "channel": chance.choice(["email", "sms"]),
        "contact": chance.choice(contacts),
        "address": chance.choice([address, number, None]),
        "tags": chance.sample(["a", "b", "c", "d"], 2),
        "status": chance.choice(["active", "done"]),
        "custom_fields": {"plan": chance.choice(["pro", "free", None])},
        "created_at": "2026-05-01T09:00:00Z",
        "last_customer_message": {"text": f"{chance.randrange(3)}", "sent_at": "2026-05-01T10:00:00Z"},
    }
    kept = {"created_at", *chance.sample(sorted(said), 5)}
    return {"external_id": f"c-{chance.randrange(12)}", **{name: said[name] for name in kept}}


@pytest.mark.parametrize("seed", range(4))
async def test_two_groups_at_once_store_what_they_store_one_by_one(
    database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    said = [hostile(chance) for _ in range(40)]
    said[10:10] = [whole(f"new-{n}") for n in range(20)]
    outcomes = []
    for at_once in (1, 2):
        monkeypatch.setattr("app.conversations.import_turns.AT_ONCE", at_once)
        desk = Desk(database, await create_tenant(database))
        reports = [await desk.imports(*said), await desk.imports(*said[::-1])]
        outcomes.append({"reports": list(map(str, reports)), **await stored(desk)})
    for name in outcomes[0]:
        assert outcomes[1][name] == outcomes[0][name]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many groups were under way, themselves included, as each had loaded what it refers to."""
    seen, under_way = list[int](), set[Turn]()
    loaded, ends = Turn.has_loaded, Turn.ends

    def count(turn: Turn) -> None:
        under_way.add(turn)
        seen.append(len(under_way))
        loaded(turn)

    def end(turn: Turn, *, stored: bool) -> None:
        under_way.discard(turn)
        ends(turn, stored=stored)

    monkeypatch.setattr(Turn, "has_loaded", count)
    monkeypatch.setattr(Turn, "ends", end)
    return seen


async def test_two_groups_are_under_way_unless_they_speak_of_the_same(desk: Desk, begun: list[int]) -> None:
    await desk.imports(*(whole(f"c-{n}") for n in range(12)))
    assert max(begun) == 2
    begun.clear()
    await desk.imports(*(whole(f"d-{n}", contact={"external_id": "u-1"}) for n in range(12)))
    assert begun == [1, 1, 1, 1]


Spoil = Callable[[Changes], None]


@pytest.fixture
def spoiled(monkeypatch: pytest.MonkeyPatch) -> Callable[[Spoil], None]:
    """Let something happen after each group's changes are written, before they are committed."""

    def by(spoil: Any) -> None:
        async def store(tx: TenantTx, changes: Changes, now: datetime) -> None:
            await store_changes(tx, changes, now)
            await spoil(changes)

        monkeypatch.setattr("app.conversations.importing.store_changes", store)

    return by


async def test_nothing_stays_of_what_comes_after_a_group_that_failed(desk: Desk, spoiled: Any) -> None:
    second_is_written = asyncio.Event()

    async def spoil(changes: Changes) -> None:
        if "c-6" in changes.conversations:
            second_is_written.set()
        if "c-3" in changes.conversations:
            await second_is_written.wait()
            raise ConnectionError

    spoiled(spoil)
    with pytest.raises(ConnectionError):
        await desk.imports(*(whole(f"c-{n}") for n in range(12)))
    assert await desk.found({}) == ["c-0", "c-1", "c-2"]


async def test_groups_before_a_fault_in_the_upload_stay(desk: Desk) -> None:
    said = [whole(f"c-{n}") for n in range(7)]

    async def broken() -> Any:
        for each in said:
            yield ndjson(each) + b"\n"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await import_lines(desk.database, desk.tenant, broken(), DIGESTS)
    assert await desk.found({}) == [f"c-{n}" for n in range(6)]


async def test_an_import_that_is_stopped_leaves_its_first_groups(desk: Desk, spoiled: Any) -> None:
    reached = asyncio.Event()

    async def spoil(changes: Changes) -> None:
        if "c-3" in changes.conversations and not reached.is_set():
            reached.set()
            await asyncio.Event().wait()

    spoiled(spoil)
    importing = asyncio.create_task(desk.imports(*(whole(f"c-{n}") for n in range(12))))
    await reached.wait()
    importing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await importing
    assert await desk.found({}) == ["c-0", "c-1", "c-2"]
    assert await desk.outcomes(*(whole(f"c-{n}") for n in range(12))) == (9, 0, 3, 0)


async def test_what_another_import_creates_meanwhile_is_updated(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def load(tx: TenantTx, lines: Sequence[ConversationLine], turn: Turn | None) -> Chunk:
        chunk = await load_chunk(tx, lines, turn)
        if any(each.external_id == "c-4" for each in lines):
            monkeypatch.undo()
            assert await desk.outcomes(whole("c-4", team="other", tags=["other"])) == (1, 0, 0, 0)
        return chunk

    monkeypatch.setattr("app.conversations.importing.load_chunk", load)
    assert await desk.outcomes(*(whole(f"c-{n}", last_customer_message=None) for n in range(6))) == (5, 1, 0, 0)
    conversation = (await desk.view("c-4")).conversation
    assert (conversation.team, conversation.tags) == ("billing", ("payment-issue-2026-05", "vip"))


async def test_imports_that_wait_for_each_other_store_everything_once(desk: Desk) -> None:
    said = [whole(f"c-{n}", contact={"external_id": f"u-{n % 10}"}) for n in range(30)]
    reports = await asyncio.gather(desk.imports(*said), desk.imports(*said[::-1]), desk.imports(*said))
    assert sum(report.created for report in reports) == 30
    assert sum(report.failed for report in reports) == 0
    assert len(await desk.found({})) == 30


async def test_a_row_that_somebody_holds_is_waited_for(desk: Desk) -> None:
    await desk.imports(whole("c-1"))
    async with desk.database.begin(desk.tenant) as tx:
        await tx.execute(sa.text("SELECT FROM conversations WHERE tenant_id = :tenant FOR UPDATE"))
        importing = asyncio.create_task(
            desk.outcomes(*(patch(f"c-{n}", team="new", channel="email") for n in range(9)))
        )
        done, _ = await asyncio.wait([importing], timeout=1.0)
        assert not done
    assert await importing == (8, 1, 0, 0)
