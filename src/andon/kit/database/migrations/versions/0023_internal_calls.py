"""Whether calls between agents are recorded: not unless the operator says so."""

from andon.kit.database.walls import execute

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    execute("ALTER TABLE routing_rules ADD COLUMN record_internal BOOLEAN DEFAULT false NOT NULL")


def downgrade() -> None:
    raise NotImplementedError("what the operator chose stays chosen: go forward with a new migration")
