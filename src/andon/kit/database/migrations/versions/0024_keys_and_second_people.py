"""Passkeys; passwords that somebody else set, and second people who agree to it; webhooks that outlive
processes; how far an import is."""

from andon.kit.database.walls import execute, wall

revision = "0024"
down_revision = "0023"

TABLES = """
ALTER TABLE app_user ADD COLUMN password_by uuid,
    ADD CONSTRAINT fk_app_user_tenant_id_password_by FOREIGN KEY (tenant_id, password_by)
        REFERENCES app_user (tenant_id, id);
ALTER TABLE user_session ADD COLUMN renewing boolean DEFAULT false NOT NULL;
CREATE TABLE passkey (
    user_id uuid NOT NULL,
    name text NOT NULL,
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    used_at timestamptz,
    id uuid NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_passkey PRIMARY KEY (id),
    CONSTRAINT uq_passkey_tenant_id_credential_id UNIQUE (tenant_id, credential_id),
    CONSTRAINT fk_passkey_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_passkey_user ON passkey (tenant_id, user_id);
CREATE TABLE password_leave (
    user_id uuid NOT NULL,
    asked_by uuid NOT NULL,
    state text DEFAULT 'wanted' NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    expires_at timestamptz NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_password_leave PRIMARY KEY (id),
    CONSTRAINT fk_password_leave_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES app_user (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_password_leave_tenant_id_asked_by FOREIGN KEY (tenant_id, asked_by)
        REFERENCES app_user (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_password_leave_tenant_id_decided_by FOREIGN KEY (tenant_id, decided_by)
        REFERENCES app_user (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_password_leave_state CHECK (state IN ('wanted', 'given', 'refused', 'used')),
    CONSTRAINT ck_password_leave_second CHECK (decided_by NOT IN (asked_by, user_id))
);
CREATE INDEX ix_password_leave_open ON password_leave (tenant_id, expires_at);
CREATE TABLE alarm_delivery (
    rule_id uuid NOT NULL,
    told jsonb NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    next_at timestamptz NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_alarm_delivery PRIMARY KEY (id)
);
CREATE INDEX ix_alarm_delivery_due ON alarm_delivery (tenant_id, next_at);
CREATE TABLE alarm_delivery_cursor (
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    xid bigint NOT NULL,
    seq bigint NOT NULL,
    CONSTRAINT pk_alarm_delivery_cursor PRIMARY KEY (tenant_id)
);
ALTER TABLE import_job ADD COLUMN done integer DEFAULT 0 NOT NULL;
"""

# Of log-ins that are not yet anybody's: each challenge is good once and for a short while, and for what it
# was made for. Reached by these functions alone.
CHALLENGES = """
CREATE TABLE login_challenge (
    digest bytea PRIMARY KEY,
    purpose text NOT NULL,
    until timestamptz NOT NULL
);
CREATE INDEX ix_login_challenge_until ON login_challenge (until);

CREATE FUNCTION challenge_make(wanted bytea, what_for text, moment timestamptz, lives interval)
    RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.login_challenge WHERE until < moment;
    INSERT INTO public.login_challenge (digest, purpose, until) VALUES (wanted, what_for, moment + lives);
$$;

CREATE FUNCTION challenge_spend(wanted bytea, what_for text, moment timestamptz)
    RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH spent AS (
        DELETE FROM public.login_challenge WHERE digest = wanted RETURNING purpose, until
    )
    SELECT coalesce(bool_or(purpose = what_for AND until >= moment), false) FROM spent
$$;

REVOKE ALL ON FUNCTION challenge_make(bytea, text, timestamptz, interval),
    challenge_spend(bytea, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION challenge_make(bytea, text, timestamptz, interval),
    challenge_spend(bytea, text, timestamptz) TO andon_app;
"""


def upgrade() -> None:
    execute(
        TABLES,
        CHALLENGES,
        *wall("passkey", "none"),
        *wall("password_leave", "none"),
        *wall("alarm_delivery", "none"),
        *wall("alarm_delivery_cursor", "none"),
    )


def downgrade() -> None:
    raise NotImplementedError("keys that are dropped lock people out: go forward with a new migration")
