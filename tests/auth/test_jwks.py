"""Keys that change, and a provider that cannot be asked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from app.auth.jwks import FRESH_SECONDS, PATIENCE_SECONDS, KeySet, KeySetUnusable, read_keys
from app.channels.http import open_http
from tests.api.issuer import Provider
from tests.channels.raw_server import LOST_ANSWERS, Line, Script, answering, serving


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    client = open_http(allow_private_urls=True)
    yield client
    await client.aclose()


@pytest.fixture
async def keys(http: httpx.AsyncClient, provider: Provider, clock: Clock) -> AsyncIterator[KeySet]:
    async with serving(provider.serve) as server:
        keys = KeySet(http, server.url, clock)
        yield keys
        await keys.aclose()


def rotate(provider: Provider, kid: str) -> None:
    provider.rsa_kid, provider.rsa_key = kid, rsa.generate_private_key(65537, 2048)


async def test_only_keys_that_may_verify_are_taken(keys: KeySet, provider: Provider) -> None:
    kids = [jwk["kid"] for jwk in provider.jwks()]
    found = {kid: key.algorithm_name for kid in kids if (key := await keys.find(kid)) is not None}
    assert found == {"rsa-1": "RS256", "ec-1": "ES256"}


async def test_a_key_set_without_end_is_not_read_to_its_end(http: httpx.AsyncClient, clock: Clock) -> None:
    async def pour(line: Line) -> None:
        await line.read_request()
        await line.write(b"HTTP/1.1 200 OK\r\n\r\n" + b'{"keys": [')
        while True:
            await line.write(b" " * 65_536)

    async with serving(pour) as server:
        keys = KeySet(http, server.url, clock)
        async with asyncio.timeout(2.5):  # before the time for a question is over
            assert await keys.find("rsa-1") is None
        await keys.aclose()


async def test_the_provider_is_asked_once_for_many_tokens(keys: KeySet, provider: Provider) -> None:
    found = await asyncio.gather(*(keys.find("rsa-1") for _ in range(20)))
    assert None not in found
    assert provider.asked == 1


async def test_a_new_key_is_found_at_once(keys: KeySet, provider: Provider, clock: Clock) -> None:
    assert await keys.find("rsa-1")
    rotate(provider, "rsa-2")
    clock.now += PATIENCE_SECONDS
    assert await keys.find("rsa-2")
    assert await keys.find("rsa-1") is None


async def test_made_up_names_do_not_make_us_ask_without_end(keys: KeySet, provider: Provider, clock: Clock) -> None:
    assert await keys.find("rsa-1")
    for number in range(100):
        assert await keys.find(f"made-up-{number}") is None
    assert provider.asked == 1
    clock.now += PATIENCE_SECONDS
    for number in range(100):
        assert await keys.find(f"made-up-{number}") is None
    assert provider.asked == 2


async def test_a_withdrawn_key_loses_its_power(keys: KeySet, provider: Provider, clock: Clock) -> None:
    assert await keys.find("rsa-1")
    rotate(provider, "rsa-2")
    clock.now += FRESH_SECONDS - 1
    assert await keys.find("rsa-1")
    clock.now += 1
    assert await keys.find("rsa-1") is None


UNUSABLE: dict[str, Script] = {
    **LOST_ANSWERS,
    "an error": answering(500, b"", {"Connection": "close"}),
    "not found": answering(404, {"keys": []}, {"Connection": "close"}),
    "a redirect": answering(302, b"", {"Location": "https://elsewhere.example.test/", "Connection": "close"}),
    "a page": answering(200, b"<!doctype html>", {"Connection": "close"}),
    "no keys": answering(200, {"keys": []}, {"Connection": "close"}),
}


@pytest.mark.parametrize("script", UNUSABLE.values(), ids=UNUSABLE)
async def test_the_last_keys_serve_while_the_provider_fails(
    keys: KeySet, provider: Provider, clock: Clock, script: Script
) -> None:
    assert await keys.find("rsa-1")
    provider.script = script
    clock.now += FRESH_SECONDS
    assert await keys.find("rsa-1")
    assert await keys.find("rsa-2") is None
    assert provider.asked >= 2
    provider.script = None
    rotate(provider, "rsa-2")
    clock.now += PATIENCE_SECONDS
    assert await keys.find("rsa-2")


async def test_a_provider_that_was_never_reached_is_asked_again(keys: KeySet, provider: Provider, clock: Clock) -> None:
    provider.script = UNUSABLE["an error"]
    assert await keys.find("rsa-1") is None
    provider.script = None
    assert await keys.find("rsa-1") is None
    clock.now += PATIENCE_SECONDS
    assert await keys.find("rsa-1")


class Silence:
    """A provider that takes the question and answers when it is let."""

    def __init__(self, then: Script) -> None:
        self.asked, self.over, self._then = asyncio.Event(), asyncio.Event(), then

    async def __call__(self, line: Line) -> None:
        self.asked.set()
        await self.over.wait()
        await self._then(line)


async def test_fresh_keys_do_not_wait_for_a_slow_provider(keys: KeySet, provider: Provider, clock: Clock) -> None:
    assert await keys.find("rsa-1")
    provider.script = silence = Silence(answering(200, {"keys": provider.jwks()}, {"Connection": "close"}))
    clock.now += PATIENCE_SECONDS
    unknown = asyncio.create_task(keys.find("made-up"))
    await silence.asked.wait()
    assert await keys.find("rsa-1")
    assert not unknown.done()
    silence.over.set()
    assert await unknown is None


async def test_a_caller_who_leaves_does_not_take_the_answer_from_others(keys: KeySet, provider: Provider) -> None:
    provider.script = silence = Silence(answering(200, {"keys": provider.jwks()}, {"Connection": "close"}))
    first, second = asyncio.create_task(keys.find("rsa-1")), asyncio.create_task(keys.find("rsa-1"))
    await silence.asked.wait()
    first.cancel()
    silence.over.set()
    assert await second
    assert first.cancelled()


async def test_closing_ends_a_question_under_way(keys: KeySet, provider: Provider) -> None:
    provider.script = silence = Silence(answering(500))
    waiting = asyncio.create_task(keys.find("rsa-1"))
    await silence.asked.wait()
    await keys.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"keys": {}}',
        b'{"keys": [1, null, "x", {}]}',
        b'{"keys": [{"kty": "RSA", "kid": "a"}]}',
        b'{"keys": [{"kty": "RSA", "kid": "a", "n": "!", "e": "AQAB"}]}',
        b'{"keys": [{"kty": "RSA", "kid": "a", "n": 7, "e": []}]}',
        b'{"keys": [{"kty": "RSA", "kid": "a", "alg": ["RS256"], "n": "AQAB", "e": "AQAB"}]}',
        b'{"keys": [{"kty": "EC", "kid": "a", "crv": "P-256", "x": "AQAB", "y": "AQAB"}]}',
        b'{"keys": [{"kty": "EC", "kid": "a", "alg": "RS256", "crv": "P-256", "x": "AQAB", "y": "AQAB"}]}',
        b'{"keys": [{"kty": "oct", "kid": "a", "k": "AQAB"}]}',
    ],
)
def test_what_is_no_key_set_is_unusable(content: bytes) -> None:
    with pytest.raises(KeySetUnusable):
        read_keys(content)


def test_a_private_key_published_by_mistake_still_only_verifies(provider: Provider) -> None:
    shown = {**provider.jwks()[0], "d": "AQAB", "p": "AQAB"}
    key = read_keys(httpx.Response(200, json={"keys": [shown]}).content)["rsa-1"]
    assert isinstance(key.key, rsa.RSAPublicKey)
