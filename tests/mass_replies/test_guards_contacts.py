"""What one contact gets: one message of a batch where that is asked for, so many a day, and none when long silent."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import ANY

import pytest

from app.domain.words import Channel
from app.store import selection
from tests.mass_replies.conftest import BODY, NOWHERE, Stage
from tests.scene import add_account, add_conversations, timeline, twilio

ONCE = {"once_per_contact": True}


async def guarded(stage: Stage, **guards: Any) -> None:
    assert (await stage.client.put("/settings", json=guards)).status_code == 200


@pytest.fixture
async def couples(stage: Stage) -> Stage:
    """Three contacts, each with an e-mail and an older conversation at the desk."""
    await stage.write(
        "UPDATE conversations c SET contact_id = k.id, last_customer_message_at = now() - interval '2 hours' "
        "FROM contacts k WHERE c.channel = 'other' "
        "AND k.external_id = 'email-contact-' || split_part(c.external_id, '-', 2)"
    )
    return stage


async def results(stage: Stage, id_: str) -> dict[str, str]:
    """The skip code, or the status, of each conversation."""
    rows = await stage.read(
        "SELECT c.external_id, coalesce(d.reason_code, d.status) AS result FROM deliveries d "
        "JOIN conversations c ON c.id = d.conversation_id WHERE d.mass_reply_id = :id",
        id=id_,
    )
    return {row.external_id: row.result for row in rows}


def by_channel(email: str, other: str) -> dict[str, str]:
    return {f"{channel}-{n}": said for n in (1, 2, 3) for channel, said in (("email", email), ("other", other))}


async def wrote(stage: Stage, conversation: str, ago: timedelta) -> None:
    """Let the customer have written there so long ago."""
    await stage.write(
        "UPDATE conversations SET last_customer_message_at = :at WHERE external_id = :id",
        id=conversation,
        at=datetime.now(UTC) - ago,
    )


async def test_the_conversation_that_the_customer_wrote_in_last_gets_it_and_the_others_a_note(couples: Stage) -> None:
    await guarded(couples, **ONCE)
    await wrote(couples, "other-2", timedelta(minutes=1))
    batch = await couples.create()
    expected = by_channel("queued", "duplicate_contact") | {"email-2": "duplicate_contact", "other-2": "queued"}
    assert await results(couples, batch["id"]) == expected
    assert (batch["recipient_count"], batch["counts"]["queued"], batch["counts"]["skipped"]) == (3, 3, 3)

    confirmed = await couples.act(batch["id"], "confirm", {"recipient_count": 3})
    assert confirmed.status_code == 202, confirmed.text
    rows = await couples.read("SELECT id, external_id FROM conversations WHERE external_id IN ('email-2', 'other-2')")
    notes = {row.external_id: await timeline(couples.runtime, couples.tenant, row.id) for row in rows}
    assert notes["other-2"] == []
    [note] = notes["email-2"]
    assert (note.kind, note.text) == (
        "system_note",
        "A mass reply skipped this conversation. The contact gets this reply on another conversation.",
    )


async def test_what_is_skipped_is_not_billed(stage: Stage) -> None:
    """Two text messages of two segments each, to one contact."""
    account = await add_account(stage.runtime, stage.tenant, twilio(NOWHERE))
    await add_conversations(stage.runtime, stage.tenant, Channel.SMS, 2, account=account, tag="texts")
    await stage.write(
        "UPDATE conversations SET contact_id = (SELECT id FROM contacts WHERE external_id = 'sms-contact-1') "
        "WHERE channel = 'sms'"
    )
    await guarded(stage, **ONCE)
    body = {"selection": {"filter": {"channel": ["sms"]}}, "message": {"text": "x" * 200}}
    batch = (await stage.client.post("/mass-replies", json=body)).json()
    assert batch["preflight"]["billable"]["sms_segments"] == 2
    assert batch["preflight"]["warnings"] == [
        {"code": "multiple_segments", "channel": "sms", "count": 1, "detail": ANY}
    ]
    rows = await stage.read(
        "SELECT status, segments, warnings FROM deliveries WHERE mass_reply_id = :id ORDER BY status", id=batch["id"]
    )
    assert [tuple(row) for row in rows] == [("queued", 2, ["multiple_segments"]), ("skipped", 0, [])]


async def test_without_the_guard_both_get_it_with_a_warning(couples: Stage) -> None:
    batch = await couples.create()
    assert await results(couples, batch["id"]) == by_channel("queued", "queued")
    assert sum(one["count"] for one in batch["preflight"]["warnings"] if one["code"] == "duplicate_contact") == 3


@pytest.mark.parametrize(
    "guards",
    [
        ONCE,
        {"max_per_contact_per_day": 2},
        {"max_per_contact_per_day": 3, "inactive_after_days": 10, "inactive": "skip"},
        {**ONCE, "max_per_contact_per_day": 1},
    ],
    ids=str,
)
async def test_pages_together_say_what_the_preview_says(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, guards: Mapping[str, Any]
) -> None:
    """Two implementations of one rule: in memory for a preview, in SQL across the pages of what is stored."""
    chance = random.Random(20261123)  # noqa: S311 - the same lots in every run
    monkeypatch.setattr(selection, "PAGE_SIZE", 4)
    people = await stage.read("SELECT id FROM contacts ORDER BY external_id LIMIT 3")
    earlier = await stage.create()
    await stage.settle_all(earlier["id"], "sent", sent_at=datetime.now(UTC))
    for row in await stage.read("SELECT id FROM conversations"):
        wrote_at = chance.choice([None, datetime.now(UTC) - timedelta(days=chance.randrange(20))])
        await stage.write(
            "UPDATE conversations SET contact_id = :contact, last_customer_message_at = :at WHERE id = :id",
            id=row.id,
            contact=chance.choice(people).id,
            at=wrote_at,
        )
    await guarded(stage, **guards)
    preview = (await stage.client.post("/mass-replies/preview", json=BODY)).json()
    created = await stage.create()
    assert (created["recipient_count"], created["selected_count"]) == (preview["recipient_count"], 6)
    assert 0 < created["counts"]["skipped"] == created["selected_count"] - created["recipient_count"]
    for part in ("by_channel", "skipped", "billable"):
        assert created["preflight"][part] == preview["preflight"][part]
    going = {row.conversation_id for row in await stage.read(GOING, id=created["id"])}
    assert {sample["conversation_id"] for sample in created["preflight"]["samples"]} == set(map(str, going))
    assert {sample["conversation_id"] for sample in preview["preflight"]["samples"]} == set(map(str, going))


GOING = "SELECT conversation_id FROM deliveries WHERE mass_reply_id = :id AND status = 'queued'"


async def test_inactive_conversations_are_skipped_where_the_settings_say_so(stage: Stage) -> None:
    await guarded(stage, inactive="skip", inactive_after_days=7)
    await wrote(stage, "email-1", timedelta(days=8))
    await wrote(stage, "email-2", timedelta(days=6))
    batch = await stage.create()
    assert await results(stage, batch["id"]) == by_channel("queued", "queued") | {"email-1": "inactive_conversation"}
    assert batch["preflight"]["skipped"] == [{"code": "inactive_conversation", "channel": "email", "count": 1}]


@pytest.mark.parametrize(
    ("status", "hours_ago", "counts"),
    [
        ("sent", 23, True),
        ("read", 23, True),
        ("sent", 25, False),
        ("uncertain", 0, True),
        ("failed", 0, False),
        ("queued", 0, False),
    ],
)
async def test_what_a_contact_got_within_a_day_counts(
    stage: Stage, status: str, hours_ago: int, *, counts: bool
) -> None:
    earlier = await stage.create()
    sent_at = datetime.now(UTC) - timedelta(hours=hours_ago) if hours_ago else None
    await stage.write(
        "UPDATE deliveries SET status = :status, sent_at = :at WHERE mass_reply_id = :id AND channel = 'email'",
        id=earlier["id"],
        status=status,
        at=sent_at,
    )
    await guarded(stage, max_per_contact_per_day=1)
    batch = await stage.create()
    assert await results(stage, batch["id"]) == by_channel("contact_limit" if counts else "queued", "queued")


async def test_a_mass_reply_keeps_the_guards_for_each_contact_that_it_was_made_under(
    couples: Stage,
) -> None:
    await guarded(couples, max_per_contact_per_day=5)
    batch = await couples.create()
    await guarded(couples)
    [row] = await couples.read("SELECT guards FROM mass_replies WHERE id = :id", id=batch["id"])
    assert row.guards["max_per_contact_per_day"] == 5
    [row] = await couples.read("SELECT guards FROM mass_replies WHERE id = :id", id=(await couples.create())["id"])
    assert row.guards is None


async def test_samples_are_drawn_from_those_who_will_get_it(stage: Stage) -> None:
    """One contact has thirty conversations, and only the last of them, which no sample of the page shows, gets it."""
    await add_conversations(stage.runtime, stage.tenant, Channel.EMAIL, 30, prefix="many")
    await stage.write(
        "UPDATE conversations SET contact_id = (SELECT id FROM contacts WHERE external_id = 'many-contact-1'), "
        "address = external_id || '@example.com', address_key = external_id || '@example.com' "
        "WHERE external_id LIKE 'many-%'"
    )
    await guarded(stage, **ONCE)
    batch = await stage.create()
    going = {row.conversation_id for row in await stage.read(GOING, id=batch["id"])}
    assert batch["recipient_count"] == len(going) == 7
    assert {sample["conversation_id"] for sample in batch["preflight"]["samples"]} == set(map(str, going))


async def test_a_preview_shows_no_text_for_a_conversation_that_will_not_get_it(couples: Stage) -> None:
    await guarded(couples, **ONCE)
    [row] = await couples.read("SELECT id FROM conversations WHERE external_id = 'other-1'")
    preview = (await couples.client.post("/mass-replies/preview", json={**BODY, "conversation_id": str(row.id)})).json()
    assert preview["preflight"]["samples"] == []
