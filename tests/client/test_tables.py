"""What the client shows, beyond what `send` is seen to show."""

import io
from collections.abc import Mapping
from enum import StrEnum

import pytest
from rich.console import Console
from typer.testing import CliRunner

from app.cli import app as program
from app.client import labels
from app.client.exit_codes import Exit
from app.client.models import Batch
from app.client.progress import ProgressLines
from app.client.tables import Screen, deliveries_table, show_batch
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply_lifecycle import MassReplyStatus, PauseReason
from app.domain.words import ReasonCode


def batch(
    status: str = "sending", pause_reason: str | None = None, finished: str | None = None, **counts: int
) -> Batch:
    lane: dict[str, object] = {
        "channel_account": "sms",
        "channel": "sms",
        "state": "sending",
        "reason": None,
        "counts": {status.value: counts.get(status, 0) for status in DeliveryStatus},
    }
    return Batch.read(
        {
            "id": "1",
            "status": status,
            "selected_count": sum(counts.values()),
            "recipient_count": sum(counts.values()) - counts.get("skipped", 0),
            "preflight": None,
            "lanes": [lane],
            "billed": {},
            "pause_reason": pause_reason,
            "dispatch_at": None,
            "finished_at": finished,
        }
    )


@pytest.fixture
def screen() -> Screen:
    return Screen(Console(file=io.StringIO(), width=120), has_person=False)


def _shown(screen: Screen) -> str:
    assert isinstance(screen.console.file, io.StringIO)
    return screen.console.file.getvalue()


@pytest.mark.parametrize(
    ("codes", "table"),
    [(ReasonCode, labels.REASONS), (MassReplyStatus, labels.STATUSES), (PauseReason, labels.PAUSES)],
)
def test_every_code_has_its_words(codes: type[StrEnum], table: Mapping[str, str]) -> None:
    assert set(table) == set(codes)


def test_a_code_of_a_newer_server_is_shown_as_it_is() -> None:
    assert labels.said(labels.REASONS, "carrier_pigeon_lost") == "carrier pigeon lost"


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ({"sms_segments": 1, "whatsapp_in_window": 0, "whatsapp_templates": 2}, "1 SMS segment, 2 WhatsApp templates"),
        ({"sms_segments": 1_200, "whatsapp_templates": 1}, "1,200 SMS segments, 1 WhatsApp template"),
        ({"carrier_pigeons": 1}, "1 carrier pigeons"),
        ({"sms_segments": 0}, ""),
    ],
)
def test_what_is_paid_for_is_counted_in_words(units: dict[str, int], said: str) -> None:
    assert labels.bill(units) == said
    assert labels.BILLED.keys() == labels.BILLED_ONCE.keys()


@pytest.mark.parametrize("command", ["status", "deliveries", "pause", "resume", "cancel", "retry", "keys revoke"])
def test_help_calls_an_id_what_the_readme_calls_it(command: str) -> None:
    usage = CliRunner().invoke(program, [*command.split(), "--help"]).output.partition("Arguments")[0]
    assert "ID" in usage
    assert "id_" not in usage


def test_names_cannot_steer_the_terminal(screen: Screen) -> None:
    screen.say("\x1b[2J\x9b2JAnn\u202e [bold]Lee[/bold]\n")
    row = {"human_id": "SUP-1", "contact_name": "\x1b]0;x\x07Ann", "channel": "sms", "status": "sent", "reason": None}
    screen.say(deliveries_table([row]))

    shown = _shown(screen)
    assert "Ann\ufffd [bold]Lee[/bold]" in shown
    assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(shown)


def test_a_log_gets_a_line_for_each_tenth_and_each_change_of_status(screen: Screen) -> None:
    lines = ProgressLines(screen)
    for sent in (0, 1, 5, 10, 11, 19):
        lines(batch(queued=100 - sent, sent=sent))
    lines(batch("paused", queued=80, sent=18, failed=2))

    assert _shown(screen).splitlines() == [
        "It is being sent: 0 of 100 done.",
        "It is being sent: 10 of 100 done.",
        "It is paused: 20 of 100 done, 2 failed.",
    ]


@pytest.mark.parametrize(
    ("seen", "at_rest"),
    [
        (batch(queued=1), False),
        (batch("paused", "person", queued=1), True),
        (batch("paused", "person", queued=1, sending=1), False),
        (batch(pause_reason="failure_share", queued=1), True),
        (batch("awaiting_approval", queued=1), True),
        (batch("completed", sent=1), False),
        (batch("completed", finished="2026-05-01T09:00:00Z", sent=1), True),
    ],
    ids=lambda value: f"{value.status}, {value.pause_reason}" if isinstance(value, Batch) else str(value),
)
def test_looking_on_ends_when_nothing_more_happens_by_itself(seen: Batch, at_rest: bool) -> None:
    assert seen.is_at_rest is at_rest


@pytest.mark.parametrize(
    ("seen", "ends"),
    [
        (batch("completed", sent=1, skipped=3), Exit.DONE),
        (batch("completed", delivered=1, failed=1), Exit.FAILED),
        (batch("completed", failed=1, uncertain=1), Exit.UNCERTAIN),
        (batch("paused", queued=1, failed=1), Exit.STANDS_STILL),
        (batch(pause_reason="account", queued=1), Exit.STANDS_STILL),
        (batch("cancelled", cancelled=1, sent=1), Exit.CANCELLED),
        (batch("expired", cancelled=1), Exit.CANCELLED),
    ],
    ids=lambda value: value.status if isinstance(value, Batch) else str(value),
)
def test_the_exit_status_tells_a_script_how_it_ended(seen: Batch, ends: Exit) -> None:
    assert seen.exit is ends


def test_a_result_that_nobody_has_takes_no_column(screen: Screen) -> None:
    show_batch(screen, batch("completed", sent=3, skipped=2))

    assert "sent" in _shown(screen)
    assert "uncertain" not in _shown(screen)
