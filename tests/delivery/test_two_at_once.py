"""Two reports on one delivery that are settled at the same moment: the second is judged by all that the first wrote.

Each pair of reports is settled once one after the other, and once by two transactions of which the second waits for the
first. One transaction settles the first reports of all pairs, each on a delivery of its own, another one the second.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from app.delivery.settle import Report, settle
from app.domain.delivery_lifecycle import DeliveryEvent
from app.domain.words import DeliveryId, ReasonCode
from tests.delivery.settling import accepted, claimed, lost
from tests.delivery.stage import Batch, Stage, because, report

E = DeliveryEvent
NOW = datetime.now(UTC)
EARLY, LATE = NOW - timedelta(seconds=10), NOW - timedelta(seconds=5)
FAILED = because(ReasonCode.UNREACHABLE, "It did not arrive.", retryable=True)
Opening = Callable[[Stage, int], Awaitable[Batch]]
Event = Callable[[DeliveryId], Report]


async def under_way(stage: Stage, count: int) -> Batch:
    return await claimed(stage, count)


async def uncertain(stage: Stage, count: int) -> Batch:
    batch = await claimed(stage, count)
    await stage.settle(*map(lost, batch.deliveries))
    await stage.let_settle(batch)
    return batch


async def queued_again(stage: Stage, count: int) -> Batch:
    batch = await uncertain(stage, count)
    await stage.settle(*(report(each, E.SEND_AGAIN, None) for each in batch.deliveries))
    return batch


async def second_attempt(stage: Stage, count: int) -> Batch:
    batch = await queued_again(stage, count)
    assert len(await stage.claim(batch, count)) == count
    return batch


async def first_attempt_arrived(stage: Stage, count: int) -> Batch:
    batch = await second_attempt(stage, count)
    await stage.settle(*(report(each, E.RECEIPT_DELIVERED, occurred_at=EARLY) for each in batch.deliveries))
    return batch


def told(event: DeliveryEvent, epoch: int | None = 1, at: datetime | None = None) -> Event:
    reason = FAILED if event in (E.REJECT, E.RECEIPT_FAILED, E.LOSE_WORKER, E.LOSE_ANSWER) else None
    return lambda delivery: report(delivery, event, epoch, reason=reason, occurred_at=at)


def of_attempt(epoch: int) -> dict[str, Event]:
    return {
        f"{epoch} accepted": lambda delivery: accepted(delivery, epoch, f"prov-{epoch}"),
        f"{epoch} rejected": told(E.REJECT, epoch),
        f"{epoch} no answer": told(E.LOSE_ANSWER, epoch),
        f"{epoch} delivered early": told(E.RECEIPT_DELIVERED, epoch, EARLY),
        f"{epoch} delivered late": told(E.RECEIPT_DELIVERED, epoch, LATE),
        f"{epoch} failed early": told(E.RECEIPT_FAILED, epoch, EARLY),
        f"{epoch} failed late": told(E.RECEIPT_FAILED, epoch, LATE),
    }


PERSON = {
    "a person: sent": told(E.RESOLVE_SENT, None),
    "a person: not sent": told(E.RESOLVE_NOT_SENT, None),
    "a person: again": told(E.SEND_AGAIN, None),
}
ABSENT = {"absent": told(E.FIND_ABSENT)}
ONE, TWO = of_attempt(1), of_attempt(1) | of_attempt(2)
OPENINGS: Mapping[Opening, Mapping[str, Event]] = {
    under_way: ONE,
    uncertain: ONE | PERSON | ABSENT,
    queued_again: ONE | {"cancelled": told(E.CANCEL, None)},
    second_attempt: TWO | PERSON,
    first_attempt_arrived: TWO | PERSON,
}

_BECAME = """
    SELECT d.id, d.status, d.epoch, d.reason_code, d.retryable, d.provider_message_id, d.flips,
           (SELECT array_agg(row(a.epoch, a.outcome, a.provider_message_id, a.last_receipt_at)::text ORDER BY a.epoch)
            FROM delivery_attempts a WHERE a.delivery_id = d.id) AS attempts,
           (SELECT array_agg(m.kind || ' ' || m.text ORDER BY m.kind, m.text)
            FROM messages m WHERE m.delivery_id = d.id) AS timeline,
           (SELECT c.engagement || ' ' || c.status FROM conversations c WHERE c.id = d.conversation_id) AS conversation
    FROM deliveries d WHERE d.mass_reply_id = :id ORDER BY d.id
"""


async def became(stage: Stage, batch: Batch) -> list[tuple[object, ...]]:
    assert await stage.counts(batch)
    return [tuple(row)[1:] for row in await stage.runs(_BECAME, id=batch.id)]


async def one_after_the_other(stage: Stage, first: Sequence[Report], second: Sequence[Report]) -> list[object]:
    await stage.settle(*first)
    return list((await stage.settle(*second)).values())


async def at_once(stage: Stage, first: Sequence[Report], second: Sequence[Report]) -> list[object]:
    async with stage.database.begin(stage.tenant) as tx:
        await settle(tx, first)
        other = asyncio.create_task(stage.settle(*second))
        await stage.somebody_waits_for_a_lock()
    return list((await other).values())


@pytest.mark.parametrize("opening", OPENINGS)
async def test_two_transactions_do_what_they_do_one_after_the_other(stage: Stage, opening: Opening) -> None:
    pairs = list(permutations(OPENINGS[opening], 2))
    ends = []
    for both in (one_after_the_other, at_once):
        batch = await opening(stage, len(pairs))
        first, second = (
            [OPENINGS[opening][pair[place]](each) for pair, each in zip(pairs, batch.deliveries, strict=True)]
            for place in (0, 1)
        )
        answers = await both(stage, first, second)
        ends.append(dict(zip(pairs, zip(answers, await became(stage, batch), strict=True), strict=True)))
    serial, concurrent = ends
    assert {pair: end for pair, end in concurrent.items() if end != serial[pair]} == {}
