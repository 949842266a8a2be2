"""A message that fails after it was accepted blames the right one."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from app.channels.postmark.webhooks import BOUNCES
from app.channels.provider_responses import CodeMeaning
from app.channels.registry import build
from app.channels.twilio import errors as twilio_errors
from app.channels.whatsapp_cloud.errors import ERRORS as WHATSAPP_ERRORS
from app.domain.delivery_lifecycle import RETRYABLE
from app.domain.provider_events import Receipt
from tests.channels.cases import POSTMARK, TWILIO, postmark_webhook, sample, twilio_webhook
from tests.channels.graph_cases import WHATSAPP, graph_webhook
from tests.channels.playing import URL
from tests.table import table

NOBODY = httpx.AsyncClient()
"""Nothing is called here, and each client reads the certificates anew."""


@pytest.mark.parametrize("code", [30002, 30018, 30024, 30032, 30033, 30034, 30035, 30037])
def test_a_message_that_twilio_failed_for_the_account_may_be_sent_again(code: int) -> None:
    adapter: Any = build("twilio", TWILIO.setup(URL), NOBODY)
    [event] = adapter.parse(twilio_webhook({**sample("twilio", "status_undelivered"), "ErrorCode": str(code)}))

    assert isinstance(event, Receipt)
    assert event.temporary
    assert event.bad_address is None


@table
@pytest.mark.parametrize("code", [code for code in WHATSAPP_ERRORS.meanings if isinstance(code, int)])
def test_a_status_of_whatsapp_says_whether_its_failure_may_be_sent_again(code: int) -> None:
    body = sample("whatsapp_cloud", "status_failed")
    [status] = body["entry"][0]["changes"][0]["value"]["statuses"]
    status["errors"][0]["code"] = code
    adapter: Any = build("whatsapp_cloud", WHATSAPP.setup(URL), NOBODY)
    [event] = adapter.parse(graph_webhook(body))

    assert isinstance(event, Receipt)
    verdict = WHATSAPP_ERRORS.meanings[code].verdict
    assert (event.temporary or event.code in RETRYABLE) or not isinstance(verdict, CodeMeaning)


@table
@pytest.mark.parametrize("code", sorted(twilio_errors.FAILURES.keys() | twilio_errors.REFUSALS.keys() | {39999}))
def test_a_late_failure_of_twilio_stops_the_account_only_where_it_is_at_fault(code: int) -> None:
    adapter: Any = build("twilio", TWILIO.setup(URL), NOBODY)
    [event] = adapter.parse(twilio_webhook({**sample("twilio", "status_undelivered"), "ErrorCode": str(code)}))
    meaning = twilio_errors.REFUSALS.get(code)
    assert says_of_account(event) is (None if meaning is None or meaning.verdict not in REST else REST[meaning.verdict])


@table
@pytest.mark.parametrize("code", [*WHATSAPP_ERRORS.meanings, 199_999, (10, 2_999_999), (200, 2_999_999)])
def test_a_late_failure_of_whatsapp_stops_the_account_only_where_it_is_at_fault(code: Any) -> None:
    body = sample("whatsapp_cloud", "status_failed")
    [status] = body["entry"][0]["changes"][0]["value"]["statuses"]
    number, subcode = code if isinstance(code, tuple) else (code, None)
    status["errors"] = [{"code": number, **({} if subcode is None else {"error_subcode": subcode})}]
    adapter: Any = build("whatsapp_cloud", WHATSAPP.setup(URL), NOBODY)
    [event] = adapter.parse(graph_webhook(body))
    meaning = WHATSAPP_ERRORS.meanings.get(code)
    assert says_of_account(event) is (None if meaning is None or meaning.verdict not in REST else REST[meaning.verdict])


REST: Mapping[Any, str] = {CodeMeaning.ACCOUNT: "pause", CodeMeaning.QUOTA: "wait", CodeMeaning.THROTTLED: "wait"}


def says_of_account(event: Receipt) -> str | None:
    if event.account_fault is None:
        return None
    return "pause" if event.account_fault.retry_after is None else "wait"


def test_a_bounce_that_asks_for_no_more_mail_is_an_opt_out_and_no_failure() -> None:
    adapter: Any = build("postmark", POSTMARK.setup(URL), NOBODY)
    body = {**sample("postmark", "bounce_soft"), "Type": "Unsubscribe", "TypeCode": 16, "Inactive": False}
    [event] = adapter.parse(postmark_webhook(body))

    assert (event.opted_out, event.automatic, event.sender) == (True, True, body["Email"])
    assert "Unsubscribe" not in BOUNCES
