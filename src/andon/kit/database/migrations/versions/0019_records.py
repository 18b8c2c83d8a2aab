"""Saved searches, the columns people chose, exports and the rule about them, spreadsheets brought."""

from andon.kit.database.walls import execute, wall

revision = "0019"
down_revision = "0018"

SEARCHES = """
CREATE TABLE saved_search (
    client_id UUID,
    owner_id UUID NOT NULL,
    name TEXT NOT NULL,
    search JSONB NOT NULL,
    period JSONB NOT NULL,
    columns TEXT[] DEFAULT '{}' NOT NULL,
    roles TEXT[] DEFAULT '{}' NOT NULL,
    departments TEXT[] DEFAULT '{}' NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_saved_search PRIMARY KEY (id),
    CONSTRAINT fk_saved_search_tenant_id_client_id FOREIGN KEY(tenant_id, client_id)
        REFERENCES client (tenant_id, id),
    CONSTRAINT fk_saved_search_tenant_id_owner_id FOREIGN KEY(tenant_id, owner_id)
        REFERENCES app_user (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_saved_search_name CHECK (name <> '')
);
CREATE UNIQUE INDEX uq_saved_search_name ON saved_search (tenant_id, owner_id, name);
CREATE TABLE history_columns (
    user_id UUID NOT NULL,
    columns TEXT[] NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_history_columns PRIMARY KEY (user_id),
    CONSTRAINT fk_history_columns_tenant_id_user_id FOREIGN KEY(tenant_id, user_id)
        REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
);
"""


EXPORTS = """
CREATE TABLE export_rule (
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    rows_over INTEGER DEFAULT 1000,
    whole_numbers BOOLEAN DEFAULT true NOT NULL,
    most_rows INTEGER DEFAULT 100000 NOT NULL,
    keep_hours INTEGER DEFAULT 72 NOT NULL,
    CONSTRAINT pk_export_rule PRIMARY KEY (tenant_id)
);
CREATE TABLE export_job (
    client_id UUID,
    asked_by UUID NOT NULL,
    search JSONB NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    columns TEXT[] NOT NULL,
    format TEXT NOT NULL,
    locale TEXT NOT NULL,
    whole_numbers BOOLEAN NOT NULL,
    rows_expected INTEGER NOT NULL,
    state TEXT NOT NULL,
    decided_by UUID,
    decided_at timestamptz,
    decision TEXT DEFAULT '' NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    beat_at timestamptz,
    rows_done INTEGER DEFAULT 0 NOT NULL,
    finished_at timestamptz,
    expires_at timestamptz NOT NULL,
    size BIGINT,
    sha256 TEXT,
    downloads INTEGER DEFAULT 0 NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_export_job PRIMARY KEY (id),
    CONSTRAINT fk_export_job_tenant_id_client_id FOREIGN KEY(tenant_id, client_id)
        REFERENCES client (tenant_id, id),
    CONSTRAINT fk_export_job_tenant_id_asked_by FOREIGN KEY(tenant_id, asked_by)
        REFERENCES app_user (tenant_id, id),
    CONSTRAINT fk_export_job_tenant_id_decided_by FOREIGN KEY(tenant_id, decided_by)
        REFERENCES app_user (tenant_id, id),
    CONSTRAINT ck_export_job_format CHECK (format IN ('csv', 'xlsx')),
    CONSTRAINT ck_export_job_state CHECK
        (state IN ('waiting', 'wanted', 'running', 'done', 'failed', 'refused', 'cancelled', 'expired')),
    CONSTRAINT ck_export_job_another CHECK (decided_by IS NULL OR decided_by <> asked_by)
);
CREATE INDEX ix_export_job_asked ON export_job (tenant_id, asked_by, id);
CREATE INDEX ix_export_job_open ON export_job (tenant_id, id)
        WHERE state IN ('waiting', 'wanted', 'running', 'done');
"""

IMPORTS = """
CREATE TABLE import_job (
    asked_by UUID NOT NULL,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    state TEXT NOT NULL,
    beat_at timestamptz,
    rows INTEGER DEFAULT 0 NOT NULL,
    made INTEGER DEFAULT 0 NOT NULL,
    changed INTEGER DEFAULT 0 NOT NULL,
    same INTEGER DEFAULT 0 NOT NULL,
    faults_count INTEGER DEFAULT 0 NOT NULL,
    faults JSONB DEFAULT '[]' NOT NULL,
    finished_at timestamptz,
    expires_at timestamptz NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_import_job PRIMARY KEY (id),
    CONSTRAINT fk_import_job_tenant_id_asked_by FOREIGN KEY(tenant_id, asked_by)
        REFERENCES app_user (tenant_id, id),
    CONSTRAINT ck_import_job_kind CHECK (kind IN ('users', 'numbers', 'reasons')),
    CONSTRAINT ck_import_job_state CHECK (state IN ('wanted', 'checking', 'checked', 'wrong', 'approved',
        'applying', 'applied', 'failed', 'expired'))
);
CREATE INDEX ix_import_job_newest ON import_job (tenant_id, id);
"""


def upgrade() -> None:
    execute(IMPORTS, *wall("import_job", "none", "SELECT, INSERT, UPDATE"))
    execute(SEARCHES, *wall("saved_search", "own"), *wall("history_columns", "via app_user.user_id"))
    execute(
        EXPORTS,
        *wall("export_rule", "none", "SELECT, INSERT, UPDATE"),
        *wall("export_job", "own", "SELECT, INSERT, UPDATE"),
    )


def downgrade() -> None:
    raise NotImplementedError("people's own searches would be lost: go forward with a new migration")
