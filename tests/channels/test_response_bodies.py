"""An answer whose server means harm is read no further than an answer may be long."""

import gzip
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest

from app.channels.http import open_http
from app.channels.provider_calls import MAX_RESPONSE_BYTES, exchange
from app.channels.provider_responses import ProviderResponse
from app.channels.response_bodies import read_response
from tests.channels.raw_server import Line, RawServer, Script, serving

MOST = 10_000
BOMB = gzip.compress(bytes(12_000_000), mtime=0)[:MOST]


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with open_http(allow_private_urls=True) as http:
        yield http


def _says(body: bytes, encoding: str) -> Script:
    async def say(line: Line) -> None:
        await line.read_request()
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
        await line.write(head.encode() + body)

    return say


async def _read(http: httpx.AsyncClient, server: RawServer) -> bytes | None:
    async with http.stream("GET", server.url) as response:
        return await read_response(response, MOST)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("identity", b"[]"),
        ("gzip", gzip.compress(b"[]", mtime=0)),
        ("GZIP", gzip.compress(b"[]", mtime=0)),
        ("deflate", zlib.compress(b"[]")),
    ],
)
async def test_what_is_compressed_unasked_is_read(http: httpx.AsyncClient, encoding: str, body: bytes) -> None:
    async with serving(_says(body, encoding)) as server:
        assert await _read(http, server) == b"[]"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", BOMB),
        ("gzip", gzip.compress(bytes(MOST + 1))),
        ("gzip, gzip", gzip.compress(gzip.compress(b"[]", mtime=0))),
        ("gzip", b"[]"),
        ("br", b"[]"),
        ("identity", bytes(MOST + 1)),
    ],
    ids=["a bomb", "a little too long", "twice compressed", "not compressed at all", "another encoding", "too long"],
)
async def test_what_expands_beyond_the_limit_or_cannot_be_read_is_none(
    http: httpx.AsyncClient, encoding: str, body: bytes
) -> None:
    async with serving(_says(body, encoding)) as server:
        with _Memory() as used:
            assert await _read(http, server) is None
    assert used[0] < 1_000_000, "no piece of it was expanded whole"


async def test_an_answer_of_too_many_values_holds_nobody_up(http: httpx.AsyncClient) -> None:
    body = b"[" + b"[]," * (MAX_RESPONSE_BYTES // 3 - 2) + b"1]"
    async with serving(_says(body, "identity")) as server:
        began = time.thread_time()
        answer = await exchange(http, http.build_request("GET", server.url))
        spent = time.thread_time() - began
    assert isinstance(answer, ProviderResponse)
    assert answer.json is None
    assert spent < 0.2


class _Memory:
    """The most memory that Python had in the block, in bytes."""

    def __enter__(self) -> list[int]:
        self.used = list[int]()
        tracemalloc.start()
        return self.used

    def __exit__(self, *_: object) -> None:
        self.used.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
