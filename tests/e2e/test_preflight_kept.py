"""What the preflight promised is what happened: mixed batches over all channels and all reasons, sent to the end."""

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.dev.sandbox.server import Sandbox
from app.domain.words import Channel
from app.runtime import Runtime
from app.worker import WorkerProcess
from tests.e2e.conftest import Poll
from tests.imports import ndjson
from tests.scene import Account, add_account, helpdesk, messenger, postmark, twilio, whatsapp

BATCHES = 20
HEALTHY = 3
"""Conversations of each channel with nothing wrong."""
TEXT = "Hi {{ contact.first_name }}! {{ conversation.custom_fields.note | default: '' }}"
NDJSON = {"Content-Type": "application/x-ndjson"}
PHONES = frozenset({Channel.SMS, Channel.WHATSAPP, Channel.VOICE})
WINDOWED = frozenset({Channel.WHATSAPP, Channel.FACEBOOK, Channel.INSTAGRAM})


def accounts_at(url: str) -> Mapping[Channel, Account]:
    instagram = {"instagram_id": "700800900", "api_version": "v23.0", "base_url": f"{url}/meta"}
    return {
        Channel.EMAIL: postmark(url),
        Channel.SMS: twilio(url),
        Channel.WHATSAPP: whatsapp(url),
        Channel.FACEBOOK: messenger(url),
        Channel.INSTAGRAM: replace(messenger(url), key="instagram", channel=Channel.INSTAGRAM, config=instagram),
        Channel.CHAT: Account("chat", Channel.CHAT, "webchat"),
        Channel.OTHER: helpdesk(url),
    }


@dataclass(slots=True)
class Population:
    """Conversations with everything that may be wrong with them, as lines of an import."""

    chance: random.Random
    lines: list[dict[str, Any]] = field(default_factory=list)

    def add(self, channel: Channel, *, days_ago: float = 0.04, **changes: Any) -> dict[str, Any]:
        n = len(self.lines) + 1
        at = datetime.now(UTC) - timedelta(days=days_ago)
        kind = "email" if channel is Channel.EMAIL else "phone"
        reached = {kind: _address(channel, n)} if channel in {*PHONES, Channel.EMAIL} else {}
        named = {"external_id": f"u-{n}"} if self.chance.random() < 0.7 else {}
        contact = {**named, "first_name": f"Name{n}", **reached, **changes.pop("contact", {})}
        derived = bool(reached) and self.chance.random() < 0.5
        line = {
            "external_id": f"c-{n}",
            "channel": channel,
            "contact": contact,
            **({} if derived else {"address": _address(channel, n)}),
            "last_customer_message": {"text": "Hello?", "sent_at": at.isoformat().replace("+00:00", "Z")},
            **changes,
        }
        self.lines.append({name: value for name, value in line.items() if value is not ...})
        return self.lines[-1]


def _address(channel: Channel, n: int) -> str:
    if channel is Channel.EMAIL:
        return f"customer-{n}@example.com"
    if channel in PHONES:
        return f"+1202555{n:04}"
    return f"73001234{n:08}" if channel in WINDOWED else f"visitor-{n}"


def population(chance: random.Random) -> Sequence[dict[str, Any]]:
    """Every channel and every reason to skip, in any order."""
    made = Population(chance)
    for channel in Channel:
        for _ in range(HEALTHY):
            made.add(channel)
    mails = [Channel.EMAIL, *chance.sample(list(Channel), 3)]
    for channel in mails:
        made.add(channel, contact={"opted_out": True})
        made.add(channel, status="archived")
        made.add(channel, contact={"first_name": None})
        made.add(channel, days_ago=chance.choice((2, 8, 31, 400)))
        made.add(channel, status="done", engagement="engaged")
        same = {"external_id": f"twice-{channel}", "first_name": "Twice"}
        made.add(channel, contact=same)
        made.add(channel, contact=same, days_ago=0.5)
    made.add(Channel.EMAIL, days_ago=400)
    for channel in WINDOWED:
        made.add(channel, days_ago=2)
    for channel, wrong in ((Channel.EMAIL, "ann"), (Channel.SMS, "12"), (Channel.WHATSAPP, "ann@example.com")):
        made.add(channel, address=wrong)
        made.add(channel, address=..., contact={"email": None, "phone": None})
    for channel in (Channel.SMS, Channel.EMAIL, Channel.INSTAGRAM, Channel.FACEBOOK):
        made.add(channel, custom_fields={"note": "x" * 2_001})
        made.add(channel, custom_fields={"note": chance.choice(("ä" * 200, "x" * 300, "€" * 100))})
    chance.shuffle(made.lines)
    return made.lines


@dataclass(frozen=True, slots=True)
class Mixture:
    """What differs from batch to batch; the reasons that it must bring about."""

    seed: int

    @property
    def guards(self) -> dict[str, Any]:
        return {
            "once_per_contact": self.seed % 3 == 1,
            "max_per_contact_per_day": (None, 2, 1)[self.seed % 3],
            "inactive_after_days": 5 if self.seed % 2 else 30,
            "inactive": "skip" if self.seed % 4 < 2 else "warn",
        }

    @property
    def on_unresolved(self) -> str:
        return "blank" if self.seed % 5 == 4 else "skip"

    @property
    def reasons(self) -> set[str]:
        always = {"voice_not_supported", "no_address", "address_invalid", "opted_out", "conversation_archived"}
        always |= {"no_channel_account", "message_too_long", "window_closed"}
        guarded = {"duplicate_contact"} if self.guards["once_per_contact"] else set()
        guarded |= {"contact_limit"} if self.guards["max_per_contact_per_day"] == 1 else set()
        guarded |= {"inactive_conversation"} if self.guards["inactive"] == "skip" else set()
        return always | guarded | ({"merge_tag_unresolved"} if self.on_unresolved == "skip" else set())


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.proof) for seed in range(1, BATCHES + 1))])
async def test_a_mixed_batch_ends_as_its_preflight_said(
    seed: int,
    client: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
    sandbox: Sandbox,
    worker: WorkerProcess,
    finished: Poll,
) -> None:
    chance, mixture = random.Random(seed), Mixture(seed)  # noqa: S311 - the same lots in every run
    accounts = accounts_at(sandbox.url)
    without = chance.choice((Channel.WHATSAPP, Channel.INSTAGRAM, Channel.CHAT, Channel.OTHER))
    for channel in accounts.keys() - {without}:
        await add_account(runtime, tenant, accounts[channel])
    lines = population(chance)
    report = (await client.post("/conversations/import", content=ndjson(*lines), headers=NDJSON)).json()
    assert (report["created"], report["failed"]) == (len(lines), 0), report["errors"]
    assert (await client.put("/settings", json=mixture.guards)).status_code == 200
    body = await _body(chance, client) | {"on_unresolved": mixture.on_unresolved}

    preview = (await client.post("/mass-replies/preview", json=body)).json()
    created = (await client.post("/mass-replies", json=body)).json()
    promised = created["preflight"]
    assert created["selected_count"] == preview["selected_count"] == len(lines)
    assert {**promised, "samples": None} == {**preview["preflight"], "samples": None}
    assert {said["code"] for said in promised["skipped"]} >= mixture.reasons
    path = f"/mass-replies/{created['id']}"
    confirmed = await client.post(f"{path}/confirm", json={"recipient_count": created["recipient_count"]})
    assert confirmed.status_code == 202, confirmed.text
    over = await finished(created["id"])
    items = (await client.get(f"{path}/deliveries", params={"limit": 500})).json()["items"]

    _compare(promised, items)
    assert over["billed"] == promised["billable"]
    await _compare_texts(client, promised["samples"], items)
    _compare_names(sandbox)


async def _body(chance: random.Random, client: httpx.AsyncClient) -> dict[str, Any]:
    template = {"name": "incident_update", "language": "en", "body_parameters": ["{{ contact.first_name }}"]}
    ids = []
    if chance.random() < 0.5:
        uploaded = await client.post("/attachments", files={"file": ("a.txt", b"hello", "text/plain")})
        ids = [uploaded.json()["id"]]
    return {
        "selection": {"filter": {"any_of": [{"channel": list(Channel)}, {"status": ["done"]}]}},
        "message": {"text": TEXT, "attachment_ids": ids},
        "whatsapp_template": template if chance.random() < 0.5 else None,
    }


def _compare(promised: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> None:
    """Hold the numbers of the preflight against the deliveries."""
    failed = [(item["channel"], item["status"], item["reason"]) for item in items]
    assert {status for _, status, _ in failed} <= {"sent", "skipped"}, failed
    for said in promised["by_channel"]:
        of_channel = Counter(item["status"] for item in items if item["channel"] == said["channel"])
        assert (of_channel["sent"], of_channel["skipped"]) == (said["recipients"], said["skipped"]), said
    skipped = Counter((item["reason"]["code"], item["channel"]) for item in items if item["status"] == "skipped")
    assert skipped == {(said["code"], said["channel"]): said["count"] for said in promised["skipped"]}
    warned = Counter((warning, item["channel"]) for item in items for warning in item["warnings"])
    assert warned == {(said["code"], said["channel"]): said["count"] for said in promised["warnings"]}
    dropped = sum(bool(item["dropped_attachments"]) for item in items)
    assert dropped == sum(count for (code, _), count in warned.items() if code == "attachment_dropped")


async def _compare_texts(
    client: httpx.AsyncClient, samples: Sequence[Mapping[str, str]], items: Iterable[Mapping[str, Any]]
) -> None:
    """Hold what was shown before against what the timelines say was sent."""
    assert samples
    assert {each["conversation_id"] for each in samples} <= {
        item["conversation_id"] for item in items if item["status"] == "sent"
    }
    for sample in samples:
        timeline = (await client.get(f"/conversations/{sample['conversation_id']}/timeline")).json()["items"]
        assert [item["text"] for item in timeline if item["kind"] == "reply"] == [sample["text"]]


def _compare_names(sandbox: Sandbox) -> None:
    """Hold the name in each text against the address that it went to: both carry the customer's number."""
    for entry in sandbox.journal:
        named = re.search(r"Name([0-9]+)", str(entry.message.fields))
        recipient = re.search(r"(?:customer-|visitor-|1202555|73001234)0*([0-9]+)", entry.message.recipient)
        assert recipient is not None, entry.message.recipient
        assert named is None or named[1] == recipient[1], entry
