"""Random filters, and what a filter means said a second time: the oracle that the SQL is held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from hypothesis import strategies as st

from app.domain.filters import Filter, TagCondition, TimeRange
from app.domain.words import Channel, ConversationStatus, Engagement

FIRST_DAY = datetime(2026, 5, 1, tzinfo=UTC)
TAGS, TEAMS, ASSIGNEES, CONTACTS = (
    ("urgent", "vip", "refund"),
    ("billing", "sales"),
    ("agent-1", "agent-2"),
    ("u-1", "u-2"),
)
SUBJECTS = ("Payment failed", "100% refund", "a_b", "back\\slash", "STRASSE")
PARTS = ("payment", "%", "_", "\\", "ss", "100%", "no such text")
PLANS = ("free", "pro")


@dataclass(frozen=True, slots=True)
class View:
    """A conversation, as far as a filter looks at it."""

    channel: Channel = Channel.EMAIL
    status: ConversationStatus = ConversationStatus.ACTIVE
    engagement: Engagement = Engagement.PENDING
    contact: str = "u-1"
    team: str | None = None
    assignee: str | None = None
    subject: str | None = None
    tags: frozenset[str] = frozenset()
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime = FIRST_DAY
    last_customer_message_at: datetime | None = None


def matches(filter: Filter, view: View) -> bool:
    return all(_holds(filter, view))


def _holds(filter: Filter, view: View) -> list[bool]:
    names = ("channel", "status", "engagement", "contact", "team", "assignee")
    held = [getattr(view, name) in wanted for name in names if (wanted := getattr(filter, name))]
    held += [view.custom_fields.get(name) in values for name, values in filter.custom_fields]
    held += [_tagged(filter.tags, view), _within(filter.created_at, view.created_at)]
    held += [_within(filter.last_customer_message_at, view.last_customer_message_at)]
    if filter.subject_contains is not None:
        held.append(view.subject is not None and filter.subject_contains.lower() in view.subject.lower())
    if filter.any_of:
        held.append(any(matches(each, view) for each in filter.any_of))
    if filter.not_ is not None:
        held.append(not matches(filter.not_, view))
    return held


def _tagged(wanted: TagCondition | None, view: View) -> bool:
    if wanted is None:
        return True
    any_ = not wanted.any or bool(view.tags & set(wanted.any))
    return any_ and view.tags >= set(wanted.all) and not view.tags & set(wanted.none)


def _within(wanted: TimeRange | None, moment: datetime | None) -> bool:
    if wanted is None:
        return True
    if moment is None:
        return False
    return (wanted.start is None or wanted.start <= moment) and (wanted.end is None or moment < wanted.end)


def _some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from([*values, "unknown"]), min_size=1, max_size=2, unique=True).map(tuple)


def _members(kind: type[StrEnum]) -> st.SearchStrategy[tuple[StrEnum, ...]]:
    return st.lists(st.sampled_from(list(kind)), min_size=1, max_size=2, unique=True).map(tuple)


days = st.integers(0, 4).map(lambda day: FIRST_DAY + timedelta(days=day))
_ranges = st.one_of(
    st.builds(TimeRange, start=days),
    st.builds(TimeRange, end=days),
    st.builds(lambda start, length: TimeRange(start, start + timedelta(days=length)), days, st.integers(1, 3)),
)
_tag_conditions = st.builds(
    TagCondition, any=st.just(()) | _some(TAGS), all=st.just(()) | _some(TAGS), none=st.just(()) | _some(TAGS)
).filter(lambda condition: condition != TagCondition())
_custom_fields = st.dictionaries(st.sampled_from(("plan", "region")), _some(PLANS), min_size=1).map(
    lambda given: tuple(sorted(given.items()))
)
_CONDITIONS: Mapping[str, st.SearchStrategy[Any]] = {
    "channel": _members(Channel),
    "status": _members(ConversationStatus),
    "engagement": _members(Engagement),
    "team": _some(TEAMS),
    "assignee": _some(ASSIGNEES),
    "contact": _some(CONTACTS),
    "tags": _tag_conditions,
    "created_at": _ranges,
    "last_customer_message_at": _ranges,
    "subject_contains": st.sampled_from(PARTS),
    "custom_fields": _custom_fields,
}


def _named(names: list[str], nested: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Filter]:
    chosen = {name: {**_CONDITIONS, **nested}[name] for name in names}
    return st.fixed_dictionaries(chosen).map(lambda given: Filter(**given))


def _filters(nested: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Filter]:
    names = st.lists(st.sampled_from([*_CONDITIONS, *nested]), min_size=1, max_size=3, unique=True)
    return names.flatmap(lambda chosen: _named(chosen, nested))


def _deeper(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    return _filters({"any_of": st.lists(inner, min_size=1, max_size=3).map(tuple), "not_": inner})


simple_filters = _filters({})
filters = simple_filters | _deeper(simple_filters) | _deeper(_deeper(simple_filters))
"""Never empty, up to three deep."""

views = st.builds(
    View,
    channel=st.sampled_from(Channel),
    status=st.sampled_from(ConversationStatus),
    engagement=st.sampled_from(Engagement),
    contact=st.sampled_from(CONTACTS),
    team=st.sampled_from([*TEAMS, None]),
    assignee=st.sampled_from([*ASSIGNEES, None]),
    subject=st.sampled_from([*SUBJECTS, None]),
    tags=st.frozensets(st.sampled_from(TAGS)),
    custom_fields=st.dictionaries(st.sampled_from(("plan", "region")), st.sampled_from(PLANS)),
    created_at=days,
    last_customer_message_at=days | st.none(),
)
