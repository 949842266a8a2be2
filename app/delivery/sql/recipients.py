"""Conversations with everything that decides whether and how a reply is sent on them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.domain.accounts import region_of
from app.domain.addresses import Address
from app.domain.preflight import Recipient
from app.domain.words import Channel, ConversationStatus, MassReplyId, ReasonCode
from app.store.plans import SOME_TENANT
from app.store.reply_addresses import ADDRESS
from app.store.transactions import TenantTx

COLUMNS = """
    c.id AS conversation_id, c.external_id, c.human_id, c.channel, c.status AS conversation_status, c.subject,
    c.custom_fields, c.reply_to_message_id, c.reply_references, c.created_at, c.last_customer_message_at,
    k.id AS contact_id, k.name AS contact_name, k.first_name AS contact_first_name, k.email AS contact_email,
    k.custom_fields AS contact_custom_fields, k.opted_out AS contact_opted_out
"""


def the_one(id_: str) -> str:
    """Return a condition for the row of an id that only the primary key's index serves: no other has this order.

    To a plan made while the table was nearly empty, every index that begins with the tenant looks as good.
    """
    return f"id >= {id_} AND id <= {id_} ORDER BY id LIMIT 1"


def about(conversation: str) -> str:
    """Join a conversation and its contact, each by its key."""
    return f"""
    CROSS JOIN LATERAL (SELECT * FROM conversations WHERE tenant_id = {SOME_TENANT} AND {the_one(conversation)}) c
    CROSS JOIN LATERAL (SELECT * FROM contacts WHERE tenant_id = {SOME_TENANT} AND {the_one("c.contact_id")}) k
    """  # noqa: S608 - built from literals of this package


def against(channel: str, key: str) -> str:
    """Join the reason not to write to an address, if there is one. Of several, the person's own comes first."""
    return f"""
    LEFT JOIN LATERAL (SELECT reason FROM blocked_addresses
                       WHERE tenant_id = {SOME_TENANT} AND channel = {channel} AND address = {key}
                         AND lifted_at IS NULL
                       ORDER BY reason = 'bounced', reason LIMIT 1) b ON true
    """  # noqa: S608 - built from literals of this package


_LOAD = sa.text(f"""
    SELECT {COLUMNS}, {ADDRESS} AS address, c.account_id AS named_account_id,
           coalesce(lately.replied, false) AS recently_replied, coalesce(lately.repeated, false) AS repeated_contact
    FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
    {about("wanted.id")}
    LEFT JOIN LATERAL (
        -- Conditions that another index would also serve are kept out of the search itself.
        SELECT bool_or(d.mass_reply_id <> :mass_reply
                       AND d.status IN ('queued', 'sending', 'sent', 'delivered', 'read', 'uncertain')
                       AND (SELECT confirmed_at FROM mass_replies
                            WHERE tenant_id = {SOME_TENANT} AND id = d.mass_reply_id) IS NOT NULL) AS replied,
               bool_or(d.mass_reply_id = :mass_reply AND d.status = 'queued') AS repeated
        FROM deliveries d
        WHERE tenant_id = {SOME_TENANT} AND d.contact_id = k.id AND d.queued_at > now() - interval '24 hours') lately
        ON true
    ORDER BY c.id
""")  # noqa: S608 - built from the constants above


@dataclass(frozen=True, slots=True)
class ReplyAccount:
    """A channel account that carries replies."""

    id: UUID | None
    provider: str | None
    config: Mapping[str, Any]
    region: str | None


_NO_ACCOUNT = ReplyAccount(None, None, {}, None)


@dataclass(frozen=True, slots=True)
class ReplyAccounts:
    """A tenant's enabled accounts. They are few, and many conversations share them."""

    by_id: Mapping[UUID, ReplyAccount]
    oldest: Mapping[str, ReplyAccount]
    """By channel."""

    def of(self, row: Any) -> ReplyAccount:
        """Return the account that would carry a reply: the conversation's own, or else the oldest of its channel."""
        named = row.named_account_id
        found = self.oldest.get(row.channel) if named is None else self.by_id.get(named)
        return found or _NO_ACCOUNT


def reply_accounts(accounts: Iterable[Any]) -> ReplyAccounts:
    """Return those of a tenant's accounts that are enabled. The oldest one comes first."""
    by_id: dict[UUID, ReplyAccount] = {}
    oldest: dict[str, ReplyAccount] = {}
    for each in accounts:
        if each.enabled:
            account = by_id[each.id] = ReplyAccount(each.id, each.provider, each.config, region_of(each.config))
            oldest.setdefault(each.channel, account)
    return ReplyAccounts(by_id, oldest)


async def load(tx: TenantTx, mass_reply: MassReplyId, ids: Sequence[UUID], accounts: ReplyAccounts) -> list[Recipient]:
    """Load the selected conversations in id order, each with the account that would carry a reply."""
    rows = await tx.rows(_LOAD, mass_reply=mass_reply, ids=ids)
    carrying = [accounts.of(row) for row in rows]
    written = [_address(row, account) for row, account in zip(rows, carrying, strict=True)]
    known = iter(await _known(tx, [address for address in written if address is not None]))
    return [
        _recipient(row, account, _NOWHERE if address is None else next(known))
        for row, account, address in zip(rows, carrying, written, strict=True)
    ]


def _address(row: Any, account: ReplyAccount) -> Address | None:
    return None if row.address is None else Address.read(Channel(row.channel), row.address, account.region)


@dataclass(frozen=True, slots=True)
class _Known:
    key: str | None
    blocked: ReasonCode | None


_NOWHERE = _Known(None, None)


_KNOWN = sa.text(f"""
    SELECT v.n, coalesce(l.address_key, v.key) AS key, b.reason
    FROM unnest(CAST(:channels AS text[]), CAST(:keys AS text[])) WITH ORDINALITY AS v (channel, key, n)
    LEFT JOIN LATERAL (SELECT address_key FROM address_links
                       WHERE tenant_id = {SOME_TENANT} AND channel = v.channel AND alias = v.key LIMIT 1) l ON true
    {against("v.channel", "coalesce(l.address_key, v.key)")}
    ORDER BY v.n
""")  # noqa: S608 - built from the constants above


async def _known(tx: TenantTx, addresses: Sequence[Address]) -> list[_Known]:
    """Return the key of each address, and the reason not to write to it."""
    values = {"channels": [each.channel for each in addresses], "keys": [each.key for each in addresses]}
    rows = await tx.rows(_KNOWN, **values)
    return [_Known(row.key, ReasonCode(row.reason) if row.reason else None) for row in rows]


def _recipient(row: Any, account: ReplyAccount, known: _Known) -> Recipient:
    return from_row(
        row,
        account_id=account.id,
        provider=account.provider,
        address_key=known.key,
        blocked=known.blocked,
        account_config=account.config,
        recently_replied=row.recently_replied,
        repeated_contact=row.repeated_contact,
    )


def claimed(row: Any, config: Mapping[str, Any]) -> Recipient:
    """Return a recipient whose address is the one that the preflight froze."""
    blocked = ReasonCode(row.blocked) if row.blocked else None
    return from_row(
        row,
        account_id=row.account_id,
        provider=row.provider,
        frozen=True,
        blocked=blocked,
        address_key=row.address_key,
        account_config=config,
        changed_hands=row.changed_hands,
    )


def from_row(row: Any, blocked: ReasonCode | None = None, **others: Any) -> Recipient:
    return Recipient(
        conversation_id=row.conversation_id,
        external_id=row.external_id,
        human_id=row.human_id,
        channel=Channel(row.channel),
        status=ConversationStatus(row.conversation_status),
        subject=row.subject,
        custom_fields=row.custom_fields,
        address=row.address,
        reply_to_message_id=row.reply_to_message_id,
        reply_references=tuple(row.reply_references),
        created_at=row.created_at,
        last_customer_message_at=row.last_customer_message_at,
        contact_id=row.contact_id,
        contact_name=row.contact_name,
        contact_first_name=row.contact_first_name,
        contact_email=row.contact_email,
        contact_custom_fields=row.contact_custom_fields,
        contact_opted_out=row.contact_opted_out,
        blocked=blocked,
        **others,
    )
