"""Contacts, their conversations with the timelines, chat sessions and attachments."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

from app.tables import _columns as own

contacts = Table(
    "contacts",
    own.metadata,
    own.tenant(),
    own.id(),
    own.text("external_id"),
    own.text("name", nullable=True),
    own.text("first_name", nullable=True),
    own.text("email", nullable=True),
    Column("email_key", Text, nullable=True, comment="The e-mail address as addresses are compared."),
    own.text("phone", nullable=True),
    Column("phone_key", Text, nullable=True, comment="The phone number as addresses are compared."),
    own.flag("opted_out"),
    own.json("custom_fields", default="'{}'"),
    Column(
        "unnamed",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="Whoever is at an address: the external id is made of it.",
    ),
    own.at("created_at", nullable=False),
    own.at("updated_at", nullable=False),
    own.at("erased_at"),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "external_id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
    Index(None, "tenant_id", "email_key"),
    Index(None, "tenant_id", "phone_key"),
)

# Addresses in here are keys (app/domain/addresses.py), one row for each reason not to write to one. A block that was
# lifted stays as a row, because reports come late.
blocked_addresses = Table(
    "blocked_addresses",
    own.metadata,
    own.tenant(),
    own.id(),
    own.text("channel"),
    own.text("address"),
    own.text("reason"),
    own.at("created_at", nullable=False),
    own.at("lifted_at"),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint(
        "tenant_id",
        "channel",
        "address",
        "reason",
        name="uq_blocked_addresses_tenant_id_channel_address_reason",
    ),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

# Another name of an address at its provider, such as WhatsApp's id of a person whose number is also known.
address_links = Table(
    "address_links",
    own.metadata,
    own.tenant(),
    own.text("channel"),
    own.text("alias"),
    own.text("address_key"),
    PrimaryKeyConstraint("tenant_id", "channel", "alias"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
    Index("ix_address_links_tenant_id_channel_address_key", "tenant_id", "channel", "address_key"),
)

conversations = Table(
    "conversations",
    own.metadata,
    own.tenant(),
    own.id(),
    own.text("external_id", nullable=True),
    own.text("human_id", nullable=True),
    own.text("channel"),
    Column("account_id", Uuid, nullable=True),
    Column("contact_id", Uuid, nullable=False),
    Column("address", Text, nullable=True, comment="As an import gave it; null: the contact's own."),
    Column("address_key", Text, nullable=True, comment="The address as addresses are compared."),
    own.text("status", default="active"),
    own.text("engagement", default="pending"),
    own.text("subject", nullable=True),
    own.text("team", nullable=True),
    own.text("assignee", nullable=True),
    own.json("custom_fields", default="'{}'"),
    own.at("created_at", nullable=False),
    own.at("updated_at", nullable=False),
    Column(
        "last_customer_message_at",
        TIMESTAMP(timezone=True),
        nullable=True,
        comment="Of the customer's own messages; automatic answers do not count.",
    ),
    Column(
        "engagement_version",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="Counts its changes, and the customer's messages, in a trigger.",
    ),
    Column(
        "status_version",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="Counts its changes, and the customer's messages, in a trigger.",
    ),
    own.text("reply_to_message_id", nullable=True),
    Column(
        "reply_references",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="For e-mail: References of the message that a reply answers.",
    ),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "external_id"),
    ForeignKeyConstraint(["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"]),
    ForeignKeyConstraint(["tenant_id", "account_id"], ["channel_accounts.tenant_id", "channel_accounts.id"]),
)
for _column in (
    "status",
    "engagement",
    "channel",
    "team",
    "assignee",
    "contact_id",
    "created_at",
    "last_customer_message_at",
):
    Index(None, conversations.c.tenant_id, conversations.c[_column], conversations.c.id)
Index("ix_conversations_address", conversations.c.tenant_id, conversations.c.channel, conversations.c.address_key)

conversation_tags = Table(
    "conversation_tags",
    own.metadata,
    own.tenant(),
    own.text("tag"),
    Column("conversation_id", Uuid, nullable=False),
    PrimaryKeyConstraint("tenant_id", "tag", "conversation_id"),
    ForeignKeyConstraint(
        ["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"], ondelete="CASCADE"
    ),
    Index(None, "tenant_id", "conversation_id"),
)

# Kept by triggers on conversations, and searched through the function conversations_about.
conversation_subjects = Table(
    "conversation_subjects",
    own.metadata,
    own.tenant(),
    Column("conversation_id", Uuid, nullable=False),
    Column("folded", Text, nullable=True, comment="In lower case; null where it is too long for the index."),
    PrimaryKeyConstraint("tenant_id", "conversation_id"),
    ForeignKeyConstraint(
        ["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"], ondelete="CASCADE"
    ),
)
Index(
    "ix_conversation_subjects_trigrams",
    conversation_subjects.c.tenant_id,
    conversation_subjects.c.folded,
    postgresql_using="gin",
    postgresql_ops={"folded": "gin_trgm_ops"},
    postgresql_with={"gin_pending_list_limit": 512},
)
Index(
    "ix_conversation_subjects_long",
    conversation_subjects.c.tenant_id,
    postgresql_where=text("folded IS NULL"),
)

conversation_fields = Table(
    "conversation_fields",
    own.metadata,
    own.tenant(),
    own.text("name"),
    own.text("value"),
    Column("conversation_id", Uuid, nullable=False),
    PrimaryKeyConstraint("tenant_id", "name", "value", "conversation_id"),
    ForeignKeyConstraint(
        ["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"], ondelete="CASCADE"
    ),
    Index(None, "tenant_id", "conversation_id"),
)

messages = Table(
    "messages",
    own.metadata,
    own.tenant(),
    own.id(),
    Column("conversation_id", Uuid, nullable=False),
    own.text("kind"),
    own.text("text"),
    own.html(),
    own.text("author_id", nullable=True),
    own.text("author_name", nullable=True),
    Column("mass_reply_id", Uuid, nullable=True),
    Column("delivery_id", Uuid, nullable=True),
    own.text("provider_message_id", nullable=True),
    own.text("sender", nullable=True),
    own.flag("automatic"),
    own.json("attachments", default="'[]'"),
    own.at("created_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"]),
    Index(None, "tenant_id", "conversation_id", "created_at", "id"),
)
Index(
    "uq_messages_customer_message",
    messages.c.tenant_id,
    messages.c.conversation_id,
    messages.c.provider_message_id,
    messages.c.sender,
    unique=True,
    postgresql_nulls_not_distinct=True,
    postgresql_where=text("kind = 'customer_message' AND provider_message_id IS NOT NULL"),
)
Index(
    "ix_messages_provider_message_id",
    messages.c.tenant_id,
    messages.c.provider_message_id,
    postgresql_where=text("provider_message_id IS NOT NULL"),
)
Index(
    "ix_messages_with_files",
    messages.c.tenant_id,
    postgresql_where=text("attachments <> '[]'"),
)
Index(
    "uq_messages_reply",
    messages.c.tenant_id,
    messages.c.delivery_id,
    unique=True,
    postgresql_where=text("kind = 'reply'"),
)

chat_sessions = Table(
    "chat_sessions",
    own.metadata,
    own.tenant(),
    Column("token_hash", LargeBinary, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    own.at("created_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "token_hash"),
    ForeignKeyConstraint(["tenant_id", "account_id"], ["channel_accounts.tenant_id", "channel_accounts.id"]),
    ForeignKeyConstraint(["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"]),
    Index(None, "tenant_id", "account_id", "created_at"),
)

attachments = Table(
    "attachments",
    own.metadata,
    own.tenant(),
    own.id(),
    own.text("filename"),
    own.text("content_type"),
    Column("size", BigInteger, nullable=False),
    own.text("sha256"),
    own.text("storage_key"),
    own.at("created_at", nullable=False),
    own.at("last_named_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)
