"""The sandbox answers and reports as Twilio documents it."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
import pytest

from app.dev.sandbox import Sandbox
from app.dev.sandbox.twilio import count_segments
from tests.dev.sandbox_calls import (
    AUTH_TOKEN,
    SID,
    Call,
    TwilioSender,
    basic,
    get,
    post,
    quick_sandbox,
    run_receiver,
    twilio_signature,
    within,
)

SENDER = TwilioSender()
ANN = "+14155550100"
MESSAGES = f"/twilio/2010-04-01/Accounts/{SID}/Messages.json"
AUTHORIZED = {"Authorization": basic(SID, AUTH_TOKEN)}
FIELDS = {
    "account_sid",
    "api_version",
    "body",
    "date_created",
    "date_sent",
    "date_updated",
    "direction",
    "error_code",
    "error_message",
    "from",
    "messaging_service_sid",
    "num_media",
    "num_segments",
    "price",
    "price_unit",
    "sid",
    "status",
    "subresource_uris",
    "to",
    "uri",
}
"""Of `api.v2010.account.message` in Twilio's OpenAPI description."""


async def test_an_accepted_message_is_201_with_the_whole_resource() -> None:
    async with quick_sandbox() as (sandbox, client):
        answer = await post(client, sandbox, SENDER.call(ANN, Body="x" * 161))
        message = answer.json
        assert (answer.status, set(message)) == (201, FIELDS)
        assert re.fullmatch(r"SM[0-9a-f]{32}", message["sid"])
        assert (message["status"], message["num_segments"], message["to"]) == ("queued", "2", ANN)
        assert parsedate_to_datetime(message["date_created"]).utcoffset() == timedelta(0)
        [entry] = sandbox.journal
        assert entry.message.correlation == "d-1.1"


async def test_a_messaging_service_does_not_know_the_segments_yet() -> None:
    async with quick_sandbox() as (sandbox, client):
        answer = await post(client, sandbox, SENDER.call(ANN, From="", MessagingServiceSid="MG" + "0" * 32))
        assert (answer.status, answer.json["num_segments"]) == (201, "0")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "4155550100"}, 21211),
        ({"To": "+15005550001"}, 21211),
        ({"To": "+15005550002"}, 21612),
        ({"To": "+15005550003"}, 21408),
        ({"To": "+15005550004"}, 21610),
        ({"To": "+15005550009"}, 21614),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"StatusCallback": "nowhere"}, 21609),
    ],
)
async def test_a_refused_message_is_400_with_twilios_code(changes: dict[str, str], code: int) -> None:
    async with quick_sandbox() as (sandbox, client):
        answer = await post(client, sandbox, SENDER.call(ANN, **changes))
        assert (answer.status, set(answer.json)) == (400, {"code", "message", "more_info", "status"})
        assert (answer.json["code"], answer.json["status"]) == (code, 400)
        assert sandbox.journal.counts().accepted == 0


@pytest.mark.parametrize(
    "authorization",
    [basic(SID, "wrong"), basic("AC" + "1" * 32, AUTH_TOKEN), f"Bearer {AUTH_TOKEN}", "Basic ?", "", basic(SID, "")],
)
async def test_wrong_credentials_are_401_with_code_20003(authorization: str) -> None:
    async with quick_sandbox() as (sandbox, client):
        SENDER.register(sandbox)
        good = SENDER.call(ANN)
        call = Call(good.path, good.body, {**good.headers, "Authorization": authorization})
        answer = await post(client, sandbox, call)
        listed = await get(client, sandbox, MESSAGES, Authorization=authorization)
        assert (answer.status, answer.json["code"], listed.status) == (401, 20003, 401)


@pytest.mark.parametrize(
    ("recipient", "statuses", "error"),
    [
        (ANN, ["queued", "sent", "delivered"], None),
        ("+15005550120", ["queued", "sent", "undelivered"], "30005"),
        ("+15005550130", ["queued", "sent", "undelivered"], "30007"),
        ("+15005550140", ["queued", "sent", "undelivered"], "30003"),
    ],
)
async def test_status_callbacks_are_signed_forms_in_order(
    recipient: str, statuses: list[str], error: str | None
) -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        SENDER.register(sandbox)
        answer = await post(client, sandbox, SENDER.reporting_to(receiver.url).call(recipient, "d-9.3"))
        await within(5, sandbox)
        assert [received.form["MessageStatus"] for received in receiver.received] == statuses
        assert receiver.received[-1].form.get("ErrorCode") == error
        for received in receiver.received:
            assert received.url == f"{receiver.url}?d=d-9.3"
            assert received.headers["X-Twilio-Signature"] == twilio_signature(received.url, received.form)
            assert (received.form["MessageSid"], received.form["AccountSid"]) == (answer.json["sid"], SID)
        listed = (await get(client, sandbox, MESSAGES, **AUTHORIZED)).json["messages"]
        assert [message["status"] for message in listed] == [statuses[-1]]


async def test_an_unregistered_account_signs_with_the_token_that_it_presented() -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        await post(client, sandbox, SENDER.reporting_to(receiver.url).call(ANN))
        await within(5, sandbox)
        [first, *_] = receiver.received
        assert first.headers["X-Twilio-Signature"] == twilio_signature(first.url, first.form)


async def _listed(client: aiohttp.ClientSession, sandbox: Sandbox, query: str) -> list[str]:
    answer = await get(client, sandbox, MESSAGES + query, **AUTHORIZED)
    return [message["body"] for message in answer.json["messages"]]


async def test_the_list_is_newest_first_and_filtered() -> None:
    today = datetime.now(UTC).date()
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)
    async with quick_sandbox() as (sandbox, client):
        for recipient, body in ((ANN, "one"), ("+14155550101", "two"), (ANN, "three"), ("+15005550001", "refused")):
            await post(client, sandbox, SENDER.call(recipient, Body=body))
        assert await _listed(client, sandbox, "") == ["three", "two", "one"]
        assert await _listed(client, sandbox, "?To=%2B14155550100") == ["three", "one"]
        assert await _listed(client, sandbox, "?From=%2B14155550198") == []
        assert await _listed(client, sandbox, f"?DateSent={tomorrow}") == []
        assert await _listed(client, sandbox, f"?DateSent>={yesterday}&DateSent<={tomorrow}") == ["three", "two", "one"]
        assert await _listed(client, sandbox, "?PageSize=2&Page=1") == ["one"]


async def test_a_page_of_the_list_names_the_next() -> None:
    async with quick_sandbox() as (sandbox, client):
        for body in ("one", "two"):
            await post(client, sandbox, SENDER.call(ANN, Body=body))
        page = (await get(client, sandbox, MESSAGES + "?PageSize=1", **AUTHORIZED)).json
        following = (await get(client, sandbox, "/twilio" + page["next_page_uri"], **AUTHORIZED)).json
        assert [message["body"] for message in following["messages"]] == ["one"]
        assert (page["previous_page_uri"], following["next_page_uri"]) == (None, None)


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("日" * 70, 1),
        ("日" * 71, 2),
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_in_septets_or_in_utf_16_units(text: str, segments: int) -> None:
    assert count_segments(text) == segments
