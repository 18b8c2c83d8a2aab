"""People whose password is checked at the company's directory, and who they are there."""

from andon.kit.database.walls import execute

revision = "0029"
down_revision = "0028"

COLUMNS = """
ALTER TABLE app_user ADD COLUMN by_directory boolean DEFAULT false NOT NULL,
    ADD COLUMN directory_id text;
CREATE UNIQUE INDEX uq_app_user_directory_id ON app_user (tenant_id, directory_id);
"""

# A try that nobody could judge, because the directory was away, was none.
UNTRY = """
CREATE FUNCTION login_untry(who text) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE public.login_attempt SET failed = failed - 1, locked_until = NULL WHERE name = who AND failed > 0
$$;
REVOKE ALL ON FUNCTION login_untry(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION login_untry(text) TO andon_app;
"""


def upgrade() -> None:
    execute(COLUMNS, UNTRY)


def downgrade() -> None:
    raise NotImplementedError("whose password counts where must not be lost: go forward with a new migration")
