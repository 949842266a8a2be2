"""The page of a long run says by itself what a reader needs."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.dev.history.evidence import Evidence, Row
from app.dev.history.verdict import judge
from app.dev.soak.machine import Machine, watched
from app.dev.soak.report import Outcome, Plan, page
from app.domain.delivery_lifecycle import DeliveryStatus

NOTHING = Evidence(confirmed=(), reported={}, mass_replies=(), journal=())
OUTCOME = Outcome(
    plan=Plan(seed=7, recipients=300, faults=3, restarts=2),
    machine=Machine("commit 1234567", 2, [1.0, 3.0]),
    folder=Path("evidence"),
    evidence=NOTHING,
    verdict=judge(NOTHING),
    struck={"worker killed": 2, "a person decides": 1},
    missed={},
    restarted=2,
    rolling="m",
    died=(),
    seconds=125.0,
)


def lines(outcome: Outcome) -> list[str]:
    return page(outcome, datetime(2026, 11, 29, 19, 5, tzinfo=UTC)).splitlines()


def test_it_says_when_from_what_and_on_what_it_was_made() -> None:
    said = lines(OUTCOME)

    assert (
        "`make soak SEED=7 RECIPIENTS=300 FAULTS=3 RESTARTS=2`, ended on 2026-11-29 at 19:05 UTC, in 2 minutes." in said
    )
    assert "2 cores; load, with the run's own part: 2.0 (1.0 to 3.0); commit 1234567." in said
    assert any(line.startswith("**Good**: lost 0, duplicated 0") for line in said)
    assert "| **2 kinds** | **3** |" in said


def test_what_found_nothing_to_strike_is_not_among_the_faults() -> None:
    said = lines(replace(OUTCOME, missed={"a person decides": 4}))

    assert "Not counted, since there was nothing to strike, and tried again later: a person decides 4." in said
    assert "| **2 kinds** | **3** |" in said


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (replace(OUTCOME, died=["worker 1: out of memory"]), "* worker 1: out of memory"),
        (replace(OUTCOME, struck={"worker killed": 2}), "Not all of what was planned came"),
        (replace(OUTCOME, restarted=1), "Not all of what was planned came"),
    ],
)
def test_a_run_that_is_not_good_says_why(outcome: Outcome, words: str) -> None:
    said = lines(outcome)

    assert any(line.startswith("**NOT GOOD**") for line in said)
    assert any(line.startswith(words) for line in said)


def test_recipients_without_an_account_are_shown_too() -> None:
    row = Row("d", "m", "c", "voice", None, DeliveryStatus.SKIPPED, 0)
    said = lines(replace(OUTCOME, evidence=replace(NOTHING, rows={"d": row})))

    assert said[said.index("| recipients | skipped |") :][2] == "| voice, no account | 1 |"


async def test_the_machine_is_looked_at_while_it_runs() -> None:
    async with watched() as machine:
        pass

    assert machine.cores >= 1
    assert "cores; load" in machine.in_words
