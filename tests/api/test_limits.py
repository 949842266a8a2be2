"""Each limit that a caller can meet: the problem names it, nothing has changed, and a metric counts it."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from app.api.middleware import RequestLog
from app.api.problems import STATUS, add_problem_handlers, status_of
from app.domain.errors import MassReplyError, Overloaded, RateLimited
from app.domain.words import Channel
from app.runtime import Runtime
from app.telemetry.metrics import Metrics
from tests.api.test_problems import assert_problem
from tests.api.test_worst_messages import TAGGED
from tests.scene import add_conversations

SEARCH = "/conversations/search"

DEEP = {"text": "x", "html": "<div>" * 10_000}
FILTERS = {"text": "{{ contact.name | squish | size }}" * 1_001}


def _create(message: Mapping[str, Any]) -> tuple[str, bytes]:
    return "/mass-replies", json.dumps({"selection": TAGGED, "message": message}).encode()


def _search(filter: Mapping[str, Any]) -> tuple[str, bytes]:
    return SEARCH, json.dumps({"filter": filter}).encode()


INVALID, LARGE = "invalid_template", "body_too_large"
INVALID_REQUEST = "invalid_request", "invalid_request"
Call = tuple[str, bytes]
# How it is met; the status, the problem's code, the metric's limit, and what the problem says of it.
LIMITS: Mapping[str, tuple[Call, int, str, str, str]] = {
    "rendering": (_create(DEEP), 422, INVALID, "rendering", "200"),
    "filters": (_create(FILTERS), 422, INVALID, "invalid_template", "more than"),
    "size": (_create({"text": "x" * 100_001}), 422, "message_too_large", "message_too_large", "100 kB"),
    "values": ((SEARCH, b"[" + b"[]," * 60_000 + b"[]]"), 413, LARGE, LARGE, "50,000"),
    "bytes": ((SEARCH, b" " * 2_000_001), 413, LARGE, LARGE, "2,000,000"),
    "ids": (
        (
            "/mass-replies",
            json.dumps({"selection": {"external_ids": ["x"] * 10_001}, "message": {"text": "x"}}).encode(),
        ),
        422,
        *INVALID_REQUEST,
        "10,000",
    ),
    "depth": (
        _search({"not": {"not": {"not": {"not": {"not": {"tags": {"any": ["x"]}}}}}}}),
        422,
        *INVALID_REQUEST,
        "5",
    ),
    "subjects": (
        _search({"any_of": [{"subject_contains": "x"}] * 6}),
        422,
        *INVALID_REQUEST,
        "subject_contains",
    ),
}


@pytest.mark.parametrize("name", LIMITS)
async def test_a_limit_that_is_met_is_named_and_counted_and_changes_nothing(
    client: httpx.AsyncClient, app: FastAPI, runtime: Runtime, tenant: UUID, name: str
) -> None:
    await add_conversations(runtime, tenant, Channel.OTHER, 2)
    (path, body), status, code, limit, said = LIMITS[name]
    metrics = app.state.runtime.telemetry.metrics
    before = metrics.text().decode()
    answer = await client.post(path, content=body, headers={"Content-Type": "application/json"})
    problem = assert_problem(answer, status, code)
    assert said in json.dumps(problem), problem
    line = f'mass_reply_http_refusals_total{{code="{code}",limit="{limit}"}}'
    assert _count(metrics.text().decode(), line) == _count(before, line) + 1
    assert (await client.get("/mass-replies")).json()["items"] == []


@pytest.mark.parametrize(
    ("error", "limit"),
    [
        *((kind(), kind.code) for kind in STATUS if kind not in (RateLimited, Overloaded)),
        *((RateLimited(limit=limit), limit) for limit in ("requests", "streams")),
        *(
            (Overloaded(limit=limit), limit)
            for limit in ("time", "connections", "statement_time", "bodies", "database")
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
async def test_every_refusal_is_a_problem_that_is_counted(error: MassReplyError, limit: str) -> None:
    app, metrics = FastAPI(), Metrics()
    add_problem_handlers(app)
    app.state.refusals = Quiet()
    app.add_middleware(RequestLog, metrics=metrics)

    @app.get("/")
    async def refuse() -> None:
        raise error

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.example.test") as client:
        assert_problem(await client.get("/"), status_of(type(error)), error.code)
    assert (
        _count(metrics.text().decode(), f'mass_reply_http_refusals_total{{code="{error.code}",limit="{limit}"}}') == 1
    )


class Quiet:
    """Writes no refusal into an audit log."""

    async def note(self, *_: object) -> None: ...


def _count(figures: str, line: str) -> float:
    return next((float(each.rpartition(" ")[2]) for each in figures.splitlines() if each.startswith(line)), 0.0)
