"""Flows: drafts, and why a version was published against a warning."""

from andon.kit.database.walls import execute, wall

revision = "0008"
down_revision = "0007"

TABLES = """
ALTER TABLE flow_version ADD COLUMN accepted jsonb DEFAULT '[]' NOT NULL;
CREATE TABLE flow_draft (
    flow_id uuid NOT NULL,
    graph jsonb NOT NULL,
    revision integer NOT NULL,
    saved_at timestamptz NOT NULL,
    saved_by uuid,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_flow_draft PRIMARY KEY (flow_id),
    CONSTRAINT fk_flow_draft_tenant_id_flow_id FOREIGN KEY (tenant_id, flow_id)
        REFERENCES flow (tenant_id, id) ON DELETE CASCADE
);
"""


def upgrade() -> None:
    execute(TABLES, *wall("flow_draft", "via flow.flow_id"))


def downgrade() -> None:
    raise NotImplementedError("versions keep what they were published with: go forward with a new migration")
