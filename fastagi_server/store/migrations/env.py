"""What Alembic runs to migrate. The connection, its transaction and its commit are store/migrate.py's."""

from __future__ import annotations

from alembic import context

from fastagi_server.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    on_version_apply=context.config.attributes.get("applied", ()),
)

with context.begin_transaction():
    context.run_migrations()
