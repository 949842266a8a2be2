"""A tenant with accounts and conversations, made straight in the database: the quickest way to a batch of any size."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import sqlalchemy as sa

from app.accounts.channel_accounts import save_account
from app.dev.sandbox.sendgrid import new_keys
from app.domain.accounts import AccountDraft
from app.domain.addresses import Address
from app.domain.words import Channel
from app.runtime import Runtime
from app.store.transactions import TenantTx

ADDRESSES: Mapping[Channel, str] = {
    Channel.EMAIL: "'customer-' || n || '@example.com'",
    Channel.SMS: "'+1212555' || lpad(n::text, 4, '0')",
    Channel.VOICE: "'+1212555' || lpad(n::text, 4, '0')",
    Channel.WHATSAPP: "'+1212555' || lpad(n::text, 4, '0')",
    Channel.OTHER: "'visitor-' || n",
}

_CONTACTS = """
    INSERT INTO contacts (tenant_id, external_id, name, first_name)
    SELECT :tenant, :prefix || '-contact-' || n, 'Customer ' || n, 'Name' || n
    FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n
"""
_CONVERSATIONS = """
    INSERT INTO conversations (tenant_id, external_id, human_id, channel, account_id, contact_id, address, address_key,
                               subject, last_customer_message_at, reply_to_message_id)
    SELECT :tenant, :prefix || '-' || n, 'SUP-' || n, :channel, CAST(:account AS uuid), k.id, {address}, {address},
           'Payment failed', now() - interval '1 hour', '<' || :prefix || n || '@mail.example.com>'
    FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n
    CROSS JOIN LATERAL (SELECT * FROM contacts WHERE tenant_id = (SELECT CAST(:tenant AS uuid))
                        AND external_id = :prefix || '-contact-' || n LIMIT 1) k
"""
_TAGS = """
    INSERT INTO conversation_tags (tenant_id, tag, conversation_id)
    SELECT tenant_id, :tag, id FROM conversations WHERE tenant_id = :tenant AND external_id LIKE :prefix || '-%'
"""


@dataclass(frozen=True, slots=True)
class Account:
    """A channel account to write to, at the sandbox or anywhere else."""

    key: str
    channel: Channel
    provider: str
    config: Mapping[str, Any] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)
    rate_per_second: float = 10_000
    max_in_flight: int = 200


def postmark(url: str, **changes: Any) -> Account:
    config = {"from": "Support <support@example.com>", "base_url": f"{url}/postmark"}
    return Account("email", Channel.EMAIL, "postmark", config, {"server_token": "sandbox"}, **changes)


SENDGRID_PRIVATE, SENDGRID_PUBLIC = new_keys()


def sendgrid(url: str, **changes: Any) -> Account:
    config = {
        "from": "Support <support@example.com>",
        "webhook_public_key": SENDGRID_PUBLIC,
        "base_url": f"{url}/sendgrid",
    }
    return Account("sendgrid", Channel.EMAIL, "sendgrid", config, {"api_key": "SG.sandbox"}, **changes)


SID = "AC" + "0" * 32


def twilio(url: str, **changes: Any) -> Account:
    config = {"account_sid": SID, "from": "+12025550100", "base_url": f"{url}/twilio"}
    return Account("sms", Channel.SMS, "twilio", config, {"auth_token": "sandbox"}, **changes)


META_SECRETS = {"access_token": "sandbox-token", "app_secret": "sandbox-secret", "verify_token": "sandbox-verify"}
STANDARD_SECRET = "whsec_" + "c2FuZGJveC1zYW5kYm94LXNhbmRib3gtc2FuZGJveC0="


def helpdesk(url: str, **changes: Any) -> Account:
    config = {"url": f"{url}/helpdesk/messages?key=helpdesk"}
    return Account("helpdesk", Channel.OTHER, "webhook", config, {"secret": STANDARD_SECRET}, **changes)


def whatsapp(url: str, **changes: Any) -> Account:
    config = {"phone_number_id": "100200300", "base_url": f"{url}/whatsapp"}
    return Account("whatsapp", Channel.WHATSAPP, "whatsapp_cloud", config, META_SECRETS, **changes)


def messenger(url: str, **changes: Any) -> Account:
    config = {"page_id": "400500600", "base_url": f"{url}/meta"}
    return Account("messenger", Channel.FACEBOOK, "meta", config, META_SECRETS, **changes)


@dataclass(frozen=True, slots=True)
class Correspondent:
    """How an account is known at the sandbox, and a recipient whose answer gets lost."""

    account: Callable[[str], Account]
    identity: str
    secret: str
    lost_answer: str


# Every provider that reports back. SMTP returns nothing of ours, so only a person settles what it leaves uncertain; web
# chat has no answer to lose: it writes its reply in the transaction that records it.
CORRESPONDENTS: Mapping[str, Correspondent] = {
    "postmark": Correspondent(postmark, "sandbox", "", "drop-after@example.com"),
    "sendgrid": Correspondent(sendgrid, "SG.sandbox", SENDGRID_PRIVATE, "drop-after@example.com"),
    "twilio": Correspondent(twilio, SID, "sandbox", "+15005550220"),
    "webhook": Correspondent(helpdesk, "helpdesk", STANDARD_SECRET, "drop-after-7"),
    "whatsapp_cloud": Correspondent(whatsapp, "100200300", "sandbox-secret", "+15005550220"),
    "meta": Correspondent(messenger, "400500600", "sandbox-secret", "5550102200000001"),
}


async def add_account(runtime: Runtime, tenant: UUID, account: Account) -> UUID:
    draft = AccountDraft(
        channel=account.channel,
        provider=account.provider,
        name=account.key,
        config=account.config,
        credentials=account.credentials,
        rate_per_second=account.rate_per_second,
        max_in_flight=account.max_in_flight,
        enabled=True,
    )
    async with runtime.database.begin(tenant) as tx:
        saved = await save_account(tx, runtime.vault, account.key, draft)
    return saved.account.id


async def add_conversations(
    runtime: Runtime,
    tenant: UUID,
    channel: Channel,
    count: int,
    *,
    account: UUID | None = None,
    tag: str = "incident",
    prefix: str | None = None,
) -> None:
    """Add `count` conversations on a channel, all with one tag, each of a contact of its own."""
    values = {"prefix": prefix or channel, "first": 1, "last": count}
    async with runtime.database.begin(tenant) as tx:
        await tx.execute(sa.text(_CONTACTS), **values)
        statement = sa.text(_CONVERSATIONS.format(address=ADDRESSES[channel]))
        await tx.execute(statement, channel=channel, account=account, **values)
        await tx.execute(sa.text(_TAGS), prefix=prefix or channel, tag=tag)


async def add_conversation(
    runtime: Runtime, tenant: UUID, channel: Channel, address: str | None, **columns: Any
) -> UUID:
    """Add one conversation with a contact of its own, and such columns as the test is about."""
    contact = {"name": "Ann Lee", "first_name": "Ann", **columns.pop("contact", {})}
    tags: Sequence[str] = columns.pop("tags", ("incident",))
    key = None if address is None else Address.read(channel, address).key
    values = {
        "channel": channel,
        "address": address,
        "address_key": key,
        "last_customer_message_at": datetime.now(UTC),
        **columns,
    }
    async with runtime.database.begin(tenant) as tx:
        external_id = await tx.scalar(sa.text("SELECT 'contact-' || uuidv7()"))
        contact_id = await _insert(tx, "contacts", {"external_id": external_id, **contact})
        conversation = await _insert(tx, "conversations", {"contact_id": contact_id, **values})
        for tag in tags:
            row = {"tenant_id": tenant, "tag": tag, "conversation_id": conversation}
            await tx.execute(
                sa.text("INSERT INTO conversation_tags VALUES (:tenant_id, :tag, :conversation_id)"), **row
            )
    return conversation


async def _insert(tx: TenantTx, table: str, values: Mapping[str, Any]) -> UUID:
    plain = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in values.items()}
    columns = ", ".join(plain)
    marks = ", ".join(f"CAST(:{name} AS jsonb)" if isinstance(values[name], dict) else f":{name}" for name in plain)
    statement = sa.text(f"INSERT INTO {table} (tenant_id, {columns}) VALUES (:tenant, {marks}) RETURNING id")
    id_: UUID = await tx.scalar(statement, **plain)
    return id_


async def timeline(runtime: Runtime, tenant: UUID, conversation: UUID) -> list[Any]:
    async with runtime.database.begin(tenant) as tx:
        statement = sa.text("SELECT * FROM messages WHERE conversation_id = :id ORDER BY created_at, id")
        return list(await tx.execute(statement, id=conversation))


async def row(runtime: Runtime, tenant: UUID, statement: str, **values: Any) -> Any:
    async with runtime.database.begin(tenant) as tx:
        return (await tx.execute(sa.text(statement), **values)).one()


async def the_delivery(client: httpx.AsyncClient, mass_reply: str) -> dict[str, Any]:
    """Return the only delivery of a mass reply, as the API shows it."""
    [delivery] = (await client.get(f"/mass-replies/{mass_reply}/deliveries")).json()["items"]
    return dict(delivery)
