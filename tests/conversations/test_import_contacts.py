"""Whose conversation it is, and where a reply goes: a given address stays, a derived one follows the contact."""

from typing import Any
from uuid import UUID

import pytest

from app.conversations.sql.threading import find_conversation
from app.domain.provider_events import Inbound
from app.domain.words import AccountId, Channel
from app.runtime import Runtime
from tests.imports import Desk, line, patch
from tests.scene import add_account, postmark, twilio


@pytest.fixture(autouse=True)
async def accounts(runtime: Runtime, tenant: UUID) -> dict[str, UUID]:
    made = (postmark("https://api.example.com"), twilio("https://api.example.com"))
    return {account.key: await add_account(runtime, tenant, account) for account in made}


def nameless(**about: Any) -> dict[str, Any]:
    return {"name": "Ann Lee", "first_name": "Ann", **about}


SMS = {"channel": "sms", "channel_account": "sms"}


@pytest.mark.parametrize(
    ("made", "change", "address"),
    [
        ({}, {"contact": {"email": "ann.lee@example.test"}}, "ann.lee@example.test"),
        ({}, {"contact": {"email": None}}, None),
        ({}, {"contact": {"external_id": "u-2", "email": "bo@example.test"}}, "bo@example.test"),
        ({}, {"contact": {"external_id": "u-2"}}, None),
        ({}, SMS, "+14155550100"),
        ({}, {"channel": "chat", "channel_account": None}, None),
        (SMS, {"contact": {"phone": "+14155550177"}}, "+14155550177"),
        (SMS, {"contact": {"phone": None}}, None),
        (SMS, {"channel": "email", "channel_account": "email"}, "ann@example.test"),
        ({"channel": "whatsapp", "channel_account": None}, {"contact": {"phone": None}}, None),
    ],
)
async def test_a_derived_address_follows_the_contact(
    desk: Desk, made: dict[str, Any], change: dict[str, Any], address: str | None
) -> None:
    await desk.imports(line(address=..., **made))
    await desk.imports(patch(**change))
    assert (await desk.view()).address == address


async def test_a_derived_address_follows_a_change_that_another_conversation_brings(desk: Desk) -> None:
    await desk.imports(line("c-1", address=...), line("c-2", address=...))
    await desk.imports(patch("c-2", contact={"email": "ann.lee@example.test"}))
    assert (await desk.view("c-1")).address == "ann.lee@example.test"


@pytest.mark.parametrize("given", ["ann@example.test", "ann@home.example.test"])
async def test_an_address_that_was_given_stays_until_null_clears_it(desk: Desk, given: str) -> None:
    await desk.imports(line(address=given))
    await desk.imports(patch(contact={"email": "ann.lee@example.test"}))
    assert (await desk.view()).address == given
    await desk.imports(patch(address=None))
    assert (await desk.view()).address == "ann.lee@example.test"


async def test_an_answer_that_is_sent_back_as_it_is_gives_no_address(desk: Desk) -> None:
    await desk.imports(line(address=...))
    assert await desk.outcomes(patch(address="ann@example.test")) == (0, 0, 1, 0)
    await desk.imports(patch(contact={"email": "ann.lee@example.test"}))
    assert (await desk.view()).address == "ann.lee@example.test"


async def test_a_contact_without_an_id_follows_its_conversations_address(desk: Desk) -> None:
    await desk.imports(line(contact=nameless(opted_out=True), address="ann@example.test"))
    await desk.imports(patch(address="ann.lee@example.test"))
    contact = (await desk.view()).contact
    assert (contact.external_id, contact.email) == ("email:ann.lee@example.test", "ann.lee@example.test")
    assert (contact.name, contact.opted_out) == ("Ann Lee", True)


@pytest.mark.parametrize(
    ("made", "change"),
    [
        ({"address": "ann@example.test"}, {"address": "ann.lee@example.test"}),
        ({"contact": nameless(email="ann@example.test")}, {"contact": {"email": "ann.lee@example.test"}}),
        ({"address": "ann@example.test"}, {"contact": {"external_id": "u-1", "name": "Ann Lee"}}),
    ],
)
async def test_a_stranger_who_gets_the_old_address_is_nobody_that_we_know(
    desk: Desk, made: dict[str, Any], change: dict[str, Any]
) -> None:
    await desk.imports(line("c-1", **{"contact": nameless(), "address": ..., **made}))
    await desk.imports(patch("c-1", **change))
    await desk.imports(line("c-2", contact={"first_name": "Bo"}, address="ann@example.test"))
    ann, stranger = await desk.view("c-1"), await desk.view("c-2")
    assert (ann.contact.name, stranger.contact.name) == ("Ann Lee", None)
    assert stranger.contact.external_id == "email:ann@example.test" != ann.contact.external_id
    assert stranger.contact.first_name == "Bo"


async def test_two_that_change_addresses_within_one_import_keep_their_names(desk: Desk) -> None:
    await desk.imports(line("c-1", contact=nameless(), address="ann@example.test"))
    await desk.imports(
        patch("c-1", address="new@example.test"), line("c-2", contact={"name": "Bo"}, address="ann@example.test")
    )
    names = {name: (await desk.view(name)).contact.name for name in ("c-1", "c-2")}
    assert names == {"c-1": "Ann Lee", "c-2": "Bo"}


async def test_of_two_conversations_at_one_address_the_one_that_moves_takes_the_name_along(desk: Desk) -> None:
    await desk.imports(*(line(name, contact=nameless(), address="ann@example.test") for name in ("c-1", "c-2")))
    await desk.imports(patch("c-1", address="ann.lee@example.test", contact={"first_name": "Anna"}))
    moved, stayed = (await desk.view("c-1")).contact, (await desk.view("c-2")).contact
    assert (moved.first_name, moved.email) == ("Anna", "ann.lee@example.test")
    assert (stayed.first_name, stayed.email) == ("Ann", "ann@example.test")


async def test_whoever_moves_to_an_address_that_is_known_is_the_one_there(desk: Desk) -> None:
    await desk.imports(
        line("c-1", contact=nameless(), address="ann@example.test"),
        line("c-2", contact={"name": "Bo"}, address="bo@example.test"),
    )
    await desk.imports(patch("c-1", address="bo@example.test"))
    assert (await desk.view("c-1")).contact == (await desk.view("c-2")).contact


async def test_null_takes_a_contacts_id_away(desk: Desk) -> None:
    await desk.imports(line("c-1"), line("c-2"))
    await desk.imports(patch("c-1", contact={"external_id": None}), patch("c-2", contact=None))
    first, second = (await desk.view("c-1")).contact, (await desk.view("c-2")).contact
    assert first.external_id == second.external_id == "email:ann@example.test"


async def test_a_line_says_whether_the_contact_has_an_id_or_leaves_it_open(desk: Desk) -> None:
    await desk.imports(line(address="ann@example.test"))
    await desk.imports(patch(address="new@example.test"), patch(contact={"name": "Ann B. Lee"}))
    view = await desk.view()
    assert (view.contact.external_id, view.contact.name, view.address) == ("u-1", "Ann B. Lee", "new@example.test")


@pytest.mark.parametrize(
    ("key", "channel", "sender"), [("email", Channel.EMAIL, "Ann@Example.Test"), ("sms", Channel.SMS, "+14155550100")]
)
async def test_a_message_finds_the_conversation_by_a_derived_address(
    desk: Desk, accounts: dict[str, UUID], key: str, channel: Channel, sender: str
) -> None:
    await desk.imports(line(channel=channel, channel_account=key, address=...))
    async with desk.database.begin(desk.tenant) as tx:
        inbound = Inbound("event-1", None, sender, "Hello?")
        found = await find_conversation(tx, AccountId(accounts[key]), channel, inbound)
    assert found is not None
    assert found.conversation_id == (await desk.view()).conversation.id


async def test_an_older_message_neither_reopens_a_conversation_nor_asks_for_a_reply(desk: Desk) -> None:
    await desk.imports(line(status="done", engagement="engaged"))
    before = (await desk.view()).conversation
    history = {"text": "Years ago", "provider_message_id": "<0@x.test>", "sent_at": "2024-05-01T10:00:00Z"}
    assert await desk.outcomes(patch(last_customer_message=history)) == (0, 1, 0, 0)
    assert (await desk.view()).conversation == before
    assert "Years ago" in await desk.texts()


async def test_whoever_comes_to_an_address_and_goes_again_leaves_the_customer_there(desk: Desk) -> None:
    await desk.imports(line("c-1", contact=nameless(), address="ann@example.test"))
    passing = [line("c-2", contact={}, address=address) for address in ("ann@example.test", "bo@example.test")]
    await desk.imports(*passing)
    contact = (await desk.view("c-1")).contact
    assert (contact.external_id, contact.name) == ("email:ann@example.test", "Ann Lee")
