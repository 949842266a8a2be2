"""Rules that set off rules: how far that goes, where it ends, and what the log says of the end."""

import asyncio

from app.automation.model import MAX_CHAIN
from tests.automation.conftest import Desk, status, tag, untag


async def settled(desk: Desk) -> None:
    """A chain without an end would keep this from coming back."""
    async with asyncio.timeout(20):
        await desk.run()


async def test_a_rule_that_sets_itself_off_runs_once_and_the_log_says_why_no_more(desk: Desk) -> None:
    await desk.rule("self", "tag.added", tag("again"))
    conversation = await desk.conversation()
    await desk.is_tagged(conversation, "a")
    await settled(desk)
    first, second = await desk.runs("self")
    assert (first["outcome"], second["outcome"], second["actions"]) == ("done", "loop_cut", [])
    assert second["reason"] == "This rule led to this event itself, so it does not run again."


async def test_two_rules_that_set_each_other_off_run_once_each(desk: Desk) -> None:
    await desk.rule("close", {"type": "status.changed", "to": ["active"]}, status("done"))
    await desk.rule("open", {"type": "status.changed", "to": ["done"]}, status("active"))
    conversation = await desk.conversation(status="done")
    await desk.customer_writes(conversation)
    await settled(desk)
    assert await desk.outcomes("close") == ["done", "loop_cut"]
    assert await desk.outcomes("open") == ["done"]
    assert (await desk.stands(conversation)).status == "active"


async def test_the_next_message_begins_a_chain_of_its_own(desk: Desk) -> None:
    await desk.rule("self", "message.received", untag("waiting"), tag("seen"))
    await desk.rule("wait", {"type": "tag.added", "tags": ["seen"]}, tag("waiting"), untag("seen"))
    conversation = await desk.conversation()
    for text in ("One.", "Two."):
        await desk.customer_writes(conversation, text)
        await settled(desk)
    assert await desk.outcomes("self") == ["done", "done"]
    assert await desk.outcomes("wait") == ["done", "done"]


async def test_a_chain_of_different_rules_ends_too(desk: Desk) -> None:
    for n in range(MAX_CHAIN + 1):
        await desk.rule(f"r{n}", {"type": "tag.added", "tags": [f"t{n}"]}, tag(f"t{n + 1}"))
    conversation = await desk.conversation()
    await desk.is_tagged(conversation, "t0")
    await settled(desk)
    assert await desk.tags(conversation) == {f"t{n + 1}" for n in range(MAX_CHAIN)}
    [cut] = await desk.runs(f"r{MAX_CHAIN}")
    assert cut["outcome"] == "loop_cut"
    assert cut["reason"].startswith(f"{MAX_CHAIN} rules in a row led to this event")


async def test_a_cut_rule_whose_conditions_do_not_hold_is_not_worth_a_line(desk: Desk) -> None:
    await desk.rule("self", "tag.added", tag("again"), conditions={"tags": {"none": ["again"]}})
    conversation = await desk.conversation()
    await desk.is_tagged(conversation, "a")
    await settled(desk)
    assert await desk.outcomes("self") == ["done"]
