"""The outbox, webhook endpoints, and automation rules."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Identity,
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

outbound_events = Table(
    "outbound_events",
    own.metadata,
    own.tenant(),
    own.id(),
    own.text("type"),
    Column("mass_reply_id", Uuid, nullable=True),
    own.at("created_at", nullable=False),
    Column("written", BigInteger, Identity(always=True), nullable=False),
    Column("position", BigInteger, nullable=True),
    own.json("subjects", default="'[]'"),
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

automation_cursors = Table(
    "automation_cursors",
    own.metadata,
    own.tenant(),
    Column("position", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant_id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

automation_rules = Table(
    "automation_rules",
    own.metadata,
    own.tenant(),
    own.id(),
    own.text("key"),
    own.text("name"),
    Column("enabled", Boolean, nullable=False),
    own.json("trigger"),
    own.json("conditions", nullable=True),
    own.json("actions"),
    own.json("sealed", default="'{}'"),
    Column("after_position", BigInteger, nullable=False),
    own.at("created_at", nullable=False),
    own.at("updated_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "key"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)


def _of_rule() -> ForeignKeyConstraint:
    rule = ["automation_rules.tenant_id", "automation_rules.id"]
    return ForeignKeyConstraint(["tenant_id", "rule_id"], rule, ondelete="CASCADE")


automation_runs = Table(
    "automation_runs",
    own.metadata,
    own.tenant(),
    own.id(),
    Column("rule_id", Uuid, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("subject", Integer, nullable=False, comment="Its place among those of the event."),
    own.text("event_type"),
    Column("conversation_id", Uuid, nullable=False),
    Column("message_id", Uuid, nullable=True),
    Column("mass_reply_id", Uuid, nullable=True),
    own.text("outcome"),
    own.text("reason", nullable=True),
    own.json("actions", default="'[]'"),
    own.at("at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "rule_id", "event_id", "subject", name="uq_automation_runs_subject"),
    _of_rule(),
    Index(None, "tenant_id", "rule_id", "id"),
)

automation_calls = Table(
    "automation_calls",
    own.metadata,
    own.tenant(),
    Column("run_id", Uuid, nullable=False),
    Column("action", Integer, nullable=False, comment="Its place among the actions of the rule."),
    Column("rule_id", Uuid, nullable=False),
    own.text("url"),
    own.count("tries"),
    Column("next_at", TIMESTAMP(timezone=True), nullable=True, comment="Null: it is over."),
    own.text("outcome", nullable=True),
    own.text("reason", nullable=True),
    own.at("at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "run_id", "action"),
    ForeignKeyConstraint(
        ["tenant_id", "run_id"], ["automation_runs.tenant_id", "automation_runs.id"], ondelete="CASCADE"
    ),
    _of_rule(),
)
Index(
    "ix_automation_calls_due",
    automation_calls.c.tenant_id,
    automation_calls.c.rule_id,
    automation_calls.c.next_at,
    postgresql_where=text("next_at IS NOT NULL"),
)

webhook_endpoints = Table(
    "webhook_endpoints",
    own.metadata,
    own.tenant(),
    own.id(),
    own.text("key"),
    own.text("url"),
    Column("events", ARRAY(Text), nullable=True, comment="Null: of every type."),
    own.flag("enabled"),
    Column("secrets", JSONB, nullable=False, comment="Sealed: current, and previous if replaced."),
    Column(
        "previous_until",
        TIMESTAMP(timezone=True),
        nullable=True,
        comment="Until then what is posted bears the previous secret's signature too.",
    ),
    own.at("created_at", nullable=False),
    own.at("updated_at", nullable=False),
    Column("position", BigInteger, nullable=False, comment="No event up to here is to be posted."),
    own.texts("ahead"),
    Column("claim_token", Uuid, nullable=True),
    own.at("lease_until"),
    own.count("failures"),
    own.at("failing_since"),
    own.at("next_try_at", nullable=False),
    own.text("disabled_reason", nullable=True),
    own.at("last_success_at"),
    own.at("last_failure_at"),
    own.text("last_failure", nullable=True),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "key"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)
Index(
    "ix_webhook_endpoints_live",
    webhook_endpoints.c.next_try_at,
    postgresql_where=text("enabled AND disabled_reason IS NULL"),
)
