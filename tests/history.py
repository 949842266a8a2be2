"""Confirm a mass reply, and judge its history once it is over."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from app.dev.history.evidence import Confirmed, Evidence
from app.dev.history.export import export
from app.dev.history.reading import evidence
from app.dev.history.verdict import Kind, judge
from app.dev.sandbox.journal import JournalEntry, to_json
from app.domain.delivery_lifecycle import DeliveryStatus


@dataclass(frozen=True, slots=True)
class History:
    """A run of one mass reply."""

    confirmed: Confirmed
    evidence: Evidence

    def faults(self) -> dict[Kind, list[str]]:
        """Everything that is wrong, by its kind; empty for a good history."""
        found: dict[Kind, list[str]] = defaultdict(list)
        for fault in judge(self.evidence).faults:
            found[fault.kind].append(f"{fault.subject}: {fault.what}")
        return dict(found)

    @property
    def accepted(self) -> Counter[str]:
        """How often providers accepted each delivery."""
        return Counter(call.delivery for call in self.evidence.journal if call.accepted and call.delivery)

    @property
    def uncertain(self) -> set[str]:
        """Honestly unknown: no fault of the history, and never more than was under way."""
        return self.of(DeliveryStatus.UNCERTAIN)

    def of(self, status: DeliveryStatus) -> set[str]:
        return self.evidence.of(status)


async def confirm(client: httpx.AsyncClient, created: Mapping[str, Any]) -> Confirmed:
    """Confirm a mass reply by its count, and remember what that meant."""
    id_ = str(created["id"])
    queued = {item["id"]: item["conversation_id"] async for item in deliveries(client, id_, status="queued")}
    confirmed = await client.post(f"/mass-replies/{id_}/confirm", json={"recipient_count": len(queued)})
    assert confirmed.status_code == 202, confirmed.text
    return Confirmed(id_, queued)


async def create(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    """Freeze a mass reply to everybody who has the tag of `tests.scene`; prepared inside the request."""
    everybody = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": {"text": "We are back."}}
    created = await client.post("/mass-replies", json=everybody | body)
    assert created.status_code in (201, 202), created.text
    return dict(created.json())


async def observe(
    client: httpx.AsyncClient,
    confirmed: Confirmed,
    journal: Iterable[JournalEntry],
    database_url: str,
    tenant: UUID,
    hooks: Sequence[Mapping[str, Any]] | None = None,
    *,
    settles_after: timedelta,
) -> History:
    """Put together what the API, the providers, the database and perhaps a webhook endpoint say."""
    seen = await witnesses(client, [confirmed], journal, database_url, tenant, hooks, settles_after=settles_after)
    return History(confirmed, seen)


async def witnesses(
    client: httpx.AsyncClient,
    confirmed: Sequence[Confirmed],
    journal: Iterable[JournalEntry],
    database_url: str,
    tenant: UUID,
    hooks: Sequence[Mapping[str, Any]] | None = None,
    *,
    settles_after: timedelta | None = None,
) -> Evidence:
    """Put together what they say of all mass replies that the providers know of."""
    ids = [each.mass_reply for each in confirmed]
    batches = [(await client.get(f"/mass-replies/{id_}")).json() for id_ in ids]
    items = [item for id_ in ids async for item in deliveries(client, id_)]
    exported = await export(database_url, tenant, [UUID(id_) for id_ in ids])
    seconds = None if settles_after is None else settles_after.total_seconds()
    return evidence(confirmed, batches, items, map(to_json, journal), exported, hooks, settles_after=seconds)


async def deliveries(client: httpx.AsyncClient, mass_reply: str, **query: Any) -> AsyncIterator[dict[str, Any]]:
    """Every delivery of a mass reply, page by page."""
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get(f"/mass-replies/{mass_reply}/deliveries", params={"limit": 500, **query, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        for item in page["items"]:
            yield item
        if page["next_cursor"] is None:
            return
        cursor = {"cursor": page["next_cursor"]}
