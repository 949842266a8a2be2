"""Every refusal blames the right one: a person for that delivery alone, an account so that nobody is burned.

The tables are walked row by row over each adapter's own reading of an answer; respx plays the provider. Codes that are
in no table are tried at random.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.meta import adapter as meta_adapter
from app.channels.meta.errors import ERRORS as META_ERRORS
from app.channels.meta_graph import MIXED, ErrorTable
from app.channels.postmark import adapter as postmark_adapter
from app.channels.postmark import errors
from app.channels.postmark.adapter import PostmarkAdapter
from app.channels.postmark.webhooks import BOUNCES
from app.channels.registry import build
from app.channels.sendgrid import adapter as sendgrid_adapter
from app.channels.smtp.replies import Step, judge
from app.channels.smtp.reply_texts import PHRASES, said_of_account
from app.channels.support import QUOTA_WAIT, CodeMeaning, Meaning, ProviderResponse, by_status
from app.channels.twilio import adapter as twilio_adapter
from app.channels.twilio import errors as twilio_errors
from app.channels.whatsapp_cloud import adapter as whatsapp_cloud_adapter
from app.channels.whatsapp_cloud.errors import ERRORS as WHATSAPP_ERRORS
from app.domain.delivery import RETRYABLE
from app.domain.outbound import Accepted, Deferred, Rejected, SendResult, Unknown
from app.domain.provider_events import Receipt
from app.domain.words import ReasonCode
from tests.channels.cases import POSTMARK, TWILIO, ProviderCase, postmark_webhook, sample, twilio_webhook
from tests.channels.graph_cases import META, WHATSAPP, graph_error, graph_webhook
from tests.channels.mail_cases import SENDGRID
from tests.channels.playing import URL, playing

Row = tuple[ProviderCase, int, Mapping[str, Any], Meaning]
"""A provider, and an answer of its (HTTP status and body) with what the table says of it."""


def str_id(value: object) -> str | None:
    return value.name if isinstance(value, ProviderCase) else None


def graph_rows(case: ProviderCase, table: ErrorTable) -> Iterator[Row]:
    for code, meaning in table.meanings.items():
        number, subcode = code if isinstance(code, tuple) else (code, None)
        yield case, 400, graph_error(number, subcode), meaning


def rows() -> Iterator[Row]:
    for code, meaning in twilio_errors.REFUSALS.items():
        yield TWILIO, 400, {"code": code, "message": "…", "status": 400}, meaning
    for code, meaning in errors.ERRORS.items():
        yield POSTMARK, 422, {"ErrorCode": code, "Message": "…"}, meaning
    for status, meaning in sendgrid_adapter.STATUSES.items():
        yield SENDGRID, status, {"errors": [{"field": None, "message": "…"}]}, meaning
    for field, meaning in sendgrid_adapter.FIELDS.items():
        yield SENDGRID, 400, {"errors": [{"field": field, "message": "…"}]}, meaning
    yield from graph_rows(WHATSAPP, WHATSAPP_ERRORS)
    yield from graph_rows(META, META_ERRORS)


async def told(case: ProviderCase, status: int, body: Any, **headers: str) -> SendResult:
    """Send a message to a provider that gives this answer."""
    async with playing(status, body, headers) as provider:
        return await build(case.name, case.setup(URL), provider.http).send(case.message)


def pauses(result: SendResult) -> bool:
    return isinstance(result, Deferred) and result.scope == "account" and result.retry_after is None


def spares_the_rest(result: SendResult) -> bool:
    """Whether the account goes on at once."""
    return not isinstance(result, Deferred) or result.scope == "delivery"


# Every row of every table


@pytest.mark.parametrize(("case", "status", "body", "meaning"), list(rows()), ids=str_id)
async def test_a_row_does_what_it_says_of_whoever_it_blames(
    case: ProviderCase, status: int, body: Any, meaning: Meaning
) -> None:
    result = await told(case, status, body)

    match meaning.verdict:
        case CodeMeaning.ACCOUNT:
            assert pauses(result)
        case CodeMeaning.QUOTA:
            assert isinstance(result, Deferred)
            assert (result.scope, result.retry_after) == ("account", QUOTA_WAIT)
        case CodeMeaning.THROTTLED:
            assert isinstance(result, Deferred)
            assert result.scope == "account"
            assert result.retry_after
        case CodeMeaning.BUSY:
            assert isinstance(result, Deferred)
            assert result.scope == "delivery"
        case code:
            assert isinstance(result, Rejected)
            assert (result.code, result.temporary) == (code, meaning.temporary)


ABOUT_A_PERSON: list[tuple[ProviderCase, Any]] = [
    (META, graph_error(10, 2018108)),
    (META, graph_error(10, 2018278)),
    (META, graph_error(10, 2018300)),
    (META, graph_error(10, 2534022)),
    (META, graph_error(200, 1545041)),
    (META, graph_error(551, 1545041)),
    (META, graph_error(9, 2018352)),
    (META, graph_error(100, 2018001)),
    (META, graph_error(100, 2534014)),
    *((TWILIO, {"code": code}) for code in (14107, 21211, 21408, 21610, 21612, 21614, 21635, 30003, 30005, 63033)),
    *((WHATSAPP, graph_error(code)) for code in (130403, 130472, 130497, 131021, 131026, 131047, 131049, 131050)),
    *((WHATSAPP, graph_error(code)) for code in (131056, 131062, 137000)),
    (POSTMARK, {"ErrorCode": 406, "Message": "inactive"}),
    (POSTMARK, {"ErrorCode": 300, "Message": "Invalid 'To' address: 'ann@'."}),
]


@pytest.mark.parametrize(("case", "body"), ABOUT_A_PERSON, ids=str_id)
@pytest.mark.parametrize("status", [400, 403])
async def test_what_is_about_one_person_never_stops_the_account(case: ProviderCase, body: Any, status: int) -> None:
    assert spares_the_rest(await told(case, status, body))


ABOUT_THE_ACCOUNT: list[tuple[ProviderCase, int, Any]] = [
    *((META, 400, graph_error(code)) for code in (0, 3, 4, 10, 17, 32, 102, 190, 200, 230, 299, 368, 613, 80006)),
    *((META, 400, graph_error(200, subcode)) for subcode in (2018021, 2018027, 2018028)),
    (META, 400, graph_error(10, 1893063)),
    *((TWILIO, 400, {"code": code}) for code in (10001, 20003, 20005, 20429, 21212, 21603, 21606, 21608, 21611)),
    *((TWILIO, 400, {"code": code}) for code in (21659, 21660, 21703, 21704, 21705, 30001, 30002, 30022, 30034, 63038)),
    *((WHATSAPP, 400, graph_error(code)) for code in (0, 3, 4, 10, 190, 200, 368, 80007, 130429, 131005, 131031)),
    *((WHATSAPP, 400, graph_error(code)) for code in (131037, 131042, 131045, 131048, 131057, 131064, 133010)),
    *((POSTMARK, 422, {"ErrorCode": code, "Message": "…"}) for code in (10, 100, 400, 401, 405, 412, 413, 1235)),
    (POSTMARK, 422, {"ErrorCode": 300, "Message": "Invalid 'From' address: 'x'."}),
    (SENDGRID, 400, {"errors": [{"field": "from.email", "message": "…"}]}),
    (SENDGRID, 401, {"errors": [{"field": None, "message": "Maximum credits exceeded"}]}),
    (SENDGRID, 403, {"errors": [{"field": "from", "message": "…"}]}),
]


@pytest.mark.parametrize(("case", "status", "body"), ABOUT_THE_ACCOUNT, ids=str_id)
async def test_what_is_about_the_account_burns_nobody(case: ProviderCase, status: int, body: Any) -> None:
    result = await told(case, status, body)

    assert isinstance(result, Deferred)
    assert result.scope == "account"


# Codes that are in no table


def twilio_body(code: int) -> Mapping[str, Any]:
    return {"code": code, "message": "…"}


def postmark_body(code: int) -> Mapping[str, Any]:
    return {"ErrorCode": code, "Message": "…"}


UNLISTED: Mapping[str, tuple[Callable[[int], Mapping[str, Any]], Callable[[int], bool]]] = {
    "twilio": (twilio_body, lambda code: code not in twilio_errors.REFUSALS),
    "postmark": (postmark_body, lambda code: code not in errors.ERRORS),
    "whatsapp_cloud": (graph_error, lambda code: code not in WHATSAPP_ERRORS.meanings and code not in MIXED),
    "meta": (graph_error, lambda code: code not in META_ERRORS.meanings and code not in MIXED),
}


@pytest.mark.parametrize("case", [TWILIO, POSTMARK, WHATSAPP, META], ids=lambda case: case.name)
@given(data=st.data(), status=st.sampled_from([400, 403, 404, 405, 409, 422]))
def test_a_code_in_no_table_pauses_no_account_and_may_be_sent_again(
    case: ProviderCase, data: st.DataObject, status: int
) -> None:
    body, unlisted = UNLISTED[case.name]
    code = data.draw(st.integers(1, 140_000).filter(unlisted))

    result = read(case, ProviderResponse(status, {}, body(code)))

    assert spares_the_rest(result)
    assert not isinstance(result, Rejected) or result.temporary or result.code in RETRYABLE


def read(case: ProviderCase, answer: ProviderResponse) -> SendResult:
    """What the adapter makes of an answer, without a call."""
    readers = {
        "twilio": twilio_adapter._read,
        "postmark": postmark_adapter._read,
        "whatsapp_cloud": whatsapp_cloud_adapter._read,
        "meta": meta_adapter._read,
    }
    return readers[case.name](answer)


@pytest.mark.parametrize(
    ("case", "table"), [(META, META_ERRORS), (WHATSAPP, WHATSAPP_ERRORS)], ids=["meta", "whatsapp"]
)
@given(code=st.sampled_from(sorted(MIXED)), subcode=st.integers(1, 3_000_000))
def test_a_subcode_in_no_table_under_a_permission_pauses_no_account(
    case: ProviderCase, table: ErrorTable, code: int, subcode: int
) -> None:
    if (code, subcode) in table.meanings:
        return
    result = read(case, ProviderResponse(403, {}, graph_error(code, subcode)))

    assert isinstance(result, Rejected)
    assert result.temporary


@pytest.mark.parametrize("status", [401, 402, 407])
def test_a_status_that_locks_everybody_out_pauses_the_account_whatever_the_code(status: int) -> None:
    assert pauses(by_status(ProviderResponse(status, {}, {"code": 29_999}), "Twilio", coded=True))


@pytest.mark.parametrize("status", [403, 404, 405])
def test_a_closed_door_without_a_code_is_the_account_s(status: int) -> None:
    assert pauses(by_status(ProviderResponse(status, {}, None), "Twilio"))


# Quotas


async def test_a_daily_limit_makes_the_account_wait_long_and_says_why() -> None:
    body = sample("twilio", "daily_limit")
    result, asked = await told(TWILIO, 429, body), await told(TWILIO, 429, body, **{"Retry-After": "2"})

    for each in (result, asked):
        assert isinstance(each, Deferred)
        assert (each.scope, each.retry_after) == ("account", QUOTA_WAIT)
        assert each.detail == "Twilio 63038: the Twilio account has sent as many messages as it may in a day"


@pytest.mark.parametrize("case", [TWILIO, POSTMARK, SENDGRID, WHATSAPP, META], ids=lambda case: case.name)
async def test_a_429_without_a_code_waits_as_long_as_it_asks(case: ProviderCase) -> None:
    result = await told(case, 429, {}, **{"Retry-After": "7"})

    assert isinstance(result, Deferred)
    assert result.scope == "account"
    assert result.retry_after is not None
    assert result.retry_after.total_seconds() == 7


# What Postmark's error 300 is about


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Invalid 'To' address: 'ann@'.", ReasonCode.INVALID_RECIPIENT),
        ("Error parsing 'To': Illegal email domain 'x' in address 'from@x'.", ReasonCode.INVALID_RECIPIENT),
        ("Zero recipients specified", ReasonCode.INVALID_RECIPIENT),
        ("Provide either email TextBody or HtmlBody or both.", ReasonCode.CONTENT_REJECTED),
        ("'Subject' is too long, the limit is 2000 characters.", ReasonCode.CONTENT_REJECTED),
        ("Attachments[0].Content is not valid", ReasonCode.CONTENT_REJECTED),
        ("Something new", ReasonCode.PROVIDER_REJECTED),
        ("", ReasonCode.PROVIDER_REJECTED),
    ],
)
async def test_an_invalid_request_blames_the_part_that_it_names(message: str, expected: ReasonCode) -> None:
    result = await told(POSTMARK, 422, {"ErrorCode": 300, "Message": message})

    assert isinstance(result, Rejected)
    assert result.code is expected
    assert result.temporary is (expected is ReasonCode.PROVIDER_REJECTED)


@pytest.mark.parametrize("message", ["Invalid 'From' address: 'x'.", "Error parsing 'ReplyTo': 'x'."])
async def test_an_invalid_sender_is_the_account_s(message: str) -> None:
    assert pauses(await told(POSTMARK, 422, {"ErrorCode": 300, "Message": message}))


async def test_a_subject_that_is_too_long_is_cut_and_the_mail_goes() -> None:
    async with playing(200, POSTMARK.accepted.body) as provider:
        adapter = PostmarkAdapter.from_config(POSTMARK.setup(URL), provider.http)
        sent = await adapter.send(replace(POSTMARK.message, subject="Re: " + "x" * 2_100))

    assert isinstance(sent, Accepted)
    subject = json.loads(provider.requests[0].body)["Subject"]
    assert len(subject) == 2_000
    assert subject.startswith("Re: xxx")
    assert subject.endswith("…")


# What fails later


@pytest.mark.parametrize("code", [30002, 30018, 30024, 30032, 30033, 30034, 30035, 30037])
def test_a_message_that_twilio_failed_for_the_account_may_be_sent_again(code: int) -> None:
    adapter: Any = build("twilio", TWILIO.setup(URL), httpx.AsyncClient())
    [event] = adapter.parse(twilio_webhook({**sample("twilio", "status_undelivered"), "ErrorCode": str(code)}))

    assert isinstance(event, Receipt)
    assert event.temporary
    assert event.bad_address is None


@pytest.mark.parametrize("code", [code for code in WHATSAPP_ERRORS.meanings if isinstance(code, int)])
def test_a_status_of_whatsapp_says_whether_its_failure_may_be_sent_again(code: int) -> None:
    body = sample("whatsapp_cloud", "status_failed")
    [status] = body["entry"][0]["changes"][0]["value"]["statuses"]
    status["errors"][0]["code"] = code
    adapter: Any = build("whatsapp_cloud", WHATSAPP.setup(URL), httpx.AsyncClient())
    [event] = adapter.parse(graph_webhook(body))

    assert isinstance(event, Receipt)
    verdict = WHATSAPP_ERRORS.meanings[code].verdict
    assert (event.temporary or event.code in RETRYABLE) or not isinstance(verdict, CodeMeaning)


@pytest.mark.parametrize("code", sorted(twilio_errors.FAILURES.keys() | twilio_errors.REFUSALS.keys() | {39999}))
def test_a_late_failure_of_twilio_stops_the_account_only_where_it_is_at_fault(code: int) -> None:
    adapter: Any = build("twilio", TWILIO.setup(URL), httpx.AsyncClient())
    [event] = adapter.parse(twilio_webhook({**sample("twilio", "status_undelivered"), "ErrorCode": str(code)}))
    meaning = twilio_errors.REFUSALS.get(code)
    assert says_of_account(event) is (None if meaning is None or meaning.verdict not in REST else REST[meaning.verdict])


@pytest.mark.parametrize("code", [*WHATSAPP_ERRORS.meanings, 199_999, (10, 2_999_999), (200, 2_999_999)])
def test_a_late_failure_of_whatsapp_stops_the_account_only_where_it_is_at_fault(code: Any) -> None:
    body = sample("whatsapp_cloud", "status_failed")
    [status] = body["entry"][0]["changes"][0]["value"]["statuses"]
    number, subcode = code if isinstance(code, tuple) else (code, None)
    status["errors"] = [{"code": number, **({} if subcode is None else {"error_subcode": subcode})}]
    adapter: Any = build("whatsapp_cloud", WHATSAPP.setup(URL), httpx.AsyncClient())
    [event] = adapter.parse(graph_webhook(body))
    meaning = WHATSAPP_ERRORS.meanings.get(code)
    assert says_of_account(event) is (None if meaning is None or meaning.verdict not in REST else REST[meaning.verdict])


REST: Mapping[Any, str] = {CodeMeaning.ACCOUNT: "pause", CodeMeaning.QUOTA: "wait", CodeMeaning.THROTTLED: "wait"}


def says_of_account(event: Receipt) -> str | None:
    if event.account_fault is None:
        return None
    return "pause" if event.account_fault.retry_after is None else "wait"


def test_a_bounce_that_asks_for_no_more_mail_is_an_opt_out_and_no_failure() -> None:
    adapter: Any = build("postmark", POSTMARK.setup(URL), httpx.AsyncClient())
    body = {**sample("postmark", "bounce_soft"), "Type": "Unsubscribe", "TypeCode": 16, "Inactive": False}
    [event] = adapter.parse(postmark_webhook(body))

    assert (event.opted_out, event.automatic, event.sender) == (True, True, body["Email"])
    assert "Unsubscribe" not in BOUNCES


# Mail servers


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.example[:30])
def test_the_words_of_servers_say_what_they_say(phrase: Any) -> None:
    assert said_of_account(phrase.example) is phrase.meaning


PAUSED, WAITS, QUOTA, ALONE = "paused", "waits", "quota", "alone"

SERVERS: Mapping[str, str] = {
    # Gmail
    "550 5.4.5 Daily user sending limit exceeded.": QUOTA,
    "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail": QUOTA,
    "550 5.7.1 Daily SMTP relay limit exceeded for user. For more information": QUOTA,
    "450 4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error.": WAITS,
    "450 4.2.1 The user you are trying to contact is receiving mail too quickly.": ALONE,
    "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents more": ALONE,
    "452 4.2.2 The email account that you tried to reach is over quota.": ALONE,
    "552 5.2.2 The email account that you tried to reach is over quota.": ALONE,
    "550 5.2.1 The email account that you tried to reach is disabled.": ALONE,
    "550 5.1.1 The email account that you tried to reach does not exist.": ALONE,
    "550 5.7.1 Invalid credentials for relay [192.0.2.7].": PAUSED,
    "535 5.7.8 Username and Password not accepted.": PAUSED,
    "530 5.7.0 Authentication Required.": PAUSED,
    "421 4.7.0 Try again later, closing connection.": WAITS,
    "421 4.7.0 TLS required for RCPT domain, closing connection.": ALONE,
    "550 5.7.26 Unauthenticated email from acme.test is not accepted due to domain's DMARC policy.": ALONE,
    "552 5.7.0 This message was blocked because its content presents a potential security issue.": ALONE,
    # Exchange and Outlook
    "554 5.2.252 SendAsDenied; help@acme.test not allowed to send as support@acme.test": PAUSED,
    "550 5.7.60 SMTP; Client does not have permissions to send as this sender": PAUSED,
    "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied": PAUSED,
    "550 5.1.8 Access denied, bad outbound sender AS(42004)": PAUSED,
    "554 5.2.0 OutboundSpamException; WASCL UserAction verdict is not None. Actual verdict is Suspend": PAUSED,
    "554 5.2.2 Submission quota exceeded": QUOTA,
    "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients": QUOTA,
    "550 5.7.232 Your trial tenant has exceeded its daily limit for sending email": QUOTA,
    "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP": PAUSED,
    "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded": WAITS,
    "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded": ALONE,
    "451 4.7.500 Server busy. Please try again later": WAITS,
    "550 5.2.121 The recipient's per hour message receive limit from this sender is exceeded": ALONE,
    "550 5.7.136 Sender was not authenticated": ALONE,
    "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required": ALONE,
    "550 5.7.1 Unable to relay": PAUSED,
    # Amazon SES
    "454 Throttling failure: Maximum sending rate exceeded.": WAITS,
    "454 Throttling failure: Daily message quota exceeded.": QUOTA,
    "554 Message rejected: Email address is not verified. The following identities failed the check "
    "in region EU-WEST-1: support@acme.test": PAUSED,
    "554 Message rejected: Email address is not verified. The following identities failed the check "
    "in region EU-WEST-1: ann@example.com": ALONE,
    "554 Sending paused for this account. For more information": PAUSED,
    "554 Message rejected: Address is on the suppression list": ALONE,
    # Postfix
    "554 5.7.1 <ann@example.com>: Relay access denied": PAUSED,
    "454 4.7.1 <ann@example.com>: Relay access denied": WAITS,
    "553 5.7.1 <support@acme.test>: Sender address rejected: not owned by user help": PAUSED,
    "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname": PAUSED,
    "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org": PAUSED,
    "450 4.7.1 Error: too much mail from 192.0.2.7": WAITS,
    "452 4.3.1 Insufficient system storage": WAITS,
    "450 4.2.0 <ann@example.com>: Recipient address rejected: Greylisted": ALONE,
    "451 4.3.0 <ann@example.com>: Temporary lookup failure": ALONE,
    "450 4.1.2 <ann@example.com>: Recipient address rejected: Domain not found": ALONE,
    "550 5.1.1 <ann@example.com>: Recipient address rejected: User unknown": ALONE,
    "554 5.7.1 <ann@example.com>: Recipient address rejected: Access denied": ALONE,
    "550 5.1.1 <ann@example.com>: undeliverable address: host mx.example.com said: 554 Relay access denied": ALONE,
    "552 5.3.4 Message size exceeds fixed limit": ALONE,
    # cPanel and Exim
    "550 Domain acme.test has exceeded the max emails per hour (200/200 (100%)) allowed. Message discarded.": QUOTA,
    "550 Domain acme.test has exceeded the max defers and failures per hour (5/5 (100%)) allowed.": QUOTA,
    '550 Outgoing mail from "acme" has been suspended.': PAUSED,
    "550 relay not permitted": PAUSED,
    "550-Please turn on SMTP Authentication in your mail client": PAUSED,
    "550 Sender verify failed": PAUSED,
    "451 Ratelimit exceeded": WAITS,
    "550 The mail server could not deliver mail to ann. The account may not exist, it may be blacklisted": ALONE,
    # Yahoo and others
    "554 Transaction failed: Cannot send message due to possible abuse": PAUSED,
    "452 Too many recipients received this hour": QUOTA,
    "554 Message not allowed - [PH01] Email not accepted for policy reasons": ALONE,
    "421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to user complaints": WAITS,
    "550 User help has exceeded its 24-hour sending limit. Messages to 250 recipients out of 250 allowed": QUOTA,
    "554 Transaction failed; Mail send limit exceeded": QUOTA,
    "553 Relaying disallowed as support@acme.test": PAUSED,
    "550 5.7.0 From address is not one of your addresses": PAUSED,
    "550 5.7.1 Sender unauthorized": PAUSED,
    "550 The from address does not match a verified Sender Identity": PAUSED,
}


@pytest.mark.parametrize("step", [Step.RECIPIENT, Step.CONTENT])
@pytest.mark.parametrize(("reply", "expected"), list(SERVERS.items()))
def test_the_replies_of_well_known_servers_blame_the_right_one(step: Step, reply: str, expected: str) -> None:
    assert outcome(judge(step, int(reply[:3]), reply[4:], "ann@example.com")) == expected


@pytest.mark.parametrize("reply", [reply for reply, expected in SERVERS.items() if expected == QUOTA])
@pytest.mark.parametrize("step", [Step.SENDER, Step.RECIPIENT, Step.CONTENT])
def test_a_quota_is_waited_for_wherever_it_comes(step: Step, reply: str) -> None:
    assert outcome(judge(step, int(reply[:3]), reply[4:])) == QUOTA


def outcome(result: SendResult) -> str:
    if spares_the_rest(result):
        return ALONE
    assert isinstance(result, Deferred)
    if result.retry_after is None:
        return PAUSED
    return QUOTA if result.retry_after >= QUOTA_WAIT else WAITS


@given(
    step=st.sampled_from([Step.RECIPIENT, Step.CONTENT]),
    code=st.integers(400, 599).filter(lambda code: code not in (421, 530, 534, 535, 538)),
    subject=st.integers(10, 999),
)
def test_a_reply_that_nobody_knows_about_a_recipient_stops_nobody_else(step: Step, code: int, subject: int) -> None:
    result = judge(step, code, f"{code // 100}.5.{subject} Qwertz")

    assert spares_the_rest(result)
    assert not isinstance(result, Unknown)
