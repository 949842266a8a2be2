"""What WhatsApp, Messenger and Instagram share: signatures over raw bytes, the question at set-up, error codes."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.meta.errors import ERRORS as META_ERRORS
from app.channels.meta_graph import GraphError
from app.channels.registry import build, limits_of
from app.channels.whatsapp_cloud.errors import ERRORS as WHATSAPP_ERRORS
from app.domain.channel_port import AnswersChallenge, SharesCallbacks, Uploads
from app.domain.outbound import PAIR_RATE, AttachmentFile, Deferred, Rejected, Unknown
from app.domain.provider_events import Receipt, Unrecognized
from app.domain.words import Channel, ReasonCode
from tests.channels.cases import ProviderCase, webhook
from tests.channels.graph_cases import (
    META,
    PAGE_ID,
    PICTURE,
    WHATSAPP,
    graph_error,
    graph_signature,
    graph_webhook,
    question,
    signed,
)
from tests.channels.playing import URL, outcome, playing
from tests.table import table

GRAPH = (WHATSAPP, META)
SOMEWHERE = "http://graph.example.com"
OFFLINE = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
"""For what makes no call."""

each_case = pytest.mark.parametrize("case", GRAPH, ids=lambda case: case.name)


def offline(case: ProviderCase) -> Any:
    return build(case.name, case.setup(SOMEWHERE), OFFLINE)


# Signatures


@each_case
def test_the_signature_covers_the_bytes_that_came_and_not_what_they_mean(case: ProviderCase) -> None:
    adapter = offline(case)
    escaped = graph_webhook({"entry": [], "text": "😀 ä"})
    assert b"\\ud83d\\ude00" in escaped.body
    assert adapter.verify(escaped)

    plain = json.dumps({"entry": [], "text": "😀 ä"}, ensure_ascii=False).encode()
    assert json.loads(plain) == json.loads(escaped.body)
    assert not adapter.verify(replace(escaped, body=plain))
    assert adapter.verify(signed(plain))


@each_case
@pytest.mark.parametrize("secret", ["app-secret-2", "", "access-token-1"])
def test_a_forged_call_is_not_believed(case: ProviderCase, secret: str) -> None:
    forged = replace(case.receipt, headers={"x-hub-signature-256": graph_signature(case.receipt.body, secret)})

    assert not offline(case).verify(forged)


@each_case
def test_the_older_signature_and_a_bare_digest_are_not_enough(case: ProviderCase) -> None:
    digest = graph_signature(case.receipt.body).removeprefix("sha256=")

    for headers in ({"x-hub-signature": f"sha1={digest}"}, {"x-hub-signature-256": digest}):
        assert not offline(case).verify(replace(case.receipt, headers=headers))


@given(body=st.binary(max_size=40), header=st.text(max_size=80))
def test_no_call_of_a_stranger_is_believed_or_breaks_the_check(body: bytes, header: str) -> None:
    for case in GRAPH:
        assert not offline(case).verify(webhook(body, {"x-hub-signature-256": header}))


@each_case
def test_a_replayed_call_has_nothing_new_to_say(case: ProviderCase) -> None:
    adapter = offline(case)
    assert adapter.verify(case.receipt)

    once, again = adapter.parse(case.receipt), adapter.parse(case.receipt)

    assert [event.event_key for event in once] == [event.event_key for event in again]


# The question at set-up


@each_case
def test_the_question_is_answered_to_who_knows_the_word(case: ProviderCase) -> None:
    adapter = offline(case)
    assert isinstance(adapter, AnswersChallenge)

    assert adapter.challenge(question()) == "1158201444"


@each_case
@pytest.mark.parametrize(
    "stranger",
    [
        question(**{"hub.verify_token": "verify-token-2"}),
        question(**{"hub.verify_token": ""}),
        question(**{"hub.mode": "unsubscribe"}),
        replace(question(), method="POST"),
        replace(question(), query={}),
    ],
)
def test_the_question_of_a_stranger_is_not_answered(case: ProviderCase, stranger: Any) -> None:
    assert offline(case).challenge(stranger) is None


# Errors

each_meaning = pytest.mark.parametrize(
    ("case", "code"),
    [
        (case, code)
        for case, errors in ((WHATSAPP, WHATSAPP_ERRORS), (META, META_ERRORS))
        for code in sorted(errors.meanings, key=str)
    ],
    ids=lambda value: value.name if isinstance(value, ProviderCase) else str(value),
)


@table
@each_meaning
@pytest.mark.parametrize("status", [400, 500])
async def test_a_listed_code_decides_whatever_the_http_status(
    case: ProviderCase, code: int | tuple[int, int], status: int
) -> None:
    number, subcode = code if isinstance(code, tuple) else (code, None)
    result = await outcome(case, status, graph_error(number, subcode))

    assert isinstance(result, Rejected | Deferred)
    assert f" {number}" in result.detail


@each_case
@pytest.mark.parametrize("status", [400, 403, 429])
async def test_429_is_judged_by_its_code_too(case: ProviderCase, status: int) -> None:
    result = await outcome(case, status, graph_error(190))

    assert isinstance(result, Deferred)
    assert (result.scope, result.retry_after) == ("account", None)


@each_case
async def test_429_with_a_code_that_nobody_knows_makes_the_account_wait(case: ProviderCase) -> None:
    result = await outcome(case, 429, graph_error(987654))

    assert isinstance(result, Deferred)
    assert result.scope == "account"
    assert result.retry_after is not None


@pytest.mark.parametrize(
    ("case", "code", "seconds"), [(WHATSAPP, 130429, 10), (META, 613, 60)], ids=["whatsapp", "meta"]
)
async def test_the_pace_is_what_the_answer_asks_for_or_what_the_table_says(
    case: ProviderCase, code: int, seconds: int
) -> None:
    asked = await outcome(case, 429, graph_error(code), **{"Retry-After": "3"})
    plain = await outcome(case, 400, graph_error(code))

    for result, wait in ((asked, 3), (plain, seconds)):
        assert isinstance(result, Deferred)
        assert (result.scope, result.retry_after) == ("account", timedelta(seconds=wait))
        assert f" {code}: " in result.detail


@each_case
async def test_an_unknown_code_is_a_refusal_where_nothing_speaks_against_it(case: ProviderCase) -> None:
    result = await outcome(case, 400, graph_error(987654, error_data={"details": "Because.\nReally."}))

    assert isinstance(result, Rejected)
    assert result.code is ReasonCode.PROVIDER_REJECTED
    assert result.detail.endswith("987654: the message was refused (Because. Really.)")


@each_case
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, graph_error(987654, is_transient=True)),
        (500, graph_error(987654)),
        (503, graph_error(987654)),
        (400, graph_error(1)),
        (400, graph_error(2, is_transient=True)),
        (200, graph_error(190)),
        (500, {"error": {"message": "no code"}}),
    ],
)
async def test_an_error_that_proves_nothing_is_unknown(case: ProviderCase, status: int, error: Any) -> None:
    assert isinstance(await outcome(case, status, error), Unknown)


@each_case
async def test_a_missing_permission_is_the_account_s_fault(case: ProviderCase) -> None:
    for code in (10, 200, 210, 299):
        result = await outcome(case, 403, graph_error(code))
        assert isinstance(result, Deferred)
        assert (result.scope, result.retry_after) == ("account", None)


async def test_the_pace_of_one_recipient_holds_up_nobody_else() -> None:
    result = await outcome(WHATSAPP, 429, graph_error(131056))

    assert isinstance(result, Deferred)
    assert (result.code, result.scope, result.retry_after) == (PAIR_RATE, "delivery", None)


@pytest.mark.parametrize("error", [None, [], "x", {}, {"code": "131047"}, {"code": None}])
def test_an_error_without_a_code_is_none(error: object) -> None:
    assert GraphError.read(error) is None


# Events


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    ),
    place=st.sampled_from(["entry", "changes", "value", "statuses", "messages", "messaging", "message", "read"]),
)
def test_no_content_breaks_the_reading(value: Any, place: str) -> None:
    bodies = {
        "entry": {"entry": value},
        "changes": {"entry": [{"changes": value, "messaging": value}]},
        "value": {"entry": [{"changes": [{"field": "messages", "value": value}], "messaging": [value]}]},
        "statuses": {"entry": [{"changes": [{"field": "messages", "value": {"statuses": [{"id": "x", "s": value}]}}]}]},
        "messages": {"entry": [{"changes": [{"field": "messages", "value": {"messages": value}}]}]},
        "messaging": {"entry": [{"messaging": value}]},
        "message": {"entry": [{"messaging": [{"message": value, "timestamp": value, "sender": value}]}]},
        "read": {"entry": [{"messaging": [{"read": value, "delivery": value, "sender": {"id": "1"}}]}]},
    }
    for case in GRAPH:
        events = offline(case).parse(graph_webhook(bodies[place]))
        assert events
        assert all(event.event_key for event in events)


@each_case
def test_one_item_that_cannot_be_read_does_not_take_the_others_with_it(case: ProviderCase) -> None:
    body = json.loads(case.receipt.body)
    [entry] = body["entry"]
    listed = entry["messaging"] if "messaging" in entry else entry["changes"][0]["value"]["statuses"]
    listed.insert(0, {"id": 7, "mystery": True})

    strange, receipt = offline(case).parse(graph_webhook(body))

    assert isinstance(strange, Unrecognized)
    assert isinstance(receipt, Receipt)


@each_case
def test_every_event_says_whose_it_is(case: ProviderCase) -> None:
    adapter = offline(case)
    assert isinstance(offline(case), SharesCallbacks)
    [own] = case.config.values()

    for call in (case.receipt, case.inbound):
        assert {event.account_identity for event in adapter.parse(call)} == {own}
    assert set(case.config) <= set(adapter.identity_keys)


# Limits and uploads


@pytest.mark.parametrize(
    ("provider", "channel", "content_type", "size", "why"),
    [
        ("whatsapp_cloud", Channel.WHATSAPP, "image/png", 5_000_000, None),
        ("whatsapp_cloud", Channel.WHATSAPP, "image/png", 5_000_001, "5 MB"),
        ("whatsapp_cloud", Channel.WHATSAPP, "application/zip", 1, "application/zip"),
        ("meta", Channel.FACEBOOK, "application/zip", 25_000_000, None),
        ("meta", Channel.FACEBOOK, "application/zip", 25_000_001, "25 MB"),
        ("meta", Channel.INSTAGRAM, "application/pdf", 1, None),
        ("meta", Channel.INSTAGRAM, "image/png", 8_000_001, "8 MB"),
        ("meta", Channel.INSTAGRAM, "text/plain", 1, "text/plain"),
        ("postmark", Channel.EMAIL, "application/zip", 1, None),
        ("twilio", Channel.SMS, "image/png", 1, "SMS carries no attachments"),
    ],
)
def test_what_cannot_go_as_a_file_is_known_before(
    provider: str, channel: Channel, content_type: str, size: int, why: str | None
) -> None:
    limits = limits_of(provider, channel, {"page_id": PAGE_ID})
    assert limits is not None
    said = limits.why_dropped(AttachmentFile("a", content_type, bytes(size)))

    assert said is None if why is None else why in (said or "")


def test_there_are_no_limits_without_a_provider() -> None:
    assert limits_of("pigeon", Channel.SMS, {}) is None


@each_case
async def test_a_file_that_cannot_be_sent_is_not_uploaded(http: httpx.AsyncClient, case: ProviderCase) -> None:
    adapter = build(case.name, case.setup(SOMEWHERE), http)
    assert isinstance(adapter, Uploads)
    result = await adapter.upload(case.message.channel, AttachmentFile("a.mp4", "video/mp4", bytes(30_000_000)))

    assert isinstance(result, Rejected)
    assert result.code is ReasonCode.CONTENT_REJECTED


@each_case
async def test_an_upload_without_an_id_in_its_answer_may_be_tried_again(case: ProviderCase) -> None:
    async with playing(200, {}) as provider:
        adapter: Any = build(case.name, case.setup(URL), provider.http)
        assert isinstance(await adapter.upload(case.message.channel, PICTURE), Unknown)


@each_case
async def test_an_upload_by_a_bad_token_pauses_the_account(case: ProviderCase) -> None:
    async with playing(401, graph_error(190)) as provider:
        adapter: Any = build(case.name, case.setup(URL), provider.http)
        result = await adapter.upload(case.message.channel, PICTURE)

    assert isinstance(result, Deferred)
    assert (result.scope, result.retry_after) == ("account", None)
