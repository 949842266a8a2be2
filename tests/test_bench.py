"""The table of the bench, and what its comparison calls slower."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

import bench.__main__
from bench import company, gate, naive
from bench.figures import Figure, Goal, Outcome, report
from bench.machine import Machine
from bench.measures import QUICK
from bench.relative_costs import PLAIN_CALLS
from bench.run import Run

MACHINE = Machine(2, "A processor", 8, {"Python": "3.11.2"})


def figure(ratio: float) -> Figure:
    return Figure("one account", 900, "deliveries/s", {"limit": 1_280}, (Goal("of the limit", ratio, at_least=0.9),))


def test_a_line_says_what_was_measured_beside_what_and_whether_that_is_enough() -> None:
    row = figure(0.7).row()
    assert row == "| one account | 900 deliveries/s | limit 1,280 | of the limit 0.7 (≥ 0.9: no) |"


def outcome(ratio: float, commit: str = "1234567") -> Outcome:
    return Outcome("2026-05-01T12:00:00+00:00", commit, 30.0, (figure(ratio),))


def test_a_measure_alone_leaves_the_figures_of_the_others(tmp_path: Path) -> None:
    left, order = tmp_path / "bench.json", ("account", "email")
    left.write_text(json.dumps(report(MACHINE, "1234567", 1, {"email": outcome(0.7)}, left, order).as_json()))
    together = report(MACHINE, "1234567", 1, {"account": outcome(0.8)}, left, order)
    assert list(together.outcomes.items()) == [("account", outcome(0.8)), ("email", outcome(0.7))]
    assert "All of it took 1.0 minutes." in together.as_markdown()
    assert set(report(MACHINE, "1234567", 2, {"account": outcome(0.8)}, left, order).outcomes) == {"account"}


def test_the_table_names_its_commit_and_a_row_of_another_one_says_so(tmp_path: Path) -> None:
    left, order = tmp_path / "bench.json", ("account", "email", "polls")
    before = {"email": outcome(0.7, "older"), "polls": Outcome("2026-05-01T12:00:00+00:00", "older", 1.0, (), "broken")}
    left.write_text(json.dumps(report(MACHINE, "older", 1, before, left, order).as_json()))
    table = report(MACHINE, "1234567", 1, {"account": outcome(0.8)}, left, order).as_markdown()
    assert "Commit 1234567." in table
    rows = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| ")]
    assert rows[1:] == [
        "| one account",
        "| one account (of older, 2026-05-01T12:00)",
        "| polls (of older, 2026-05-01T12:00)",
    ]


def test_a_measure_that_fails_is_in_the_table_with_its_reason_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fails(_: Run) -> list[Figure]:
        raise ExceptionGroup("…", [AssertionError("3 messages left twice")])

    async def hangs(_: Run) -> list[Figure]:
        await asyncio.sleep(60)
        return []

    async def works(_: Run) -> list[Figure]:
        return [figure(0.7)]

    measures = {"account": fails, "email": hangs, "polls": works}
    for module in (bench.__main__, bench.figures):
        monkeypatch.setattr(module, "VAR", tmp_path)
    monkeypatch.setattr(bench.__main__, "MEASURES", measures)
    monkeypatch.setattr(bench.__main__, "LONGEST", 0.01)
    monkeypatch.setattr(bench.__main__, "running_stack", nullcontext)
    monkeypatch.setattr(bench.__main__, "this_machine", this_machine)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["bench"])
    with pytest.raises(SystemExit) as ended:
        bench.__main__.main()
    assert str(ended.value.code).splitlines() == [
        "account failed. AssertionError: 3 messages left twice",
        "email failed. TimeoutError: It took longer than 0 seconds.",
    ]
    table = (tmp_path / "bench.md").read_text()
    assert "| account | failed | AssertionError: 3 messages left twice | |" in table
    assert figure(0.7).row() in table
    assert json.loads((tmp_path / "bench.json").read_text())["measures"]["email"]["failure"]
    assert "Traceback" in capsys.readouterr().err


async def this_machine(_: object) -> Machine:
    return MACHINE


@pytest.fixture
def baseline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "baseline.json"
    monkeypatch.setattr(gate, "BASELINE", file)
    return file


@pytest.mark.parametrize(("ratio", "is_slower"), [(0.57, False), (0.55, True)])
def test_slower_is_what_fell_by_a_fifth(ratio: float, is_slower: bool, baseline: Path) -> None:
    gate.save(MACHINE, {"account": [figure(0.7)]})
    assert bool(gate.fallen({"account": [figure(ratio)]})) is is_slower


CPU = gate.TO_PLAIN_CALLS


def with_cpu(speed: float, cpu: float) -> Figure:
    return Figure("one account", 900, "deliveries/s", {}, (*figure(speed).goals, Goal(CPU, cpu)))


def test_speeds_are_compared_with_the_lowest_of_several_runs_and_cpu_times_with_their_median(baseline: Path) -> None:
    for ratio in (0.8, 0.7, 1.0):
        gate.save(MACHINE, {"account": [with_cpu(ratio, ratio)]})

    def said(speed: float, cpu: float) -> str:
        return gate.fallen({"account": [with_cpu(speed, cpu)]}).get("account", "")

    assert said(0.57, 0.65) == ""
    assert said(0.55, 0.65) == "one account: of the limit is 0.55, and was 0.70"
    assert said(0.57, 0.63) == f"one account: {CPU} is 0.63, and was 0.80"


def test_saving_a_part_of_the_measures_keeps_the_others(baseline: Path) -> None:
    gate.save(MACHINE, {"account": [figure(0.7)], "email": [figure(0.6)]})
    gate.save(MACHINE, {"account": [figure(0.8)]})
    name = "one account: of the limit"
    assert gate.saved() == {"account": {name: [0.7, 0.8]}, "email": {name: [0.6]}}


@pytest.mark.parametrize(
    ("measured", "goal", "said"),
    [
        ("one account, 100 ms, 32 in flight", Goal("of the limit", 0.86), None),
        ("one account, 100 ms, 32 in flight", Goal("of the limit", 0.84), "is 0.84, and is to be 0.85 at least"),
        ("memory", Goal("worker, MB", 200.0), None),
        ("memory", Goal("worker, MB", 201.0), "is 201, and is to be 200 at most"),
    ],
)
def test_bounds_hold_on_every_machine_without_a_saved_ratio(
    measured: str, goal: Goal, said: str | None, baseline: Path
) -> None:
    gate.save(MACHINE, {})
    found = {"account": [Figure(measured, 1, "", {}, (goal,))]}
    assert gate.fallen(found) == ({"account": f"{measured}: {goal.name} {said}"} if said else {})


def test_a_saved_ratio_that_is_not_measured_any_more_is_not_passed_over(baseline: Path) -> None:
    gate.save(MACHINE, {"account": [figure(0.7)], "email": [figure(0.7)]})
    renamed = Figure("an account", 900, "deliveries/s", {}, figure(0.7).goals)
    found = {"account": [renamed]}
    assert gate.fallen(found) == {"account": "one account: of the limit is saved, and is not measured any more"}
    assert gate.unmeasured(found) == ["email"]


def test_every_quick_measure_has_saved_ratios() -> None:
    assert set(gate.saved()) == set(QUICK)
    assert all(runs for names in gate.saved().values() for runs in names.values())


@pytest.mark.parametrize(
    ("calls", "seconds", "expected"),
    [
        (500.0, 180.0, []),
        (500.0, 181.0, ["A quick run may take 180 seconds here, and this one took 181."]),
        (4_000.0, 360.0, []),
        (4_000.0, 361.0, ["A quick run may take 360 seconds here, and this one took 361."]),
    ],
)
def test_a_quick_run_that_takes_more_than_three_minutes_of_a_usual_machine_fails(
    calls: float, seconds: float, expected: list[str], baseline: Path
) -> None:
    gate.save(MACHINE, {"costs": [figure(0.7)]})
    asked = argparse.Namespace(check=True, quick=True, measures=[])
    measured = replace(outcome(0.7), figures=[replace(figure(0.7), beside={PLAIN_CALLS: calls})])
    assert list(bench.__main__._troubles(asked, {"costs": measured}, seconds)) == expected


def test_the_old_speed_is_back_once_two_batches_in_a_row_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = iter([1_000.0, 500.0, 990.0, 960.0, 100.0])

    async def send(_: object) -> float:
        return next(rates)

    monkeypatch.setattr(company, "_send", send)
    after, _ = asyncio.run(company._recovered(None, 1_000.0))  # type: ignore[arg-type]  # nothing is sent
    assert after == 960.0


async def test_the_naive_design_is_measured_once_its_jobs_are_all_enqueued(monkeypatch: pytest.MonkeyPatch) -> None:
    told = list[str]()

    @contextmanager
    def frozen(_: object) -> Iterator[None]:
        told.append("frozen")
        yield
        told.append("goes on")

    class Redis:
        async def enqueue_job(self, *job: object, **_: object) -> None:
            told.append(f"job {job}")

    class Connection:
        async def execute(self, *_: object) -> None:
            pass

        async def fetchval(self, _: object) -> int:
            return 0

    def clock() -> float:
        told.append("clock")
        return float(len(told))

    monkeypatch.setattr(naive, "frozen", frozen)
    monkeypatch.setattr(naive, "time", SimpleNamespace(perf_counter=clock))
    await naive.Naive(Redis(), Connection(), [1], ["sms", "chat"]).rate(2)  # type: ignore[arg-type]
    assert told == ["frozen", "job ('send', 1, 'chat')", "job ('send', 2, 'sms')", "clock", "goes on", "clock"]
