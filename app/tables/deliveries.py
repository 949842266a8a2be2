"""Deliveries, attempt by attempt, and what providers and people reported about them."""

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from app.tables import _columns as own

deliveries = Table(
    "deliveries",
    own.metadata,
    own.tenant(),
    own.id(),
    Column("mass_reply_id", Uuid, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("contact_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=True),
    own.text("channel"),
    own.text("address", nullable=True),
    Column("address_key", Text, nullable=True, comment="The address as addresses are compared."),
    own.text("subject", nullable=True),
    own.text("status"),
    own.count("epoch"),
    Column("claim_token", Uuid, nullable=True),
    own.at("lease_until"),
    own.at("settles_after"),
    own.at("not_before", nullable=False),
    own.count("deferrals"),
    own.text("reason_code", nullable=True),
    own.text("reason_detail", nullable=True),
    own.flag("retryable"),
    Column("segments", Integer, nullable=False, server_default=text("0")),
    own.texts("warnings"),
    own.json("dropped_attachments", default="'[]'"),
    own.flag("used_template"),
    own.flag("sampled"),
    own.text("flips", nullable=True),
    Column("restores", JSONB, nullable=True, comment="What the flips changed, to be given back if it fails later."),
    Column(
        "reached",
        JSONB,
        nullable=True,
        comment="The fields of the conversation that the flips set, each with its version after that.",
    ),
    own.text("provider_message_id", nullable=True),
    Column(
        "prices",
        JSONB,
        nullable=False,
        server_default=text("'{}'"),
        comment="What the provider says of the price of each of its messages, by attempt and file.",
    ),
    Column(
        "times_billed",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="How often it was counted as sent, and its messages as charged.",
    ),
    Column(
        "last_receipt_at",
        TIMESTAMP(timezone=True),
        nullable=True,
        comment="Written by the release before 0032 alone; attempts have their own.",
    ),
    Column(
        "not_after",
        TIMESTAMP(timezone=True),
        nullable=True,
        comment="The latest time of what is sent again; null is the mass reply's.",
    ),
    own.at("queued_at", nullable=False),
    own.at("sent_at"),
    own.at("delivered_at"),
    own.at("updated_at", nullable=False),
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
    "ix_deliveries_sent_again",
    deliveries.c.tenant_id,
    deliveries.c.mass_reply_id,
    deliveries.c.not_after,
    postgresql_where=text("status = 'queued' AND not_after IS NOT NULL"),
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
# Nothing that is sent ever comes into it.
Index(
    "ix_deliveries_not_sent",
    deliveries.c.tenant_id,
    deliveries.c.mass_reply_id,
    deliveries.c.status,
    deliveries.c.id,
    postgresql_where=text("status IN ('failed', 'uncertain', 'skipped', 'cancelled')"),
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
    own.metadata,
    own.tenant(),
    Column("delivery_id", Uuid, nullable=False),
    Column("epoch", Integer, nullable=False),
    own.at("started_at", nullable=False),
    own.at("finished_at"),
    own.text("outcome", nullable=True),
    own.text("provider_message_id", nullable=True),
    own.text("evidence", nullable=True),
    Column(
        "last_receipt_at",
        TIMESTAMP(timezone=True),
        nullable=True,
        comment="When the provider last spoke of this attempt, by its own clock.",
    ),
    Column("text", Text, nullable=True, comment="The rendered text, written before a byte leaves."),
    own.html(),
    PrimaryKeyConstraint("tenant_id", "delivery_id", "epoch"),
    ForeignKeyConstraint(["tenant_id", "delivery_id"], ["deliveries.tenant_id", "deliveries.id"], ondelete="CASCADE"),
    postgresql_with={"fillfactor": 50},
)

delivery_decisions = Table(
    "delivery_decisions",
    own.metadata,
    own.tenant(),
    own.id(),
    Column("delivery_id", Uuid, nullable=False),
    Column("epoch", Integer, nullable=False),
    own.text("outcome"),
    own.flag("send_again"),
    own.text("reason"),
    own.text("author_id", nullable=True),
    own.text("author_name"),
    own.text("author_email", nullable=True),
    own.at("decided_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id", "delivery_id"], ["deliveries.tenant_id", "deliveries.id"], ondelete="CASCADE"),
    Index(None, "tenant_id", "delivery_id"),
)

receipts = Table(
    "receipts",
    own.metadata,
    own.tenant(),
    own.id(),
    Column("account_id", Uuid, nullable=False),
    own.text("event_key"),
    own.text("kind"),
    Column("delivery_id", Uuid, nullable=True),
    Column("epoch", Integer, nullable=True),
    own.text("provider_message_id", nullable=True),
    own.text("reason_code", nullable=True),
    own.text("reason_detail", nullable=True),
    own.flag("temporary"),
    Column("charge", Text, nullable=True, comment="What the provider says of the message's price."),
    Column("recipient", Text, nullable=True, comment="Of a report on all that one recipient was sent until a moment."),
    own.at("occurred_at"),
    own.json("raw"),
    own.at("received_at", nullable=False),
    own.at("settled_at"),
    own.text("outcome", nullable=True),
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
