"""A message that comes in through a provider finds the conversation it belongs to."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.conversations.sql.customer_messages import record_customer_message
from app.conversations.sql.threading import LATEST, LATEST_OF_CONTACT, Match, find_conversation
from app.domain.conversation import CustomerMessage
from app.domain.provider_events import Inbound
from app.domain.words import AccountId, Channel, ConversationId, TenantId
from app.runtime import Runtime
from app.store.conversations import lock_conversation
from tests.plans import renew_statistics
from tests.scene import add_account, add_conversation, add_conversations, postmark, twilio
from tests.store.selecting import TABLES

ANN, MALLORY, PHONE = "ann@example.com", "mallory@example.net", "+14155550100"


class Provider:
    """Where messages come in."""

    def __init__(self, runtime: Runtime, tenant: UUID, accounts: dict[Channel, UUID]) -> None:
        self.runtime, self.tenant, self.accounts = runtime, TenantId(tenant), accounts

    async def conversation(self, channel: Channel = Channel.EMAIL, address: str = ANN, **columns: Any) -> UUID:
        account = self.accounts[channel]
        return await add_conversation(self.runtime, self.tenant, channel, address, account_id=account, **columns)

    async def finds(self, channel: Channel = Channel.EMAIL, sender: str = ANN, **about: Any) -> Match | None:
        inbound = Inbound("event-1", about.pop("provider_message_id", None), sender, "Hello?", **about)
        async with self.runtime.database.begin(self.tenant) as tx:
            account = AccountId(self.accounts[channel])
            return await find_conversation(tx, account, channel, inbound)

    async def runs(self, statement: str, **values: Any) -> Any:
        async with self.runtime.database.begin(self.tenant) as tx:
            return await tx.execute(sa.text(statement), **values)


@pytest.fixture
async def provider(runtime: Runtime, tenant: UUID) -> Provider:
    url = "https://api.example.com"
    accounts = {make(url).channel: await add_account(runtime, tenant, make(url)) for make in (postmark, twilio)}
    return Provider(runtime, tenant, accounts)


async def delivered(provider: Provider, conversation: UUID, provider_message_id: str) -> UUID:
    mass_reply = UUID(int=7)
    await provider.runs(
        """
        INSERT INTO mass_replies
            (tenant_id, id, status, selection, message_text, source_text, on_unresolved, author_name)
        VALUES (:tenant, :id, 'sending', '{}', 'Hi', 'Hi', 'skip', 'tests')
        """,
        id=mass_reply,
    )
    delivery = UUID(int=8)
    await provider.runs(
        """
        INSERT INTO deliveries (tenant_id, id, mass_reply_id, conversation_id, contact_id, account_id, channel, status,
                                provider_message_id)
        SELECT :tenant, :delivery, :mass_reply, id, contact_id, account_id, channel, 'sent', :provider_message_id
        FROM conversations WHERE id = :id
        """,
        id=conversation, delivery=delivery, mass_reply=mass_reply, provider_message_id=provider_message_id,
    )  # fmt: skip
    return delivery


async def test_a_text_message_belongs_to_its_senders_latest_conversation(provider: Provider) -> None:
    await provider.conversation(Channel.SMS, PHONE)
    latest = await provider.conversation(Channel.SMS, PHONE)
    await provider.conversation(Channel.SMS, "+14155550199")
    assert await provider.finds(Channel.SMS, PHONE) == Match(ConversationId(latest), believed=True)


async def test_a_sender_without_a_conversation_finds_none(provider: Provider) -> None:
    await provider.conversation(Channel.SMS, PHONE)
    assert await provider.finds(Channel.SMS, "+14155550177") is None
    assert await provider.finds(in_reply_to=("<unknown@example.com>",), sender=MALLORY) is None


@pytest.mark.parametrize(("kept", "writes"), [("ann@example.com", "Ann@Example.com"), ("Ann@example.com", ANN)])
async def test_mail_from_the_same_mailbox_in_another_case_belongs_to_it(
    provider: Provider, kept: str, writes: str
) -> None:
    conversation = await provider.conversation(address=kept)
    assert await provider.finds(sender=writes) == Match(ConversationId(conversation), believed=True)


async def test_ids_that_a_provider_made_up_are_two_when_only_their_case_differs(provider: Provider) -> None:
    await provider.conversation(Channel.SMS, "visitor-Ab")
    assert await provider.finds(Channel.SMS, "visitor-aB") is None


async def test_the_runtime_role_finds_a_sender_by_the_index(provider: Provider, owner_url: str) -> None:
    await add_conversations(provider.runtime, provider.tenant, Channel.EMAIL, 2_000)
    await renew_statistics(owner_url, *TABLES)
    async with provider.runtime.database.begin(provider.tenant) as tx:
        values = {"channel": "email", "senders": [ANN], "account": UUID(int=0)}
        plan = "\n".join(await tx.scalars(sa.text(f"EXPLAIN {LATEST}"), **values))
        derived = "\n".join(await tx.scalars(sa.text(f"EXPLAIN {LATEST_OF_CONTACT[Channel.EMAIL]}"), **values))
    assert re.search(r"ix_conversations_address.*\n *Index Cond: .*address_key = ", plan), plan
    assert re.search(r"ix_contacts_tenant_id_email_key.*\n *Index Cond: .*email_key = ", derived), derived


async def test_a_repeated_mail_is_known_however_its_sender_is_written(provider: Provider) -> None:
    conversation = ConversationId(await provider.conversation())
    async with provider.runtime.database.begin(provider.tenant) as tx:
        recorded = [
            await record_customer_message(
                tx, conversation, CustomerMessage("Hello?", "<1@example.com>", sender=sender), datetime.now(UTC)
            )
            for sender in (ANN, "ANN@example.com", MALLORY)
        ]
    assert [each.added for each in recorded] == [True, False, True]


async def test_a_message_without_an_id_that_is_repeated_opens_no_conversation_again(provider: Provider) -> None:
    conversation = ConversationId(await provider.conversation(Channel.SMS, PHONE))
    message = CustomerMessage("Hello?", sent_at=datetime(2026, 5, 1, tzinfo=UTC), sender=PHONE)
    async with provider.runtime.database.begin(provider.tenant) as tx:
        await record_customer_message(tx, conversation, message, datetime.now(UTC))
        await tx.execute(sa.text("UPDATE conversations SET status = 'done', engagement = 'engaged'"))
        repeated = await record_customer_message(tx, conversation, message, datetime.now(UTC))
        after = await lock_conversation(tx, conversation)
    assert after is not None
    assert (repeated.added, after.status, after.engagement) == (False, "done", "engaged")


async def test_an_answer_finds_the_message_it_answers_nearest_first(provider: Provider) -> None:
    older, newer = [await provider.conversation() for _ in range(2)]
    for conversation, name in ((older, "<1@example.com>"), (newer, "<2@example.com>")):
        await provider.runs(
            "INSERT INTO messages (tenant_id, conversation_id, kind, text, provider_message_id) "
            "VALUES (:tenant, :id, 'customer_message', 'x', :name)",
            id=conversation, name=name,
        )  # fmt: skip
    assert await provider.finds(in_reply_to=("<1@example.com>",), references=("<2@example.com>",)) == Match(
        ConversationId(older), believed=True
    )
    assert await provider.finds(references=("<1@example.com>", "<2@example.com>")) == Match(
        ConversationId(newer), believed=True
    )


@pytest.mark.parametrize("answered", ["<00000000-0000-0000-0000-000000000008@example.com>", "pm-1"])
async def test_an_answer_to_our_own_reply_finds_it(provider: Provider, answered: str) -> None:
    replied_to = await provider.conversation()
    await provider.conversation()
    await delivered(provider, replied_to, "pm-1")
    assert await provider.finds(in_reply_to=(answered,)) == Match(ConversationId(replied_to), believed=True)


async def test_mail_that_only_claims_to_belong_is_not_believed(provider: Provider) -> None:
    conversation = await provider.conversation()
    await delivered(provider, conversation, "pm-1")
    expected = Match(ConversationId(conversation), believed=False)
    assert await provider.finds(sender=MALLORY, in_reply_to=("pm-1",)) == expected
    assert await provider.finds(sender=MALLORY, conversation_id=conversation) == expected
    assert await provider.finds(sender="Ann@EXAMPLE.com", in_reply_to=("pm-1",)) == Match(
        expected.conversation_id, True
    )


async def test_a_conversation_is_found_by_the_id_that_the_provider_gives(provider: Provider) -> None:
    conversation = await provider.conversation(external_id="c-1")
    expected = Match(ConversationId(conversation), believed=True)
    assert await provider.finds(sender="visitor", conversation_external_id="c-1", vouched=True) == expected
    assert await provider.finds(conversation_id=conversation) == expected


async def test_a_message_that_is_not_believed_changes_nothing(provider: Provider) -> None:
    id_ = ConversationId(await provider.conversation(status="done", engagement="engaged"))
    message = CustomerMessage("Pay me", "<9@example.net>", sender=MALLORY, believed=False)
    async with provider.runtime.database.begin(provider.tenant) as tx:
        before = await lock_conversation(tx, id_)
        now = await tx.scalar(sa.text("SELECT now()"))
        recorded = await record_customer_message(tx, id_, message, now)
        again = await record_customer_message(tx, id_, message, now)
        assert await lock_conversation(tx, id_) == before
    assert (recorded.added, again.added, again.message_id) == (True, False, recorded.message_id)
