"""Erases a contact's personal data, set-based.

Rows, ids, statuses, times and billed units stay, so counts do not change.
"""

from typing import Any

import sqlalchemy as sa

from app.compliance.sql.identified_contact import IdentifiedContact
from app.compliance.sql.report_search import NO_REPORTS, Reports, needles_of, reports_since
from app.domain.erased_addresses import ERASED_TEXT, AddressDigests, BlockedPlace
from app.domain.words import Channel, ReasonCode
from app.store.transactions import TenantTx

_REASONS = sa.text("""
    SELECT DISTINCT ON (b.channel, b.address) b.channel, b.address, b.reason
    FROM unnest(CAST(:channels AS text[]), CAST(:addresses AS text[])) AS v (channel, address)
    JOIN blocked_addresses b ON b.tenant_id = :tenant AND b.channel = v.channel AND b.address = v.address
    WHERE b.lifted_at IS NULL
    ORDER BY b.channel, b.address, b.reason = 'bounced', b.reason
""")
_KEEP_DIGESTS = sa.text("""
    INSERT INTO erased_blocks (tenant_id, channel, address_digest, reason)
    SELECT :tenant, v.channel, v.digest, v.reason
    FROM unnest(CAST(:channels AS text[]), CAST(:digests AS bytea[]), CAST(:reasons AS text[]))
         AS v (channel, digest, reason)
    ON CONFLICT DO NOTHING
""")
# If another contact has the same address, it is known anyway and must stay blocked for them.
_FORGET_BLOCKED = sa.text("""
    DELETE FROM blocked_addresses b
    USING unnest(CAST(:channels AS text[]), CAST(:addresses AS text[])) AS v (channel, address)
    WHERE b.tenant_id = :tenant AND b.channel = v.channel AND b.address = v.address
      AND NOT EXISTS (SELECT FROM conversations c
                      WHERE c.tenant_id = :tenant AND c.channel = v.channel AND c.address_key = v.address
                        AND c.contact_id <> :contact)
      AND NOT EXISTS (SELECT FROM contacts k
                      WHERE k.tenant_id = :tenant AND k.id <> :contact
                        AND v.address IN (k.email_key, k.phone_key))
""")


async def keep_blocked(tx: TenantTx, contact: IdentifiedContact, digests: AddressDigests) -> None:
    """Keep every block as a digest. If the contact opted out altogether, block all its addresses."""
    named = sorted(contact.addresses | contact.former, key=lambda each: (each.channel, each.key))
    columns = {"channels": [a.channel for a in named], "addresses": [a.key for a in named]}
    rows = await tx.execute(_REASONS, **columns)
    reasons = {BlockedPlace(Channel(row.channel), row.address): row.reason for row in rows}
    if contact.opted_out:
        reasons = {place: str(ReasonCode.OPTED_OUT) for place in contact.addresses} | reasons
    kept = {
        "channels": [place.channel for place in reasons],
        "digests": [digests.of(tx.tenant, place) for place in reasons],
        "reasons": list(reasons.values()),
    }
    await tx.execute(_KEEP_DIGESTS, **kept)
    await tx.execute(_FORGET_BLOCKED, contact=contact.id, **columns)


_SAMPLE_LEFT = """
    coalesce((SELECT jsonb_agg(s) FROM jsonb_array_elements({document} -> 'samples') s
              WHERE s ->> 'conversation_id' <> ALL (CAST(CAST(:conversations AS uuid[]) AS text[]))), '[]')
"""
_OF_BATCHES = """
    tenant_id = :tenant AND {column} IN (SELECT mass_reply_id FROM deliveries
                                         WHERE tenant_id = :tenant AND id = ANY (CAST(:deliveries AS uuid[])))
"""


def _without_samples(table: str, column: str, key: str) -> str:
    """Return a statement that removes the contact's rendered samples from a preflight."""
    left = _SAMPLE_LEFT.format(document=column)
    return f"""
        UPDATE {table} SET {column} = jsonb_set({column}, '{{samples}}', {left})
        WHERE {_OF_BATCHES.format(column=key)} AND jsonb_typeof({column} -> 'samples') = 'array'
    """  # noqa: S608 - built from constants


_ANSWERED = "CAST(answer AS jsonb) -> 'preflight'"

_SCRUB = (
    # A provider's words may quote an address, and notes quote the provider. People's decisions stay as written.
    """UPDATE messages SET text = :text, html = NULL, attachments = '[]', sender = NULL,
              provider_message_id = CASE WHEN kind <> 'customer_message' THEN provider_message_id
                                         ELSE 'erased:' || id END
       WHERE tenant_id = :tenant AND conversation_id = ANY (CAST(:conversations AS uuid[]))""",
    """DELETE FROM address_links WHERE tenant_id = :tenant AND address_key = ANY (CAST(:keys AS text[]))""",
    """UPDATE conversations SET address = NULL, address_key = NULL, subject = NULL, custom_fields = '{}',
              reply_to_message_id = NULL, reply_references = '{}', updated_at = now()
       WHERE tenant_id = :tenant AND id = ANY (CAST(:conversations AS uuid[]))""",
    """DELETE FROM conversation_fields
       WHERE tenant_id = :tenant AND conversation_id = ANY (CAST(:conversations AS uuid[]))""",
    """DELETE FROM chat_token_routes
       WHERE tenant_id = :tenant AND token_hash IN (
           SELECT token_hash FROM chat_sessions
           WHERE tenant_id = :tenant AND conversation_id = ANY (CAST(:conversations AS uuid[])))""",
    """DELETE FROM chat_sessions
       WHERE tenant_id = :tenant AND conversation_id = ANY (CAST(:conversations AS uuid[]))""",
    """UPDATE contacts SET external_id = 'erased:' || id, name = NULL, first_name = NULL, email = NULL, phone = NULL,
              email_key = NULL, phone_key = NULL, custom_fields = '{}', unnamed = false,
              erased_at = coalesce(erased_at, now()), updated_at = now()
       WHERE tenant_id = :tenant AND id = :contact""",
    """UPDATE delivery_attempts SET text = CASE WHEN text IS NOT NULL THEN :text END, html = NULL, evidence = NULL
       WHERE tenant_id = :tenant AND delivery_id = ANY (CAST(:deliveries AS uuid[]))""",
    """UPDATE receipts SET raw = '{}', reason_detail = NULL, recipient = NULL,
              settled_at = CASE WHEN recipient IS NULL THEN settled_at ELSE coalesce(settled_at, now()) END,
              event_key = CASE WHEN lower(event_key) LIKE ANY (CAST(:parts AS text[])) THEN 'erased:' || id
                               ELSE event_key END
       WHERE tenant_id = :tenant AND id = ANY (CAST(:reports AS uuid[]))""",
    """UPDATE deliveries SET address = NULL, address_key = NULL, subject = NULL, retryable = false, updated_at = now(),
              reason_detail = CASE WHEN reason_detail IS NULL OR reason_code = :reason THEN reason_detail ELSE :text END
       WHERE tenant_id = :tenant AND id = ANY (CAST(:deliveries AS uuid[]))""",
    _without_samples("mass_replies", "preflight", "id"),
    _without_samples("selection_pages", "preflight", "mass_reply_id"),
    f"""UPDATE idempotency_records
        SET answer = CAST(jsonb_set(CAST(answer AS jsonb), '{{preflight,samples}}',
                                    {_SAMPLE_LEFT.format(document=_ANSWERED)}) AS text)
        WHERE {_OF_BATCHES.format(column="mass_reply_id")}
          AND jsonb_typeof({_ANSWERED} -> 'samples') = 'array'""",  # noqa: S608 - built from constants
)


async def scrub(tx: TenantTx, contact: IdentifiedContact, known: Reports = NO_REPORTS) -> None:
    """Remove everything that identifies the contact, and every text. Rows that are counted stay."""
    needles = await needles_of(tx, contact)
    reports = await reports_since(tx, contact, needles, known)
    values: dict[str, Any] = {
        "tenant": tx.tenant,
        "contact": contact.id,
        "conversations": contact.conversations,
        "deliveries": list(contact.deliveries),
        "keys": [each.key for each in contact.addresses | contact.former],
        "parts": sorted(needles.parts),
        "reports": reports.found,
        "text": ERASED_TEXT,
        "reason": ReasonCode.CONTACT_ERASED,
    }
    for written in _SCRUB:
        statement = sa.text(written)
        named = statement.compile().params
        await tx.execute(statement, **{name: value for name, value in values.items() if name in named})
