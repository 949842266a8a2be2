"""What is particular to Messenger and Instagram: the right to write, files, echoes, watermarks."""

import json
from collections.abc import Mapping
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
from app.domain.provider_events import Amended, Inbound, Receipt, ReceiptKind, Unrecognized, Watermark
from app.domain.words import Channel, ReasonCode
from tests.channels.cases import CORRELATION, outbound, sample
from tests.channels.graph_cases import (
    INSTAGRAM_ID,
    META,
    MID,
    PAGE_ID,
    PERSON,
    PICTURE,
    answering_in_turn,
    check_graph_head,
    graph_error,
    graph_webhook,
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


def events(http: httpx.AsyncClient, name: str) -> list[Any]:
    return list(adapter(http).parse(graph_webhook(sample("meta", name))))


def changed(name: str, part: str, changes: Mapping[str, Any]) -> Any:
    body = sample("meta", name)
    body["entry"][0]["messaging"][0][part].update(changes)
    return graph_webhook(body)


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


# Reports


@pytest.mark.parametrize("name", ["echo", "instagram_echo"])
def test_an_echo_proves_that_the_attempt_was_sent(http: httpx.AsyncClient, name: str) -> None:
    [event] = events(http, name)

    assert isinstance(event, Receipt)
    assert (event.kind, event.correlation) == (ReceiptKind.SENT, CORRELATION)
    assert event.provider_message_id
    assert event.occurred_at == datetime(2026, 5, 1, 12, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize("metadata", [None, "", "campaign-7", f"{CORRELATION} "])
def test_an_echo_of_another_app_or_of_a_file_is_no_report(http: httpx.AsyncClient, metadata: str | None) -> None:
    [event] = adapter(http).parse(changed("echo", "message", {"metadata": metadata}))

    assert isinstance(event, Unrecognized)


def test_a_delivery_names_its_messages(http: httpx.AsyncClient) -> None:
    several = changed("delivery", "delivery", {"mids": [MID, "m_2"]})
    told: list[Any] = list(adapter(http).parse(several))

    assert [(event.kind, event.provider_message_id) for event in told] == [
        (ReceiptKind.DELIVERED, MID),
        (ReceiptKind.DELIVERED, "m_2"),
    ]
    assert {event.occurred_at for event in told} == {datetime(2026, 5, 1, 12, 0, 5, 500_000, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("name", "kind", "second"),
    [("delivery_watermark", ReceiptKind.DELIVERED, 5), ("read", ReceiptKind.READ, 6)],
)
def test_a_watermark_speaks_of_all_that_one_person_got_until_then(
    http: httpx.AsyncClient, name: str, kind: ReceiptKind, second: int
) -> None:
    [event] = events(http, name)

    assert isinstance(event, Watermark)
    assert (event.kind, event.recipient, event.account_identity) == (kind, PERSON, PAGE_ID)
    assert event.up_to == datetime(2026, 5, 1, 12, 0, second, 500_000, tzinfo=UTC)


def test_watermarks_are_equal_only_for_the_same_person_kind_and_time(http: httpx.AsyncClient) -> None:
    [delivered], [read] = events(http, "delivery_watermark"), events(http, "read")
    [later] = adapter(http).parse(changed("read", "read", {"watermark": 1777636806501}))
    [other] = adapter(http).parse(changed("read", "sender", {"id": "7300123456780000"}))

    assert len({event.event_key for event in (delivered, read, later, other, *events(http, "read"))}) == 4


def test_instagram_names_the_message_that_was_seen(http: httpx.AsyncClient) -> None:
    [event], [echo] = events(http, "instagram_seen"), events(http, "instagram_echo")

    assert isinstance(event, Receipt)
    assert (event.kind, event.provider_message_id) == (ReceiptKind.READ, echo.provider_message_id)
    assert event.account_identity == INSTAGRAM_ID


def test_many_events_of_several_pages_come_in_one_call(http: httpx.AsyncClient) -> None:
    body, other = sample("meta", "read"), sample("meta", "instagram_inbound")
    body["entry"][0]["messaging"] += sample("meta", "delivery")["entry"][0]["messaging"]
    body["entry"] += other["entry"]

    told = adapter(http).parse(graph_webhook(body))

    assert [type(event) for event in told] == [Watermark, Receipt, Inbound]
    assert [event.account_identity for event in told] == [PAGE_ID, PAGE_ID, INSTAGRAM_ID]


def test_reports_in_any_order_name_the_same_message(http: httpx.AsyncClient) -> None:
    ordered = [*events(http, "echo"), *events(http, "delivery")]
    reordered = [*events(http, "delivery"), *events(http, "echo")]

    assert {event.provider_message_id for event in ordered} == {MID}
    assert sorted(event.event_key for event in ordered) == sorted(event.event_key for event in reordered)


# Customers' messages


@pytest.mark.parametrize(
    ("name", "words", "answered"),
    [
        ("inbound", "Works again, thanks! 😀", (MID,)),
        ("inbound_image", "[image] [file]", ()),
        ("postback", "Still broken", ()),
        ("instagram_inbound", "Works again", ()),
    ],
)
def test_a_customer_s_words_come_in(http: httpx.AsyncClient, name: str, words: str, answered: tuple[str, ...]) -> None:
    [event] = events(http, name)

    assert isinstance(event, Inbound)
    assert (event.text, event.in_reply_to, event.automatic) == (words, answered, False)
    assert event.provider_message_id
    assert event.sent_at == datetime(2026, 5, 1, 12, 30, tzinfo=UTC)


def test_a_reaction_owes_no_answer(http: httpx.AsyncClient) -> None:
    [event] = events(http, "reaction")
    [taken_back] = adapter(http).parse(changed("reaction", "reaction", {"action": "unreact"}))

    assert isinstance(event, Inbound)
    assert (event.text, event.automatic, event.in_reply_to) == ("[reaction: ❤]", True, (MID,))
    assert isinstance(taken_back, Unrecognized)


def test_a_message_that_is_gone_takes_its_text_with_it(http: httpx.AsyncClient) -> None:
    [event] = adapter(http).parse(changed("inbound", "message", {"is_deleted": True}))
    assert isinstance(event, Amended)
    assert event.text is None


@pytest.mark.parametrize("change", [{"text": ""}, {"text": None}])
def test_a_message_that_is_empty_is_kept_only(http: httpx.AsyncClient, change: Mapping[str, Any]) -> None:
    [event] = adapter(http).parse(changed("inbound", "message", change))

    assert isinstance(event, Unrecognized)


def test_what_meta_does_not_pass_on_is_a_message_still(http: httpx.AsyncClient) -> None:
    [event] = adapter(http).parse(changed("inbound", "message", {"text": None, "is_unsupported": True}))

    assert isinstance(event, Inbound)
    assert event.text == "[a message that Meta does not pass on]"


def test_comments_and_the_like_are_kept(http: httpx.AsyncClient) -> None:
    body = {"object": "instagram", "entry": [{"id": INSTAGRAM_ID, "changes": [{"field": "comments", "value": {}}]}]}
    [event] = adapter(http).parse(graph_webhook(body))

    assert isinstance(event, Unrecognized)
    assert event.account_identity == INSTAGRAM_ID


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
