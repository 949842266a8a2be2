"""Automation rules, the log of what they ran, the calls that they owe; and which rules led to an event.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = ("automation_cursors", "automation_rules", "automation_runs", "automation_calls")


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.drop_column("outbound_events", "depth")
    none = sa.text("'{}'")
    op.add_column("outbound_events", sa.Column("rules", sa.ARRAY(sa.Uuid()), server_default=none, nullable=False))
    op.create_table(
        "automation_cursors",
        _tenant(),
        sa.Column("position", sa.BigInteger(), nullable=False),
        *_of_tenant("automation_cursors", "tenant_id"),
    )
    _create_rules()
    _create_runs()
    _create_calls()
    tenant = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING (tenant_id = {tenant}) WITH CHECK (tenant_id = {tenant})")


def _create_rules() -> None:
    op.create_table(
        "automation_rules",
        _tenant(),
        _id(),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("trigger", postgresql.JSONB(), nullable=False),
        sa.Column("conditions", postgresql.JSONB(), nullable=True),
        sa.Column("actions", postgresql.JSONB(), nullable=False),
        sa.Column("sealed", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("after_position", sa.BigInteger(), nullable=False),
        _at("created_at"),
        _at("updated_at"),
        *_of_tenant("automation_rules", "tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "key", name="uq_automation_rules_tenant_id_key"),
    )


def _create_runs() -> None:
    op.create_table(
        "automation_runs",
        _tenant(),
        _id(),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False, comment="Its place among those of the event."),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actions", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        _at("at"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_automation_runs"),
        sa.UniqueConstraint("tenant_id", "rule_id", "event_id", "subject", name="uq_automation_runs_subject"),
        _of_rule("automation_runs"),
    )
    op.create_index("ix_automation_runs_tenant_id_rule_id_id", "automation_runs", ["tenant_id", "rule_id", "id"])


def _create_calls() -> None:
    op.create_table(
        "automation_calls",
        _tenant(),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Integer(), nullable=False, comment="Its place among the actions of the rule."),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_at", postgresql.TIMESTAMP(timezone=True), nullable=True, comment="Null: it is over."),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        _at("at"),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "action", name="pk_automation_calls"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["automation_runs.tenant_id", "automation_runs.id"],
            name="fk_automation_calls_tenant_id_run_id",
            ondelete="CASCADE",
        ),
        _of_rule("automation_calls"),
    )
    op.create_index(
        "ix_automation_calls_due", "automation_calls", ["next_at"], postgresql_where=sa.text("next_at IS NOT NULL")
    )


def _tenant() -> sa.Column[object]:
    return sa.Column("tenant_id", sa.Uuid(), nullable=False)


def _id() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _at(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False)


def _of_tenant(table: str, *key: str) -> tuple[sa.Constraint, sa.Constraint]:
    return (
        sa.PrimaryKeyConstraint(*key, name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=f"fk_{table}_tenant_id"),
    )


def _of_rule(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "rule_id"],
        ["automation_rules.tenant_id", "automation_rules.id"],
        name=f"fk_{table}_tenant_id_rule_id",
        ondelete="CASCADE",
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("outbound_events", "rules")
    op.add_column("outbound_events", sa.Column("depth", sa.Integer(), server_default=sa.text("0"), nullable=False))
