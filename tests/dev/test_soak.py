"""Short runs under faults; `make soak` is the long one."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from app.dev.history.verdict import lines
from app.dev.soak.people import CROWDS
from app.dev.soak.people import lines as recipients
from app.dev.soak.report import Outcome, Plan
from app.dev.soak.run import soak
from app.dev.soak.strikes import STRIKES, draw
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
    assert (outcome.died, outcome.uncertain_by_restarts) == (0, 0)
    assert outcome.restarted


@pytest.mark.timeout(240)
async def test_a_few_faults_break_no_promise(folder: Path) -> None:
    """`make faults` has every kind of fault, and `make soak` two hundred of them."""
    plan = Plan(seed=33, recipients=120, faults=12, restarts=2, seconds_each=1.5, seconds_of_restart=2, quiet=2)
    outcome = await soak(plan, folder, forked_child)

    nothing_is_wrong(outcome)
    assert len(outcome.struck) >= 3  # how many kinds come before the last message is the machine's own


@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_nothing_is_lost_sent_twice_or_reported_falsely_under_any_fault(folder: Path) -> None:
    outcome = await soak(Plan(seed=7, recipients=300, faults=len(STRIKES), restarts=3), folder)

    nothing_is_wrong(outcome)
    assert len(outcome.struck) >= 15


def test_a_seed_draws_the_same_again_and_every_kind_alike() -> None:
    def drawn(seed: int) -> list[str]:
        return draw(220, Random(seed))  # noqa: S311 - it draws faults

    assert drawn(1) == drawn(1) != drawn(2)
    assert {drawn(1).count(kind) for kind in STRIKES} == {220 // len(STRIKES)}


def test_recipients_are_spread_over_every_channel() -> None:
    found = list(recipients(1_000, "soak", Random(1)))  # noqa: S311 - it draws recipients

    assert len({line["external_id"] for line in found}) == 1_000
    assert {line["channel_account"] for line in found} == {crowd.inbox for crowd in CROWDS}
    assert any(str(line["address"]).startswith("drop-after") for line in found)
