"""What became of a mass reply: counted by reason, and searched."""

from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from app.domain.permissions import Role
from app.domain.words import Channel
from app.runtime import Runtime
from tests.api.conftest import MakeKey, bearer
from tests.conftest import create_tenant
from tests.scene import add_account, add_conversation, add_conversations, postmark

BODY: dict[str, Any] = {
    "selection": {"filter": {"tags": {"any": ["incident"]}}},
    "message": {"text": "We are back."},
}


@pytest.fixture
async def batch(client: httpx.AsyncClient, runtime: Runtime, tenant: UUID) -> str:
    """Three e-mail conversations that could not be reached, two voice calls and one without an address."""
    account = await add_account(runtime, tenant, postmark("http://127.0.0.1:9"))
    await add_conversations(runtime, tenant, Channel.EMAIL, 2, account=account)
    await add_conversations(runtime, tenant, Channel.VOICE, 2)
    await add_conversation(
        runtime,
        tenant,
        Channel.EMAIL,
        "zoe@example.com",
        account_id=account,
        human_id="100%-A",
        contact={"name": "Zoé"},
    )
    await add_conversation(runtime, tenant, Channel.EMAIL, None, account_id=account)
    id_ = (await client.post("/mass-replies", json=BODY)).json()["id"]
    async with runtime.database.begin(tenant) as tx:
        statement = """
            UPDATE deliveries SET status = 'failed', reason_code = 'unreachable', reason_detail = 'No.',
                                  retryable = subject IS NOT NULL
            WHERE status = 'queued'
        """
        await tx.execute(sa.text(statement))
    return str(id_)


async def test_what_was_not_sent_is_counted_by_reason_and_channel(client: httpx.AsyncClient, batch: str) -> None:
    items = (await client.get(f"/mass-replies/{batch}/reasons")).json()["items"]
    counted = {(one["status"], one["code"], one["channel"]): one["count"] for one in items}
    assert counted == {
        ("failed", "unreachable", "email"): 3,
        ("skipped", "voice_not_supported", "voice"): 2,
        ("skipped", "no_address", "email"): 1,
    }
    assert [one["retryable"] for one in items] == [2, 0, 0], "only what failed is sent again by a retry"


@pytest.mark.parametrize(
    ("search", "found"),
    [("customer 1", 2), ("ZOé", 1), ("sup-2", 2), ("100%", 1), ("%", 1), ("email-1", 1), ("email", 0), ("nobody", 0)],
)
async def test_deliveries_are_found_by_name_number_or_id(
    client: httpx.AsyncClient, batch: str, search: str, found: int
) -> None:
    for accept in ("application/json", "application/x-ndjson"):
        answer = await client.get(
            f"/mass-replies/{batch}/deliveries", params={"search": search}, headers={"Accept": accept}
        )
        items = answer.json()["items"] if accept == "application/json" else answer.text.splitlines()
        assert len(items) == found, accept


async def test_a_customer_without_a_whole_name_is_called_by_what_is_known(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, postmark("http://127.0.0.1:9"))
    known = {"zoe@example.com": "Zoé", "ben@example.com": None}
    for address, first_name in known.items():
        contact = {"name": None, "first_name": first_name}
        await add_conversation(runtime, tenant, Channel.EMAIL, address, account_id=account, contact=contact)
    await add_conversation(runtime, tenant, Channel.VOICE, "+14155550100", contact={"name": None, "first_name": None})
    await add_conversation(
        runtime, tenant, Channel.EMAIL, None, account_id=account, contact={"name": None, "first_name": None}
    )
    id_ = (await client.post("/mass-replies", json=BODY)).json()["id"]

    async def called(**query: str) -> list[str | None]:
        items = (await client.get(f"/mass-replies/{id_}/deliveries", params=query)).json()["items"]
        return [one["contact_name"] for one in items]

    assert await called() == ["Zoé", "b…@example.com", "+14…100", None]
    assert await called(search="ZOÉ") == ["Zoé"]
    assert await called(search="ben@example.com") == ["b…@example.com"]


async def test_a_search_goes_on_from_page_to_page(client: httpx.AsyncClient, batch: str) -> None:
    query: dict[str, Any] = {"search": "customer", "limit": 3}
    first = (await client.get(f"/mass-replies/{batch}/deliveries", params=query)).json()
    rest = (
        await client.get(f"/mass-replies/{batch}/deliveries", params={**query, "cursor": first["next_cursor"]})
    ).json()
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (3, 1, None)


async def test_anothers_reasons_are_not_there(
    anonymous: httpx.AsyncClient, make_key: MakeKey, runtime: Runtime, batch: str
) -> None:
    theirs = bearer(await make_key(Role.ADMIN, owner=await create_tenant(runtime.database)))
    assert (await anonymous.get(f"/mass-replies/{batch}/reasons", headers=theirs)).status_code == 404


async def test_a_preview_says_from_which_number_on_a_second_person_is_asked(
    client: httpx.AsyncClient, batch: str
) -> None:
    assert (await client.post("/mass-replies/preview", json=BODY)).json()["approval_above"] is None
    await client.put("/settings", json={"approval_above": 5})
    assert (await client.post("/mass-replies/preview", json=BODY)).json()["approval_above"] == 5
