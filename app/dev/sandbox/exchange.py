"""One call to a provider, from the door to the answer: admit, read, judge, journal, report, and fail as asked."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress

from aiohttp import web

from app.dev.sandbox.accounts import Account, Accounts
from app.dev.sandbox.courier import Courier
from app.dev.sandbox.faults import STAGES, Fault, Stage, commits, find_fault
from app.dev.sandbox.journal import Entry, Journal, Message
from app.dev.sandbox.provider import Answer, CallRefused, Draft, Provider, Read, headers_of_interest
from app.dev.sandbox.settings import Settings

THROTTLES = frozenset({Fault.THROTTLED, Fault.BUSY})


class Exchange:
    def __init__(self, settings: Settings, journal: Journal, accounts: Accounts, courier: Courier) -> None:
        self.settings = settings
        self.journal = journal
        self.accounts = accounts
        self.courier = courier
        self.closing = asyncio.Event()
        self._throttled: Counter[tuple[str, str]] = Counter()

    def forget(self) -> None:
        """Begin anew: an empty journal, and throttled recipients throttled again."""
        self.journal.clear()
        self._throttled.clear()

    async def serve(self, request: web.Request, provider: Provider, read: Read, answer: Answer) -> web.StreamResponse:
        account = provider.authenticate(request)
        if account is None or account.fault is Fault.DROP_BEFORE:
            return self._turn_away(request, provider, account)
        try:
            drafts = read(request, account, await request.read())
        except CallRefused as refused:
            self.journal.refuse(_unread(request, account), refused.problem)
            return provider.refusal(refused.problem)
        return await self._exchange(request, provider, drafts, answer)

    def _turn_away(self, request: web.Request, provider: Provider, account: Account | None) -> web.Response:
        fault = account.fault if account else None
        problem = None if account else provider.problems[Fault.BAD_TOKEN]
        self.journal.refuse(_unread(request, account or Account(provider.name, "")), problem, fault)
        return provider.refusal(problem) if problem else _drop(request)

    async def _exchange(
        self, request: web.Request, provider: Provider, drafts: Sequence[Draft], answer: Answer
    ) -> web.StreamResponse:
        if self.settings.timing.latency:
            await asyncio.sleep(self.settings.timing.latency)
        faults = [self._fault(draft) for draft in drafts]
        refusing = _first(faults, Stage.CALL)
        if refusing:
            return self._refuse_all(request, provider, drafts, refusing)
        entries = [self._judge(provider, draft, fault) for draft, fault in zip(drafts, faults, strict=True)]
        spoiling = _first(faults, Stage.ANSWER)
        if self.settings.receipts:
            await self._report(provider, entries)
        if spoiling is None:
            return answer(entries)
        return await self._spoil(request, provider, spoiling, answer(entries))

    def _fault(self, draft: Draft) -> Fault | None:
        fault = draft.message.account.fault or find_fault(draft.message.recipient)
        if fault is None or fault in draft.spared or not commits(draft.message.account.provider, fault):
            return None
        if draft.problem and STAGES[fault] is not Stage.CALL:
            return None
        return None if fault in THROTTLES and self._throttled_enough(draft.message) else fault

    def _throttled_enough(self, message: Message) -> bool:
        key = (message.account.provider, message.recipient)
        self._throttled[key] += 1
        return self._throttled[key] > self.settings.throttle_calls

    def _refuse_all(
        self, request: web.Request, provider: Provider, drafts: Iterable[Draft], fault: Fault
    ) -> web.Response:
        problem = None if fault is Fault.DROP_BEFORE else provider.problems[fault]
        for draft in drafts:
            self.journal.refuse(draft.message, problem, fault)
        return provider.refusal(problem) if problem else _drop(request)

    def _judge(self, provider: Provider, draft: Draft, fault: Fault | None) -> Entry:
        problem = draft.problem
        if fault and STAGES[fault] is Stage.MESSAGE:
            problem = provider.problems[fault]
        if problem:
            return self.journal.refuse(draft.message, problem, fault)
        return self.journal.accept(draft.message, provider.new_id(), fault)

    async def _report(self, provider: Provider, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if not entry.accepted:
                continue
            if entry.fault is Fault.RECEIPT_FIRST:
                await self.courier.deliver(provider, entry)
            else:
                self.courier.schedule(provider, entry)

    async def _spoil(
        self, request: web.Request, provider: Provider, fault: Fault, answer: web.Response
    ) -> web.StreamResponse:
        match fault:
            case Fault.ERROR_AFTER:
                return provider.refusal(provider.problems[fault])
            case Fault.TIMEOUT:
                await self._pause(self.settings.timing.hold)
                return _drop(request)
            case Fault.DROP_AFTER:
                return _drop(request)
            case Fault.DRIP:
                return await self._drip(request, answer)
            case Fault.GARBAGE:
                return web.Response(text="<html><h1>It works!</h1>", content_type="text/html")
            case _:
                return answer

    async def _drip(self, request: web.Request, answer: web.Response) -> web.StreamResponse:
        body = answer.body if isinstance(answer.body, bytes) else b""
        slow = web.StreamResponse(status=answer.status, headers=answer.headers)
        slow.content_length = len(body)
        with suppress(ConnectionError):
            await slow.prepare(request)
            for byte in body:
                if self.closing.is_set():
                    return _drop(request)
                await slow.write(bytes((byte,)))
                await self._pause(self.settings.timing.drip)
        return slow

    async def _pause(self, seconds: float) -> None:
        """Wait, but do not keep the sandbox from stopping."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.closing.wait()


def _first(faults: Iterable[Fault | None], stage: Stage) -> Fault | None:
    return next((fault for fault in faults if fault and STAGES[fault] is stage), None)


def _unread(request: web.Request, account: Account) -> Message:
    return Message(account, "", "", None, {}, headers_of_interest(request))


def _drop(request: web.Request) -> web.Response:
    """Cut the connection. aiohttp wants an answer to return all the same; nobody will see it."""
    if request.transport:
        request.transport.abort()
    return web.Response()
