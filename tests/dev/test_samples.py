"""The sample conversations: on every channel, all of them importable, and on no recipient by accident."""

from datetime import UTC, datetime

import pytest

from app.channels.registry import ADAPTERS, validate
from app.conversations.import_line import parse_line
from app.dev.inboxes import inboxes
from app.dev.samples import TROUBLES, samples, to_ndjson
from app.dev.sandbox.faults import commits, find_fault
from app.domain.words import Channel

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
INBOXES = inboxes("http://127.0.0.1:8025", 8026)


def test_every_channel_that_an_adapter_carries_has_samples_and_an_inbox_and_so_has_voice_samples() -> None:
    carried = {channel for adapter in ADAPTERS.values() for channel in adapter.channels}
    assert {inbox.channel for inbox in INBOXES} == carried
    assert {sample.line["channel"] for sample in samples(NOW)} == carried | {Channel.VOICE}


def test_every_inbox_is_a_valid_channel_account() -> None:
    for inbox in INBOXES:
        validate(inbox.provider, inbox.channel, inbox.config, inbox.credentials)


@pytest.mark.parametrize("times", [1, 7])
def test_every_line_can_be_imported(times: int) -> None:
    lines = to_ndjson(samples(NOW, times)).splitlines()
    assert len({parse_line(line).external_id for line in lines}) == len(lines) == len(samples(NOW, times))


def test_trouble_is_only_asked_for_on_purpose() -> None:
    asked = [fault for sample in samples(NOW) if (fault := find_fault(str(sample.line["address"])))]
    assert sorted(asked) == sorted(trouble.fault for trouble in TROUBLES if trouble.fault)


@pytest.mark.parametrize("times", [1, 7])
def test_trouble_is_asked_of_a_provider_that_commits_it(times: int) -> None:
    providers = {inbox.key: inbox.provider for inbox in INBOXES}
    asked = [
        (sample.line["channel_account"], find_fault(str(sample.line["address"]))) for sample in samples(NOW, times)
    ]
    assert [inbox for inbox, fault in asked if fault and not commits(providers[inbox], fault)] == []


def test_a_customer_writes_wherever_the_sandbox_can_play_one() -> None:
    providers = {inbox.key: inbox.provider for inbox in INBOXES}
    written = {providers[str(sample.line["channel_account"])] for sample in samples(NOW) if sample.says}
    # Nobody is called by the mail server, and web chat has no provider at all.
    assert written == set(ADAPTERS) - {"smtp", "webchat"}


def test_each_inbox_has_conversations_and_each_provider_an_inbox() -> None:
    assert {sample.line["channel_account"] for sample in samples(NOW)} == {None, *(inbox.key for inbox in INBOXES)}
    assert {inbox.provider for inbox in INBOXES} == set(ADAPTERS)
