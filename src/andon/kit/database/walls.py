"""The walls, as SQL for migrations. Migrations of every room build on these: add, never change.

Two policies guard a table. The tenant wall lets a transaction see and write rows of the tenant in
`andon.tenant`, and nothing when that is unset. The client wall is restrictive, on top: with
`andon.client` set, only what that client may see is left. The application's role owns nothing and
cannot bypass either; `FORCE` binds the owner as well.
"""

from typing import Literal

from alembic import op

from andon.kit.database.urls import APP_ROLE

ClientWall = Literal["own", "shared", "none"]
FULL = "SELECT, INSERT, UPDATE, DELETE"
APPEND_ONLY = "SELECT, INSERT"


def wall(table: str, client: ClientWall | str, grants: str = FULL) -> list[str]:
    """Statements that put `table` behind both walls and grant the application its rights.

    `client` says what a client's own users see: `own` rows with their `client_id`; `shared`: all of the
    tenant's; `none`: nothing; `via <table>.<column>`: rows whose `<column>` is an id they see in `<table>`.
    """
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant_wall ON {table} USING (tenant_id = (SELECT andon_tenant()))"
        " WITH CHECK (tenant_id = (SELECT andon_tenant()))",
        *([] if client == "shared" else [_client_wall(table, client)]),
        f"GRANT {grants} ON {table} TO {APP_ROLE}",
    ]


def _client_wall(table: str, client: str) -> str:
    if client == "own":
        seen = " OR client_id = (SELECT andon_client())"
    elif client == "none":
        seen = ""
    elif client.startswith("via "):
        parent, _, column = client.removeprefix("via ").partition(".")
        seen = f" OR {column} IN (SELECT id FROM {parent})"  # noqa: S608  # migrations only
    else:
        raise ValueError(f"no such client wall: {client}")
    return (
        f"CREATE POLICY client_wall ON {table} AS RESTRICTIVE"
        f" USING ((SELECT andon_client()) IS NULL{seen})"
        f" WITH CHECK ((SELECT andon_client()) IS NULL{seen})"
    )


def execute(*statements: str) -> None:
    """Run SQL as it stands, several statements in a string allowed, in the migration's transaction."""
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise RuntimeError("the migration has no connection")
    for statement in statements:
        connection.execute(statement)
