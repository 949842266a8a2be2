"""An address that is derived from the contact is not stored twice, and contacts without an id are known as such.

Revision ID: 0037
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLES = ("contacts", "conversations", "deliveries")

# What is equal to the contact's own address was derived from it, or does no harm by being so from now on.
DERIVE = """
    UPDATE conversations c SET address = NULL FROM contacts k
    WHERE k.tenant_id = c.tenant_id AND k.id = c.contact_id AND c.address = CASE
        WHEN c.channel = 'email' THEN k.email WHEN c.channel IN ('sms', 'voice', 'whatsapp') THEN k.phone END
"""
PIN = """
    UPDATE conversations c SET address = CASE
        WHEN c.channel = 'email' THEN k.email WHEN c.channel IN ('sms', 'voice', 'whatsapp') THEN k.phone END
    FROM contacts k WHERE k.tenant_id = c.tenant_id AND k.id = c.contact_id AND c.address IS NULL
"""
# Their external ids were made of an address, or of the conversation where there was none.
UNNAMED = """
    UPDATE contacts k SET unnamed = true
    WHERE k.external_id IN ('email:' || lower(k.email), 'phone:' || k.phone)
       OR k.external_id ~ '^(email|phone|chat|facebook|instagram|other|conversation):' AND EXISTS (
           SELECT FROM conversations c
           WHERE c.tenant_id = k.tenant_id AND c.contact_id = k.id
             AND k.external_id IN ('conversation:' || c.external_id, 'email:' || c.address_key,
                                   'phone:' || c.address, c.channel || ':' || c.address))
"""
# A conversation whose address was changed has a contact of its own there, with what was known of it so far.
MOVED = """
    CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
    SELECT c.tenant_id, c.id, c.channel, c.address, k.id AS contact_id,
           CASE WHEN c.channel = 'email' THEN 'email:' || c.address_key
                WHEN c.channel IN ('sms', 'voice', 'whatsapp') THEN 'phone:' || c.address
                ELSE c.channel || ':' || c.address END AS external_id
    FROM conversations c JOIN contacts k ON k.tenant_id = c.tenant_id AND k.id = c.contact_id
    WHERE k.unnamed AND c.address IS NOT NULL AND c.external_id IS NOT NULL
"""
SAME = "DELETE FROM moved m USING contacts k WHERE k.id = m.contact_id AND k.external_id = m.external_id"
COPY = """
    INSERT INTO contacts (tenant_id, external_id, name, first_name, email, phone, opted_out, custom_fields, unnamed)
    SELECT DISTINCT ON (m.tenant_id, m.external_id) m.tenant_id, m.external_id, k.name, k.first_name,
           CASE WHEN m.channel = 'email' THEN m.address ELSE k.email END,
           CASE WHEN m.channel IN ('sms', 'voice', 'whatsapp') THEN m.address ELSE k.phone END,
           k.opted_out, k.custom_fields, true
    FROM moved m JOIN contacts k ON k.tenant_id = m.tenant_id AND k.id = m.contact_id
    ORDER BY m.tenant_id, m.external_id, m.id
    ON CONFLICT DO NOTHING
"""
MOVE = """
    UPDATE conversations c SET contact_id = k.id
    FROM moved m JOIN contacts k ON k.tenant_id = m.tenant_id AND k.external_id = m.external_id
    WHERE c.tenant_id = m.tenant_id AND c.id = m.id
"""
# What is frozen for that address still goes there; what is frozen for an earlier one belongs to nobody and is refused.
FOLLOW = """
    UPDATE deliveries d SET contact_id = c.contact_id FROM moved m, conversations c
    WHERE d.tenant_id = m.tenant_id AND d.conversation_id = m.id AND d.contact_id = m.contact_id
      AND lower(d.address) = lower(m.address)
      AND c.tenant_id = m.tenant_id AND c.id = m.id
"""
VACATE = """
    UPDATE contacts k SET external_id = 'left:' || id, name = NULL, first_name = NULL, email = NULL, phone = NULL,
           custom_fields = '{}', unnamed = false
    WHERE k.unnamed AND NOT EXISTS (
        SELECT FROM conversations c WHERE c.tenant_id = k.tenant_id AND c.contact_id = k.id)
"""


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    unnamed = "Whoever is at an address: the external id is made of it."
    op.add_column(
        "contacts",
        sa.Column("unnamed", sa.Boolean(), server_default=sa.text("false"), nullable=False, comment=unnamed),
    )
    # A column, because under row-level security no index on an expression is used unless its function is leakproof.
    key = sa.Computed("lower(email)", persisted=True)
    comment = "The e-mail address as addresses are compared."
    op.add_column("contacts", sa.Column("email_key", sa.Text(), key, nullable=True, comment=comment))
    op.alter_column("conversations", "address", comment="As an import gave it; null: the contact's own.")
    _with_every_tenant((UNNAMED, MOVED, SAME, COPY, MOVE, FOLLOW, VACATE, DERIVE))
    for column in ("email_key", "phone"):
        op.create_index(f"ix_contacts_tenant_id_{column}", "contacts", ["tenant_id", column])


def _with_every_tenant(statements: tuple[str, ...]) -> None:
    """Run statements on the rows of all tenants: row-level security hides them from the owner too."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in statements:
        op.execute(sa.text(statement))
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    _with_every_tenant((PIN,))
    for column in ("email_key", "phone"):
        op.drop_index(f"ix_contacts_tenant_id_{column}", table_name="contacts")
    op.alter_column("conversations", "address", comment=None)
    op.drop_column("contacts", "email_key")
    op.drop_column("contacts", "unnamed")
