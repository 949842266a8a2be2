"""The first schema, with row-level security forced on every table that holds a tenant's data.

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TENANT_TABLES = (
    "api_keys",
    "blocked_addresses",
    "channel_accounts",
    "contacts",
    "conversation_fields",
    "conversation_tags",
    "conversations",
    "deliveries",
    "delivery_attempts",
    "lanes",
    "mass_replies",
    "messages",
    "outbound_events",
    "receipts",
    "selection_pages",
    "snippets",
)


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "tenants",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
    )
    op.create_table(
        "api_key_routes",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_api_key_routes_tenant_id")),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_key_routes")),
    )
    op.create_table(
        "api_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("agent_name", sa.Text(), nullable=True),
        sa.Column("agent_email", sa.Text(), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_api_keys_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_api_keys")),
    )
    op.create_table(
        "blocked_addresses",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_blocked_addresses_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "channel", "address", name=op.f("pk_blocked_addresses")),
    )
    op.create_table(
        "channel_account_routes",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_channel_account_routes_tenant_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_channel_account_routes")),
    )
    op.create_table(
        "channel_accounts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("config", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "credentials",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Encrypted one by one, bound to tenant, account and field.",
        ),
        sa.Column("rate_per_second", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("max_in_flight", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("cool_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "allowed_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="GCRA: the theoretical arrival time of the next message.",
        ),
        sa.Column("failures_in_a_row", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_channel_accounts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_channel_accounts")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_channel_accounts_tenant_id_key")),
    )
    op.create_table(
        "contacts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("opted_out", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "custom_fields", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_contacts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("tenant_id", "external_id", name=op.f("uq_contacts_tenant_id_external_id")),
    )
    op.create_table(
        "mass_replies",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("selection", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("message_text", sa.Text(), nullable=False),
        sa.Column("message_html", sa.Text(), nullable=True),
        sa.Column("attachment_ids", sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("source_text", sa.Text(), nullable=False),
        sa.Column("source_html", sa.Text(), nullable=True),
        sa.Column("unknown_snippets", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("on_unresolved", sa.Text(), nullable=False),
        sa.Column("mark_as_done", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("whatsapp_template", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_email", sa.Text(), nullable=True),
        sa.Column("selected_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("recipient_count", sa.Integer(), nullable=True),
        sa.Column("preflight", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("confirmation", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("confirmed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("dispatch_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("not_after", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_mass_replies_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mass_replies")),
    )
    op.create_index(
        "ix_mass_replies_open",
        "mass_replies",
        ["status"],
        unique=False,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index(
        op.f("ix_mass_replies_tenant_id_status_id"), "mass_replies", ["tenant_id", "status", "id"], unique=False
    )
    op.create_table(
        "outbound_events",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=True),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_outbound_events_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_outbound_events")),
    )
    op.create_table(
        "snippets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("shortcode", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_snippets_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "shortcode", name=op.f("pk_snippets")),
    )
    op.create_table(
        "conversations",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("human_id", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("engagement", sa.Text(), server_default="pending", nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column(
            "custom_fields", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "last_customer_message_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Of the customer's own messages; automatic answers do not count.",
        ),
        sa.Column("reply_to_message_id", sa.Text(), nullable=True),
        sa.Column(
            "reply_references",
            sa.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="For e-mail: References of the message that a reply answers.",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["channel_accounts.tenant_id", "channel_accounts.id"],
            name=op.f("fk_conversations_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_conversations_tenant_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("tenant_id", "external_id", name=op.f("uq_conversations_tenant_id_external_id")),
    )
    op.create_index("ix_conversations_address", "conversations", ["tenant_id", "channel", "address"], unique=False)
    op.create_index(
        op.f("ix_conversations_tenant_id_assignee_id"), "conversations", ["tenant_id", "assignee", "id"], unique=False
    )
    op.create_index(
        op.f("ix_conversations_tenant_id_channel_id"), "conversations", ["tenant_id", "channel", "id"], unique=False
    )
    op.create_index(
        op.f("ix_conversations_tenant_id_contact_id_id"),
        "conversations",
        ["tenant_id", "contact_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_conversations_tenant_id_created_at_id"),
        "conversations",
        ["tenant_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_conversations_tenant_id_engagement_id"),
        "conversations",
        ["tenant_id", "engagement", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_conversations_tenant_id_last_customer_message_at_id"),
        "conversations",
        ["tenant_id", "last_customer_message_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_conversations_tenant_id_status_id"), "conversations", ["tenant_id", "status", "id"], unique=False
    )
    op.create_index(
        op.f("ix_conversations_tenant_id_team_id"), "conversations", ["tenant_id", "team", "id"], unique=False
    )
    op.create_table(
        "lanes",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("queued", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sending", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sent", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("delivered", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("read", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("uncertain", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("skipped", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("cancelled", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("segments_billed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column(
            "pumped_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="When a pump last worked this lane; the sweeper wakes lanes that have work and no live pump.",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mass_reply_id"],
            ["mass_replies.tenant_id", "mass_replies.id"],
            name=op.f("fk_lanes_tenant_id_mass_reply_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "mass_reply_id",
            "channel",
            "account_id",
            name="uq_lanes_lane",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "receipts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("provider_message_id", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason_detail", sa.Text(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("raw", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["channel_accounts.tenant_id", "channel_accounts.id"],
            name=op.f("fk_receipts_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_receipts")),
        sa.UniqueConstraint(
            "tenant_id", "account_id", "event_key", name=op.f("uq_receipts_tenant_id_account_id_event_key")
        ),
    )
    op.create_index(
        "ix_receipts_unsettled",
        "receipts",
        ["tenant_id", "received_at"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "selection_pages",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("conversation_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column(
            "preflight",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="Null until the page is expanded into deliveries.",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mass_reply_id"],
            ["mass_replies.tenant_id", "mass_replies.id"],
            name=op.f("fk_selection_pages_tenant_id_mass_reply_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "mass_reply_id", "page", name=op.f("pk_selection_pages")),
    )
    op.create_table(
        "conversation_fields",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name=op.f("fk_conversation_fields_tenant_id_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "name", "value", "conversation_id", name=op.f("pk_conversation_fields")),
    )
    op.create_index(
        op.f("ix_conversation_fields_tenant_id_conversation_id"),
        "conversation_fields",
        ["tenant_id", "conversation_id"],
        unique=False,
    )
    op.create_table(
        "conversation_tags",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name=op.f("fk_conversation_tags_tenant_id_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "tag", "conversation_id", name=op.f("pk_conversation_tags")),
    )
    op.create_index(
        op.f("ix_conversation_tags_tenant_id_conversation_id"),
        "conversation_tags",
        ["tenant_id", "conversation_id"],
        unique=False,
    )
    op.create_table(
        "deliveries",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("claim_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("settles_after", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("not_before", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deferrals", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason_detail", sa.Text(), nullable=True),
        sa.Column("retryable", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("segments", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("warnings", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "dropped_attachments",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("used_template", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("flips", sa.Text(), nullable=True),
        sa.Column(
            "restores",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="What the flips changed, to be given back if it fails later.",
        ),
        sa.Column("provider_message_id", sa.Text(), nullable=True),
        sa.Column("last_receipt_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("queued_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("delivered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["channel_accounts.tenant_id", "channel_accounts.id"],
            name=op.f("fk_deliveries_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name=op.f("fk_deliveries_tenant_id_conversation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mass_reply_id"],
            ["mass_replies.tenant_id", "mass_replies.id"],
            name=op.f("fk_deliveries_tenant_id_mass_reply_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "tenant_id",
            "mass_reply_id",
            "conversation_id",
            name=op.f("uq_deliveries_tenant_id_mass_reply_id_conversation_id"),
        ),
        postgresql_with={"fillfactor": 80},
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["tenant_id", "mass_reply_id", "account_id", "not_before", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index(
        "ix_deliveries_in_flight",
        "deliveries",
        ["tenant_id", "account_id", "lease_until"],
        unique=False,
        postgresql_where=sa.text("status = 'sending'"),
    )
    op.create_index(
        "ix_deliveries_provider_message_id",
        "deliveries",
        ["tenant_id", "account_id", "provider_message_id"],
        unique=False,
        postgresql_where=sa.text("provider_message_id IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_uncertain",
        "deliveries",
        ["settles_after"],
        unique=False,
        postgresql_where=sa.text("status = 'uncertain'"),
    )
    op.create_index(
        op.f("ix_deliveries_tenant_id_contact_id_queued_at"),
        "deliveries",
        ["tenant_id", "contact_id", "queued_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_deliveries_tenant_id_mass_reply_id_id"),
        "deliveries",
        ["tenant_id", "mass_reply_id", "id"],
        unique=False,
    )
    op.create_table(
        "messages",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=True),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("provider_message_id", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("automatic", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "attachments", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name=op.f("fk_messages_tenant_id_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_messages")),
    )
    op.create_index(
        "ix_messages_provider_message_id",
        "messages",
        ["tenant_id", "provider_message_id"],
        unique=False,
        postgresql_where=sa.text("provider_message_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_messages_tenant_id_conversation_id_created_at_id"),
        "messages",
        ["tenant_id", "conversation_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "uq_messages_customer_message",
        "messages",
        ["tenant_id", "conversation_id", "provider_message_id", "sender"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("kind = 'customer_message' AND provider_message_id IS NOT NULL"),
    )
    op.create_index(
        "uq_messages_reply",
        "messages",
        ["tenant_id", "delivery_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'reply'"),
    )
    op.create_table(
        "delivery_attempts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("provider_message_id", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True, comment="The rendered text, written before a byte leaves."),
        sa.ForeignKeyConstraint(
            ["tenant_id", "delivery_id"],
            ["deliveries.tenant_id", "deliveries.id"],
            name=op.f("fk_delivery_attempts_tenant_id_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "delivery_id", "epoch", name=op.f("pk_delivery_attempts")),
    )
    _force_row_security()


def _force_row_security() -> None:
    # An unset setting is NULL and a once-set one is '': both must show nothing. The sub-select runs once a statement.
    tenant = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"
    for table, key in (("tenants", "id"), *((table, "tenant_id") for table in TENANT_TABLES)):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({key} = {tenant}) WITH CHECK ({key} = {tenant})")


def downgrade() -> None:
    op.drop_table("delivery_attempts")
    op.drop_table("messages")
    op.drop_table("deliveries")
    op.drop_table("conversation_tags")
    op.drop_table("conversation_fields")
    op.drop_table("selection_pages")
    op.drop_table("receipts")
    op.drop_table("lanes")
    op.drop_table("conversations")
    op.drop_table("snippets")
    op.drop_table("outbound_events")
    op.drop_table("mass_replies")
    op.drop_table("contacts")
    op.drop_table("channel_accounts")
    op.drop_table("channel_account_routes")
    op.drop_table("blocked_addresses")
    op.drop_table("api_keys")
    op.drop_table("api_key_routes")
    op.drop_table("tenants")
