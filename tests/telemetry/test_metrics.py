"""What a process counts: each delivery once, by words that are few."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.channels.registry import ADAPTERS
from app.delivery.pump import Pump
from app.domain.outbound import Accepted, Outbound, Rejected, SendResult, Unknown
from app.domain.words import Channel, ReasonCode
from app.settings import Settings
from app.telemetry import Telemetry, TelemetryMissing, open_telemetry
from app.telemetry.metrics import METHODS, Metrics, served, shared_among
from app.webhooks.model import EndpointState
from tests.delivery.carrier import BulkCarrier, Carrier
from tests.delivery.stage import Batch, Stage, recording
from tests.monitoring.samples import Samples, of

DELIVERIES = "mass_reply_deliveries_total"
NO_ROOM = "mass_reply_claims_without_room_total"
CALLS = "mass_reply_provider_call_seconds_count"


async def pumped(stage: Stage, batch: Batch, carrier: Carrier, **pace: Any) -> Samples:
    pump_context = stage.pump_context(carrier, **pace)
    async with recording(pump_context.recorder):
        await Pump(pump_context, batch.lane, asyncio.Event()).run()
    return of(pump_context.telemetry.metrics.registry)


async def test_each_delivery_is_counted_by_how_its_call_ended(stage: Stage) -> None:
    ends: list[SendResult] = [
        Accepted("id-1"),
        Accepted("id-2"),
        Rejected(ReasonCode.PROVIDER_REJECTED, "No."),
        Unknown("Silence."),
    ]

    async def answer(_: Outbound) -> SendResult:
        return ends.pop()

    seen = await pumped(stage, await stage.batch(4), Carrier(answer))
    counted = {
        about["outcome"]: value
        for name, about, value in seen
        if name == DELIVERIES and (about["channel"], about["provider"]) == ("email", "carrier")
    }
    assert counted == {"accepted": 2, "rejected": 1, "unknown": 1}
    assert seen.value(CALLS, provider="carrier") == 4


async def test_one_call_with_many_messages_is_one_call_and_many_deliveries(stage: Stage) -> None:
    seen = await pumped(stage, await stage.batch(12), BulkCarrier())
    assert (seen.value(DELIVERIES, outcome="accepted"), seen.value(CALLS)) == (12, 1)


async def test_what_is_refused_before_any_call_is_a_delivery_and_no_call(stage: Stage) -> None:
    batch = await stage.batch(2)
    await stage.runs("UPDATE contacts SET opted_out = true")
    seen = await pumped(stage, batch, Carrier())
    assert (seen.value(DELIVERIES, outcome="refused"), seen.value(CALLS)) == (2, 0)


async def test_claims_that_find_no_room_say_which_limit_it_was(stage: Stage) -> None:
    batch = await stage.batch(3)
    await stage.runs("UPDATE channel_accounts SET max_in_flight = 1")
    await stage.claim(batch, 2)  # twice as many may be claimed and not recorded
    at_once = timedelta(milliseconds=20)
    full = await pumped(stage, batch, Carrier(), budget=at_once)
    await stage.runs("""
        UPDATE channel_accounts
        SET max_in_flight = 9, rate_per_second = 1, allowed_at = now() + interval '10 seconds'
    """)
    spent = await pumped(stage, batch, Carrier(), budget=at_once)
    found = [{about["limit"]: value for name, about, value in seen if name == NO_ROOM} for seen in (full, spent)]
    assert found == [{"in_flight": 1}, {"rate": 1}]


async def test_claims_of_a_dead_worker_are_counted(stage: Stage) -> None:
    batch = await stage.batch(3)
    await stage.claim(batch)
    await stage.let_lease_run_out(batch)
    sweeper = stage.sweeper()
    await sweeper.tick()
    assert of(sweeper.metrics.registry).value("mass_reply_claims_expired_total") >= 3


async def test_requests_are_counted_by_pattern_and_never_by_what_the_caller_wrote(client: httpx.AsyncClient) -> None:
    await client.get("/conversations/ann@example.test?token=secret")
    await client.get("/mass-replies/018f0000-0000-7000-8000-000000000000")
    await client.get("/ann@example.test")
    await client.request("ANN", "/me")
    answer = await client.get("/metrics")
    seen = Samples(answer.text)
    assert answer.headers["Content-Type"].startswith("text/plain")
    requests = {
        (about["method"], about["route"], about["status"]): value
        for name, about, value in seen
        if name == "mass_reply_http_requests_total"
    }
    assert requests == {
        ("GET", "/conversations/{conversation_id:path}", "404"): 1,
        ("GET", "/mass-replies/{id}", "404"): 1,
        ("GET", "other", "404"): 1,
        ("other", "other", "405"): 1,
    }
    assert seen.value("mass_reply_http_request_seconds_count", route="/mass-replies/{id}") == 1
    assert not re.search(r"ann@|secret|ANN|018f|example", answer.text)


async def test_no_label_has_a_value_that_a_tenant_made_up(quiet: None, stage: Stage, client: httpx.AsyncClient) -> None:
    batch = await stage.batch(2)
    await stage.claim(batch, 1)
    seen = Samples((await client.get("/metrics")).text)
    few = {
        "channel": {*Channel},
        "provider": {*ADAPTERS},
        "state": {"ready", "resting", "paused", *EndpointState},
        "method": {*METHODS, "other"},
    }
    ours = {"route", "status", "le"}
    assert {label for _, about, _ in seen for label in about} <= few.keys() | ours
    assert all(about[label] in few[label] for _, about, _ in seen for label in about.keys() & few.keys())
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", seen.text)
    assert str(stage.tenant) not in seen.text


async def test_the_connections_that_are_in_use_are_told(client: httpx.AsyncClient, settings: Settings) -> None:
    seen = Samples((await client.get("/metrics")).text)
    assert seen.value("mass_reply_database_connections_limit") == settings.database_pool_size
    assert 0 <= seen.value("mass_reply_database_connections") <= settings.database_pool_size


async def test_a_worker_shows_its_figures_where_it_is_told_to_and_else_nowhere() -> None:
    metrics = Metrics()
    metrics.count_delivery("email", "postmark", "accepted")
    with served(metrics, "127.0.0.1", None):
        pass
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with httpx.AsyncClient(trust_env=False) as client:
        with served(metrics, "127.0.0.1", port):
            answer = await client.get(f"http://127.0.0.1:{port}/metrics")
            with (
                pytest.raises(OSError, match=r"^MASS_REPLY_METRICS_PORT.* in use"),
                served(Metrics(), "127.0.0.1", port),
            ):
                pass
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{port}/metrics")
    assert Samples(answer.text).value(DELIVERIES, provider="postmark") == 1


COUNT = """
from app.telemetry.metrics import Metrics
metrics = Metrics()
metrics.count_delivery("email", "postmark", "accepted")
metrics.count_call("postmark", 0.1)
"""


def run(program: str) -> str:
    """In a process of its own: what is shared between processes is decided when the library is imported."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout  # noqa: S603 - our own text


def test_several_processes_of_one_api_show_one_sum() -> None:
    with shared_among(2):
        folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
        run(COUNT)
        seen = Samples(run(COUNT + "print(metrics.text().decode())"))
    assert (seen.value(DELIVERIES), seen.value(CALLS)) == (2, 2)
    assert not folder.exists()
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ


def test_one_process_shares_nothing() -> None:
    with shared_among(1):
        assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ
    metrics, others = Metrics(), Metrics()
    metrics.count_call("postmark", 0.1)
    assert of(others.registry).value(CALLS) == 0


def test_what_traces_is_not_even_imported_where_nobody_asked_for_it() -> None:
    program = "import sys; from app.telemetry import open_telemetry; open_telemetry(tracing=False); print(*sys.modules)"
    modules = run(program)
    assert "app.telemetry.tracing" in modules
    assert "opentelemetry.sdk" not in modules


def test_tracing_without_its_libraries_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "app.telemetry.export", None)
    assert isinstance(open_telemetry(tracing=False), Telemetry)
    with pytest.raises(TelemetryMissing, match=r"mass-reply\[telemetry\]"):
        open_telemetry(tracing=True)


async def test_a_call_that_fails_is_timed_all_the_same(stage: Stage) -> None:
    seen = await pumped(stage, await stage.batch(1), Carrier(RuntimeError()))
    assert (seen.value(DELIVERIES, outcome="unknown"), seen.value(CALLS)) == (1, 1)
