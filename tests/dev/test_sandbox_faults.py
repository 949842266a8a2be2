"""Every fault, at every provider, over real connections."""

import asyncio
import contextlib
from dataclasses import replace

import aiohttp
import pytest

from app.dev.sandbox import InjectedFault, SandboxOptions, Timing
from app.dev.sandbox.faults import MAGIC, STAGES, Magic, Stage, commits, find_fault
from tests.dev.sandbox_calls import (
    QUICK,
    SENDERS,
    Sender,
    email,
    post,
    postmark_call,
    quick_sandbox,
    run_receiver,
    within,
)

BY_FAULT = {magic.fault: magic for magic in MAGIC}
DROPS = {InjectedFault.DROP_BEFORE, InjectedFault.DROP_AFTER, InjectedFault.TIMEOUT}
REFUSALS = {
    InjectedFault.INVALID: {
        "postmark": (422, 300),
        "twilio": (400, 21211),
        "webhook": (422, "invalid_recipient"),
        "whatsapp_cloud": (400, 131026),
        "meta": (400, (100, 2018001)),
    },
    InjectedFault.OPTED_OUT: {
        "postmark": (422, 406),
        "twilio": (400, 21610),
        "webhook": (422, "opted_out"),
        "whatsapp_cloud": (400, 131050),
        "meta": (400, (551, 1545041)),
    },
    InjectedFault.BAD_TOKEN: {
        "postmark": (401, 10),
        "twilio": (401, 20003),
        "webhook": (401, "unauthenticated"),
        "whatsapp_cloud": (401, 190),
        "meta": (401, 190),
    },
    **{
        fault: {
            "postmark": (500, 500),
            "twilio": (500, 20500),
            "webhook": (500, "internal_error"),
            "whatsapp_cloud": (500, 131000),
            "meta": (500, 2),
        }
        for fault in (InjectedFault.ERROR_BEFORE, InjectedFault.ERROR_AFTER)
    },
}

each_sender = pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)


@each_sender
@pytest.mark.parametrize("magic", MAGIC, ids=lambda magic: magic.fault)
async def test_a_message_counts_as_accepted_exactly_where_the_table_says_so(sender: Sender, magic: Magic) -> None:
    async with quick_sandbox() as (sandbox, client):
        sender.register(sandbox)
        try:
            await post(client, sandbox, sender.call(sender.recipient(magic)))
        except aiohttp.ClientConnectionError:
            assert magic.fault in DROPS
        counts = sandbox.journal.counts()
        committed = commits(sender.name, magic.fault)
        accepted = magic.stage in {Stage.RECEIPT, Stage.ANSWER} or not committed
        assert (counts.accepted, counts.refused) == (int(accepted), int(not accepted))
        assert [entry.fault for entry in sandbox.journal] == [magic.fault if committed else None]


@each_sender
@pytest.mark.parametrize("fault", REFUSALS)
async def test_a_refusal_speaks_the_providers_own_language(sender: Sender, fault: InjectedFault) -> None:
    async with quick_sandbox() as (sandbox, client):
        sender.register(sandbox)
        answer = await post(client, sandbox, sender.call(sender.recipient(BY_FAULT[fault])))
        assert (answer.status, sender.error_code(answer.json)) == REFUSALS[fault][sender.name]


@each_sender
@pytest.mark.parametrize(("fault", "retry_after"), [(InjectedFault.THROTTLED, "1"), (InjectedFault.BUSY, None)])
async def test_a_throttled_recipient_is_accepted_after_the_first_calls(
    sender: Sender, fault: InjectedFault, retry_after: str | None
) -> None:
    async with quick_sandbox(replace(QUICK, throttle_calls=2)) as (sandbox, client):
        sender.register(sandbox)
        call = sender.call(sender.recipient(BY_FAULT[fault]))
        answers = [await post(client, sandbox, call) for _ in range(3)]
        assert [answer.status for answer in answers] == [429, 429, sender.accepted_status]
        assert [answer.headers.get("Retry-After") for answer in answers] == [retry_after, retry_after, None]
        assert sandbox.journal.counts().accepted == 1


async def test_a_reset_throttles_again() -> None:
    async with quick_sandbox(replace(QUICK, throttle_calls=1)) as (sandbox, client):
        call = SENDERS[0].call("throttled@example.com")
        before = [(await post(client, sandbox, call)).status for _ in range(2)]
        sandbox.reset()
        assert (before, (await post(client, sandbox, call)).status) == ([429, 200], 429)


@each_sender
@pytest.mark.parametrize("fault", sorted(DROPS))
async def test_a_dropped_connection_gives_no_answer(sender: Sender, fault: InjectedFault) -> None:
    async with quick_sandbox() as (sandbox, client):
        sender.register(sandbox)
        with pytest.raises(aiohttp.ClientConnectionError):
            await post(client, sandbox, sender.call(sender.recipient(BY_FAULT[fault])))


async def test_an_accounts_fault_strikes_before_the_body_is_read() -> None:
    async with quick_sandbox() as (sandbox, _):
        sandbox.register("postmark", "broken", fault=InjectedFault.DROP_BEFORE)
        host, port = sandbox.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(
            b"POST /postmark/email HTTP/1.1\r\nHost: x\r\nX-Postmark-Server-Token: broken\r\n"
            b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
        )
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read() == b""
        writer.close()
        [entry] = sandbox.journal
        assert (entry.accepted, entry.message.recipient) == (False, "")


async def test_an_accounts_fault_is_committed_whoever_the_recipient_is() -> None:
    async with quick_sandbox() as (sandbox, client):
        sandbox.register("postmark", "broken", fault=InjectedFault.ERROR_AFTER)
        answer = await post(client, sandbox, postmark_call("/postmark/email", email("ann@example.com"), "broken"))
        assert (answer.status, sandbox.journal.counts().accepted) == (500, 1)


@each_sender
async def test_a_call_that_times_out_is_accepted_and_held_until_the_sandbox_stops(sender: Sender) -> None:
    async with quick_sandbox(SandboxOptions(timing=Timing(hold=60))) as (sandbox, client):
        sender.register(sandbox)
        call = asyncio.create_task(
            post(client, sandbox, sender.call(sender.recipient(BY_FAULT[InjectedFault.TIMEOUT])))
        )
        answered, _ = await asyncio.wait([call], timeout=0.1)
        assert not answered
        sandbox.exchange.closing.set()
        with pytest.raises(aiohttp.ClientConnectionError):
            await asyncio.wait_for(call, 10)
        assert sandbox.journal.counts().accepted == 1


@each_sender
async def test_a_dripping_answer_begins_and_does_not_come_to_an_end(sender: Sender) -> None:
    async with quick_sandbox(SandboxOptions(timing=Timing(drip=60))) as (sandbox, client):
        sender.register(sandbox)
        call = sender.call(sender.recipient(BY_FAULT[InjectedFault.DRIP]))
        async with client.post(sandbox.url + call.path, data=call.body, headers=call.headers) as response:
            assert response.status == sender.accepted_status
            assert await response.content.readexactly(1) == b"{"
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await response.content.readexactly(1)


@each_sender
async def test_a_dripping_answer_is_a_good_one_for_who_waits(sender: Sender) -> None:
    async with quick_sandbox() as (sandbox, client):
        sender.register(sandbox)
        answer = await post(client, sandbox, sender.call(sender.recipient(BY_FAULT[InjectedFault.DRIP])))
        [entry] = sandbox.journal
        assert f'"{entry.message_id}"'.encode() in answer.body


@each_sender
async def test_garbage_is_200_and_not_json(sender: Sender) -> None:
    async with quick_sandbox() as (sandbox, client):
        sender.register(sandbox)
        answer = await post(client, sandbox, sender.call(sender.recipient(BY_FAULT[InjectedFault.GARBAGE])))
        assert answer.status == 200
        with pytest.raises(ValueError, match="Expecting value"):
            _ = answer.json


@each_sender
async def test_the_receipts_can_come_before_the_answer(sender: Sender) -> None:
    late = SandboxOptions(timing=Timing(receipt_delay=60))
    async with run_receiver() as receiver, quick_sandbox(late) as (sandbox, client):
        sender = sender.reporting_to(receiver.url)
        sender.register(sandbox)
        call = sender.call(sender.recipient(BY_FAULT[InjectedFault.RECEIPT_FIRST]))
        answer = await post(client, sandbox, call)
        assert answer.status == sender.accepted_status
        assert len(receiver.received) > 0
        await within(5, sandbox)


async def test_in_a_batch_one_refused_message_leaves_the_others_alone() -> None:
    async with quick_sandbox() as (sandbox, client):
        batch = [email("ann@example.com", "d-1.1"), email("invalid@example.com", "d-2.1")]
        answer = await post(client, sandbox, postmark_call("/postmark/email/batch", batch))
        assert (answer.status, [item["ErrorCode"] for item in answer.json]) == (200, [0, 300])


@pytest.mark.parametrize(("word", "accepted"), [("error-before", 0), ("error-after", 2), ("drop-after", 2)])
async def test_in_a_batch_a_fault_of_the_call_or_of_its_answer_strikes_all(word: str, accepted: int) -> None:
    async with quick_sandbox() as (sandbox, client):
        batch = [email("ann@example.com", "d-1.1"), email(f"{word}@example.com", "d-2.1")]
        try:
            answer = await post(client, sandbox, postmark_call("/postmark/email/batch", batch))
        except aiohttp.ClientConnectionError:
            assert word == "drop-after"
        else:
            assert answer.status == 500
        counts = sandbox.journal.counts()
        assert (counts.accepted, counts.refused) == (accepted, 2 - accepted)


def test_every_fault_is_in_the_table_once_with_a_block_of_its_own() -> None:
    assert sorted(magic.fault for magic in MAGIC) == sorted(InjectedFault)
    assert len({magic.block for magic in MAGIC}) == len(MAGIC)
    assert set(STAGES) == set(InjectedFault)


@pytest.mark.parametrize("magic", MAGIC, ids=lambda magic: magic.fault)
def test_a_recipient_asks_by_local_part_or_by_digits_of_a_number_or_an_id(magic: Magic) -> None:
    asking = [
        magic.example_email,
        f"{magic.fault.upper()}-17@example.com",
        f"+15005550{magic.block}9",
        f"+1555010{magic.block}42",
        f"15005550{magic.block}9",
        magic.example_id,
        f"US.{magic.example_id}",
        *filter(None, [magic.twilio_number]),
    ]
    assert {find_fault(recipient) for recipient in asking} == {magic.fault}


@pytest.mark.parametrize(
    "recipient",
    [
        "ann@example.com",
        "a.bounce@example.com",
        "+14155550100",
        "+15005550006",
        "7300123456789012",
        "US.13491208655302741918",
        "US.",
        "",
    ],
)
def test_other_recipients_ask_for_nothing(recipient: str) -> None:
    assert find_fault(recipient) is None
