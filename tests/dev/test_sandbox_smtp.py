"""The sandbox as a mail server, spoken to by our own adapter: each fault, in SMTP's words, and what it leads to."""

import asyncio
import ssl
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import aiosmtplib
import pytest

from app.channels.smtp.adapter import Config, Credentials, SmtpAdapter
from app.dev.sandbox import InjectedFault, Sandbox, SandboxOptions, Timing
from app.dev.sandbox.faults import MAGIC, commits
from app.dev.sandbox.mail_server import server_class
from app.dev.servers import EmbeddedServersMissing
from app.domain.outbound import Accepted, AttachmentFile, Deferred, Rejected, SendResult, Unknown
from app.domain.words import Channel, ReasonCode
from tests.channels.cases import outbound
from tests.channels.mail_cases import OUR_MESSAGE_ID
from tests.dev.sandbox_calls import QUICK, get, quick_sandbox

SENDER = "support@example.com"
TLS = ssl.create_default_context()
ANN = outbound(Channel.EMAIL, "ann@example.com")
PARENT = "<abc@mail.example.test>"

WAITS_ALONE = (Deferred, "postponed", "delivery", None)
OUTCOMES: Mapping[InjectedFault, tuple[object, ...]] = {
    InjectedFault.INVALID: (Rejected, ReasonCode.INVALID_RECIPIENT),
    InjectedFault.OPTED_OUT: (Rejected, ReasonCode.BLOCKED),
    InjectedFault.THROTTLED: WAITS_ALONE,
    InjectedFault.BUSY: (Deferred, "throttled", "account", timedelta(seconds=30)),
    InjectedFault.BAD_TOKEN: (Deferred, "account", "account", None),
    InjectedFault.ERROR_BEFORE: WAITS_ALONE,
    InjectedFault.DROP_BEFORE: (Deferred, ReasonCode.UNREACHABLE, "delivery", None),
    InjectedFault.TIMEOUT: (Unknown,),
    InjectedFault.DROP_AFTER: (Unknown,),
    InjectedFault.GARBAGE: (Unknown,),
}
"""What each fault leads to; any other is none of a mail server's, or one for the impatient, and the mail is taken."""


def outcome(result: SendResult) -> tuple[object, ...]:
    match result:
        case Rejected(code=code):
            return Rejected, code
        case Deferred(code=code, scope=scope, retry_after=wait):
            return Deferred, code, scope, wait
        case _:
            return (type(result),)


async def send(sandbox: Sandbox, address: str = ANN.address, sender: str = SENDER) -> SendResult:
    place = {"from": f"Support <{sender}>", "host": "127.0.0.1", "port": sandbox.smtp_port, "tls": "none"}
    adapter = SmtpAdapter(Config.model_validate(place), Credentials(), allow_private=True, tls=TLS)
    file = AttachmentFile("what-happened.txt", "text/plain", b"Nothing was lost.\n")
    return await adapter.send(replace(ANN, address=address, in_reply_to=PARENT, attachments=(file,)))


async def send_by_hand(sandbox: Sandbox, *recipients: str) -> tuple[Mapping[str, object], str]:
    """Send as any other program would; answers the recipients that were refused, and the reply to the last dot."""
    return await aiosmtplib.send(
        "Message-ID: <1@mail.example.test>\r\n\r\nHello\r\n",
        sender=SENDER,
        recipients=recipients,
        hostname="127.0.0.1",
        port=sandbox.smtp_port,
        start_tls=False,
    )


@pytest.mark.parametrize("fault", InjectedFault)
async def test_each_fault_leads_to_its_outcome_and_counts_as_accepted_only_after_the_last_dot(
    fault: InjectedFault,
) -> None:
    async with quick_sandbox() as (sandbox, _):
        result = await send(sandbox, f"{fault}@example.com")

        assert outcome(result) == OUTCOMES.get(fault, (Accepted,))
        [entry] = sandbox.journal
        assert entry.accepted is isinstance(result, Accepted | Unknown)
        assert entry.fault is (fault if commits("smtp", fault) else None)
        assert entry.message.recipient == f"{fault}@example.com"


def test_a_mail_server_commits_what_an_smtp_reply_or_its_absence_can_say() -> None:
    never = {magic.fault for magic in MAGIC if not commits("smtp", magic.fault)}
    assert never == {
        *(
            InjectedFault.BOUNCE,
            InjectedFault.COMPLAINT,
            InjectedFault.UNDELIVERED,
            InjectedFault.RECEIPT_FIRST,
            InjectedFault.ERROR_AFTER,
        ),
        *(InjectedFault.WINDOW, InjectedFault.WINDOW_LATER, InjectedFault.TEMPLATE),
    }


async def test_a_greylisted_recipient_is_accepted_after_the_first_calls_and_once() -> None:
    async with quick_sandbox(replace(QUICK, throttle_calls=2)) as (sandbox, _):
        results = [outcome(await send(sandbox, "throttled@example.com")) for _ in range(3)]

        assert results == [WAITS_ALONE, WAITS_ALONE, (Accepted,)]
        counts = sandbox.journal.counts()
        assert (counts.accepted, counts.refused, counts.distinct_accepted) == (1, 2, 1)


@pytest.mark.parametrize("fault", [InjectedFault.TIMEOUT, InjectedFault.DRIP])
async def test_a_reply_that_does_not_come_to_an_end_is_unknown_and_held_until_the_sandbox_stops(
    fault: InjectedFault,
) -> None:
    async with quick_sandbox(SandboxOptions(timing=Timing(hold=60, drip=60))) as (sandbox, _):
        sending = asyncio.create_task(send(sandbox, f"{fault}@example.com"))
        async with asyncio.timeout(10):
            while not sandbox.journal.counts().accepted:
                await asyncio.sleep(0)
        assert not sending.done()
        sandbox.exchange.closing.set()

        assert isinstance(await asyncio.wait_for(sending, 10), Unknown)


async def test_a_dripping_reply_is_a_good_one_for_who_waits() -> None:
    async with quick_sandbox() as (sandbox, _):
        _, reply = await send_by_hand(sandbox, "drip@example.com")
        [entry] = sandbox.journal
        assert reply == f"2.0.0 OK: queued as {entry.message_id}"


async def test_a_stop_of_the_sandbox_ends_conversations_in_the_middle() -> None:
    async with quick_sandbox() as (sandbox, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", sandbox.smtp_port)
        assert (await reader.readline()).startswith(b"220 ")
    async with asyncio.timeout(10):
        assert await reader.read() == b""
    writer.close()


async def test_an_entry_says_who_sent_what_to_whom_without_the_content_of_attachments() -> None:
    async with quick_sandbox() as (sandbox, client):
        await send(sandbox)
        [entry] = (await get(client, sandbox, "/journal")).json["entries"]

    assert (entry["provider"], entry["identity"], entry["channel"]) == ("smtp", SENDER, "email")
    assert (entry["outcome"], entry["recipient"]) == ("accepted", ANN.address)
    assert entry["delivery_id"] == str(ANN.delivery_id)
    fields = entry["fields"]
    assert (fields["From"], fields["To"]) == (f"Support <{SENDER}>", ANN.address)
    assert (fields["Message-ID"], fields["In-Reply-To"]) == (OUR_MESSAGE_ID, PARENT)
    assert (fields["Subject"], fields["text"].strip()) == (ANN.subject, ANN.text)
    [file] = fields["attachments"]
    assert (file["filename"], file["content_type"]) == ("what-happened.txt", "text/plain")
    assert "Nothing was lost" not in str(entry)


async def test_a_delivery_that_came_twice_is_named() -> None:
    async with quick_sandbox() as (sandbox, _):
        for _ in range(2):
            await send(sandbox)
        assert sandbox.journal.counts().duplicates == [str(ANN.delivery_id)]


async def test_the_pages_show_the_mail_and_where_the_server_is() -> None:
    async with quick_sandbox() as (sandbox, client):
        await send(sandbox)
        await send(sandbox, "invalid@example.com")
        outbox = (await get(client, sandbox, "/outbox?channel=email")).body.decode()
        start = (await get(client, sandbox, "/")).body.decode()

    for part in (ANN.address, ANN.subject or "", "In-Reply-To", "abc@mail.example.test", ANN.text, "refused: 5.1.1"):
        assert part in outbox
    assert f"127.0.0.1:{sandbox.smtp_port}" in start


async def test_an_unknown_sender_is_refused_while_others_are_registered() -> None:
    async with quick_sandbox() as (sandbox, _):
        sandbox.register("smtp", SENDER)

        assert isinstance(await send(sandbox), Accepted)
        assert outcome(await send(sandbox, sender="else@example.com")) == OUTCOMES[InjectedFault.BAD_TOKEN]
        assert [entry.accepted for entry in sandbox.journal] == [True, False]


async def test_an_accounts_fault_is_committed_whoever_the_recipient_is() -> None:
    async with quick_sandbox() as (sandbox, _):
        sandbox.register("smtp", SENDER, fault=InjectedFault.DROP_BEFORE)
        assert outcome(await send(sandbox)) == OUTCOMES[InjectedFault.DROP_BEFORE]


async def test_a_mail_of_another_program_is_taken_for_each_recipient_that_is_not_refused() -> None:
    async with quick_sandbox() as (sandbox, _):
        refused, _ = await send_by_hand(sandbox, "ann@example.com", "invalid@example.com", "bea@example.com")

        assert list(refused) == ["invalid@example.com"]
        taken = [entry.message for entry in sandbox.journal if entry.accepted]
        assert [message.recipient for message in taken] == ["ann@example.com", "bea@example.com"]
        assert {message.correlation for message in taken} == {None}


async def test_any_login_is_taken() -> None:
    async with quick_sandbox() as (sandbox, _):
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=sandbox.smtp_port, start_tls=False)
        async with client:
            assert (await client.login("support", "mail-password-1")).code == 235


async def test_a_busy_server_hangs_up_after_its_reply() -> None:
    async with quick_sandbox() as (sandbox, _), asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", sandbox.smtp_port)
        writer.write(b"HELO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<busy@example.com>\r\n")
        replies = (await reader.read()).splitlines()
        writer.close()

    assert [reply.split()[0] for reply in replies] == [b"220", b"250", b"250", b"421"]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiosmtpd.smtp", None)
    with pytest.raises(EmbeddedServersMissing, match=r"aiosmtpd.*mass-reply\[embedded\]"):
        server_class()
