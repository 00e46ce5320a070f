"""Run by alembic: apply the revisions on the connection `omlib.records.database` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
