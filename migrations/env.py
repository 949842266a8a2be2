"""Alembic's entry: runs as the owner of the schema, on a connection that the caller brings."""

from alembic import context

from app.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, compare_server_default=True)
with context.begin_transaction():
    context.run_migrations()
