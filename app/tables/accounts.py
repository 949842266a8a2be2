"""API keys, channel accounts, and what a tenant sets: its guards and snippets."""

from sqlalchemy import (
    ARRAY,
    Column,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from app.tables import _columns as own

api_keys = Table(
    "api_keys",
    own.metadata,
    own.tenant(),
    own.id(),
    own.text("name"),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    own.text("agent_id", nullable=True),
    own.text("agent_name", nullable=True),
    own.text("agent_email", nullable=True),
    own.at("expires_at"),
    own.at("revoked_at"),
    own.at("last_used_at"),
    own.texts("made_by"),
    Column("made_with", Uuid, nullable=True),
    own.at("created_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

channel_accounts = Table(
    "channel_accounts",
    own.metadata,
    own.tenant(),
    own.id(),
    own.text("key"),
    own.text("channel"),
    own.text("provider"),
    own.text("name"),
    own.json("config"),
    Column("own_address", Text, nullable=True, comment="Its own address, as its provider told it."),
    Column("credentials", JSONB, nullable=False, comment="Encrypted one by one, bound to tenant, account and field."),
    own.json("callback_secrets", default="'{}'"),
    Column("rate_per_second", Numeric(12, 3), nullable=False),
    Column("max_in_flight", Integer, nullable=False),
    own.flag("enabled", default="true"),
    own.text("pause_reason", nullable=True),
    own.at("cool_until"),
    own.text("cool_reason", nullable=True),
    Column(
        "cooled_at",
        TIMESTAMP(timezone=True),
        nullable=True,
        comment="When `cool_until` was set; later than now, the clock has stepped back since.",
    ),
    Column(
        "mended_at",
        TIMESTAMP(timezone=True),
        nullable=True,
        comment="When it was last saved or resumed: reports on earlier attempts stop it no more.",
    ),
    Column(
        "allowed_at",
        TIMESTAMP(timezone=True),
        nullable=False,
        server_default=own.NOW,
        comment="GCRA: the theoretical arrival time of the next message.",
    ),
    Column("failures_in_a_row", Integer, nullable=False, server_default=text("0")),
    own.at("created_at", nullable=False),
    own.at("updated_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "key"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

call_shares = Table(
    "call_shares",
    own.metadata,
    own.tenant(),
    Column("account_id", Uuid, nullable=False),
    Column("holder", Uuid, nullable=False, comment="A worker process."),
    Column("slots", Integer, nullable=False),
    Column("renewed_at", TIMESTAMP(timezone=True), nullable=False),
    Column("expires_at", TIMESTAMP(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "account_id", "holder"),
    ForeignKeyConstraint(
        ["tenant_id", "account_id"], ["channel_accounts.tenant_id", "channel_accounts.id"], ondelete="CASCADE"
    ),
    postgresql_with={"fillfactor": 50},
)

callback_sightings = Table(
    "callback_sightings",
    own.metadata,
    own.tenant(),
    Column("account_id", Uuid, nullable=False),
    own.at("verified_at"),
    own.at("refused_at"),
    PrimaryKeyConstraint("tenant_id", "account_id"),
    ForeignKeyConstraint(["tenant_id", "account_id"], ["channel_accounts.tenant_id", "channel_accounts.id"]),
)

stream_tickets = Table(
    "stream_tickets",
    own.metadata,
    own.tenant(),
    Column("digest", LargeBinary, nullable=False),
    Column("key_id", Uuid, nullable=True),
    own.text("user_id", nullable=True),
    own.texts("roles"),
    own.at("holder_until"),
    own.at("expires_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "digest"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

snippets = Table(
    "snippets",
    own.metadata,
    own.tenant(),
    own.text("shortcode"),
    own.text("text"),
    own.at("updated_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "shortcode"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

tenant_settings = Table(
    "tenant_settings",
    own.metadata,
    own.tenant(),
    own.json("guards"),
    own.at("updated_at", nullable=False),
    PrimaryKeyConstraint("tenant_id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)
