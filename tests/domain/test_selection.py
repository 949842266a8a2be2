"""Filters and selections are read strictly: nothing that is wrong or empty ever means "everything"."""

import contextlib
import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.filter_schema import Filter as DescribedFilter
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.errors import FilterTooBroad, InvalidRequest
from app.domain.filters import COLUMNS, MAX_SUBJECTS, Filter, TimeRange, filter_to_json, is_empty, parse_filter
from app.domain.selection import ByExternalIds, ByFilter, ByIds, FollowUp, parse_selection, to_json
from app.tables import conversations
from tests.filters import filters

SOME_ID = "0197f0c0-0000-7000-8000-000000000001"


def nested(depth: int) -> dict[str, Any]:
    return {"status": ["active"]} if depth == 1 else {"not": nested(depth - 1)}


def faults(data: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as raised:
        parse_filter(data)
    return [(fault.pointer, fault.code) for fault in raised.value.faults]


@given(filters)
def test_a_filter_written_and_read_again_is_the_same(filter: Filter) -> None:
    assert parse_filter(json.loads(json.dumps(filter_to_json(filter)))) == filter


selections = st.one_of(
    st.builds(ByFilter, filters, st.lists(st.uuids(), unique=True, max_size=2).map(tuple)),
    st.builds(ByIds, st.lists(st.uuids(), unique=True, min_size=1, max_size=3).map(tuple)),
    st.builds(ByExternalIds, st.lists(st.sampled_from("abc"), unique=True, min_size=1).map(tuple)),
    st.builds(FollowUp, st.uuids(), st.just((DeliveryStatus.SENT, DeliveryStatus.READ))),
)


@given(selections)
def test_a_selection_written_and_read_again_is_the_same(selection: Any) -> None:
    assert parse_selection(json.loads(json.dumps(to_json(selection)))) == selection


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([], [("", "wrong_type")]),
        ({"colour": ["red"]}, [("/colour", "unknown_field")]),
        ({"not_": {"status": ["active"]}}, [("/not_", "unknown_field")]),
        ({"status": []}, [("/status", "empty")]),
        ({"status": None}, [("/status", "wrong_type")]),
        ({"status": "active"}, [("/status", "wrong_type")]),
        ({"status": ["open"]}, [("/status/0", "unknown_value")]),
        ({"channel": ["email", 3]}, [("/channel/1", "unknown_value")]),
        ({"team": ["billing", ""]}, [("/team/1", "empty")]),
        ({"team": ["a\x00b"]}, [("/team/0", "unstorable_text")]),
        ({"team": ["\ud800"]}, [("/team/0", "unstorable_text")]),
        ({"team": ["x" * 2001]}, [("/team/0", "too_long")]),
        ({"tags": {}}, [("/tags", "empty")]),
        ({"tags": {"any": []}}, [("/tags/any", "empty")]),
        ({"tags": {"some": ["a"]}}, [("/tags/some", "unknown_field")]),
        ({"tags": ["a"]}, [("/tags", "wrong_type")]),
        ({"subject_contains": ""}, [("/subject_contains", "empty")]),
        ({"custom_fields": {}}, [("/custom_fields", "empty")]),
        ({"custom_fields": {"plan": []}}, [("/custom_fields/plan", "empty")]),
        ({"custom_fields": {"a/b~c": [None]}}, [("/custom_fields/a~1b~0c/0", "wrong_type")]),
        ({"custom_fields": {str(n): ["x"] for n in range(21)}}, [("/custom_fields", "too_many")]),
        ({"created_at": {}}, [("/created_at", "empty")]),
        ({"created_at": {"from": "2026-05-01T09:00:00"}}, [("/created_at/from", "invalid_time")]),
        ({"created_at": {"from": "yesterday"}}, [("/created_at/from", "invalid_time")]),
        ({"created_at": {"to": 1_777_777_777}}, [("/created_at/to", "invalid_time")]),
        ({"created_at": {"from": "0001-01-01T00:00:00+05:00"}}, [("/created_at/from", "invalid_time")]),
        (
            {"created_at": {"from": "2026-05-01T09:00:00Z", "to": "2026-05-01T11:00:00+02:00"}},
            [("/created_at", "invalid_range")],
        ),
        ({"any_of": []}, [("/any_of", "empty")]),
        ({"any_of": [{"status": ["active"]}, {}]}, [("/any_of/1", "empty")]),
        ({"not": {}}, [("/not", "empty")]),
        (nested(6), [("/not/not/not/not/not", "too_deep")]),
        ({"any_of": [{"status": ["active"]}] * 100}, [("", "too_many")]),
        ({"status": [], "team": "x"}, [("/status", "empty"), ("/team", "wrong_type")]),
    ],
)
def test_a_filter_that_is_wrong_names_every_fault_by_its_place(data: object, expected: list[tuple[str, str]]) -> None:
    assert faults(data) == expected


def test_five_deep_is_deep_enough() -> None:
    assert parse_filter(nested(5)).not_ is not None


def test_faults_point_into_the_whole_body() -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse_filter({"status": []}, "/selection/filter")
    assert raised.value.faults[0].pointer == "/selection/filter/status"


def test_faults_never_repeat_what_was_sent() -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse_filter({"status": ["ann@example.test"], "created_at": {"from": "ann@example.test"}})
    assert "ann@example.test" not in str([fault.detail for fault in raised.value.faults])


def test_times_are_read_as_utc() -> None:
    filter = parse_filter({"created_at": {"from": "2026-05-01T11:00:00+02:00"}})
    assert filter.created_at == TimeRange(start=datetime(2026, 5, 1, 9, tzinfo=UTC))


def test_numbers_and_truth_values_of_custom_fields_are_filtered_by_their_text() -> None:
    filter = parse_filter({"custom_fields": {"seats": [3, 3.0, 2.5], "beta": [True]}})
    assert filter.custom_fields == (("beta", ("true",)), ("seats", ("3", "2.5")))


def test_the_empty_filter_may_search_but_not_send() -> None:
    assert is_empty(parse_filter({}))
    with pytest.raises(FilterTooBroad):
        parse_selection({"filter": {}})


def test_repeated_ids_count_once() -> None:
    assert parse_selection({"conversation_ids": [SOME_ID, SOME_ID.upper()]}) == ByIds((UUID(SOME_ID),))
    assert parse_selection({"external_ids": ["c-1", "c-2", "c-1"]}) == ByExternalIds(("c-1", "c-2"))


def test_ten_thousand_ids_are_taken_and_one_more_is_not() -> None:
    ids = [str(uuid4()) for _ in range(10_001)]
    assert len(to_json(parse_selection({"conversation_ids": ids[1:]}))["conversation_ids"]) == 10_000
    with pytest.raises(InvalidRequest) as raised:
        parse_selection({"conversation_ids": ids})
    assert [fault.code for fault in raised.value.faults] == ["too_many"]


@pytest.mark.parametrize(
    ("data", "pointer", "code"),
    [
        (None, "", "wrong_type"),
        ({}, "", "ambiguous_selection"),
        ({"conversation_ids": [SOME_ID], "external_ids": ["c-1"]}, "", "ambiguous_selection"),
        ({"conversation_ids": []}, "/conversation_ids", "empty"),
        ({"conversation_ids": ["c-1"]}, "/conversation_ids/0", "invalid_id"),
        ({"external_ids": [7]}, "/external_ids/0", "wrong_type"),
        ({"everything": True}, "/everything", "unknown_field"),
        (
            {"external_ids": ["a"], "exclude_conversation_ids": [SOME_ID]},
            "/exclude_conversation_ids",
            "ambiguous_selection",
        ),
        ({"filter": {"status": ["active"]}, "exclude_conversation_ids": []}, "/exclude_conversation_ids", "empty"),
        (
            {"filter": {"status": ["active"]}, "exclude_conversation_ids": None},
            "/exclude_conversation_ids",
            "wrong_type",
        ),
        ({"follow_up": {"mass_reply_id": SOME_ID}}, "/follow_up/statuses", "wrong_type"),
        ({"follow_up": {"mass_reply_id": SOME_ID, "statuses": []}}, "/follow_up/statuses", "empty"),
        ({"follow_up": {"mass_reply_id": "x", "statuses": ["sent"]}}, "/follow_up/mass_reply_id", "invalid_id"),
    ],
)
def test_a_selection_that_is_wrong_says_where(data: object, pointer: str, code: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse_selection(data)
    assert (pointer, code) in [(fault.pointer, fault.code) for fault in raised.value.faults]


_names = st.sampled_from(["status", "tags", "any", "not", "any_of", "created_at", "from", "custom_fields", "x"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3),
    max_leaves=12,
)


@given(json_values)
def test_whatever_json_comes_is_read_or_refused(data: object) -> None:
    with contextlib.suppress(InvalidRequest):
        filter = parse_filter(data)
        assert parse_filter(filter_to_json(filter)) == filter


@pytest.mark.parametrize(
    "time",
    [
        "2026-05-01", "2026-05-01T09:00Z", "2026-05-01T09Z", "20260501T090000Z", "2026-05-01T090000Z",
        "2026-W18-5T09:00:00Z", "2026-121T09:00:00Z", "2026-05-01 09:00:00Z", "2026-05-01x09:00:00Z",
        "2026-05-01T09:00:00", "2026-05-01T09:00:00+02", "2026-05-01T09:00:00+0200", "2026-05-01T09:00:00+02:00:30",
        "2026-05-01T09:00:00,5Z", "2026-05-01T09:00:00.Z", "2026-05-01T24:00:00Z", "2026-05-01T09:00:00+24:00",
        "2026-02-30T09:00:00Z", " 2026-05-01T09:00:00Z", "2026-05-01T09:00:00Z\n", "２０26-05-01T09:00:00Z",
        "1777777777", "", 1_777_777_777, 1.5, True, None,
    ],
)  # fmt: skip
def test_what_is_not_rfc_3339_is_no_time(time: object) -> None:
    assert faults({"created_at": {"from": time}}) == [("/created_at/from", "invalid_time")]


@pytest.mark.parametrize(
    ("time", "utc"),
    [
        ("2026-05-01T09:00:00Z", "2026-05-01T09:00:00Z"),
        ("2026-05-01t09:00:00z", "2026-05-01T09:00:00Z"),
        ("2026-05-01T09:00:00.123456789+02:00", "2026-05-01T07:00:00.123456Z"),
        ("2026-05-01T09:00:00.5-00:00", "2026-05-01T09:00:00.500000Z"),
    ],
)
def test_every_form_of_rfc_3339_is_a_time(time: str, utc: str) -> None:
    assert filter_to_json(parse_filter({"created_at": {"from": time}})) == {"created_at": {"from": utc}}


def test_keys_are_read_without_the_blanks_around_them() -> None:
    spaced = {"team": [" billing "], "assignee": ["a\n"], "contact": ["\tu-1"], "tags": {"any": [" vip", "vip"]}}
    tidy = {"team": ["billing"], "assignee": ["a"], "contact": ["u-1"], "tags": {"any": ["vip"]}}
    assert parse_filter(spaced) == parse_filter(tidy)
    assert parse_selection({"external_ids": [" c-1", "c-1 "]}) == ByExternalIds(("c-1",))
    assert faults({"team": [" "]}) == [("/team/0", "empty")]


def test_a_filter_looks_into_subjects_a_few_times_at_most() -> None:
    looked_for = [{"subject_contains": str(number)} for number in range(MAX_SUBJECTS)]
    parse_filter({"any_of": looked_for})
    for data in ({"any_of": looked_for, "subject_contains": "a"}, {"not": {"any_of": looked_for * 2}}):
        with pytest.raises(InvalidRequest) as refused:
            parse_filter(data, "/filter")
        assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/filter", "too_many")]
        assert str(MAX_SUBJECTS) in refused.value.faults[0].detail


def test_every_condition_is_described_and_one_on_a_column_has_its_column() -> None:
    conditions = {field.name for field in fields(Filter)}
    assert set(DescribedFilter.model_fields) == conditions
    assert set(COLUMNS) <= conditions & set(conversations.c.keys())
