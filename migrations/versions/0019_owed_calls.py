"""Owed calls are found by tenant and rule: each rule's are made apart from the others'.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _replace(["tenant_id", "rule_id", "next_at"])


def downgrade() -> None:
    _replace(["next_at"])


def _replace(columns: list[str]) -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.drop_index("ix_automation_calls_due", table_name="automation_calls")
    owed = sa.text("next_at IS NOT NULL")
    op.create_index("ix_automation_calls_due", "automation_calls", columns, postgresql_where=owed)
