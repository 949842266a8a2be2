"""Records to keep: who did what, and addresses that stay blocked without being known."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Uuid

from app.tables import _columns as own

audit_log = Table(
    "audit_log",
    own.metadata,
    own.tenant(),
    own.id(),
    own.at("at", nullable=False),
    own.text("action"),
    own.text("author_id", nullable=True),
    own.text("author_name"),
    own.text("author_email", nullable=True),
    Column("key_id", Uuid, nullable=True),
    own.text("key_name", nullable=True),
    own.text("user_id", nullable=True),
    own.text("user_name", nullable=True),
    own.text("user_email", nullable=True),
    own.texts("roles"),
    own.text("object_id", nullable=True),
    Column("mass_reply_id", Uuid, nullable=True),
    Column("recipient_count", Integer, nullable=True),
    own.text("message_sha256", nullable=True),
    own.text("reason", nullable=True),
    own.json("details", default="'{}'"),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
    Index(None, "tenant_id", "mass_reply_id", "id"),
    Index(None, "tenant_id", "action", "id"),
    Index(None, "tenant_id", "author_id", "id"),
    Index(None, "tenant_id", "user_id", "id"),
    Index(None, "tenant_id", "key_id", "id"),
)

erased_blocks = Table(
    "erased_blocks",
    own.metadata,
    own.tenant(),
    own.text("channel"),
    Column("address_digest", LargeBinary, nullable=False, comment="Keyed; the key is not in the database."),
    own.text("reason"),
    PrimaryKeyConstraint("tenant_id", "channel", "address_digest"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)
