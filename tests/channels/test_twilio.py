"""What is particular to Twilio: its form, its error codes, its signature, its callbacks."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.twilio.adapter import STATUSES, TwilioAdapter, signature
from app.channels.twilio.errors import FAILURES, REFUSALS
from app.domain.outbound import Accepted, Deferred, Outbound, Rejected, Unknown
from app.domain.provider_events import Inbound, ProviderEvent, Receipt, ReceiptKind, Unrecognized
from app.domain.words import Channel, ReasonCode
from tests.channels.cases import (
    CALLBACK_URL,
    CORRELATION,
    TWILIO,
    TWILIO_TOKEN,
    check_twilio_request,
    outbound,
    sample,
    twilio_signature,
    twilio_webhook,
    webhook,
)
from tests.channels.playing import URL, playing
from tests.table import table

SERVICE = "MG" + "c" * 32
OFFLINE = TwilioAdapter.from_config(
    TWILIO.setup("http://twilio.example.com"),
    httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500))),
)
"""For what makes no call, many times over."""


def adapter(http: httpx.AsyncClient, url: str = "http://twilio.example.com", **config: Any) -> TwilioAdapter:
    setup = TWILIO.setup(url)
    merged = {key: value for key, value in {**setup.config, **config}.items() if value is not None}
    return TwilioAdapter.from_config(replace(setup, config=merged), http)


async def form_of(message: Outbound, **config: Any) -> dict[str, str]:
    async with playing(201, TWILIO.accepted.body) as provider:
        assert isinstance(await adapter(provider.http, URL, **config).send(message), Accepted)
    [request] = provider.requests
    check_twilio_request(request)
    assert request.headers["authorization"].startswith("Basic ")
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}


def read(http: httpx.AsyncClient, name: str, query: str = "", **changes: str) -> ProviderEvent:
    [event] = adapter(http).parse(twilio_webhook({**sample("twilio", name), **changes}, query))
    return event


async def test_a_message_goes_out_in_twilio_s_own_terms() -> None:
    assert await form_of(TWILIO.message) == {
        "To": "+14155550123",
        "From": "+14155550100",
        "Body": TWILIO.message.text,
        "StatusCallback": f"{CALLBACK_URL}?d={CORRELATION}",
    }


async def test_a_messaging_service_takes_the_place_of_a_sender() -> None:
    form = await form_of(TWILIO.message, messaging_service_sid=SERVICE, **{"from": None})

    assert form["MessagingServiceSid"] == SERVICE
    assert "From" not in form


async def test_a_query_of_the_callback_address_is_kept() -> None:
    form = await form_of(replace(TWILIO.message, callback_url=f"{CALLBACK_URL}?region=eu"))

    assert form["StatusCallback"] == f"{CALLBACK_URL}?region=eu&d={CORRELATION}"


@pytest.mark.parametrize("address", ["555", "ann@example.com", "", "+1", "4155550123"])
async def test_what_is_no_international_number_is_refused_without_a_call(http: httpx.AsyncClient, address: str) -> None:
    result = await adapter(http).send(outbound(Channel.SMS, address))

    assert isinstance(result, Rejected)
    assert result.code is ReasonCode.ADDRESS_INVALID


@pytest.mark.parametrize(("name", "value"), sorted(sample("twilio", "created").items()))
def test_our_sample_of_an_answer_is_one_that_twilio_could_give(name: str, value: Any) -> None:
    described = sample("twilio", "create_message")
    schema = {**described["response"]["properties"][name], "components": described["components"]}

    if value is None:
        assert schema["nullable"]
    else:
        jsonschema.validate(value, schema)


@table
@pytest.mark.parametrize("code", sorted(REFUSALS))
async def test_every_code_of_the_table_is_told_with_its_number(code: int) -> None:
    async with playing(400, {"code": code, "message": "…", "status": 400}) as provider:
        result = await adapter(provider.http, URL).send(TWILIO.message)

    assert isinstance(result, Rejected | Deferred)
    assert result.detail.startswith(f"Twilio {code}: ")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (21211, ReasonCode.INVALID_RECIPIENT),
        (21610, ReasonCode.OPTED_OUT),
        (21617, ReasonCode.MESSAGE_TOO_LONG),
        (29999, ReasonCode.PROVIDER_REJECTED),
        (21606, ("account", None)),
        (30002, ("account", None)),
        (21611, ("account", 600)),
        (14107, ("delivery", 60)),
    ],
)
async def test_error_codes_mean_what_the_table_says(code: int, expected: Any) -> None:
    async with playing(400, {"code": code}) as provider:
        result = await adapter(provider.http, URL).send(TWILIO.message)

    if isinstance(expected, ReasonCode):
        assert isinstance(result, Rejected)
        assert result.code is expected
        assert result.ends_address is (expected is ReasonCode.OPTED_OUT)
    else:
        assert isinstance(result, Deferred)
        assert (result.scope, result.retry_after and result.retry_after.total_seconds()) == expected


async def test_a_server_error_is_unknown_even_with_a_code() -> None:
    async with playing(500, {"code": 21211}) as provider:
        assert isinstance(await adapter(provider.http, URL).send(TWILIO.message), Unknown)


# Signatures


def test_the_signature_is_the_one_of_an_independent_reckoning() -> None:
    fields = {"To": "+14155550123", "Body": "ä & b", "A": ""}

    assert signature(TWILIO_TOKEN, CALLBACK_URL, {k: [v] for k, v in fields.items()}) == twilio_signature(
        CALLBACK_URL, fields
    )


def test_the_signature_counts_each_distinct_value_once_in_order() -> None:
    repeated = signature(TWILIO_TOKEN, CALLBACK_URL, {"M": ["b", "a", "b"]})

    assert repeated == twilio_signature(f"{CALLBACK_URL}MaMb", {})


@pytest.mark.parametrize(
    ("called", "signed"),
    [
        ("https://reply.example.com/cb?d=1", "https://reply.example.com:443/cb?d=1"),
        ("https://reply.example.com:443/cb", "https://reply.example.com/cb"),
        ("https://reply.example.com:8443/cb", "https://reply.example.com/cb"),
        ("http://reply.example.com/cb", "http://reply.example.com:80/cb"),
    ],
)
def test_a_signature_holds_with_and_without_the_port(http: httpx.AsyncClient, called: str, signed: str) -> None:
    fields = sample("twilio", "inbound")
    call = replace(twilio_webhook(fields), url=called, headers={"x-twilio-signature": twilio_signature(signed, fields)})

    assert adapter(http).verify(call)
    assert not adapter(http).verify(replace(call, url=called.replace("reply", "other")))


def test_the_query_is_part_of_what_is_signed(http: httpx.AsyncClient) -> None:
    call = TWILIO.receipt

    assert not adapter(http).verify(replace(call, url=call.url.replace(".1", ".2")))


def test_a_json_body_is_covered_by_its_hash_in_the_url(http: httpx.AsyncClient) -> None:
    body = b'{"MessageSid": "SM1"}'
    call = webhook(body, {}, f"bodySHA256={hashlib.sha256(body).hexdigest()}")
    signed = replace(call, headers={"x-twilio-signature": twilio_signature(call.url, {})})

    assert adapter(http).verify(signed)
    assert not adapter(http).verify(replace(signed, body=body + b" "))


@given(body=st.binary(max_size=40), header=st.text(max_size=20))
def test_no_call_of_a_stranger_is_believed_or_breaks_the_check(body: bytes, header: str) -> None:
    stranger = webhook(body, {"x-twilio-signature": header})

    assert not OFFLINE.verify(stranger)


# Callbacks


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_every_status_is_a_receipt_for_the_attempt_in_the_query(http: httpx.AsyncClient, status: str) -> None:
    event = read(http, "status_delivered", f"region=eu&d={CORRELATION}", MessageStatus=status)

    assert isinstance(event, Receipt)
    assert (event.kind, event.correlation) == (STATUSES[status], CORRELATION)
    assert (event.code is None) == (event.kind is not ReceiptKind.FAILED)


def test_what_twilio_has_queued_it_has_taken(http: httpx.AsyncClient) -> None:
    event = read(http, "status_delivered", MessageStatus="queued")

    assert isinstance(event, Receipt)
    assert event.kind is ReceiptKind.SENT


def test_the_carrier_s_time_is_read(http: httpx.AsyncClient) -> None:
    event, without = read(http, "status_delivered"), read(http, "status_undelivered", RawDlrDoneDate="soon")

    assert isinstance(event, Receipt)
    assert event.occurred_at == datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    assert isinstance(without, Receipt)
    assert without.occurred_at is None


@pytest.mark.parametrize("code", sorted(FAILURES))
def test_every_failure_code_is_told_with_its_number(http: httpx.AsyncClient, code: int) -> None:
    event = read(http, "status_undelivered", ErrorCode=str(code))

    assert isinstance(event, Receipt)
    assert event.code is FAILURES[code].code
    assert (event.detail or "").startswith(f"Twilio {code}: ")


def test_a_number_out_of_use_is_not_written_to_again(http: httpx.AsyncClient) -> None:
    event, other = read(http, "status_undelivered"), read(http, "status_undelivered", ErrorCode="30003")

    assert isinstance(event, Receipt)
    assert event.bad_address == "+14155550123"
    assert isinstance(other, Receipt)
    assert other.bad_address is None


@pytest.mark.parametrize("code", ["", "29999", "x"])
def test_a_failure_without_a_known_code_is_a_failure_still(http: httpx.AsyncClient, code: str) -> None:
    event = read(http, "status_undelivered", ErrorCode=code)

    assert isinstance(event, Receipt)
    assert (event.kind, event.code) == (ReceiptKind.FAILED, ReasonCode.PROVIDER_REJECTED)


@pytest.mark.parametrize(
    ("body", "kind", "opted_out", "automatic"),
    [
        ("Stop ", "", True, True),
        ("unsubscribe", "", True, True),
        ("START", "", False, True),
        ("Yes", "", False, False),
        ("YES", "START", False, False),
        ("please stop this", "", None, False),
        ("HELP", "HELP", None, False),
        ("arrête", "STOP", True, True),
        ("go", "START", False, True),
    ],
)
def test_opt_outs_are_understood_and_wait_for_no_answer(
    http: httpx.AsyncClient, body: str, kind: str, opted_out: bool | None, automatic: bool
) -> None:
    event = read(http, "inbound_stop", Body=body, OptOutType=kind)

    assert isinstance(event, Inbound)
    assert (event.opted_out, event.automatic) == (opted_out, automatic)


def test_a_message_with_media_only_says_so(http: httpx.AsyncClient) -> None:
    event = read(http, "inbound", Body="", NumMedia="2")

    assert isinstance(event, Inbound)
    assert event.text == "[2 media files]"


@given(fields=st.dictionaries(st.sampled_from(["MessageStatus", "Body", "ErrorCode", "From", "NumMedia"]), st.text()))
def test_no_field_breaks_the_reading(fields: dict[str, str]) -> None:
    body = urlencode({"MessageSid": "SM1", **fields}, errors="replace").encode()
    [event] = OFFLINE.parse(webhook(body, {}))

    assert isinstance(event, Receipt | Inbound | Unrecognized)


async def test_an_address_that_the_preflight_has_checked_is_sent_as_it_is_and_any_other_is_read_first() -> None:
    unknown = "+1202555"  # in E.164's form, and too short for its country
    for checked, class_ in ((True, Accepted), (False, Rejected)):
        async with playing(201, TWILIO.accepted.body) as provider:
            message = outbound(Channel.SMS, unknown, checked=checked)
            assert isinstance(await adapter(provider.http, URL).send(message), class_)
