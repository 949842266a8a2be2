"""Sends receipts to the sender's callback URL, as patiently as a provider does."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import aiohttp

from app.dev.sandbox.journal import Journal, JournalEntry, SentReceipt
from app.dev.sandbox.options import Timing
from app.dev.sandbox.provider import BatchesReceipts, HttpProvider, Post, Receipt

logger = logging.getLogger(__name__)

WORKERS = 8
LOOKED_AT = 64
"""How many that are due are looked at for those of the same account."""
TIMEOUT = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class Round:
    """The receipts of one message that are still to be sent, in order."""

    provider: HttpProvider
    entry: JournalEntry
    kinds: Sequence[str]
    happened_at: datetime
    """When the first of them happened. Retries keep it: a repeated receipt is the same receipt."""
    attempt: int = 0

    @property
    def receipt(self) -> Receipt:
        return Receipt(self.entry, self.kinds[0], self.happened_at)

    def goes_with(self, other: "Round") -> bool:
        """Whether one call of the provider may tell of both."""
        return self.provider is other.provider and self.entry.message.account == other.entry.message.account


class ReceiptSender:
    """A few workers share one queue. What waits for its time is a timer, not a task."""

    def __init__(self, journal: Journal, timing: Timing, at_once: int = 1) -> None:
        self._journal = journal
        self._timing = timing
        self._at_once = at_once
        self._due: asyncio.Queue[Round] = asyncio.Queue()
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
        self._workers = [asyncio.create_task(self._work()) for _ in range(WORKERS)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._session.close()

    def schedule(self, provider: HttpProvider, entry: JournalEntry) -> None:
        """Send the receipts of an accepted message later, in the background."""
        kinds = provider.story(entry)
        if not kinds:
            return
        self._under_way += 1
        self._idle.clear()
        self._later(Round(provider, entry, kinds, datetime.now(UTC)), self._timing.receipt_delay)

    async def deliver(self, provider: HttpProvider, entry: JournalEntry) -> None:
        """Send the receipts of an accepted message now, each once."""
        for kind in provider.story(entry):
            await self._hand_over([Round(provider, entry, (kind,), datetime.now(UTC))])

    async def carry(self, post: Post) -> bool:
        """Make one call now, once. Return whether it was accepted."""
        return await self._post(post)

    @property
    def under_way(self) -> int:
        """How many messages have receipts that are still to be sent."""
        return self._under_way

    async def idle(self) -> None:
        """Wait until every receipt was accepted or dropped."""
        await self._idle.wait()

    def _later(self, round_: Round, delay: float) -> None:
        asyncio.get_running_loop().call_later(delay, self._due.put_nowait, round_)

    async def _work(self) -> None:
        while True:
            first = await self._due.get()
            await self._go([first, *self._others(first)])

    def _others(self, first: Round) -> list[Round]:
        """Take what else is due, if one call may tell of it too. The order of messages does not matter."""
        found: list[Round] = []
        passed: list[Round] = []
        several = self._at_once - 1 if isinstance(first.provider, BatchesReceipts) else 0
        while not self._due.empty() and len(found) < several and len(passed) < LOOKED_AT:
            round_ = self._due.get_nowait()
            (found if round_.goes_with(first) else passed).append(round_)
        for round_ in passed:
            self._due.put_nowait(round_)
        return found

    async def _go(self, rounds: Sequence[Round]) -> None:
        while rounds:
            taken = await self._hand_over(rounds)
            rounds = [after for each in rounds if (after := self._after(each, taken=taken)) is not None]

    def _after(self, round_: Round, *, taken: bool) -> Round | None:
        """Return the receipt to send next, if it is due."""
        if not taken:
            pauses = self._timing.retry_pauses
            if round_.attempt < len(pauses):
                self._later(replace(round_, attempt=round_.attempt + 1), pauses[round_.attempt])
                return None
            logger.warning("Gave up on receipt %s of message %s", round_.kinds[0], round_.entry.message_id)
        if len(round_.kinds) == 1:
            self._finish()
            return None
        return replace(round_, kinds=round_.kinds[1:], happened_at=datetime.now(UTC), attempt=0)

    def _finish(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._idle.set()

    async def _hand_over(self, rounds: Sequence[Round]) -> bool:
        """Make one call that reports on all of them."""
        receipts, provider = [each.receipt for each in rounds], rounds[0].provider
        taken = await self._post(
            provider.receipts(receipts)
            if isinstance(provider, BatchesReceipts)
            else provider.receipt(receipts[0].entry, receipts[0].kind, receipts[0].happened_at)
        )
        for each in receipts:
            self._journal.report(each.entry.sequence, SentReceipt(each.kind, taken))
        return taken

    async def _post(self, post: Post) -> bool:
        try:
            async with self._session.post(post.url, data=post.body, headers=post.headers) as response:
                await response.read()
                return response.ok
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            logger.info("A receipt was not taken: %s", type(error).__name__)
            return False
