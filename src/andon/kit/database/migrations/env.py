"""Alembic's entry: runs the migrations on the connection `migrate` hands over."""

from alembic import context
from sqlalchemy import text

# One migrator at a time; the number is arbitrary and only ours.
_LOCK = 0x616E646F6E

connection = context.config.attributes["connection"]
connection.execute(text("SET LOCAL lock_timeout = 0"))  # waiting for another migrator holds nobody up
connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
connection.commit()
context.configure(connection=connection, transaction_per_migration=True)
try:
    with context.begin_transaction():
        context.run_migrations()
finally:
    connection.rollback()
    connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
    connection.commit()
