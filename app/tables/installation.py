"""Tenants, and the routing tables that find one."""

from sqlalchemy import Column, ForeignKeyConstraint, LargeBinary, Table, Text, Uuid

from app.tables import _columns as own

tenants = Table(
    "tenants",
    own.metadata,
    Column("id", Uuid, primary_key=True, server_default=own.NEW_ID),
    own.text("name"),
    own.at("created_at", nullable=False),
)

api_key_routes = Table(
    "api_key_routes",
    own.metadata,
    Column("key_id", Uuid, primary_key=True),
    own.tenant(),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

channel_account_routes = Table(
    "channel_account_routes",
    own.metadata,
    Column("account_id", Uuid, primary_key=True),
    own.tenant(),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

chat_token_routes = Table(
    "chat_token_routes",
    own.metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    own.tenant(),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)

heartbeats = Table(
    "heartbeats",
    own.metadata,
    Column("name", Text, primary_key=True),
    own.at("beat_at", nullable=False),
    postgresql_with={"fillfactor": 50},
)

installation_secrets = Table(
    "installation_secrets",
    own.metadata,
    Column("name", Text, primary_key=True),
    own.text("sealed"),
)

INSTALLATION_TABLES = frozenset({"heartbeats", "installation_secrets"})
"""The installation's own: when work was done, and encrypted keys. Nothing of any tenant's."""

ROUTING_TABLES = frozenset({"api_key_routes", "channel_account_routes", "chat_token_routes"})
"""Read before the tenant is known. They hold no customer data."""
