"""What Alembic runs; `storage.database` hands it the connection, inside a transaction of its own."""

from alembic import context

from storage.models import Post

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Post.metadata,
    render_as_batch=True,  # SQLite alters a table only by making it anew
)
with context.begin_transaction():
    context.run_migrations()
