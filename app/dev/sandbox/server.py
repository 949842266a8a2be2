"""The whole sandbox: one HTTP server with every provider's routes and its own, and a mail server beside it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from app.dev.sandbox.accounts import ProviderAccount, ProviderAccounts
from app.dev.sandbox.control import Control
from app.dev.sandbox.faults import InjectedFault
from app.dev.sandbox.helpdesk import Helpdesk
from app.dev.sandbox.journal import Journal
from app.dev.sandbox.mail_server import run_mail_server
from app.dev.sandbox.message_bus import MessageBus
from app.dev.sandbox.meta import Meta
from app.dev.sandbox.options import SandboxOptions
from app.dev.sandbox.postmark import Postmark
from app.dev.sandbox.provider import HttpProvider
from app.dev.sandbox.receipt_sender import ReceiptSender
from app.dev.sandbox.sendgrid import SendGrid
from app.dev.sandbox.smtp import Smtp
from app.dev.sandbox.twilio import Twilio
from app.dev.sandbox.whatsapp import WhatsApp

PROVIDERS: tuple[Callable[[MessageBus], HttpProvider], ...] = (Postmark, SendGrid, Twilio, WhatsApp, Meta, Helpdesk)

MAX_REQUEST = 64 * 1024 * 1024
"""Bytes. Above every provider's own limit, so that the provider's own words refuse what is too large."""
GRACE = 2.0
"""Seconds that calls in progress get when the sandbox stops."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox."""

    url: str
    smtp_port: int
    journal: Journal
    accounts: ProviderAccounts
    courier: ReceiptSender
    exchange: MessageBus

    def register(
        self,
        provider: str,
        identity: str,
        secret: str = "",
        callback_url: str = "",
        fault: InjectedFault | None = None,
        access_token: str = "",
    ) -> ProviderAccount:
        account = ProviderAccount(provider, identity, secret, callback_url, fault, access_token)
        self.accounts.register(account)
        return account

    def reset(self) -> None:
        """Forget what was received, and which recipients were throttled. Accounts stay."""
        self.exchange.forget()

    async def receipts_settled(self) -> None:
        """Wait until every receipt was accepted, or dropped after its last attempt."""
        await self.courier.idle()


@asynccontextmanager
async def run_sandbox(
    settings: SandboxOptions | None = None, *, host: str = "127.0.0.1", port: int = 0, smtp_port: int = 0
) -> AsyncIterator[Sandbox]:
    """Serve until the block ends. Port 0 takes a free one, which the sandbox reports. Raise EmbeddedServersMissing."""
    settings, accounts, smtp = settings or SandboxOptions(), ProviderAccounts(), Smtp()
    with Journal(settings.journal_path) as journal:
        async with ReceiptSender(journal, settings.timing, settings.receipts_at_once) as courier:
            exchange = MessageBus(settings, journal, accounts, courier)
            async with (
                run_mail_server(exchange, smtp, host, smtp_port) as mail_port,
                _serving(_application(exchange, smtp, mail_port), exchange, host, port) as url,
            ):
                yield Sandbox(url, mail_port, journal, accounts, courier, exchange)


@asynccontextmanager
async def _serving(application: web.Application, exchange: MessageBus, host: str, port: int) -> AsyncIterator[str]:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=GRACE)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
        yield _url(host, runner)
    finally:
        exchange.closing.set()
        await runner.cleanup()


def _application(exchange: MessageBus, smtp: Smtp, smtp_port: int) -> web.Application:
    application = web.Application(client_max_size=MAX_REQUEST)
    called = [build(exchange) for build in PROVIDERS]
    for provider in called:
        application.add_routes(provider.routes())
    application.add_routes(Control(exchange, called, smtp, smtp_port).routes())
    return application


def _url(host: str, runner: web.AppRunner) -> str:
    return f"http://{host}:{runner.addresses[0][1]}"
