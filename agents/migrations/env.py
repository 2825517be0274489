"""Alembic environment of the records database; the connection is handed in by `agents.database`."""

from alembic import context

from agents.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
