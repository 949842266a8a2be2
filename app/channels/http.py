"""The HTTP client for calls to providers, and the evidence of what each call did.

httpx is the API; aiohttp carries the bytes, several times as many calls per second as httpx's own transport. Whether a
failed call may be retried depends on one fact: had the first byte left? No exception class says so: `httpx-aiohttp`
also raises `ConnectTimeout` for a connection that the provider dropped after it had read the whole request. So each
call keeps its own record.

A POST is written by us, in one piece and right after it is recorded (`carrier.py`). Nothing repeats it. For all other
requests aiohttp's tracing signals write the record. aiohttp (3.14) serialises the headers into a buffer after
`on_request_headers_sent`. It writes them together with the first piece of the body, right after
`on_request_chunk_sent`, whether the connection is new or from the pool. An exception raised in either signal closes the
connection with nothing written.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, partial
from types import SimpleNamespace
from typing import Any, Final, Generic, TypeVar

import aiohappyeyeballs
import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport

from app.channels.carrier import Carrier
from app.channels.public_addresses import is_mail_port, is_public, is_web_port

T = TypeVar("T")

MAX_CONNECTIONS: Final = 100
KEEPALIVE_SECONDS: Final = 4.0
"""Shorter than any provider's idle time-out, so that the peer has rarely closed a pooled connection."""

LOOK_UPS: Final = 64
"""Names that one client resolves at once: more than one tenant has calls under way to names that never resolve."""

CALL_SECONDS: Final = 10.0
"""The longest that one call may take, connection and response included."""


@dataclass(slots=True)
class CallRecord:
    """What one call did: for HTTP, what its tracing signals saw; for every call, how its socket was made."""

    request_started: bool = False
    headers_sent: bool = False
    """The first byte left, or was about to."""
    private_address_refused: bool = False

    @property
    def proves_not_sent(self) -> bool:
        """Both are needed: without the first, the signals may not be connected at all, as with a mock."""
        return self.request_started and not self.headers_sent


class DeadlinePassed(Exception):
    """The deadline had passed before a byte was written, so the call was stopped."""


class PrivateAddressRefused(OSError):
    """The address is private, or the port belongs to another service, and this installation refuses both."""


_record: ContextVar[CallRecord | None] = ContextVar("call_record", default=None)
_deadline: ContextVar[float | None] = ContextVar("call_deadline", default=None)
"""Measured by `elapsed`."""


def elapsed() -> float:
    """Return the seconds of a clock that keeps going while the machine is suspended, as leases do.

    On Linux the event loop's clock stops then, so another clock is read. On other systems the loop's clock is right.
    """
    return time.clock_gettime(_CLOCK)


_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class _Within(Generic[T]):
    """Sets a context variable for a block. Each call has two of them, and a generator takes three times as long."""

    __slots__ = ("_token", "_value", "_variable")

    def __init__(self, variable: ContextVar[T | None], value: T) -> None:
        self._variable = variable
        self._value = value

    def __enter__(self) -> T:
        self._token = self._variable.set(self._value)
        return self._value

    def __exit__(self, *_: object) -> None:
        self._variable.reset(self._token)


def recorded() -> _Within[CallRecord]:
    """Keep a new record of the one call that is made inside the block."""
    return _Within(_record, CallRecord())


def deadline(loop_time: float) -> _Within[float]:
    """Stop this task's calls from starting to write after `loop_time` (the event loop's clock), and end them by then.

    The loop's clock may stop while the machine is suspended; the time still counts. Each asyncio task has its own
    context, so each concurrent send can have its own deadline.
    """
    return _Within(_deadline, elapsed() + loop_time - asyncio.get_running_loop().time())


def call_deadline(seconds: float = CALL_SECONDS) -> float:
    """Return when a call that begins now must end, in the event loop's time."""
    now, given = asyncio.get_running_loop().time(), _deadline.get()
    return now + (seconds if given is None else min(seconds, given - elapsed()))


def deadline_passed() -> bool:
    given = _deadline.get()
    return given is not None and elapsed() >= given


class _NoCookies(httpx.Cookies):
    """A cookie jar that takes nothing. One that refuses each cookie would still parse every response: a tenth of a
    call.
    """

    def extract_cookies(self, response: httpx.Response) -> None:
        pass


class _Client(httpx.AsyncClient):
    """Sends a request as it is where the answer is streamed.

    httpx would first ask for a password, redirects, cookies and hooks, which nobody gives here, and write a log line: a
    fifth of a call's time.
    """

    def __init__(self, carrier: httpx.AsyncBaseTransport, **given: Any) -> None:
        super().__init__(transport=carrier, **given)
        self._carrier = carrier

    async def send(self, request: httpx.Request, *, stream: bool = False, **asked: Any) -> httpx.Response:
        if not stream or asked or self.is_closed:
            return await super().send(request, stream=stream, **asked)
        response = await self._carrier.handle_async_request(request)
        response.request = request
        return response

    @property  # type: ignore[misc]  # the setter is left out with the cookies
    def cookies(self) -> httpx.Cookies:
        return _NO_COOKIES


_NO_COOKIES: Final = _NoCookies()


@cache
def _tls() -> ssl.SSLContext:
    """Load the certificates that every client of this process trusts. Once: loading takes longer than most calls."""
    return httpx.create_ssl_context(trust_env=False)


def open_http(*, allow_private_urls: bool, max_connections: int = MAX_CONNECTIONS) -> httpx.AsyncClient:
    """Return the client for all outgoing calls. It needs a running event loop; close it with `aclose()`.

    It follows no redirects (a redirect would send a message somewhere that nobody configured), keeps no cookies, and
    takes no proxy or password from the environment.
    """
    tls = _tls()
    connector = aiohttp.TCPConnector(
        resolver=_Resolver(),
        limit=max_connections,
        keepalive_timeout=KEEPALIVE_SECONDS,
        ssl=tls,
        socket_factory=None if allow_private_urls else partial(_public_socket, is_web_port),
    )
    session = aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, trace_configs=[_trace()]
    )
    return _Client(
        Carrier(session, AiohttpTransport(client=session, verify=tls, trust_env=False), _note_start, _note_headers),
        timeout=CALL_SECONDS,
        trust_env=False,
        follow_redirects=False,
        # A compressed response could expand to any size, and these are small.
        headers={"User-Agent": "mass-reply", "Accept-Encoding": "identity"},
    )


class _Resolver(AbstractResolver):
    """Resolve names in threads of its own.

    uvloop has two threads for all look-ups (libuv: half of a pool of four), and asyncio has six on two cores. One
    tenant could type that many names whose name servers never answer, and block all others.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOK_UPS, thread_name_prefix="look-up")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        ask = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=int(address[1]),
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


_names: Final = ThreadPoolExecutor(LOOK_UPS, thread_name_prefix="look-up")
"""For names that no HTTP client resolves. The event loop's own threads also serve PostgreSQL's and Redis's names."""


async def look_up(host: str, port: int | None) -> list[Any]:
    """Resolve a name that a tenant typed, in threads that nothing else waits for. Raise OSError or UnicodeError."""
    ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    return await asyncio.get_running_loop().run_in_executor(_names, ask)


async def open_socket(host: str, port: int, *, allow_private: bool) -> socket.socket:
    """Connect for SMTP, with the same rule about private addresses. Raise OSError if there is no connection."""
    return await aiohappyeyeballs.start_connection(
        await look_up(host, port),
        happy_eyeballs_delay=0.25,
        socket_factory=None if allow_private else partial(_public_socket, is_mail_port),
    )


def _public_socket(may: Callable[[int], bool], address: tuple[Any, ...]) -> socket.socket:
    """Return a socket for one resolved address. Raise an error if the address is refused.

    aiohttp calls this for the very address that it connects to next, whether resolved or typed as a literal. So no
    second look-up can change it in between.
    """
    family, kind, protocol, _, sockaddr = address
    if is_public(sockaddr[0]) and may(sockaddr[1]):
        return socket.socket(family, kind, protocol)
    record = _record.get()
    if record is not None:
        record.private_address_refused = True
    raise PrivateAddressRefused("The address is not a public one, or its port is another service's.")


def _trace() -> aiohttp.TraceConfig:
    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(_note_start)
    trace.on_request_headers_sent.append(_note_headers)
    trace.on_request_chunk_sent.append(_note_chunk)
    return trace


async def _note_start(*_: object) -> None:
    record = _record.get()
    if record is not None:
        record.request_started = True


async def _note_headers(*_: object) -> None:
    _stop_if_too_late()
    record = _record.get()
    if record is not None:
        record.headers_sent = True


async def _note_chunk(_session: aiohttp.ClientSession, context: SimpleNamespace, _params: object) -> None:
    """Check again: before Python 3.12 the write is a task of its own, which a busy loop may run much later."""
    if not hasattr(context, "writing"):
        _stop_if_too_late()
        context.writing = True


def _stop_if_too_late() -> None:
    if deadline_passed():
        raise DeadlinePassed("The deadline passed before anything was written.")
