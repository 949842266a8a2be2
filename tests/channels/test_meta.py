"""What is particular to Messenger and Instagram: the right to write, files, echoes, watermarks."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.channels.meta.adapter import HUMAN_AGENT_WINDOW, REPLY_WINDOW, MetaAdapter
from app.channels.registry import limits_of, validate
from app.domain.channel_port import Limits, Uploaded
from app.domain.errors import InvalidAccount
from app.domain.outbound import Accepted, Deferred, DroppedAttachment, Outbound, Rejected, Unknown
from app.domain.words import Channel, ReasonCode
from tests.channels.cases import CORRELATION, outbound, sample
from tests.channels.graph_cases import (
    INSTAGRAM_ID,
    META,
    PAGE_ID,
    PERSON,
    PICTURE,
    answering_in_turn,
    check_graph_head,
    graph_error,
)
from tests.channels.playing import URL, playing
from tests.channels.raw_server import serving

SENT = sample("meta", "sent")
MESSAGE = META.message
INSTAGRAM_MESSAGE = outbound(Channel.INSTAGRAM, PERSON)


def adapter(http: httpx.AsyncClient, url: str = "http://graph.example.com", **config: Any) -> MetaAdapter:
    setup = META.setup(url)
    merged = {key: value for key, value in {**setup.config, **config}.items() if value is not None}
    return MetaAdapter.from_config(replace(setup, config=merged), http)


async def bodies_of(message: Outbound, **config: Any) -> list[dict[str, Any]]:
    async with playing(200, SENT) as provider:
        assert isinstance(await adapter(provider.http, URL, **config).send(message), Accepted)
    sender = config.get("instagram_id") if config.get("page_id", PAGE_ID) is None else PAGE_ID
    for request in provider.requests:
        check_graph_head(request, str(sender))
    return [json.loads(request.body) for request in provider.requests]


async def outcome(body: Any, status: int = 400) -> Any:
    async with playing(status, body) as provider:
        return await adapter(provider.http, URL).send(MESSAGE)


# Messages


@pytest.mark.parametrize("message", [MESSAGE, INSTAGRAM_MESSAGE], ids=["facebook", "instagram"])
async def test_a_text_goes_out_as_a_response(message: Outbound) -> None:
    assert await bodies_of(message) == [
        {
            "recipient": {"id": PERSON},
            "messaging_type": "RESPONSE",
            "message": {"text": message.text, "metadata": CORRELATION},
        }
    ]


async def test_an_instagram_account_without_a_page_sends_by_itself() -> None:
    assert await bodies_of(INSTAGRAM_MESSAGE, page_id=None, instagram_id=INSTAGRAM_ID)


def test_where_an_account_is_found_without_an_address_of_its_own(http: httpx.AsyncClient) -> None:
    by_page, alone = (
        adapter(http, "x", base_url=None),
        adapter(http, "x", base_url=None, page_id=None, instagram_id="7"),
    )

    assert by_page.graph.address == f"https://graph.facebook.com/v25.0/{PAGE_ID}"
    assert alone.graph.address == "https://graph.instagram.com/v25.0/7"


async def test_messenger_without_a_page_pauses_the_account(http: httpx.AsyncClient) -> None:
    result = await adapter(http, page_id=None, instagram_id=INSTAGRAM_ID).send(MESSAGE)

    assert isinstance(result, Deferred)
    assert (result.scope, result.retry_after) == ("account", None)


@pytest.mark.parametrize("address", ["", "ann", "@ann", "7300", "7300123456789012x", "٧٣٠٠١٢٣٤"])
async def test_what_is_no_id_of_a_person_is_refused_without_a_call(http: httpx.AsyncClient, address: str) -> None:
    result = await adapter(http).send(replace(MESSAGE, address=address))

    assert isinstance(result, Rejected)
    assert result.code is ReasonCode.ADDRESS_INVALID


@pytest.mark.parametrize(
    ("age", "human_agent", "tagged"),
    [
        (timedelta(hours=23), True, False),
        (timedelta(hours=25), True, True),
        (timedelta(days=6, hours=23), True, True),
        (timedelta(days=7, minutes=1), True, False),
        (timedelta(hours=25), False, False),
        (None, True, False),
    ],
)
async def test_the_human_agent_tag_is_for_who_opted_in_and_for_a_week(
    age: timedelta | None, human_agent: bool, tagged: bool
) -> None:
    last = None if age is None else datetime.now(UTC) - age
    [body] = await bodies_of(replace(MESSAGE, last_customer_message_at=last), human_agent=human_agent)

    assert body.get("tag") == ("HUMAN_AGENT" if tagged else None)
    assert body["messaging_type"] == ("MESSAGE_TAG" if tagged else "RESPONSE")


# Limits


def limits(channel: Channel, **config: Any) -> Limits:
    found = limits_of("meta", channel, config)
    assert found is not None
    return found


def test_each_channel_has_its_own_length() -> None:
    messenger, instagram = limits(Channel.FACEBOOK, page_id="1"), limits(Channel.INSTAGRAM, page_id="1")

    assert (messenger.max_characters, messenger.max_bytes) == (2_000, None)
    assert (instagram.max_characters, instagram.max_bytes) == (None, 1_000)


@pytest.mark.parametrize("channel", [Channel.FACEBOOK, Channel.INSTAGRAM])
def test_the_window_is_a_week_only_for_who_opted_in(channel: Channel) -> None:
    assert limits(channel, page_id="1").reply_window == REPLY_WINDOW == timedelta(hours=24)
    assert limits(channel, page_id="1", human_agent=False).reply_window == REPLY_WINDOW
    assert limits(channel, page_id="1", human_agent=True).reply_window == HUMAN_AGENT_WINDOW == timedelta(days=7)


def test_instagram_without_a_page_says_that_it_carries_no_files() -> None:
    found = limits(Channel.INSTAGRAM, instagram_id="7")

    assert not found.attachments
    assert found.why_dropped(PICTURE) == found.why_no_attachments != ""


# Files


async def test_text_and_file_are_two_calls_and_one_delivery() -> None:
    text, picture = await bodies_of(replace(MESSAGE, attachments=(PICTURE,)))

    assert text["message"] == {"text": MESSAGE.text, "metadata": CORRELATION}
    assert picture["message"] == {"attachment": {"type": "image", "payload": {"attachment_id": "media-1"}}}
    assert picture["recipient"] == text["recipient"]


@pytest.mark.parametrize(("status", "error"), [(400, graph_error(100, 2018047)), (500, graph_error(2)), (429, {})])
async def test_a_file_that_fails_is_dropped_and_the_text_stays_sent(
    http: httpx.AsyncClient, status: int, error: Any
) -> None:
    async with serving(answering_in_turn((200, SENT), (status, error))) as server:
        result = await adapter(http, server.url).send(replace(MESSAGE, attachments=(PICTURE,)))

    assert len(server.requests) == 2
    assert isinstance(result, Accepted)
    [dropped] = result.dropped
    assert isinstance(dropped, DroppedAttachment)
    assert dropped.filename == "a.png"
    assert dropped.reason


async def test_a_text_that_is_refused_takes_no_file_with_it() -> None:
    async with playing(500, graph_error(2)) as provider:
        result = await adapter(provider.http, URL).send(replace(MESSAGE, attachments=(PICTURE,)))

    assert isinstance(result, Unknown)
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("channel", "content_type", "kind"),
    [
        (Channel.FACEBOOK, "image/png", "image"),
        (Channel.FACEBOOK, "application/zip", "file"),
        (Channel.INSTAGRAM, "video/mp4", "video"),
        (Channel.INSTAGRAM, "application/pdf", "file"),
    ],
)
async def test_a_file_is_uploaded_once_to_be_sent_many_times(channel: Channel, content_type: str, kind: str) -> None:
    async with playing(200, {"attachment_id": "987"}) as provider:
        result = await adapter(provider.http, URL).upload(channel, replace(PICTURE, content_type=content_type))

    assert result == Uploaded("987")
    [request] = provider.requests
    check_graph_head(request, PAGE_ID, "message_attachments")
    wanted = json.dumps({"attachment": {"type": kind, "payload": {"is_reusable": True}}}).encode()
    assert wanted in request.body
    assert f'name="filedata"; filename="a.png"\r\nContent-Type: {content_type}'.encode() in request.body
    assert (b'name="platform"\r\n\r\ninstagram' in request.body) == (channel is Channel.INSTAGRAM)


# Errors


@pytest.mark.parametrize(
    ("code", "subcode", "expected"),
    [
        (10, 2018278, ReasonCode.WINDOW_CLOSED),
        (10, 2534022, ReasonCode.WINDOW_CLOSED),
        (10, None, ("account", None)),
        (10, 1893063, ("account", None)),
        (551, None, ReasonCode.BLOCKED),
        (551, 1545041, ReasonCode.BLOCKED),
        (200, 1545041, ReasonCode.BLOCKED),
        (200, None, ("account", None)),
        (100, 2018001, ReasonCode.INVALID_RECIPIENT),
        (100, 2018008, ReasonCode.CONTENT_REJECTED),
        (100, None, ReasonCode.PROVIDER_REJECTED),
        (100, 33, ("account", None)),
        (190, 463, ("account", None)),
        (613, None, ("account", 60)),
        (4, None, ("account", 60)),
        (32, None, ("account", 60)),
        (80006, None, ("account", 60)),
        (1, 1357046, None),
        (2, None, None),
        (1200, None, None),
    ],
)
async def test_error_codes_mean_what_the_table_says(code: int, subcode: int | None, expected: Any) -> None:
    result = await outcome(graph_error(code, subcode), 403)

    if isinstance(expected, ReasonCode):
        assert isinstance(result, Rejected)
        assert result.code is expected
    elif expected is None:
        assert isinstance(result, Unknown)
    else:
        assert isinstance(result, Deferred)
        assert (result.scope, result.retry_after and result.retry_after.total_seconds()) == expected


async def test_a_code_is_told_with_its_subcode() -> None:
    result = await outcome(graph_error(10, 2018278))

    assert result.detail == "Meta 10/2018278: the time for a reply has passed"


# Accounts


@pytest.mark.parametrize(
    ("config", "pointer"),
    [
        ({}, "/config"),
        ({"page_id": "my-page"}, "/config/page_id"),
        ({"instagram_id": "@ann"}, "/config/instagram_id"),
        ({"page_id": "1", "human_agent": "perhaps"}, "/config/human_agent"),
    ],
)
def test_a_bad_setting_is_named(config: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidAccount) as refused:
        validate("meta", Channel.FACEBOOK, config, META.credentials)

    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_a_page_and_its_instagram_account_go_together() -> None:
    validate("meta", Channel.INSTAGRAM, {"page_id": PAGE_ID, "instagram_id": INSTAGRAM_ID}, META.credentials)
