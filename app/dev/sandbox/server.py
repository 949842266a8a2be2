"""The sandbox put together: one HTTP server with every provider's routes and its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from app.dev.sandbox.accounts import Account, Accounts
from app.dev.sandbox.control import Control
from app.dev.sandbox.courier import Courier
from app.dev.sandbox.exchange import Exchange
from app.dev.sandbox.faults import Fault
from app.dev.sandbox.helpdesk import Helpdesk
from app.dev.sandbox.journal import Journal
from app.dev.sandbox.meta import Meta
from app.dev.sandbox.postmark import Postmark
from app.dev.sandbox.provider import Provider
from app.dev.sandbox.sendgrid import SendGrid
from app.dev.sandbox.settings import Settings
from app.dev.sandbox.twilio import Twilio
from app.dev.sandbox.whatsapp import WhatsApp

PROVIDERS: tuple[Callable[[Exchange], Provider], ...] = (Postmark, SendGrid, Twilio, WhatsApp, Meta, Helpdesk)

MAX_REQUEST = 64 * 1024 * 1024
"""Bytes. Above every provider's own limit, so that the provider's own words refuse what is too big."""
GRACE = 2.0
"""Seconds that calls in progress get when the sandbox stops."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox."""

    url: str
    journal: Journal
    accounts: Accounts
    courier: Courier
    exchange: Exchange

    def register(
        self,
        provider: str,
        identity: str,
        secret: str = "",
        callback_url: str = "",
        fault: Fault | None = None,
        access_token: str = "",
    ) -> Account:
        account = Account(provider, identity, secret, callback_url, fault, access_token)
        self.accounts.register(account)
        return account

    def reset(self) -> None:
        """Forget what was received, and which recipients were throttled; accounts stay."""
        self.exchange.forget()

    async def receipts_settled(self) -> None:
        """Wait until every receipt is taken, or given up after its last attempt."""
        await self.courier.idle()


@asynccontextmanager
async def run_sandbox(
    settings: Settings | None = None, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Sandbox]:
    """Serve until the block ends. Port 0 takes a free one; `Sandbox.url` says which."""
    settings = settings or Settings()
    accounts = Accounts()
    with Journal(settings.journal_path) as journal:
        async with Courier(journal, settings.timing) as courier:
            exchange = Exchange(settings, journal, accounts, courier)
            runner = web.AppRunner(_application(exchange), access_log=None, shutdown_timeout=GRACE)
            await runner.setup()
            try:
                await web.TCPSite(runner, host, port, backlog=1024).start()
                yield Sandbox(_url(host, runner), journal, accounts, courier, exchange)
            finally:
                exchange.closing.set()
                await runner.cleanup()


def _application(exchange: Exchange) -> web.Application:
    application = web.Application(client_max_size=MAX_REQUEST)
    providers = [build(exchange) for build in PROVIDERS]
    for provider in providers:
        application.add_routes(provider.routes())
    application.add_routes(Control(exchange, providers).routes())
    return application


def _url(host: str, runner: web.AppRunner) -> str:
    return f"http://{host}:{runner.addresses[0][1]}"
