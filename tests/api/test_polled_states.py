"""What the tag of a mass reply is made of: if two responses differ, so does it, whatever they differ in."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api import conditional
from app.api.conditional import state_tag
from app.api.mass_replies import state_of
from app.api.mass_reply_schemas import MassReplyResponse
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.store.mass_replies import Snapshot
from app.tables import mass_replies
from tests.table import table

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SOON, LATER = NOW + timedelta(seconds=5), NOW + timedelta(minutes=5)
MOMENTS = (NOW - timedelta(seconds=1), NOW, SOON, LATER)
IDS = tuple(UUID(int=number) for number in (1, 2))
SAMPLE = {"conversation_id": str(IDS[0]), "channel": "sms", "text": "Hi"}
PREFLIGHT: dict[str, Any] = {"by_channel": [], "skipped": [], "warnings": [], "billable": {}, "samples": []}

COLUMNS: dict[str, tuple[Any, ...]] = {
    "id": IDS,
    "status": tuple(map(str, MassReplyStatus)),
    "selection": ('{"conversation_ids": []}', '{"conversation_ids": ["1"]}'),
    "message_text": ("Hi", "Hello"),
    "message_html": (None, "<p>Hi</p>"),
    "attachment_ids": ([], [IDS[0]]),
    "attachments": ("[]", json.dumps([[str(IDS[0]), "a.pdf", "application/pdf", 1]])),
    "on_unresolved": ("skip", "blank"),
    "mark_as_done": (False, True),
    "whatsapp_template": (None, '{"name": "a", "language": "en", "body_parameters": []}'),
    "author_id": (None, "agent-1"),
    "author_name": ("Ada", "Bob"),
    "author_email": (None, "ada@example.com"),
    "selected_count": (1, 2),
    "recipient_count": (None, 1, 2),
    "preflight": (None, json.dumps(PREFLIGHT), json.dumps(PREFLIGHT | {"samples": [SAMPLE]})),
    "pause_reason": (None, "person", "sample_sent"),
    "approval": (None, "needed", "approved"),
    "approver": (None, '{"id": "a", "name": "Ada", "email": null}'),
    "approval_reason": (None, "Fine."),
    "approval_at": (None, NOW),
    "created_at": MOMENTS,
    **{f"{name}_at": (None, *MOMENTS) for name in ("expires", "confirmed", "dispatch", "started", "finished")},
    "not_after": (None, *MOMENTS),
    "again_until": (None, *MOMENTS),
    "source_text": ("Hi",),
    "source_html": (None,),
    "unknown_snippets": ([],),
    "confirmation": (None,),
    "parties": ([], ["agent-1"]),
    "guards": (None,),
    "sampling": (False, True),
    "updated_at": MOMENTS,
}
TIMES = (None, *(moment.isoformat() for moment in MOMENTS))
LANE: dict[str, tuple[Any, ...]] = {
    "channel": ("sms", "email"),
    "account_id": (None, *map(str, IDS)),
    "account_key": (None, "a", "b"),
    **dict.fromkeys(DeliveryStatus, (0, 1)),
    "segments_billed": (0, 1),
    "whatsapp_in_window_billed": (0, 1),
    "whatsapp_templates_billed": (0, 1),
    "pause_reason": (None, "failure_share"),
    "account_pause_reason": (None, "failure_share", "No credit."),
    "cool_until": TIMES,
    "cool_reason": (None, "Slower."),
    "allowed_at": TIMES,
    "rate_per_second": (None, 0.001, 1.0),
    "held_until": TIMES,
    "held_reason": (None, "The file cannot be had."),
    "account_enabled": (True, False),
    "account_exists": (True, False),
    "awaits_sample": (False, True),
}


class Row(dict[str, Any]):
    __getattr__ = dict.__getitem__


Change = tuple[str, Any]


def changes_of(values: dict[str, tuple[Any, ...]]) -> st.SearchStrategy[Change]:
    return st.sampled_from([(name, value) for name, several in values.items() for value in several])


LANES = st.lists(st.lists(changes_of(LANE), max_size=4), max_size=2)
SNAPSHOTS = st.tuples(st.lists(changes_of(COLUMNS), max_size=2), LANES, st.sampled_from(MOMENTS))


def taken(columns: list[Change], lanes: list[list[Change]]) -> Snapshot:
    """Return a mass reply that is being sent, with these values instead of its own."""
    usual = {name: values[0] for name, values in COLUMNS.items()} | {"status": "sending", "recipient_count": 1}
    lane = {name: values[0] for name, values in LANE.items()} | {"queued": 1, "account_id": str(IDS[0])}
    found: Any = Row(usual | dict(columns) | {"lanes": [lane | dict(changes) for changes in lanes]})
    return Snapshot(found)


def response(found: Snapshot, now: datetime) -> str:
    return MassReplyResponse.of(found.whole(), now).model_dump_json()


def test_each_column_is_tried() -> None:
    assert {*COLUMNS} == {column.name for column in mass_replies.c} - {"tenant_id"} | {"attachments"}


@given(SNAPSHOTS, SNAPSHOTS)
def test_two_responses_that_differ_have_two_tags(one: Any, other: Any) -> None:
    (*first, then), (*second, now) = one, other
    before, after = taken(*first), taken(*second)
    if response(before, then) != response(after, now):
        assert state_tag(state_of(before, then)) != state_tag(state_of(after, now))


@pytest.mark.parametrize("status", MassReplyStatus)
def test_any_column_that_changes_the_response_changes_the_tag(status: MassReplyStatus) -> None:
    usual: list[Change] = [("status", status), ("preflight", json.dumps(PREFLIGHT))]
    before = taken(usual, [[]])
    for change in ((name, value) for name, values in COLUMNS.items() for value in values):
        after = taken([*usual, change], [[]])
        if response(before, NOW) != response(after, NOW):
            assert state_tag(state_of(before, NOW)) != state_tag(state_of(after, NOW)), change


def test_who_has_stopped_a_lane_is_part_of_the_state() -> None:
    lane, account = (taken([], [[(name, "failure_share")]]) for name in ("pause_reason", "account_pause_reason"))
    assert response(lane, NOW) != response(account, NOW)
    assert state_tag(state_of(lane, NOW)) != state_tag(state_of(account, NOW))


@table
@pytest.mark.parametrize("change", [(name, value) for name, values in LANE.items() for value in values])
@pytest.mark.parametrize("queued", [0, 1])
def test_a_lane_changes_the_tag_if_and_only_if_it_changes_the_response(change: Change, queued: int) -> None:
    usual, changed = ([[("queued", queued), *each]] for each in ([], [change]))
    before, after = taken([], usual), taken([], changed)
    is_other = state_tag(state_of(before, NOW)) != state_tag(state_of(after, NOW))
    assert is_other == (response(before, NOW) != response(after, NOW))


def test_time_alone_changes_the_tag_where_it_changes_the_response() -> None:
    cooling = taken([], [[("cool_until", SOON.isoformat())]])
    tags = [state_tag(state_of(cooling, moment)) for moment in MOMENTS]
    assert tags[0] == tags[1] != tags[2] == tags[3]


def test_the_same_values_are_another_state_to_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    tag = state_tag([1])
    monkeypatch.setattr(conditional, "build", lambda: b"another")
    assert state_tag([1]) != tag


def test_values_of_another_kind_or_in_other_places_have_another_tag() -> None:
    states = ((1, 2), (2, 1), ("1", 2), (1, "2"), (1, 2, None), ("1, 2",), ((1, 2),))
    assert len({state_tag(state) for state in states}) == len(states)
