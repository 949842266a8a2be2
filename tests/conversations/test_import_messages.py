"""Importing what customers wrote: what it changes about a conversation, and what it does not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.conversations.conversations import add_customer_message
from app.domain.conversation import CustomerMessage
from tests.imports import Desk, line, patch

pytestmark = pytest.mark.usefixtures("accounts")


async def test_a_new_message_passes_the_ball_to_us_unless_the_line_says_otherwise(desk: Desk) -> None:
    await desk.imports(
        line("c-1", status="done", engagement="engaged"), line("c-2", status="done", engagement="engaged")
    )
    news = {"text": "Hello?", "provider_message_id": "<2@mail.example.test>", "sent_at": "2026-05-02T10:00:00Z"}
    said = {"status": "done", "engagement": "engaged"}
    await desk.imports(patch("c-1", last_customer_message=news), patch("c-2", last_customer_message=news, **said))
    first, second = (await desk.view("c-1")).conversation, (await desk.view("c-2")).conversation
    assert (first.status, first.engagement) == ("active", "pending")
    assert (second.status, second.engagement) == ("done", "engaged")
    assert first.reply_to_message_id == "<2@mail.example.test>"


async def test_a_message_without_an_id_is_known_by_its_text_and_time(desk: Desk) -> None:
    silent = {"text": "Hi", "sent_at": "2026-05-02T10:00:00Z"}
    timeless = {"text": "Yo"}
    ahead = {"text": "Soon", "sent_at": "2999-05-02T10:00:00Z"}
    for message in (silent, timeless, ahead):
        assert await desk.outcomes(line(last_customer_message=message), patch(last_customer_message=message)) in [
            (1, 0, 1, 0), (0, 1, 1, 0),
        ]  # fmt: skip
        assert await desk.outcomes(patch(last_customer_message=message)) == (0, 0, 1, 0)
    later = silent | {"sent_at": "2026-05-02T11:00:00Z"}
    assert await desk.outcomes(patch(last_customer_message=later)) == (0, 1, 0, 0)
    assert sorted(await desk.texts()) == ["Hi", "Hi", "Soon", "Yo"]


async def test_a_clock_ahead_of_ours_does_not_write_in_the_future(desk: Desk) -> None:
    await desk.imports(line(last_customer_message={"text": "x", "sent_at": "2999-01-01T00:00:00Z"}))
    written_at = (await desk.view()).conversation.last_customer_message_at
    assert written_at is not None
    assert written_at <= datetime.now(UTC)


async def write(desk: Desk, text: str, **changes: Any) -> None:
    async with desk.database.begin(desk.tenant) as tx:
        await add_customer_message(tx, "c-1", CustomerMessage(text, **changes))


@pytest.mark.parametrize(
    ("status", "after"), [("active", "active"), ("snoozed", "active"), ("done", "active"), ("archived", "archived")]
)
async def test_a_customers_message_wakes_what_is_not_put_away(desk: Desk, status: str, after: str) -> None:
    await desk.imports(line(status=status, engagement="engaged"))
    await write(desk, "Hello?")
    conversation = (await desk.view()).conversation
    assert (conversation.status, conversation.engagement) == (after, "pending")


async def test_an_automatic_answer_is_logged_and_no_more(desk: Desk) -> None:
    await desk.imports(line(status="done", engagement="engaged"))
    before = await desk.view()
    await write(desk, "I am away.", provider_message_id="<away@mail.example.test>", automatic=True)
    after = await desk.view()
    assert after.conversation == before.conversation
    assert after.last_message == before.last_message
    assert "I am away." in await desk.texts()


async def test_a_reply_hangs_on_an_automatic_message_only_while_there_is_no_other(desk: Desk) -> None:
    await desk.imports(line(last_customer_message=None))
    await write(desk, "Away", provider_message_id="<away@x.test>", automatic=True)
    assert (await desk.view()).conversation.reply_to_message_id == "<away@x.test>"
    await write(desk, "Hello?", provider_message_id="<own@x.test>", references=("<away@x.test>",))
    await write(desk, "Away again", provider_message_id="<away2@x.test>", automatic=True)
    conversation = (await desk.view()).conversation
    assert (conversation.reply_to_message_id, conversation.reply_references) == ("<own@x.test>", ("<away@x.test>",))


async def test_an_older_message_that_arrives_late_does_not_become_the_one_to_answer(desk: Desk) -> None:
    await desk.imports(line())
    earlier = (await desk.view()).conversation.created_at
    await write(desk, "Earlier", provider_message_id="<old@x.test>", sent_at=earlier)
    conversation = (await desk.view()).conversation
    assert conversation.reply_to_message_id == "<c-1@mail.example.test>"
    assert (await desk.texts())[0] == "Earlier"
