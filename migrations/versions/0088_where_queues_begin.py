"""A lane knows where its queue begins, so that a claim does not read what has left it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0088"
down_revision = "0089"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "lanes",
        sa.Column(
            "queue_from_at",
            TIMESTAMP(timezone=True),
            server_default=sa.text("'1970-01-01 00:00:00+00'"),
            nullable=False,
            comment="Where its queue begins: the time and the id of the first delivery, or some before them.",
        ),
    )
    op.add_column(
        "lanes",
        sa.Column(
            "queue_from_id",
            sa.Uuid(),
            server_default=sa.text("'00000000-0000-0000-0000-000000000000'"),
            nullable=False,
        ),
    )


def downgrade() -> None:
    op.drop_column("lanes", "queue_from_id")
    op.drop_column("lanes", "queue_from_at")
