"""One call to a provider: what happened on the line, and what is known of it."""

import asyncio
import gzip
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from app.channels.http import deadline, open_http
from app.channels.provider_calls import get, post
from app.channels.provider_responses import (
    ProviderResponse,
    asked_to_wait,
    by_status,
)
from app.domain.outbound import DEADLINE_PASSED, Deferred, Unknown
from tests.channels.deadlines import deadline_passing_at
from tests.channels.raw_server import LOST_ANSWERS, Line, answering, hang_after_reading, refusing_url, serving

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


async def test_an_answer_carries_status_headers_and_json(http: httpx.AsyncClient) -> None:
    async with serving(answering(201, {"sid": "SM1"}, {"X-Trace": "abc"})) as server:
        answer = await post(http, server.url, json={"text": "hello"})

    assert isinstance(answer, ProviderResponse)
    assert (answer.status, answer.headers["X-Trace"], answer.text_member("sid")) == (201, "abc", "SM1")


async def test_a_form_holds_any_text(http: httpx.AsyncClient) -> None:
    ascii_alone = "".join(map(chr, range(1, 0x80))) + " a+b=c%20"
    form = {"Body & more": "".join(map(chr, range(1, 0x180))) + "€😀 a+b=c%20", "To": "", "ascii alone": ascii_alone}
    async with serving(answering(200)) as server:
        await post(http, server.url, form=form)

    assert dict(parse_qsl(server.requests[0].body.decode("ascii"), keep_blank_values=True)) == form


async def test_a_connection_that_fails_is_deferred(http: httpx.AsyncClient) -> None:
    result = await post(http, refusing_url(), json={})

    assert isinstance(result, Deferred)
    assert (result.code, result.scope, result.retry_after) == ("unreachable", "delivery", None)


@pytest.mark.parametrize("ending", LOST_ANSWERS)
async def test_a_lost_answer_is_unknown(http: httpx.AsyncClient, ending: str) -> None:
    async with serving(LOST_ANSWERS[ending]) as server:
        assert isinstance(await post(http, server.url, json={}), Unknown)
        assert len(server.requests) <= 1


async def test_a_call_ends_after_its_own_time(http: httpx.AsyncClient) -> None:
    async with serving(hang_after_reading) as server:
        assert isinstance(await post(http, server.url, json={}, timeout=0.1), Unknown)


async def test_a_call_ends_at_the_deadline_of_its_task(http: httpx.AsyncClient) -> None:
    async with serving(hang_after_reading) as server, deadline_passing_at(server.asked):
        assert isinstance(await post(http, server.url, json={}), Unknown)


async def test_after_the_deadline_nothing_is_tried_at_all(http: httpx.AsyncClient) -> None:
    async with serving(answering(200)) as server:
        with deadline(asyncio.get_running_loop().time()):
            answer = await post(http, server.url, json={})
        assert isinstance(answer, Deferred)
        assert answer.code == DEADLINE_PASSED, "the delay is ours, and says nothing about the provider"
        assert server.connections == 0


async def test_cancellation_is_not_swallowed(http: httpx.AsyncClient) -> None:
    async with serving(hang_after_reading) as server:
        call = asyncio.create_task(post(http, server.url, json={}))
        await server.asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


async def test_a_transport_that_gives_no_evidence_is_unknown() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(refuse)) as http:
        assert isinstance(await post(http, "http://provider.test", json={}), Unknown)


async def test_a_private_address_stops_the_account() -> None:
    http = open_http(allow_private_urls=False)
    result = await post(http, "http://127.0.0.1:9/", json={})
    await http.aclose()

    assert result == Deferred("private_address", result.detail, None, "account")  # type: ignore[union-attr]


async def test_an_unusable_address_stops_the_account(http: httpx.AsyncClient) -> None:
    result = await post(http, "http://2130706433/", json={})

    assert isinstance(result, Deferred)
    assert (result.code, result.scope) == ("invalid_url", "account")


async def test_429_makes_the_account_wait_as_long_as_the_provider_says(http: httpx.AsyncClient) -> None:
    async with serving(answering(429, headers={"Retry-After": "17"})) as server:
        answer = await post(http, server.url, json={})

    assert isinstance(answer, ProviderResponse)
    assert by_status(answer, "X") == Deferred(
        "throttled", "X asks to send more slowly.", timedelta(seconds=17), "account"
    )


async def test_a_date_to_wait_for_is_by_the_clock_of_the_provider_who_named_it(http: httpx.AsyncClient) -> None:
    """A worker's clock may be an hour off."""
    headers = {"Date": "Fri, 01 May 2026 12:00:00 GMT", "Retry-After": "Fri, 01 May 2026 12:01:00 GMT"}
    async with serving(answering(429, headers=headers)) as server:
        answer = await post(http, server.url, json={})

    assert isinstance(answer, ProviderResponse)
    assert asked_to_wait(answer) == timedelta(minutes=1)


async def test_an_answer_that_is_compressed_although_nobody_asked_for_it_is_read(http: httpx.AsyncClient) -> None:
    packed = gzip.compress(b'{"sid": "SM1"}')
    async with serving(answering(201, packed, {"Content-Encoding": "gzip"})) as server:
        answer = await post(http, server.url, json={})

    assert isinstance(answer, ProviderResponse)
    assert answer.text_member("sid") == "SM1"


async def test_an_answer_that_never_ends_is_cut_off(http: httpx.AsyncClient) -> None:
    async def flood(line: Line) -> None:
        await line.read_request()
        await line.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            await line.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

    async with serving(flood) as server:
        answer = await post(http, server.url, json={})

    assert isinstance(answer, ProviderResponse)
    assert answer.json is None


async def test_forms_and_queries_reach_the_server(http: httpx.AsyncClient) -> None:
    async with serving(answering(200)) as server:
        await post(http, server.url, form={"Body": "a&b é"}, headers={"Authorization": "Basic dXNlcjpzZWNyZXQ="})
        await get(http, server.url, params={"count": "1"})

    assert server.requests[0].body == b"Body=a%26b+%C3%A9"
    assert server.requests[0].headers["authorization"] == "Basic dXNlcjpzZWNyZXQ="
    assert server.requests[1].target == "/?count=1"


@pytest.mark.parametrize("given", [{"json": {"a": "ä"}}, {"form": {"a": "ä +&"}}, {"content": b"{}"}])
async def test_a_request_is_the_one_that_the_client_itself_would_build(given: dict[str, Any]) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200)

    names = {"X-Key": "k"}
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), headers={"User-Agent": "us"}) as http:
        await post(http, "http://provider.test/a?b=c", headers=names, **given)
        as_theirs = {"data" if name == "form" else name: value for name, value in given.items()}
        theirs = http.build_request("POST", "http://provider.test/a?b=c", headers=names, **as_theirs)
    [ours] = asked
    assert (ours.url, ours.content) == (theirs.url, theirs.content)
    assert ours.extensions == {"timeout": theirs.extensions["timeout"] | {"read": None}}  # the whole call has one
    assert dict(ours.headers) == dict(theirs.headers)
