"""The telephone on which an agent may take calls away from the desk."""

from andon.kit.database.walls import execute

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    execute("ALTER TABLE app_user ADD COLUMN mobile text DEFAULT '' NOT NULL")


def downgrade() -> None:
    raise NotImplementedError("numbers of people stay: go forward with a new migration")
