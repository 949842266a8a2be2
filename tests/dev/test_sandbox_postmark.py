"""The sandbox answers and reports as Postmark documents it."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import pytest

from tests.dev.sandbox_calls import (
    TOKEN,
    Receiver,
    email,
    get,
    post,
    postmark_call,
    quick_sandbox,
    run_receiver,
    within,
)

SINGLE, BATCH = "/postmark/email", "/postmark/email/batch"


async def test_an_accepted_message_is_answered_as_postmark_does() -> None:
    async with quick_sandbox() as (sandbox, client):
        answer = await post(client, sandbox, postmark_call(SINGLE, email("Ann Lee <ann@example.com>")))
        assert answer.status == 200
        assert {key: answer.json[key] for key in ("To", "ErrorCode", "Message")} == {
            "To": "Ann Lee <ann@example.com>",
            "ErrorCode": 0,
            "Message": "OK",
        }
        assert str(UUID(answer.json["MessageID"])) == answer.json["MessageID"]
        assert datetime.fromisoformat(answer.json["SubmittedAt"]).utcoffset() is not None
        [entry] = sandbox.journal
        assert (entry.message.recipient, entry.message.correlation) == ("ann@example.com", "d-1.1")


async def test_an_unknown_token_is_401_with_code_10_once_an_account_is_registered() -> None:
    async with quick_sandbox() as (sandbox, client):
        before = await post(client, sandbox, postmark_call(SINGLE, email("ann@example.com"), "another"))
        sandbox.register("postmark", TOKEN)
        after = await post(client, sandbox, postmark_call(SINGLE, email("ann@example.com"), "another"))
        assert (before.status, after.status, after.json["ErrorCode"]) == (200, 401, 10)
        assert (await get(client, sandbox, "/postmark/messages/outbound")).status == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"From": ""},
        {"To": ""},
        {"To": "nobody"},
        {"To": ",".join(f"a{n}@example.com" for n in range(51))},
        {"TextBody": None},
        {"TextBody": "x" * (5 * 1024 * 1024 + 1)},
        {"Metadata": {"delivery": "x" * 81}},
        {"Metadata": {"delivery": 1}},
        {"Metadata": {str(n): "x" for n in range(11)}},
        {"Headers": {"In-Reply-To": "<a@b.test>"}},
    ],
    ids=[
        "no sender",
        "no recipient",
        "no address",
        "51 recipients",
        "no body",
        "body of over 5 MB",
        "long metadata",
        "metadata that is no text",
        "11 metadata fields",
        "headers as an object",
    ],
)
async def test_an_invalid_message_is_422_with_code_300(changes: Mapping[str, object]) -> None:
    async with quick_sandbox() as (sandbox, client):
        answer = await post(client, sandbox, postmark_call(SINGLE, {**email("ann@example.com"), **changes}))
        assert (answer.status, answer.json["ErrorCode"]) == (422, 300)
        assert sandbox.journal.counts().accepted == 0
        assert (await get(client, sandbox, "/outbox")).status == 200


@pytest.mark.parametrize(
    ("path", "payload", "status", "code"),
    [
        (SINGLE, [1], 422, 402),
        (BATCH, {}, 422, 402),
        (BATCH, [email("ann@example.com")] * 501, 422, 410),
        (SINGLE, email("ann@example.com", Attachments=[{"Name": "a.txt", "Content": "x" * 10_485_760}]), 413, 300),
    ],
    ids=["no object", "no array", "501 messages", "over 10 MB"],
)
async def test_a_call_that_cannot_be_read_is_refused_as_a_whole(
    path: str, payload: object, status: int, code: int
) -> None:
    async with quick_sandbox() as (sandbox, client):
        answer = await post(client, sandbox, postmark_call(path, payload))
        assert (answer.status, answer.json["ErrorCode"]) == (status, code)


async def test_a_batch_of_500_answers_for_each_in_order() -> None:
    async with quick_sandbox() as (sandbox, client):
        batch = [email(f"a{n}@example.com", f"d-{n}.1") for n in range(500)]
        answer = await post(client, sandbox, postmark_call(BATCH, batch))
        assert [item["To"] for item in answer.json] == [message["To"] for message in batch]
        assert sandbox.journal.counts().distinct_accepted == 500


async def test_a_message_is_found_by_its_metadata_and_another_accounts_is_not() -> None:
    async with quick_sandbox() as (sandbox, client):
        sent = await post(client, sandbox, postmark_call(SINGLE, email("ann@example.com", "d-7.2")))
        await post(client, sandbox, postmark_call(SINGLE, email("ann@example.com", "d-7.1")))
        await post(client, sandbox, postmark_call(SINGLE, email("ann@example.com", "d-7.2"), "another"))
        search = "/postmark/messages/outbound?count=10&offset=0&metadata_delivery="
        token = {"X-Postmark-Server-Token": TOKEN}
        found = (await get(client, sandbox, search + "d-7.2", **token)).json
        absent = (await get(client, sandbox, search + "d-8.1", **token)).json
        assert [message["MessageID"] for message in found["Messages"]] == [sent.json["MessageID"]]
        assert absent == {"TotalCount": 0, "Messages": []}


async def test_an_attachment_is_kept_without_its_content() -> None:
    attachment = {"Name": "a.pdf", "Content": "QUJD", "ContentType": "application/pdf"}
    async with quick_sandbox() as (sandbox, client):
        await post(client, sandbox, postmark_call(SINGLE, email("ann@example.com", Attachments=[attachment])))
        [entry] = sandbox.journal
        assert entry.message.fields["Attachments"] == [{**attachment, "Content": "4 characters"}]


@pytest.mark.parametrize(
    ("recipient", "kinds"),
    [
        ("ann@example.com", ["Delivery"]),
        ("bounce@example.com", ["HardBounce"]),
        ("undelivered@example.com", ["SoftBounce"]),
        ("complaint@example.com", ["Delivery", "SpamComplaint"]),
    ],
)
async def test_receipts_have_postmarks_shape_and_name_the_message(recipient: str, kinds: list[str]) -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        sandbox.register("postmark", TOKEN, callback_url=receiver.url + "?secret=1")
        answer = await post(client, sandbox, postmark_call(SINGLE, email(recipient)))
        await within(5, sandbox)
        events = [received.json for received in receiver.received]
        assert [event.get("Type", event["RecordType"]) for event in events] == kinds
        assert {received.query for received in receiver.received} == {"secret=1"}
        for event in events:
            assert event["MessageID"] == answer.json["MessageID"]
            assert (event["Metadata"], event["Tag"]) == ({"delivery": "d-1.1"}, "mass-reply")
            assert event.get("Recipient", event.get("Email")) == recipient
            assert datetime.fromisoformat(event.get("DeliveredAt", event.get("BouncedAt")))


async def test_a_repeated_bounce_keeps_its_id() -> None:
    async with run_receiver(failures=2) as receiver, quick_sandbox() as (sandbox, client):
        sandbox.register("postmark", TOKEN, callback_url=receiver.url)
        await post(client, sandbox, postmark_call(SINGLE, email("bounce@example.com")))
        await within(5, sandbox)
        assert len(receiver.received) == 3
        assert len({received.body for received in receiver.received}) == 1


async def test_a_hard_bounce_makes_the_address_inactive_and_a_soft_one_does_not() -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        sandbox.register("postmark", TOKEN, callback_url=receiver.url)
        for recipient in ("bounce@example.com", "undelivered@example.com"):
            await post(client, sandbox, postmark_call(SINGLE, email(recipient)))
            await within(5, sandbox)
        assert _inactive(receiver) == [("HardBounce", True), ("SoftBounce", False)]


def _inactive(receiver: Receiver) -> list[tuple[str, bool]]:
    return [(received.json["Type"], received.json["Inactive"]) for received in receiver.received]


async def test_many_messages_at_once_are_all_reported_on() -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        sandbox.register("postmark", TOKEN, callback_url=receiver.url)
        calls = [postmark_call(SINGLE, email(f"a{n}@example.com", f"d-{n}.1")) for n in range(100)]
        await asyncio.gather(*(post(client, sandbox, call) for call in calls))
        await within(10, sandbox)
        reported = {received.json["Metadata"]["delivery"] for received in receiver.received}
        assert reported == {f"d-{n}.1" for n in range(100)}
