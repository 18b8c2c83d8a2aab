"""Why a caller is called back: because they asked, or because the system broke the call off.

A column with a constant default: the table is not rewritten.
"""

from andon.kit.database.walls import execute

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    execute("ALTER TABLE report_callback ADD COLUMN why text DEFAULT 'asked' NOT NULL")


def downgrade() -> None:
    raise NotImplementedError("the journal is append-only: go forward with a new migration")
