"""The network of a long run does what each weather says, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.dev.soak.relay import CLEAR, Relay, Weather

REQUEST = b"POST /messages HTTP/1.1\r\n\r\n0123456789"
ANSWER = b"HTTP/1.1 200 OK\r\n\r\n{}"
BYTES = 16


class End(asyncio.Protocol):
    """One end of a connection. It knows what came, and how it ended."""

    def __init__(self, answer: bytes = b"") -> None:
        self._answer, self._came = answer, b""
        self.ended: asyncio.Future[tuple[bytes, str]] = asyncio.get_running_loop().create_future()
        """What had come when it ended, and how it did: by FIN, by RST, or closed by itself."""
        self._gone, self._arrived = asyncio.Event(), asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        self._arrived.set()
        if self._answer:
            self._transport.write(self._answer)

    def eof_received(self) -> bool:
        self._end("end")
        return True  # the other direction stays open

    def connection_lost(self, error: Exception | None) -> None:
        self._end("reset" if error else "closed")
        self._gone.set()

    def _end(self, how: str) -> None:
        self._arrived.set()
        if not self.ended.done():
            self.ended.set_result((self._came, how))

    def say(self, part: bytes) -> None:
        self._transport.write(part)

    async def hang_up(self) -> None:
        self._transport.abort()
        await self._gone.wait()

    async def heard(self, size: int) -> bytes:
        """Return what came, once it is as much. Raise TimeoutError."""
        async with asyncio.timeout(30):
            while len(self._came) < size:
                self._arrived.clear()
                await self._arrived.wait()
        return self._came


class Wire:
    """A provider behind a relay, and those who call it."""

    def __init__(self, relay: Relay, far: list[End]) -> None:
        self.relay, self.far, self.near = relay, far, list[End]()

    async def connect(self) -> End:
        _, end = await asyncio.get_running_loop().create_connection(End, "127.0.0.1", self.relay.port)
        self.near.append(end)
        return end

    async def call(self) -> tuple[End, End]:
        """Connect and ask. Return both ends, as soon as the relay has connected to the far one."""
        near = await self.connect()
        near.say(REQUEST)
        async with asyncio.timeout(30):
            while len(self.far) < len(self.near):
                await asyncio.sleep(0)
        return near, self.far[-1]


@asynccontextmanager
async def wire(weather: Weather = CLEAR) -> AsyncIterator[Wire]:
    ends: list[End] = []

    def answering() -> End:
        ends.append(End(ANSWER))
        return ends[-1]

    server = await asyncio.get_running_loop().create_server(answering, "127.0.0.1", 0)
    async with server, Relay(server.sockets[0].getsockname()[1]).running() as relay:
        relay.weather = weather
        between = Wire(relay, ends)
        yield between
        for end in (*between.near, *between.far):
            await end.hang_up()


async def told(end: End) -> tuple[bytes, str]:
    async with asyncio.timeout(30):
        return await end.ended


async def test_clear_weather_does_nothing() -> None:
    async with wire() as between:
        near, far = await between.call()

        assert (await far.heard(len(REQUEST)), await near.heard(len(ANSWER))) == (REQUEST, ANSWER)
        assert between.relay.felt == 0


async def test_an_end_that_hangs_up_takes_the_other_one_with_it() -> None:
    async with wire() as between:
        near, far = await between.call()
        await near.heard(len(ANSWER))
        await near.hang_up()

        assert (await told(far))[0] == REQUEST


async def test_a_slow_network_holds_back_each_way(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[float] = []

    async def sleep(seconds: float) -> None:
        held.append(seconds)

    async with wire(Weather(latency=7.0)) as between:
        with monkeypatch.context() as patched:
            patched.setattr(asyncio, "sleep", sleep)
            near = await between.connect()
            near.say(REQUEST)
            await near.heard(len(ANSWER))

        assert held == [7.0, 7.0]
        assert between.relay.felt == 2


async def test_a_connection_is_refused() -> None:
    async with wire(Weather(refuses=True)) as between:
        near = await between.connect()

        assert await told(near) == (b"", "reset")
        assert between.relay.felt == 1


async def test_what_is_swallowed_never_comes_and_nobody_is_told() -> None:
    async with wire(Weather(swallows=True)) as between:
        near, far = await between.call()
        while not between.relay.felt:
            await asyncio.sleep(0)
        assert not near.ended.done()
        between.relay.weather = CLEAR
        near.say(b"again")

        assert await far.heard(len(b"again")) == b"again"
        assert await near.heard(len(ANSWER)) == ANSWER


async def test_an_answer_is_swallowed_too() -> None:
    async with wire() as between:
        near, far = await between.call()
        await near.heard(len(ANSWER))
        between.relay.weather = Weather(swallows=True)
        far.say(b"lost")
        while not between.relay.felt:
            await asyncio.sleep(0)
        between.relay.weather = CLEAR
        far.say(b"came")

        assert await near.heard(len(ANSWER) + 4) == ANSWER + b"came"


async def test_a_request_is_reset_after_some_bytes() -> None:
    async with wire(Weather(cuts_requests_after=BYTES)) as between:
        near, far = await between.call()

        assert (await told(near))[1] == "reset"
        assert await told(far) in ((REQUEST[:BYTES], "reset"), (b"", "reset"))  # a reset may overtake what was sent
        assert between.relay.felt == 1


@pytest.mark.parametrize(
    "size", [0, len(b"HTTP/1.1 200 OK\r\n"), len(ANSWER) - 1], ids=["nothing", "a status line", "half a body"]
)
async def test_an_answer_ends_after_some_bytes(size: int) -> None:
    async with wire(Weather(cuts_answers_after=size)) as between:
        near, far = await between.call()

        assert await told(near) == (ANSWER[:size], "end")
        assert await far.heard(len(REQUEST)) == REQUEST
        assert between.relay.felt == 1


@pytest.mark.parametrize("weather", [Weather(cuts_requests_after=10_000), Weather(cuts_answers_after=10_000)])
async def test_what_is_shorter_passes_whole(weather: Weather) -> None:
    async with wire(weather) as between:
        near, far = await between.call()

        assert (await far.heard(len(REQUEST)), await near.heard(len(ANSWER))) == (REQUEST, ANSWER)
        assert between.relay.felt == 0


async def test_bytes_are_counted_for_each_request_and_answer_of_a_connection_that_is_kept() -> None:
    async with wire() as between:
        near, far = await between.call()
        await near.heard(len(ANSWER))
        between.relay.weather = Weather(cuts_requests_after=len(REQUEST), cuts_answers_after=BYTES)
        near.say(REQUEST)

        assert await told(near) == (ANSWER + ANSWER[:BYTES], "end")
        assert await far.heard(2 * len(REQUEST)) == REQUEST * 2


async def test_the_asking_side_is_closed_and_its_answer_still_comes() -> None:
    async with wire(Weather(ends_requests=True)) as between:
        near, far = await between.call()

        assert await told(far) == (REQUEST, "end")
        assert await near.heard(len(ANSWER)) == ANSWER
        assert between.relay.felt == 1


async def test_cutting_resets_every_open_connection_and_says_how_many() -> None:
    async with wire() as between:
        ends = [await between.call() for _ in range(2)]
        for near, _ in ends:
            await near.heard(len(ANSWER))

        assert between.relay.cut() == 2
        assert [(await told(end))[1] for pair in ends for end in pair] == ["reset"] * 4
    async with wire() as idle:
        assert idle.relay.cut() == 0
