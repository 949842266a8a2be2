"""Work on many deliveries that a request hands over to the sweeper, in pages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

revision = "0087"
down_revision = "0083"
branch_labels = None
depends_on = None

TENANT = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"


def upgrade() -> None:
    op.create_table(
        "delivery_pages",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("delivery_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("reason_codes", ARRAY(sa.Text()), nullable=True),
        sa.Column("not_after", TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mass_reply_id"],
            ["mass_replies.tenant_id", "mass_replies.id"],
            name=op.f("fk_delivery_pages_tenant_id_mass_reply_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "mass_reply_id", "id", name=op.f("pk_delivery_pages")),
    )
    op.execute("ALTER TABLE delivery_pages ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE delivery_pages FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON delivery_pages USING (tenant_id = {TENANT}) WITH CHECK (tenant_id = {TENANT})")


def downgrade() -> None:
    op.drop_table("delivery_pages")
