"""Calling out: numbers that may be shown, numbers that must not be called, rings that belong to no queue."""

from andon.kit.database.walls import execute, wall

revision = "0014"
down_revision = "0013"

TABLES = """
ALTER TABLE number ADD COLUMN dial_out boolean DEFAULT false NOT NULL;
ALTER TABLE number ADD CONSTRAINT ck_number_dial_out CHECK (NOT (dial_out AND kind = '400'));
ALTER TABLE report_offer ALTER COLUMN queue_id DROP NOT NULL;
CREATE TABLE do_not_call (
    number text NOT NULL,
    reason text DEFAULT '' NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_do_not_call PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_do_not_call_tenant_id_number ON do_not_call (tenant_id, number)
    NULLS NOT DISTINCT WHERE retired_at IS NULL;
"""


def upgrade() -> None:
    execute(TABLES, *wall("do_not_call", "none"))


def downgrade() -> None:
    raise NotImplementedError("what people refused must not be forgotten: go forward with a new migration")
