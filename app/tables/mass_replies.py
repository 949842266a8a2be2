"""Mass replies, their selections, and the counters of their lanes."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from app.tables import _columns as own

mass_replies = Table(
    "mass_replies",
    own.metadata,
    own.tenant(),
    own.id(),
    own.text("status"),
    own.json("selection"),
    own.text("message_text"),
    own.text("message_html", nullable=True),
    Column("attachment_ids", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    own.text("source_text", nullable=False),
    own.text("source_html", nullable=True),
    own.texts("unknown_snippets"),
    own.text("on_unresolved"),
    own.flag("mark_as_done"),
    own.json("whatsapp_template", nullable=True),
    own.text("author_id", nullable=True),
    own.text("author_name"),
    own.text("author_email", nullable=True),
    own.count("selected_count"),
    Column("recipient_count", Integer, nullable=True),
    own.json("preflight", nullable=True),
    own.text("pause_reason", nullable=True),
    own.json("confirmation", nullable=True),
    own.flag("sampling"),
    Column(
        "parties",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="Who had a hand in it, by their ids.",
    ),
    Column("guards", JSONB, nullable=True, comment="Those of the tenant when it was made."),
    own.text("approval", nullable=True),
    own.json("approver", nullable=True),
    own.text("approval_reason", nullable=True),
    own.at("approval_at"),
    own.at("created_at", nullable=False),
    own.at("expires_at"),
    own.at("confirmed_at"),
    own.at("dispatch_at"),
    own.at("not_after"),
    Column(
        "again_until",
        TIMESTAMP(timezone=True),
        nullable=True,
        comment="The latest time that anything which is sent again was given.",
    ),
    own.at("started_at"),
    own.at("finished_at"),
    own.at("updated_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
    Index(None, "tenant_id", "status", "id"),
)
Index(
    "ix_mass_replies_unfinished",
    mass_replies.c.tenant_id,
    mass_replies.c.status,
    postgresql_where=text("finished_at IS NULL"),
)

idempotency_records = Table(
    "idempotency_records",
    own.metadata,
    own.tenant(),
    own.text("key"),
    own.text("caller", default="''"),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("mass_reply_id", Uuid, nullable=False),
    Column("status", Integer, nullable=True),
    Column("answer", Text, nullable=True, comment="Null until the request has ended."),
    own.at("created_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "key", "caller"),
    ForeignKeyConstraint(
        ["tenant_id", "mass_reply_id"], ["mass_replies.tenant_id", "mass_replies.id"], ondelete="CASCADE"
    ),
    Index(None, "tenant_id", "mass_reply_id"),
)

attachment_uploads = Table(
    "attachment_uploads",
    own.metadata,
    own.tenant(),
    Column("mass_reply_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("attachment_id", Uuid, nullable=False),
    own.text("media_id"),
    PrimaryKeyConstraint("tenant_id", "mass_reply_id", "account_id", "attachment_id"),
    ForeignKeyConstraint(
        ["tenant_id", "mass_reply_id"], ["mass_replies.tenant_id", "mass_replies.id"], ondelete="CASCADE"
    ),
)

selection_pages = Table(
    "selection_pages",
    own.metadata,
    own.tenant(),
    Column("mass_reply_id", Uuid, nullable=False),
    Column("page", Integer, nullable=False),
    Column("conversation_ids", ARRAY(Uuid), nullable=False),
    Column("preflight", JSONB, nullable=True, comment="Null until the page is expanded into deliveries."),
    PrimaryKeyConstraint("tenant_id", "mass_reply_id", "page"),
    ForeignKeyConstraint(
        ["tenant_id", "mass_reply_id"], ["mass_replies.tenant_id", "mass_replies.id"], ondelete="CASCADE"
    ),
)

delivery_pages = Table(
    "delivery_pages",
    own.metadata,
    own.tenant(),
    Column("mass_reply_id", Uuid, nullable=False),
    own.id(),
    own.text("work"),
    Column("delivery_ids", ARRAY(Uuid), nullable=False),
    Column("reason_codes", ARRAY(Text), nullable=True),
    own.at("not_after"),
    PrimaryKeyConstraint("tenant_id", "mass_reply_id", "id"),
    ForeignKeyConstraint(
        ["tenant_id", "mass_reply_id"], ["mass_replies.tenant_id", "mass_replies.id"], ondelete="CASCADE"
    ),
)

DELIVERY_COUNTERS = ("queued", "sending", "sent", "delivered", "read", "failed", "uncertain", "skipped", "cancelled")

lanes = Table(
    "lanes",
    own.metadata,
    own.tenant(),
    Column("mass_reply_id", Uuid, nullable=False),
    own.text("channel"),
    Column("account_id", Uuid, nullable=True),
    *(own.count(name) for name in DELIVERY_COUNTERS),
    Column("segments_billed", BigInteger, nullable=False, server_default=text("0")),
    own.count("whatsapp_in_window_billed"),
    own.count("whatsapp_templates_billed"),
    Column(
        "recent_size",
        BigInteger,
        nullable=False,
        server_default=text("0"),
        comment="How many of the last attempts `recent_failures` tells of.",
    ),
    Column(
        "recent_failures",
        BigInteger,
        nullable=False,
        server_default=text("0"),
        comment="The last attempts, one bit each, the latest lowest; set where it failed or is uncertain.",
    ),
    own.text("pause_reason", nullable=True),
    Column(
        "pumped_at",
        TIMESTAMP(timezone=True),
        nullable=True,
        comment="When a pump last worked this lane; the sweeper wakes lanes that have work and no live pump.",
    ),
    Column(
        "watched_until",
        TIMESTAMP(timezone=True),
        nullable=True,
        comment="Until when a worker has promised to come back to this lane by itself.",
    ),
    Column(
        "held_until",
        TIMESTAMP(timezone=True),
        nullable=True,
        comment="Until when this lane alone waits, for `held_reason`.",
    ),
    own.text("held_reason", nullable=True),
    Column(
        "held_times",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="How often in a row the lane could not be worked; the next claim that succeeds sets it to 0.",
    ),
    Column(
        "queue_from_at",
        TIMESTAMP(timezone=True),
        nullable=False,
        server_default=text("'1970-01-01 00:00:00+00'"),
        comment="Where its queue begins: the time and the id of the first delivery, or some before them.",
    ),
    Column(
        "queue_from_id",
        Uuid,
        nullable=False,
        server_default=text("'00000000-0000-0000-0000-000000000000'"),
    ),
    UniqueConstraint(
        "tenant_id",
        "mass_reply_id",
        "channel",
        "account_id",
        postgresql_nulls_not_distinct=True,
        name="uq_lanes_lane",
    ),
    ForeignKeyConstraint(
        ["tenant_id", "mass_reply_id"], ["mass_replies.tenant_id", "mass_replies.id"], ondelete="CASCADE"
    ),
)
