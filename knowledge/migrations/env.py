"""Alembic environment of the knowledge database; the connection is handed in by `knowledge.store`."""

from alembic import context

from knowledge.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table="alembic_version_knowledge",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
