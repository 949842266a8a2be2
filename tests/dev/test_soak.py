"""Short runs under faults; `make soak` is the long one."""

import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.dev.history.verdict import lines
from app.dev.soak.faults import FAULTS, FaultsToCome, draw
from app.dev.soak.people import CROWDS
from app.dev.soak.people import lines as recipients
from app.dev.soak.report import Outcome, Plan
from app.dev.soak.run import soak
from tests.conftest import VAR
from tests.dev.forked_parts import forked_child


@pytest.fixture
def folder(worker_name: str) -> Iterator[Path]:
    """Not in pytest's own folder, which PostgreSQL's user may not enter."""
    path = VAR / f"soak-{worker_name}"
    path.mkdir()
    yield path
    shutil.rmtree(path, ignore_errors=True)


def nothing_is_wrong(outcome: Outcome) -> None:
    """On a machine that is busy the messages may be over before the last fault; what came is judged."""
    assert outcome.verdict.good, "\n".join(lines(outcome.evidence, outcome.verdict))
    assert (outcome.died, outcome.doubts, outcome.bad_stops) == ([], [], []), outcome.restarts
    assert outcome.restarts


@pytest.mark.timeout(240)
async def test_a_few_faults_break_no_promise(folder: Path) -> None:
    """`make faults` has every kind of fault, and `make soak` two hundred of them."""
    plan = Plan(seed=50, recipients=60, faults=6, restarts=1, seconds_each=1.5, seconds_of_restart=2, quiet=2)
    outcome = await soak(plan, folder, forked_child)

    nothing_is_wrong(outcome)
    assert len(outcome.struck) >= 3  # how many kinds come before the last message is the machine's own


@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_nothing_is_lost_sent_twice_or_reported_falsely_under_any_fault(folder: Path) -> None:
    outcome = await soak(Plan(seed=7, recipients=300, faults=len(FAULTS), restarts=3), folder)

    nothing_is_wrong(outcome)
    assert len(outcome.struck) >= 15


def test_a_seed_draws_the_same_again_and_every_kind_alike() -> None:
    def drawn(seed: int) -> list[str]:
        return draw(10 * len(FAULTS), Random(seed))  # noqa: S311 - it draws faults

    assert drawn(1) == drawn(1) != drawn(2)
    assert {drawn(1).count(kind) for kind in FAULTS} == {10}


def test_recipients_are_spread_over_every_channel() -> None:
    found = list(recipients(1_000, "soak", Random(1)))  # noqa: S311 - it draws recipients

    assert len({line["external_id"] for line in found}) == 1_000
    assert {line["channel_account"] for line in found} == {crowd.inbox for crowd in CROWDS} | {None}
    assert any(str(line["address"]).startswith("drop-after") for line in found)


def test_some_recipients_cannot_be_reached_unless_a_mass_reply_is_calm() -> None:
    dice = Random(1)  # noqa: S311 - it draws recipients
    found = list(recipients(1_000, "soak", dice))
    calm = list(recipients(1_000, "soak", dice, troubled=0.0, left_out=0.0))

    def left_out(line: Mapping[str, Any]) -> str:
        opted_out, address = line["contact"].get("opted_out"), line["address"]
        return "voice" if line["channel"] == "voice" else "opted out" if opted_out else "" if address else "no address"

    assert {left_out(line) for line in found} == {"voice", "opted out", "no address", ""}
    assert {left_out(line) for line in calm} == {""}


def strike_all(finds_nothing: Collection[str], count: int) -> tuple[Counter[str], FaultsToCome]:
    """Let faults come until none is left, where some kinds find nothing."""
    dice = Random(1)  # noqa: S311 - it draws faults
    struck, to_come = Counter[str](), FaultsToCome(draw(count, dice), dice)
    while to_come:
        kind = to_come.take()
        if kind in finds_nothing:
            to_come.put_back(kind)
        else:
            struck[kind] += 1
    return struck, to_come


def test_each_strike_that_was_drawn_comes_once() -> None:
    struck, to_come = strike_all((), 2 * len(FAULTS))

    assert struck == dict.fromkeys(FAULTS, 2)
    assert not to_come.missed


def test_another_kind_takes_the_place_of_one_that_finds_nothing() -> None:
    struck, to_come = strike_all(("a person decides",), 2 * len(FAULTS))

    assert struck.total() == 2 * len(FAULTS)
    assert to_come.missed == {"a person decides": 2 * FaultsToCome.TRIES}


def test_a_strike_that_finds_nothing_comes_again_a_little_later() -> None:
    dice = Random(1)  # noqa: S311 - it draws faults
    to_come = FaultsToCome(draw(8, dice), dice)
    first = to_come.take()
    to_come.put_back(first)

    assert [to_come.take() for _ in range(4)][-1] == first


def test_where_nothing_can_be_struck_a_run_ends_all_the_same() -> None:
    struck, to_come = strike_all(FAULTS, 10)

    assert not struck
    assert to_come.missed.total() == 10 * FaultsToCome.TRIES
