"""A large mass reply sampled, paused, resumed, cancelled, and another one retried: nobody twice, nobody after a stop.

`RUNNING_BATCH=20000` makes them as large as one likes. What providers received is the sandbox's journal. A stop takes
effect when its answer has come; from one second later on nobody may be written to.
"""

import asyncio
import os
import time
from collections import Counter

import pytest

from tests.control.conftest import Live

RECIPIENTS = int(os.environ.get("RUNNING_BATCH", "3000"))
EMAILS, TEXTS = RECIPIENTS * 4 // 5, RECIPIENTS // 5
PACE = {"rate_per_second": RECIPIENTS // 15, "max_in_flight": 100}
"""Slow enough that every stop meets a mass reply in full swing."""
EFFECT = 1.0
"""Seconds within which a stop must have taken effect."""
WATCH = 1.5
"""Seconds after that in which the journal is watched for stragglers."""

pytestmark = pytest.mark.timeout(300)


async def watch(live: Live, stopped_at: float) -> None:
    """Nobody is written to once a stop has taken effect."""
    await asyncio.sleep(EFFECT + WATCH)
    late = [entry for entry in live.sandbox.journal if entry.monotonic > stopped_at + EFFECT]
    assert late == []


async def stop(live: Live, id_: str, action: str) -> None:
    await live.act(id_, action)
    await watch(live, time.monotonic())


async def sent(live: Live, id_: str, share: float) -> None:
    await live.until(id_, lambda batch: batch["counts"]["sent"] >= share * RECIPIENTS)


async def test_it_is_sampled_paused_resumed_and_cancelled_and_nobody_gets_it_twice_or_after_a_stop(live: Live) -> None:
    await live.add(EMAILS, TEXTS, **PACE)

    id_ = await live.confirm(sample_size=20)
    paused = await live.until_status(id_, "paused")
    await watch(live, time.monotonic() - EFFECT)
    assert (paused["pause_reason"], len(live.accepted())) == ("sample_sent", 20)
    assert Counter(entry.message.channel for entry in live.accepted()) == {"email": 10, "sms": 10}

    await live.act(id_, "resume")
    await sent(live, id_, 0.2)
    await stop(live, id_, "pause")
    paused = await live.until(id_, lambda batch: not batch["counts"]["sending"])
    assert paused["counts"]["sent"] == len(live.accepted()) < RECIPIENTS

    resumed_at = len(live.accepted())
    await live.act(id_, "resume", {"channel_account": "sms"})
    await live.until(id_, lambda batch: batch["counts"]["sent"] > resumed_at + TEXTS // 10)
    assert {entry.message.channel for entry in live.accepted()[resumed_at:]} == {"sms"}

    await live.act(id_, "resume")
    await sent(live, id_, 0.5)
    await stop(live, id_, "cancel")
    done = await live.until(id_, lambda batch: batch["finished_at"])
    assert done["status"] == "cancelled"
    assert done["counts"]["sent"] == len(live.accepted()) < RECIPIENTS
    assert done["counts"]["sent"] + done["counts"]["cancelled"] == RECIPIENTS
    live.assert_nobody_twice()


async def test_what_came_too_late_is_retried_and_nobody_gets_it_twice(live: Live) -> None:
    await live.add(EMAILS, TEXTS, **PACE)
    batch = await live.create()
    id_ = await live.confirm(batch, not_after=live.soon(seconds=4))
    done = await live.until_status(id_, "completed")
    assert done["counts"]["failed"] > RECIPIENTS // 5
    assert done["counts"]["sent"] == len(live.accepted()) > 0

    retried = await live.act(id_, "retry")
    assert (retried["counts"]["failed"], retried["status"]) == (0, "sending")
    done = await live.until_status(id_, "completed")

    assert done["counts"]["sent"] == len(live.accepted()) == RECIPIENTS
    live.assert_nobody_twice()
