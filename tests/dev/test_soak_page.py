"""The page of a long run says by itself what a reader needs."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.dev.history.evidence import Attempt, Event, Evidence, Row
from app.dev.history.verdict import judge
from app.dev.soak.doubts import Restart
from app.dev.soak.machine import Machine, watched
from app.dev.soak.report import Outcome, Plan, page
from app.domain.delivery_lifecycle import DeliveryStatus
from tests.dev.histories import at

NOTHING = Evidence(confirmed=(), reported={}, mass_replies=(), journal=())
OUTCOME = Outcome(
    plan=Plan(seed=7, recipients=300, faults=3, restarts=2),
    machine=Machine("commit 1234567", 2, [1.0, 3.0]),
    folder=Path("evidence"),
    evidence=NOTHING,
    verdict=judge(NOTHING),
    struck={"worker killed": 2, "a person decides": 1},
    missed={},
    restarts=[Restart("worker 1", at(10), at(14), 0), Restart("worker 2", at(20), at(21), 0)],
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
        (replace(OUTCOME, restarts=OUTCOME.restarts[:1]), "Not all of what was planned came"),
        (
            replace(OUTCOME, restarts=[OUTCOME.restarts[0], Restart("worker 2", at(20), at(21), -9, "a last word")]),
            "* worker 2: SIGTERM at 00:00:20.000, ended at 00:00:21.000, with status -9: a last word",
        ),
    ],
)
def test_a_run_that_is_not_good_says_why(outcome: Outcome, words: str) -> None:
    said = lines(outcome)

    assert any(line.startswith("**NOT GOOD**") for line in said)
    assert any(line.startswith(words) for line in said)


def uncertain(since: float, *ids: str, reason: str = "worker_lost") -> Event:
    subjects = [{"delivery_id": id_, "status": DeliveryStatus.UNCERTAIN, "reason": reason} for id_ in ids]
    return Event("event", 1, 1, "deliveries.updated", "m", subjects, at(since))


def test_what_became_uncertain_is_said_with_its_reason_and_the_workers_that_stopped_meanwhile() -> None:
    attempts = [Attempt(1, at(9), "reported_sent")]
    rows = {id_: Row(id_, "m", "c", "email", "postmark", DeliveryStatus.SENT, 1, attempts=attempts) for id_ in "ab"}
    events = [uncertain(13, "a", "b"), uncertain(15, "a", reason="answer_lost")]
    outcome = replace(OUTCOME, evidence=replace(NOTHING, rows=rows, events=events))

    said = lines(outcome)
    assert "2 rolling restarts in one mass reply made 2 uncertain," in said
    assert [line for line in said if line.startswith("* ")] == [
        "* postmark: 2 worker_lost at 00:00:13.000, claimed from 00:00:09.000 on (the first is a);"
        " worker 1: SIGTERM at 00:00:10.000, ended at 00:00:14.000.",
        "* postmark: 1 answer_lost at 00:00:15.000, claimed from 00:00:09.000 on (the first is a);"
        " worker 1: SIGTERM at 00:00:10.000, ended at 00:00:14.000.",
    ]
    assert not outcome.good
    assert "no worker got SIGTERM meanwhile." in "".join(lines(replace(outcome, restarts=[])))


def test_recipients_without_an_account_are_shown_too() -> None:
    row = Row("d", "m", "c", "voice", None, DeliveryStatus.SKIPPED, 0)
    said = lines(replace(OUTCOME, evidence=replace(NOTHING, rows={"d": row})))

    assert said[said.index("| recipients | skipped |") :][2] == "| voice, no account | 1 |"


async def test_the_machine_is_looked_at_while_it_runs() -> None:
    async with watched() as machine:
        pass

    assert machine.cores >= 1
    assert "cores; load" in machine.in_words
