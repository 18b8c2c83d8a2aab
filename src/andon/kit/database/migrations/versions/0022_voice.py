"""Transcripts of recordings; a project's own music; gateways for text messages and the link sent by them."""

from andon.kit.database.walls import execute, wall

revision = "0022"
down_revision = "0021"

TABLES = """
CREATE TABLE transcript (
    project_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    recording_id uuid NOT NULL,
    state text DEFAULT 'waiting' NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    next_at timestamptz NOT NULL,
    why text DEFAULT '' NOT NULL,
    lines jsonb DEFAULT '[]' NOT NULL,
    heard_ms bigint DEFAULT 0 NOT NULL,
    made_by text DEFAULT '' NOT NULL,
    made_at timestamptz,
    id uuid NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    client_id uuid NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_transcript PRIMARY KEY (id),
    CONSTRAINT uq_transcript_tenant_id_recording_id UNIQUE (tenant_id, recording_id),
    CONSTRAINT fk_transcript_tenant_id_client_id_project_id FOREIGN KEY (tenant_id, client_id, project_id)
        REFERENCES project (tenant_id, client_id, id),
    CONSTRAINT ck_transcript_state CHECK (state IN ('waiting', 'done', 'failed')),
    CONSTRAINT ck_transcript_made CHECK ((state = 'done') = (made_at IS NOT NULL))
);
CREATE INDEX ix_transcript_contact ON transcript (tenant_id, contact_id);
CREATE INDEX ix_transcript_waiting ON transcript (tenant_id, next_at) WHERE state = 'waiting';
CREATE TABLE text_gateway (
    name text NOT NULL,
    url text NOT NULL,
    header text DEFAULT '' NOT NULL,
    secret text DEFAULT '' NOT NULL,
    timeout_s integer DEFAULT 5 NOT NULL,
    retries integer DEFAULT 2 NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_text_gateway PRIMARY KEY (id),
    CONSTRAINT uq_text_gateway_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT ck_text_gateway_secret CHECK ((header = '') = (secret = ''))
);
CREATE UNIQUE INDEX uq_text_gateway_tenant_id_name ON text_gateway (tenant_id, name)
    NULLS NOT DISTINCT WHERE retired_at IS NULL;
ALTER TABLE project
    ADD COLUMN music text DEFAULT '' NOT NULL,
    ADD COLUMN chat_link text DEFAULT '' NOT NULL,
    ADD COLUMN text_gateway_id uuid,
    ADD CONSTRAINT fk_project_tenant_id_text_gateway_id FOREIGN KEY (tenant_id, text_gateway_id)
        REFERENCES text_gateway (tenant_id, id);
"""


def upgrade() -> None:
    execute(TABLES, *wall("transcript", "own"), *wall("text_gateway", "none"))


def downgrade() -> None:
    raise NotImplementedError("what was written down must not vanish: go forward with a new migration")
