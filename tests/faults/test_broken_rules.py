"""A worker without one rule of the protocol: the history says so, each time."""

import asyncio

import pytest

from app.dev.history.verdict import Kind
from app.dev.soak.broken import VARIANTS
from tests.faults.conftest import Begin

pytestmark = [pytest.mark.faults, pytest.mark.matrix]

FOUND = {
    "claim-is-not-committed": Kind.TRACE,
    "class-is-evidence": Kind.DUPLICATED,
    "retry-lost-answers": Kind.DUPLICATED,
    "lost-answers-failed": Kind.FALSE,
    "requeue-expired": Kind.DUPLICATED,
    "second-note": Kind.TIMELINE,
}
BY_HAND = {"give-back-whatever-is-claimed", "no-deadline"}
"""They need a fault at the very moment: `make soak BROKEN=…` has it sooner or later."""


def test_every_variant_is_tried() -> None:
    assert FOUND.keys() | BY_HAND == VARIANTS.keys()


@pytest.mark.parametrize("without", FOUND)
async def test_the_history_finds_what_is_missing(begin: Begin, without: str) -> None:
    lost = [f"+1500555022{number}" for number in range(3)]  # taken, and the connection dropped before the answer
    trial = await begin(email=0, sms=60, troubled=lost)
    worker = await trial.worker(without=without)
    if without == "requeue-expired":
        await trial.accepted(30)
        await worker.kill()
        worker = await trial.worker(without=without)
    async with asyncio.timeout(90):
        while FOUND[without] not in (await trial.so_far()).faults():
            await asyncio.sleep(0.5)
    await worker.kill()
