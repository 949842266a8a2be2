"""The evidence: what a call's own record says, against real sockets."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.channels import http as channel_http
from app.channels.http import DeadlinePassed, deadline, open_http, open_socket, recorded
from app.channels.signed_post import check_url
from tests.channels.raw_server import (
    LOST_ANSWERS,
    Line,
    answering,
    close_after_reading,
    hang_after_reading,
    refusing_url,
    serving,
)


async def attempt(http: httpx.AsyncClient, url: str, within: float = 5) -> channel_http.CallRecord:
    """Post to the address and give back the record of that call, however it ended."""
    with recorded() as record:
        try:
            async with asyncio.timeout(within):
                await http.post(url, json={"text": "hello"})
        except Exception:  # noqa: BLE001, S110 - only the record is asked
            pass
    return record


async def test_a_refused_connection_proves_that_nothing_was_sent(http: httpx.AsyncClient) -> None:
    assert (await attempt(http, refusing_url())).proves_not_sent


async def test_a_name_that_does_not_resolve_proves_that_nothing_was_sent(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, socket.gaierror(socket.EAI_NONAME, "no such host"))

    assert (await attempt(http, "http://provider.test/")).proves_not_sent


@pytest.mark.parametrize("ending", LOST_ANSWERS)
async def test_a_call_that_ends_without_an_answer_proves_nothing(http: httpx.AsyncClient, ending: str) -> None:
    async with serving(LOST_ANSWERS[ending]) as server:
        record = await attempt(http, server.url)

    assert record.request_started
    assert record.headers_sent


async def test_a_provider_that_hangs_proves_nothing(http: httpx.AsyncClient) -> None:
    async with serving(hang_after_reading) as server:
        assert not (await attempt(http, server.url, within=0.2)).proves_not_sent
        assert len(server.requests) == 1


async def test_a_call_that_never_got_a_connection_from_the_pool_proves_that_nothing_was_sent() -> None:
    client = open_http(allow_private_urls=True, max_connections=1)
    async with serving(hang_after_reading) as server:
        first = asyncio.create_task(attempt(client, server.url, within=0.5))
        await server.asked.wait()
        second = await attempt(client, server.url, within=0.1)
        assert second.proves_not_sent
        assert not (await first).proves_not_sent
        assert len(server.requests) == 1
    await client.aclose()


async def test_the_record_is_kept_for_a_connection_from_the_pool_too(http: httpx.AsyncClient) -> None:
    async with serving(answering(200)) as server:
        records = [await attempt(http, server.url) for _ in range(3)]
        assert server.connections == 1

    assert all(record.headers_sent for record in records)


async def test_a_post_is_sent_once_when_the_server_leaves_a_pooled_connection_after_reading_it(
    http: httpx.AsyncClient,
) -> None:
    async def answer_once_then_leave(line: Line) -> None:
        await line.read_request()
        await line.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await line.read_request()
        line.reset()

    async with serving(answer_once_then_leave) as server:
        await attempt(http, server.url)
        record = await attempt(http, server.url)
        assert server.connections == 1
        assert len(server.requests) == 2

    assert not record.proves_not_sent


async def test_a_pooled_connection_that_the_server_has_closed_is_not_used_again(http: httpx.AsyncClient) -> None:
    async def answer_and_close(line: Line) -> None:
        await line.read_request()
        await line.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async with serving(answer_and_close) as server:
        assert (await http.post(server.url)).status_code == 200
        await server.left.wait()
        for _ in range(10):  # turns of the loop, for the client to see the end of the stream that has come in
            await asyncio.sleep(0)
        assert (await http.post(server.url)).status_code == 200
        assert len(server.requests) == 2


async def test_no_byte_leaves_after_the_deadline_on_a_fresh_connection(http: httpx.AsyncClient) -> None:
    async with serving(close_after_reading) as server:
        with recorded() as record, deadline(asyncio.get_running_loop().time() - 1), pytest.raises(DeadlinePassed):
            await http.post(server.url, json={"text": "hello"})

    assert record.proves_not_sent
    assert server.bytes_received == 0


async def test_no_byte_leaves_after_the_deadline_on_a_pooled_connection(http: httpx.AsyncClient) -> None:
    async with serving(answering(200)) as server:
        await http.post(server.url)
        received = server.bytes_received
        with recorded() as record, deadline(asyncio.get_running_loop().time() - 1), pytest.raises(DeadlinePassed):
            await http.post(server.url, json={"text": "hello"})
        assert server.connections == 1
        assert server.bytes_received == received

    assert record.proves_not_sent


async def test_of_a_put_no_byte_leaves_when_the_deadline_passes_between_the_headers_and_the_body(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False, True])
    monkeypatch.setattr(channel_http, "deadline_passed", lambda: next(answers))
    async with serving(close_after_reading) as server:
        with recorded() as record, pytest.raises(httpx.HTTPError):
            await http.put(server.url, json={"text": "hello"})

    assert server.bytes_received == 0
    assert not record.proves_not_sent


async def test_a_header_that_holds_a_line_break_lets_nothing_out(http: httpx.AsyncClient) -> None:
    async with serving(answering(200)) as server:
        with pytest.raises(ValueError, match="header"):
            await http.post(server.url, json={}, headers={"X-Token": "secret\r\nX-Other: 1"})

    assert server.bytes_received == 0


async def test_what_a_server_says_before_its_answer_is_passed_over(http: httpx.AsyncClient) -> None:
    async def hint_then_answer(line: Line) -> None:
        await line.read_request()
        await line.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 201 Created\r\n")
        await line.write(b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")

    async with serving(hint_then_answer) as server:
        answer = await http.post(server.url, json={})

    assert answer.status_code == 201
    assert answer.content == b"hello"


async def test_a_connection_whose_answer_was_not_read_to_its_end_is_not_used_again(http: httpx.AsyncClient) -> None:
    async def answer_half(line: Line) -> None:
        await line.read_request()
        await line.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        await line.read_request()

    async with serving(answer_half) as server:
        for _ in range(2):
            async with http.stream("POST", server.url, json={}) as answer:
                assert answer.status_code == 200
        assert server.connections == 2


async def test_each_concurrent_call_has_its_own_deadline_and_record(http: httpx.AsyncClient) -> None:
    now = asyncio.get_running_loop().time()

    async def call(url: str, until: float) -> channel_http.CallRecord:
        with deadline(until):
            return await attempt(http, url)

    async with serving(answering(200)) as server:
        records = await asyncio.gather(*(call(server.url, now + (60 if n % 2 else -1)) for n in range(40)))
        assert len(server.requests) == 20

    assert [record.proves_not_sent for record in records] == [n % 2 == 0 for n in range(40)]


@pytest.fixture
def silent_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let names under `silent.test` wait for an answer until the event is set."""
    answer, let_go = socket.getaddrinfo, threading.Event()

    def getaddrinfo(host: str, *rest: Any, **named: Any) -> Any:
        if host.endswith(".silent.test"):
            let_go.wait(30)
            raise socket.gaierror
        return answer(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield let_go
    let_go.set()


async def test_names_that_nobody_answers_for_keep_no_other_name_waiting(
    http: httpx.AsyncClient, silent_names: threading.Event
) -> None:
    async with serving(answering(200)) as server:
        silent = [asyncio.create_task(attempt(http, f"http://n{n}.silent.test/")) for n in range(48)]
        await asyncio.sleep(0)
        record = await attempt(http, server.url.replace("127.0.0.1", "localhost"), within=3)
        assert server.connections == 1
        assert record.headers_sent
    silent_names.set()
    assert all(record.proves_not_sent for record in await asyncio.gather(*silent))


async def test_names_of_mail_servers_and_endpoints_keep_nobody_s_look_ups_waiting(
    silent_names: threading.Event,
) -> None:
    """Neither other tenants' names nor the event loop's own: PostgreSQL's and Redis's."""
    mail = [asyncio.create_task(open_socket(f"n{n}.silent.test", 25, allow_private=True)) for n in range(24)]
    typed = [asyncio.create_task(check_url(f"https://n{n}.silent.test/", allow_private=False)) for n in range(24)]
    await asyncio.sleep(0)
    async with serving(answering(200)) as server, asyncio.timeout(10):
        port = int(server.url.rpartition(":")[2])
        (await open_socket("localhost", port, allow_private=True)).close()
        assert await asyncio.get_running_loop().getaddrinfo("localhost", port)
    silent_names.set()
    assert {type(each) for each in await asyncio.gather(*mail, return_exceptions=True)} == {socket.gaierror}
    await asyncio.gather(*typed)


async def test_a_redirect_is_not_followed(http: httpx.AsyncClient) -> None:
    async with serving(answering(302, headers={"Location": "/elsewhere"})) as server:
        assert (await http.post(server.url)).status_code == 302
        assert len(server.requests) == 1


async def test_cookies_are_not_kept(http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(answering(200, headers={"Set-Cookie": "tenant=one"})) as server:
        port = int(server.url.rpartition(":")[2])
        resolve_to(monkeypatch, [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))])
        await http.post(f"http://provider.test:{port}/")
        await http.post(f"http://provider.test:{port}/")
        assert "cookie" not in server.requests[1].headers


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254", "10.0.0.1"])  # noqa: S104 - refused, not bound
async def test_a_private_literal_address_is_refused_before_any_connection(host: str) -> None:
    client = open_http(allow_private_urls=False)
    record = await attempt(client, f"http://{host}:9/")
    await client.aclose()

    assert record.proves_not_sent
    assert record.private_address_refused


async def test_a_private_server_gets_no_connection() -> None:
    client = open_http(allow_private_urls=False)
    async with serving(answering(200)) as server:
        await attempt(client, server.url)
        assert server.connections == 0
    await client.aclose()


async def test_a_name_that_leads_to_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    client = open_http(allow_private_urls=False)
    async with serving(answering(200)) as server:
        port = int(server.url.rpartition(":")[2])
        resolve_to(monkeypatch, [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))])
        record = await attempt(client, f"http://innocent.test:{port}/")
        assert server.connections == 0
    await client.aclose()

    assert record.proves_not_sent
    assert record.private_address_refused


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0x7f000001"])
async def test_a_disguised_address_is_refused(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9))])
    client = open_http(allow_private_urls=False)
    record = await attempt(client, f"http://{host}:9/")
    await client.aclose()

    assert record.proves_not_sent


async def test_a_busy_loop_does_not_let_a_late_call_out(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(close_after_reading) as server:
        port = int(server.url.rpartition(":")[2])
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        resolve_to(monkeypatch, found, freeze=0.2)
        with deadline(asyncio.get_running_loop().time() + 0.1):
            record = await attempt(http, f"http://provider.test:{port}/")

    assert record.proves_not_sent
    assert server.bytes_received == 0


def resolve_to(monkeypatch: pytest.MonkeyPatch, result: Any, freeze: float = 0) -> None:
    """Let every name lead to these addresses (or fail so), the whole process standing still meanwhile."""

    loop = asyncio.get_running_loop()

    def getaddrinfo(*_: Any, **__: Any) -> Any:
        loop.call_soon_threadsafe(time.sleep, freeze)
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_a_call_whose_signals_never_came_proves_nothing() -> None:
    """A transport that sends none, as a mock, may have written."""
    assert not channel_http.CallRecord().proves_not_sent
