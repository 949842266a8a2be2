"""A checker of histories, in Jepsen's vocabulary: what was confirmed, what providers accepted, and what is reported.

A run is judged from outside: by what a person confirmed, by the sandbox's journal, and by what the API and the
timelines say in the end.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from app.dev.sandbox.journal import Entry
from app.domain.model import ACCEPTED, DeliveryStatus

UNFINISHED = frozenset({DeliveryStatus.QUEUED, DeliveryStatus.SENDING})
NOT_SENT = frozenset({DeliveryStatus.FAILED, DeliveryStatus.CANCELLED, DeliveryStatus.SKIPPED})


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person confirmed: the deliveries that were queued at that moment, each with its conversation."""

    mass_reply: str
    deliveries: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reported:
    """What the API says of a delivery."""

    status: DeliveryStatus
    was_sent: bool
    """A failure that comes later (a bounce) leaves the time of sending behind."""


@dataclass(frozen=True, slots=True)
class History:
    confirmed: Confirmed
    accepted: Counter[str]
    """How often providers accepted each delivery."""
    reported: Mapping[str, Reported]
    counts: Mapping[str, int]
    """The counts of the mass reply, as the API gives them."""
    replies: Counter[str]
    """Replies on the timelines, for each delivery."""

    @property
    def lost(self) -> set[str]:
        """Confirmed, and without a state in which it may rest."""
        return {id_ for id_ in self.confirmed.deliveries if self._status(id_) in (None, *UNFINISHED)}

    @property
    def duplicated(self) -> set[str]:
        """Conversations that got more than one message."""
        conversations = self.confirmed.deliveries
        got = Counter(conversations[id_] for id_ in self.accepted.elements() if id_ in conversations)
        return {conversation for conversation, messages in got.items() if messages > 1}

    @property
    def unexpected(self) -> set[str]:
        """Accepted, and never confirmed."""
        return self.accepted.keys() - self.confirmed.deliveries.keys()

    @property
    def falsely_sent(self) -> set[str]:
        """Reported as sent, and no provider ever accepted it."""
        return {id_ for id_, said in self.reported.items() if said.status in ACCEPTED and not self.accepted[id_]}

    @property
    def falsely_unsent(self) -> set[str]:
        """Reported as not sent, and a provider accepted it."""
        return {
            id_
            for id_, said in self.reported.items()
            if said.status in NOT_SENT and not said.was_sent and self.accepted[id_]
        }

    @property
    def misfiled(self) -> set[str]:
        """Sent without exactly one reply on the timeline, or a reply there of what was not sent."""
        return {id_ for id_, said in self.reported.items() if self.replies[id_] != _was_sent(said)}

    @property
    def miscounted(self) -> dict[str, int]:
        """Counts that are not the number of the deliveries in that state, with how far they are off."""
        states = Counter(said.status.value for said in self.reported.values())
        return {name: count - states[name] for name, count in self.counts.items() if count != states[name]}

    def of(self, status: DeliveryStatus) -> set[str]:
        return {id_ for id_, said in self.reported.items() if said.status is status}

    @property
    def uncertain(self) -> set[str]:
        """Honestly unknown: no fault of the history, and never more than was under way."""
        return self.of(DeliveryStatus.UNCERTAIN)

    def faults(self) -> dict[str, object]:
        """Answer everything that is wrong, by name; empty for a good history."""
        found = {
            "lost": self.lost,
            "duplicated": self.duplicated,
            "unexpected": self.unexpected,
            "falsely_sent": self.falsely_sent,
            "falsely_unsent": self.falsely_unsent,
            "misfiled": self.misfiled,
            "miscounted": self.miscounted,
        }
        return {name: what for name, what in found.items() if what}

    def _status(self, delivery: str) -> DeliveryStatus | None:
        said = self.reported.get(delivery)
        return said.status if said else None


def _was_sent(said: Reported) -> int:
    return int(said.was_sent or said.status in ACCEPTED)


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
    client: httpx.AsyncClient, confirmed: Confirmed, journal: Iterable[Entry], replies: Counter[str]
) -> History:
    """Put together what can be seen from outside."""
    batch = (await client.get(f"/mass-replies/{confirmed.mass_reply}")).json()
    items = [item async for item in deliveries(client, confirmed.mass_reply)]
    return History(
        confirmed=confirmed,
        accepted=Counter(e.message.delivery_id for e in journal if e.accepted and e.message.delivery_id),
        reported={i["id"]: Reported(DeliveryStatus(i["status"]), i["sent_at"] is not None) for i in items},
        counts=batch["counts"],
        replies=replies,
    )


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
