"""How the records' tables are made and changed, one revision after the other (alembic)."""
