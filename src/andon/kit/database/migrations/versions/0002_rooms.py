"""What an administrator sets up: skills, queues, calendars, flows, trunks, numbers, customers, reasons."""

from andon.kit.database.walls import execute, wall

revision = "0002"
down_revision = "0001"

TABLES = """
CREATE TABLE skill (
    name TEXT NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_skill PRIMARY KEY (id),
    CONSTRAINT uq_skill_tenant_id_id UNIQUE (tenant_id, id)
);
CREATE UNIQUE INDEX uq_skill_tenant_id_name ON skill (tenant_id, name)
        NULLS NOT DISTINCT WHERE retired_at IS NULL;
CREATE TABLE agent_skill (
    user_id UUID NOT NULL,
    skill_id UUID NOT NULL,
    level INTEGER NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_agent_skill PRIMARY KEY (user_id, skill_id),
    CONSTRAINT fk_agent_skill_tenant_id_user_id FOREIGN KEY(tenant_id, user_id)
        REFERENCES app_user (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_agent_skill_tenant_id_skill_id FOREIGN KEY(tenant_id, skill_id)
        REFERENCES skill (tenant_id, id),
    CONSTRAINT ck_agent_skill_level CHECK (level BETWEEN 1 AND 10)
);
CREATE TABLE state_reason (
    kind TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    limit_min INTEGER,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_state_reason PRIMARY KEY (id),
    CONSTRAINT uq_state_reason_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT ck_state_reason_kind CHECK (kind IN ('break', 'not_ready'))
);
CREATE UNIQUE INDEX uq_state_reason_tenant_id_kind_name_zh ON state_reason (tenant_id, kind, name_zh)
        NULLS NOT DISTINCT WHERE retired_at IS NULL;
CREATE TABLE queue (
    project_id UUID NOT NULL,
    name TEXT NOT NULL,
    required_skills JSONB DEFAULT '[]' NOT NULL,
    priority INTEGER DEFAULT 0 NOT NULL,
    policy TEXT DEFAULT 'longest_idle' NOT NULL,
    ring_timeout_s INTEGER DEFAULT 20 NOT NULL,
    acw_s INTEGER DEFAULT 30 NOT NULL,
    target_percent INTEGER DEFAULT 80 NOT NULL,
    target_s INTEGER DEFAULT 20 NOT NULL,
    max_wait_s INTEGER,
    music TEXT DEFAULT 'default' NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    client_id UUID NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_queue PRIMARY KEY (id),
    CONSTRAINT uq_queue_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_queue_tenant_id_client_id_project_id FOREIGN KEY(tenant_id, client_id, project_id)
        REFERENCES project (tenant_id, client_id, id),
    CONSTRAINT ck_queue_policy CHECK (policy IN ('longest_idle', 'most_skilled', 'round_robin'))
);
CREATE UNIQUE INDEX uq_queue_tenant_id_project_id_name ON queue (tenant_id, project_id, name)
        NULLS NOT DISTINCT WHERE retired_at IS NULL;
CREATE TABLE calendar (
    project_id UUID,
    name TEXT NOT NULL,
    timezone TEXT DEFAULT 'Asia/Shanghai' NOT NULL,
    periods JSONB NOT NULL,
    follow_cn_holidays BOOLEAN DEFAULT true NOT NULL,
    exceptions JSONB DEFAULT '[]' NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_calendar PRIMARY KEY (id),
    CONSTRAINT uq_calendar_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_calendar_tenant_id_project_id FOREIGN KEY(tenant_id, project_id)
        REFERENCES project (tenant_id, id)
);
CREATE UNIQUE INDEX uq_calendar_tenant_id_name ON calendar (tenant_id, name)
        NULLS NOT DISTINCT WHERE retired_at IS NULL;
CREATE TABLE flow (
    project_id UUID NOT NULL,
    name TEXT NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    client_id UUID NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_flow PRIMARY KEY (id),
    CONSTRAINT uq_flow_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT uq_flow_tenant_id_client_id_id UNIQUE (tenant_id, client_id, id),
    CONSTRAINT uq_flow_tenant_id_project_id_name UNIQUE (tenant_id, project_id, name),
    CONSTRAINT fk_flow_tenant_id_client_id_project_id FOREIGN KEY(tenant_id, client_id, project_id)
        REFERENCES project (tenant_id, client_id, id)
);
CREATE TABLE flow_version (
    flow_id UUID NOT NULL,
    version INTEGER NOT NULL,
    graph JSONB NOT NULL,
    note TEXT NOT NULL,
    published_at timestamptz NOT NULL,
    published_by UUID,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_flow_version PRIMARY KEY (flow_id, version),
    CONSTRAINT fk_flow_version_tenant_id_flow_id FOREIGN KEY(tenant_id, flow_id)
        REFERENCES flow (tenant_id, id) ON DELETE CASCADE
);
CREATE TABLE trunk (
    name TEXT NOT NULL,
    host TEXT NOT NULL,
    port INTEGER DEFAULT 5060 NOT NULL,
    username TEXT DEFAULT '' NOT NULL,
    secret TEXT DEFAULT '' NOT NULL,
    max_calls INTEGER DEFAULT 0 NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_trunk PRIMARY KEY (id),
    CONSTRAINT uq_trunk_tenant_id_id UNIQUE (tenant_id, id)
);
CREATE UNIQUE INDEX uq_trunk_tenant_id_name ON trunk (tenant_id, name)
        NULLS NOT DISTINCT WHERE retired_at IS NULL;
CREATE TABLE number (
    project_id UUID NOT NULL,
    trunk_id UUID,
    e164 TEXT NOT NULL,
    label TEXT NOT NULL,
    home TEXT DEFAULT '' NOT NULL,
    kind TEXT DEFAULT 'local' NOT NULL,
    flow_id UUID,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    client_id UUID NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_number PRIMARY KEY (id),
    CONSTRAINT uq_number_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_number_tenant_id_client_id_project_id FOREIGN KEY(tenant_id, client_id, project_id)
        REFERENCES project (tenant_id, client_id, id),
    CONSTRAINT fk_number_tenant_id_trunk_id FOREIGN KEY(tenant_id, trunk_id)
        REFERENCES trunk (tenant_id, id),
    CONSTRAINT fk_number_tenant_id_client_id_flow_id FOREIGN KEY(tenant_id, client_id, flow_id)
        REFERENCES flow (tenant_id, client_id, id),
    CONSTRAINT ck_number_kind CHECK (kind IN ('95', '96', '400', '1xx', 'local'))
);
CREATE UNIQUE INDEX uq_number_e164 ON number (e164) NULLS NOT DISTINCT WHERE retired_at IS NULL;
CREATE TABLE customer (
    name TEXT NOT NULL,
    phones TEXT[] NOT NULL,
    tier TEXT DEFAULT 'normal' NOT NULL,
    tags TEXT[] DEFAULT '{}' NOT NULL,
    notes TEXT DEFAULT '' NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    custom JSONB DEFAULT '{}' NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    client_id UUID NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_customer PRIMARY KEY (id),
    CONSTRAINT uq_customer_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_customer_tenant_id_client_id FOREIGN KEY(tenant_id, client_id)
        REFERENCES client (tenant_id, id),
    CONSTRAINT ck_customer_tier CHECK (tier IN ('normal', 'silver', 'gold', 'vip'))
);
CREATE INDEX ix_customer_name ON customer (tenant_id, client_id, name);
CREATE INDEX ix_customer_phones ON customer USING gin (phones);
CREATE TABLE reason_node (
    project_id UUID NOT NULL,
    parent_id UUID,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    sort INTEGER DEFAULT 0 NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_reason_node PRIMARY KEY (id),
    CONSTRAINT uq_reason_node_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_reason_node_tenant_id_project_id FOREIGN KEY(tenant_id, project_id)
        REFERENCES project (tenant_id, id),
    CONSTRAINT fk_reason_node_tenant_id_parent_id FOREIGN KEY(tenant_id, parent_id)
        REFERENCES reason_node (tenant_id, id)
);
CREATE UNIQUE INDEX uq_reason_node_tenant_id_project_id_parent_id_name_zh
        ON reason_node (tenant_id, project_id, parent_id, name_zh)
        NULLS NOT DISTINCT WHERE retired_at IS NULL;
CREATE TABLE wrapup (
    contact_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    project_id UUID NOT NULL,
    reason_id UUID,
    resolved BOOLEAN,
    note TEXT NOT NULL,
    form JSONB DEFAULT '{}' NOT NULL,
    follow_up_at timestamptz,
    submitted_at timestamptz NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_wrapup PRIMARY KEY (contact_id),
    CONSTRAINT fk_wrapup_tenant_id_project_id FOREIGN KEY(tenant_id, project_id)
        REFERENCES project (tenant_id, id),
    CONSTRAINT fk_wrapup_tenant_id_reason_id FOREIGN KEY(tenant_id, reason_id)
        REFERENCES reason_node (tenant_id, id),
    CONSTRAINT fk_wrapup_tenant_id_agent_id FOREIGN KEY(tenant_id, agent_id)
        REFERENCES app_user (tenant_id, id)
);
"""


def upgrade() -> None:
    execute(TABLES)
    execute(
        *wall("skill", "none"),
        *wall("agent_skill", "none"),
        *wall("state_reason", "shared"),
        *wall("queue", "own"),
        *wall("calendar", "via project.project_id"),
        *wall("flow", "own"),
        *wall("flow_version", "via flow.flow_id", "SELECT, INSERT, DELETE"),
        *wall("trunk", "none"),
        *wall("number", "own"),
        *wall("customer", "own"),
        *wall("reason_node", "via project.project_id"),
        *wall("wrapup", "via project.project_id"),
    )


def downgrade() -> None:
    raise NotImplementedError("the journal is append-only: go forward with a new migration")
