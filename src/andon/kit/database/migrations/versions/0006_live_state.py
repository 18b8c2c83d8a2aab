"""Checkpoints: what a core that follows another one resumes from."""

from andon.kit.database.walls import execute, wall

revision = "0006"
down_revision = "0005"

# Rows change at every step of a call: room on each page lets a change stay on it.
TABLES = """
CREATE TABLE live_state (
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    kind text NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    version int NOT NULL,
    state bytea NOT NULL,
    CONSTRAINT pk_live_state PRIMARY KEY (tenant_id, kind, id)
) WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
"""


def upgrade() -> None:
    execute(TABLES, *wall("live_state", "none"))


def downgrade() -> None:
    raise NotImplementedError("the journal is append-only: go forward with a new migration")
