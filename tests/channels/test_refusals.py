"""Every refusal blames the right one: a person for that delivery alone, an account so that nobody is burned.

The tables are walked row by row over each adapter's own reading of an answer; respx plays the provider. Codes that are
in no table are tried at random.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.meta import adapter as meta_adapter
from app.channels.meta.errors import ERRORS as META_ERRORS
from app.channels.meta_graph import MIXED, ErrorTable
from app.channels.postmark import adapter as postmark_adapter
from app.channels.postmark import errors
from app.channels.postmark.adapter import PostmarkAdapter
from app.channels.provider_responses import QUOTA_WAIT, CodeMeaning, Meaning, ProviderResponse, by_status
from app.channels.sendgrid import adapter as sendgrid_adapter
from app.channels.twilio import adapter as twilio_adapter
from app.channels.twilio import errors as twilio_errors
from app.channels.whatsapp_cloud import adapter as whatsapp_cloud_adapter
from app.channels.whatsapp_cloud.errors import ERRORS as WHATSAPP_ERRORS
from app.domain.delivery_lifecycle import RETRYABLE
from app.domain.outbound import Accepted, Deferred, Rejected, SendResult
from app.domain.words import ReasonCode
from tests.channels.blame import pauses, spares_the_rest
from tests.channels.cases import POSTMARK, TWILIO, ProviderCase, sample
from tests.channels.graph_cases import META, WHATSAPP, graph_error
from tests.channels.mail_cases import SENDGRID
from tests.channels.playing import URL, outcome, playing
from tests.table import table

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


# Every row of every table


@table
@pytest.mark.parametrize(("case", "status", "body", "meaning"), list(rows()), ids=str_id)
async def test_a_row_does_what_it_says_of_whoever_it_blames(
    case: ProviderCase, status: int, body: Any, meaning: Meaning
) -> None:
    result = await outcome(case, status, body)

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


@table
@pytest.mark.parametrize(("case", "body"), ABOUT_A_PERSON, ids=str_id)
@pytest.mark.parametrize("status", [400, 403])
async def test_what_is_about_one_person_never_stops_the_account(case: ProviderCase, body: Any, status: int) -> None:
    assert spares_the_rest(await outcome(case, status, body))


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


@table
@pytest.mark.parametrize(("case", "status", "body"), ABOUT_THE_ACCOUNT, ids=str_id)
async def test_what_is_about_the_account_burns_nobody(case: ProviderCase, status: int, body: Any) -> None:
    result = await outcome(case, status, body)

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
    result, asked = await outcome(TWILIO, 429, body), await outcome(TWILIO, 429, body, **{"Retry-After": "2"})

    for each in (result, asked):
        assert isinstance(each, Deferred)
        assert (each.scope, each.retry_after) == ("account", QUOTA_WAIT)
        assert each.detail == "Twilio 63038: the Twilio account has sent as many messages as it may in a day"


@pytest.mark.parametrize("case", [TWILIO, POSTMARK, SENDGRID, WHATSAPP, META], ids=lambda case: case.name)
async def test_a_429_without_a_code_waits_as_long_as_it_asks(case: ProviderCase) -> None:
    result = await outcome(case, 429, {}, **{"Retry-After": "7"})

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
    result = await outcome(POSTMARK, 422, {"ErrorCode": 300, "Message": message})

    assert isinstance(result, Rejected)
    assert result.code is expected
    assert result.temporary is (expected is ReasonCode.PROVIDER_REJECTED)


@pytest.mark.parametrize("message", ["Invalid 'From' address: 'x'.", "Error parsing 'ReplyTo': 'x'."])
async def test_an_invalid_sender_is_the_account_s(message: str) -> None:
    assert pauses(await outcome(POSTMARK, 422, {"ErrorCode": 300, "Message": message}))


async def test_a_subject_that_is_too_long_is_cut_and_the_mail_goes() -> None:
    async with playing(200, POSTMARK.accepted.body) as provider:
        adapter = PostmarkAdapter.from_config(POSTMARK.setup(URL), provider.http)
        sent = await adapter.send(replace(POSTMARK.message, subject="Re: " + "x" * 2_100))

    assert isinstance(sent, Accepted)
    subject = json.loads(provider.requests[0].body)["Subject"]
    assert len(subject) == 2_000
    assert subject.startswith("Re: xxx")
    assert subject.endswith("…")
