"""Projects: the page of the client's own system that comes up with a call."""

from andon.kit.database.walls import execute

revision = "0027"
down_revision = "0026"

TABLES = """
ALTER TABLE project ADD COLUMN pop_url text DEFAULT '' NOT NULL;
"""


def upgrade() -> None:
    execute(TABLES)


def downgrade() -> None:
    raise NotImplementedError(
        "what projects show their agents must not vanish: go forward with a new migration"
    )
