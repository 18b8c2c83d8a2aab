"""When people of some roles may log in."""

from andon.kit.database.walls import execute

revision = "0030"
down_revision = "0029"

COLUMNS = """
ALTER TABLE log_in_rules
    ADD COLUMN hours_roles text[] DEFAULT '{}' NOT NULL,
    ADD COLUMN hours_days smallint[] DEFAULT '{1,2,3,4,5,6,7}' NOT NULL,
    ADD COLUMN hours_from text DEFAULT '00:00' NOT NULL,
    ADD COLUMN hours_to text DEFAULT '24:00' NOT NULL,
    ADD COLUMN hours_zone text DEFAULT 'Asia/Shanghai' NOT NULL;
"""


def upgrade() -> None:
    execute(COLUMNS)


def downgrade() -> None:
    raise NotImplementedError("when people may log in must not vanish: go forward with a new migration")
