"""One person has one address, however it is written: by the helpdesk, by the customer, and by every provider."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from app.runtime import Runtime
from tests.channels.raw_server import answering, serving
from tests.e2e.callers import Callers, mail, sms, whatsapp_message
from tests.imports import ndjson
from tests.scene import Account, add_account, postmark, twilio, whatsapp

API = "https://api.example.com"
REOPENED = ("active", "pending")
TOKEN = {"server_token": "x"}


class Desk:
    """A helpdesk whose conversations come by import and whose customers write through their providers."""

    def __init__(self, client: httpx.AsyncClient, callers: Callers, accounts: Mapping[str, UUID]) -> None:
        self.client, self.callers, self.accounts = client, callers, accounts

    async def imports(self, *addresses: str, channel: str, account: str | None = None, **about: Any) -> None:
        """Import a conversation of a contact of its own for each address, done and answered."""
        lines = [
            {
                "external_id": f"c-{number}",
                "channel": channel,
                "channel_account": account or channel,
                "status": "done",
                "engagement": "engaged",
                "tags": ["incident"],
                "contact": {"external_id": f"u-{number}", "name": "Ann Lee"},
                "address": address,
                "last_customer_message": {
                    "text": "help",
                    "provider_message_id": f"<m{number}@mail.example.test>",
                    "sent_at": "2026-04-01T10:00:00Z",
                },
                **about,
            }
            for number, address in enumerate(addresses, 1)
        ]
        content = ndjson(*lines)
        answer = await self.client.post(
            "/conversations/import", content=content, headers={"content-type": "application/x-ndjson"}
        )
        assert answer.json()["failed"] == 0, answer.text

    async def standing(self, external_id: str = "c-1") -> tuple[str, str]:
        shown = (await self.client.get(f"/conversations/{external_id}")).json()
        return shown["status"], shown["engagement"]

    async def skipped(self) -> list[str]:
        body = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": {"text": "We are back."}}
        found = (await self.client.post("/mass-replies/preview", json=body)).json()
        return [skip["code"] for skip in found["preflight"]["skipped"] for _ in range(skip["count"])]


@pytest.fixture
async def desk(client: httpx.AsyncClient, anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID) -> Desk:
    email = postmark(API)
    email = replace(email, config={**email.config, "reply_to": "reply+{token}@in.example.test"})
    accounts = {each.key: await add_account(runtime, tenant, each) for each in (email, twilio(API), whatsapp(API))}
    return Desk(client, Callers(anonymous, runtime.settings.public_url), accounts)


def bounce(address: str, kind: str = "HardBounce") -> dict[str, Any]:
    return {"RecordType": "Bounce", "ID": 42, "Type": kind, "MessageID": "m-1", "Email": address, "Inactive": True}


@pytest.mark.parametrize(
    ("imported", "writes"),
    [
        ("+553188888821", "553188888821"),
        ("+12005550100", "12005550100"),
        ("553188888821", "553188888821"),
        ("+1 (200) 555-0100", "12005550100"),
        ("+5531988888801", "553188888801"),
        ("+525512345603", "5215512345603"),
        ("+541123456705", "5491123456705"),
        ("+54 11 15 2345-6705", "5491123456705"),
        ("+22997000000", "2290197000000"),
    ],
)
async def test_whatsapp_s_spelling_of_a_number_finds_the_helpdesk_s(desk: Desk, imported: str, writes: str) -> None:
    await desk.imports(imported, channel="whatsapp")
    await desk.callers.graph(desk.accounts["whatsapp"], whatsapp_message("100200300", writes, "I still need help"))
    assert await desk.standing() == REOPENED


@pytest.mark.parametrize(
    ("imported", "stops"),
    [
        ("+553188888821", "+553188888821"),
        ("+5531988888801", "+553188888801"),
        ("+5215512345603", "+525512345603"),
        ("+12005550100", "+12005550100"),
    ],
)
async def test_a_stop_counts_whichever_way_the_number_is_written(desk: Desk, imported: str, stops: str) -> None:
    await desk.imports(imported, channel="sms")
    assert await desk.skipped() == []
    await desk.callers.twilio(desk.accounts["sms"], sms(stops, "STOP"))
    assert await desk.skipped() == ["opted_out"]


@pytest.mark.parametrize(
    ("imported", "reported"),
    [
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@xn--bcher-kva.example", "ann@bücher.example"),
        ("ann@faß.example", "ANN@xn--fa-hia.example"),
        ("ann@googlemail.com", "ann@gmail.com"),
        ("a.nn@gmail.com", "Ann@googlemail.com"),
        ("\u200bann@example.test", "ann@example.test"),
        ("mailto:ann@example.test", "ann@example.test"),
        ("Ann Lee <Ann@example.test>", "ann@example.test"),
    ],
)
async def test_answers_bounces_and_complaints_are_about_the_address_and_not_its_spelling(
    desk: Desk, imported: str, reported: str
) -> None:
    await desk.imports(imported, channel="email")
    assert await desk.skipped() == []
    answer = mail(reported, In_Reply_To="<m1@mail.example.test>")
    assert (await desk.callers.postmark(desk.accounts["email"], answer)).is_success
    assert await desk.standing() == REOPENED

    assert (await desk.callers.postmark(desk.accounts["email"], bounce(reported, "SpamComplaint"))).is_success
    assert await desk.skipped() == ["opted_out"]


@pytest.mark.parametrize("address", ["6462345678", "14155550100", "(646) 234-5678", "0151 23456789"])
async def test_a_national_number_reaches_no_stranger_abroad(desk: Desk, address: str) -> None:
    await desk.imports(address, channel="sms")
    assert await desk.skipped() == ["address_invalid"]


@pytest.mark.parametrize("address", ["6462345678", "(646) 234-5678", "16462345678", "+16462345678"])
async def test_the_account_s_country_tells_whose_a_national_number_is(
    desk: Desk, runtime: Runtime, tenant: UUID, address: str
) -> None:
    account = twilio(API)
    national = Account("national", account.channel, "twilio", {**account.config, "region": "US"}, account.credentials)
    id_ = await add_account(runtime, tenant, national)
    await desk.imports(address, channel="sms", account="national")
    assert await desk.skipped() == []
    await desk.callers.twilio(id_, sms("+16462345678", "Are you there?"))
    assert await desk.standing() == REOPENED


async def test_an_account_s_country_holds_for_what_was_imported_before_it_was_given(
    desk: Desk, runtime: Runtime, tenant: UUID
) -> None:
    account = twilio(API)
    id_ = await add_account(runtime, tenant, replace(account, key="national"))
    await desk.imports("(646) 234-5678", channel="sms", account="national")
    async with runtime.database.begin(tenant) as tx:
        block = "INSERT INTO blocked_addresses (tenant_id, channel, address, reason) " + (
            "SELECT tenant_id, 'sms', address_key, 'bounced' FROM conversations"
        )
        await tx.execute(sa.text(block))
    await add_account(runtime, tenant, replace(account, key="national", config={**account.config, "region": "GB"}))
    await add_account(runtime, tenant, replace(account, key="national", config={**account.config, "region": "US"}))
    assert await desk.skipped() == ["address_invalid"]  # the bounce holds for the number that it is now
    await desk.callers.twilio(id_, sms("+16462345678", "Are you there?"))
    assert await desk.standing() == REOPENED
    await desk.callers.twilio(id_, sms("+16462345678", "STOP"))
    assert await desk.skipped() == ["opted_out"]


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
@pytest.mark.parametrize("address", ["+14155550100 ext. 12", "+14155550100x13", "+14155550100;ext=5", "+14155550100#7"])
async def test_an_extension_is_not_dropped(desk: Desk, channel: str, address: str) -> None:
    await desk.imports(address, channel=channel)
    assert await desk.skipped() == ["address_invalid"]


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("email", "Support@example.com"),
        ("email", f"reply+{'0a' * 16}@in.example.test"),
        ("email", "Support <support@example.com>"),
        ("sms", "+1 202 555 0100"),
        ("whatsapp", "12025550100"),
    ],
)
async def test_the_address_of_an_own_account_is_nobody_s(desk: Desk, channel: str, address: str) -> None:
    await desk.imports(address, channel=channel)
    assert await desk.skipped() == ["address_invalid"]


@pytest.mark.parametrize("domain", ["corp.local", "office.home.arpa"])
async def test_a_private_domain_is_known_to_one_s_own_mail_server_alone(desk: Desk, domain: str) -> None:
    config = {"from": f"support@{domain}", "host": f"mail.{domain}", "port": 25, "tls": "none"}
    account = {"channel": "email", "provider": "smtp", "name": "Own", "config": config, "credentials": {}}
    saved = await desk.client.put("/channel-accounts/own", json=account)
    assert saved.is_success, saved.text
    await desk.imports(f"ann@{domain}", channel="email", account="own")
    assert await desk.skipped() == []
    refused = await desk.client.put(
        "/channel-accounts/email-2",
        json={
            **account,
            "provider": "postmark",
            "config": {"from": f"a@{domain}"},
            "credentials": {"server_token": "x"},
        },
    )
    assert refused.status_code == 422
    await desk.imports(f"bob@{domain}", channel="email", account="email")
    assert await desk.skipped() == ["address_invalid"]


@pytest.mark.parametrize(
    ("channel", "one", "other"),
    [
        ("whatsapp", "+553188888821", "5531988888821"),
        ("sms", "+553188888801", "+55 31 98888-8801"),
        ("email", "ann@bücher.example", "Ann@xn--bcher-kva.example"),
        ("email", "ann@gmail.com", "ann@googlemail.com"),
    ],
)
async def test_a_person_whom_the_helpdesk_has_twice_gets_a_mass_reply_once(
    desk: Desk, channel: str, one: str, other: str
) -> None:
    await desk.client.put("/settings", json={"once_per_contact": True})
    await desk.imports(one, other, channel=channel, last_customer_message={"text": "Just now."})
    assert await desk.skipped() == ["duplicate_contact"]
    body = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": {"text": "We are back."}}
    batch = (await desk.client.post("/mass-replies", json=body)).json()
    assert (batch["recipient_count"], batch["counts"]["skipped"]) == (1, 1)


async def test_an_unnamed_contact_is_one_in_every_spelling(desk: Desk) -> None:
    await desk.imports("+553188888821", "5531988888821", channel="whatsapp", contact={"name": "Ann"})
    ids = {(await desk.client.get(f"/conversations/c-{n}")).json()["contact"]["external_id"] for n in (1, 2)}
    assert len(ids) == 1


async def test_erasing_somebody_finds_the_reports_that_spell_the_number_as_it_was(
    desk: Desk, runtime: Runtime, tenant: UUID
) -> None:
    await desk.imports("+5531988888801", channel="whatsapp")
    message = whatsapp_message("100200300", "553188888801", "I live at Rua Um")
    await desk.callers.graph(desk.accounts["whatsapp"], message)
    await desk.callers.graph(desk.accounts["whatsapp"], {"entry": [{"changes": [{"who": "553188888801"}]}]})
    erased = await desk.client.delete("/contacts/u-1")
    assert erased.status_code == 204, erased.text
    async with runtime.database.begin(tenant) as tx:
        left = list(await tx.scalars(sa.text("SELECT raw::text FROM receipts")))
    assert left
    assert not [raw for raw in left if "88888801" in raw]


async def test_whatsapp_s_own_number_is_nobody_s_once_the_account_was_tested(
    desk: Desk, runtime: Runtime, tenant: UUID
) -> None:
    async with serving(answering(200, {"id": "1", "display_phone_number": "+1 555-078-3881"})) as server:
        await add_account(runtime, tenant, replace(whatsapp(server.url), key="number"))
        await desk.imports("15550783881", channel="whatsapp", account="number")
        assert await desk.skipped() != ["address_invalid"]
        assert (await desk.client.post("/channel-accounts/number/test")).json()["credentials"] == "ok"
        assert await desk.skipped() == ["address_invalid"]
