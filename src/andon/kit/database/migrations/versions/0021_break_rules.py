"""What breaks agents may take without asking, and by how much a wrap-up may be extended."""

from andon.kit.database.walls import execute

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    execute(
        "ALTER TABLE routing_rules"
        " ADD COLUMN breaks JSONB DEFAULT '[]' NOT NULL,"
        " ADD COLUMN break_ask_s INTEGER DEFAULT 120 NOT NULL,"
        " ADD COLUMN acw_extend_s INTEGER DEFAULT 300 NOT NULL"
    )


def downgrade() -> None:
    raise NotImplementedError("what agents may take stays set: go forward with a new migration")
