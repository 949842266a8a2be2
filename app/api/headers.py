"""The headers of every answer, as the description of the API tells them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Operation = Mapping[str, Any]


def _header(description: str, example: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}, "example": example}


HEADERS: Final[Mapping[str, dict[str, Any]]] = {
    "Cache-Control": _header("`no-store`: nobody may keep this answer.", "no-store"),
    "ETag": _header(
        "Changes whenever the answer does. Send it as `If-None-Match` with the next request.", '"33a64df5"'
    ),
    "Idempotent-Replayed": _header("`true` if this is the stored answer to an earlier request of this key.", "true"),
    "Location": _header("The address of what was made.", "/mass-replies/01a1f4d2-7c00-7000-8000-000000000001"),
    "RateLimit": _header("`r` requests are left; `t` seconds until there are more.", '"default";r=5999;t=1'),
    "RateLimit-Policy": _header("`q` requests in a window of `w` seconds.", '"default";q=6000;w=60'),
    "Retry-After": _header("How many seconds to wait before the next request.", "2"),
    "WWW-Authenticate": _header("How to prove who you are: with a bearer token.", "Bearer"),
    "X-Request-Id": _header("Names the request in the service's log: yours, if you sent one.", "01a1f4d2"),
}
MADE: Final = {"headers": {"Location": {"$ref": "#/components/headers/Location"}}}
"""What a route that makes something says of that answer."""

WAIT: Final = frozenset({"429", "503"})


def describe_headers(document: dict[str, Any]) -> None:
    """Name with each answer the headers that it may have."""
    document["components"]["headers"] = dict(HEADERS)
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                told = answer.setdefault("headers", {})
                told |= {name: {"$ref": f"#/components/headers/{name}"} for name in _names(operation, status)}


def _names(operation: Operation, status: str) -> Iterator[str]:
    yield from ("X-Request-Id", "Cache-Control")
    if {"HTTPBearer": []} in operation.get("security", ()):
        yield from ("RateLimit", "RateLimit-Policy")
    asked = {parameter["name"] for parameter in operation.get("parameters", ())}
    if "Idempotency-Key" in asked and status < "3":
        yield "Idempotent-Replayed"
    if "If-None-Match" in asked and status < "4":
        yield from ("ETag", "Retry-After")
    if status in WAIT:
        yield "Retry-After"
    if status == "401":
        yield "WWW-Authenticate"
