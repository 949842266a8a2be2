"""What is said of an attempt stands on it, conversations count their changes, and what is sent again has its own time.

Revision ID: 0032
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0032"
down_revision = "0038"
branch_labels = None
depends_on = None

TIMES = {
    "delivery_attempts": ("last_receipt_at", "When the provider last spoke of this attempt, by its own clock."),
    "mass_replies": ("again_until", "The latest time that anything which is sent again was given."),
    "channel_accounts": ("cooled_at", "When `cool_until` was set; later than now, the clock has stepped back since."),
}
LAST_RECEIPT = ("last_receipt_at", "Written by the release before 0032 alone; attempts have their own.")
BACKFILLED = ("deliveries", "delivery_attempts", "receipts")

# Which attempt a success was reported of was not written down so far, but for the reports themselves.
PROOFS = """
    UPDATE delivery_attempts a SET outcome = 'reported_sent'
    FROM receipts r
    WHERE r.tenant_id = a.tenant_id AND r.delivery_id = a.delivery_id AND coalesce(r.epoch, 1) = a.epoch
      AND r.kind IN ('sent', 'delivered', 'read') AND r.settled_at IS NOT NULL
      AND coalesce(a.outcome, 'unknown') IN ('unknown', 'worker_lost')
"""
LAST_RECEIPTS = """
    UPDATE delivery_attempts a SET last_receipt_at = d.last_receipt_at
    FROM deliveries d
    WHERE d.tenant_id = a.tenant_id AND d.id = a.delivery_id AND d.epoch = a.epoch AND d.last_receipt_at IS NOT NULL
"""
COUNT_CHANGES = """
    CREATE FUNCTION count_conversation_changes() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE wrote boolean := NEW.last_customer_message_at IS DISTINCT FROM OLD.last_customer_message_at;
    BEGIN
        IF wrote OR NEW.engagement IS DISTINCT FROM OLD.engagement THEN
            NEW.engagement_version := OLD.engagement_version + 1;
        END IF;
        IF wrote OR NEW.status IS DISTINCT FROM OLD.status THEN
            NEW.status_version := OLD.status_version + 1;
        END IF;
        RETURN NEW;
    END $$
"""
ON_CHANGE = """
    CREATE TRIGGER count_changes BEFORE UPDATE ON conversations FOR EACH ROW
    WHEN (OLD.engagement IS DISTINCT FROM NEW.engagement OR OLD.status IS DISTINCT FROM NEW.status
          OR OLD.last_customer_message_at IS DISTINCT FROM NEW.last_customer_message_at)
    EXECUTE FUNCTION count_conversation_changes()
"""
VERSION = "Counts its changes, and the customer's messages, in a trigger."
REACHED = "The fields of the conversation that the flips set, each with its version after that."
NOT_AFTER = "The latest time of what is sent again; null is the mass reply's."
RECIPIENT = "Of a report on all that one recipient was sent until a moment."


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    for table, (name, comment) in TIMES.items():
        op.add_column(table, sa.Column(name, TIMESTAMP(timezone=True), nullable=True, comment=comment))
    for name in ("engagement_version", "status_version"):
        column = sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0"), comment=VERSION)
        op.add_column("conversations", column)
    op.add_column("deliveries", sa.Column("reached", JSONB(), nullable=True, comment=REACHED))
    op.add_column("deliveries", sa.Column("not_after", TIMESTAMP(timezone=True), nullable=True, comment=NOT_AFTER))
    op.alter_column("deliveries", LAST_RECEIPT[0], comment=LAST_RECEIPT[1])
    op.add_column("receipts", sa.Column("recipient", sa.Text(), nullable=True, comment=RECIPIENT))
    op.create_index(
        "ix_deliveries_sent_again",
        "deliveries",
        ["tenant_id", "mass_reply_id", "not_after"],
        postgresql_where=sa.text("status = 'queued' AND not_after IS NOT NULL"),
    )
    op.execute(COUNT_CHANGES)
    op.execute(ON_CHANGE)
    _backfill()


def _backfill() -> None:
    # Forced row-level security hides every row from the owner too.
    for table in BACKFILLED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(PROOFS)
    op.execute(LAST_RECEIPTS)
    for table in BACKFILLED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute("DROP TRIGGER count_changes ON conversations")
    op.execute("DROP FUNCTION count_conversation_changes()")
    op.drop_index("ix_deliveries_sent_again", "deliveries")
    op.drop_column("receipts", "recipient")
    op.alter_column("deliveries", LAST_RECEIPT[0], comment=None)
    op.drop_column("deliveries", "not_after")
    op.drop_column("deliveries", "reached")
    for name in ("status_version", "engagement_version"):
        op.drop_column("conversations", name)
    for table, (name, _) in TIMES.items():
        op.drop_column(table, name)
