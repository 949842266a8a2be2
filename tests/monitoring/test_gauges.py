"""What is told of the whole installation: true, of all tenants together, and cheap."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

from app.domain.provider_events import ReceiptKind
from app.domain.words import Channel
from app.monitoring import gauges as shown
from app.monitoring.sql import gauges as stored
from app.monitoring.sql.gauges import Figures
from app.store.connection_pool import async_url
from app.store.database import Database
from app.store.transactions import SweepTx
from app.webhooks.model import EndpointState
from tests.delivery.stage import Stage
from tests.monitoring.samples import Samples, figures

HOUR = timedelta(hours=1).total_seconds()


async def test_queued_and_claimed_deliveries_of_all_tenants_are_counted_by_channel(
    quiet: None, stage: Stage, other: Stage
) -> None:
    mine, sms = await stage.batch(5), await stage.sms_account()
    await other.batch(3)
    await stage.batch(2, account=sms, channel=Channel.SMS)
    await stage.claim(mine, 4)
    seen = await figures(stage.database)
    assert [seen.value(f"mass_reply_{name}", channel="email") for name in ("queued", "in_flight")] == [4, 4]
    assert [seen.value(f"mass_reply_{name}", channel="sms") for name in ("queued", "in_flight")] == [2, 0]


async def _make_due(stage: Stage, since: timedelta) -> None:
    await stage.runs("UPDATE deliveries SET not_before = now() - CAST(:since AS interval)", since=since)


async def test_a_lane_lags_by_its_oldest_due_delivery_and_idles_since_its_last_pump(quiet: None, stage: Stage) -> None:
    batch = await stage.batch(3)
    await _make_due(stage, timedelta(hours=1))
    seen = await figures(stage.database)
    assert seen.value("mass_reply_lag_seconds", channel="email") >= HOUR
    assert seen.value("mass_reply_lane_idle_seconds", channel="email") >= HOUR
    await stage.claim(batch, 1)
    seen = await figures(stage.database)
    assert seen.value("mass_reply_lag_seconds", channel="email") >= HOUR
    assert seen.value("mass_reply_lane_idle_seconds", channel="email") < HOUR


@pytest.mark.parametrize(
    "held_back",
    [
        "UPDATE lanes SET pause_reason = 'why'",
        "UPDATE channel_accounts SET enabled = false",
        "UPDATE channel_accounts SET pause_reason = 'why'",
        "UPDATE channel_accounts SET cool_until = now() + interval '1 hour'",
        "UPDATE mass_replies SET status = 'paused'",
        "UPDATE deliveries SET not_before = now() + interval '1 hour'",
    ],
)
async def test_what_is_held_back_for_a_reason_does_not_lag(quiet: None, stage: Stage, held_back: str) -> None:
    await stage.batch(3)
    await _make_due(stage, timedelta(hours=1))
    await stage.runs(held_back)
    seen = await figures(stage.database)
    assert seen.value("mass_reply_lag_seconds") == seen.value("mass_reply_lane_idle_seconds") == 0
    assert seen.value("mass_reply_queued") == 3
    assert seen.value("mass_reply_lanes_paused") == ("lanes" in held_back)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ("enabled = true", "ready"),
        ("cool_until = now() + interval '1 minute'", "resting"),
        ("cool_until = now() - interval '1 minute'", "ready"),
        ("pause_reason = 'why'", "paused"),
        ("enabled = false, pause_reason = 'why'", "disabled"),
    ],
)
async def test_an_account_is_counted_in_its_state(stage: Stage, change: str, state: str) -> None:
    before = await figures(stage.database)
    await stage.sms_account()
    await stage.runs(f"UPDATE channel_accounts SET {change} WHERE channel = 'sms'")
    after = await figures(stage.database)
    about = {"provider": "twilio", "state": state}
    assert after.value("mass_reply_accounts", **about) - before.value("mass_reply_accounts", **about) == 1


async def test_uncertain_deliveries_and_what_nobody_has_come_to_are_counted(stage: Stage) -> None:
    await stage.sweeper().tick()  # what other tests have left
    before = await figures(stage.database)
    batch = await stage.batch(3)
    await stage.claim(batch, 2)
    await stage.let_lease_run_out(batch)
    await stage.sweeper().tick()
    await stage.receipt(None, ReceiptKind.DELIVERED, provider_message_id="of somebody else")
    after = await figures(stage.database)

    def more(name: str) -> float:
        return after.value(name) - before.value(name)

    assert (more("mass_reply_uncertain"), more("mass_reply_receipts_unsettled")) == (2, 1)


ENDPOINT = """
    INSERT INTO webhook_endpoints (tenant_id, key, url, secrets, position, enabled, disabled_reason, next_try_at)
    VALUES (:tenant, :key, 'https://example.test', '{}', 0, :enabled, :disabled, now() + CAST(:wait AS interval))
"""


async def test_the_outbox_is_behind_only_where_an_endpoint_waits_for_it(stage: Stage) -> None:
    before = (await figures(stage.database)).value("mass_reply_outbox_backlog")
    await stage.runs("INSERT INTO outbound_events (tenant_id, type) SELECT :tenant, 'x' FROM generate_series(1, 7)")
    assert (await figures(stage.database)).value("mass_reply_outbox_backlog") == before
    for key in ("one", "two"):
        await stage.runs(ENDPOINT, key=key, enabled=True, disabled=None, wait=timedelta(0))
    assert (await figures(stage.database)).value("mass_reply_outbox_backlog") == before + 7


@pytest.mark.parametrize(
    ("enabled", "disabled", "wait", "state"),
    [
        (True, None, timedelta(0), EndpointState.ACTIVE),
        (True, None, timedelta(minutes=1), EndpointState.RETRYING),
        (True, "410", timedelta(0), EndpointState.DISABLED),
        (False, None, timedelta(0), EndpointState.OFF),
    ],
)
async def test_a_webhook_endpoint_is_counted_in_its_state(
    stage: Stage, enabled: bool, disabled: str | None, wait: timedelta, state: EndpointState
) -> None:
    before = await figures(stage.database)
    await stage.runs(ENDPOINT, key="mine", enabled=enabled, disabled=disabled, wait=wait)
    after = await figures(stage.database)
    name = "mass_reply_webhook_endpoints"
    assert after.value(name, state=state) - before.value(name, state=state) == 1


async def test_a_sweep_that_ends_is_remembered_wherever_it_ran(stage: Stage) -> None:
    await stage.runs("INSERT INTO heartbeats VALUES ('sweeper') ON CONFLICT DO NOTHING")
    await stage.runs("UPDATE heartbeats SET beat_at = now() - interval '1 hour'")
    assert (await figures(stage.database)).value("mass_reply_sweeper_lag_seconds") >= HOUR
    await stage.sweeper().tick()
    assert (await figures(stage.database)).value("mass_reply_sweeper_lag_seconds") < HOUR


async def test_a_sweep_that_another_process_is_at_is_not_taken_for_one_s_own(stage: Stage, database: Database) -> None:
    await stage.runs("INSERT INTO heartbeats VALUES ('sweeper') ON CONFLICT DO NOTHING")
    await stage.runs("UPDATE heartbeats SET beat_at = now() - interval '1 hour'")
    async with database.begin_routing() as elsewhere:
        await elsewhere.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), key=0x6D617373_7265706C)
        assert not await stage.sweeper().tick()
    assert (await figures(stage.database)).value("mass_reply_sweeper_lag_seconds") >= HOUR


async def test_the_database_is_read_once_for_all_who_ask_within_some_seconds(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Figures] = []

    async def noted(tx: SweepTx) -> Figures:
        read.append(await stored.read_figures(tx))
        return read[-1]

    monkeypatch.setattr(shown, "read_figures", noted)
    figures = shown.DatabaseFigures(database)
    await asyncio.gather(*(figures.refresh() for _ in range(20)))
    assert len(read) == 1
    monkeypatch.setattr(shown, "KEPT_SECONDS", 0)
    await figures.refresh()
    assert len(read) == 2


async def test_without_postgresql_the_process_still_tells_what_it_knows(
    anonymous: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Database) -> None:
        raise OperationalError("SELECT", {}, Exception("the database at 10.0.0.1 is starting up"))

    monkeypatch.setattr(Database, "begin_sweep", refuse)
    await anonymous.get("/health/live")
    answer = await anonymous.get("/metrics")
    seen = Samples(answer.text)
    assert answer.status_code == 200
    assert "mass_reply_database_up 0.0" in answer.text
    assert seen.value("mass_reply_http_requests_total", route="/health/live") == 1
    assert "mass_reply_queued" not in answer.text


SETTLED_RECEIPTS = """
    INSERT INTO receipts (tenant_id, account_id, event_key, kind, raw, settled_at)
    SELECT :tenant, :account, 'event-' || n, 'delivered', '{}', now() FROM generate_series(1, 1000) n
"""
READ_EVENTS = """
    INSERT INTO outbound_events (tenant_id, type, position)
    SELECT :tenant, 'message.created', n FROM generate_series(1, 1000) n
"""


async def test_a_scrape_reads_no_table_that_grows_from_end_to_end(quiet: None, stage: Stage, owner_url: str) -> None:
    for _ in range(3):
        await stage.batch(400)
    await stage.runs("UPDATE deliveries SET status = 'sent' WHERE id NOT IN (SELECT id FROM deliveries LIMIT 20)")
    await stage.runs(SETTLED_RECEIPTS, account=stage.account)
    await stage.runs(READ_EVENTS)
    await stage.runs(ENDPOINT, key="mine", enabled=True, disabled=None, wait=timedelta(0))
    engine = create_async_engine(async_url(owner_url))
    async with engine.begin() as owner:
        for table in ("deliveries", "lanes", "mass_replies", "outbound_events", "receipts"):
            await owner.execute(sa.text(f"ANALYZE {table}"))
    await engine.dispose()
    async with stage.database.begin_sweep() as tx:
        for statement in (stored.DEPTHS, stored.BACKLOGS):
            rows = await tx.scalars(sa.text(f"EXPLAIN {statement}"), most=stored.MOST)
            plan = "\n".join(rows)
            assert not re.search("Seq Scan on (deliveries|receipts|outbound_events)", plan), plan
