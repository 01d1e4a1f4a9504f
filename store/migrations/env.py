"""Alembic's entry: runs the revisions on the connection that store/migrate.py holds, in its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
