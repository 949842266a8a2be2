"""Deliveries that were not sent are found by an index: a mass reply of a million may have ten of them."""

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0088"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_deliveries_not_sent",
        "deliveries",
        ["tenant_id", "mass_reply_id", "status", "id"],
        postgresql_where=sa.text("status IN ('failed', 'uncertain', 'skipped', 'cancelled')"),
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_not_sent", "deliveries")
