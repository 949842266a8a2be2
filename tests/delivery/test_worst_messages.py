"""What the worst message costs a worker is nobody else's time."""

import asyncio
from typing import Final

import pytest

from app.delivery.pump import Pump
from app.process.garbage import collect_seldom
from tests.api.test_worst_messages import WORST
from tests.delivery.carrier import Carrier
from tests.delivery.stage import Stage, recording
from tests.gaps import gaps_of_the_loop, stretches_of_the_loop

LONGEST: Final = 0.1
"""Seconds that anybody may wait."""


@pytest.mark.proof
async def test_two_hundred_of_the_worst_messages_hold_a_worker_s_loop_for_less_than_a_tenth_of_a_second(
    stage: Stage,
) -> None:
    batch, carrier = await stage.batch(200, text=WORST["text"]), Carrier()
    await stage.runs(
        "UPDATE mass_replies SET message_html = :html, source_html = :html WHERE id = :id",
        html=WORST["html"],
        id=batch.id,
    )
    pump_context = stage.pump_context(carrier)
    collect_seldom()
    async with stretches_of_the_loop() as stretches, gaps_of_the_loop() as gaps, recording(pump_context.recorder):
        while (await stage.counts(batch)).get("sent", 0) < 200:
            await Pump(pump_context, batch.lane, asyncio.Event()).run()
    print(f"longest turn {1000 * max(stretches):.0f} ms, longest gap {1000 * max(gaps):.0f} ms")  # noqa: T201
    assert all(call.html for call in carrier.calls)
    assert max(stretches) < LONGEST
    assert max(gaps) < LONGEST
