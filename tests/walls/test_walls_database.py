"""The walls as PostgreSQL has them, without a line of ours in between: the application's own connection."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from reporting_stand import Stand, journal
from reporting_world import Day
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from walls_world import Operator, make_operator, walled_tables

from andon.kit.database import Database, Scope
from andon.kit.ids import uuid7

pytestmark = pytest.mark.walls

# Rows of no tenant: ids of jobs, the migrations' own, counts of log-in tries and challenges by digest.
NOBODYS = {
    "alembic_version",
    "login_attempt",
    "login_challenge",
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
}
# What all clients of an operator may see.
SHARED = {"state_reason"}
# What is asked before a tenant is known, and what makes a month's partition: these run as the owner.
AS_OWNER = {
    "login_users",
    "session_owner",
    "tenants",
    "operator_id",
    "login_try",
    "login_clear",
    "login_untry",
    "login_locked",
    "challenge_make",
    "challenge_spend",
    "journal_partition",
}


@pytest.fixture(scope="module")
async def operators(
    owner_db: Database, db: Database, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Operator, Operator]:
    recordings = tmp_path_factory.mktemp("recordings")
    return await make_operator(owner_db, db, recordings), await make_operator(owner_db, db, recordings)


async def rows(db: Database, scope: Scope | None, query: str, **bound: Any) -> list[Any]:
    async with db.session(scope) as session:
        return list(await session.execute(text(query), bound))


async def refused(db: Database, scope: Scope | None, query: str, **bound: Any) -> str:
    """The SQLSTATE with which PostgreSQL refuses."""
    with pytest.raises(DBAPIError) as error:
        await rows(db, scope, query, **bound)
    return str(getattr(error.value.orig, "sqlstate", ""))


PERMISSION = "42501"  # no right to it, or a row that a policy does not let in
FOREIGN_KEY = "23503"


# --- the role and the tables -----------------------------------------------------------------------------


async def test_the_applications_role_can_bypass_nothing_and_owns_nothing(db: Database) -> None:
    (who,) = await rows(db, None, "SELECT current_user AS name, session_user AS login")
    assert who.name == who.login == "andon_app"
    (role,) = await rows(db, None, "SELECT * FROM pg_roles WHERE rolname = current_user")
    assert not (role.rolsuper or role.rolbypassrls or role.rolcreaterole or role.rolcreatedb)
    assert not role.rolreplication
    assert await rows(db, None, "SELECT FROM pg_auth_members WHERE member = current_user::regrole") == []
    for catalog, owner in (
        ("pg_class", "relowner"),
        ("pg_proc", "proowner"),
        ("pg_namespace", "nspowner"),
        ("pg_database", "datdba"),
        ("pg_type", "typowner"),
    ):
        owned = await rows(db, None, f"SELECT FROM {catalog} WHERE {owner} = current_user::regrole")
        assert owned == [], catalog
    (may,) = await rows(
        db,
        None,
        "SELECT has_schema_privilege('public', 'CREATE') AS make,"
        " has_database_privilege(current_database(), 'CREATE') AS schema",
    )
    assert not may.make and not may.schema
    for target in ("andon_owner", "postgres"):
        assert await refused(db, None, f"SET ROLE {target}") == PERMISSION


async def test_every_table_is_behind_the_wall(db: Database, owner_db: Database) -> None:
    """A new table fails here until it has its policies, or is named above as nobody's."""
    found = await rows(
        owner_db,
        None,
        "SELECT c.relname AS name, c.relkind AS kind, c.relispartition AS part,"
        " c.relrowsecurity AND c.relforcerowsecurity AS forced,"
        " (SELECT array_agg(polname || CASE WHEN polpermissive THEN '' ELSE ' restrictive' END)"
        "    FROM pg_policy WHERE polrelid = c.oid) AS policies"
        " FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
        " AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
    )
    tables = {row.name: row for row in found}
    assert {row.kind for row in found} <= {"r", "p"}, "a view shows what its owner may see"
    for row in found:
        if row.name in NOBODYS:
            continue
        assert row.forced, f"{row.name}: row-level security is not forced"
        policies = row.policies or []
        if row.part:
            assert policies == [], f"{row.name}: a partition is reached through its parent only"
            continue
        assert "tenant_wall" in policies, f"{row.name} has no tenant wall"
        if row.name != "tenant" and row.name not in SHARED:
            assert "client_wall restrictive" in policies, f"{row.name} has no client wall"
        # Any further permissive policy would open the wall: only the owner's look-ups are known.
        more = set(policies) - {"tenant_wall", "client_wall restrictive"}
        assert more <= ({"look_up"} if row.name in ("tenant", "app_user", "user_session") else set()), row
    assert tables.keys() >= NOBODYS
    look_ups = await rows(owner_db, None, "SELECT polroles FROM pg_policy WHERE polname = 'look_up'")
    owner = (await rows(owner_db, None, "SELECT 'andon_owner'::regrole::oid AS id"))[0].id
    assert [row.polroles for row in look_ups] == [[owner]] * 3


async def test_the_application_has_the_rights_it_needs_and_no_more(db: Database) -> None:
    """Truncating, and triggers or keys on others' tables, would reach behind the policies."""
    held = await rows(
        db,
        None,
        "SELECT c.relname AS name, p.privilege FROM pg_class c,"
        " unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']) AS p(privilege)"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND has_table_privilege(c.oid, p.privilege)",
    )
    assert held == []
    append_only = await rows(
        db,
        None,
        "SELECT t.name, p.privilege FROM unnest(ARRAY['journal', 'audit_log']) AS t(name),"
        " unnest(ARRAY['UPDATE', 'DELETE']) AS p(privilege) WHERE has_table_privilege(t.name, p.privilege)"
        " OR (p.privilege = 'UPDATE' AND has_any_column_privilege(t.name, p.privilege))",
    )
    assert append_only == []
    closed = await rows(
        db,
        None,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND (relispartition OR relname IN ('login_attempt', 'login_challenge', 'alembic_version'))"
        " AND has_table_privilege(oid, 'SELECT, INSERT, UPDATE, DELETE')",
    )
    assert closed == []


async def test_only_known_functions_run_as_the_owner(
    db: Database, operators: tuple[Operator, Operator]
) -> None:
    """They know every tenant, so they tell ids and nothing else."""
    found = await rows(
        db,
        None,
        "SELECT proname AS name, coalesce(array_to_string(proconfig, ' '), '') AS config FROM pg_proc"
        " WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        " AND has_function_privilege(oid, 'EXECUTE')",
    )
    assert {row.name for row in found} == AS_OWNER
    assert all("search_path=pg_catalog, public, pg_temp" in row.config for row in found)
    for call in ("login_users('agent0', '')", "tenants()"):
        told = await rows(db, None, f"SELECT * FROM {call}")
        assert told and all(isinstance(value, UUID) for row in told for value in row), call


# --- what a scope sees -----------------------------------------------------------------------------------


async def test_without_a_tenant_named_nothing_is_visible(
    db: Database, owner_db: Database, operators: tuple[Operator, Operator]
) -> None:
    for table in [*await walled_tables(owner_db), "tenant"]:
        assert await rows(db, None, f"SELECT FROM {table}") == [], table
        assert await rows(db, Scope(uuid7()), f"SELECT FROM {table}") == [], table
        if table not in ("tenant", "app_user", "user_session"):  # where log-ins are found
            assert await rows(owner_db, None, f"SELECT FROM {table}") == [], f"{table}: the owner"


async def test_a_scope_ends_with_its_transaction(db: Database, operators: tuple[Operator, Operator]) -> None:
    """Connections are shared: what one request named, the next one must not inherit."""
    one = Database(db.url, "walls", pool_size=1)
    try:
        for scope in (operators[0].scope, Scope(operators[0].id, operators[0].sides[0].client)):
            assert await rows(one, scope, "SELECT FROM queue") != []
            assert await rows(one, None, "SELECT FROM queue") == []
        with pytest.raises(ZeroDivisionError):
            async with one.session(operators[0].scope):
                raise ZeroDivisionError
        assert await rows(one, None, "SELECT FROM queue") == []
    finally:
        await one.close()


async def test_a_tenant_sees_all_of_its_own_and_nothing_else(
    db: Database, owner_db: Database, operators: tuple[Operator, Operator]
) -> None:
    for table in await walled_tables(owner_db):
        for operator in operators:
            seen = await rows(db, operator.scope, f"SELECT DISTINCT tenant_id FROM {table}")
            # nobody is logged in, and no core works
            expected = [] if table in {"user_session", "live_state"} else [(operator.id,)]
            assert [tuple(row) for row in seen] == expected, table
            counted = f"SELECT count(*) FROM {table} WHERE tenant_id = '{operator.id}'"
            ours, owners = [(await rows(base, operator.scope, counted))[0][0] for base in (db, owner_db)]
            assert ours == owners, table


async def test_nothing_of_another_tenant_can_be_written(
    db: Database, owner_db: Database, operators: tuple[Operator, Operator]
) -> None:
    here, there = operators
    for table in await walled_tables(owner_db):
        if await _may(db, table, "UPDATE"):
            query = f"UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = '{there.id}' RETURNING 1"
            assert await rows(db, here.scope, query) == [], table
            moved = f"UPDATE {table} SET tenant_id = '{there.id}'"
            if await rows(db, here.scope, f"SELECT FROM {table}"):
                assert await refused(db, here.scope, moved) in (PERMISSION, FOREIGN_KEY), table
        if await _may(db, table, "DELETE"):
            query = f"DELETE FROM {table} WHERE tenant_id = '{there.id}' RETURNING 1"
            assert await rows(db, here.scope, query) == [], table
    skill = "INSERT INTO skill (id, tenant_id, name) VALUES (gen_random_uuid(), :tenant, 'x')"
    assert await refused(db, here.scope, skill, tenant=there.id) == PERMISSION
    assert await refused(db, None, skill, tenant=there.id) == PERMISSION


async def test_a_key_cannot_point_over_the_wall(db: Database, operators: tuple[Operator, Operator]) -> None:
    """Keys are checked behind the policies' back, so each holds the tenant, or the client, as well."""
    here, there = operators
    for query, bound in (
        (
            "INSERT INTO project (id, client_id, name) VALUES (gen_random_uuid(), :one, 'x')",
            {"one": there.sides[0].client},
        ),
        (
            "INSERT INTO agent_skill (user_id, skill_id, level) VALUES (:one, :two, 1)",
            {"one": here.agent, "two": there.skill},
        ),
        ("UPDATE number SET trunk_id = :one", {"one": there.trunk}),
        ("UPDATE app_user SET client_id = :one", {"one": there.sides[0].client}),
        ("UPDATE reason_node SET parent_id = :one", {"one": there.sides[0].reason}),
        (
            "UPDATE number SET flow_id = :one WHERE id = :two",
            {"one": here.sides[1].flow, "two": here.sides[0].number},
        ),
        (
            "UPDATE queue SET project_id = :one WHERE id = :two",
            {"one": here.sides[1].project, "two": here.sides[0].queue},
        ),
    ):
        assert await refused(db, here.scope, query, **bound) == FOREIGN_KEY, query


async def test_no_key_leaves_the_tenant_out(owner_db: Database) -> None:
    """A new foreign key on an id alone would accept, and so betray, another tenant's row."""
    keys = await rows(
        owner_db,
        None,
        "SELECT conname AS name FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
        " AND conrelid::regclass::text NOT LIKE 'procrastinate%'"
        " AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = conrelid AND attname = 'tenant_id'"
        "   AND attnum = ANY (conkey))",
    )
    assert [row.name for row in keys] == []


# --- clients within a tenant -----------------------------------------------------------------------------


async def test_a_client_sees_its_own_only(
    db: Database, owner_db: Database, operators: tuple[Operator, Operator]
) -> None:
    operator = operators[0]
    own = operator.sides[0]
    scope = Scope(operator.id, own.client)
    with_client = {
        row.name
        for row in await rows(
            owner_db,
            None,
            "SELECT attrelid::regclass::text AS name FROM pg_attribute WHERE attname = 'client_id'",
        )
    }
    seen = {}
    for table in await walled_tables(owner_db):
        columns = "client_id" if table in with_client else "id" if table == "client" else "1"
        found = [row[0] for row in await rows(db, scope, f"SELECT {columns} FROM {table}")]
        seen[table] = len(found)
        if columns != "1":
            assert set(found) <= {own.client}, table
    for table in ("skill", "agent_skill", "trunk", "audit_log", "ledger_check", "report_agent_state"):
        assert seen[table] == 0, table
    assert [seen[table] for table in ("client", "project", "queue", "flow", "flow_version", "number")] == [
        1
    ] * 6
    assert seen["calendar"] == seen["wrapup"] == 1 and seen["reason_node"] == 2
    assert seen["customer"] == 2 and seen["app_user"] == 0 and seen["state_reason"] == 1
    assert 0 < seen["journal"] < len(await rows(db, operator.scope, "SELECT FROM journal"))
    assert 0 < seen["report_contact"] < len(await rows(db, operator.scope, "SELECT FROM report_contact"))


async def test_a_client_can_write_nothing_of_another(
    db: Database, owner_db: Database, operators: tuple[Operator, Operator]
) -> None:
    operator = operators[0]
    own, other = operator.sides
    scope = Scope(operator.id, own.client)
    for table in await walled_tables(owner_db):
        if await _may(db, table, "UPDATE"):
            everything = len(await rows(db, scope, f"SELECT FROM {table}"))
            query = f"UPDATE {table} SET tenant_id = tenant_id RETURNING 1"
            assert len(await rows(db, scope, query)) == everything, table
    for query, bound in (
        (
            "INSERT INTO customer (id, client_id, name, phones) VALUES (gen_random_uuid(), :one, 'x', '{}')",
            {"one": other.client},
        ),
        ("UPDATE customer SET client_id = :one", {"one": other.client}),
        ("UPDATE wrapup SET project_id = :one", {"one": other.project}),
        (
            "INSERT INTO calendar (id, project_id, name, periods)"
            " VALUES (gen_random_uuid(), :one, 'x', '{}')",
            {"one": other.project},
        ),
        (
            "INSERT INTO flow_version (flow_id, version, graph, note, published_at)"
            " VALUES (:one, 9, '{}', '', now())",
            {"one": other.flow},
        ),
        ("INSERT INTO skill (id, name) VALUES (gen_random_uuid(), :one)", {"one": "x"}),
        (_FACT, {"tenant": operator.id, "client": other.client}),
        (_FACT, {"tenant": operator.id, "client": None}),
    ):
        assert await refused(db, scope, query, **bound) == PERMISSION, query


# --- the journal -----------------------------------------------------------------------------------------

_FACT = (
    "INSERT INTO journal (tenant_id, id, at, kind, version, client_id, data)"
    " VALUES (:tenant, gen_random_uuid(), now(), 'x', 1, :client, '{}')"
)


async def test_the_journal_is_behind_the_wall_month_by_month(
    db: Database, owner_db: Database, operators: tuple[Operator, Operator]
) -> None:
    """A partition made today stands as its parent does: closed to the application, forced for the owner."""
    here, there = operators
    at = datetime(2031, 5, 17, tzinfo=UTC)
    stand = Stand(here.id, here.stand.clients, here.stand.projects, here.stand.queues, here.stand.agents)
    day = Day(
        stand.tenant_id, stand.clients, stand.projects, stand.queues, stand.agents, contacts=2, begin=at
    )
    await journal(db, day.facts)
    parts = [
        row[0]
        for row in await rows(
            owner_db,
            None,
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'journal'::regclass",
        )
    ]
    assert "journal_2031_05" in parts and len(parts) >= 4
    for part in parts:
        for verb in (f"SELECT FROM {part}", f"DELETE FROM {part}", f"UPDATE {part} SET kind = 'y'"):
            assert await refused(db, here.scope, verb) == PERMISSION
        assert await rows(owner_db, there.scope, f"SELECT FROM {part}") == []
    ours = await rows(db, here.scope, "SELECT DISTINCT tenant_id FROM journal WHERE at >= '2031-05-01'")
    assert [row[0] for row in ours] == [here.id]
    assert await rows(db, there.scope, "SELECT FROM journal WHERE at >= '2031-05-01'") == []
    assert await refused(db, here.scope, _FACT, tenant=there.id, client=None) == PERMISSION
    assert await refused(db, None, _FACT, tenant=there.id, client=None) == PERMISSION


async def test_nobody_chooses_a_facts_place_or_changes_it(
    db: Database, operators: tuple[Operator, Operator]
) -> None:
    scope = operators[0].scope
    for column, value in (("xid", "'3'"), ("seq", "1")):
        query = (
            f"INSERT INTO journal (tenant_id, id, at, kind, version, data, {column})"
            f" VALUES (andon_tenant(), gen_random_uuid(), now(), 'x', 1, '{{}}', {value})"
        )
        assert await refused(db, scope, query) in (PERMISSION, "428C9")
    assert await refused(db, scope, "UPDATE journal SET kind = 'y'") == PERMISSION
    assert await refused(db, scope, "DELETE FROM journal") == PERMISSION
    assert await refused(db, scope, "TRUNCATE journal") == PERMISSION
    assert await refused(db, scope, "UPDATE audit_log SET action = 'y'") == PERMISSION


async def _may(db: Database, table: str, privilege: str) -> bool:
    found = await rows(db, None, "SELECT has_table_privilege(:table, :what)", table=table, what=privilege)
    return bool(found[0][0])
