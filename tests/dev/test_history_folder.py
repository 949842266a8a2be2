"""A run whose evidence lies in a folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.dev.history import folder
from app.dev.history.evidence import Confirmed
from app.dev.history.verdict import Kind, judge
from tests.dev.histories import START, at


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[..., Path]:
    """A run in a folder, as `collect` and the journals leave it."""

    def write(**journal: Any) -> Path:
        item: dict[str, Any] = {
            "id": "a",
            "mass_reply_id": "m",
            "conversation_id": "c",
            "status": "sent",
            "sent_at": START.isoformat(),
        }
        batch = {
            "id": "m",
            "status": "completed",
            "selected_count": 1,
            "recipient_count": 1,
            "counts": {"sent": 1},
            "finished_at": START.isoformat(),
        }
        entry = {"at": at(1.5).isoformat(), "correlation": "a.1", "delivery_id": "a", "outcome": "accepted", **journal}
        files: dict[str, list[dict[str, Any]]] = {
            folder.API: [{"mass_reply": batch}, {"delivery": item}],
            folder.JOURNAL: [entry],
        }
        for name, rows in files.items():
            (tmp_path / name).write_text("".join(json.dumps(each) + "\n" for each in rows))
        return tmp_path

    return write


def test_a_run_in_a_folder_is_judged_again(recorded: Callable[..., Path]) -> None:
    assert judge(folder.read(recorded())).good
    refused = judge(folder.read(recorded(outcome="refused")))
    assert [fault.kind for fault in refused.faults] == [Kind.FALSE]


def test_when_a_mass_reply_was_cancelled_is_kept_in_the_folder(recorded: Callable[..., Path]) -> None:
    place = recorded()
    folder.write_cancelled(place, "m", at(3))

    assert folder.read(place).cancelled == {"m": at(3)}


def test_only_the_mass_replies_that_were_named_are_judged(recorded: Callable[..., Path]) -> None:
    place = recorded()
    folder.write_confirmed(place, Confirmed("m", {"a": "c"}))
    folder.write_confirmed(place, Confirmed("another", {"b": "d"}))
    assert [fault.kind for fault in judge(folder.read(place)).faults] == [Kind.LOST, Kind.LOST]
    answers = (place / folder.API).read_text()
    (place / folder.API).write_text(json.dumps({"named": ["m"]}) + "\n" + answers)
    assert judge(folder.read(place)).good
