"""The headers of every response, in the description of the API."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Operation = Mapping[str, Any]


def _header(description: str, example: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}, "example": example}


HEADERS: Final[Mapping[str, dict[str, Any]]] = {
    "Cache-Control": _header("`no-store`: nobody may store this response.", "no-store"),
    "ETag": _header(
        "Changes whenever the response does. Send it as `If-None-Match` with the next request.", '"33a64df5"'
    ),
    "Idempotent-Replayed": _header(
        "`true` if this is the stored response to an earlier request with this key.", "true"
    ),
    "Location": _header("The address of what was created.", "/mass-replies/01a1f4d2-7c00-7000-8000-000000000001"),
    "RateLimit": _header("`r` requests are left; `t` seconds until there are more.", '"default";r=5999;t=1'),
    "RateLimit-Policy": _header("`q` requests in a window of `w` seconds.", '"default";q=6000;w=60'),
    "Retry-After": _header("How many seconds to wait before the next request.", "2"),
    "WWW-Authenticate": _header("How to prove who you are: with a bearer token.", "Bearer"),
    "X-Request-Id": _header("Names the request in the service's log: yours, if you sent one.", "01a1f4d2"),
}
MADE: Final = {"headers": {"Location": {"$ref": "#/components/headers/Location"}}}
"""The `responses=` entry of a route that creates something."""
WHEN_TO_POLL: Final = {"headers": {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}}
"""The `responses=` entry of a route that says when to ask again."""

WAIT: Final = frozenset({"429", "503"})


def describe_headers(document: dict[str, Any]) -> None:
    """List with each response the headers that it may have."""
    document["components"]["headers"] = dict(HEADERS)
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                headers = response.setdefault("headers", {})
                headers |= {name: {"$ref": f"#/components/headers/{name}"} for name in _names(operation, status)}


def _names(operation: Operation, status: str) -> Iterator[str]:
    yield from ("X-Request-Id", "Cache-Control")
    if {"HTTPBearer": []} in operation.get("security", ()):
        yield from ("RateLimit", "RateLimit-Policy")
    parameters = {parameter["name"] for parameter in operation.get("parameters", ())}
    if "Idempotency-Key" in parameters and status < "3":
        yield "Idempotent-Replayed"
    if "If-None-Match" in parameters and status < "4":
        yield "ETag"
    if status in WAIT:
        yield "Retry-After"
    if status == "401":
        yield "WWW-Authenticate"
