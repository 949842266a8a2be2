"""What a visitor's browser may do, and everything it may not."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from app.domain.errors import Unauthenticated
from app.domain.words import Channel
from app.process.polling import Notifier
from app.runtime import Runtime
from app.store.database import Database
from app.webchat import sessions
from tests.api.conftest import Clock, stored_rows
from tests.conftest import create_tenant
from tests.scene import Account, add_account, row, timeline, twilio
from tests.visitors import Visitor, add_web_chat, visit

PAGE = {"Origin": "https://shop.example.com"}


@pytest.fixture
async def account(runtime: Runtime, tenant: UUID) -> UUID:
    return await add_web_chat(runtime, tenant)


@pytest.fixture
async def visitor(anonymous: httpx.AsyncClient, account: UUID) -> Visitor:
    return await visit(anonymous, account, name="Ann Lee")


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_visitor_gets_a_conversation_in_which_the_ball_is_theirs(
    client: httpx.AsyncClient, visitor: Visitor
) -> None:
    conversation = (await client.get(f"/conversations/{visitor.conversation}")).json()

    assert (conversation["channel"], conversation["channel_account"]) == ("chat", "web-chat")
    assert (conversation["engagement"], conversation["contact"]["name"]) == ("engaged", "Ann Lee")
    assert await visitor.fetch() == []


async def test_what_a_visitor_writes_awaits_a_reply_and_reopens_what_was_done(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, visitor: Visitor
) -> None:
    await row(
        runtime, tenant, "UPDATE conversations SET status = 'done' WHERE id = :id RETURNING id", id=visitor.conversation
    )

    answer = await visitor.write("  My payment failed.  ")

    assert answer.status_code == 201, answer.text
    assert (answer.json()["sender"], answer.json()["text"]) == ("visitor", "My payment failed.")
    conversation = (await client.get(f"/conversations/{visitor.conversation}")).json()
    assert (conversation["status"], conversation["engagement"]) == ("active", "pending")
    assert [message["id"] for message in await visitor.fetch()] == [answer.json()["id"]]


async def test_the_same_message_again_is_on_the_conversation_once(visitor: Visitor) -> None:
    first, again = await visitor.write("Hello", id="page-1"), await visitor.write("Hello", id="page-1")

    assert first.json() == again.json()
    assert len(await visitor.fetch()) == 1


async def test_a_page_fetches_what_came_after_the_last_that_it_shows(visitor: Visitor) -> None:
    written = [(await visitor.write(text)).json()["id"] for text in ("one", "two", "three")]

    assert [message["text"] for message in await visitor.fetch(after=written[0])] == ["two", "three"]
    assert await visitor.fetch(after=written[2]) == []


async def test_notes_and_errors_are_for_agents_alone(runtime: Runtime, tenant: UUID, visitor: Visitor) -> None:
    async with runtime.database.begin(tenant) as tx:
        await tx.connection.exec_driver_sql(
            "INSERT INTO messages (tenant_id, conversation_id, kind, text) "
            "SELECT $1, $2, kind, 'x' FROM unnest(ARRAY['system_note', 'system_error']) kind",
            (tenant, visitor.conversation),
        )

    assert await visitor.fetch() == []


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": "   "},
        {"text": "x" * 10_001},
        {"text": "nul\0"},
        {"text": ["list"]},
        {},
        {"text": "x", "colour": "red"},
        {"text": "x", "id": "not an id"},
    ],
)
async def test_a_message_that_is_none_is_refused(visitor: Visitor, body: dict[str, Any]) -> None:
    answer = await visitor.http.post("/chat/sessions/me/messages", headers=visitor.headers, json=body)

    assert refusal(answer) == (422, "invalid_request")
    assert await visitor.fetch() == []


async def test_a_body_far_too_large_is_not_even_read(visitor: Visitor) -> None:
    assert refusal(await visitor.write("x" * 200_000)) == (413, "body_too_large")


@pytest.mark.parametrize(
    "token", ["", "mc_", "mc_" + "a" * 43, "mr_" + "0" * 32 + "_" + "a" * 43, "mc_" + "a" * 42 + "\u00e4", "x" * 5_000]
)
@pytest.mark.parametrize("path", ["/me/messages", "/me/events", "/me/attachments/00000000-0000-7000-8000-000000000000"])
async def test_a_forged_token_opens_nothing(anonymous: httpx.AsyncClient, token: str, path: str) -> None:
    headers = {b"Authorization": f"Bearer {token}".encode()}

    assert refusal(await anonymous.get(f"/chat/sessions{path}", headers=headers)) == (401, "unauthenticated")


async def test_without_a_token_there_is_nothing_to_read_or_write(anonymous: httpx.AsyncClient) -> None:
    assert refusal(await anonymous.get("/chat/sessions/me/messages")) == (401, "unauthenticated")
    assert refusal(await anonymous.post("/chat/sessions/me/messages", json={"text": "x"})) == (401, "unauthenticated")


async def test_a_visitor_s_token_is_no_key_to_the_helpdesk(visitor: Visitor) -> None:
    answer = await visitor.http.get(f"/conversations/{visitor.conversation}", headers=visitor.headers)

    assert refusal(answer) == (401, "unauthenticated")


async def test_a_token_is_stored_nowhere(database: Database, tenant: UUID, visitor: Visitor) -> None:
    for table in ("chat_sessions", "chat_token_routes", "contacts", "conversations"):
        assert visitor.token not in await stored_rows(database, tenant, table)


async def test_visitors_see_their_own_conversation_alone(
    runtime: Runtime, database: Database, anonymous: httpx.AsyncClient, account: UUID, visitor: Visitor
) -> None:
    other_tenant = await create_tenant(database)
    elsewhere = await visit(anonymous, await add_web_chat(runtime, other_tenant))
    beside = await visit(anonymous, account)
    await elsewhere.write("mine")

    assert [await one.fetch() for one in (visitor, beside)] == [[], []]
    assert len(await timeline(runtime, other_tenant, elsewhere.conversation)) == 1


async def disabled(runtime: Runtime, tenant: UUID) -> UUID:
    id_ = await add_web_chat(runtime, tenant)
    await row(runtime, tenant, "UPDATE channel_accounts SET enabled = false WHERE id = :id RETURNING id", id=id_)
    return id_


async def of_another_kind(runtime: Runtime, tenant: UUID) -> UUID:
    return await add_account(runtime, tenant, twilio("https://api.example.com"))


async def helpdesk_s_own_chat(runtime: Runtime, tenant: UUID) -> UUID:
    secret = {"secret": "whsec_" + "A" * 44}
    url = {"url": "https://helpdesk.example.com/chat"}
    return await add_account(runtime, tenant, Account("own", Channel.CHAT, "webhook", url, secret))


async def unknown(runtime: Runtime, tenant: UUID) -> UUID:
    return uuid4()


@pytest.mark.parametrize("make", [disabled, of_another_kind, helpdesk_s_own_chat, unknown])
async def test_only_an_enabled_web_chat_takes_visitors(
    anonymous: httpx.AsyncClient, runtime: Runtime, database: Database, make: Any
) -> None:
    """Also where the account is some tenant's: whose it is and what it is for is told to nobody."""
    account = await make(runtime, await create_tenant(database))

    answer = await anonymous.post("/chat/sessions", json={"channel_account": str(account)})

    assert refusal(answer) == (404, "not_found")


@pytest.mark.parametrize("body", [{}, {"channel_account": "web-chat"}, {"channel_account": None}, {"name": "Ann"}])
async def test_a_session_wants_an_account(anonymous: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert refusal(await anonymous.post("/chat/sessions", json=body)) == (422, "invalid_request")


@pytest.mark.usefixtures("clock")
async def test_visitors_who_come_too_often_are_asked_to_wait(anonymous: httpx.AsyncClient, account: UUID) -> None:
    body = {"channel_account": str(account)}
    answers = [await anonymous.post("/chat/sessions", json=body) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert refusal(answers[-1]) == (429, "rate_limited")
    assert answers[-1].headers["Retry-After"] == "6"


async def test_an_account_takes_so_many_visitors_a_minute_whoever_asks(
    anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID, account: UUID, visitor: Visitor
) -> None:
    async with runtime.database.begin(tenant) as tx:
        await tx.connection.exec_driver_sql(
            "INSERT INTO chat_sessions (tenant_id, token_hash, account_id, conversation_id) "
            "SELECT $1, decode(md5(n::text), 'hex'), $2, $3 FROM generate_series(1, 600) n",
            (tenant, account, visitor.conversation),
        )

    answer = await anonymous.post("/chat/sessions", json={"channel_account": str(account)})

    assert refusal(answer) == (429, "rate_limited")


async def test_a_visitor_who_writes_too_fast_is_asked_to_wait(clock: Clock, visitor: Visitor) -> None:
    answers = [await visitor.write(str(number)) for number in range(22)]

    assert [answer.status_code for answer in answers] == [201] * 20 + [429] * 2
    assert refusal(answers[-1]) == (429, "rate_limited")
    clock.now += 1_000_000_000
    assert (await visitor.write("One a second is not too fast.")).status_code == 201


async def test_any_page_may_call_the_chat_and_nothing_else(
    anonymous: httpx.AsyncClient, account: UUID, visitor: Visitor
) -> None:
    asked = {**PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    preflight = await anonymous.options("/chat/sessions/me/messages", headers=asked)
    chat = await anonymous.get("/chat/sessions/me/messages", headers={**PAGE, **visitor.headers})
    helpdesk = await anonymous.get("/me", headers=PAGE)

    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert chat.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in chat.headers
    assert "Access-Control-Allow-Origin" not in helpdesk.headers


@pytest.mark.parametrize("after", ["yesterday", "", "1"])
async def test_a_place_to_go_on_from_is_a_message_s_id(visitor: Visitor, after: str) -> None:
    for path in ("/chat/sessions/me/messages", "/chat/sessions/me/events"):
        answer = await visitor.http.get(path, headers=visitor.headers, params={"after": after})
        assert refusal(answer) == (422, "invalid_request")


async def test_a_page_that_follows_ends_in_good_order_when_the_database_is_away(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, OSError())

    monkeypatch.setattr(sessions, "read", away)
    answer = await visitor.http.get("/chat/sessions/me/events", headers=visitor.headers)

    assert (answer.status_code, answer.text) == (200, "")


async def erased(client: httpx.AsyncClient, visitor: Visitor) -> None:
    conversation = (await client.get(f"/conversations/{visitor.conversation}")).json()
    answer = await client.delete(f"/contacts/{conversation['contact']['external_id']}")
    assert answer.status_code == 204, answer.text


async def without_account(client: httpx.AsyncClient, visitor: Visitor) -> None:
    answer = await client.delete("/channel-accounts/web-chat")
    assert answer.status_code == 204, answer.text


ENDINGS = pytest.mark.parametrize("end", [erased, without_account])


@ENDINGS
async def test_a_page_that_follows_ends_with_its_session(
    client: httpx.AsyncClient, runtime: Runtime, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, end: Any
) -> None:
    monkeypatch.setattr(sessions, "RECHECK_SECONDS", 0.01)
    await visitor.write("Hello?")
    session = await sessions.find_session(runtime.database, visitor.token)
    page = sessions.follow(runtime.database, Notifier(), session, sessions.BEGINNING)
    assert (await anext(page)).text == "Hello?"

    await end(client, visitor)

    async with asyncio.timeout(10):
        assert [message async for message in page] == []


@ENDINGS
async def test_a_request_that_was_let_in_before_its_session_ended_writes_and_reads_nothing(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, visitor: Visitor, end: Any
) -> None:
    session = await sessions.find_session(runtime.database, visitor.token)
    await end(client, visitor)

    with pytest.raises(Unauthenticated):
        await sessions.write(runtime.database, session, "My address is Main Street 1.", None)
    with pytest.raises(Unauthenticated):
        await sessions.read(runtime.database, session, sessions.BEGINNING)
    assert await timeline(runtime, tenant, visitor.conversation) == []
    assert (await visitor.write("Still here?")).status_code == 401


async def test_a_page_follows_an_hour_and_then_comes_again(
    runtime: Runtime, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "LONGEST_SECONDS", 0)
    session = await sessions.find_session(runtime.database, visitor.token)

    async with asyncio.timeout(10):
        assert [one async for one in sessions.follow(runtime.database, Notifier(), session, sessions.BEGINNING)] == []
