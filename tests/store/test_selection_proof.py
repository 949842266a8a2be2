"""Two thousand filters, sent as the API takes them, against reading every conversation one by one."""

import asyncio
import json
import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.conversations.conversations import search
from app.domain.conversation import ConversationView
from app.domain.filters import Filter, filter_to_json, parse_filter
from app.domain.selection import ByFilter, parse_selection
from app.domain.words import Channel, ConversationStatus, Engagement, TenantId
from app.store import selection
from app.store.database import Database
from app.store.shares import SEARCH
from tests.conftest import create_tenant
from tests.filters import (
    ASSIGNEES,
    CONTACTS,
    FIRST_DAY,
    PLANS,
    SUBJECTS,
    TAGS,
    TEAMS,
    View,
    filters,
    matches,
)
from tests.imports import Desk

STORED, FILTERS = 60, 2_000


def line(n: int, view: View) -> dict[str, Any]:
    """Say a view as a line of an import."""
    last = view.last_customer_message_at
    message = None if last is None else {"text": "Hello?", "sent_at": last.isoformat()}
    given = {name: getattr(view, name) for name in ("channel", "status", "engagement", "team", "assignee", "subject")}
    return {
        "external_id": f"c-{n}",
        **given,
        "contact": {"external_id": view.contact},
        "tags": sorted(view.tags),
        "custom_fields": dict(view.custom_fields),
        "created_at": view.created_at.isoformat(),
        "last_customer_message": message,
    }


def any_view(chance: random.Random) -> View:
    return View(
        channel=chance.choice(list(Channel)),
        status=chance.choice(list(ConversationStatus)),
        engagement=chance.choice(list(Engagement)),
        contact=chance.choice(CONTACTS),
        team=chance.choice((*TEAMS, None)),
        assignee=chance.choice((*ASSIGNEES, None)),
        subject=chance.choice((*SUBJECTS, None)),
        tags=frozenset(chance.sample(TAGS, chance.randrange(len(TAGS) + 1))),
        custom_fields={name: chance.choice(PLANS) for name in ("plan", "region") if chance.random() < 0.7},
        created_at=FIRST_DAY + timedelta(days=chance.randrange(5)),
        last_customer_message_at=chance.choice((None, FIRST_DAY + timedelta(days=chance.randrange(5)))),
    )


class Corpus:
    """Conversations that are there, and their ids by what a filter looks at."""

    def __init__(self, database: Database, tenant: UUID, stored: Mapping[UUID, View]) -> None:
        self._database, self._tenant, self._stored = database, TenantId(tenant), stored

    async def check(self, filter: Filter, left_out: set[int]) -> None:
        expected = {id_ for id_, view in self._stored.items() if matches(filter, view)}
        body = json.loads(json.dumps(filter_to_json(filter)))
        some = [id_ for n, id_ in enumerate(self._stored) if n in left_out]
        excluded = {"exclude_conversation_ids": [str(id_) for id_ in some]} if some else {}
        selected = parse_selection({"filter": body, **excluded})
        assert isinstance(selected, ByFilter)
        async with self._database.of(SEARCH).begin(self._tenant) as tx:
            found = await search(tx, parse_filter(body), limit=STORED)
            ids = await selection.ids(tx, selected, STORED)
            count = await selection.count_selected(tx, selected)
        assert (found.total, {_id(item) for item in found.items}) == (len(expected), expected)
        assert (count, set(ids)) == (len(expected - {*some}), expected - {*some})


def _id(view: ConversationView) -> UUID:
    assert view.conversation.id is not None
    return view.conversation.id


async def corpus(database: Database) -> Corpus:
    tenant = await create_tenant(database)
    chance = random.Random(16)  # noqa: S311 - the same lots in every run
    stored = [any_view(chance) for _ in range(STORED)]
    desk = Desk(database, tenant)
    report = await desk.imports(*(line(n, view) for n, view in enumerate(stored)))
    assert report.created == STORED, report.errors
    async with database.begin(tenant) as tx:
        found = await search(tx, Filter(), limit=STORED)
    by_name = {item.conversation.external_id: _id(item) for item in found.items}
    return Corpus(database, tenant, {by_name[f"c-{n}"]: view for n, view in enumerate(stored)})


@pytest.mark.proof
@pytest.mark.timeout(250)
def test_search_and_selection_mean_what_a_filter_says(database_url: str, owner_url: str) -> None:
    """Hypothesis is synchronous, so this test brings an event loop and a connection of its own."""
    with asyncio.Runner() as runner:
        database = Database(database_url, pool_size=5)
        stored = runner.run(corpus(database))

        @given(filters, st.sets(st.integers(0, STORED - 1), max_size=5))
        @settings(max_examples=FILTERS)
        def holds(filter: Filter, left_out: set[int]) -> None:
            runner.run(stored.check(filter, left_out))

        try:
            holds()
        finally:
            runner.run(database.close())
