"""What is particular to Postmark: threading headers, its error codes, batches and the look-up."""

import json
import uuid
from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.channels.http import open_http
from app.channels.postmark import adapter as postmark_adapter
from app.channels.postmark.adapter import PostmarkAdapter
from app.domain.channel_port import Absent, Found, SendsMany
from app.domain.outbound import Accepted, AttachmentFile, Deferred, Outbound, Rejected, Unknown
from app.domain.provider_events import ReceiptKind
from app.domain.words import Channel, ReasonCode
from tests.channels.cases import CONVERSATION, CORRELATION, POSTMARK, outbound, postmark_webhook
from tests.channels.playing import URL, playing
from tests.channels.raw_server import (
    Line,
    RawServer,
    Script,
    answering,
    close_after_reading,
    hang_after_reading,
    serving,
)

OK = POSTMARK.accepted.body
OUR_ID = f"<{CORRELATION.partition('.')[0]}@example.com>"


def adapter(http: httpx.AsyncClient, url: str = "http://postmark.example.com", **config: Any) -> PostmarkAdapter:
    setup = POSTMARK.setup(url)
    return PostmarkAdapter.from_config(replace(setup, config={**setup.config, **config}), http)


async def payload_of(message: Outbound, **config: Any) -> dict[str, Any]:
    """Send the message, and give back what Postmark would have got."""
    async with playing(200, OK) as provider:
        assert isinstance(await adapter(provider.http, URL, **config).send(message), Accepted)
    sent: dict[str, Any] = json.loads(provider.requests[0].body)
    return sent


def headers_of(payload: dict[str, Any]) -> dict[str, str]:
    return {header["Name"]: header["Value"] for header in payload["Headers"]}


async def test_a_reply_is_threaded_under_the_customer_s_message() -> None:
    long_id = f"<{'x' * 200}@mail.example.com>"
    thread = ("<first@mail.example.com>", long_id)
    message = replace(POSTMARK.message, in_reply_to=long_id, references=thread)

    payload = await payload_of(message)

    assert headers_of(payload) == {
        "Message-ID": OUR_ID,
        "X-PM-KeepID": "true",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "In-Reply-To": long_id,
        "References": " ".join(thread),
    }
    assert payload["ReplyTo"] == f"reply+{CONVERSATION.hex}@in.example.com"
    assert payload["Subject"] == "Re: Payment failed"
    assert payload["MessageStream"] == "outbound"
    assert "HtmlBody" not in payload


async def test_a_second_attempt_keeps_the_message_id_and_changes_the_correlation() -> None:
    payload = await payload_of(replace(POSTMARK.message, epoch=2))

    assert headers_of(payload)["Message-ID"] == OUR_ID
    assert payload["Metadata"] == {"delivery": CORRELATION.replace(".1", ".2")}


async def test_html_and_attachments_go_along() -> None:
    file = AttachmentFile("a.pdf", "application/pdf", b"%PDF")
    payload = await payload_of(replace(POSTMARK.message, html="<p>Hi</p>", attachments=(file,)))

    assert payload["HtmlBody"] == "<p>Hi</p>"
    assert payload["Attachments"] == [{"Name": "a.pdf", "ContentType": "application/pdf", "Content": "JVBERg=="}]


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85"])
async def test_a_line_break_never_reaches_a_header(newline: str) -> None:
    attack = f"{newline}Bcc: everyone@example.com"
    message = replace(
        POSTMARK.message,
        subject=f"Re: Hello{attack}",
        in_reply_to=f"<a@b.example.com>{attack}",
        references=(f"<a@b.example.com>{attack}", f"<c{attack}@d.example.com>"),
    )
    payload = await payload_of(message)

    lines = [payload["Subject"], payload["From"], payload["ReplyTo"], *headers_of(payload).values()]
    assert all(len(line.splitlines()) == 1 for line in lines)
    assert headers_of(payload)["In-Reply-To"] == "<a@b.example.com>"
    assert headers_of(payload)["References"] == "<a@b.example.com>"


@pytest.mark.parametrize(
    "address", ["ann@example.com, bob@example.com", "ann@example.com\r\nBcc: x@y.example", "ann", "Ann <a@example.com>"]
)
async def test_an_address_that_is_not_exactly_one_is_refused_without_a_call(
    http: httpx.AsyncClient, address: str
) -> None:
    result = await adapter(http).send(outbound(Channel.EMAIL, address))

    assert isinstance(result, Rejected)
    assert result.code is ReasonCode.ADDRESS_INVALID


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (422, 10, ("account", None)),
        (422, 300, ReasonCode.PROVIDER_REJECTED),
        (422, 400, ("account", None)),
        (422, 401, ("account", None)),
        (422, 402, ReasonCode.PROVIDER_REJECTED),
        (422, 405, ("account", None)),
        (422, 406, ReasonCode.BLOCKED),
        (422, 411, ReasonCode.CONTENT_REJECTED),
        (422, 413, ("account", None)),
        (422, 1235, ("account", None)),
        (422, 9999, ReasonCode.PROVIDER_REJECTED),
        (503, 100, ("account", 60)),
        (413, None, ReasonCode.CONTENT_REJECTED),
    ],
)
async def test_error_codes_mean_what_the_table_says(status: int, code: int | None, expected: Any) -> None:
    async with playing(status, {"ErrorCode": code, "Message": "…"} if code else b"") as provider:
        result = await adapter(provider.http, URL).send(POSTMARK.message)

    if isinstance(expected, ReasonCode):
        assert isinstance(result, Rejected)
        assert result.code is expected
    else:
        assert isinstance(result, Deferred)
        assert (result.scope, result.retry_after and result.retry_after.total_seconds()) == expected


async def test_http_500_is_unknown_whatever_its_body_says() -> None:
    async with playing(500, {"ErrorCode": 406}) as provider:
        assert isinstance(await adapter(provider.http, URL).send(POSTMARK.message), Unknown)


# Batches


def many(count: int) -> list[Outbound]:
    return [replace(POSTMARK.message, delivery_id=uuid.UUID(int=n)) for n in range(count)]


async def accept_each(line: Line) -> None:
    """Answer a batch as Postmark does: one result an item, in order."""
    while (request := await line.read_request()) is not None:
        assert request.target == "/email/batch"
        items = [{**OK, "MessageID": item["Metadata"]["delivery"]} for item in json.loads(request.body)]
        content = json.dumps(items).encode()
        await line.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content))


async def send_many(script: Script, messages: list[Outbound]) -> tuple[list[Any], RawServer]:
    client = open_http(allow_private_urls=True)
    async with serving(script) as server:
        results = list(await adapter(client, server.url).send_many(messages))
    await client.aclose()
    return results, server


async def test_a_batch_is_one_call_with_one_result_each(http: httpx.AsyncClient) -> None:
    messages = many(3)
    results, server = await send_many(accept_each, messages)

    assert results == [Accepted(message.correlation) for message in messages]
    assert len(server.requests) == 1
    assert isinstance(adapter(http), SendsMany)


async def test_a_batch_holds_at_most_500_messages() -> None:
    results, server = await send_many(accept_each, many(501))

    assert len(results) == 501
    assert [len(json.loads(request.body)) for request in server.requests] == [500, 1]


async def test_a_batch_holds_no_more_bytes_than_postmark_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postmark_adapter, "BATCH_BYTES", 2_000)
    messages = [replace(message, text="x" * 500) for message in many(4)]
    results, server = await send_many(accept_each, messages)

    assert results == [Accepted(message.correlation) for message in messages]
    assert len(server.requests) > 1
    assert all(len(request.body) <= 2_100 for request in server.requests)


async def test_a_batch_tells_the_fate_of_each_and_leaves_out_a_bad_address() -> None:
    good, bad, gone = many(3)
    answer = [OK, {"ErrorCode": 406, "Message": "inactive"}]
    results, _ = await send_many(answering(200, answer), [good, replace(bad, address="nobody"), gone])

    assert results[0] == Accepted("pm-1")
    assert [result.code for result in results[1:]] == [ReasonCode.ADDRESS_INVALID, ReasonCode.BLOCKED]


@pytest.mark.parametrize("script", [close_after_reading, answering(500), answering(200, [OK]), answering(200, b"no")])
async def test_a_lost_answer_to_a_batch_is_unknown_for_all(script: Script) -> None:
    results, server = await send_many(script, many(2))

    assert [type(result) for result in results] == [Unknown, Unknown]
    assert len(server.requests) == 1


async def test_a_batch_with_a_bad_token_burns_nobody() -> None:
    results, _ = await send_many(answering(401, {"ErrorCode": 10}), many(2))

    assert [(result.scope, result.retry_after) for result in results] == [("account", None)] * 2


# Look-up


async def test_a_message_is_found_by_the_attempt_s_name() -> None:
    answer = {"TotalCount": 1, "Messages": [{"MessageID": "pm-1", "Status": "Sent"}]}
    async with playing(200, answer) as provider:
        found = await adapter(provider.http, URL).look_up(CORRELATION)

    assert found == Found("pm-1", ReceiptKind.SENT)
    assert provider.requests[0].target == f"/messages/outbound?count=1&offset=0&metadata_delivery={CORRELATION}"


async def test_absence_is_asked_twice() -> None:
    async with playing(200, {"TotalCount": 0, "Messages": []}) as provider:
        assert await adapter(provider.http, URL, message_stream="replies").look_up(CORRELATION) == Absent()

    assert ["messagestream=replies" in request.target for request in provider.requests] == [False, True]


@pytest.mark.parametrize(
    "script",
    [
        answering(200, {"TotalCount": 3, "Messages": []}),
        answering(200, {"Messages": []}),
        answering(200, {"TotalCount": 1, "Messages": [{}]}),
        answering(200, {}),
        answering(429),
        answering(500),
        hang_after_reading,
    ],
)
async def test_a_search_that_does_not_answer_clearly_proves_nothing(script: Script) -> None:
    client = open_http(allow_private_urls=True)
    client.timeout = httpx.Timeout(0.3)
    async with serving(script) as server:
        assert isinstance(await adapter(client, server.url).look_up(CORRELATION), Unknown)
    await client.aclose()


def test_without_a_secret_of_ours_no_call_is_believed(http: httpx.AsyncClient) -> None:
    careless = PostmarkAdapter.from_config(replace(POSTMARK.setup("http://x.example"), callback_secret=""), http)

    assert not careless.verify(postmark_webhook({}, token=""))
