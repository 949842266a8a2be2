"""What is particular to WhatsApp: its message types, files, codes and settings."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest

from app.channels.http import deadline
from app.channels.registry import validate
from app.channels.whatsapp_cloud.adapter import WhatsAppCloudAdapter, recipient_of
from app.channels.whatsapp_cloud.webhooks import file_mark
from app.domain.addresses import Address
from app.domain.channel_port import Uploaded
from app.domain.errors import InvalidAccount
from app.domain.outbound import (
    Accepted,
    AttachmentFile,
    Deferred,
    DroppedAttachment,
    FilledTemplate,
    Outbound,
    Rejected,
    Unknown,
)
from app.domain.words import Channel, ReasonCode
from tests.channels.cases import CORRELATION, outbound, sample
from tests.channels.graph_cases import (
    PHONE_NUMBER_ID,
    PICTURE,
    REQUEST_SCHEMA,
    WAMID,
    WHATSAPP,
    answering_in_turn,
    check_graph_head,
    graph_error,
)
from tests.channels.playing import URL, playing
from tests.channels.raw_server import hang_after_reading, serving

USER_ID = "US.13491208655302741918"
SENT = sample("whatsapp_cloud", "sent")
MESSAGE = WHATSAPP.message


def adapter(http: httpx.AsyncClient, url: str = "http://graph.example.com") -> WhatsAppCloudAdapter:
    return WhatsAppCloudAdapter.from_config(WHATSAPP.setup(url), http)


async def bodies_of(message: Outbound) -> list[dict[str, Any]]:
    """Send a message that is accepted; answers the bodies of its calls, each held against Meta's description."""
    async with playing(200, SENT) as provider:
        assert isinstance(await adapter(provider.http, URL).send(message), Accepted)
    for request in provider.requests:
        check_graph_head(request, PHONE_NUMBER_ID)
        jsonschema.validate(json.loads(request.body), REQUEST_SCHEMA)
    return [json.loads(request.body) for request in provider.requests]


async def outcome(body: Any, status: int = 400) -> Any:
    async with playing(status, body) as provider:
        return await adapter(provider.http, URL).send(MESSAGE)


# Messages


async def test_a_text_goes_out_in_the_thread() -> None:
    [body] = await bodies_of(replace(MESSAGE, in_reply_to="wamid.HBgLMTQxNTU1NTAxMjM"))

    assert body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+14155550123",
        "context": {"message_id": "wamid.HBgLMTQxNTU1NTAxMjM"},
        "type": "text",
        "text": {"body": MESSAGE.text, "preview_url": False},
        "biz_opaque_callback_data": CORRELATION,
    }


@pytest.mark.parametrize("parent", [None, "<mail@example.com>", "message-7"])
async def test_a_message_of_another_system_cannot_be_answered(parent: str | None) -> None:
    [body] = await bodies_of(replace(MESSAGE, in_reply_to=parent))

    assert "context" not in body


async def test_a_person_without_a_number_is_named_by_user_id() -> None:
    [body] = await bodies_of(replace(MESSAGE, address=USER_ID))

    assert body["recipient"] == USER_ID
    assert "to" not in body


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("+1 (415) 555-0123", {"to": "+14155550123"}),
        ("14155550123", {"to": "+14155550123"}),
        ("+1415555012३", {"to": "+14155550123"}),
        (USER_ID, {"recipient": USER_ID}),
        ("US.ENT.11815799212886844830", {"recipient": "US.ENT.11815799212886844830"}),
        ("us.13491208655302741918", None),
        ("US.", None),
        ("555", None),
        ("ann@example.com", None),
        ("(415) 555-0123", None),
        ("+14155550123 ext. 4", None),
        ("", None),
    ],
)
def test_recipients_are_numbers_or_user_ids(address: str, named: Any) -> None:
    assert recipient_of(address) == named
    form = WhatsAppCloudAdapter.limits.address_form
    assert form is not None
    wire = Address.read(Channel.WHATSAPP, address).wire
    assert (wire is not None and form.fullmatch(wire) is not None) is (named is not None), "as sending does"


async def test_what_is_neither_is_refused_without_a_call(http: httpx.AsyncClient) -> None:
    result = await adapter(http).send(outbound(Channel.WHATSAPP, "ann@example.com"))

    assert isinstance(result, Rejected)
    assert result.code is ReasonCode.ADDRESS_INVALID


@pytest.mark.parametrize(("text", "shown"), [("See https://example.com/a", True), ("See example.com", False)])
async def test_a_link_is_shown_with_a_preview(text: str, shown: bool) -> None:
    [body] = await bodies_of(replace(MESSAGE, text=text))

    assert body["text"] == {"body": text, "preview_url": shown}


async def test_the_longest_text_is_one_that_meta_takes() -> None:
    longest = WhatsAppCloudAdapter.limits.max_characters or 0
    [body] = await bodies_of(replace(MESSAGE, text="x" * longest))

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**body, "text": {"body": "x" * (longest + 1)}}, REQUEST_SCHEMA)


async def test_a_template_takes_the_place_of_the_text() -> None:
    template = FilledTemplate("incident_update", "en", ("Ann", "two\nlines,\t and     spaces"))
    [body] = await bodies_of(replace(MESSAGE, template=template))

    assert body["type"] == "template"
    assert body["biz_opaque_callback_data"] == CORRELATION
    assert "text" not in body
    assert body["template"] == {
        "name": "incident_update",
        "language": {"code": "en"},
        "components": [
            {
                "type": "body",
                "parameters": [{"type": "text", "text": "Ann"}, {"type": "text", "text": "two lines, and spaces"}],
            }
        ],
    }


async def test_a_template_without_placeholders_has_no_components() -> None:
    [body] = await bodies_of(replace(MESSAGE, template=FilledTemplate("hello", "pt_BR")))

    assert body["template"] == {"name": "hello", "language": {"code": "pt_BR"}}


async def test_a_template_goes_without_files_and_says_so() -> None:
    message = replace(MESSAGE, template=FilledTemplate("hello", "en"), attachments=(PICTURE,))
    async with playing(200, SENT) as provider:
        result = await adapter(provider.http, URL).send(message)

    assert len(provider.requests) == 1
    assert isinstance(result, Accepted)
    assert [dropped.filename for dropped in result.dropped] == ["a.png"]


@pytest.mark.parametrize("held", ["accepted", "held_for_quality_assessment", "paused"])
async def test_a_message_that_is_held_is_accepted(held: str) -> None:
    body = {**SENT, "messages": [{"id": WAMID, "message_status": held}]}

    assert await outcome(body, 200) == Accepted(WAMID)


def test_our_sample_of_an_answer_is_one_that_meta_could_give() -> None:
    jsonschema.validate(SENT, sample("whatsapp_cloud", "message-response.schema"))


# Files

PDF = AttachmentFile("invoice.pdf", "application/pdf", b"%PDF", "media-2")


async def test_files_follow_the_text_by_their_ids() -> None:
    text, picture, document = await bodies_of(replace(MESSAGE, attachments=(PICTURE, PDF)))

    assert text["type"] == "text"
    assert picture["image"] == {"id": "media-1"}
    assert document["document"] == {"id": "media-2", "filename": "invoice.pdf"}
    assert {body["to"] for body in (text, picture, document)} == {"+14155550123"}


async def test_a_file_carries_a_mark_of_its_own() -> None:
    _, picture, document = await bodies_of(replace(MESSAGE, attachments=(PICTURE, PDF)))
    marks = [body["biz_opaque_callback_data"] for body in (picture, document)]
    assert marks == [file_mark(CORRELATION, 1), file_mark(CORRELATION, 2)]


async def test_a_file_that_fails_is_dropped_and_the_others_go_on(http: httpx.AsyncClient) -> None:
    script = answering_in_turn((200, SENT), (400, graph_error(131053)), (200, SENT))
    async with serving(script) as server:
        result = await adapter(http, server.url).send(replace(MESSAGE, attachments=(PICTURE, PDF)))

    assert len(server.requests) == 3
    assert result == Accepted(
        WAMID, (DroppedAttachment("a.png", "WhatsApp 131053: WhatsApp could not store the file"),)
    )


async def test_files_are_not_sent_after_a_text_that_was_refused() -> None:
    async with playing(400, graph_error(131047)) as provider:
        result = await adapter(provider.http, URL).send(replace(MESSAGE, attachments=(PICTURE,)))

    assert len(provider.requests) == 1
    assert isinstance(result, Rejected)


async def test_a_file_that_was_not_uploaded_or_is_not_carried_is_dropped_without_a_call() -> None:
    files = (replace(PICTURE, media_id=None), AttachmentFile("a.zip", "application/zip", b"PK", "media-3"))
    async with playing(200, SENT) as provider:
        result = await adapter(provider.http, URL).send(replace(MESSAGE, attachments=files))

    assert len(provider.requests) == 1
    assert isinstance(result, Accepted)
    assert [dropped.filename for dropped in result.dropped] == ["a.png", "a.zip"]


async def test_a_file_that_hangs_does_not_make_an_accepted_text_uncertain(http: httpx.AsyncClient) -> None:
    async def first_then_hang(line: Any) -> None:
        await line.read_request()
        content = json.dumps(SENT).encode()
        await line.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content)
        await hang_after_reading(line)

    async with serving(first_then_hang) as server:
        end = asyncio.get_running_loop().time() + 0.9
        with deadline(end):
            async with asyncio.timeout_at(end):
                result = await adapter(http, server.url).send(replace(MESSAGE, attachments=(PICTURE, PDF)))

    assert isinstance(result, Accepted)
    assert [dropped.filename for dropped in result.dropped] == ["a.png", "invoice.pdf"]
    assert "no time left" in result.dropped[1].reason


async def test_a_file_is_uploaded_once_as_a_form() -> None:
    async with playing(200, {"id": "media-9"}) as provider:
        result = await adapter(provider.http, URL).upload(Channel.WHATSAPP, replace(PICTURE, media_id=None))

    assert result == Uploaded("media-9")
    [request] = provider.requests
    check_graph_head(request, PHONE_NUMBER_ID, "media")
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    for part in (b'name="messaging_product"\r\n\r\nwhatsapp', b'filename="a.png"', b"image/png\r\n\r\npng"):
        assert part in request.body


# Errors


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (131047, ReasonCode.WINDOW_CLOSED),
        (470, ReasonCode.WINDOW_CLOSED),
        (131026, ReasonCode.INVALID_RECIPIENT),
        (130403, ReasonCode.BLOCKED),
        (131049, ReasonCode.PROVIDER_REJECTED),
        (132001, ReasonCode.TEMPLATE_REJECTED),
        (132015, ReasonCode.TEMPLATE_REJECTED),
        (100, ReasonCode.PROVIDER_REJECTED),
        (190, ("account", None)),
        (250, ("account", None)),
        (131042, ("account", None)),
        (131048, ("account", None)),
        (131057, ("account", 60)),
        (130429, ("account", 10)),
        (80007, ("account", 60)),
        (131056, ("delivery", None)),
        (131000, None),
        (131016, None),
        (133004, None),
    ],
)
async def test_error_codes_mean_what_the_table_says(code: int, expected: Any) -> None:
    result = await outcome(graph_error(code))

    if isinstance(expected, ReasonCode):
        assert isinstance(result, Rejected)
        assert result.code is expected
    elif expected is None:
        assert isinstance(result, Unknown)
    else:
        assert isinstance(result, Deferred)
        assert (result.scope, result.retry_after and result.retry_after.total_seconds()) == expected


async def test_what_meta_adds_to_a_code_is_kept() -> None:
    result = await outcome(graph_error(131009, error_data={"details": "Parameter value is not valid"}))

    assert result.detail == "WhatsApp 131009: a parameter is not valid (Parameter value is not valid)"


@pytest.mark.parametrize("error", [graph_error(100, 33), graph_error(33)])
async def test_a_number_id_that_is_wrong_or_deleted_burns_nobody(error: Mapping[str, Any]) -> None:
    result = await outcome(error)

    assert isinstance(result, Deferred)
    assert (result.scope, result.retry_after) == ("account", None)


# Accounts


@pytest.mark.parametrize(
    ("config", "pointer"),
    [
        ({"phone_number_id": "+14155550100"}, "/config/phone_number_id"),
        ({"api_version": "25"}, "/config/api_version"),
        ({"api_version": "v25.0/../me"}, "/config/api_version"),
        ({"fallback_template": {"name": "Not OK", "language": "en"}}, "/config/fallback_template/name"),
        ({"fallback_template": {"name": "ok", "language": "English"}}, "/config/fallback_template/language"),
        ({"fallback_template": {"name": "ok"}}, "/config/fallback_template/language"),
    ],
)
def test_a_bad_setting_is_named(config: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidAccount) as refused:
        validate("whatsapp_cloud", Channel.WHATSAPP, {**WHATSAPP.config, **config}, WHATSAPP.credentials)

    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_a_fallback_template_is_taken() -> None:
    template = {"name": "incident_update", "language": "pt_BR", "body_parameters": ["{{ contact.first_name }}"]}

    validate(
        "whatsapp_cloud", Channel.WHATSAPP, {**WHATSAPP.config, "fallback_template": template}, WHATSAPP.credentials
    )
