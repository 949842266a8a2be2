"""Rules about the whole that no single test would notice to be broken."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

from app.api.problems import MEDIA_TYPE, STATUS
from app.domain.errors import MassReplyError
from app.main import create_app
from app.settings import Settings
from tests.api.routes import dependencies, guarded_routes, paths
from tests.conftest import SECRET_KEY

PUBLIC = {
    "/",
    "/assets/mass-reply-console.js",  # programs that ask for a key in the browser
    "/assets/{name}",
    "/callbacks/{account_id}",  # the provider's signature is its credential
    "/chat/sessions",  # the web chat's visitors, whom nobody knows
    "/chat/sessions/me/attachments/{id}",  # a visitor's token is the credential of these four
    "/chat/sessions/me/events",
    "/chat/sessions/me/messages",
    "/console",
    "/docs",
    "/docs/start.js",
    "/docs/swagger-ui-bundle.js",
    "/docs/swagger-ui.css",
    "/health/live",
    "/health/ready",
    "/metrics",  # names no tenant
    "/openapi.json",
}
"""What may be called without a credential. Whoever adds a route here says that everybody may have it."""


@pytest.fixture(scope="module")
def unopened() -> FastAPI:
    """The application, not connected to anything."""
    return create_app(Settings(database_url="postgresql://nobody@/nothing", secret_key=SECRET_KEY))


def test_every_route_wants_to_know_its_caller_unless_it_is_public(unopened: FastAPI) -> None:
    guarded = {path for _, path, _ in guarded_routes(unopened)}
    assert len(guarded) > 5
    assert paths(unopened) - guarded == PUBLIC


def test_a_route_names_one_permission(unopened: FastAPI) -> None:
    found = [(method, path) for method, path, _ in guarded_routes(unopened)]
    assert len(found) == len(set(found))


def test_nothing_that_a_route_depends_on_is_handed_to_a_thread(unopened: FastAPI) -> None:
    """FastAPI hands a plain function to a thread. Beside busy processes each way there and back is a wait."""
    plain = [call for call in dependencies(unopened) if not _is_async(call)]
    assert plain == []


def _is_async(call: Callable[..., Any]) -> bool:
    called = call if inspect.isroutine(call) else type(call).__call__
    return inspect.iscoroutinefunction(called) or inspect.isasyncgenfunction(called)


def test_every_error_belongs_to_a_family_with_a_status() -> None:
    without = [kind for kind in _descendants(MassReplyError) if not set(kind.__mro__) & set(STATUS) - {MassReplyError}]
    assert without == []


def _descendants(kind: type[MassReplyError]) -> set[type[MassReplyError]]:
    return {found for child in kind.__subclasses__() for found in {child, *_descendants(child)}}


def operations(app: FastAPI) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, described in app.openapi()["paths"].items()
        for method, operation in described.items()
    ]


def test_the_description_tells_every_route_its_problems(unopened: FastAPI) -> None:
    for method, path, operation in operations(unopened):
        expected = set() if path in PUBLIC else {"401", "403", "422"}
        expected |= {"400", "413"} if "requestBody" in operation else set()
        failures = {status for status in operation["responses"] if status >= "400"}
        assert expected <= failures, (method, path)
        for status in failures:
            assert list(operation["responses"][status]["content"]) == [MEDIA_TYPE], (method, path, status)


def test_operation_ids_are_unique_words(unopened: FastAPI) -> None:
    names = [operation["operationId"] for _, _, operation in operations(unopened)]
    assert len(names) == len(set(names))
    assert all(name.isidentifier() for name in names)


def test_the_description_refers_to_nothing_that_it_lacks(unopened: FastAPI) -> None:
    document = unopened.openapi()
    components = document["components"]
    known = {f"#/components/{kind}/{name}" for kind in ("schemas", "headers") for name in components[kind]}
    assert {*_references(document)} <= known


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*map(_references, node.values()))
    return set().union(*map(_references, node)) if isinstance(node, list) else set()
