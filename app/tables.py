"""The database schema. No behaviour.

Every key begins with `tenant_id`, except in `tenants` and in the routing tables, which answer "whose is this?" before
the tenant is known and hold no customer data. Row-level security is forced on every other table by the migrations.
What a filter looks at sits in btree columns and tables, because under row-level security only leakproof operators use
an index.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

NOW = text("now()")
HTML_COMMENT = "Kept only where the customer reads the reply from our own timeline."
NEW_ID = text("uuidv7()")


def _tenant() -> Column[object]:
    return Column("tenant_id", Uuid, nullable=False)


def _id() -> Column[object]:
    return Column("id", Uuid, nullable=False, server_default=NEW_ID)


def _at(name: str, *, nullable: bool = True) -> Column[object]:
    default = None if nullable else NOW
    return Column(name, TIMESTAMP(timezone=True), nullable=nullable, server_default=default)


def _text(name: str, *, nullable: bool = False, default: str | None = None) -> Column[object]:
    return Column(name, Text, nullable=nullable, server_default=default)


def _flag(name: str, *, default: str = "false") -> Column[object]:
    return Column(name, Boolean, nullable=False, server_default=text(default))


def _count(name: str) -> Column[object]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


def _json(name: str, *, nullable: bool = False, default: str | None = None) -> Column[object]:
    return Column(name, JSONB, nullable=nullable, server_default=None if default is None else text(default))


def _texts(name: str) -> Column[object]:
    return Column(name, ARRAY(Text), nullable=False, server_default=text("'{}'"))


tenants = Table(
    "tenants",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=NEW_ID),
    _text("name"),
    _at("created_at", nullable=False),
)

api_key_routes = Table(
    "api_key_routes",
    metadata,
    Column("key_id", Uuid, primary_key=True),
    _tenant(),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

channel_account_routes = Table(
    "channel_account_routes",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    _tenant(),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

chat_token_routes = Table(
    "chat_token_routes",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    _tenant(),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", Text, primary_key=True),
    _at("beat_at", nullable=False),
    postgresql_with={"fillfactor": 50},
)

INSTALLATION_TABLES = frozenset({"heartbeats"})
"""Of the whole installation: they say when work was done, and nothing of anybody's."""

ROUTING_TABLES = frozenset({"api_key_routes", "channel_account_routes", "chat_token_routes"})
"""Read before the tenant is known; they hold no customer data."""

api_keys = Table(
    "api_keys",
    metadata,
    _tenant(),
    _id(),
    _text("name"),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    _text("agent_id", nullable=True),
    _text("agent_name", nullable=True),
    _text("agent_email", nullable=True),
    _at("expires_at"),
    _at("revoked_at"),
    _at("created_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

channel_accounts = Table(
    "channel_accounts",
    metadata,
    _tenant(),
    _id(),
    _text("key"),
    _text("channel"),
    _text("provider"),
    _text("name"),
    _json("config"),
    Column("credentials", JSONB, nullable=False, comment="Encrypted one by one, bound to tenant, account and field."),
    Column("rate_per_second", Numeric(12, 3), nullable=False),
    Column("max_in_flight", Integer, nullable=False),
    _flag("enabled", default="true"),
    _text("pause_reason", nullable=True),
    _at("cool_until"),
    Column(
        "allowed_at",
        TIMESTAMP(timezone=True),
        nullable=False,
        server_default=NOW,
        comment="GCRA: the theoretical arrival time of the next message.",
    ),
    Column("failures_in_a_row", Integer, nullable=False, server_default=text("0")),
    _at("created_at", nullable=False),
    _at("updated_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "key"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

contacts = Table(
    "contacts",
    metadata,
    _tenant(),
    _id(),
    _text("external_id"),
    _text("name", nullable=True),
    _text("first_name", nullable=True),
    _text("email", nullable=True),
    _text("phone", nullable=True),
    _flag("opted_out"),
    _json("custom_fields", default="'{}'"),
    _at("created_at", nullable=False),
    _at("updated_at", nullable=False),
    _at("erased_at"),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "external_id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

blocked_addresses = Table(
    "blocked_addresses",
    metadata,
    _tenant(),
    _text("channel"),
    _text("address"),
    _text("reason"),
    _at("created_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "channel", "address"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

conversations = Table(
    "conversations",
    metadata,
    _tenant(),
    _id(),
    _text("external_id", nullable=True),
    _text("human_id", nullable=True),
    _text("channel"),
    Column("account_id", Uuid, nullable=True),
    Column("contact_id", Uuid, nullable=False),
    _text("address", nullable=True),
    _text("status", default="active"),
    _text("engagement", default="pending"),
    _text("subject", nullable=True),
    _text("team", nullable=True),
    _text("assignee", nullable=True),
    _json("custom_fields", default="'{}'"),
    _at("created_at", nullable=False),
    _at("updated_at", nullable=False),
    Column(
        "last_customer_message_at",
        TIMESTAMP(timezone=True),
        nullable=True,
        comment="Of the customer's own messages; automatic answers do not count.",
    ),
    _text("reply_to_message_id", nullable=True),
    Column(
        "reply_references",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="For e-mail: References of the message that a reply answers.",
    ),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "external_id"),
    ForeignKeyConstraint(["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"]),
    ForeignKeyConstraint(["tenant_id", "account_id"], ["channel_accounts.tenant_id", "channel_accounts.id"]),
)
for _column in (
    "status",
    "engagement",
    "channel",
    "team",
    "assignee",
    "contact_id",
    "created_at",
    "last_customer_message_at",
):
    Index(None, conversations.c.tenant_id, conversations.c[_column], conversations.c.id)
Index("ix_conversations_address", conversations.c.tenant_id, conversations.c.channel, conversations.c.address)

conversation_tags = Table(
    "conversation_tags",
    metadata,
    _tenant(),
    _text("tag"),
    Column("conversation_id", Uuid, nullable=False),
    PrimaryKeyConstraint("tenant_id", "tag", "conversation_id"),
    ForeignKeyConstraint(
        ["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"], ondelete="CASCADE"
    ),
    Index(None, "tenant_id", "conversation_id"),
)

conversation_fields = Table(
    "conversation_fields",
    metadata,
    _tenant(),
    _text("name"),
    _text("value"),
    Column("conversation_id", Uuid, nullable=False),
    PrimaryKeyConstraint("tenant_id", "name", "value", "conversation_id"),
    ForeignKeyConstraint(
        ["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"], ondelete="CASCADE"
    ),
    Index(None, "tenant_id", "conversation_id"),
)

messages = Table(
    "messages",
    metadata,
    _tenant(),
    _id(),
    Column("conversation_id", Uuid, nullable=False),
    _text("kind"),
    _text("text"),
    Column("html", Text, nullable=True, comment=HTML_COMMENT),
    _text("author_id", nullable=True),
    _text("author_name", nullable=True),
    Column("mass_reply_id", Uuid, nullable=True),
    Column("delivery_id", Uuid, nullable=True),
    _text("provider_message_id", nullable=True),
    _text("sender", nullable=True),
    _flag("automatic"),
    _json("attachments", default="'[]'"),
    _at("created_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"]),
    Index(None, "tenant_id", "conversation_id", "created_at", "id"),
)
Index(
    "uq_messages_customer_message",
    messages.c.tenant_id,
    messages.c.conversation_id,
    messages.c.provider_message_id,
    messages.c.sender,
    unique=True,
    postgresql_nulls_not_distinct=True,
    postgresql_where=text("kind = 'customer_message' AND provider_message_id IS NOT NULL"),
)
Index(
    "ix_messages_provider_message_id",
    messages.c.tenant_id,
    messages.c.provider_message_id,
    postgresql_where=text("provider_message_id IS NOT NULL"),
)
Index(
    "uq_messages_reply",
    messages.c.tenant_id,
    messages.c.delivery_id,
    unique=True,
    postgresql_where=text("kind = 'reply'"),
)

chat_sessions = Table(
    "chat_sessions",
    metadata,
    _tenant(),
    Column("token_hash", LargeBinary, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    _at("created_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "token_hash"),
    ForeignKeyConstraint(["tenant_id", "account_id"], ["channel_accounts.tenant_id", "channel_accounts.id"]),
    ForeignKeyConstraint(["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"]),
    Index(None, "tenant_id", "account_id", "created_at"),
)

attachments = Table(
    "attachments",
    metadata,
    _tenant(),
    _id(),
    _text("filename"),
    _text("content_type"),
    Column("size", BigInteger, nullable=False),
    _text("sha256"),
    _text("storage_key"),
    _at("created_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

stream_tickets = Table(
    "stream_tickets",
    metadata,
    _tenant(),
    Column("digest", LargeBinary, nullable=False),
    Column("key_id", Uuid, nullable=True),
    _text("user_id", nullable=True),
    _texts("roles"),
    _at("expires_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "digest"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

snippets = Table(
    "snippets",
    metadata,
    _tenant(),
    _text("shortcode"),
    _text("text"),
    _at("updated_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "shortcode"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

tenant_settings = Table(
    "tenant_settings",
    metadata,
    _tenant(),
    _json("guards"),
    _at("updated_at", nullable=False),
    PrimaryKeyConstraint("tenant_id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

mass_replies = Table(
    "mass_replies",
    metadata,
    _tenant(),
    _id(),
    _text("status"),
    _json("selection"),
    _text("message_text"),
    _text("message_html", nullable=True),
    Column("attachment_ids", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    _text("source_text", nullable=False),
    _text("source_html", nullable=True),
    _texts("unknown_snippets"),
    _text("on_unresolved"),
    _flag("mark_as_done"),
    _json("whatsapp_template", nullable=True),
    _text("author_id", nullable=True),
    _text("author_name"),
    _text("author_email", nullable=True),
    _count("selected_count"),
    Column("recipient_count", Integer, nullable=True),
    _json("preflight", nullable=True),
    _text("pause_reason", nullable=True),
    _json("confirmation", nullable=True),
    _flag("sampling"),
    Column(
        "parties",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="Who had a hand in it, by their ids.",
    ),
    Column("guards", JSONB, nullable=True, comment="Those of the tenant when it was made."),
    _text("approval", nullable=True),
    _json("approver", nullable=True),
    _text("approval_reason", nullable=True),
    _at("approval_at"),
    _at("created_at", nullable=False),
    _at("expires_at"),
    _at("confirmed_at"),
    _at("dispatch_at"),
    _at("not_after"),
    _at("started_at"),
    _at("finished_at"),
    _at("updated_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
    Index(None, "tenant_id", "status", "id"),
)
Index(
    "ix_mass_replies_open",
    mass_replies.c.status,
    postgresql_where=text("finished_at IS NULL"),
)

idempotency_records = Table(
    "idempotency_records",
    metadata,
    _tenant(),
    _text("key"),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("mass_reply_id", Uuid, nullable=False),
    Column("status", Integer, nullable=True),
    Column("answer", Text, nullable=True, comment="Null until the request has ended."),
    _at("created_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "key"),
    ForeignKeyConstraint(
        ["tenant_id", "mass_reply_id"], ["mass_replies.tenant_id", "mass_replies.id"], ondelete="CASCADE"
    ),
    Index(None, "tenant_id", "mass_reply_id"),
)

attachment_uploads = Table(
    "attachment_uploads",
    metadata,
    _tenant(),
    Column("mass_reply_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("attachment_id", Uuid, nullable=False),
    _text("media_id"),
    PrimaryKeyConstraint("tenant_id", "mass_reply_id", "account_id", "attachment_id"),
    ForeignKeyConstraint(
        ["tenant_id", "mass_reply_id"], ["mass_replies.tenant_id", "mass_replies.id"], ondelete="CASCADE"
    ),
)

selection_pages = Table(
    "selection_pages",
    metadata,
    _tenant(),
    Column("mass_reply_id", Uuid, nullable=False),
    Column("page", Integer, nullable=False),
    Column("conversation_ids", ARRAY(Uuid), nullable=False),
    Column("preflight", JSONB, nullable=True, comment="Null until the page is expanded into deliveries."),
    PrimaryKeyConstraint("tenant_id", "mass_reply_id", "page"),
    ForeignKeyConstraint(
        ["tenant_id", "mass_reply_id"], ["mass_replies.tenant_id", "mass_replies.id"], ondelete="CASCADE"
    ),
)

DELIVERY_COUNTERS = ("queued", "sending", "sent", "delivered", "read", "failed", "uncertain", "skipped", "cancelled")

lanes = Table(
    "lanes",
    metadata,
    _tenant(),
    Column("mass_reply_id", Uuid, nullable=False),
    _text("channel"),
    Column("account_id", Uuid, nullable=True),
    *(_count(name) for name in DELIVERY_COUNTERS),
    Column("segments_billed", BigInteger, nullable=False, server_default=text("0")),
    _count("whatsapp_in_window_billed"),
    _count("whatsapp_templates_billed"),
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
    _text("pause_reason", nullable=True),
    Column(
        "pumped_at",
        TIMESTAMP(timezone=True),
        nullable=True,
        comment="When a pump last worked this lane; the sweeper wakes lanes that have work and no live pump.",
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

deliveries = Table(
    "deliveries",
    metadata,
    _tenant(),
    _id(),
    Column("mass_reply_id", Uuid, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("contact_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=True),
    _text("channel"),
    _text("address", nullable=True),
    _text("subject", nullable=True),
    _text("status"),
    _count("epoch"),
    Column("claim_token", Uuid, nullable=True),
    _at("lease_until"),
    _at("settles_after"),
    _at("not_before", nullable=False),
    _count("deferrals"),
    _text("reason_code", nullable=True),
    _text("reason_detail", nullable=True),
    _flag("retryable"),
    Column("segments", Integer, nullable=False, server_default=text("0")),
    _texts("warnings"),
    _json("dropped_attachments", default="'[]'"),
    _flag("used_template"),
    _flag("sampled"),
    _text("flips", nullable=True),
    Column("restores", JSONB, nullable=True, comment="What the flips changed, to be given back if it fails later."),
    _text("provider_message_id", nullable=True),
    _at("last_receipt_at"),
    _at("queued_at", nullable=False),
    _at("sent_at"),
    _at("delivered_at"),
    _at("updated_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "mass_reply_id", "conversation_id"),
    ForeignKeyConstraint(
        ["tenant_id", "mass_reply_id"], ["mass_replies.tenant_id", "mass_replies.id"], ondelete="CASCADE"
    ),
    ForeignKeyConstraint(["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"]),
    ForeignKeyConstraint(["tenant_id", "account_id"], ["channel_accounts.tenant_id", "channel_accounts.id"]),
    Index(None, "tenant_id", "contact_id", "queued_at"),
    Index(None, "tenant_id", "mass_reply_id", "id"),
    postgresql_with={"fillfactor": 80},
)
Index(
    "ix_deliveries_due",
    deliveries.c.tenant_id,
    deliveries.c.mass_reply_id,
    deliveries.c.account_id,
    deliveries.c.not_before,
    deliveries.c.id,
    postgresql_where=text("status = 'queued'"),
)
Index(
    "ix_deliveries_sampled",
    deliveries.c.tenant_id,
    deliveries.c.mass_reply_id,
    deliveries.c.account_id,
    deliveries.c.not_before,
    deliveries.c.id,
    postgresql_where=text("sampled"),
)
Index(
    "ix_deliveries_in_flight",
    deliveries.c.tenant_id,
    deliveries.c.account_id,
    deliveries.c.lease_until,
    postgresql_where=text("status = 'sending'"),
)
Index(
    "ix_deliveries_uncertain",
    deliveries.c.settles_after,
    postgresql_where=text("status = 'uncertain'"),
)
Index(
    "ix_deliveries_provider_message_id",
    deliveries.c.tenant_id,
    deliveries.c.account_id,
    deliveries.c.provider_message_id,
    postgresql_where=text("provider_message_id IS NOT NULL"),
)

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    _tenant(),
    Column("delivery_id", Uuid, nullable=False),
    Column("epoch", Integer, nullable=False),
    _at("started_at", nullable=False),
    _at("finished_at"),
    _text("outcome", nullable=True),
    _text("provider_message_id", nullable=True),
    _text("evidence", nullable=True),
    Column("text", Text, nullable=True, comment="The rendered text, written before a byte leaves."),
    Column("html", Text, nullable=True, comment=HTML_COMMENT),
    PrimaryKeyConstraint("tenant_id", "delivery_id", "epoch"),
    ForeignKeyConstraint(["tenant_id", "delivery_id"], ["deliveries.tenant_id", "deliveries.id"], ondelete="CASCADE"),
)

delivery_decisions = Table(
    "delivery_decisions",
    metadata,
    _tenant(),
    _id(),
    Column("delivery_id", Uuid, nullable=False),
    Column("epoch", Integer, nullable=False),
    _text("outcome"),
    _flag("send_again"),
    _text("reason"),
    _text("author_id", nullable=True),
    _text("author_name"),
    _text("author_email", nullable=True),
    _at("decided_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id", "delivery_id"], ["deliveries.tenant_id", "deliveries.id"], ondelete="CASCADE"),
    Index(None, "tenant_id", "delivery_id"),
)

receipts = Table(
    "receipts",
    metadata,
    _tenant(),
    _id(),
    Column("account_id", Uuid, nullable=False),
    _text("event_key"),
    _text("kind"),
    Column("delivery_id", Uuid, nullable=True),
    Column("epoch", Integer, nullable=True),
    _text("provider_message_id", nullable=True),
    _text("reason_code", nullable=True),
    _text("reason_detail", nullable=True),
    _at("occurred_at"),
    _json("raw"),
    _at("received_at", nullable=False),
    _at("settled_at"),
    _text("outcome", nullable=True),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "account_id", "event_key"),
    ForeignKeyConstraint(["tenant_id", "account_id"], ["channel_accounts.tenant_id", "channel_accounts.id"]),
)
Index(
    "ix_receipts_unsettled",
    receipts.c.tenant_id,
    receipts.c.received_at,
    postgresql_where=text("settled_at IS NULL"),
)

outbound_events = Table(
    "outbound_events",
    metadata,
    _tenant(),
    _id(),
    _text("type"),
    Column("mass_reply_id", Uuid, nullable=True),
    _at("created_at", nullable=False),
    Column("written", BigInteger, Identity(always=True), nullable=False),
    Column("position", BigInteger, nullable=True),
    _json("subjects", default="'[]'"),
    Column("rules", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)
Index(
    "ix_outbound_events_unnumbered",
    outbound_events.c.tenant_id,
    outbound_events.c.written,
    postgresql_where=text("position IS NULL"),
)
Index(
    "ix_outbound_events_position",
    outbound_events.c.tenant_id,
    outbound_events.c.position,
    postgresql_where=text("position IS NOT NULL"),
)
Index(
    "ix_outbound_events_mass_reply",
    outbound_events.c.tenant_id,
    outbound_events.c.mass_reply_id,
    outbound_events.c.position,
    postgresql_where=text("position IS NOT NULL"),
)

audit_log = Table(
    "audit_log",
    metadata,
    _tenant(),
    _id(),
    _at("at", nullable=False),
    _text("action"),
    _text("author_id", nullable=True),
    _text("author_name"),
    _text("author_email", nullable=True),
    Column("key_id", Uuid, nullable=True),
    _text("key_name", nullable=True),
    _text("user_id", nullable=True),
    _text("user_name", nullable=True),
    _text("user_email", nullable=True),
    _texts("roles"),
    _text("object_id", nullable=True),
    Column("mass_reply_id", Uuid, nullable=True),
    Column("recipient_count", Integer, nullable=True),
    _text("message_sha256", nullable=True),
    _text("reason", nullable=True),
    _json("details", default="'{}'"),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
    Index(None, "tenant_id", "mass_reply_id", "id"),
    Index(None, "tenant_id", "action", "id"),
)

erased_blocks = Table(
    "erased_blocks",
    metadata,
    _tenant(),
    _text("channel"),
    Column("address_digest", LargeBinary, nullable=False, comment="Keyed; the key is not in the database."),
    _text("reason"),
    PrimaryKeyConstraint("tenant_id", "channel", "address_digest"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

automation_cursors = Table(
    "automation_cursors",
    metadata,
    _tenant(),
    Column("position", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant_id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

automation_rules = Table(
    "automation_rules",
    metadata,
    _tenant(),
    _id(),
    _text("key"),
    _text("name"),
    Column("enabled", Boolean, nullable=False),
    _json("trigger"),
    _json("conditions", nullable=True),
    _json("actions"),
    _json("sealed", default="'{}'"),
    Column("after_position", BigInteger, nullable=False),
    _at("created_at", nullable=False),
    _at("updated_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "key"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)


def _of_rule() -> ForeignKeyConstraint:
    rule = ["automation_rules.tenant_id", "automation_rules.id"]
    return ForeignKeyConstraint(["tenant_id", "rule_id"], rule, ondelete="CASCADE")


automation_runs = Table(
    "automation_runs",
    metadata,
    _tenant(),
    _id(),
    Column("rule_id", Uuid, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("subject", Integer, nullable=False, comment="Its place among those of the event."),
    _text("event_type"),
    Column("conversation_id", Uuid, nullable=False),
    Column("message_id", Uuid, nullable=True),
    Column("mass_reply_id", Uuid, nullable=True),
    _text("outcome"),
    _text("reason", nullable=True),
    _json("actions", default="'[]'"),
    _at("at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "rule_id", "event_id", "subject", name="uq_automation_runs_subject"),
    _of_rule(),
    Index(None, "tenant_id", "rule_id", "id"),
)

automation_calls = Table(
    "automation_calls",
    metadata,
    _tenant(),
    Column("run_id", Uuid, nullable=False),
    Column("action", Integer, nullable=False, comment="Its place among the actions of the rule."),
    Column("rule_id", Uuid, nullable=False),
    _text("url"),
    _count("tries"),
    Column("next_at", TIMESTAMP(timezone=True), nullable=True, comment="Null: it is over."),
    _text("outcome", nullable=True),
    _text("reason", nullable=True),
    _at("at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "run_id", "action"),
    ForeignKeyConstraint(
        ["tenant_id", "run_id"], ["automation_runs.tenant_id", "automation_runs.id"], ondelete="CASCADE"
    ),
    _of_rule(),
)
Index(
    "ix_automation_calls_due",
    automation_calls.c.next_at,
    postgresql_where=text("next_at IS NOT NULL"),
)

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    _tenant(),
    _id(),
    _text("key"),
    _text("url"),
    Column("events", ARRAY(Text), nullable=True, comment="Null: of every type."),
    _flag("enabled"),
    Column("secrets", JSONB, nullable=False, comment="Sealed: current, and previous if replaced."),
    Column(
        "previous_until",
        TIMESTAMP(timezone=True),
        nullable=True,
        comment="Until then what is posted bears the previous secret's signature too.",
    ),
    _at("created_at", nullable=False),
    _at("updated_at", nullable=False),
    Column("position", BigInteger, nullable=False, comment="No event up to here is to be posted."),
    _texts("ahead"),
    Column("claim_token", Uuid, nullable=True),
    _at("lease_until"),
    _count("failures"),
    _at("failing_since"),
    _at("next_try_at", nullable=False),
    _text("disabled_reason", nullable=True),
    _at("last_success_at"),
    _at("last_failure_at"),
    _text("last_failure", nullable=True),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "key"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)
Index(
    "ix_webhook_endpoints_live",
    webhook_endpoints.c.next_try_at,
    postgresql_where=text("enabled AND disabled_reason IS NULL"),
)
