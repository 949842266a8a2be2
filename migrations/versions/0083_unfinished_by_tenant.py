"""The index on mass replies that are not finished begins with the tenant: each claim counts what is under way by it."""

import sqlalchemy as sa
from alembic import op

revision = "0083"
down_revision = "0076"
branch_labels = None
depends_on = None

UNFINISHED = sa.text("finished_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_mass_replies_unfinished",
        "mass_replies",
        ["tenant_id", "status"],
        postgresql_where=UNFINISHED,
        if_not_exists=True,
    )
    op.drop_index("ix_mass_replies_open", "mass_replies")


def downgrade() -> None:
    op.create_index("ix_mass_replies_open", "mass_replies", ["status"], postgresql_where=UNFINISHED)
    op.drop_index("ix_mass_replies_unfinished", "mass_replies")
