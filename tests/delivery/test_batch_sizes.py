"""One poisonous message does not take its lane's every batch with it. In counted calls, by no clock."""

from collections.abc import Sequence
from uuid import UUID

from app.delivery.batch_sizes import CALM, UNLIMITED, BatchSizes, as_one_call
from app.delivery.outcomes import answered
from app.domain.lanes import LaneKey
from app.domain.outbound import Accepted, Deferred, Outbound, SendResult, Unknown
from app.domain.words import AccountId, DeliveryId, MassReplyId, TenantId
from tests.delivery.carrier import BulkCarrier
from tests.delivery.stage import Stage

LOST, YES = Unknown("The answer was lost."), Accepted("id-1")


class DropsWithPoison(BulkCarrier):
    """Drops every call that holds one of these messages, as a proxy or a parser does that falls over it."""

    def __init__(self, poison: Sequence[DeliveryId]) -> None:
        super().__init__()
        self.poison = frozenset(poison)

    async def send_many(self, outbounds: Sequence[Outbound]) -> Sequence[SendResult]:
        self.batches.append(len(outbounds))
        if any(each.delivery_id in self.poison for each in outbounds):
            return [LOST] * len(outbounds)
        return [await self.send(each) for each in outbounds]

    async def send(self, outbound: Outbound) -> SendResult:
        return LOST if outbound.delivery_id in self.poison else await super().send(outbound)


LANE = LaneKey(TenantId(UUID(int=1)), MassReplyId(UUID(int=2)), AccountId(UUID(int=3)))


def sizes_after(*calls: tuple[int, SendResult]) -> int:
    sizes = BatchSizes()
    for size, result in calls:
        sizes.learn(LANE, [result] * size)
    return sizes.limit(LANE)


def test_a_lane_that_lost_nothing_has_no_limit() -> None:
    assert sizes_after((500, YES), (500, YES)) == UNLIMITED


def test_each_lost_call_halves_the_next_down_to_one_message() -> None:
    calls: list[tuple[int, SendResult]] = [
        (500, LOST),
        (250, LOST),
        (125, LOST),
        (62, LOST),
        (31, LOST),
        (15, LOST),
        (7, LOST),
        (3, LOST),
        (1, LOST),
    ]

    assert [sizes_after(*calls[: n + 1]) for n in range(len(calls))] == [250, 125, 62, 31, 15, 7, 3, 1, 1]


def test_calls_that_were_under_way_at_once_are_halved_once() -> None:
    assert sizes_after((64, LOST), (32, LOST), (32, LOST), (32, LOST)) == 16


def test_after_some_answered_calls_the_size_grows_back_until_there_is_no_limit() -> None:
    grown: list[tuple[int, SendResult]] = [(64, LOST), *[(32, YES)] * CALM]
    assert sizes_after(*grown[:-1]) == 32
    assert sizes_after(*grown) == 64
    assert sizes_after(*grown, *[(64, YES)] * CALM) == UNLIMITED


def test_what_is_put_off_before_it_was_sent_or_is_smaller_says_nothing() -> None:
    put_off = Deferred("unreachable", "No connection.")

    assert sizes_after((64, put_off)) == UNLIMITED
    assert sizes_after((64, LOST), *[(5, YES)] * CALM) == 32


async def test_a_lost_call_counts_once_for_its_account_and_its_lane(stage: Stage) -> None:
    claimed = await stage.claim(await stage.batch(3))
    results = as_one_call([answered(each, LOST, ()) for each in claimed])

    assert [result.heard for result in results] == ["silence", "nothing", "nothing"]
    assert [result.report.counts for result in results] == [True, False, False]


async def test_one_percent_of_poisonous_recipients_stops_neither_lane_nor_account(stage: Stage) -> None:
    batch = await stage.batch(400)
    poison = batch.deliveries[99::100]  # the very last one often goes alone, as the rest of what was claimed
    carrier = DropsWithPoison(poison)
    while await stage.pump(batch, carrier, slots=100):
        pass

    counts = await stage.counts(batch)
    [lane] = await stage.runs("SELECT pause_reason FROM lanes WHERE mass_reply_id = :id", id=batch.id)
    account = await stage.one("SELECT pause_reason, cool_until FROM channel_accounts WHERE id = :id", id=stage.account)
    assert (lane.pause_reason, account.pause_reason, account.cool_until) == (None, None, None)
    assert set(counts) == {"sent", "uncertain"}
    assert not set(carrier.times_sent) & carrier.poison
    assert all(times == 1 for times in carrier.times_sent.values())
    assert counts["uncertain"] < 250
    assert max(carrier.batches[1:]) < carrier.batches[0]
