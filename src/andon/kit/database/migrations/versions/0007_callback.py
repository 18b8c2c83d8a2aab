"""Callbacks: how a queue returns calls, and the kept places as pages list them."""

from andon.kit.database.walls import execute, wall

revision = "0007"
down_revision = "0006"

# A column with a constant default: the table is not rewritten.
QUEUE = "ALTER TABLE queue ADD COLUMN callback jsonb DEFAULT '{}' NOT NULL"

TABLES = """
CREATE TABLE report_callback (
    contact_id uuid NOT NULL,
    queue_id uuid NOT NULL,
    kept_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    not_before timestamptz,
    ended_at timestamptz,
    how text,
    waited_ms bigint,
    returned_id uuid,
    client_id uuid,
    project_id uuid,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_report_callback PRIMARY KEY (contact_id)
);
CREATE INDEX ix_report_callback_kept ON report_callback (tenant_id, kept_at, contact_id);
"""


def upgrade() -> None:
    execute(QUEUE, TABLES, *wall("report_callback", "own"))


def downgrade() -> None:
    raise NotImplementedError("the journal is append-only: go forward with a new migration")
