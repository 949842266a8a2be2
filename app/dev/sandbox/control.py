"""The sandbox's own routes: accounts, the journal, and the pages for people."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime

from aiohttp import web

from app.dev.sandbox.accounts import ProviderAccount
from app.dev.sandbox.faults import InjectedFault
from app.dev.sandbox.journal import to_json
from app.dev.sandbox.message_bus import MessageBus
from app.dev.sandbox.outbox import SCRIPT, outbox_page
from app.dev.sandbox.provider import HttpProvider, InboundMessage, Provider, SendsInbound
from app.dev.sandbox.smtp import Smtp
from app.dev.sandbox.start_page import start_page

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'"
}


class Control:
    def __init__(self, exchange: MessageBus, called: Sequence[HttpProvider], smtp: Smtp, smtp_port: int) -> None:
        self._exchange = exchange
        self._called = called
        self._smtp_port = smtp_port
        everyone: Sequence[Provider] = (*called, smtp)
        self._providers = {provider.name: provider for provider in everyone}

    def routes(self) -> Iterable[web.RouteDef]:
        yield web.get("/", self.start)
        yield web.get("/outbox", self.outbox)
        yield web.get("/outbox.js", self.outbox_script)
        yield web.post("/sandbox/accounts", self.register)
        yield web.post("/sandbox/inbound", self.inbound)
        yield web.get("/journal", self.journal)
        yield web.get("/journal/counts", self.counts)
        yield web.delete("/journal", self.clear)

    async def start(self, request: web.Request) -> web.Response:
        return _html(start_page(self._addresses(request)))

    def _addresses(self, request: web.Request) -> Iterator[tuple[str, str]]:
        for provider in self._called:
            yield provider.name, f"{request.url.origin()}{provider.mount}"
        yield Smtp.name, f"{request.url.host}:{self._smtp_port}"

    async def outbox(self, request: web.Request) -> web.Response:
        channel, wanted = request.query.get("channel"), request.query.get("q", "")
        return _html(outbox_page(self._exchange.journal, self._providers, channel, wanted))

    async def outbox_script(self, _: web.Request) -> web.Response:
        return web.Response(text=SCRIPT, content_type="text/javascript")

    async def register(self, request: web.Request) -> web.Response:
        try:
            account = self._account(await request.json())
        except ValueError as error:
            return web.json_response({"detail": str(error)}, status=422)
        self._exchange.accounts.register(account)
        return web.json_response({"provider": account.provider, "identity": account.identity}, status=201)

    def _account(self, given: object) -> ProviderAccount:
        if not isinstance(given, dict) or given.get("provider") not in self._providers:
            raise ValueError(f"provider must be one of {', '.join(self._providers)}")
        unknown = given.keys() - {field.name for field in fields(ProviderAccount)}
        texts = {name: given.get(name) or "" for name in ("identity", "secret", "callback_url", "access_token")}
        if unknown or not all(isinstance(text, str) for text in texts.values()):
            raise ValueError(
                f"an account has {', '.join(field.name for field in fields(ProviderAccount))}, all of them text"
            )
        if not texts["identity"]:
            raise ValueError("identity names the account in a call, and must not be empty")
        fault = InjectedFault(given["fault"]) if given.get("fault") else None
        return ProviderAccount(given["provider"], fault=fault, **texts)

    async def inbound(self, request: web.Request) -> web.Response:
        """Play a customer who writes. Return whether the account's callback URL accepted the message."""
        try:
            provider, inbound = self._inbound(await request.json())
        except ValueError as error:
            return web.json_response({"detail": str(error)}, status=422)
        message_id = provider.new_id()
        taken = await self._exchange.courier.carry(provider.inbound(inbound, message_id))
        return web.json_response({"message_id": message_id, "taken": taken})

    def _inbound(self, given: object) -> tuple[SendsInbound, InboundMessage]:
        if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
            raise ValueError("a message has provider, identity, sender, text, and perhaps at and in_reply_to, all text")
        provider = self._providers.get(given.get("provider", ""))
        if not isinstance(provider, SendsInbound):
            raise ValueError("provider must be one whose customers can be played")
        account = self._named(provider.name, given.get("identity", ""))
        if account is None or not account.callback_url or not given.get("sender"):
            raise ValueError("identity must be a registered account with a callback_url, and there must be a sender")
        at = datetime.fromisoformat(given["at"]).astimezone(UTC) if "at" in given else datetime.now(UTC)
        return provider, InboundMessage(account, given["sender"], given.get("text", ""), at, given.get("in_reply_to"))

    def _named(self, provider: str, identity: str) -> ProviderAccount | None:
        accounts = self._exchange.accounts
        return accounts.admit(provider, identity) if identity else accounts.only(provider)

    async def journal(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not after.isdecimal():
            return web.json_response({"detail": "after is the sequence number of an entry"}, status=422)
        journal = self._exchange.journal
        return web.json_response({"entries": [to_json(e, journal.reports(e)) for e in journal.after(int(after))]})

    async def counts(self, _: web.Request) -> web.Response:
        counts = asdict(self._exchange.journal.counts())
        return web.json_response({**counts, "receipts_to_send": self._exchange.courier.under_way})

    async def clear(self, _: web.Request) -> web.Response:
        self._exchange.forget()
        return web.Response(status=204)


def _html(page: str) -> web.Response:
    return web.Response(text=page, content_type="text/html", headers=SECURITY_HEADERS)
