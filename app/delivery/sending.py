"""Making calls: how each ended frees its slots, and is handed over to be written down."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import cast

from app.delivery.batch_sizes import as_one_call
from app.delivery.calling import Send, call, single
from app.delivery.outcomes import answered
from app.delivery.pump_context import PumpContext
from app.delivery.record import CallOutcome
from app.delivery.slots import AccountSlots
from app.delivery.sql.claims import Claimed
from app.domain.channel_port import Adapter, SendsMany
from app.domain.lanes import LaneKey
from app.domain.outbound import Deferred, DroppedAttachment, Outbound, SendResult
from app.telemetry.tracing import note_outcomes


@dataclass(frozen=True, slots=True)
class ReadyCall:
    """A claimed delivery whose call can be begun."""

    claimed: Claimed
    outbound: Outbound
    adapter: Adapter
    until: float
    """By `elapsed`: no byte of it may leave after this."""


_MANY: dict[type[Adapter], bool] = {}


def takes_many(adapter: Adapter) -> bool:
    """Whether a provider takes several messages in one call. Asked of a protocol, that takes long: once for each kind
    of adapter."""
    kind = type(adapter)
    if kind not in _MANY:
        _MANY[kind] = isinstance(adapter, SendsMany)
    return _MANY[kind]


class Sending:
    """Makes the calls of one lane."""

    def __init__(self, context: PumpContext, lane: LaneKey, slots: AccountSlots) -> None:
        self._context = context
        self._lane = lane
        self._slots = slots

    async def one(self, ready: ReadyCall, left_out: tuple[DroppedAttachment, ...]) -> bool:
        """Make a call for one message; answers, once its end is written down, whether it was put off."""
        adapter = ready.adapter
        results = await self._call(adapter.name, partial(single, adapter, ready.outbound), 1, ready.until)
        return await self._heard([ready], results, left_out)

    async def many(self, batch: Sequence[ReadyCall], left_out: tuple[DroppedAttachment, ...]) -> bool:
        """Make one call for several messages; answers, once its end is written down, whether any was put off."""
        adapter, until = batch[0].adapter, min(each.until for each in batch)
        send = partial(cast(SendsMany, adapter).send_many, [each.outbound for each in batch])
        results = await self._call(adapter.name, send, len(batch), until)
        self._context.batch_sizes.heard(self._lane, results)
        return await self._heard(batch, results, left_out)

    async def _heard(
        self, batch: Sequence[ReadyCall], results: Sequence[SendResult], left_out: tuple[DroppedAttachment, ...]
    ) -> bool:
        """Free the slots, and hand over how it ended. Where that may stop the account, nothing begins before it did."""
        pairs = zip(batch, results, strict=True)
        ends = as_one_call([answered(each.claimed, result, left_out) for each, result in pairs])
        if troubled := any(end.heard == "silence" or end.account_deferral for end in ends):
            self._slots.trouble()
        self._slots.answered(len(batch))
        try:
            await self._record_all(batch, ends)
        finally:
            if troubled:
                self._slots.trouble_noted()
        return any(isinstance(result, Deferred) for result in results)

    async def _record_all(self, batch: Sequence[ReadyCall], ends: Sequence[CallOutcome]) -> None:
        provider = batch[0].adapter.name
        if len(batch) == 1:  # most calls: a task of its own would be one more for each message
            await self.record(provider, batch[0].claimed, ends[0])
            return
        pairs = zip(batch, ends, strict=True)
        await asyncio.gather(*(self.record(provider, each.claimed, end) for each, end in pairs))

    async def record(self, provider: str, claimed: Claimed, result: CallOutcome) -> None:
        """Wait until a result is written down."""
        try:
            await self._context.recorder.record(result)
        finally:
            self._slots.written(1)
        self._context.telemetry.metrics.count_delivery(claimed.recipient.channel, provider, result.report.outcome)

    async def _call(self, provider: str, send: Send, size: int, until: float) -> Sequence[SendResult]:
        telemetry, began = self._context.telemetry, perf_counter()
        with telemetry.tracing.call(provider, size) as span:
            results = await call(send, size, until)
            note_outcomes(span, results)
        telemetry.metrics.count_call(provider, perf_counter() - began)
        return results
