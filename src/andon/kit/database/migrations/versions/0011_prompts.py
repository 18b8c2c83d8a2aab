"""The prompt library: prompts of projects and the versions of their sounds."""

from andon.kit.database.walls import APPEND_ONLY, execute, wall

revision = "0011"
down_revision = "0010"

TABLES = """
CREATE TABLE prompt (
    project_id uuid NOT NULL,
    name text NOT NULL,
    note text NOT NULL,
    current jsonb DEFAULT '{}' NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    client_id uuid NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_prompt PRIMARY KEY (id),
    CONSTRAINT uq_prompt_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_prompt_tenant_id_client_id_project_id FOREIGN KEY (tenant_id, client_id, project_id)
        REFERENCES project (tenant_id, client_id, id)
);
CREATE UNIQUE INDEX uq_prompt_tenant_id_project_id_name ON prompt (tenant_id, project_id, name)
    NULLS NOT DISTINCT WHERE retired_at IS NULL;
CREATE TABLE prompt_version (
    prompt_id uuid NOT NULL,
    language text NOT NULL,
    version integer NOT NULL,
    sound bytea NOT NULL,
    sha256 text NOT NULL,
    ms integer NOT NULL,
    source text NOT NULL,
    says text NOT NULL,
    file_name text NOT NULL,
    done jsonb NOT NULL,
    made_at timestamptz NOT NULL,
    made_by uuid,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_prompt_version PRIMARY KEY (prompt_id, language, version),
    CONSTRAINT fk_prompt_version_tenant_id_prompt_id FOREIGN KEY (tenant_id, prompt_id)
        REFERENCES prompt (tenant_id, id) ON DELETE CASCADE
);
"""


def upgrade() -> None:
    execute(TABLES, *wall("prompt", "own"), *wall("prompt_version", "via prompt.prompt_id", APPEND_ONLY))


def downgrade() -> None:
    raise NotImplementedError("prompts would be lost: go forward with a new migration")
