"""The headers that answers have, held against those that the description names."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.domain.permissions import Role
from tests.api.conftest import MakeKey

EVERYWHERE = {"content-length", "content-type", "referrer-policy", "x-content-type-options", "x-frame-options"}
"""What HTTP and browsers want of any answer, and no caller reads."""
LINE = '{"external_id": "c-1", "channel": "sms", "tags": ["told"], "contact": {"phone": "+12025550142"}}'
BATCH = {"selection": {"filter": {"tags": {"any": ["told"]}}}, "message": {"text": "Hello."}}
MASS_REPLY = "/mass-replies/{id}"


@pytest.fixture
async def client(anonymous: httpx.AsyncClient, make_key: MakeKey) -> httpx.AsyncClient:
    anonymous.headers["Authorization"] = f"Bearer {await make_key(Role.ADMIN)}"
    return anonymous


def described(app: FastAPI, path: str, answer: httpx.Response) -> set[str]:
    operation: dict[str, Any] = app.openapi()["paths"][path][answer.request.method.lower()]
    return {name.lower() for name in operation["responses"][str(answer.status_code)]["headers"]}


async def test_each_header_of_an_answer_is_described(client: httpx.AsyncClient, app: FastAPI) -> None:
    ndjson = {"Content-Type": "application/x-ndjson"}
    imported = await client.post("/conversations/import", content=LINE, headers=ndjson)
    once = {"Idempotency-Key": "once"}
    made = await client.post("/mass-replies", json=BATCH, headers=once)
    again = await client.post("/mass-replies", json=BATCH, headers=once)
    at = f"/mass-replies/{made.json()['id']}"
    read = await client.get(at)
    answers = {
        "/conversations/import": [imported],
        "/mass-replies": [made, again, await client.post("/mass-replies", json={})],
        MASS_REPLY: [read, await client.get(at, headers={"If-None-Match": read.headers["ETag"]})],
        "/api-keys": [await client.post("/api-keys", json={"name": "k", "roles": ["viewer"]})],
        "/me": [await client.get("/me"), await client.get("/me", headers={"Authorization": "Bearer no"})],
        "/health/live": [await client.get("/health/live")],
    }
    for path, each in ((path, each) for path, several in answers.items() for each in several):
        told = {*each.headers} - EVERYWHERE
        assert told <= described(app, path, each), (path, each.status_code)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "idempotent-replayed" in described(app, "/mass-replies", again)
    assert {"etag", "retry-after"} <= described(app, MASS_REPLY, read)
    assert "location" in described(app, "/mass-replies", made)
