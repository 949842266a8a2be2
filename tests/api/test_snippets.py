"""`/snippets`."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from dirty_equals import IsDatetime

from app.domain.permissions import Role
from app.domain.words import Channel
from app.mass_replies.sql import drafts
from app.runtime import Runtime
from app.store.database import Database
from tests.api.conftest import MakeKey, bearer
from tests.conftest import create_tenant
from tests.scene import add_account, add_conversations, postmark


async def test_a_snippet_is_made_replaced_read_and_deleted(client: httpx.AsyncClient) -> None:
    made = await client.put("/snippets/refund", json={"text": "We refunded you."})
    assert made.status_code == 201
    assert made.json() == {
        "shortcode": "refund",
        "text": "We refunded you.",
        "updated_at": IsDatetime(iso_string=True),
    }
    replaced = await client.put("/snippets/refund", json={"text": "You have your money back."})
    assert replaced.status_code == 200
    assert (await client.get("/snippets/refund")).json() == replaced.json()
    assert (await client.get("/snippets")).json() == {"items": [replaced.json()], "next_cursor": None}

    assert (await client.delete("/snippets/refund")).status_code == 204
    for method in ("GET", "DELETE"):
        gone = await client.request(method, "/snippets/refund")
        assert (gone.status_code, gone.json()["code"]) == (404, "not_found")


async def test_who_reads_conversations_reads_snippets_and_writes_none(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, make_key: MakeKey
) -> None:
    await client.put("/snippets/refund", json={"text": "We refunded you."})
    viewer = bearer(await make_key(Role.VIEWER))
    assert (await anonymous.get("/snippets/refund", headers=viewer)).status_code == 200
    assert (await anonymous.delete("/snippets/refund", headers=viewer)).status_code == 403


async def test_another_tenants_snippet_is_not_there(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, make_key: MakeKey, database: Database
) -> None:
    other = bearer(await make_key(Role.ADMIN, owner=await create_tenant(database)))
    await client.put("/snippets/refund", json={"text": "mine"})
    assert (await anonymous.get("/snippets/refund", headers=other)).status_code == 404
    assert (await anonymous.delete("/snippets/refund", headers=other)).status_code == 404
    assert (await anonymous.put("/snippets/refund", json={"text": "theirs"}, headers=other)).status_code == 201
    assert (await client.get("/snippets/refund")).json()["text"] == "mine"


async def test_pages_go_by_shortcode(client: httpx.AsyncClient) -> None:
    for shortcode in ("b", "a", "c"):
        await client.put(f"/snippets/{shortcode}", json={"text": shortcode})
    first = (await client.get("/snippets", params={"limit": 2})).json()
    assert [item["shortcode"] for item in first["items"]] == ["a", "b"]
    second = (await client.get("/snippets", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [item["shortcode"] for item in second["items"]] == ["c"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("limit", ["0", "501", "many"])
async def test_a_limit_beyond_reason_is_refused(client: httpx.AsyncClient, limit: str) -> None:
    answer = await client.get("/snippets", params={"limit": limit})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/limit"]


@pytest.mark.parametrize("cursor", ["", "!", "bm90IGpzb24", "W10", "MQ", "é", "A" * 999, "ImFcdTAwMDAi"])
async def test_a_cursor_not_of_ours_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    answer = await client.get("/snippets", params={"cursor": cursor})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "/cursor", "code": "invalid_cursor", "detail": "The cursor is not valid for this list."}
    ]


@pytest.mark.parametrize("shortcode", ["-x", "a b", "a%00b", "x" * 65])
async def test_a_shortcode_that_could_not_be_typed_is_refused(client: httpx.AsyncClient, shortcode: str) -> None:
    answer = await client.put(f"/snippets/{shortcode}", json={"text": "a"})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/shortcode"]


@pytest.mark.parametrize("text", ["", "x" * 100_001])
async def test_a_snippet_without_text_or_without_end_is_refused(client: httpx.AsyncClient, text: str) -> None:
    assert (await client.put("/snippets/refund", json={"text": text})).status_code == 422


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("Dear {{", "invalid_template", "line 1, column 6"),
        ("Dear\n{% if contact.name %}", "invalid_template", "line 2, column 22"),
        ("Dear {{ contact.nmae }}", "unknown_merge_tag", "line 1, column 9"),
    ],
)
async def test_a_snippet_that_no_message_could_use_is_refused_saying_where(
    client: httpx.AsyncClient, text: str, code: str, place: str
) -> None:
    answer = await client.put("/snippets/refund", json={"text": text})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/text"]
    assert place in answer.json()["errors"][0]["detail"]
    assert "The snippet " in answer.json()["detail"]
    assert (await client.get("/snippets/refund")).status_code == 404


async def test_of_a_tenant_s_snippets_a_message_loads_those_that_it_names(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await add_account(runtime, tenant, postmark("http://127.0.0.1:9"))
    await add_conversations(runtime, tenant, Channel.EMAIL, 1, account=account)
    for shortcode in ("refund", "sig", "long"):
        await client.put(f"/snippets/{shortcode}", json={"text": f"The text of {shortcode}."})
    loaded, setting = [], drafts.setting

    async def setting_told(*given: Any) -> drafts.Setting:
        found = await setting(*given)
        loaded.append(found.snippets)
        return found

    monkeypatch.setattr(drafts, "setting", setting_told)
    message = {"text": "/refund Read https://example.com/long or /none.", "html": "<p>/sig</p>"}
    body = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": message}
    preview = await client.post("/mass-replies/preview", json=body)

    assert preview.status_code == 200, preview.text
    assert preview.json()["preflight"]["samples"][0]["text"].startswith("The text of refund. Read https")
    assert loaded == [{name: f"The text of {name}." for name in ("refund", "sig")}]
