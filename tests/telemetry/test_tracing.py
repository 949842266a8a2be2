"""Spans: of requests, turns and calls, with ids and fixed words and nothing that somebody wrote."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import UUID

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.delivery.runner import PumpRunner
from app.domain.permissions import Role
from app.domain.words import Channel
from app.main import create_app
from app.runtime import Runtime
from app.settings import Settings
from app.telemetry import Telemetry, export, open_telemetry
from app.telemetry.export import tracing_through
from tests.api.conftest import MakeKey, bearer
from tests.delivery.carrier import Answer, Carrier
from tests.delivery.stage import Stage, recording
from tests.scene import add_account, add_conversations, postmark

TEXT = "Your refund of 4111 is on its way."


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traced(settings: Settings, exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with tracing on, whose spans stay here."""
    monkeypatch.setattr(export, "open_tracing", lambda: tracing_through(SimpleSpanProcessor(exporter)))
    return settings.model_copy(update={"tracing": True})


@pytest.fixture
async def caller(traced: Settings, make_key: MakeKey) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(traced)
    headers = bearer(await make_key(Role.ADMIN))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.example.test") as client,
    ):
        client.headers.update(headers)
        yield client


def written(spans: Sequence[ReadableSpan]) -> str:
    return "\n".join(str(span.to_json()) for span in spans)


async def test_a_request_is_traced_by_its_pattern_and_nothing_that_it_carries(
    caller: httpx.AsyncClient, exporter: InMemorySpanExporter, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, postmark("http://127.0.0.1:9"))
    await add_conversations(runtime, tenant, Channel.EMAIL, 2, account=account)
    body = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": {"text": TEXT}}
    created = await caller.post("/mass-replies", json=body)
    assert created.status_code == 201
    await caller.get("/conversations/ann@example.com/timeline?q=4111")
    await caller.post(f"/callbacks/{account}?token=t0psecret", json={"Email": "bob@example.com"})
    await caller.get("/ann@example.com", headers={"User-Agent": "ann-agent"})
    spans = exporter.get_finished_spans()
    names = {span.name for span in spans if span.kind.name == "SERVER"}
    assert {"POST /mass-replies", "POST /callbacks/{account_id}", "GET"} <= names
    [create] = [span for span in spans if span.name == "POST /mass-replies"]
    assert create.attributes is not None
    assert (create.attributes["http.route"], create.attributes["http.response.status_code"]) == ("/mass-replies", 201)
    for secret in ("4111", "t0psecret", "ann@", "bob@", "ann-agent", str(caller.headers["Authorization"])[-20:]):
        assert secret not in written(spans)


async def test_what_machines_ask_all_the_time_is_not_traced(
    caller: httpx.AsyncClient, exporter: InMemorySpanExporter
) -> None:
    for path in ("/health/live", "/metrics"):
        assert (await caller.get(path)).status_code == 200
    assert exporter.get_finished_spans() == ()


async def turn(stage: Stage, exporter: InMemorySpanExporter, answer: Answer | None = None) -> list[ReadableSpan]:
    """Let a runner work one lane of two deliveries; answers its spans."""

    async def nobody_else(_: object) -> bool:
        return False

    batch = await stage.batch(2, text=TEXT)
    telemetry = Telemetry(tracing=tracing_through(SimpleSpanProcessor(exporter)))
    pump_context = replace(stage.pump_context(Carrier(answer)), telemetry=telemetry)
    runner = PumpRunner(pump_context, 1, nobody_else)
    async with recording(pump_context.recorder):
        running = asyncio.create_task(runner.run())
        await runner.submit(batch.lane)
        runner.stop()
        await running
    return list(exporter.get_finished_spans())


def attributes(span: ReadableSpan) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(span.to_json())["attributes"]
    return read


async def test_a_turn_of_a_lane_holds_its_calls_and_how_they_ended(
    stage: Stage, exporter: InMemorySpanExporter
) -> None:
    spans = await turn(stage, exporter)
    calls, [pump] = [s for s in spans if s.name == "call carrier"], [s for s in spans if s.name == "pump"]
    said = {"mass_reply.provider": "carrier", "mass_reply.messages": 1, "mass_reply.outcomes": ["accepted"]}
    assert [attributes(call) for call in calls] == [said, said]
    assert pump.context is not None
    assert {call.parent.span_id for call in calls if call.parent} == {pump.context.span_id}
    assert attributes(pump).keys() == {"mass_reply.tenant", "mass_reply.id", "mass_reply.account"}
    assert attributes(pump)["mass_reply.tenant"] == str(stage.tenant)
    assert "4111" not in written(spans)
    assert "@example.com" not in written(spans)


async def test_what_an_exception_quotes_is_in_no_span(stage: Stage, exporter: InMemorySpanExporter) -> None:
    spans = await turn(stage, exporter, RuntimeError("customer-1@example.com refused 4111"))
    assert [attributes(s)["mass_reply.outcomes"] for s in spans if s.name == "call carrier"] == [["unknown"]] * 2
    assert "@example.com" not in written(spans)


def test_a_piece_of_work_that_fails_names_the_class_of_its_error(exporter: InMemorySpanExporter) -> None:
    tracing = tracing_through(SimpleSpanProcessor(exporter))
    with pytest.raises(KeyError), tracing.pump(UUID(int=1), UUID(int=2), UUID(int=3)):
        raise KeyError("ann@example.com")
    [span] = exporter.get_finished_spans()
    assert (attributes(span)["error.type"], span.status.status_code.name) == ("KeyError", "ERROR")
    assert "ann@" not in written([span])


class Collector(ThreadingHTTPServer):
    """Takes what is exported, on loopback."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.taken: list[tuple[str, bytes]] = []


class Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.taken.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_spans_go_to_the_collector_that_the_standard_variables_name(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "replies-of-the-north")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_port}/otel")
    tracing = open_telemetry(tracing=True).tracing
    with tracing.pump(UUID(int=1), UUID(int=2), UUID(int=3)):
        pass
    tracing.close()
    [(path, body)] = collector.taken
    assert path == "/otel/v1/traces"
    assert b"replies-of-the-north" in body


def test_without_the_setting_nothing_is_traced(settings: Settings) -> None:
    config = open_telemetry(tracing=False).tracing.of_requests()
    assert (config["tracing"], config["metrics"], config["logs"]) == (False, False, False)
