"""What happens to a message on any wire: its fault, and its entry in the journal."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

from app.dev.sandbox.accounts import ProviderAccounts
from app.dev.sandbox.faults import STAGES, InjectedFault, Stage, commits, find_fault
from app.dev.sandbox.journal import Journal, JournalEntry, ReceivedMessage
from app.dev.sandbox.options import SandboxOptions
from app.dev.sandbox.provider import ParsedCall, Provider
from app.dev.sandbox.receipt_sender import ReceiptSender

THROTTLES = frozenset({InjectedFault.THROTTLED, InjectedFault.BUSY})
GARBAGE = "<html><h1>It works!</h1>"
"""What answers instead of a provider."""


class MessageBus:
    def __init__(
        self, settings: SandboxOptions, journal: Journal, accounts: ProviderAccounts, courier: ReceiptSender
    ) -> None:
        self.settings = settings
        self.journal = journal
        self.accounts = accounts
        self.courier = courier
        self.closing = asyncio.Event()
        self._throttled: Counter[tuple[str, str]] = Counter()

    def forget(self) -> None:
        """Start again with an empty journal. Throttled recipients are throttled again."""
        self.journal.clear()
        self._throttled.clear()

    def fault(self, draft: ParsedCall) -> InjectedFault | None:
        """Return what goes wrong with a message.

        Ask once for each call: it counts the calls for throttled recipients.
        """
        fault = draft.message.account.fault or find_fault(draft.message.recipient)
        if fault is None or fault in draft.spared or not commits(draft.message.account.provider, fault):
            return None
        if draft.problem and STAGES[fault] is not Stage.CALL:
            return None
        return None if fault in THROTTLES and self._throttled_enough(draft.message) else fault

    def _throttled_enough(self, message: ReceivedMessage) -> bool:
        key = (message.account.provider, message.recipient)
        self._throttled[key] += 1
        return self._throttled[key] > self.settings.throttle_calls

    def refuse(self, provider: Provider, message: ReceivedMessage, fault: InjectedFault) -> JournalEntry:
        """Record a message that a fault ends, in the provider's words. A dropped connection has none."""
        return self.journal.refuse(message, provider.problems.get(fault), fault)

    def judge(self, provider: Provider, draft: ParsedCall, fault: InjectedFault | None) -> JournalEntry:
        """Accept a message, or refuse only that one."""
        if fault and STAGES[fault] is Stage.MESSAGE:
            return self.refuse(provider, draft.message, fault)
        if draft.problem:
            return self.journal.refuse(draft.message, draft.problem, fault)
        return self.journal.accept(draft.message, provider.new_id(), fault)

    async def lag(self) -> None:
        """Wait for the configured time before a response."""
        if self.settings.timing.latency:
            await asyncio.sleep(self.settings.timing.latency)

    async def pause(self, seconds: float) -> None:
        """Wait, without keeping the sandbox from stopping."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.closing.wait()


def first_at(stage: Stage, faults: Iterable[InjectedFault | None]) -> InjectedFault | None:
    """Return the fault that decides a call with several messages."""
    return next((fault for fault in faults if fault and STAGES[fault] is stage), None)
