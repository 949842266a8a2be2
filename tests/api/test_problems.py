"""Every error is a problem document, and none repeats what was sent."""

import gzip
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI

from app.api.problems import add_problem_handlers
from app.api.schemas import Body
from app.main import BODY_LIMIT, create_app
from app.settings import Settings
from app.telemetry.logs import where_it_failed

JSON = {"Content-Type": "application/json"}


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == f"urn:mass-reply:problem:{code}"
    assert problem["title"]
    assert problem["detail"]
    return problem


def pointers(problem: dict[str, Any]) -> dict[str, str]:
    return {error["pointer"]: error["code"] for error in problem["errors"]}


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 20_000], ids=["cut off", "not UTF-8", "bottomless"])
async def test_a_body_that_is_no_json_is_said_so(client: httpx.AsyncClient, body: bytes) -> None:
    assert_problem(await client.post("/api-keys", content=body, headers=JSON), 400, "invalid_json")


async def test_wrong_and_unknown_fields_are_pointed_at(client: httpx.AsyncClient) -> None:
    body = {"name": 7, "roles": ["viewer", "root"], "agent": {"id": "agent-7", "a/b~c": 1}, "rolls": []}
    problem = assert_problem(await client.post("/api-keys", json=body), 422, "invalid_request")
    assert pointers(problem) == {
        "/name": "string_type",
        "/roles/1": "enum",
        "/agent/name": "missing",
        "/agent/a~1b~0c": "extra_forbidden",
        "/rolls": "extra_forbidden",
    }


async def test_what_is_wrong_is_said_in_words_of_json_and_not_of_python(client: httpx.AsyncClient) -> None:
    body = {"name": 7, "roles": "root", "agent": [], "expires_at": 5, "expires": None}
    problem = assert_problem(await client.post("/api-keys", json=body), 422, "invalid_request")
    assert {error["pointer"]: error["detail"] for error in problem["errors"]} == {
        "/name": "This must be a string.",
        "/roles": "This must be a list.",
        "/agent": "This must be an object.",
        "/expires_at": "Must be a time, written as text.",
        "/expires": "There is no such field. There are: agent, expires_at, name, roles.",
    }


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"text"'])
async def test_a_body_of_another_kind_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    assert_problem(await client.post("/api-keys", content=body, headers=JSON), 422, "invalid_request")


async def test_a_body_without_its_media_type_is_refused(client: httpx.AsyncClient) -> None:
    content = json.dumps({"name": "a", "roles": ["viewer"]})
    assert_problem(await client.post("/api-keys", content=content), 422, "invalid_request")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (r'"\u0000"', "unstorable_text"),
        (r'"\ud800"', "unstorable_text"),
        ("NaN", "finite_number"),
        ("-Infinity", "finite_number"),
        (r'{"\u0000": 1}', "unstorable_text"),
    ],
)
async def test_what_postgresql_cannot_hold_is_refused_at_the_door(
    client: httpx.AsyncClient, text: str, code: str
) -> None:
    body = f'{{"channel": "email", "provider": "postmark", "name": "a", "config": {{"deep": [1, {text}]}}}}'
    answer = await client.put("/channel-accounts/email", content=body, headers=JSON)
    assert pointers(assert_problem(answer, 422, "invalid_request")) == {"/config/deep/1": code}


class ByName(Body):
    names: list[str]


class ByNumber(Body):
    numbers: list[int]


class Choice(Body):
    chosen: ByName | ByNumber


async def test_the_branches_of_a_union_are_no_part_of_a_pointer() -> None:
    app = FastAPI()
    add_problem_handlers(app)

    @app.post("/choices")
    async def choose(body: Choice) -> None: ...

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.example.test") as client:
        answer = await client.post("/choices", json={"chosen": {"numbers": [1, "two"]}})
    problem = assert_problem(answer, 422, "invalid_request")
    assert pointers(problem) == {
        "/chosen/names": "missing",
        "/chosen/numbers": "extra_forbidden",
        "/chosen/numbers/1": "int_parsing",
    }


async def test_an_unknown_address_and_an_unknown_method_are_problems(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get("/nothing-here"), 404, "not_found")
    answer = await client.patch("/me")
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/snippets/refund", "DELETE, GET, PUT"),
        ("OPTIONS", "/api-keys", "GET, POST"),
        ("GET", "/mass-replies/preview", "POST"),
        ("PUT", "/conversations/a/b", "GET"),
    ],
)
async def test_a_refused_method_is_told_every_method_that_is_taken(
    client: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    answer = await client.request(method, path)
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/mass-replies/?limit=5&author=%C5%81", "/mass-replies?limit=5&author=%C5%81"),
        ("/snippets/re%20fund/", "/snippets/re%20fund"),
        ("/docs/", "/docs"),
    ],
)
async def test_a_slash_too_many_leads_to_the_public_address_whatever_the_host_header_says(
    client: httpx.AsyncClient, asked: str, leads_to: str
) -> None:
    answer = await client.get(asked, headers={"Host": "evil.example"})
    assert answer.status_code == 307
    assert answer.headers["location"] == f"http://127.0.0.1:8000{leads_to}"
    assert_problem(await client.get("/nothing-here/"), 404, "not_found")


@pytest.mark.parametrize("path", ["/mass-replies", "/conversations/import", "/callbacks/x"])
async def test_a_compressed_body_is_told_from_a_wrong_one(client: httpx.AsyncClient, path: str) -> None:
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = await client.post(path, content=gzip.compress(b"{}"), headers=headers)
    assert_problem(answer, 415, "encoding_not_taken")
    assert answer.headers["accept-encoding"] == "identity"
    plain = await client.post("/mass-replies", content=b"{}", headers={**headers, "Content-Encoding": "identity"})
    assert plain.status_code == 422


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 100_000 + 1):
        yield b" " * 100_000


async def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_its_length(client: httpx.AsyncClient) -> None:
    said = await client.post("/api-keys", content=b" " * (BODY_LIMIT + 1), headers=JSON)
    assert_problem(said, 413, "body_too_large")
    unread = await client.post("/nothing-here", content=b" " * (BODY_LIMIT + 1))
    assert_problem(unread, 413, "body_too_large")
    unsaid = await client.post("/api-keys", content=chunks(BODY_LIMIT), headers=JSON)
    assert "content-length" not in unsaid.request.headers
    assert_problem(unsaid, 413, "body_too_large")


async def test_a_callback_may_carry_a_whole_email(client: httpx.AsyncClient) -> None:
    nobody = "/callbacks/00000000-0000-7000-8000-000000000000"
    assert_problem(await client.post(nobody, content=b" " * (BODY_LIMIT + 1)), 404, "not_found")


async def test_a_body_just_within_the_limit_is_read(client: httpx.AsyncClient) -> None:
    body = json.dumps({"name": "a", "roles": ["viewer"]}).encode().ljust(BODY_LIMIT)
    assert (await client.post("/api-keys", content=body, headers=JSON)).status_code == 201


@pytest.fixture
def broken(app: FastAPI) -> Iterator[FastAPI]:
    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("ann@example.test: your card 4111 was refused")

    yield app
    del app.router.routes[-1]


@pytest.fixture
def log_lines() -> Iterator[list[structlog.typing.EventDict]]:
    with structlog.testing.capture_logs(processors=[where_it_failed]) as lines:
        yield lines


async def test_a_failure_of_ours_says_nothing_to_the_caller_and_where_it_was_to_the_log(
    broken: FastAPI, client: httpx.AsyncClient, log_lines: list[structlog.typing.EventDict]
) -> None:
    problem = assert_problem(await client.get("/broken"), 500, "internal_error")
    assert problem["detail"] == "Something went wrong."
    failure = next(line for line in log_lines if line["event"] == "request_failed")
    assert failure["error"] == "builtins.RuntimeError"
    assert failure["frames"][-1].endswith(" broken")
    assert "4111" not in str(log_lines) + str(problem)


async def test_a_request_is_logged_by_its_route_and_never_by_what_it_carries(
    client: httpx.AsyncClient, log_lines: list[structlog.typing.EventDict]
) -> None:
    await client.get("/conversations/ann@example.test?token=secret", headers={"X-Request-Id": "r-1"})
    line = next(line for line in log_lines if line["event"] == "request")
    assert line["route"].startswith("/conversations/{")
    assert line["status"] == 404
    assert "ann" not in str(log_lines)
    assert "secret" not in str(log_lines)


async def test_a_request_keeps_the_name_it_came_with_if_that_is_harmless(client: httpx.AsyncClient) -> None:
    named = await client.get("/me", headers={"X-Request-Id": "r-1"})
    assert named.headers["x-request-id"] == "r-1"
    for bad in ("a b", "x" * 65, '"}'):
        assert (await client.get("/me", headers={"X-Request-Id": bad})).headers["x-request-id"] != bad


async def test_a_browser_of_an_allowed_origin_may_read_even_an_error(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"cors_origins": ("https://desk.example.test",)}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.example.test") as client,
    ):
        allowed = await client.get("/me", headers={"Origin": "https://desk.example.test"})
        assert allowed.status_code == 401
        assert allowed.headers["access-control-allow-origin"] == "https://desk.example.test"
        other = await client.get("/me", headers={"Origin": "https://other.example.test"})
        assert "access-control-allow-origin" not in other.headers
