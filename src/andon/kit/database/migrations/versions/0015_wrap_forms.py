"""The forms that agents fill in after contacts, in versions; a summary says which one it answers."""

from andon.kit.database.walls import APPEND_ONLY, execute, wall

revision = "0015"
down_revision = "0014"

TABLES = """
ALTER TABLE wrapup ADD COLUMN form_version integer;
CREATE TABLE wrap_form_version (
    project_id uuid NOT NULL,
    version integer NOT NULL,
    fields jsonb NOT NULL,
    published_at timestamptz NOT NULL,
    published_by uuid,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_wrap_form_version PRIMARY KEY (project_id, version),
    CONSTRAINT fk_wrap_form_version_tenant_id_project_id FOREIGN KEY (tenant_id, project_id)
        REFERENCES project (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_wrap_form_version_tenant_id_published_by FOREIGN KEY (tenant_id, published_by)
        REFERENCES app_user (tenant_id, id)
);
"""


def upgrade() -> None:
    execute(TABLES, *wall("wrap_form_version", "via project.project_id", APPEND_ONLY))


def downgrade() -> None:
    raise NotImplementedError("summaries answer versions: go forward with a new migration")
