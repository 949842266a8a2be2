"""The sandbox answers and reports as WhatsApp's Cloud API does."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import jsonschema  # type: ignore[import-untyped]
import pytest

from app.channels.http import open_http
from app.channels.registry import AccountSetup
from app.channels.whatsapp_cloud.adapter import WhatsAppCloudAdapter
from app.dev.sandbox import Sandbox
from app.domain.channel_port import Uploaded
from app.domain.outbound import Accepted, AttachmentFile, FilledTemplate
from app.domain.provider_events import Inbound, Receipt
from app.domain.words import Channel
from tests.channels.cases import CORRELATION, outbound, sample
from tests.dev.sandbox_calls import (
    APP_SECRET,
    PHONE_NUMBER_ID,
    TOKEN,
    Answered,
    Call,
    Received,
    WhatsAppSender,
    get,
    graph_call,
    graph_signature,
    post,
    quick_sandbox,
    run_receiver,
    within,
)

SENDER = WhatsAppSender()
ANN = "+14155550100"
TEMPLATE: Mapping[str, Any] = {"type": "template", "template": {"name": "hello", "language": {"code": "en"}}}
"""The changes that make a message a template."""


def adapter(http: Any, url: str) -> WhatsAppCloudAdapter:
    config = {"phone_number_id": PHONE_NUMBER_ID, "base_url": f"{url}/whatsapp"}
    credentials = {"access_token": TOKEN, "app_secret": APP_SECRET, "verify_token": "v"}
    return WhatsAppCloudAdapter.from_config(AccountSetup(config, credentials, ""), http)


def value_of(received: Received) -> Any:
    [entry] = received.json["entry"]
    [change] = entry["changes"]
    return change["value"]


async def write(client: aiohttp.ClientSession, sandbox: Sandbox, **changes: Any) -> Answered:
    said = {"provider": "whatsapp_cloud", "identity": PHONE_NUMBER_ID, "sender": ANN, "text": "Works again 😀"}
    return await post(client, sandbox, graph_call("/sandbox/inbound", {**said, **changes}))


async def test_an_accepted_message_is_answered_as_meta_describes_it() -> None:
    async with quick_sandbox() as (sandbox, client):
        answer = await post(client, sandbox, SENDER.call(ANN))
        assert answer.status == 200
        jsonschema.validate(answer.json, sample("whatsapp_cloud", "message-response.schema"))
        [entry] = sandbox.journal
        assert answer.json["messages"][0]["id"] == entry.message_id
        assert (entry.message.channel, entry.message.correlation) == ("whatsapp", "d-1.1")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"messaging_product": "sms"}, 131008),
        ({"to": ""}, 131008),
        ({"text": {"body": ""}}, 131009),
        ({"text": {"body": "x" * 4097}}, 131009),
        ({"type": "image", "image": {"id": "never-uploaded"}}, 131053),
        ({"type": "template", "template": {"name": "hello"}}, 131008),
        ({"type": "template", "template": {"name": "incident_update", "language": {"code": "en"}}}, 132000),
    ],
)
async def test_a_refused_message_is_400_with_metas_code(changes: Mapping[str, Any], code: int) -> None:
    async with quick_sandbox() as (sandbox, client):
        answer = await post(client, sandbox, SENDER.call(ANN, **changes))
        assert (answer.status, SENDER.error_code(answer.json)) == (400, code)
        assert sandbox.journal.counts().accepted == 0


@pytest.mark.parametrize("authorization", [f"Bearer {TOKEN}x", "Bearer ", "", f"Basic {TOKEN}"])
@pytest.mark.parametrize("edge", ["messages", "media"])
async def test_a_wrong_token_is_401_with_code_190(authorization: str, edge: str) -> None:
    async with quick_sandbox() as (sandbox, client):
        SENDER.register(sandbox)
        call = SENDER.call(ANN)
        path = call.path.replace("messages", edge)
        answer = await post(client, sandbox, Call(path, call.body, {**call.headers, "Authorization": authorization}))
        assert (answer.status, SENDER.error_code(answer.json)) == (401, 190)


async def test_a_body_that_is_no_json_is_refused() -> None:
    async with quick_sandbox() as (sandbox, client):
        call = SENDER.call(ANN)
        for body in (b"", b"[]", b"\xff"):
            answer = await post(client, sandbox, Call(call.path, body, call.headers))
            assert (answer.status, SENDER.error_code(answer.json)) == (400, 100)


@pytest.mark.parametrize(
    ("recipient", "told", "code"),
    [
        (ANN, ["sent", "delivered", "read"], None),
        ("US.13491208655302741918", ["sent", "delivered", "read"], None),
        ("+15005550120", ["failed"], 131026),
        ("US.5550101300000001", ["failed"], 131049),
        ("+15005550140", ["failed"], 131016),
        ("+15005550270", ["failed"], 131047),
    ],
)
async def test_statuses_are_signed_and_come_in_order(recipient: str, told: list[str], code: int | None) -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        SENDER.reporting_to(receiver.url).register(sandbox)
        answer = await post(client, sandbox, SENDER.call(recipient, "d-9.3"))
        await within(5, sandbox)
        values = [value_of(received) for received in receiver.received]
        for value in values:
            jsonschema.validate(value, sample("whatsapp_cloud", "statuses.schema"))
        statuses = [value["statuses"][0] for value in values]
        assert [status["status"] for status in statuses] == told
        assert {status["biz_opaque_callback_data"] for status in statuses} == {"d-9.3"}
        assert {status["id"] for status in statuses} == {answer.json["messages"][0]["id"]}
        assert [error["code"] for error in statuses[-1].get("errors", ())] == ([code] if code else [])
        for received in receiver.received:
            assert received.headers["X-Hub-Signature-256"] == graph_signature(received.body)


async def test_a_closed_window_refuses_text_and_lets_a_template_pass() -> None:
    async with quick_sandbox() as (sandbox, client):
        text = await post(client, sandbox, SENDER.call("+15005550260"))
        template = await post(client, sandbox, SENDER.call("+15005550260", **TEMPLATE))
        assert (text.status, SENDER.error_code(text.json), template.status) == (400, 131047, 200)


async def test_a_template_to_a_window_that_closes_later_arrives() -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        SENDER.reporting_to(receiver.url).register(sandbox)
        await post(client, sandbox, SENDER.call("+15005550270", **TEMPLATE))
        await within(5, sandbox)
        assert [value_of(received)["statuses"][0]["status"] for received in receiver.received][-1] == "read"


async def test_the_outbox_shows_what_a_template_says_and_which_file_came() -> None:
    async with quick_sandbox() as (sandbox, client):
        parameters = {"type": "body", "parameters": [{"type": "text", "text": "Ann"}]}
        template = {"name": "hello", "language": {"code": "en"}, "components": [parameters]}
        await post(client, sandbox, SENDER.call(ANN, type="template", template=template))
        await post(client, sandbox, SENDER.call(ANN, type="document", document={"id": "7", "filename": "a.pdf"}))
        page = (await get(client, sandbox, "/outbox?channel=whatsapp")).body.decode()
        assert "[template hello, en] Ann" in page
        assert "[document a.pdf]" in page


async def test_a_customer_writes_and_opens_the_window_for_a_day() -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        SENDER.reporting_to(receiver.url).register(sandbox)
        yesterday = datetime.now(UTC) - timedelta(hours=25)
        await write(client, sandbox, at=yesterday.isoformat())
        closed = await post(client, sandbox, SENDER.call(ANN))
        said = await write(client, sandbox, in_reply_to="wamid.OURS")
        opened = await post(client, sandbox, SENDER.call(ANN))
        assert (closed.status, SENDER.error_code(closed.json), opened.status) == (400, 131047, 200)
        assert said.json["taken"] is True
        [message] = value_of(receiver.received[1])["messages"]
        assert (message["id"], message["context"]["id"]) == (said.json["message_id"], "wamid.OURS")
        assert b"\\ud83d" in receiver.received[1].body


@pytest.mark.parametrize(
    "changes",
    [
        {"provider": "smtp"},
        {"provider": "pigeon"},
        {"identity": "nobody"},
        {"sender": ""},
        {"at": "soon"},
        {"a": 7},
    ],
)
async def test_what_no_customer_could_write_is_422(changes: Mapping[str, Any]) -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        SENDER.reporting_to(receiver.url).register(sandbox)
        assert (await write(client, sandbox, **changes)).status == 422
        assert receiver.received == []


async def test_a_message_that_nobody_takes_is_told_as_not_taken() -> None:
    async with quick_sandbox() as (sandbox, client):
        SENDER.reporting_to("http://127.0.0.1:9/callbacks").register(sandbox)
        answer = await write(client, sandbox)
        assert (answer.status, answer.json["taken"]) == (200, False)


async def test_our_adapter_and_the_sandbox_understand_each_other() -> None:
    http = open_http(allow_private_urls=True)
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        SENDER.reporting_to(receiver.url).register(sandbox)
        ours = adapter(http, sandbox.url)
        picture = AttachmentFile("a.png", "image/png", b"png")
        uploaded = await ours.upload(Channel.WHATSAPP, picture)
        assert isinstance(uploaded, Uploaded)
        files = (AttachmentFile("a.png", "image/png", b"png", uploaded.media_id),)
        sent = await ours.send(outbound(Channel.WHATSAPP, ANN, attachments=files))
        templated = await ours.send(
            outbound(Channel.WHATSAPP, "+15005550260", template=FilledTemplate("hello", "en", ("Ann",)))
        )
        await within(5, sandbox)
        await write(client, sandbox)
        assert (type(sent), getattr(sent, "dropped", None), type(templated)) == (Accepted, (), Accepted)
        calls = [received.webhook for received in receiver.received]
        assert all(ours.verify(call) for call in calls)
        events = [event for call in calls for event in ours.parse(call)]
        receipts = [event for event in events if isinstance(event, Receipt)]
        assert {event.correlation for event in receipts} == {CORRELATION}
        assert len(receipts) == 6
        assert isinstance(events[-1], Inbound)
        assert {event.account_identity for event in events} == {PHONE_NUMBER_ID}
    await http.aclose()


async def test_the_files_of_a_delivery_are_not_counted_as_its_repetition() -> None:
    async with quick_sandbox() as (sandbox, client):
        form = aiohttp.FormData({"messaging_product": "whatsapp", "type": "image/png"})
        form.add_field("file", b"png", filename="a.png", content_type="image/png")
        url = f"{sandbox.url}/whatsapp/v25.0/{PHONE_NUMBER_ID}/media"
        async with client.post(url, data=form, headers={"Authorization": f"Bearer {TOKEN}"}) as response:
            media_id = (await response.json())["id"]
        file: dict[str, Any] = {"type": "image", "image": {"id": media_id}}
        for call in (SENDER.call(ANN), SENDER.call(ANN, "d-1.1/file/1", **file)):
            assert (await post(client, sandbox, call)).status == 200
        counts = sandbox.journal.counts()
        assert (counts.accepted, list(counts.duplicates)) == (2, [])
