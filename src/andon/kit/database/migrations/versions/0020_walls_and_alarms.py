"""Alarm rules on live figures; wallboards and the links that show them without a log-in."""

from andon.kit.database.walls import execute, wall

revision = "0020"
down_revision = "0019"

TABLES = """
CREATE TABLE alarm_rule (
    name text NOT NULL,
    figure text NOT NULL,
    variant text DEFAULT '' NOT NULL,
    state text DEFAULT '' NOT NULL,
    project_id uuid,
    queue_id uuid,
    warn_at integer,
    alarm_at integer,
    hold_s integer DEFAULT 0 NOT NULL,
    quiet_from text DEFAULT '' NOT NULL,
    quiet_until text DEFAULT '' NOT NULL,
    roles text[] DEFAULT '{}' NOT NULL,
    sound boolean DEFAULT false NOT NULL,
    webhook text DEFAULT '' NOT NULL,
    secret text DEFAULT '' NOT NULL,
    active boolean DEFAULT true NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_alarm_rule PRIMARY KEY (id),
    CONSTRAINT fk_alarm_rule_tenant_id_project_id FOREIGN KEY (tenant_id, project_id)
        REFERENCES project (tenant_id, id),
    CONSTRAINT fk_alarm_rule_tenant_id_queue_id FOREIGN KEY (tenant_id, queue_id)
        REFERENCES queue (tenant_id, id),
    CONSTRAINT ck_alarm_rule_scope CHECK (project_id IS NULL OR queue_id IS NULL),
    CONSTRAINT ck_alarm_rule_threshold CHECK (warn_at IS NOT NULL OR alarm_at IS NOT NULL),
    CONSTRAINT ck_alarm_rule_quiet CHECK ((quiet_from = '') = (quiet_until = '')),
    CONSTRAINT ck_alarm_rule_signed CHECK (webhook = '' OR secret <> '')
);
CREATE UNIQUE INDEX uq_alarm_rule_tenant_id_name ON alarm_rule (tenant_id, name)
    NULLS NOT DISTINCT WHERE retired_at IS NULL;
CREATE TABLE wallboard (
    name text NOT NULL,
    project_id uuid,
    locale text DEFAULT 'zh' NOT NULL,
    show_agents boolean DEFAULT false NOT NULL,
    tiles jsonb DEFAULT '[]' NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_wallboard PRIMARY KEY (id),
    CONSTRAINT uq_wallboard_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_wallboard_tenant_id_project_id FOREIGN KEY (tenant_id, project_id)
        REFERENCES project (tenant_id, id)
);
CREATE UNIQUE INDEX uq_wallboard_tenant_id_name ON wallboard (tenant_id, name)
    NULLS NOT DISTINCT WHERE retired_at IS NULL;
CREATE TABLE wallboard_link (
    wallboard_id uuid NOT NULL,
    name text NOT NULL,
    token_hash bytea NOT NULL,
    made_by uuid NOT NULL,
    revoked_at timestamptz,
    id uuid NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_wallboard_link PRIMARY KEY (id),
    CONSTRAINT uq_wallboard_link_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_wallboard_link_tenant_id_wallboard_id FOREIGN KEY (tenant_id, wallboard_id)
        REFERENCES wallboard (tenant_id, id),
    CONSTRAINT fk_wallboard_link_tenant_id_made_by FOREIGN KEY (tenant_id, made_by)
        REFERENCES app_user (tenant_id, id)
);
CREATE INDEX ix_wallboard_link_tenant_id_wallboard_id ON wallboard_link (tenant_id, wallboard_id);
"""


def upgrade() -> None:
    execute(
        TABLES,
        *wall("alarm_rule", "none"),
        *wall("wallboard", "none"),
        *wall("wallboard_link", "none", "SELECT, INSERT, UPDATE"),
    )


def downgrade() -> None:
    raise NotImplementedError("what an administrator set up must not vanish: go forward with a new migration")
