"""New mass replies, as they were requested."""

import json
from collections.abc import Iterable

import sqlalchemy as sa

from app.domain.guards import NO_GUARDS, Guards
from app.domain.mass_reply import Draft
from app.domain.selection import to_json
from app.domain.text.message import Source
from app.domain.words import MassReplyId
from app.store.transactions import TenantTx

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
    row = await tx.execute(
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
    return MassReplyId(row.scalar_one())


async def set_selected_count(tx: TenantTx, id_: MassReplyId, count: int) -> None:
    await tx.execute(
        sa.text("UPDATE mass_replies SET selected_count = :count WHERE tenant_id = :tenant AND id = :id"),
        id=id_,
        count=count,
    )
