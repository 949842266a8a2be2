"""The mail server's wire: aiosmtpd, from the extra `embedded`, and its replies here.

A mail is refused when its recipient is named, before its content. After the final dot it is accepted, and only the
reply can go wrong (RFC 5321 section 6.1).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast
from weakref import WeakSet

from app.dev.sandbox.accounts import ProviderAccount
from app.dev.sandbox.faults import STAGES, InjectedFault, Stage
from app.dev.sandbox.journal import ProviderError, ReceivedMessage
from app.dev.sandbox.message_bus import GARBAGE, MessageBus, first_at
from app.dev.sandbox.provider import ParsedCall
from app.dev.sandbox.smtp import Smtp
from app.dev.servers import EmbeddedServersMissing

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

HOSTNAME = "sandbox.example.com"
MAX_MAIL = 32 * 1024 * 1024
"""Bytes. Announced as SIZE (RFC 1870)."""
CLOSES = 421
"""RFC 5321 section 3.8: the one reply after which the server hangs up."""


def server_class() -> "type[SMTP]":
    """Import the server. Raise EmbeddedServersMissing if it is not installed."""
    try:
        from aiosmtpd.smtp import SMTP
    except ImportError as error:
        raise EmbeddedServersMissing(
            "aiosmtpd is not installed, and the sandbox's mail server needs it. Install the extra `embedded` "
            "(pip install 'mass-reply[embedded]')."
        ) from error
    return SMTP


@asynccontextmanager
async def run_mail_server(exchange: MessageBus, smtp: Smtp, host: str, port: int) -> AsyncIterator[int]:
    """Serve until the block ends. Yield the port, a free one for 0. Any login is accepted, and none is required."""
    loop, make = asyncio.get_running_loop(), server_class()
    lines: WeakSet[SMTP] = WeakSet()

    def line() -> "SMTP":
        made = make(
            SmtpSession(exchange, smtp),
            hostname=HOSTNAME,
            ident="ESMTP",
            data_size_limit=MAX_MAIL,
            auth_require_tls=False,
            auth_callback=lambda *_: True,
            loop=loop,
        )
        lines.add(made)
        return made

    server = await loop.create_server(line, host, port, backlog=1024)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for each in lines:
            _cut(each)


class SmtpSession:
    """The replies on one connection. aiosmtpd finds the hooks by name; each returns the reply."""

    def __init__(self, exchange: MessageBus, smtp: Smtp) -> None:
        self._exchange = exchange
        self._smtp = smtp
        self._account = ProviderAccount(smtp.name, "")
        self._faults: dict[str, InjectedFault | None] = {}
        """For the accepted recipients."""

    async def handle_MAIL(  # noqa: N802 - the command's name
        self, _server: "SMTP", _session: "Session", envelope: "Envelope", address: str, _options: list[str]
    ) -> str:
        account = self._exchange.accounts.admit(self._smtp.name, address)
        if account is None:
            problem = self._smtp.problems[InjectedFault.BAD_TOKEN]
            self._exchange.journal.refuse(
                ReceivedMessage(ProviderAccount(self._smtp.name, ""), "", "", None, {}, {}), problem
            )
            return _reply(problem)
        envelope.mail_from, self._account, self._faults = address, account, {}
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - the command's name
        self, server: "SMTP", _session: "Session", envelope: "Envelope", address: str, _options: list[str]
    ) -> str:
        message = self._smtp.addressed(self._account, address)
        fault = self._exchange.fault(ParsedCall(message))
        if fault and STAGES[fault] is not Stage.ANSWER:
            return self._refuse(server, message, fault)
        envelope.rcpt_tos.append(address)
        self._faults[address] = fault
        return "250 2.1.5 OK"

    def _refuse(self, server: "SMTP", message: ReceivedMessage, fault: InjectedFault) -> str:
        problem = self._exchange.refuse(self._smtp, message, fault).problem
        if problem is None:
            return _cut(server)
        if problem.status == CLOSES and server.transport:
            asyncio.get_running_loop().call_soon(server.transport.close)  # after the reply is written
        return _reply(problem)

    async def handle_DATA(  # noqa: N802 - the command's name
        self, server: "SMTP", _session: "Session", envelope: "Envelope"
    ) -> str:
        await self._exchange.lag()
        content = cast(bytes, envelope.content)
        entries = [
            self._exchange.judge(self._smtp, ParsedCall(self._smtp.read(self._account, recipient, content)), fault)
            for recipient, fault in self._faults.items()
        ]
        reply = f"250 2.0.0 OK: queued as {entries[0].message_id}"
        return await self._spoil(server, first_at(Stage.ANSWER, self._faults.values()), reply)

    async def _spoil(self, server: "SMTP", fault: InjectedFault | None, reply: str) -> str:
        match fault:
            case InjectedFault.TIMEOUT:
                await self._exchange.pause(self._exchange.settings.timing.hold)
                return _cut(server)
            case InjectedFault.DROP_AFTER:
                return _cut(server)
            case InjectedFault.DRIP:
                return await self._drip(server, reply)
            case InjectedFault.GARBAGE:
                return GARBAGE
            case _:
                return reply

    async def _drip(self, server: "SMTP", reply: str) -> str:
        """Write all but the last character. aiosmtpd writes that one to end the line."""
        for byte in reply[:-1].encode():
            if self._exchange.closing.is_set():
                return _cut(server)
            cast(asyncio.WriteTransport, server.transport).write(bytes((byte,)))
            await self._exchange.pause(self._exchange.settings.timing.drip)
        return reply[-1]


def _reply(problem: ProviderError) -> str:
    return f"{problem.status} {problem.code} {problem.text}"


def _cut(server: "SMTP") -> str:
    """Cut the connection at once. aiosmtpd still wants a reply, which nobody will see."""
    if server.transport:
        cast(asyncio.WriteTransport, server.transport).abort()
    return ""
