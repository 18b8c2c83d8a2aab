"""The work list: what is to be done about contacts after them."""

from andon.kit.database.walls import execute, wall

revision = "0012"
down_revision = "0011"

TABLES = """
CREATE TABLE work_item (
    project_id UUID NOT NULL,
    queue_id UUID,
    contact_id UUID NOT NULL,
    kind TEXT NOT NULL,
    why TEXT NOT NULL,
    caller TEXT NOT NULL,
    caller_key TEXT NOT NULL,
    customer_id UUID,
    length_ms BIGINT,
    calls INTEGER DEFAULT 1 NOT NULL,
    opened_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    due_at timestamptz,
    sort_at timestamptz NOT NULL,
    state TEXT DEFAULT 'open' NOT NULL,
    agent_id UUID,
    taken_at timestamptz,
    done_at timestamptz,
    done_by UUID,
    outcome TEXT,
    note TEXT DEFAULT '' NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    client_id UUID NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_work_item PRIMARY KEY (id),
    CONSTRAINT uq_work_item_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_work_item_tenant_id_client_id FOREIGN KEY(tenant_id, client_id)
        REFERENCES client (tenant_id, id),
    CONSTRAINT fk_work_item_tenant_id_client_id_project_id FOREIGN KEY(tenant_id, client_id, project_id)
        REFERENCES project (tenant_id, client_id, id),
    CONSTRAINT fk_work_item_tenant_id_queue_id FOREIGN KEY(tenant_id, queue_id)
        REFERENCES queue (tenant_id, id),
    CONSTRAINT fk_work_item_tenant_id_agent_id FOREIGN KEY(tenant_id, agent_id)
        REFERENCES app_user (tenant_id, id),
    CONSTRAINT fk_work_item_tenant_id_done_by FOREIGN KEY(tenant_id, done_by)
        REFERENCES app_user (tenant_id, id),
    CONSTRAINT ck_work_item_kind CHECK (kind IN ('voicemail', 'missed_call', 'callback', 'follow_up')),
    CONSTRAINT ck_work_item_state CHECK (state IN ('open', 'taken', 'done')),
    CONSTRAINT ck_work_item_taken CHECK (state <> 'taken' OR agent_id IS NOT NULL),
    CONSTRAINT ck_work_item_done CHECK ((state = 'done') = (done_at IS NOT NULL AND outcome IS NOT NULL))
);
CREATE INDEX ix_work_item_agent ON work_item (tenant_id, agent_id, contact_id);
CREATE INDEX ix_work_item_caller ON work_item (tenant_id, client_id, caller_key) WHERE state <> 'done';
CREATE INDEX ix_work_item_done ON work_item (tenant_id, done_at, id) WHERE state = 'done';
CREATE INDEX ix_work_item_open ON work_item (tenant_id, sort_at, id) WHERE state <> 'done';
CREATE UNIQUE INDEX uq_work_item_contact ON work_item (tenant_id, contact_id, kind)
        WHERE state <> 'done';
CREATE TABLE work_cursor (
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    xid BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    CONSTRAINT pk_work_cursor PRIMARY KEY (tenant_id)
);
"""


def upgrade() -> None:
    execute(TABLES, *wall("work_item", "own"), *wall("work_cursor", "none"))


def downgrade() -> None:
    raise NotImplementedError("work may be half done: go forward with a new migration")
