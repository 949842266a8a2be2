"""A provider in memory that honours the channel port, keeps what it was asked to send, and answers as it is told."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from app.domain.channel_port import AddressKind, Limits
from app.domain.outbound import Accepted, Outbound, SendResult
from app.domain.provider_events import ProviderEvent, Unrecognized, Webhook
from app.domain.words import Channel, DeliveryId

Answer = SendResult | Exception | Callable[[Outbound], Awaitable[SendResult]]


class Carrier:
    name: ClassVar[str] = "carrier"
    channels: ClassVar[frozenset[Channel]] = frozenset(Channel)
    limits: ClassVar[Limits] = Limits(AddressKind.OPAQUE)
    callback_bytes: ClassVar[int] = 100_000

    def __init__(self, answer: Answer | None = None) -> None:
        self.answer = answer
        self.calls: list[Outbound] = []
        self.called = asyncio.Event()

    async def send(self, outbound: Outbound) -> SendResult:
        self.calls.append(outbound)
        self.called.set()
        return await self._answer(outbound)

    async def _answer(self, outbound: Outbound) -> SendResult:
        if isinstance(self.answer, Exception):
            raise self.answer
        if callable(self.answer):
            return await self.answer(outbound)
        return self.answer or Accepted(f"id-{outbound.correlation}")

    def admits(self, head: Webhook) -> bool:
        return self.verify(head)

    def verify(self, webhook: Webhook) -> bool:
        return webhook.method == "POST"

    def parse(self, webhook: Webhook) -> Sequence[ProviderEvent]:
        return [Unrecognized(webhook.url)]

    @property
    def times_sent(self) -> Counter[DeliveryId]:
        return Counter(DeliveryId(call.delivery_id) for call in self.calls)


class BulkCarrier(Carrier):
    """Takes many messages in one call."""

    def __init__(self, answer: Answer | None = None, *, forgets_the_last: bool = False) -> None:
        super().__init__(answer)
        self.batches: list[int] = []
        self._forgets_the_last = forgets_the_last

    async def send_many(self, outbounds: Sequence[Outbound]) -> Sequence[SendResult]:
        self.batches.append(len(outbounds))
        results = [await self.send(outbound) for outbound in outbounds]
        return results[:-1] if self._forgets_the_last else results


class Gate:
    """Calls wait here until they are let through."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.waiting = 0

    async def __call__(self, outbound: Outbound) -> SendResult:
        self.waiting += 1
        try:
            await self.open.wait()
        finally:
            self.waiting -= 1
        return Accepted(f"id-{outbound.correlation}")
