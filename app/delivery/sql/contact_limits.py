"""Limits per contact: how many messages it got recently, and which of its conversations gets a mass reply."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.domain.addresses import PHONE_CHANNELS
from app.domain.contact_limits import duplicate_contact
from app.domain.guards import Guards
from app.domain.preflight import PreflightWarning, contact_limit
from app.domain.preflight_summary import Withdrawn
from app.domain.words import Channel, DeliveryId, MassReplyId, ReasonCode
from app.store import named_locks
from app.store.reply_addresses import KEY
from app.store.transactions import TenantTx

# A delivery under way or uncertain may have been sent. A failed message reached nobody.
_REACHED = """
    d.status IN ('sending', 'sent', 'delivered', 'read', 'uncertain')
    AND coalesce(d.sent_at, d.updated_at) > clock_timestamp() - interval '24 hours'
"""


_PHONES = sorted(PHONE_CHANNELS)


def _sharing(one: str) -> str:
    """Return a query of the contacts that share an address: one person may be several, and use a number on several
    channels.

    On WhatsApp a person's number and ids lead to the same contacts.
    """
    return f"""
        SELECT o.contact_id FROM conversations o
        WHERE o.tenant_id = :tenant AND o.address_key = {one}.address_key
          AND o.channel = ANY (CASE WHEN {one}.channel = ANY (CAST(:phones AS text[])) THEN CAST(:phones AS text[])
                                    ELSE ARRAY[{one}.channel] END)
        UNION SELECT id FROM contacts WHERE tenant_id = :tenant AND email_key = {one}.address_key
        UNION SELECT id FROM contacts WHERE tenant_id = :tenant AND phone_key = {one}.address_key
        UNION SELECT o.contact_id FROM address_links l
        JOIN conversations o ON o.tenant_id = :tenant AND o.channel = ANY (CAST(:phones AS text[]))
                            AND o.address_key IN (l.alias, l.address_key)
        WHERE l.tenant_id = :tenant AND l.channel = 'whatsapp' AND {one}.channel = ANY (CAST(:phones AS text[]))
          AND (l.alias = {one}.address_key OR l.address_key = {one}.address_key OR l.address_key = (
               SELECT m.address_key FROM address_links m
               WHERE m.tenant_id = :tenant AND m.channel = 'whatsapp' AND m.alias = {one}.address_key))
    """  # noqa: S608 - built from constants


async def reached(tx: TenantTx, contacts: Sequence[UUID], *, besides: Sequence[DeliveryId] = ()) -> Mapping[UUID, int]:
    """Count the mass reply messages that each contact got, or may have got, within 24 hours, except for `besides`."""
    statement = sa.text(f"""
        WITH own AS (
            SELECT c.contact_id, c.channel, {KEY} AS address_key
            FROM conversations c JOIN contacts k ON k.tenant_id = :tenant AND k.id = c.contact_id
            WHERE c.tenant_id = :tenant AND c.contact_id = ANY (CAST(:contacts AS uuid[]))),
        kin AS (
            SELECT own.contact_id, o.contact_id AS other FROM own CROSS JOIN LATERAL ({_sharing("own")}) o
            UNION SELECT id, id FROM unnest(CAST(:contacts AS uuid[])) AS known (id))
        SELECT kin.contact_id, count(*) AS times
        FROM kin JOIN deliveries d ON d.tenant_id = :tenant AND d.contact_id = kin.other AND {_REACHED}
        WHERE d.id <> ALL (CAST(:besides AS uuid[]))
        GROUP BY kin.contact_id
    """)  # noqa: S608 - built from constants
    rows = await tx.execute(statement, contacts=list(contacts), besides=list(besides), phones=_PHONES)
    return {row.contact_id: row.times for row in rows}


async def take_turns(tx: TenantTx) -> None:
    """Serialize counting this tenant's messages per contact until the transaction ends.

    One lock for all contacts: a claim may need hundreds of them, and it takes milliseconds.
    """
    await named_locks.hold(tx, "messages per contact")


_THIN_OUT = sa.text(f"""
    WITH going AS (
        SELECT id, contact_id, channel, address_key, greatest(
                   row_number() OVER (PARTITION BY contact_id ORDER BY at DESC NULLS LAST, conversation_id DESC),
                   -- A conversation without a key shares its address with none.
                   row_number() OVER (PARTITION BY coalesce(address_key, id::text),
                                          CASE WHEN channel <> ALL (CAST(:phones AS text[])) THEN channel END
                                      ORDER BY at DESC NULLS LAST, conversation_id DESC)) AS place
        FROM (SELECT d.id, d.contact_id, d.conversation_id, d.channel, d.address_key, c.last_customer_message_at AS at
              FROM deliveries d JOIN conversations c ON c.tenant_id = d.tenant_id AND c.id = d.conversation_id
              WHERE d.tenant_id = :tenant AND d.mass_reply_id = :id AND d.status = 'queued') queued),
    refused AS (
        SELECT g.id, CASE WHEN CAST(:once AS boolean) THEN CAST(:duplicate AS text) ELSE :limited END AS code
        FROM going g
        WHERE g.place > 1 AND (CAST(:once AS boolean) OR g.place + (
            SELECT count(*) FROM deliveries d
            WHERE d.tenant_id = :tenant AND {_REACHED} AND d.contact_id IN (
                SELECT g.contact_id UNION {_sharing("g")})) > CAST(:limit AS int))),
    skipped AS (
        UPDATE deliveries d
        SET status = 'skipped', reason_code = r.code, segments = 0, used_template = false,
            warnings = '{{}}', dropped_attachments = '[]',
            reason_detail = CASE r.code WHEN :duplicate THEN :duplicate_detail ELSE :limited_detail END
        FROM refused r JOIN deliveries b ON b.tenant_id = :tenant AND b.id = r.id
        WHERE d.tenant_id = :tenant AND d.id = r.id
        RETURNING d.channel, d.account_id, r.code, b.segments, b.used_template, b.warnings,
                  b.dropped_attachments),
    counted AS (
        UPDATE lanes l SET queued = l.queued - s.times, skipped = l.skipped + s.times
        FROM (SELECT channel, account_id, count(*) AS times FROM skipped GROUP BY channel, account_id) s
        WHERE l.tenant_id = :tenant AND l.mass_reply_id = :id AND l.channel = s.channel
          AND l.account_id IS NOT DISTINCT FROM s.account_id)
    SELECT channel, code, warnings, count(*) AS times, sum(segments) AS segments,
           count(*) FILTER (WHERE used_template) AS templates,
           sum(CASE WHEN used_template THEN 0 ELSE
               (SELECT cardinality(attachment_ids) FROM mass_replies WHERE tenant_id = :tenant AND id = :id)
               - jsonb_array_length(dropped_attachments) END) AS files
    FROM skipped GROUP BY channel, code, warnings
""")  # noqa: S608 - built from constants


async def thin_out(tx: TenantTx, id_: MassReplyId, guards: Guards) -> list[Withdrawn]:
    """Skip the deliveries that are too many for their contacts, by the rule of `domain/contact_limits.py`.

    Return what the preflight has to subtract.
    """
    limit = guards.max_per_contact_per_day
    values = {
        "once": guards.once_per_contact,
        "limit": limit,
        "duplicate": ReasonCode.DUPLICATE_CONTACT,
        "duplicate_detail": duplicate_contact().detail,
        "limited": ReasonCode.CONTACT_LIMIT,
        "limited_detail": contact_limit(limit or 0).detail,
        "phones": _PHONES,
    }
    rows = await tx.execute(_THIN_OUT, id=id_, **values)
    return [_withdrawn(row) for row in rows]


def _withdrawn(row: Any) -> Withdrawn:
    warnings = tuple(map(PreflightWarning, row.warnings))
    channel, code, files = Channel(row.channel), ReasonCode(row.code), int(row.files)
    return Withdrawn(channel, code, row.times, warnings, int(row.segments), row.templates, files)


_FIRST_GOING = sa.text("""
    SELECT conversation_id FROM (
        SELECT conversation_id, row_number() OVER (PARTITION BY channel ORDER BY conversation_id) AS place
        FROM deliveries WHERE tenant_id = :tenant AND mass_reply_id = :id AND status = 'queued') AS going
    WHERE place <= :each ORDER BY conversation_id
""")


async def first_going(tx: TenantTx, id_: MassReplyId, each: int) -> list[UUID]:
    """Return the first conversations of each channel that will get a mass reply, in the order of their ids."""
    return list(await tx.scalars(_FIRST_GOING, id=id_, each=each))
