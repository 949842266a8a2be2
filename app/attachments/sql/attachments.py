"""The metadata of attachments. `files.py` stores their content."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.attachments.file_types import StoredAttachment, StoredContent
from app.domain.lanes import LaneKey
from app.domain.outbound import Attachment, DroppedAttachment
from app.domain.words import DeliveryId
from app.store.lanes import lane_binds
from app.store.transactions import TenantTx

_INSERT = sa.text("""
    INSERT INTO attachments (tenant_id, filename, content_type, size, sha256, storage_key)
    VALUES (:tenant, :filename, :content_type, :size, :sha256, :storage_key) RETURNING *
""")


async def insert_attachment(tx: TenantTx, content: StoredContent) -> StoredAttachment:
    return _read((await tx.execute(_INSERT, **asdict(content))).one())


async def delete_attachment(tx: TenantTx, id_: UUID) -> None:
    await tx.execute(sa.text("DELETE FROM attachments WHERE tenant_id = :tenant AND id = :id"), id=id_)


# Only once a day: otherwise all who send the same file would wait for each other. By id, the order of purge's locks.
_NOTE_NAMED = sa.text("""
    UPDATE attachments a SET last_named_at = now()
    FROM (SELECT id FROM attachments
          WHERE tenant_id = :tenant AND id = ANY (CAST(:ids AS uuid[])) AND last_named_at < now() - interval '1 day'
          ORDER BY id FOR UPDATE) stale
    WHERE a.tenant_id = :tenant AND a.id = stale.id
""")


async def note_named(tx: TenantTx, ids: Sequence[UUID]) -> None:
    """Mark these as used now, so that no purge deletes them. If one already has, they are not found."""
    if ids:
        await tx.execute(_NOTE_NAMED, ids=list(ids))


_FIND = sa.text("""
    SELECT a.* FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS wanted (id, rank)
    JOIN attachments a ON a.tenant_id = :tenant AND a.id = wanted.id ORDER BY wanted.rank
""")


async def find_attachments(tx: TenantTx, ids: Sequence[UUID]) -> tuple[StoredAttachment, ...]:
    """Return the tenant's attachments of these ids, in their order; others' ids are left out."""
    if not ids:
        return ()
    return tuple(_read(row) for row in await tx.execute(_FIND, ids=ids))


def _read(row: Any) -> StoredAttachment:
    attachment = Attachment(row.id, row.filename, row.content_type, row.size)
    return StoredAttachment(attachment, row.sha256, row.storage_key)


_UPLOADS = sa.text("""
    SELECT attachment_id, media_id FROM attachment_uploads
    WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply AND account_id = :account
""")


async def uploads(tx: TenantTx, lane: LaneKey) -> Mapping[UUID, str]:
    """Return the provider's ids of the files that were uploaded to it for this lane."""
    rows = await tx.execute(_UPLOADS, **lane_binds(lane))
    return {row.attachment_id: row.media_id for row in rows}


_KEEP_UPLOAD = sa.text("""
    INSERT INTO attachment_uploads (tenant_id, mass_reply_id, account_id, attachment_id, media_id)
    VALUES (:tenant, :mass_reply, :account, :attachment, :media_id) ON CONFLICT DO NOTHING
""")


async def keep_upload(tx: TenantTx, lane: LaneKey, attachment: UUID, media_id: str) -> None:
    """Store an upload. If two workers uploaded the same file, either id is good."""
    await tx.execute(_KEEP_UPLOAD, attachment=attachment, media_id=media_id, **lane_binds(lane))


_NOTE_DROPPED = sa.text("""
    UPDATE deliveries d
    SET dropped_attachments = d.dropped_attachments || v.dropped,
        warnings = CASE WHEN 'attachment_dropped' = ANY (d.warnings) THEN d.warnings
                        ELSE array_append(d.warnings, 'attachment_dropped') END
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v (id uuid, dropped jsonb)
    WHERE d.tenant_id = :tenant AND d.id = v.id AND d.id = ANY (CAST(:ids AS uuid[]))
      AND NOT d.dropped_attachments @> v.dropped
""")


async def note_dropped(tx: TenantTx, dropped: Mapping[DeliveryId, Sequence[DroppedAttachment]]) -> None:
    """Add to deliveries the files that could not be sent with the text; each once."""
    rows = [{"id": str(id_), "dropped": [asdict(file) for file in files]} for id_, files in dropped.items()]
    await tx.execute(_NOTE_DROPPED, ids=list(dropped), rows=json.dumps(rows))


_LIST_ON_TIMELINE = sa.text("""
    UPDATE messages m
    SET attachments = (
        SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'filename', a.filename,
                                                     'content_type', a.content_type, 'size', a.size) ORDER BY w.rank),
                        '[]')
        FROM unnest(b.attachment_ids) WITH ORDINALITY AS w (id, rank)
        CROSS JOIN LATERAL (SELECT * FROM attachments WHERE tenant_id = :tenant AND id = w.id LIMIT 1) a
        WHERE NOT d.used_template
          AND NOT d.dropped_attachments @> jsonb_build_array(jsonb_build_object('filename', a.filename)))
    FROM deliveries d
    CROSS JOIN LATERAL (SELECT * FROM mass_replies WHERE tenant_id = :tenant AND id = d.mass_reply_id LIMIT 1) b
    WHERE d.tenant_id = :tenant AND d.id = ANY (CAST(:deliveries AS uuid[]))
      AND m.tenant_id = :tenant AND m.delivery_id = d.id AND m.delivery_id = ANY (CAST(:deliveries AS uuid[]))
      AND m.kind = 'reply'
""")


async def list_on_timeline(tx: TenantTx, deliveries: Sequence[DeliveryId]) -> None:
    """Store on the replies of these deliveries the files that were sent with them."""
    await tx.execute(_LIST_ON_TIMELINE, deliveries=deliveries)
