"""A conversation that is full of one person, and what is done about them through the API."""

from collections.abc import Mapping
from typing import Any

import httpx

from tests.imports import line, ndjson

PERSON = {
    "external_id": "u-secret-1",
    "name": "Zoe Quirrel",
    "first_name": "Zoe",
    "email": "zoe.quirrel@example.test",
    "phone": "+12025550177",
    "custom_fields": {"city": "Quirrelville"},
}
TRACES = ("Quirrel", "quirrel", "Zoe", "2025550177", "u-secret-1", "Zebra")
"""What the person is called, is reached at, and wrote about."""
BODY = {
    "selection": {"filter": {"tags": {"any": ["incident"]}}},
    "message": {"text": "Dear {{ contact.first_name }} of {{ contact.custom_fields.city }}, we are back."},
}
BY_NAME = "/contacts/u-secret-1"


def person(**changes: Any) -> dict[str, Any]:
    """A conversation that is full of one person."""
    message = {"text": "My Zebra is lost.", "provider_message_id": "<zebra.Zebra@mail.quirrel.example.test>"}
    whole = line(
        "c-zoe",
        channel="other",
        channel_account="desk",
        tags=["incident"],
        subject="About my Zebra",
        custom_fields={"pet": "Zebra"},
        contact=PERSON,
        address="zoe.quirrel",
        last_customer_message=message,
    )
    return whole | changes


async def import_(client: httpx.AsyncClient, *lines: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/x-ndjson"}
    answer = await client.post("/conversations/import", content=ndjson(*lines), headers=headers)
    assert (answer.status_code, answer.json()["failed"]) == (200, 0), answer.text


async def create(client: httpx.AsyncClient, body: Mapping[str, Any] = BODY) -> dict[str, Any]:
    created = await client.post("/mass-replies", json=body, headers={"Idempotency-Key": "once"})
    assert created.status_code == 201, created.text
    return dict(created.json())


async def erase(client: httpx.AsyncClient, address: str = BY_NAME) -> None:
    answer = await client.delete(address)
    assert answer.status_code == 204, answer.text
