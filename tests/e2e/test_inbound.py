"""Customers' messages through the address that providers call: which conversation they reach, and what they change."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.domain.words import Channel
from app.runtime import Runtime
from tests.conftest import create_tenant
from tests.e2e.callers import Callers, mail, messenger_message, sms, whatsapp_message
from tests.scene import (
    META_SECRETS,
    Account,
    add_account,
    add_conversation,
    helpdesk,
    messenger,
    postmark,
    row,
    sendgrid,
    twilio,
    whatsapp,
)

API = "https://api.example.com"
ANN, PHONE, PERSON = "ann@example.com", "+14155550123", "7300123456789012"
DONE = {"status": "done", "engagement": "engaged"}
REOPENED, UNTOUCHED = ("active", "pending"), ("done", "engaged")
TAKEN = httpx.codes.NO_CONTENT


@pytest.fixture
def callers(anonymous: httpx.AsyncClient, runtime: Runtime) -> Callers:
    return Callers(anonymous, runtime.settings.public_url)


@pytest.fixture
async def mailbox(runtime: Runtime, tenant: UUID) -> UUID:
    return await add_account(runtime, tenant, postmark(API))


async def standing(client: httpx.AsyncClient, conversation: UUID) -> tuple[str, str]:
    shown = (await client.get(f"/conversations/{conversation}")).json()
    return shown["status"], shown["engagement"]


async def texts(client: httpx.AsyncClient, conversation: UUID) -> list[str]:
    items = (await client.get(f"/conversations/{conversation}/timeline")).json()["items"]
    return [item["text"] for item in items]


async def preview(client: httpx.AsyncClient, text: str = "We are back.") -> dict[str, Any]:
    body = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": {"text": text}}
    return dict((await client.post("/mass-replies/preview", json=body)).json())


def skips(previewed: Mapping[str, Any]) -> list[str]:
    return [skip["code"] for skip in previewed["preflight"]["skipped"]]


class TestMail:
    @pytest.mark.parametrize("way", ["In_Reply_To", "References", "token", "sender"])
    async def test_an_answer_finds_its_conversation_and_reopens_it(
        self, way: str, client: httpx.AsyncClient, callers: Callers, runtime: Runtime, tenant: UUID, mailbox: UUID
    ) -> None:
        wanted = await add_conversation(runtime, tenant, Channel.EMAIL, ANN, account_id=mailbox, **DONE)
        first = {"text": "My card is refused.", "provider_message_id": "<first@mail.example.com>", "automatic": True}
        await client.post(f"/conversations/{wanted}/customer-messages", json=first)
        if way != "sender":
            await add_conversation(runtime, tenant, Channel.EMAIL, ANN, account_id=mailbox, **DONE)
        ways = {
            "In_Reply_To": mail(ANN, In_Reply_To="<first@mail.example.com>"),
            "References": mail(ANN, References="<first@mail.example.com> <unknown@mail.example.com>"),
            "token": mail(ANN, token=wanted.hex),
            "sender": mail(ANN.title()),
        }
        assert (await callers.postmark(mailbox, ways[way])).status_code == TAKEN
        assert "Still broken." in await texts(client, wanted)
        assert await standing(client, wanted) == REOPENED

    @pytest.mark.parametrize(
        "mark",
        [
            {"Auto_Submitted": "auto-replied"},
            {"X_Autoreply": "yes"},
            {"Precedence": "bulk"},
            {"Return_Path": "<>"},
            {"Content_Type": "multipart/report; report-type=delivery-status"},
        ],
        ids=lambda mark: next(iter(mark)),
    )
    async def test_an_automatic_answer_is_logged_and_never_reopens(
        self,
        mark: dict[str, str],
        client: httpx.AsyncClient,
        callers: Callers,
        runtime: Runtime,
        tenant: UUID,
        mailbox: UUID,
    ) -> None:
        conversation = await add_conversation(runtime, tenant, Channel.EMAIL, ANN, account_id=mailbox, **DONE)
        assert (await callers.postmark(mailbox, mail(ANN, token=conversation.hex, **mark))).status_code == TAKEN
        assert await texts(client, conversation) == ["Still broken."]
        assert await standing(client, conversation) == UNTOUCHED

    async def test_a_stranger_who_knows_the_reply_address_is_logged_and_not_believed(
        self, client: httpx.AsyncClient, callers: Callers, runtime: Runtime, tenant: UUID, mailbox: UUID
    ) -> None:
        conversation = await add_conversation(runtime, tenant, Channel.EMAIL, ANN, account_id=mailbox, **DONE)
        await callers.postmark(mailbox, mail("mallory@example.net", token=conversation.hex))
        assert await texts(client, conversation) == ["Still broken."]
        assert await standing(client, conversation) == UNTOUCHED

    async def test_another_tenants_conversation_is_out_of_reach(
        self, client: httpx.AsyncClient, callers: Callers, runtime: Runtime, tenant: UUID
    ) -> None:
        other = await create_tenant(runtime.database, "Other Ltd")
        theirs = await add_account(runtime, other, postmark(API))
        conversation = await add_conversation(runtime, tenant, Channel.EMAIL, ANN, **DONE)
        assert (await callers.postmark(theirs, mail(ANN, token=conversation.hex))).status_code == TAKEN
        assert await texts(client, conversation) == []

    async def test_a_repeated_call_adds_nothing(
        self, client: httpx.AsyncClient, callers: Callers, runtime: Runtime, tenant: UUID, mailbox: UUID
    ) -> None:
        conversation = await add_conversation(runtime, tenant, Channel.EMAIL, ANN, account_id=mailbox)
        again = mail(ANN)
        for _ in range(3):
            assert (await callers.postmark(mailbox, again)).status_code == TAKEN
        assert await texts(client, conversation) == ["Still broken."]


class TestRawMail:
    """SendGrid passes mail on as it came."""

    @pytest.mark.parametrize(
        ("sender", "marks", "expected"),
        [
            (ANN, "", REOPENED),
            (ANN, "Auto-Submitted: auto-replied\r\n", UNTOUCHED),
            (ANN, "Return-Path: <>\r\n", UNTOUCHED),
            ("mallory@example.net", "", UNTOUCHED),
        ],
        ids=["answer", "out of office", "bounce", "stranger"],
    )
    @pytest.mark.parametrize("way", ["headers", "token"])
    async def test_only_a_persons_own_answer_reopens(
        self,
        way: str,
        sender: str,
        marks: str,
        expected: tuple[str, str],
        client: httpx.AsyncClient,
        callers: Callers,
        runtime: Runtime,
        tenant: UUID,
    ) -> None:
        account = sendgrid(API)
        account = replace(account, config={**account.config, "reply_to": "reply+{token}@in.example.com"})
        account_id = await add_account(runtime, tenant, account)
        wanted = await add_conversation(runtime, tenant, Channel.EMAIL, ANN, account_id=account_id, **DONE)
        first = {"text": "My card is refused.", "provider_message_id": "<first@mail.example.com>", "automatic": True}
        await client.post(f"/conversations/{wanted}/customer-messages", json=first)
        parent = "In-Reply-To: <first@mail.example.com>\r\n" if way == "headers" else ""
        to = f"reply+{wanted.hex if way == 'token' else ''}@in.example.com"
        raw = f"From: {sender}\r\nTo: {to}\r\n{marks}{parent}Subject: Re: Payment failed\r\n\r\nStill broken.\r\n"
        for _ in range(2):
            assert (await callers.sendgrid_mail(account_id, raw.encode(), to)).status_code == TAKEN
        assert [text.strip() for text in await texts(client, wanted)].count("Still broken.") == 1
        assert await standing(client, wanted) == expected


class TestText:
    async def test_stop_is_obeyed_until_start_and_neither_reopens_as_an_answer_does(
        self, client: httpx.AsyncClient, callers: Callers, runtime: Runtime, tenant: UUID
    ) -> None:
        account = await add_account(runtime, tenant, twilio(API))
        conversation = await add_conversation(runtime, tenant, Channel.SMS, PHONE, account_id=account, **DONE)
        assert (await callers.twilio(account, sms(PHONE, " Stop "))).status_code == TAKEN
        assert skips(await preview(client)) == ["opted_out"]
        await callers.twilio(account, sms(PHONE, "START"))
        assert (await preview(client))["recipient_count"] == 1
        assert await texts(client, conversation) == [" Stop ", "START"]
        assert await standing(client, conversation) == UNTOUCHED
        await callers.twilio(account, sms(PHONE, "Yes"))
        assert await standing(client, conversation) == REOPENED

    @pytest.mark.parametrize("place", ["address", "contact"])
    async def test_a_number_is_known_however_the_helpdesk_had_written_it(
        self, place: str, client: httpx.AsyncClient, callers: Callers, runtime: Runtime, tenant: UUID
    ) -> None:
        account = await add_account(runtime, tenant, twilio(API))
        number = "+1 (415) 555-0123"
        line = {
            "external_id": "c-1",
            "channel": "sms",
            "channel_account": "sms",
            "tags": ["incident"],
            "contact": {"external_id": "u-1", "phone": number if place == "contact" else None},
            **({"address": number} if place == "address" else {}),
        }
        await client.post(
            "/conversations/import", content=json.dumps(line), headers={"Content-Type": "application/x-ndjson"}
        )
        assert (await preview(client))["recipient_count"] == 1
        await callers.twilio(account, sms(PHONE, "STOP"))
        items = (await client.get("/conversations/c-1/timeline")).json()["items"]
        assert [item["text"] for item in items] == ["STOP"]
        assert skips(await preview(client)) == ["opted_out"]

    async def test_segments_are_counted_after_merging(
        self, client: httpx.AsyncClient, runtime: Runtime, tenant: UUID
    ) -> None:
        account = await add_account(runtime, tenant, twilio(API))
        for name, number in (("Ann", PHONE), ("Łucja", "+14155550124")):
            contact = {"first_name": name}
            await add_conversation(runtime, tenant, Channel.SMS, number, account_id=account, contact=contact)
        preflight = (await preview(client, "{{ contact.first_name }}" + "x" * 80))["preflight"]
        assert preflight["billable"]["sms_segments"] == 1 + 2
        assert [(warning["code"], warning["count"]) for warning in preflight["warnings"]] == [("multiple_segments", 1)]

    @pytest.mark.parametrize("forgery", ["field", "query", "signature"])
    async def test_a_changed_call_is_refused(
        self,
        forgery: str,
        anonymous: httpx.AsyncClient,
        client: httpx.AsyncClient,
        callers: Callers,
        runtime: Runtime,
        tenant: UUID,
    ) -> None:
        account = await add_account(runtime, tenant, twilio(API))
        conversation = await add_conversation(runtime, tenant, Channel.SMS, PHONE, account_id=account)
        sent = (await callers.twilio(account, {**sms(PHONE, "Hello?"), "MessageSid": "SM1"})).request
        changed = {
            "field": (str(sent.url), sent.content.replace(b"Hello", b"STOP!"), dict(sent.headers)),
            "query": (f"{sent.url}?d=1.1", sent.content, dict(sent.headers)),
            "signature": (str(sent.url), sent.content, {**sent.headers, "x-twilio-signature": "Zm9yZ2VkIQ=="}),
        }
        url, content, headers = changed[forgery]
        headers.pop("content-length", None)
        assert (await anonymous.post(url, content=content, headers=headers)).status_code == 401
        assert await texts(client, conversation) == ["Hello?"]


class TestSharedCallbacks:
    """One Meta app has one callback address for all its pages and numbers."""

    async def test_a_message_to_another_number_of_the_tenant_reaches_that_number(
        self, client: httpx.AsyncClient, callers: Callers, runtime: Runtime, tenant: UUID
    ) -> None:
        called, on_called, on_named = await two_numbers(runtime, tenant, META_SECRETS)
        assert (await callers.graph(called, whatsapp_message("999", PHONE.lstrip("+")))).status_code == TAKEN
        assert (await texts(client, on_called), await texts(client, on_named)) == ([], ["Still broken."])
        assert (await callers.graph(called, whatsapp_message("100200300", PHONE.lstrip("+")))).status_code == TAKEN
        assert await texts(client, on_called) == ["Still broken."]

    @pytest.mark.parametrize("whose", ["nobody's", "another app's", "another tenant's"])
    async def test_a_message_to_a_number_that_is_not_the_apps_reaches_nobody(
        self, whose: str, client: httpx.AsyncClient, callers: Callers, runtime: Runtime, tenant: UUID
    ) -> None:
        secrets = META_SECRETS if whose == "nobody's" else {**META_SECRETS, "app_secret": "of-another-app"}
        called, on_called, on_named = await two_numbers(runtime, tenant, secrets)
        number = {"nobody's": "555", "another app's": "999", "another tenant's": "777"}[whose]
        other = await create_tenant(runtime.database, "Other Ltd")
        theirs = replace(whatsapp(API), config={"phone_number_id": "777", "base_url": API})
        account = await add_account(runtime, other, theirs)
        await add_conversation(runtime, other, Channel.WHATSAPP, PHONE, account_id=account)
        assert (await callers.graph(called, whatsapp_message(number, PHONE.lstrip("+")))).status_code == TAKEN
        assert (await texts(client, on_called), await texts(client, on_named)) == ([], [])
        assert (await row(runtime, other, "SELECT count(*) AS number FROM messages")).number == 0
        kept = await row(runtime, tenant, "SELECT kind, account_id FROM receipts")
        assert (kept.kind, kept.account_id) == ("unrecognized", called)

    @pytest.mark.parametrize(("kind", "identity"), [("page", "400500600"), ("instagram", "17841400000000000")])
    async def test_a_page_and_its_instagram_account_are_told_apart(
        self, kind: str, identity: str, client: httpx.AsyncClient, callers: Callers, runtime: Runtime, tenant: UUID
    ) -> None:
        instagram = Account(
            "instagram",
            Channel.INSTAGRAM,
            "meta",
            {"page_id": "400500600", "instagram_id": "17841400000000000", "base_url": API},
            META_SECRETS,
        )
        accounts = [await add_account(runtime, tenant, each) for each in (instagram, messenger(API))]
        channels = (Channel.INSTAGRAM, Channel.FACEBOOK)
        on_instagram, on_page = [
            await add_conversation(runtime, tenant, channel, PERSON, account_id=account)
            for channel, account in zip(channels, accounts, strict=True)
        ]
        for called in accounts:
            message = messenger_message(identity, PERSON, kind)
            assert (await callers.graph(called, message)).status_code == TAKEN
        expected = {"page": (0, 2), "instagram": (2, 0)}[kind]
        assert (len(await texts(client, on_instagram)), len(await texts(client, on_page))) == expected

    @pytest.mark.parametrize(
        ("body", "app_secret", "status"),
        [
            (b"{}", "guessed", 401),
            (b"not json", META_SECRETS["app_secret"], 422),
            (b"[]", META_SECRETS["app_secret"], 422),
            (b'{"object": "page", "later": {"deep": [1]}}', META_SECRETS["app_secret"], 204),
            (b'{"entry": [{"id": 7, "messaging": [null, {"new_kind": {}}]}]}', META_SECRETS["app_secret"], 204),
        ],
    )
    async def test_what_is_forged_or_unreadable_is_refused_and_what_is_new_is_kept(
        self, body: bytes, app_secret: str, status: int, callers: Callers, runtime: Runtime, tenant: UUID
    ) -> None:
        account = await add_account(runtime, tenant, messenger(API))
        assert (await callers.graph(account, body, app_secret)).status_code == status
        kept = await row(runtime, tenant, "SELECT count(*) AS number FROM receipts")
        assert kept.number == (1 if status == 204 else 0)

    async def test_a_call_that_is_too_large_is_refused(
        self, anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
    ) -> None:
        account = await add_account(runtime, tenant, messenger(API))
        answer = await anonymous.post(f"/callbacks/{account}", headers={"Content-Length": "60000000"}, content=b"{}")
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def two_numbers(runtime: Runtime, tenant: UUID, secrets: Mapping[str, str]) -> tuple[UUID, UUID, UUID]:
    """Two numbers of a tenant, the second of an app with these secrets; one customer has a conversation on each.

    Answers the first account, and both conversations.
    """
    second = replace(
        whatsapp(API), key="second", config={"phone_number_id": "999", "base_url": API}, credentials=secrets
    )
    accounts = [await add_account(runtime, tenant, each) for each in (whatsapp(API), second)]
    on_first, on_second = [
        await add_conversation(runtime, tenant, Channel.WHATSAPP, PHONE, account_id=account) for account in accounts
    ]
    return accounts[0], on_first, on_second


@pytest.mark.parametrize("named_by", ["id", "external_id"])
async def test_a_helpdesk_is_believed_about_the_conversation_that_it_names(
    named_by: str, client: httpx.AsyncClient, callers: Callers, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, replace(helpdesk(API), channel=Channel.EMAIL))
    conversation = await add_conversation(
        runtime, tenant, Channel.EMAIL, ANN, account_id=account, external_id="c-1", **DONE
    )
    name = {"id": str(conversation), "external_id": "c-1"}[named_by]
    received = {"conversation": {named_by: name}, "message": {"id": "m-1", "text": "Still broken."}}
    assert (await callers.helpdesk(account, {"type": "message.received", "data": received})).status_code == TAKEN
    assert await standing(client, conversation) == REOPENED
