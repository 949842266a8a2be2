"""Our checks of the providers' signatures, held against the providers' own Python SDKs."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import httpx
from hypothesis import given
from hypothesis import strategies as st
from sendgrid.helpers.eventwebhook import EventWebhook  # type: ignore[import-untyped]
from standardwebhooks.webhooks import Webhook as StandardWebhook
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from app.channels.registry import build
from app.channels.twilio.adapter import signature
from tests.channels.cases import (
    CALLBACK_URL,
    TWILIO,
    TWILIO_TOKEN,
    WEBHOOK_SECRET,
    twilio_webhook,
    webhook,
    webhook_case,
)
from tests.channels.mail_cases import EVENT_KEY, SENDGRID, TIMESTAMP, public, signed

OFFLINE = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
PLACE = "http://provider.example.com"
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@given(body=TEXT, signed_body=TEXT, same=st.booleans())
def test_sendgrid_s_sdk_and_we_believe_the_same_events(body: str, signed_body: str, same: bool) -> None:
    headers = signed((body if same else signed_body).encode(), EVENT_KEY)
    theirs = EventWebhook(public(EVENT_KEY)).verify_signature(
        body, headers["x-twilio-email-event-webhook-signature"], TIMESTAMP
    )
    ours = build("sendgrid", SENDGRID.setup(PLACE), OFFLINE).verify(webhook(body.encode(), headers))

    assert ours is theirs is (same or body == signed_body)


@given(fields=st.dictionaries(st.text("abcXYZ", min_size=1, max_size=5), TEXT, max_size=4), tampered=st.booleans())
def test_twilio_s_sdk_and_we_believe_the_same_callbacks(fields: dict[str, str], tampered: bool) -> None:
    call = twilio_webhook({"MessageSid": "SM1", **fields}, "d=a.1")
    given = call.headers["x-twilio-signature"][:-2] + "=" if tampered else call.headers["x-twilio-signature"]
    form = dict(parse_qsl(call.body.decode(), keep_blank_values=True))
    theirs = RequestValidator(TWILIO_TOKEN).validate(call.url, form, given)
    ours = build("twilio", TWILIO.setup(PLACE), OFFLINE).verify(replace(call, headers={"x-twilio-signature": given}))

    assert ours is theirs is (not tampered)
    assert signature(TWILIO_TOKEN, call.url, {k: [v] for k, v in form.items()}) == RequestValidator(
        TWILIO_TOKEN
    ).compute_signature(CALLBACK_URL + "?d=a.1", form)


@given(data=st.dictionaries(TEXT, TEXT, max_size=3), event=st.text("abc-123", min_size=1, max_size=8))
def test_the_standard_webhooks_library_signs_what_we_believe(data: dict[str, str], event: str) -> None:
    now, body = datetime.now(UTC), json.dumps(data)
    headers = {
        "webhook-id": event,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": StandardWebhook(WEBHOOK_SECRET).sign(event, now, body),
    }

    assert build("webhook", webhook_case().setup(PLACE), OFFLINE).verify(webhook(body.encode(), headers))
