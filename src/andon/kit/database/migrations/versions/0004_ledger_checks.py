"""Ledger checks that were asked for, and what they found."""

from andon.kit.database.walls import execute, wall

revision = "0004"
down_revision = "0003"

TABLES = """
CREATE TABLE ledger_check (
    asked_by uuid,
    state text NOT NULL,
    since timestamptz,
    until timestamptz,
    finished_at timestamptz,
    report jsonb,
    id uuid NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_ledger_check PRIMARY KEY (id),
    CONSTRAINT ck_ledger_check_state CHECK (state IN ('wanted', 'running', 'done', 'failed'))
);
CREATE INDEX ix_ledger_check_newest ON ledger_check (tenant_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX uq_ledger_check_open ON ledger_check (tenant_id) WHERE finished_at IS NULL;
"""


def upgrade() -> None:
    execute(TABLES, *wall("ledger_check", "none"))


def downgrade() -> None:
    raise NotImplementedError("the journal is append-only: go forward with a new migration")
