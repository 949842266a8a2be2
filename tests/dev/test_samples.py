"""The sample conversations: on every channel, all of them importable, and on no recipient by accident."""

from datetime import UTC, datetime

import pytest

from app.channels.registry import ADAPTERS, validate
from app.dev.inboxes import inboxes
from app.dev.samples import TROUBLES, samples, to_ndjson
from app.dev.sandbox.faults import find_fault
from app.domain.import_line import parse_line
from app.domain.model import Channel

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_every_channel_that_an_adapter_carries_has_samples_and_an_inbox_and_so_has_voice_samples() -> None:
    carried = {channel for adapter in ADAPTERS.values() for channel in adapter.channels}
    assert {inbox.channel for inbox in inboxes("http://127.0.0.1:8025")} == carried
    assert {sample.line["channel"] for sample in samples(NOW)} == carried | {Channel.VOICE}


def test_every_inbox_is_a_valid_channel_account() -> None:
    for inbox in inboxes("http://127.0.0.1:8025"):
        validate(inbox.provider, inbox.channel, inbox.config, inbox.credentials)


@pytest.mark.parametrize("times", [1, 7])
def test_every_line_can_be_imported(times: int) -> None:
    lines = to_ndjson(samples(NOW, times)).splitlines()
    assert len({parse_line(line).external_id for line in lines}) == len(lines) == len(samples(NOW, times))


def test_trouble_is_only_asked_for_on_purpose() -> None:
    asked = [fault for sample in samples(NOW) if (fault := find_fault(str(sample.line["address"])))]
    assert sorted(asked) == sorted(trouble.fault for trouble in TROUBLES if trouble.fault)
