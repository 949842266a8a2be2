"""A large mass reply sampled, paused, resumed, retried and cancelled: nobody twice, nobody after a stop.

What providers received is the sandbox's journal. A stop takes effect when its answer has come; from one second later on
nobody may be written to. Most of the people are never written to at all: it is the size that counts, not the sending.
"""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from tests.mass_replies.conftest import Live

PACE = {"rate_per_second": 400, "max_in_flight": 100}
"""Slow enough that every stop meets a mass reply in full swing."""
EFFECT = 1.0
"""Seconds within which a stop must have taken effect."""
WATCH = 0.5
"""Seconds after that in which the journal is watched for stragglers."""

pytestmark = pytest.mark.timeout(300)


async def watch(live: Live, stopped_at: float) -> None:
    """Nobody is written to once a stop has taken effect."""
    await asyncio.sleep(stopped_at + EFFECT + WATCH - time.monotonic())
    assert [entry for entry in live.sandbox.journal if entry.monotonic > stopped_at + EFFECT] == []


async def stop(live: Live, id_: str, action: str) -> dict[str, Any]:
    """Answers the mass reply as it stands when no call is under way any more."""
    await live.act(id_, action)
    await watch(live, time.monotonic())
    return await live.until(id_, lambda batch: not batch["counts"]["sending"])


async def sent(live: Live, id_: str, more: int) -> None:
    enough = len(live.accepted()) + more
    await live.until(id_, lambda batch: batch["counts"]["sent"] >= enough)


async def let_the_latest_time_come(live: Live, id_: str) -> None:
    async with live.runtime.database.begin(live.tenant) as tx:
        statement = sa.text("UPDATE mass_replies SET not_after = :now WHERE id = :id")
        await tx.execute(statement, id=id_, now=datetime.now(UTC))


async def set_pace(live: Live, rate_per_second: int) -> None:
    async with live.runtime.database.begin(live.tenant) as tx:
        await tx.execute(sa.text("UPDATE channel_accounts SET rate_per_second = :rate"), rate=rate_per_second)


@pytest.mark.proof
async def test_whatever_people_do_to_a_large_one_nobody_gets_it_twice_or_after_a_stop(live: Live) -> None:
    recipients = 20_000
    await live.add(16_000, 4_000, **PACE)

    id_ = await live.confirm(sample_size=20)
    paused = await live.until_status(id_, "paused")
    assert (paused["pause_reason"], len(live.accepted())) == ("sample_sent", 20)
    assert Counter(entry.message.channel for entry in live.accepted()) == {"email": 10, "sms": 10}

    await live.act(id_, "resume")
    await sent(live, id_, 500)
    paused = await stop(live, id_, "pause")
    assert paused["counts"]["sent"] == len(live.accepted()) < recipients

    resumed_at = len(live.accepted())
    await live.act(id_, "resume", {"channel_account": "sms"})
    await sent(live, id_, 200)
    assert {entry.message.channel for entry in live.accepted()[resumed_at:]} == {"sms"}

    await live.act(id_, "resume")
    await sent(live, id_, 500)
    await let_the_latest_time_come(live, id_)
    late = (await live.until_status(id_, "completed"))["counts"]
    assert late["sent"] == len(live.accepted()) == recipients - late["failed"] < recipients

    assert (await live.act(id_, "retry"))["status"] == "sending"
    await live.until(id_, lambda batch: not batch["counts"]["failed"])  # the sweeper queues so many in pages
    await sent(live, id_, 500)

    await stop(live, id_, "cancel")
    done = await live.until(id_, lambda batch: batch["finished_at"])
    assert done["status"] == "cancelled"
    assert done["counts"]["sent"] == len(live.accepted()) < recipients
    assert done["counts"]["sent"] + done["counts"]["cancelled"] == recipients
    live.assert_nobody_twice()


async def test_what_came_too_late_is_retried_until_everybody_has_it_once(live: Live) -> None:
    await live.add(160, 40, rate_per_second=5)
    id_ = await live.confirm()
    await sent(live, id_, 10)
    await let_the_latest_time_come(live, id_)
    done = await live.until_status(id_, "completed")
    assert 10 <= done["counts"]["sent"] == len(live.accepted()) == 200 - done["counts"]["failed"] < 200

    await set_pace(live, 400)
    await live.act(id_, "retry")
    done = await live.until_status(id_, "completed")

    assert done["counts"]["sent"] == len(live.accepted()) == 200
    live.assert_nobody_twice()
