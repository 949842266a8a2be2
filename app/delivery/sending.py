"""Make the calls of one lane. Each outcome frees its slots and goes to the recorder."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import cast

from app.delivery.batch_sizes import as_one_call
from app.delivery.calling import Send, call, single
from app.delivery.outcomes import CallOutcome, answered
from app.delivery.pump_context import PumpContext
from app.delivery.slots import AccountSlots
from app.delivery.sql.claims import Claimed
from app.domain.channel_port import Adapter, SendsMany
from app.domain.lanes import LaneKey
from app.domain.outbound import Deferred, DroppedAttachment, Outbound, SendResult
from app.telemetry.tracing import note_outcomes


@dataclass(slots=True)
class ReadyCall:
    """A claimed delivery whose call can begin."""

    claimed: Claimed
    outbound: Outbound
    adapter: Adapter
    until: float
    """The time, by `elapsed`, after which no byte of it may leave."""


_MANY: dict[type[Adapter], bool] = {}


def takes_many(adapter: Adapter) -> bool:
    """Return whether the adapter takes several messages in one call. Cached: `isinstance` of a protocol is slow."""
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
        """Send one message and wait until the outcome is recorded. Return whether it was deferred."""
        send = partial(single, ready.adapter, ready.outbound)
        results, outcomes = await self._call([ready], send, ready.until, left_out)
        return await self._finish([ready], results, outcomes)

    async def many(self, batch: Sequence[ReadyCall], left_out: tuple[DroppedAttachment, ...]) -> bool:
        """Send several messages in one call. Return, once the outcomes are recorded, whether any was deferred."""
        adapter, until = batch[0].adapter, min(each.until for each in batch)
        send = partial(cast(SendsMany, adapter).send_many, [each.outbound for each in batch])
        results, outcomes = await self._call(batch, send, until, left_out)
        self._context.batch_sizes.learn(self._lane, results)
        return await self._finish(batch, results, outcomes)

    async def _call(
        self, batch: Sequence[ReadyCall], send: Send, until: float, left_out: tuple[DroppedAttachment, ...]
    ) -> tuple[Sequence[SendResult], Sequence[CallOutcome]]:
        """Make one call, and return what it means for each delivery. Free its slots if it breaks off."""
        try:
            results = await self._observed(batch[0].adapter.name, send, len(batch), until)
            pairs = zip(batch, results, strict=True)
            return results, as_one_call([answered(each.claimed, result, left_out) for each, result in pairs])
        except BaseException:
            self._slots.broke_off(len(batch))
            raise

    async def _finish(
        self, batch: Sequence[ReadyCall], results: Sequence[SendResult], outcomes: Sequence[CallOutcome]
    ) -> bool:
        """Free the slots and record the outcomes. If one may stop the account, no call begins before it is recorded."""
        if troubled := any(outcome.heard == "silence" or outcome.account_deferral for outcome in outcomes):
            self._slots.trouble()
        self._slots.answered(len(batch))
        try:
            await self.record(batch[0].adapter.name, [each.claimed for each in batch], outcomes)
        finally:
            if troubled:
                self._slots.trouble_noted()
        return any(isinstance(result, Deferred) for result in results)

    async def record(self, provider: str, batch: Sequence[Claimed], outcomes: Sequence[CallOutcome]) -> None:
        """Record outcomes, and wait until they are written."""
        recorder = self._context.recorder
        if self._slots.waits_for_records:
            recorder.hurry() if self._slots.in_use else recorder.flush()
        try:
            await recorder.record(*outcomes)
        finally:
            self._slots.written(len(outcomes))
        for claimed, outcome in zip(batch, outcomes, strict=True):
            channel, ended = claimed.recipient.channel, outcome.report.outcome
            self._context.telemetry.metrics.count_delivery(channel, provider, ended)

    async def _observed(self, provider: str, send: Send, size: int, until: float) -> Sequence[SendResult]:
        """Make one call, with a span and its time in the metrics."""
        telemetry, began = self._context.telemetry, perf_counter()
        with telemetry.tracing.call(provider, size) as span:
            results = await call(send, size, until)
            note_outcomes(span, results)
        telemetry.metrics.count_call(provider, perf_counter() - began)
        return results
