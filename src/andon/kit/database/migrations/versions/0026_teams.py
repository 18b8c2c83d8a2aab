"""Teams below departments, with a leader, and who is in which."""

from andon.kit.database.walls import execute, wall

revision = "0026"
down_revision = "0025"

TABLES = """
CREATE TABLE team (
    name text NOT NULL,
    department text DEFAULT '' NOT NULL,
    leader_id uuid,
    id uuid NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_team PRIMARY KEY (id),
    CONSTRAINT uq_team_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_team_tenant_id_leader_id FOREIGN KEY (tenant_id, leader_id)
        REFERENCES app_user (tenant_id, id)
);
CREATE UNIQUE INDEX uq_team_tenant_id_name ON team (tenant_id, name)
    NULLS NOT DISTINCT WHERE retired_at IS NULL;
CREATE TABLE team_member (
    user_id uuid NOT NULL,
    team_id uuid NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_team_member PRIMARY KEY (user_id),
    CONSTRAINT fk_team_member_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES app_user (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_team_member_tenant_id_team_id FOREIGN KEY (tenant_id, team_id)
        REFERENCES team (tenant_id, id)
);
CREATE INDEX ix_team_member_tenant_id_team_id ON team_member (tenant_id, team_id);
"""


def upgrade() -> None:
    execute(TABLES, *wall("team", "none"), *wall("team_member", "none"))


def downgrade() -> None:
    raise NotImplementedError("who is in which team must not vanish: go forward with a new migration")
