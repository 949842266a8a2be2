"""Conversations over HTTP: imported, searched, read, and written on by their customers."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from dirty_equals import IsDatetime, IsStr, IsUUID
from fastapi import FastAPI

from app.api.paging import encode_cursor
from app.domain.permissions import Role
from app.domain.words import Channel
from app.runtime import Runtime
from app.store import filters
from app.store.database import Database
from tests.api.conftest import MakeKey, bearer
from tests.conftest import create_tenant
from tests.imports import line, ndjson, patch
from tests.scene import add_account, postmark

NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(autouse=True)
async def email_account(runtime: Runtime, tenant: UUID) -> None:
    await add_account(runtime, tenant, postmark("https://api.example.com"))


async def imported(client: httpx.AsyncClient, *lines: dict[str, Any] | str) -> dict[str, Any]:
    answer = await client.post("/conversations/import", content=ndjson(*lines), headers=NDJSON)
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


async def test_an_imported_conversation_is_answered_in_the_shape_it_was_sent(client: httpx.AsyncClient) -> None:
    assert await imported(client, line()) == {
        "created": 1, "updated": 0, "unchanged": 0, "failed": 0, "left_out": 0, "errors": [], "unlisted_errors": 0,
        "warnings": [], "unlisted_warnings": 0,
    }  # fmt: skip
    answer = (await client.get("/conversations/c-1")).json()
    expected = line() | {
        "id": IsUUID,
        "updated_at": IsDatetime(iso_string=True),
        "last_customer_message_at": "2026-05-01T10:00:00Z",
    }
    assert answer == expected
    assert (await client.get(f"/conversations/{answer['id']}")).json() == answer


async def test_what_the_service_answers_may_be_imported_again(client: httpx.AsyncClient) -> None:
    await imported(client, line())
    answer = (await client.get("/conversations/c-1")).json()
    assert (await imported(client, answer))["unchanged"] == 1


async def test_bad_lines_are_reported_with_their_number_and_good_ones_kept(client: httpx.AsyncClient) -> None:
    report = await imported(client, line("c-1"), "", "{secret", line("c-2", status="secret"), line("c-3"))
    assert (report["created"], report["failed"]) == (2, 2)
    assert [(each["line"], each["code"]) for each in report["errors"]] == [(3, "invalid_json"), (4, "unknown_value")]
    assert "secret" not in str(report)


async def test_an_external_id_may_hold_anything_that_a_message_id_holds(client: httpx.AsyncClient) -> None:
    name = "<a/b+c?d@mail.example.test>"
    await imported(client, line(name))
    path = f"/conversations/{httpx.URL('https://x').copy_with(params={'q': name}).query.decode()[2:]}"
    assert (await client.get(path)).json()["external_id"] == name
    assert (await client.get(f"{path}/timeline")).json()["items"][0]["text"] == "My payment failed."


async def test_search_counts_exactly_and_pages_through_all(client: httpx.AsyncClient) -> None:
    await imported(client, *(line(f"c-{n}", team="billing" if n % 2 else "sales") for n in range(7)))
    body: dict[str, Any] = {"filter": {"team": ["sales"]}, "limit": 3}
    first = (await client.post("/conversations/search", json=body)).json()
    second = (await client.post("/conversations/search", json=body | {"cursor": first["next_cursor"]})).json()
    found = [item["external_id"] for item in first["items"] + second["items"]]
    assert (first["total"], second["total"], second["next_cursor"]) == (4, 4, None)
    assert found == ["c-6", "c-4", "c-2", "c-0"]


async def test_an_empty_filter_searches_everything(client: httpx.AsyncClient) -> None:
    await imported(client, line())
    assert (await client.post("/conversations/search", json={"filter": {}})).json()["total"] == 1


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"filter": {"colour": ["red"]}}, "/filter/colour", "unknown_field"),
        ({"filter": {"status": []}}, "/filter/status", "empty"),
        ({"filter": {"not": {}}}, "/filter/not", "empty"),
        ({"filter": None}, "/filter", "wrong_type"),
        ({"filter": {}, "cursor": "bogus"}, "/cursor", "invalid_cursor"),
        ({"filter": {}, "limit": 501}, "/limit", "less_than_equal"),
        ({}, "/filter", "missing"),
    ],
)
async def test_a_search_that_is_wrong_says_where(
    client: httpx.AsyncClient, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await client.post("/conversations/search", json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_request"
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]


async def test_a_customers_message_opens_the_conversation_again(client: httpx.AsyncClient) -> None:
    await imported(client, line(status="done", engagement="engaged"))
    body = {
        "text": "Still broken.",
        "provider_message_id": "<new@mail.example.test>",
        "sent_at": "2026-05-02T10:00:00Z",
        "attachments": [{"filename": "bill.pdf"}],
    }
    answer = await client.post("/conversations/c-1/customer-messages", json=body)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": IsUUID,
        "kind": "customer_message",
        "text": "Still broken.",
        "author": None,
        "mass_reply_id": None,
        "delivery_id": None,
        "delivery_status": None,
        "attachments": [{"filename": "bill.pdf"}],
        "created_at": "2026-05-02T10:00:00Z",
    }
    seen = (await client.get("/conversations/c-1")).json()
    assert (seen["status"], seen["engagement"]) == ("active", "pending")
    assert seen["last_customer_message"]["text"] == "Still broken."


async def test_a_message_that_is_sent_again_is_recorded_once(client: httpx.AsyncClient) -> None:
    await imported(client, line())
    body = {"text": "Hello?", "provider_message_id": "m-1"}
    first, second = [await client.post("/conversations/c-1/customer-messages", json=body) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert [item["text"] for item in (await client.get("/conversations/c-1/timeline")).json()["items"]] == [
        "My payment failed.", "Hello?",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/text"),
        ({"text": ""}, "/text"),
        ({"text": "x", "sent_at": "today"}, "/sent_at"),
        ({"text": "x", "mood": "bad"}, "/mood"),
        ({"text": "x", "attachments": [{"filename": ""}]}, "/attachments/0/filename"),
        ({"text": "x", "attachments": [{"name": "a"}]}, "/attachments/0/name"),
        ([], ""),
    ],
)
async def test_a_customers_message_that_is_wrong_says_where(
    client: httpx.AsyncClient, body: object, pointer: str
) -> None:
    await imported(client, line())
    answer = await client.post("/conversations/c-1/customer-messages", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("name", ["c-404", "00000000-0000-7000-8000-000000000000"])
async def test_what_does_not_exist_is_not_found(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/conversations/{name}")).status_code == 404
    assert (await client.get(f"/conversations/{name}/timeline")).status_code == 404
    assert (await client.post(f"/conversations/{name}/customer-messages", json={"text": "x"})).status_code == 404


async def test_the_timeline_is_paged_from_the_oldest(client: httpx.AsyncClient) -> None:
    await imported(client, line())
    for n in range(3):
        body = {"text": f"{n}", "sent_at": f"2026-05-02T1{n}:00:00Z"}
        await client.post("/conversations/c-1/customer-messages", json=body)
    first = (await client.get("/conversations/c-1/timeline", params={"limit": 3})).json()
    rest = (await client.get("/conversations/c-1/timeline", params={"cursor": first["next_cursor"]})).json()
    assert [item["text"] for item in first["items"]] == ["My payment failed.", "0", "1"]
    assert [item["text"] for item in rest["items"]] == ["2"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "2026-05-02T10:00:00", 0])
async def test_a_cursor_of_no_time_that_a_timeline_has_is_refused(client: httpx.AsyncClient, moment: object) -> None:
    await imported(client, line())
    cursor = encode_cursor((moment, uuid4()))

    answer = await client.get("/conversations/c-1/timeline", params={"cursor": cursor})

    assert answer.status_code == 422, answer.text
    assert [error["code"] for error in answer.json()["errors"]] == ["invalid_cursor"]


async def test_a_mail_and_a_mailbox_are_imported_for_an_account(client: httpx.AsyncClient) -> None:
    mail = b"From: Ann Lee <ann@example.test>\r\nMessage-ID: <m1@example.test>\r\nSubject: Help\r\n\r\nIt broke.\r\n"
    answer = await client.post(
        "/conversations/import?channel_account=email", content=mail, headers={"Content-Type": "message/rfc822"}
    )
    assert answer.json()["created"] == 1
    mailbox = b"From a@b Mon May  4 10:00:00 2026\n" + mail + b"\nFrom a@b Mon May  4 10:00:00 2026\nno mail\n"
    answer = await client.post(
        "/conversations/import?channel_account=email", content=mailbox, headers={"Content-Type": "application/mbox"}
    )
    assert answer.json() | {"errors": []} == {
        "created": 0, "updated": 0, "unchanged": 1, "failed": 1, "left_out": 0, "errors": [], "unlisted_errors": 0,
        "warnings": [], "unlisted_warnings": 0,
    }  # fmt: skip
    assert answer.json()["errors"] == [{"line": 2, "code": "unreadable_mail", "detail": IsStr}]


@pytest.mark.parametrize(
    ("query", "kind", "pointer"),
    [
        ("", "message/rfc822", "/channel_account"),
        ("?channel_account=other", "message/rfc822", "/channel_account"),
        ("", "application/json", "/content-type"),
    ],
)
async def test_an_import_that_cannot_be_begun_says_why(
    client: httpx.AsyncClient, query: str, kind: str, pointer: str
) -> None:
    answer = await client.post(f"/conversations/import{query}", content=b"{}", headers={"Content-Type": kind})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_reading_and_writing_need_their_permissions(anonymous: httpx.AsyncClient, make_key: MakeKey) -> None:
    viewer = bearer(await make_key(Role.VIEWER))
    assert (await anonymous.post("/conversations/search", json={"filter": {}}, headers=viewer)).status_code == 200
    refused = await anonymous.post("/conversations/import", content=b"", headers=viewer | NDJSON)
    assert (refused.status_code, "conversations:write" in refused.text) == (403, True)


async def test_the_filter_is_described_where_the_api_is(app: FastAPI) -> None:
    schemas = app.openapi()["components"]["schemas"]
    assert schemas["Filter"]["properties"]["not"]["$ref"].endswith("/Filter")
    assert set(schemas["Filter"]["properties"]["channel"]["items"]) == {"$ref"}
    assert list(Channel) == schemas["Channel"]["enum"]
    assert "required" not in schemas["Filter"]


async def test_another_tenants_conversations_are_not_there(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, make_key: MakeKey, database: Database
) -> None:
    await imported(client, line())
    theirs = bearer(await make_key(Role.ADMIN, owner=await create_tenant(database)))
    assert (await anonymous.get("/conversations/c-1", headers=theirs)).status_code == 404
    assert (await anonymous.post("/conversations/search", json={"filter": {}}, headers=theirs)).json()["total"] == 0


async def test_a_line_that_says_less_changes_less(client: httpx.AsyncClient) -> None:
    await imported(client, line())
    assert (await imported(client, patch(team=None)))["updated"] == 1
    answer = (await client.get("/conversations/c-1")).json()
    assert (answer["team"], answer["assignee"]) == (None, "agent-7")


@pytest.mark.parametrize(
    "address",
    [
        "/conversations/a%00b",
        "/conversations/a%00b/timeline",
        "/mass-replies?author=a%00b",
        "/audit-log?actor=a%00b",
    ],
)
async def test_an_address_that_the_database_cannot_hold_is_refused(client: httpx.AsyncClient, address: str) -> None:
    assert (await client.get(address)).status_code == 422


async def test_mails_for_an_account_that_nobody_can_have_are_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/conversations/import?channel_account=a%00b", content=b"x", headers={"Content-Type": "message/rfc822"}
    )
    assert answer.status_code == 422


async def test_a_key_is_found_however_many_blanks_were_put_around_it(client: httpx.AsyncClient) -> None:
    keys = {"team": " billing", "assignee": "agent-7 ", "tags": [" vip "], "contact": {"external_id": " u-1 "}}
    report = await imported(client, line(" c-1 ", **keys), patch("c-1", team="billing"))
    assert (report["created"], report["unchanged"]) == (1, 1)
    meant: list[dict[str, Any]] = [{"team": ["billing "]}, {"contact": ["u-1"]}, {"tags": {"all": ["vip"]}}]
    for filter in meant:
        assert (await client.post("/conversations/search", json={"filter": filter})).json()["total"] == 1, filter
    for path in ("/conversations/c-1", "/conversations/%20c-1%20/timeline"):
        assert (await client.get(path)).status_code == 200, path


async def test_the_count_and_the_page_of_a_search_are_of_one_moment(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await imported(client, line("c-1"))
    page = filters.page

    async def later(*args: Any, **kwargs: Any) -> Any:
        await imported(client, line("c-2"))
        return await page(*args, **kwargs)

    monkeypatch.setattr(filters, "page", later)
    found = (await client.post("/conversations/search", json={"filter": {}})).json()
    assert (found["total"], [item["external_id"] for item in found["items"]]) == (1, ["c-1"])


@pytest.mark.parametrize("limit", ["50", 50.0, True])
async def test_a_limit_is_a_number(client: httpx.AsyncClient, limit: object) -> None:
    refused = await client.post("/conversations/search", json={"filter": {}, "limit": limit})
    assert refused.status_code == 422
