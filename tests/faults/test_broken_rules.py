"""A worker without one rule of the protocol: the history says so, each time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import pytest

from app.dev.history.verdict import Kind
from app.dev.soak.broken import VARIANTS
from tests.faults.commits import cutting
from tests.faults.conftest import Begin
from tests.faults.trial import Trial, api, until

pytestmark = pytest.mark.faults

LOST: Final = [f"+1500555022{number}" for number in range(3)]
"""Taken, and the connection dropped before the answer."""


async def send(trial: Trial, without: str) -> None:
    await trial.worker(without=without)


async def kill_one(trial: Trial, without: str) -> None:
    worker = await trial.worker(without=without)
    await trial.accepted(30)
    await worker.kill()
    await trial.worker(without=without)


async def cut_commits(trial: Trial, without: str) -> None:
    cuts = await trial.stack.enter_async_context(cutting(trial.settings.database_url, every=7))
    await trial.worker(without=without, database_url=cuts.url)


async def freeze_before_calls(trial: Trial, without: str) -> None:
    """Let a worker stand still before its calls, until a person has had them sent again."""
    zombie = await trial.worker(without=without, crash="send.call:1:freeze")
    await zombie.stopped()
    held = await trial.sending()
    await trial.worker()
    body = {
        "conversation_ids": [trial.confirmed.deliveries[id_] for id_ in held],
        "outcome": "not_sent",
        "send_again": True,
        "reason": "Nobody got it.",
    }
    async with api(trial.settings, trial.key) as client:

        async def begun_again() -> bool:
            await client.post(f"/mass-replies/{trial.confirmed.mass_reply}/resolve", json=body)
            rows = await trial.rows("SELECT id FROM deliveries WHERE tenant_id = $1 AND epoch > 1", trial.tenant)
            return held <= {str(row["id"]) for row in rows}

        await until(begun_again, 120)
    zombie.thaw()


async def decide_at_once(trial: Trial, without: str) -> None:
    """Let a person have messages sent again as soon as nobody knows of them."""
    await trial.worker(without=without)
    async with api(trial.settings, trial.key) as client:

        async def decided() -> bool:
            answer = await client.get(f"/mass-replies/{trial.confirmed.mass_reply}/deliveries?status=uncertain")
            about = [item["conversation_id"] for item in answer.json()["items"]]
            body = {"conversation_ids": about, "outcome": "not_sent", "send_again": False, "reason": "Nobody got it."}
            if about:
                await client.post(f"/mass-replies/{trial.confirmed.mass_reply}/resolve", json=body)
            return bool(await trial.rows("SELECT FROM delivery_decisions WHERE tenant_id = $1", trial.tenant))

        await until(decided, 120)


Way = Callable[[Trial, str], Awaitable[None]]
FOUND: Final[Mapping[str, tuple[Way, Kind]]] = {
    "claim-is-not-committed": (send, Kind.TRACE),
    "class-is-evidence": (send, Kind.DUPLICATED),
    "retry-lost-answers": (send, Kind.DUPLICATED),
    "lost-answers-failed": (send, Kind.FALSE),
    "second-note": (send, Kind.TIMELINE),
    "requeue-expired": (kill_one, Kind.DUPLICATED),
    "give-back-whatever-is-claimed": (cut_commits, Kind.FALSE),
    "no-deadline": (freeze_before_calls, Kind.TRACE),
    "no-flip": (send, Kind.TIMELINE),
    "no-end": (send, Kind.UNTOLD),
    "ends-too-early": (send, Kind.LOST),
    "status-before-reply": (send, Kind.ORDER),
    "bill-twice": (send, Kind.MISCOUNTED),
    "another-name": (send, Kind.UNEXPECTED),
    "no-quarantine": (decide_at_once, Kind.TRACE),
    "no-rate": (send, Kind.RATE),
}
AT_ITS_END: Final = (
    "no-flip",
    "no-end",
    "ends-too-early",
    "status-before-reply",
    "bill-twice",
    "another-name",
    "no-rate",
)
"""Variants under which a mass reply ends; until then there is always something that is not sent or not told."""
SLOW: Final = ("ends-too-early", "no-rate")
"""Variants that show on an account that may not send everything at once."""


ALWAYS: Final = "retry-lost-answers"
"""The variant that every run of `make faults` has."""


def test_every_variant_is_tried() -> None:
    assert FOUND.keys() == VARIANTS.keys()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "without",
    [pytest.param(each, marks=() if each == ALWAYS else pytest.mark.matrix) for each in FOUND],
)
async def test_the_history_finds_what_is_missing(begin: Begin, without: str) -> None:
    befall, kind = FOUND[without]
    about = {"rate": 10} if without in SLOW else {}
    trial = await begin(email=0, sms=200 if befall is cut_commits else 60, troubled=LOST, **about)
    await befall(trial, without)
    if without in AT_ITS_END:
        assert kind in (await trial.over(seconds=90)).faults()
        return
    async with asyncio.timeout(90):
        while kind not in (await trial.so_far()).faults():
            await asyncio.sleep(0.5)


@pytest.mark.matrix
@pytest.mark.timeout(300)
@pytest.mark.parametrize("befall", [kill_one, cut_commits, freeze_before_calls])
async def test_with_every_rule_the_same_faults_break_nothing(begin: Begin, befall: Way) -> None:
    trial = await begin(email=0, sms=60, troubled=LOST)
    await befall(trial, "")
    assert (await trial.over(seconds=120)).faults() == {}
