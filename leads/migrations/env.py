"""How Alembic reaches the database: over the connection that `Store.migrate` hands in."""

from alembic import context

from leads.records import Record

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Record.metadata,
    render_as_batch=True,  # SQLite alters a table only by copying it
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
