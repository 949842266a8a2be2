"""Importing e-mails: each becomes a conversation, a message of one, a repeat, or an error with its reason."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.conversations import mail_import
from app.conversations.conversations import get
from app.conversations.import_report import ImportReport
from app.conversations.importing import import_lines
from app.conversations.mail_import import import_mail, import_mailbox
from app.conversations.sql.imports import load_chunk
from app.domain.addresses import Address
from app.domain.conversation import ConversationView
from app.domain.errors import InvalidRequest
from app.domain.words import Channel, TenantId
from app.mail.message import MAX_MAIL_BYTES, parse_mail, root_id
from app.store.database import Database
from tests.imports import DIGESTS, line, ndjson, stream
from tests.mail.mails import REAL, raw_mail

pytestmark = pytest.mark.usefixtures("accounts")


class Inbox:
    """One tenant's e-mail account."""

    def __init__(self, database: Database, tenant: UUID) -> None:
        self.database, self.tenant = database, TenantId(tenant)

    async def takes(self, raw: bytes) -> ImportReport:
        return await import_mail(self.database, self.tenant, "email", stream(raw), DIGESTS)

    async def outcome(self, raw: bytes) -> str:
        report = await self.takes(raw)
        [outcome] = [
            each for each in ("created", "updated", "unchanged", "failed", "left_out") if getattr(report, each)
        ]
        return outcome

    async def view(self, name: str) -> ConversationView:
        async with self.database.begin(self.tenant) as tx:
            return await get(tx, name)

    async def messages(self) -> Sequence[sa.Row[tuple[str, str, str | None]]]:
        """Every message with its conversation's external id, in the order of their coming."""
        async with self.database.begin(self.tenant) as tx:
            rows = await tx.execute(
                sa.text("""
                    SELECT c.external_id, m.sender, m.provider_message_id
                    FROM messages m JOIN conversations c ON c.id = m.conversation_id ORDER BY m.id
                """)
            )
            return rows.all()


@pytest.fixture
def inbox(database: Database, tenant: UUID) -> Inbox:
    return Inbox(database, tenant)


def from_ann(*headers: str, body: str = "It broke.") -> bytes:
    return raw_mail("From: Ann Lee <ann@example.com>", *headers, body=body)


FIRST = from_ann("Message-ID: <1@example.com>", "Subject: Help", "Date: Fri, 1 May 2026 09:00:00 +0000")


async def test_each_of_the_real_mails_is_accounted_for_and_none_twice(inbox: Inbox) -> None:
    outcomes = {name: await inbox.outcome(raw) for name, raw in REAL.items()}
    assert len(outcomes) == 56
    assert "failed" not in outcomes.values()
    stored = [(message.sender, message.provider_message_id) for message in await inbox.messages()]
    assert len(stored) == sum(outcome != "unchanged" for outcome in outcomes.values())
    for raw in REAL.values():
        mail = parse_mail(raw)
        assert (Address.read(Channel.EMAIL, mail.sender).key, mail.message_id) in stored
    assert {await inbox.outcome(raw) for raw in REAL.values()} == {"unchanged"}


async def test_the_repeats_among_the_real_mails_have_the_same_id_and_sender(inbox: Inbox) -> None:
    seen: set[tuple[str, str | None]] = set()
    for raw in REAL.values():
        mail = parse_mail(raw)
        key = (mail.sender.lower(), mail.message_id)
        repeated = await inbox.outcome(raw) == "unchanged"
        if mail.message_id is not None:
            assert repeated == (key in seen)
        seen.add(key)


async def test_a_mail_opens_a_conversation_named_after_its_thread(inbox: Inbox) -> None:
    assert await inbox.outcome(FIRST) == "created"
    view = await inbox.view("<1@example.com>")
    conversation = view.conversation
    assert (conversation.channel, conversation.channel_account) == ("email", "email")
    assert (conversation.subject, conversation.address) == ("Help", "ann@example.com")
    assert (conversation.status, conversation.engagement) == ("active", "pending")
    assert conversation.created_at == conversation.last_customer_message_at == datetime(2026, 5, 1, 9, tzinfo=UTC)
    assert conversation.reply_to_message_id == "<1@example.com>"
    assert (view.contact.external_id, view.contact.name) == ("email:ann@example.com", "Ann Lee")
    assert view.last_message is not None
    assert view.last_message.text == "It broke."


async def test_a_reply_is_threaded_whichever_comes_first(inbox: Inbox) -> None:
    second = from_ann("Message-ID: <2@example.com>", "In-Reply-To: <1@example.com>")
    third = from_ann("Message-ID: <3@example.com>", "References: <1@example.com> <2@example.com>")
    assert [await inbox.outcome(raw) for raw in (third, FIRST, second)] == ["created", "updated", "updated"]
    assert {message.external_id for message in await inbox.messages()} == {"<1@example.com>"}


async def test_a_mail_is_known_by_its_id_and_its_sender(inbox: Inbox) -> None:
    assert await inbox.outcome(FIRST) == "created"
    assert await inbox.outcome(FIRST) == "unchanged"
    assert await inbox.outcome(FIRST.replace(b"ann@example.com", b"Ann@Example.com")) == "unchanged"
    assert await inbox.outcome(FIRST.replace(b"ann@example.com", b"bo@example.com")) == "updated"
    assert [message.sender for message in await inbox.messages()] == ["ann@example.com", "bo@example.com"]


async def test_a_mail_from_somebody_else_is_logged_and_not_believed(inbox: Inbox) -> None:
    await inbox.takes(FIRST)
    before = await inbox.view("<1@example.com>")
    stranger = raw_mail("From: mallory@example.net", "Message-ID: <9@example.net>", "In-Reply-To: <1@example.com>")
    assert await inbox.outcome(stranger) == "updated"
    after = await inbox.view("<1@example.com>")
    assert (after.conversation, after.last_message) == (before.conversation, before.last_message)
    assert len(await inbox.messages()) == 2


async def test_a_thread_that_another_import_opens_meanwhile_keeps_its_address_and_contact(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second import has not seen the thread, and waits for its turn until the first has opened it."""
    load = load_chunk
    later = raw_mail("From: eve@example.net", "Message-ID: <2@example.net>", "In-Reply-To: <1@example.com>", body="Me.")

    async def load_later(*given: Any) -> Any:
        monkeypatch.setattr(mail_import, "load_chunk", load)
        assert await inbox.outcome(FIRST) == "created"
        return await load(*given)

    monkeypatch.setattr(mail_import, "load_chunk", load_later)
    assert await inbox.outcome(later) == "updated"

    view = await inbox.view("<1@example.com>")
    assert (view.address, view.contact.email) == ("ann@example.com", "ann@example.com")
    assert view.conversation.subject == "Help"
    assert [message.sender for message in await inbox.messages()] == ["ann@example.com", "eve@example.net"]


async def test_a_mail_without_an_id_is_known_by_its_file(inbox: Inbox) -> None:
    raw = from_ann("Subject: Help", "Date: Fri, 1 May 2026 09:00:00 +0000")
    assert [await inbox.outcome(raw), await inbox.outcome(raw)] == ["created", "unchanged"]
    assert (await inbox.view(root_id(parse_mail(raw)))).conversation.reply_to_message_id is None


async def test_an_answer_without_an_id_is_known_by_its_text_and_time(inbox: Inbox) -> None:
    await inbox.takes(FIRST)
    raw = from_ann("In-Reply-To: <1@example.com>", "Date: Sat, 2 May 2026 09:00:00 +0000")
    assert [await inbox.outcome(raw), await inbox.outcome(raw)] == ["updated", "unchanged"]


async def test_an_automatic_mail_neither_reopens_nor_asks_for_a_reply(inbox: Inbox) -> None:
    await inbox.takes(FIRST)
    settled = {"external_id": "<1@example.com>", "status": "done", "engagement": "engaged"}
    await import_lines(inbox.database, inbox.tenant, stream(ndjson(settled)), DIGESTS)
    away = ("Message-ID: <2@example.com>", "In-Reply-To: <1@example.com>", "Auto-Submitted: auto-replied")
    assert await inbox.outcome(from_ann(*away)) == "updated"
    conversation = (await inbox.view("<1@example.com>")).conversation
    assert (conversation.status, conversation.engagement) == ("done", "engaged")
    assert conversation.reply_to_message_id == "<1@example.com>"


async def test_a_conversation_that_an_automatic_mail_opens_waits_for_nothing(inbox: Inbox) -> None:
    await inbox.takes(from_ann("Message-ID: <1@example.com>", "Auto-Submitted: auto-generated"))
    conversation = (await inbox.view("<1@example.com>")).conversation
    assert (conversation.engagement, conversation.last_customer_message_at) == ("engaged", None)
    assert conversation.reply_to_message_id == "<1@example.com>"


async def test_an_answer_to_an_imported_conversation_finds_it(inbox: Inbox) -> None:
    await import_lines(inbox.database, inbox.tenant, stream(ndjson(line(status="done", engagement="engaged"))), DIGESTS)
    answer = raw_mail("From: ann@example.test", "Message-ID: <2@example.test>", "In-Reply-To: <c-1@mail.example.test>")
    assert await inbox.outcome(answer) == "updated"
    conversation = (await inbox.view("c-1")).conversation
    assert (conversation.status, conversation.engagement) == ("active", "pending")
    assert conversation.reply_to_message_id == "<2@example.test>"


async def test_a_mailbox_goes_on_after_a_mail_that_cannot_be_read(inbox: Inbox) -> None:
    too_large = b"From: ann@example.com\n\n" + b"x" * MAX_MAIL_BYTES
    long_id = from_ann(f"Message-ID: <{'é' * 600}@example.com>")
    mails = (FIRST, b"no e-mail at all", too_large, long_id, from_ann("Message-ID: <2@example.com>"))
    mailbox = b"".join(b"From x@example.com Fri May  1 09:00:00 2026\n" + raw + b"\n\n" for raw in mails)
    report = await import_mailbox(inbox.database, inbox.tenant, "email", stream(mailbox), DIGESTS)
    assert (report.created, report.failed) == (2, 3)
    assert [(error.line, error.code) for error in report.errors] == [
        (2, "unreadable_mail"),
        (3, "too_large"),
        (4, "too_long"),
    ]


async def test_a_single_mail_that_is_too_large_is_an_error(inbox: Inbox) -> None:
    report = await inbox.takes(FIRST + b"x" * MAX_MAIL_BYTES)
    assert [error.code for error in report.errors] == ["too_large"]


@pytest.mark.parametrize("key", ["sms", "nowhere"])
async def test_mails_need_an_account_of_e_mail(inbox: Inbox, key: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        await import_mail(inbox.database, inbox.tenant, key, stream(FIRST), DIGESTS)
    assert raised.value.faults[0].pointer == "/channel_account"


def separated(*mails: bytes) -> bytes:
    return b"".join(b"From ann@example.com Fri May  1 09:00:00 2026\n" + mail + b"\n\n" for mail in mails)


PSEUDO = raw_mail(
    "From: Mail System Internal Data <MAILER-DAEMON@mail.example.test>",
    "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA",
    "Message-ID: <1132742322@mail.example.test>",
    "X-IMAP: 1132742306 0000000001",
    "Status: RO",
)
OUR_OWN = raw_mail("From: Acme <support@example.com>", "To: ann@example.com", "Message-ID: <own@example.com>")


async def test_each_mail_of_a_mailbox_is_counted_once_and_what_is_left_out_says_why(inbox: Inbox) -> None:
    mails = [
        PSEUDO,
        FIRST,
        OUR_OWN,
        from_ann("Message-ID: <gone@example.com>", "X-Mozilla-Status: 0009"),
        from_ann("Message-ID: <2@example.com>", "In-Reply-To: <1@example.com>"),
        FIRST,
        raw_mail("From: =?utf-8?Q?ann@example.com?=", "Message-ID: <3@example.com>"),
        from_ann("Message-ID: <away@example.com>", "Status: ROD"),
    ]
    report = await import_mailbox(inbox.database, inbox.tenant, "email", stream(separated(*mails)), DIGESTS)
    numbers = (report.created, report.updated, report.unchanged, report.failed, report.left_out)
    assert numbers == (1, 1, 1, 1, 4)
    assert sum(numbers) == len(mails)
    assert [(each.line, each.code) for each in report.errors] == [(7, "unreadable_mail")]
    assert [(each.line, each.code) for each in report.warnings] == [
        (1, "mailbox_data"), (3, "own_mail"), (4, "deleted"), (8, "deleted"),
    ]  # fmt: skip
    assert {message.sender for message in await inbox.messages()} == {"ann@example.com"}


async def test_a_mail_that_a_group_has_passed_on_is_its_author_s(inbox: Inbox) -> None:
    passed_on = raw_mail(
        "From: 'Ann Lee' via Support <support@example.com>",
        "Reply-To: Support <support@example.com>",
        "X-Original-Sender: ann@example.com",
        "Precedence: list",
        "Message-ID: <group@example.com>",
    )
    assert await inbox.outcome(passed_on) == "created"
    view = await inbox.view("<group@example.com>")
    assert (view.address, view.contact.name) == ("ann@example.com", None)


@pytest.mark.parametrize("written", ["abc123@host.test", "<abc123@host.test>"])
async def test_a_message_id_without_brackets_is_the_same_message(inbox: Inbox, written: str) -> None:
    said = {"text": "It broke.", "provider_message_id": written, "references": ["first@host.test"]}
    for each in ("<abc123@host.test>", "abc123@host.test"):
        raw = line("c-9", channel="email", last_customer_message=said | {"provider_message_id": each})
        await import_lines(inbox.database, inbox.tenant, stream(ndjson(raw)), DIGESTS)
    view = await inbox.view("c-9")
    assert [message.provider_message_id for message in await inbox.messages()] == ["<abc123@host.test>"]
    assert view.conversation.reply_to_message_id == "<abc123@host.test>"
    assert view.conversation.reply_references == ("<first@host.test>",)
    assert await inbox.outcome(from_ann("Message-ID: <n@host.test>", "In-Reply-To: abc123@host.test")) == "updated"
