"""What is under way while a contact is erased: each waits for the other, and neither for long."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.compliance.erasure import erase_contact
from app.compliance.sql import report_search
from app.compliance.sql.identified_contact import hold_contact
from app.domain.audit import OPERATOR
from app.domain.mass_reply import Confirmation
from app.domain.permissions import Role
from app.domain.words import MassReplyId, TenantId
from app.mass_replies.confirm import confirm
from app.runtime import Runtime
from app.store import erased_addresses, mass_replies
from tests.api.conftest import stored_rows
from tests.compliance.person import BODY, BY_NAME, PERSON, create, erase, import_, person
from tests.mass_replies.conftest import Stage
from tests.scene import row


async def somebody_waits(runtime: Runtime, tenant: UUID, event: str = "advisory") -> None:
    """Let other tasks run until one of them waits for a lock of this kind."""
    waiting = f"SELECT count(*) FROM pg_stat_activity WHERE wait_event = '{event}' AND datname = current_database()"
    async with asyncio.timeout(20):
        while not (await row(runtime, tenant, waiting)).count:
            await asyncio.sleep(0.01)


async def reported(stage: Stage, sender: str, hours_ago: int = 0) -> None:
    """Let the provider have reported a customer's message."""
    await stage.write(
        "INSERT INTO receipts (id, tenant_id, account_id, event_key, kind, raw, settled_at) "
        f"SELECT uuidv7(interval '-{hours_ago} hours'), tenant_id, id, uuidv7(), 'inbound', CAST(:raw AS jsonb), now() "
        "FROM channel_accounts WHERE key = 'desk'",
        raw=json.dumps({"from": sender, "text": "Zebra"}),
    )


@asynccontextmanager
async def an_erasure_waits(desk: Stage) -> AsyncIterator[None]:
    """Let an erasure wait for somebody while the block runs, and end after it."""
    async with desk.runtime.database.begin(TenantId(desk.tenant)) as tx:
        await erased_addresses.wait_for_erasures(tx)
        erasing = asyncio.create_task(erase(desk.client))
        await somebody_waits(desk.runtime, desk.tenant)
        yield
    await erasing


async def test_what_is_being_prepared_meanwhile_takes_no_address_along(desk: Stage) -> None:
    runtime, tenant = desk.runtime, TenantId(desk.tenant)
    async with runtime.database.begin(tenant) as tx:
        await erase_contact(tx, "u-secret-1", runtime.address_digests, OPERATOR)
        preparing = asyncio.create_task(create(desk.client, BODY | {"on_unresolved": "blank"}))
        await somebody_waits(runtime, desk.tenant)
    batch = await preparing
    assert batch["preflight"]["skipped"] == [{"code": "no_address", "channel": "other", "count": 1}]
    assert "quirrel" not in await stored_rows(runtime.database, tenant, "deliveries")


async def test_an_import_that_speaks_of_the_person_meanwhile_waits_and_comes_after(desk: Stage) -> None:
    runtime, tenant = desk.runtime, TenantId(desk.tenant)
    async with runtime.database.begin(tenant) as tx:
        await erase_contact(tx, "u-secret-1", runtime.address_digests, OPERATOR)
        again = {"external_id": "c-zoe", "channel": "other", "status": "done"}
        importing = asyncio.create_task(import_(desk.client, again))
        await somebody_waits(runtime, desk.tenant)
    await importing


async def test_a_report_that_comes_while_an_erasure_waits_is_erased_too(
    desk: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are searched before: reading all of a tenant's takes long, and customers' messages would wait."""
    monkeypatch.setattr(erased_addresses, "PATIENCE", "20s")
    await reported(desk, "zoe.quirrel@example.test", hours_ago=1)
    async with an_erasure_waits(desk):
        await reported(desk, "12025550177")
    assert "Zebra" not in await stored_rows(desk.runtime.database, TenantId(desk.tenant), "receipts")


async def test_an_address_that_the_contact_gains_while_an_erasure_waits_is_searched_among_all_reports(
    desk: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erased_addresses, "PATIENCE", "20s")
    await reported(desk, "second@example.test", hours_ago=1)
    async with an_erasure_waits(desk):
        await desk.write("UPDATE contacts SET email = 'second@example.test'")
    assert "Zebra" not in await stored_rows(desk.runtime.database, TenantId(desk.tenant), "receipts")


async def test_all_reports_are_searched_however_many_statements_it_takes(
    desk: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each may take a minute in a request, which is enough for about a million."""
    monkeypatch.setattr(report_search, "REPORTS_AT_ONCE", 2)
    for sender in ("zoe.quirrel@example.test", "12025550177", "zoe.quirrel@example.test", "pat", "zoe.quirrel"):
        await reported(desk, sender)
    await erase(desk.client)
    left = await desk.read("SELECT raw FROM receipts WHERE raw <> '{}'")
    assert [one.raw["from"] for one in left] == ["pat"]


async def test_a_report_is_compared_with_a_contacts_addresses_and_not_with_each_of_its_conversations(
    desk: Stage,
) -> None:
    """They are looked up: comparing each with each would take hours for a contact with thousands of them."""
    odd = ('c-"quoted"', "C-Größe")
    for number in range(50):
        await import_(desk.client, person(external_id=odd[number] if number < len(odd) else f"c-{number}"))
    for external_id in (*odd, "c-49", "c-490"):
        await reported(desk, external_id)
    async with desk.runtime.database.begin(TenantId(desk.tenant)) as tx:
        contact = await hold_contact(tx, "u-secret-1")
        assert contact is not None
        needles = await report_search.needles_of(tx, contact)
    assert len(needles.parts) < 10
    assert len(needles.whole) == 2 * 51 - 1
    await erase(desk.client)
    left = await desk.read("SELECT raw FROM receipts WHERE raw <> '{}'")
    assert [one.raw["from"] for one in left] == ["c-490"]


async def test_an_erasure_gives_way_to_a_preparation_that_takes_long(
    desk: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it waits, customers' messages wait for it."""
    monkeypatch.setattr(erased_addresses, "PATIENCE", "10ms")
    async with desk.runtime.database.begin(TenantId(desk.tenant)) as tx, asyncio.timeout(20):
        await erased_addresses.wait_for_erasures(tx)
        answer = await desk.client.delete(BY_NAME)
        assert answer.status_code == 503
        assert answer.json()["detail"].startswith(erased_addresses.BUSY)
    await erase(desk.client)


async def test_an_erasure_gives_way_if_it_would_wait_for_one_row_after_the_other(
    desk: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erased_addresses, "PATIENCE", "20s")  # for each of them
    monkeypatch.setattr(erased_addresses, "IN_ALL", 0.05)
    async with desk.runtime.database.begin(TenantId(desk.tenant)) as tx, asyncio.timeout(15):
        await tx.execute(sa.text("SELECT FROM conversations FOR UPDATE"))
        answer = await desk.client.delete(BY_NAME)
        assert answer.status_code == 503
        assert answer.json()["detail"].startswith(erased_addresses.TOO_LONG)
    await erase(desk.client)


async def test_the_command_takes_the_time_that_a_contact_with_very_many_rows_needs(
    desk: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erased_addresses, "IN_ALL", 0.0)
    async with desk.runtime.database.begin(TenantId(desk.tenant)) as tx:
        erased = await erase_contact(tx, "u-secret-1", desk.runtime.address_digests, OPERATOR, patient=True)
    assert erased.conversations


async def test_an_erasure_gives_way_to_a_change_of_a_mass_reply_that_takes_long(
    desk: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erased_addresses, "PATIENCE", "10ms")
    await import_(desk.client, person(contact=PERSON | {"opted_out": True}))
    id_ = MassReplyId(UUID((await create(desk.client, BODY | {"on_unresolved": "blank"}))["id"]))
    async with desk.runtime.database.begin(TenantId(desk.tenant)) as tx, asyncio.timeout(20):
        await mass_replies.lock(tx, id_)
        assert (await desk.client.delete(BY_NAME)).status_code == 503
    await erase(desk.client)


@pytest.mark.parametrize("all_but", [None, 1], ids=["all at once", "a sample first"])
async def test_a_confirmation_at_the_same_moment_neither_fails_nor_makes_the_erasure_fail(
    desk: Stage, all_but: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both change the mass reply. It tells the conversations that it skips, and one of those is being erased."""
    monkeypatch.setattr(erased_addresses, "PATIENCE", "20s")
    runtime, tenant = desk.runtime, TenantId(desk.tenant)
    await import_(desk.client, person(contact=PERSON | {"opted_out": all_but is None}))
    id_ = MassReplyId(UUID((await create(desk.client, BODY | {"on_unresolved": "blank"}))["id"]))
    async with runtime.database.begin(tenant) as tx:
        batch = await mass_replies.lock(tx, id_)
        assert batch is not None
        assert batch.recipient_count is not None
        erasing = asyncio.create_task(erase(desk.client))
        await somebody_waits(runtime, desk.tenant, "transactionid")
        sample = all_but and batch.recipient_count - all_but
        confirmation = Confirmation(batch.recipient_count, sample_size=sample)
        administrator = replace(OPERATOR, roles=frozenset({Role.ADMIN}))
        await confirm(tx, id_, confirmation, timedelta(days=1), administrator)
    await erasing
    assert "quirrel" not in await stored_rows(runtime.database, tenant, "conversations")
