"""Addresses are matched by keys that the service makes, and no longer by their lower case.

Keys of what is stored are made anew here, by the rules of `app/domain/addresses.py`. Most rows keep the key they have:
only those whose spelling may matter are read.

Revision ID: 0040
Revises: 0025
"""

# ruff: noqa: S608 - statements are built from the constants in here

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.domain.addresses import Address, email_key, phone_key
from app.domain.words import Channel

revision = "0040"
down_revision = "0025"
branch_labels = None
depends_on = None

CHUNK = 5_000
TENANT = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"
REKEYED = ("blocked_addresses", "contacts", "conversations", "deliveries", "messages")
ADDRESS_KEY = "The address as addresses are compared."
EMAIL_KEY = "The e-mail address as addresses are compared."
PHONE_KEY = "The phone number as addresses are compared."
PHONES = "('sms', 'voice', 'whatsapp')"
OPAQUE = "channel NOT IN ('email', 'sms', 'voice', 'whatsapp')"


def _odd_email(column: str) -> str:
    """An e-mail address whose lower case may not be its key."""
    return (
        rf"({column} !~ '^[!-~]+$' OR {column} ~ '[<>(),;:\"]' OR {column} ~* '@googlemail\.com$' OR {column} ~ '\.$'"
        rf" OR {column} ~* '^[^@]*\.[^@]*@gmail\.com$')"
    )


def _odd_phone(column: str) -> str:
    return rf"({column} !~ '^\+[1-9][0-9]{{6,14}}$' OR {column} ~ '^\+(5[245]|22[59])')"


def _odd(column: str) -> str:
    return f"(channel = 'email' AND {_odd_email(column)} OR channel IN {PHONES} AND {_odd_phone(column)})"


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("ALTER TABLE conversations ALTER COLUMN address_key DROP EXPRESSION")
    op.execute("ALTER TABLE contacts ALTER COLUMN email_key DROP EXPRESSION")
    op.add_column("contacts", sa.Column("phone_key", sa.Text(), nullable=True, comment=PHONE_KEY))
    op.add_column("deliveries", sa.Column("address_key", sa.Text(), nullable=True, comment=ADDRESS_KEY))
    op.drop_index("ix_contacts_tenant_id_phone", "contacts")
    op.create_index("ix_contacts_tenant_id_phone_key", "contacts", ["tenant_id", "phone_key"])
    _block_for_several_reasons()
    _create_links()
    _rekey()


def _block_for_several_reasons() -> None:
    op.add_column("blocked_addresses", sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False))
    op.drop_constraint("pk_blocked_addresses", "blocked_addresses")
    op.create_primary_key("pk_blocked_addresses", "blocked_addresses", ["tenant_id", "id"])
    columns = ["tenant_id", "channel", "address", "reason"]
    op.create_unique_constraint("uq_blocked_addresses_tenant_id_channel_address_reason", "blocked_addresses", columns)


def _create_links() -> None:
    op.create_table(
        "address_links",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_address_links_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "channel", "alias", name=op.f("pk_address_links")),
    )
    op.create_index(
        "ix_address_links_tenant_id_channel_address_key", "address_links", ["tenant_id", "channel", "address_key"]
    )
    op.execute("ALTER TABLE address_links ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE address_links FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON address_links USING (tenant_id = {TENANT}) WITH CHECK (tenant_id = {TENANT})")


def _rekey() -> None:
    """The owner reads all tenants' rows here, which nobody else ever does."""
    for table in REKEYED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    _rekey_conversations()
    _rekey_contacts()
    _rekey_deliveries()
    _rekey_blocked()
    _rekey_senders()
    _rename_contacts()
    for table in REKEYED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _rekey_conversations() -> None:
    # Ids that a provider made up are what they are, in their own case.
    op.execute("""
        UPDATE blocked_addresses b SET address = c.address FROM conversations c
        WHERE c.tenant_id = b.tenant_id AND c.channel = b.channel AND c.address_key = b.address
          AND c.address <> b.address AND (c.channel NOT IN ('email', 'sms', 'voice', 'whatsapp')
                                          OR c.channel = 'whatsapp' AND c.address !~ '^\\+')
    """)
    op.execute(f"UPDATE conversations SET address_key = address WHERE {OPAQUE}")
    rows = _rows(f"SELECT tenant_id, id, channel, address FROM conversations WHERE {_odd('address')}")
    _write(
        "UPDATE conversations SET address = :stored, address_key = :key WHERE tenant_id = :tenant AND id = :id",
        ({**_key_of(row), "stored": _read(row).stored, "key": _read(row).key} for row in rows),
    )


def _rekey_contacts() -> None:
    op.execute("UPDATE contacts SET phone_key = phone WHERE phone IS NOT NULL")
    odd = f"{_odd_email('email')} OR {_odd_phone('phone')}"
    rows = _rows(f"SELECT tenant_id, id, email, phone FROM contacts WHERE {odd}")
    _write(
        "UPDATE contacts SET email_key = :email, phone_key = :phone WHERE tenant_id = :tenant AND id = :id",
        ({**_key_of(row), "email": email_key(row.email), "phone": phone_key(row.phone)} for row in rows),
    )


def _rekey_deliveries() -> None:
    """Only what may still be sent is ever looked up by its address."""
    open_ = "status IN ('queued', 'sending', 'uncertain', 'failed') AND address IS NOT NULL"
    key = f"CASE WHEN {OPAQUE} THEN address ELSE lower(address) END"
    op.execute(f"UPDATE deliveries SET address_key = {key} WHERE {open_}")
    rows = _rows(f"SELECT tenant_id, id, channel, address FROM deliveries WHERE {open_} AND {_odd('address')}")
    _write(
        "UPDATE deliveries SET address_key = :key WHERE tenant_id = :tenant AND id = :id",
        ({**_key_of(row), "key": _read(row).key} for row in rows),
    )


def _rekey_blocked() -> None:
    rows = _rows(f"SELECT * FROM blocked_addresses WHERE {_odd('address')}")
    changed = [{**_key_of(row), "key": _read(row).key} for row in rows if _read(row).key != row.address]
    # Two spellings may have been blocked apart.
    _write(
        """INSERT INTO blocked_addresses (tenant_id, channel, address, reason, created_at)
           SELECT tenant_id, channel, :key, reason, created_at FROM blocked_addresses
           WHERE tenant_id = :tenant AND id = :id ON CONFLICT DO NOTHING""",
        changed,
    )
    _write("DELETE FROM blocked_addresses WHERE tenant_id = :tenant AND id = :id", changed)


def _rekey_senders() -> None:
    """Who sent a message is only ever compared. The same mail in two spellings stays two messages."""
    sql = """
        UPDATE messages m SET sender = {key}
        FROM conversations c
        WHERE c.tenant_id = m.tenant_id AND c.id = m.conversation_id AND m.kind = 'customer_message' AND {which}
          AND NOT EXISTS (SELECT FROM messages o
                          WHERE o.tenant_id = m.tenant_id AND o.conversation_id = m.conversation_id AND o.id <> m.id
                            AND o.kind = 'customer_message' AND o.provider_message_id = m.provider_message_id
                            AND lower(o.sender) = lower({key}))
    """
    op.execute(sql.format(key="lower(m.sender)", which="c.channel = 'email' AND m.sender <> lower(m.sender)"))
    rows = _rows(f"""
        SELECT m.tenant_id, m.id, c.channel, m.sender AS address
        FROM messages m JOIN conversations c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id
        WHERE m.kind = 'customer_message' AND {_odd("m.sender")}
    """)
    _write(
        sql.format(key=":key", which="m.tenant_id = :tenant AND m.id = :id AND m.sender <> :key"),
        ({**_key_of(row), "key": _read(row).key} for row in rows),
    )


def _rename_contacts() -> None:
    """Contacts that nobody gave an id are named by their address; two names of one person become one contact."""
    rows = _rows(f"""
        SELECT tenant_id, id, external_id, substr(external_id, 7) AS address,
               CASE WHEN external_id LIKE 'email:%' THEN 'email' ELSE 'whatsapp' END AS channel
        FROM contacts
        WHERE unnamed AND (external_id LIKE 'email:%' AND {_odd_email("substr(external_id, 7)")}
                           OR external_id LIKE 'phone:%' AND {_odd_phone("substr(external_id, 7)")})
        ORDER BY id
    """)
    named = [{**_key_of(row), "name": f"{row.external_id[:6]}{_read(row).key}"} for row in rows]
    same = "SELECT k.id FROM contacts k WHERE k.tenant_id = :tenant AND k.external_id = :name AND k.id <> :id"
    for one in named:
        _rename(one, same)


def _rename(one: dict[str, Any], same: str) -> None:
    connection = op.get_bind()
    other = connection.scalar(sa.text(same), one)
    if other is None:
        connection.execute(
            sa.text("UPDATE contacts SET external_id = :name WHERE tenant_id = :tenant AND id = :id"), one
        )
        return
    values = {**one, "other": other}
    for statement in (
        "UPDATE conversations SET contact_id = :other WHERE tenant_id = :tenant AND contact_id = :id",
        "UPDATE deliveries SET contact_id = :other WHERE tenant_id = :tenant AND contact_id = :id",
        """UPDATE contacts k SET opted_out = k.opted_out OR d.opted_out FROM contacts d
           WHERE k.tenant_id = :tenant AND k.id = :other AND d.tenant_id = :tenant AND d.id = :id""",
        "DELETE FROM contacts WHERE tenant_id = :tenant AND id = :id",
    ):
        connection.execute(sa.text(statement), values)


def _rows(statement: str) -> Sequence[Any]:
    return op.get_bind().execute(sa.text(statement)).all()


def _read(row: Any) -> Address:
    return Address.read(Channel(row.channel), row.address)


def _key_of(row: Any) -> dict[str, Any]:
    return {"tenant": row.tenant_id, "id": row.id}


def _write(statement: str, values: Iterable[dict[str, Any]]) -> None:
    held = list(values)
    for start in range(0, len(held), CHUNK):
        op.get_bind().execute(sa.text(statement), held[start : start + CHUNK])


def downgrade() -> None:
    """Make the keys lower case again. Contacts that became one stay one; a second reason to block is forgotten."""
    op.drop_table("address_links")
    op.execute("ALTER TABLE blocked_addresses NO FORCE ROW LEVEL SECURITY")
    op.execute("""
        DELETE FROM blocked_addresses b USING blocked_addresses o
        WHERE o.tenant_id = b.tenant_id AND o.channel = b.channel AND o.address = b.address AND o.id < b.id
    """)
    op.execute("ALTER TABLE blocked_addresses FORCE ROW LEVEL SECURITY")
    op.drop_constraint("uq_blocked_addresses_tenant_id_channel_address_reason", "blocked_addresses")
    op.drop_constraint("pk_blocked_addresses", "blocked_addresses")
    op.create_primary_key("pk_blocked_addresses", "blocked_addresses", ["tenant_id", "channel", "address"])
    op.drop_column("blocked_addresses", "id")
    op.drop_column("deliveries", "address_key")
    op.drop_index("ix_contacts_tenant_id_phone_key", "contacts")
    op.drop_column("contacts", "phone_key")
    op.create_index("ix_contacts_tenant_id_phone", "contacts", ["tenant_id", "phone"])
    _lower("contacts", "email_key", "email", EMAIL_KEY, "ix_contacts_tenant_id_email_key", ["tenant_id", "email_key"])
    columns = ["tenant_id", "channel", "address_key"]
    _lower("conversations", "address_key", "address", ADDRESS_KEY, "ix_conversations_address", columns)


def _lower(table: str, key: str, column: str, comment: str, index: str, indexed: list[str]) -> None:
    """Make a key the lower case of a column again."""
    op.drop_index(index, table)
    op.drop_column(table, key)
    computed = sa.Computed(f"lower({column})", persisted=True)
    op.add_column(table, sa.Column(key, sa.Text(), computed, nullable=True, comment=comment))
    op.create_index(index, table, indexed)
