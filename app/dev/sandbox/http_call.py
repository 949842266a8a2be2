"""One HTTP call from start to end: authenticate, read, judge, journal, report, and fail if asked to."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from app.dev.sandbox.accounts import ProviderAccount
from app.dev.sandbox.faults import InjectedFault, Stage
from app.dev.sandbox.journal import JournalEntry, ReceivedMessage
from app.dev.sandbox.message_bus import GARBAGE, MessageBus, first_at
from app.dev.sandbox.provider import Answer, CallRefused, HttpProvider, ParsedCall, Read, headers_of_interest


@dataclass(frozen=True, slots=True)
class HttpCall:
    exchange: MessageBus
    request: web.Request
    provider: HttpProvider

    async def serve(self, read: Read, answer: Answer) -> web.StreamResponse:
        account = self.provider.authenticate(self.request)
        if account is None or account.fault is InjectedFault.DROP_BEFORE:
            return self._turn_away(account)
        try:
            drafts = read(self.request, account, await self.request.read())
        except CallRefused as refused:
            self.exchange.journal.refuse(self._unread(account), refused.problem)
            return self.provider.refusal(refused.problem)
        return await self._answer(drafts, answer)

    def _turn_away(self, account: ProviderAccount | None) -> web.Response:
        fault = account.fault if account else None
        problem = None if account else self.provider.problems[InjectedFault.BAD_TOKEN]
        self.exchange.journal.refuse(self._unread(account or ProviderAccount(self.provider.name, "")), problem, fault)
        return self.provider.refusal(problem) if problem else self._drop()

    def _unread(self, account: ProviderAccount) -> ReceivedMessage:
        return ReceivedMessage(account, "", "", None, {}, headers_of_interest(self.request))

    async def _answer(self, drafts: Sequence[ParsedCall], answer: Answer) -> web.StreamResponse:
        await self.exchange.lag()
        faults = [self.exchange.fault(draft) for draft in drafts]
        refusing = first_at(Stage.CALL, faults)
        if refusing:
            return self._refuse_all(drafts, refusing)
        entries = [
            self.exchange.judge(self.provider, draft, fault) for draft, fault in zip(drafts, faults, strict=True)
        ]
        spoiling = first_at(Stage.ANSWER, faults)
        if self.exchange.settings.receipts:
            await self._report(entries)
        if spoiling is None:
            return answer(entries)
        return await self._spoil(spoiling, answer(entries))

    def _refuse_all(self, drafts: Iterable[ParsedCall], fault: InjectedFault) -> web.Response:
        for draft in drafts:
            self.exchange.refuse(self.provider, draft.message, fault)
        problem = self.provider.problems.get(fault)
        return self.provider.refusal(problem) if problem else self._drop()

    async def _report(self, entries: Iterable[JournalEntry]) -> None:
        for entry in entries:
            if not entry.accepted:
                continue
            if entry.fault is InjectedFault.RECEIPT_FIRST:
                await self.exchange.courier.deliver(self.provider, entry)
            else:
                self.exchange.courier.schedule(self.provider, entry)

    async def _spoil(self, fault: InjectedFault, answer: web.Response) -> web.StreamResponse:
        match fault:
            case InjectedFault.ERROR_AFTER:
                return self.provider.refusal(self.provider.problems[fault])
            case InjectedFault.TIMEOUT:
                await self.exchange.pause(self.exchange.settings.timing.hold)
                return self._drop()
            case InjectedFault.DROP_AFTER:
                return self._drop()
            case InjectedFault.DRIP:
                return await self._drip(answer)
            case InjectedFault.GARBAGE:
                return web.Response(text=GARBAGE, content_type="text/html")
            case _:
                return answer

    async def _drip(self, answer: web.Response) -> web.StreamResponse:
        body = answer.body if isinstance(answer.body, bytes) else b""
        slow = web.StreamResponse(status=answer.status, headers=answer.headers)
        slow.content_length = len(body)
        with suppress(ConnectionError):
            await slow.prepare(self.request)
            for byte in body:
                if self.exchange.closing.is_set():
                    return self._drop()
                await slow.write(bytes((byte,)))
                await self.exchange.pause(self.exchange.settings.timing.drip)
        return slow

    def _drop(self) -> web.Response:
        """Cut the connection. aiohttp still wants a response, which nobody will see."""
        if self.request.transport:
            self.request.transport.abort()
        return web.Response()
