"""The sandbox answers and reports as Messenger and Instagram do."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from app.channels.http import open_http
from app.channels.meta.adapter import MetaAdapter
from app.channels.registry import AccountSetup
from app.dev.sandbox import Sandbox
from app.domain.channel_port import Uploaded
from app.domain.outbound import Accepted, AttachmentFile
from app.domain.provider_events import Inbound, Receipt, ReceiptKind, Watermark
from app.domain.words import Channel
from tests.channels.cases import CORRELATION, outbound
from tests.dev.sandbox_calls import (
    APP_SECRET,
    INSTAGRAM_ID,
    PAGE_ID,
    TOKEN,
    Answered,
    Call,
    MetaSender,
    Received,
    graph_call,
    graph_signature,
    post,
    quick_sandbox,
    run_receiver,
    within,
)

PAGE = MetaSender()
INSTAGRAM = MetaSender(identity=INSTAGRAM_ID)
ANN = "7300123456789012"
BY_A_PERSON: Mapping[str, Any] = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}


def happenings(received: Sequence[Received]) -> list[Any]:
    return [item for call in received for entry in call.json["entry"] for item in entry["messaging"]]


async def write(client: aiohttp.ClientSession, sandbox: Sandbox, sender: MetaSender, **changes: str) -> Answered:
    said = {"provider": "meta", "identity": sender.identity, "sender": ANN, "text": "Works again 😀", **changes}
    return await post(client, sandbox, graph_call("/sandbox/inbound", said))


@pytest.mark.parametrize(("sender", "channel"), [(PAGE, "facebook"), (INSTAGRAM, "instagram")])
async def test_an_accepted_message_is_answered_with_its_id(sender: MetaSender, channel: str) -> None:
    async with quick_sandbox() as (sandbox, client):
        answer = await post(client, sandbox, sender.call(ANN))
        [entry] = sandbox.journal
        assert (answer.status, answer.json) == (200, {"recipient_id": ANN, "message_id": entry.message_id})
        assert (entry.message.channel, entry.message.correlation) == (channel, "d-1.1")


@pytest.mark.parametrize(
    ("sender", "changes", "code"),
    [
        (PAGE, {"messaging_type": "SHOUT"}, 100),
        (PAGE, {"message": {}}, 100),
        (PAGE, {"message": {"text": "x" * 2001}}, 100),
        (INSTAGRAM, {"message": {"text": "ä" * 501}}, 100),
        (PAGE, {"message": {"attachment": {"type": "image", "payload": {"attachment_id": "7"}}}}, (100, 2018047)),
    ],
)
async def test_a_refused_message_is_400_with_metas_code(
    sender: MetaSender, changes: Mapping[str, Any], code: object
) -> None:
    async with quick_sandbox() as (sandbox, client):
        answer = await post(client, sandbox, sender.call(ANN, **changes))
        assert (answer.status, sender.error_code(answer.json)) == (400, code)
        assert sandbox.journal.counts().accepted == 0


async def test_a_message_to_nobody_is_refused() -> None:
    async with quick_sandbox() as (sandbox, client):
        answer = await post(client, sandbox, PAGE.call(""))
        assert (answer.status, PAGE.error_code(answer.json)) == (400, 100)


async def test_the_longest_texts_are_taken() -> None:
    async with quick_sandbox() as (sandbox, client):
        page = await post(client, sandbox, PAGE.call(ANN, message={"text": "ä" * 2000}))
        instagram = await post(client, sandbox, INSTAGRAM.call(ANN, message={"text": "ä" * 500}))
        assert (page.status, instagram.status) == (200, 200)


@pytest.mark.parametrize("edge", ["messages", "message_attachments"])
async def test_a_wrong_token_is_401_with_code_190(edge: str) -> None:
    async with quick_sandbox() as (sandbox, client):
        PAGE.register(sandbox)
        call = PAGE.call(ANN)
        headers = {**call.headers, "Authorization": "Bearer wrong"}
        answer = await post(client, sandbox, Call(call.path.replace("messages", edge), call.body, headers))
        assert (answer.status, PAGE.error_code(answer.json)) == (401, 190)


async def test_messenger_reports_echo_delivery_and_reading() -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        PAGE.reporting_to(receiver.url).register(sandbox)
        answer = await post(client, sandbox, PAGE.call(ANN, "d-9.3"))
        await within(5, sandbox)
        echo, delivery, read = happenings(receiver.received)
        assert (echo["message"]["is_echo"], echo["message"]["metadata"]) == (True, "d-9.3")
        assert echo["message"]["mid"] == answer.json["message_id"]
        assert delivery["delivery"]["mids"] == [answer.json["message_id"]]
        assert set(read["read"]) == {"watermark"}
        assert [item["sender"]["id"] for item in (echo, delivery, read)] == [PAGE_ID, ANN, ANN]
        for received in receiver.received:
            assert received.headers["X-Hub-Signature-256"] == graph_signature(received.body)
            assert received.json["object"] == "page"


async def test_instagram_reports_no_delivery() -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        INSTAGRAM.reporting_to(receiver.url).register(sandbox)
        answer = await post(client, sandbox, INSTAGRAM.call(ANN))
        await within(5, sandbox)
        echo, seen = happenings(receiver.received)
        assert echo["message"]["is_echo"] is True
        assert seen["read"] == {"mid": answer.json["message_id"]}
        assert {received.json["object"] for received in receiver.received} == {"instagram"}


async def test_of_a_message_that_does_not_arrive_only_the_echo_is_heard() -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        PAGE.reporting_to(receiver.url).register(sandbox)
        await post(client, sandbox, PAGE.call("5550101400000001"))
        await within(5, sandbox)
        assert len(happenings(receiver.received)) == 1


async def test_a_closed_window_lets_only_a_person_through() -> None:
    async with quick_sandbox() as (sandbox, client):
        asked = "5550102600000001"
        response = await post(client, sandbox, PAGE.call(asked))
        by_a_person = await post(client, sandbox, PAGE.call(asked, **BY_A_PERSON))
        assert (response.status, PAGE.error_code(response.json), by_a_person.status) == (400, (10, 2018278), 200)


@pytest.mark.parametrize(
    ("sender", "refusal"), [(PAGE, (400, (10, 2018278))), (INSTAGRAM, (403, (10, 2534022)))], ids=["page", "instagram"]
)
async def test_a_person_may_write_for_a_week_and_software_for_a_day(sender: MetaSender, refusal: object) -> None:
    outcomes = []
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        sender.reporting_to(receiver.url).register(sandbox)
        for age in (timedelta(days=8), timedelta(days=2), timedelta(0)):
            await write(client, sandbox, sender, at=(datetime.now(UTC) - age).isoformat())
            calls = (sender.call(ANN), sender.call(ANN, **BY_A_PERSON))
            answers = [await post(client, sandbox, call) for call in calls]
            outcomes.append([answer.status == 200 for answer in answers])
            if not outcomes[-1][0]:
                assert (answers[0].status, sender.error_code(answers[0].json)) == refusal
    assert outcomes == [[False, False], [False, True], [True, True]]


async def test_a_customer_writes() -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        PAGE.reporting_to(receiver.url).register(sandbox)
        answer = await write(client, sandbox, PAGE, in_reply_to="m_ours")
        [item] = happenings(receiver.received)
        assert (answer.status, answer.json["taken"]) == (200, True)
        assert item["message"] == {
            "mid": answer.json["message_id"],
            "text": "Works again 😀",
            "reply_to": {"mid": "m_ours"},
        }


@pytest.mark.parametrize("message", ["", "{}", "[]", '{"attachment": {"payload": {"is_reusable": false}}}'])
async def test_a_file_that_cannot_be_used_again_is_refused(message: str) -> None:
    async with quick_sandbox() as (sandbox, client):
        form = aiohttp.FormData({"message": message})
        form.add_field("filedata", b"png", filename="a.png", content_type="image/png")
        url = f"{sandbox.url}/meta/v25.0/{PAGE_ID}/message_attachments"
        async with client.post(url, data=form, headers={"Authorization": f"Bearer {TOKEN}"}) as response:
            assert (response.status, PAGE.error_code(await response.json())) == (400, 100)


async def test_our_adapter_and_the_sandbox_understand_each_other() -> None:
    http = open_http(allow_private_urls=True)
    config = {"page_id": PAGE_ID, "human_agent": True}
    credentials = {"access_token": TOKEN, "app_secret": APP_SECRET, "verify_token": "v"}
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        PAGE.reporting_to(receiver.url).register(sandbox)
        setup = AccountSetup({**config, "base_url": f"{sandbox.url}/meta"}, credentials, "")
        ours = MetaAdapter.from_config(setup, http)
        uploaded = await ours.upload(Channel.FACEBOOK, AttachmentFile("a.png", "image/png", b"png"))
        assert isinstance(uploaded, Uploaded)
        written = datetime.now(UTC) - timedelta(days=2)
        await write(client, sandbox, PAGE, at=written.isoformat())
        files = (AttachmentFile("a.png", "image/png", b"png", uploaded.media_id),)
        message = outbound(Channel.FACEBOOK, ANN, attachments=files, last_customer_message_at=written)
        sent = await ours.send(message)
        await within(5, sandbox)
        assert isinstance(sent, Accepted)
        assert sent.dropped == ()
        assert [entry.message.fields["tag"] for entry in sandbox.journal] == ["HUMAN_AGENT"] * 2
        calls = [received.webhook for received in receiver.received]
        assert all(ours.verify(call) for call in calls)
        events = [event for call in calls for event in ours.parse(call)]
        assert isinstance(events[0], Inbound)
        [echo] = [event for event in events if isinstance(event, Receipt) and event.kind is ReceiptKind.SENT]
        assert (echo.correlation, echo.provider_message_id) == (CORRELATION, sent.provider_message_id)
        assert {event.recipient for event in events if isinstance(event, Watermark)} == {ANN}
    await http.aclose()
