"""The ground: scope functions, the journal, jobs, operators, people."""

from procrastinate.schema import SchemaManager

from andon.kit.database.walls import APPEND_ONLY, execute, wall

revision = "0001"
down_revision = None

SCOPE = """
CREATE FUNCTION andon_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('andon.tenant', true), '')::uuid;
CREATE FUNCTION andon_client() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('andon.client', true), '')::uuid;
GRANT USAGE ON SCHEMA public TO andon_app;
"""

JOURNAL = """
CREATE TABLE journal (
    tenant_id uuid NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    id uuid NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL,
    kind text NOT NULL,
    version int NOT NULL,
    client_id uuid,
    project_id uuid,
    contact_id uuid,
    agent_id uuid,
    data jsonb NOT NULL,
    CONSTRAINT pk_journal PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX ix_journal_order ON journal (tenant_id, xid, seq);
CREATE INDEX ix_journal_kind ON journal (tenant_id, kind, at);
CREATE INDEX ix_journal_contact ON journal (tenant_id, contact_id, at) WHERE contact_id IS NOT NULL;
CREATE INDEX ix_journal_agent ON journal (tenant_id, agent_id, at) WHERE agent_id IS NOT NULL;

-- Makes the month's partition when it is missing. Made apart and then attached: attaching does not stop
-- others from appending, creating it in place would.
CREATE FUNCTION journal_partition(moment timestamptz) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    month timestamp := date_trunc('month', moment AT TIME ZONE 'UTC');
    part text := 'journal_' || to_char(month, 'YYYY_MM');
BEGIN
    IF to_regclass('public.' || part) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('andon journal partition'));
    IF to_regclass('public.' || part) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format(
        'CREATE TABLE public.%I (LIKE public.journal INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part
    );
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', part);
    EXECUTE format(
        'ALTER TABLE public.journal ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
        part, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC'
    );
END $$;
REVOKE ALL ON FUNCTION journal_partition(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION journal_partition(timestamptz) TO andon_app;
SELECT journal_partition(now() + make_interval(months => n)) FROM generate_series(0, 2) AS n;
"""

# Not xid and seq: nobody may choose a fact's place.
JOURNAL_GRANTS = (
    "SELECT, INSERT (tenant_id, id, at, kind, version, client_id, project_id, contact_id, agent_id, data)"
)

PEOPLE = """
CREATE TABLE tenant (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_tenant PRIMARY KEY (id),
    CONSTRAINT uq_tenant_code UNIQUE (code)
);
CREATE TABLE client (
    name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_client PRIMARY KEY (id),
    CONSTRAINT uq_client_tenant_id_id UNIQUE (tenant_id, id)
);
CREATE UNIQUE INDEX uq_client_tenant_id_name ON client (tenant_id, name)
        NULLS NOT DISTINCT WHERE retired_at IS NULL;
CREATE TABLE project (
    name TEXT NOT NULL,
    greeting_zh TEXT DEFAULT '' NOT NULL,
    greeting_en TEXT DEFAULT '' NOT NULL,
    language TEXT DEFAULT 'zh' NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    client_id UUID NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_project PRIMARY KEY (id),
    CONSTRAINT uq_project_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT uq_project_tenant_id_client_id_id UNIQUE (tenant_id, client_id, id),
    CONSTRAINT fk_project_tenant_id_client_id FOREIGN KEY(tenant_id, client_id)
        REFERENCES client (tenant_id, id),
    CONSTRAINT ck_project_language CHECK (language IN ('zh', 'en'))
);
CREATE UNIQUE INDEX uq_project_tenant_id_client_id_name ON project (tenant_id, client_id, name)
        NULLS NOT DISTINCT WHERE retired_at IS NULL;
CREATE TABLE app_user (
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    agent_no TEXT,
    department TEXT DEFAULT '' NOT NULL,
    roles TEXT[] NOT NULL,
    client_id UUID,
    password_hash TEXT NOT NULL,
    password_changed_at timestamptz DEFAULT now() NOT NULL,
    locale TEXT DEFAULT 'zh' NOT NULL,
    active BOOLEAN DEFAULT true NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_app_user PRIMARY KEY (id),
    CONSTRAINT uq_app_user_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_app_user_tenant_id_client_id FOREIGN KEY(tenant_id, client_id)
        REFERENCES client (tenant_id, id),
    CONSTRAINT ck_app_user_locale CHECK (locale IN ('zh', 'en'))
);
CREATE UNIQUE INDEX uq_app_user_agent_no ON app_user (tenant_id, agent_no);
CREATE UNIQUE INDEX uq_app_user_login ON app_user (tenant_id, lower(login));
CREATE TABLE user_session (
    user_id UUID NOT NULL,
    client_id UUID,
    token_hash BYTEA NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    address TEXT NOT NULL,
    device TEXT NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_user_session PRIMARY KEY (id),
    CONSTRAINT uq_user_session_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_user_session_tenant_id_user_id FOREIGN KEY(tenant_id, user_id)
        REFERENCES app_user (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT uq_user_session_token_hash UNIQUE (token_hash)
);
CREATE INDEX ix_user_session_user ON user_session (tenant_id, user_id);
CREATE TABLE audit_log (
    at timestamptz NOT NULL,
    user_id UUID,
    user_name TEXT NOT NULL,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id UUID,
    object_name TEXT NOT NULL,
    before JSONB,
    after JSONB,
    address TEXT NOT NULL,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_audit_log PRIMARY KEY (id)
);
CREATE INDEX ix_audit_log_newest ON audit_log (tenant_id, at DESC, id DESC);
CREATE INDEX ix_audit_log_object ON audit_log (tenant_id, object_kind, object_id);
"""

# What is asked before a tenant is known. The owner reads through a policy of its own, in these three
# functions only; they give ids, never a password's hash or a name. `login_attempt` is reached by them alone.
LOOK_UPS = """
CREATE POLICY look_up ON tenant FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY look_up ON app_user FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY look_up ON user_session FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION login_users(wanted text, operator text)
    RETURNS TABLE (tenant_id uuid, user_id uuid) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.tenant_id, u.id FROM public.app_user u JOIN public.tenant t ON t.id = u.tenant_id
    WHERE lower(u.login) = lower(wanted) AND (operator = '' OR t.code = operator)
$$;

CREATE FUNCTION session_owner(token bytea)
    RETURNS TABLE (tenant_id uuid, session_id uuid) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.tenant_id, s.id FROM public.user_session s WHERE s.token_hash = token
$$;

CREATE FUNCTION tenants() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM public.tenant ORDER BY id
$$;

CREATE TABLE login_attempt (
    name text PRIMARY KEY,
    failed int NOT NULL,
    locked_until timestamptz,
    tried_at timestamptz NOT NULL
);
CREATE INDEX ix_login_attempt_tried ON login_attempt (tried_at);

-- Counts an attempt before its password is looked at, so that many at once are bounded too. Answers until
-- when the name is locked, null when the attempt may be made. Names nobody bears are counted alike.
CREATE FUNCTION login_try(who text, moment timestamptz, attempts int, lock_for interval)
    RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found public.login_attempt;
BEGIN
    DELETE FROM public.login_attempt WHERE tried_at < moment - lock_for - interval '1 day';
    INSERT INTO public.login_attempt AS a (name, failed, tried_at) VALUES (who, 0, moment)
        ON CONFLICT (name) DO UPDATE SET tried_at = moment RETURNING a.* INTO found;
    IF found.locked_until > moment THEN
        RETURN found.locked_until;
    END IF;
    IF found.locked_until IS NOT NULL THEN
        found.failed := 0;
    END IF;
    UPDATE public.login_attempt SET failed = found.failed + 1,
        locked_until = CASE WHEN found.failed + 1 >= attempts THEN moment + lock_for END
        WHERE name = who;
    RETURN NULL;
END $$;

CREATE FUNCTION login_clear(who text) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.login_attempt WHERE name = who
$$;

CREATE FUNCTION login_locked(who text[], moment timestamptz)
    RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT name FROM public.login_attempt WHERE name = ANY (who) AND locked_until > moment
$$;

REVOKE ALL ON FUNCTION login_users(text, text), session_owner(bytea), tenants(), login_clear(text),
    login_try(text, timestamptz, int, interval), login_locked(text[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION login_users(text, text), session_owner(bytea), tenants(), login_clear(text),
    login_try(text, timestamptz, int, interval), login_locked(text[], timestamptz) TO andon_app;
"""

TENANT_WALL = """
ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON tenant USING (id = (SELECT andon_tenant()))
    WITH CHECK (id = (SELECT andon_tenant()));
GRANT SELECT ON tenant TO andon_app;
ALTER TABLE client ENABLE ROW LEVEL SECURITY;
ALTER TABLE client FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON client USING (tenant_id = (SELECT andon_tenant()))
    WITH CHECK (tenant_id = (SELECT andon_tenant()));
CREATE POLICY client_wall ON client AS RESTRICTIVE
    USING ((SELECT andon_client()) IS NULL OR id = (SELECT andon_client()))
    WITH CHECK ((SELECT andon_client()) IS NULL OR id = (SELECT andon_client()));
GRANT SELECT, INSERT, UPDATE, DELETE ON client TO andon_app;
"""

# procrastinate's own tables hold ids and no business data; tasks open a scope of their own.
JOB_GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_periodic_defers,
    procrastinate_events, procrastinate_workers TO andon_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO andon_app;
"""


def upgrade() -> None:
    execute(SchemaManager.get_schema(), SCOPE, PEOPLE, TENANT_WALL, LOOK_UPS, JOURNAL)
    execute(
        *wall("project", "own"),
        *wall("app_user", "own"),
        *wall("user_session", "own"),
        *wall("audit_log", "none", APPEND_ONLY),
        *wall("journal", "own", JOURNAL_GRANTS),
        JOB_GRANTS,
    )


def downgrade() -> None:
    raise NotImplementedError("the journal is append-only: go forward with a new migration")
