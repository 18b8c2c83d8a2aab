"""Second factors of local passwords and who must have one; people known by their provider;
what roles allow."""

from andon.kit.database.walls import execute, wall

revision = "0018"
down_revision = "0017"

TABLES = """
ALTER TABLE user_session ADD COLUMN enrolling boolean DEFAULT false NOT NULL;
ALTER TABLE app_user ADD COLUMN email text, ADD COLUMN oidc_subject text;
CREATE UNIQUE INDEX uq_app_user_email ON app_user (tenant_id, lower(email));
CREATE UNIQUE INDEX uq_app_user_oidc_subject ON app_user (tenant_id, oidc_subject);
CREATE TABLE second_factor (
    user_id uuid NOT NULL,
    secret text,
    pending text,
    confirmed_at timestamptz,
    last_step bigint DEFAULT 0 NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_second_factor PRIMARY KEY (user_id),
    CONSTRAINT fk_second_factor_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES app_user (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_second_factor_confirmed CHECK ((secret IS NULL) = (confirmed_at IS NULL))
);
CREATE TABLE recovery_code (
    user_id uuid NOT NULL,
    code_hash text NOT NULL,
    used_at timestamptz,
    id uuid NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_recovery_code PRIMARY KEY (id),
    CONSTRAINT fk_recovery_code_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_recovery_code_user ON recovery_code (tenant_id, user_id);
CREATE TABLE log_in_rules (
    second_factor_roles text[] DEFAULT '{}' NOT NULL,
    separated boolean DEFAULT false NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_log_in_rules PRIMARY KEY (tenant_id)
);
CREATE TABLE role_grant (
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    role text NOT NULL,
    permissions text[] NOT NULL,
    CONSTRAINT pk_role_grant PRIMARY KEY (tenant_id, role)
);
"""

# Asked before a tenant is known: the operator with this code, or the only one there is.
OPERATOR = """
CREATE FUNCTION operator_id(wanted text) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM public.tenant
    WHERE code = wanted OR (wanted = '' AND (SELECT count(*) FROM public.tenant) = 1)
$$;
REVOKE ALL ON FUNCTION operator_id(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION operator_id(text) TO andon_app;
"""


def upgrade() -> None:
    execute(
        TABLES,
        OPERATOR,
        *wall("second_factor", "none"),
        *wall("recovery_code", "none"),
        *wall("log_in_rules", "none"),
        *wall("role_grant", "none"),
    )


def downgrade() -> None:
    raise NotImplementedError("factors that are dropped let people in: go forward with a new migration")
