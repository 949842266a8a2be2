"""New mass replies, as they were requested."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.domain.guards import NO_GUARDS, Guards
from app.domain.mass_reply import Draft
from app.domain.selection import to_json
from app.domain.text.message import Source
from app.domain.words import MassReplyId, TenantId
from app.store.database import Database
from app.store.transactions import TenantTx, in_tenant


@dataclass(frozen=True, slots=True)
class Setting:
    """What a draft is read with."""

    tenant_name: str
    guards: Guards
    snippets: Mapping[str, str]
    """Texts by shortcode: of those that the draft names, all that there are."""


_SETTING = in_tenant("""
    SELECT t.name, s.guards,
           (SELECT json_object_agg(n.shortcode, n.text) FROM snippets n
            WHERE n.tenant_id = :tenant AND n.shortcode = ANY (CAST(:named AS text[]))) AS snippets
    FROM tenants t LEFT JOIN tenant_settings s ON s.tenant_id = t.id WHERE t.id = :tenant
""")


async def setting(database: Database, tenant: TenantId, named: Sequence[str]) -> Setting:
    """Return what to read a draft with that names these snippets, in one round trip."""
    [row] = await database.fetch(tenant, _SETTING, named=named)
    return Setting(row.name, NO_GUARDS if row.guards is None else Guards.from_json(row.guards), row.snippets or {})


_INSERT = sa.text("""
    INSERT INTO mass_replies (tenant_id, status, selection, message_text, message_html, attachment_ids, source_text,
                              source_html, unknown_snippets, on_unresolved, mark_as_done, whatsapp_template,
                              author_id, author_name, author_email, parties, guards)
    VALUES (:tenant, 'preparing', CAST(:selection AS jsonb), :text, :html, CAST(:attachment_ids AS uuid[]),
            :source_text, :source_html, CAST(:unknown_snippets AS text[]), :on_unresolved, :mark_as_done,
            CAST(:whatsapp_template AS jsonb), :author_id, :author_name, :author_email, CAST(:parties AS text[]),
            CAST(:guards AS jsonb))
    RETURNING id
""")


async def insert(
    tx: TenantTx, draft: Draft, source: Source, guards: Guards, parties: Iterable[str] = ()
) -> MassReplyId:
    [row] = await tx.rows(
        _INSERT,
        selection=json.dumps(to_json(draft.selection)),
        text=draft.text,
        html=draft.html,
        attachment_ids=list(dict.fromkeys(draft.attachment_ids)),
        source_text=source.text,
        source_html=source.html,
        unknown_snippets=source.unknown_snippets,
        on_unresolved=draft.on_unresolved,
        mark_as_done=draft.mark_as_done,
        whatsapp_template=json.dumps(draft.whatsapp_template) if draft.whatsapp_template else None,
        author_id=draft.author.id,
        author_name=draft.author.name,
        author_email=draft.author.email,
        parties=sorted(parties),
        guards=None if guards == NO_GUARDS else json.dumps(guards.to_json()),
    )
    return MassReplyId(row.id)
