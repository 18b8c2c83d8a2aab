"""Every route of the edge tried without log-in, as another operator, as another client, without the right."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from reporting_stand import journal
from walls_routes import (
    ADMIN,
    CASES,
    FAR,
    FAR_NAMES,
    LOOKED_AT,
    NAMES,
    OPEN,
    PEOPLE,
    ROUTES,
    SOCKETS,
    UNSEEN,
    Try,
)
from walls_world import (
    BOUND,
    Operator,
    Side,
    add_user,
    board_of,
    cheap_passwords,
    ids_in,
    log_in,
    make_operator,
    untouched,
    walled_tables,
)

from andon.channels.text.model import token_of
from andon.channels.voice.desk_http import ask_core
from andon.entrypoints.edge import create_app
from andon.identity.model import Actor, Role
from andon.identity.tables import RoleGrant
from andon.interactions.events import ContactArrived, OfferMade
from andon.kit.bus import MemoryBus
from andon.kit.clock import SystemClock, VirtualClock
from andon.kit.database import Database, Scope
from andon.kit.ids import uuid7
from andon.kit.settings import Settings
from andon.kit.web import Services
from andon.reporting.projector import Projector

pytestmark = pytest.mark.walls

AT = "2026-03-02T01:00:00.000Z"
VIEW = {
    "seq": 1,
    "server_time": AT,
    "agent_id": "018f0000-0000-7000-8000-000000000000",
    "agent_no": None,
    "name": "-",
    "signed_in": True,
    "device": None,
    "device_tested": False,
    "registered": False,
    "state": "ready",
    "since": AT,
    "why": None,
    "reason_id": None,
    "pending_state": None,
    "acw_until": None,
    "session": None,
    "contact": None,
}
MONITOR = {
    "monitor_id": VIEW["agent_id"],
    "supervisor_id": VIEW["agent_id"],
    "supervisor_name": "-",
    "agent_id": None,
    "contact_id": VIEW["agent_id"],
    "mode": None,
    "wanted": "listen",
    "since": AT,
}
TRUNK_TRIAL = {
    "trial_id": VIEW["agent_id"],
    "trunk_id": VIEW["agent_id"],
    "number": "",
    "shown": "",
    "began_at": "2026-03-02T08:00:00Z",
    "over": True,
    "how": "busy",
    "cause": 17,
    "steps": [],
}
TRIAL = {
    "trial_id": VIEW["agent_id"],
    "answered": False,
    "over": True,
    "queued": False,
    "node": "",
    "message_ms": 0,
    "lines": [],
}
SIP = {"username": "-", "secret": "-", "uri": "sip:-", "expires_in": 1}


@dataclass
class World:
    """`here` tries, `there` lies behind the wall; `third` may be changed at will."""

    app: FastAPI
    client: httpx.AsyncClient
    owner: Database
    here: Operator
    there: Operator
    third: Operator
    tables: list[str]
    asked: list[dict[str, Any]] = field(default_factory=list)  # of core
    hidden: set[str] = field(default_factory=set)  # marks of `there`
    hidden_client: set[str] = field(default_factory=set)  # marks of the first client of `there`
    headers: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    async def send(
        self,
        headers: dict[str, str],
        place: tuple[str, str],
        how: Try,
        mine: Side,
        theirs: Side,
    ) -> httpx.Response:
        method, path = place
        for name, value in how.path(mine, theirs).items():
            path = path.replace(f"{{{name}}}", str(value))
        query = {name: str(value) for name, value in how.query(mine, theirs).items()}
        json = _plain(how.body(mine, theirs)) if how.body else None
        return await self.client.request(
            method, path, params=query, json=json, content=how.raw, headers=headers
        )

    async def as_(self, operator: Operator, login: str) -> dict[str, str]:
        if (operator.stand.code, login) not in self.headers:
            found = await log_in(self.app.state.sessions, operator, login)
            self.headers[operator.stand.code, login] = found
        return self.headers[operator.stand.code, login]


def _plain(value: Any) -> Any:
    """Ids as JSON has them."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def seen(answer: httpx.Response, marks: Iterable[str]) -> list[str]:
    return [mark for mark in marks if mark in answer.text]


@pytest.fixture(scope="module")
async def world(
    owner_db: Database, db: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    home = tmp_path_factory.mktemp("walls")
    bus = MemoryBus()
    await bus.start()
    # Time stands still: a session that is used is written down only after a while.
    clock = VirtualClock(SystemClock().now())
    services = Services(Settings(home=Path(home)), db, bus, clock)
    operators = [await make_operator(owner_db, db, home / "recordings") for _ in range(3)]
    for side in (side for operator in operators for side in operator.sides):
        side.token = token_of(services.settings.secrets().cookie, side.contact)
    tables = await walled_tables(owner_db)
    app = create_app(services, cheap_passwords())
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://andon")
    world = World(app, client, owner_db, *operators, tables)
    bus.serve("core.command", lambda asked: _core(world, asked))
    for role in Role:
        bound_to = world.there.sides[0].client if role is Role.CLIENT_VIEWER else None
        await add_user(owner_db, world.there, f"only.{role}", [role], bound_to)
    await add_user(owner_db, world.there, "nothing", [])
    await add_user(owner_db, world.there, "bound", BOUND, world.there.sides[1].client)
    for login in ("bound", "nothing", "everything", *(f"only.{role}" for role in Role)):
        await world.as_(world.there, login)
    world.hidden = {str(world.there.id), world.there.stand.code}
    world.hidden |= await ids_in(owner_db, tables, world.there.scope)
    world.hidden -= await ids_in(owner_db, tables, world.here.scope)
    own = Scope(world.there.id, world.there.sides[1].client)
    world.hidden_client = world.hidden - await ids_in(owner_db, [*tables, "tenant"], own)
    world.hidden_client -= {str(world.there.pause), str(world.there.id), world.there.stand.code}
    world.hidden_client |= world.there.sides[0].named()
    yield world
    await client.aclose()
    await bus.stop()


async def _core(world: World, asked: dict[str, Any]) -> dict[str, Any]:
    """A core that does what it is asked, and shows each operator's board."""
    world.asked.append(asked)
    if asked["verb"] == "snapshot.targets":
        return {"agents": [], "queues": []}
    if asked["verb"].startswith("node"):
        return {"nodes": []}
    if asked["verb"] == "snapshot.colleagues":
        return {"agents": []}
    if asked["verb"].startswith("trunk"):
        return {"trunks": [], "trial": TRUNK_TRIAL, **TRUNK_TRIAL}
    if asked["verb"] == "snapshot.dial":
        return {"numbers": []}
    if asked["verb"] != "snapshot.board":
        told = {
            "view": VIEW,
            "sip": SIP,
            "monitor": MONITOR,
            "state": "ready",
            "pending_state": None,
            "left": 0,
        }
        return told | TRIAL
    (operator,) = [one for one in (world.here, world.there, world.third) if str(one.id) == asked["tenant_id"]]
    return board_of(operator)


def test_every_route_says_how_it_is_tried(world: World) -> None:
    """A new route fails here until it has an entry in `walls_routes`, or a test of its own as a socket."""
    found = set()
    for route in iter_route_contexts(world.app.routes):
        methods = set(getattr(route, "methods", None) or {"WS"}) - {"HEAD", "OPTIONS"}
        found |= {(method, route.path) for method in methods}
    sockets = {("WS", path) for path in SOCKETS}
    assert found - ROUTES.keys() - OPEN - sockets == set(), "say in walls_routes how these are tried"
    assert ROUTES.keys() - found == set(), "these routes are no more"


async def test_the_tries_are_real(world: World) -> None:
    """Whoever may, gets through with the same requests: nothing below is refused for a slip of the pen."""
    side = world.third.sides[0]
    headers = await world.as_(world.third, "everything")
    marks = await ids_in(world.owner, world.tables, world.third.scope) | {world.third.stand.code}
    wrong = []
    for (method, path), n in FAR:
        how = ROUTES[method, path].tries[n]
        answer = await world.send(headers, (method, path), how, side, side)
        # 409: it is in use, or the name is taken by an earlier try.
        if not (answer.is_success or answer.status_code == 409):
            wrong.append(f"{method} {path} {n}: {answer.status_code} {answer.text}")
        elif (
            method == "GET"
            and "json" in answer.headers["content-type"]
            and not (how.blank or seen(answer, marks))
        ):
            wrong.append(f"{method} {path} {n} shows nothing")
    assert wrong == []


def _asking_what_was_seen(world: World) -> list[tuple[str, str]]:
    paths = world.app.openapi()["paths"]
    return [
        (method, path)
        for method, path in ROUTES
        if any(each["name"] == "if-match" for each in paths[path][method.lower()].get("parameters", ()))
    ]


def test_every_change_asks_what_was_seen_or_says_why_not(world: World) -> None:
    """A new route that overwrites fails here until it takes `If-Match`, or `UNSEEN` says why it need not."""
    asking = set(_asking_what_was_seen(world))
    changes = {
        (method, path)
        for (method, path), route in ROUTES.items()
        if method in ("PUT", "PATCH") or (method == "POST" and route.who & (ADMIN | PEOPLE))
    }
    excused = [place for places in UNSEEN.values() for place in places]
    assert len(excused) == len(set(excused))
    assert changes - asking - set(excused) == set()
    assert asking & set(excused) == set()


async def test_of_two_who_edit_one_thing_the_second_is_told(
    world: World, db: Database, tmp_path: Path
) -> None:
    """On every route that asks what was seen: what the page shows is what is compared, and whoever has seen
    something else changes nothing."""
    operator = await make_operator(world.owner, db, tmp_path)
    side = operator.sides[0]
    headers = await world.as_(operator, "everything")

    async with world.owner.session(operator.scope) as session:  # what no role allows as it comes
        session.add(RoleGrant(role="agent", permissions=["desk", "mobile", "own_mobile"]))

    async def shown(path: str, how: Try) -> str:
        look = ("GET", LOOKED_AT.get(path, path))
        found = (await world.send(headers, look, Try(path=how.path), side, side)).json()
        if path == "/api/roles/{role}":
            found = next(each for each in found["items"] if each["role"] == how.path(side, side)["role"])
        return str(found["revision"])

    for method, path in _asking_what_was_seen(world):
        how = ROUTES[method, path].tries[0]
        before = await shown(path, how)
        late = await world.send(headers | {"If-Match": "other"}, (method, path), how, side, side)
        assert late.status_code == 409, (method, path, late.text)
        error = late.json()["error"]
        assert error["code"] == "changed_meanwhile" and "who" in error["params"], (method, path)
        assert await shown(path, how) == before, (method, path)
        mine = await world.send(headers | {"If-Match": before}, (method, path), how, side, side)
        assert mine.is_success, (method, path, mine.text)


async def test_without_a_log_in_there_is_nothing(world: World) -> None:
    side = world.there.sides[0]
    answers = {}
    async with untouched(world.owner, world.tables, world.there.scope):
        for (place, n), name in zip(CASES, NAMES, strict=True):
            for headers in ({"X-Andon": "1"}, {"X-Andon": "1", "Cookie": "andon_session=made-up"}):
                answer = await world.send(headers, place, ROUTES[place].tries[n], side, side)
                if answer.status_code != 401 or seen(answer, world.hidden):
                    answers[name] = answer.status_code
    assert answers == {}


async def test_a_foreign_page_cannot_act_with_somebodys_cookie(world: World) -> None:
    """What changes anything needs the header that only our own pages send."""
    side = world.there.sides[0]
    headers = {"Cookie": (await world.as_(world.there, "everything"))["Cookie"]}
    async with untouched(world.owner, world.tables, world.there.scope):
        for place, n in CASES:
            if place[0] != "GET":
                answer = await world.send(headers, place, ROUTES[place].tries[n], side, side)
                assert answer.status_code == 403, place
                assert answer.json()["error"]["code"] == "request.forged"


async def test_what_is_open_to_all_shows_nothing_of_anybody(world: World) -> None:
    for method, path in OPEN - {("POST", "/api/session"), ("GET", "/{path:path}")}:
        answer = await world.send({}, (method, path), Try(), world.here.sides[0], world.there.sides[0])
        # Metrics count by tenant, for whoever runs the machine.
        assert seen(answer, world.hidden - {str(world.there.id)}) == [], path
    elsewhere = httpx.ASGITransport(world.app, client=("203.0.113.9", 4000))
    async with httpx.AsyncClient(transport=elsewhere, base_url="http://andon") as far:
        assert (await far.get("/metrics")).status_code == 403


@pytest.mark.parametrize(("place", "n"), FAR, ids=FAR_NAMES)
async def test_another_operator(world: World, place: tuple[str, str], n: int) -> None:
    """Somebody with every role an operator can give, at another operator."""
    how = ROUTES[place].tries[n]
    headers = await world.as_(world.here, "everything")
    world.asked.clear()
    async with untouched(world.owner, [*world.tables, "tenant"], world.there.scope):
        answer = await world.send(headers, place, how, world.here.sides[0], world.there.sides[0])
    assert answer.status_code == how.refused if how.refused else answer.is_success, answer.text
    assert seen(answer, _unasked(world.hidden, how, world.here.sides[0], world.there.sides[0])) == []
    _core_heard_only_of(world, world.here, "everything")


@pytest.mark.parametrize(("place", "n"), FAR, ids=FAR_NAMES)
async def test_another_client_of_the_same_operator(world: World, place: tuple[str, str], n: int) -> None:
    """Somebody bound to the second client, viewer and agent in one, tries for what is the first one's."""
    route = ROUTES[place]
    how = route.tries[n]
    mine, theirs = world.there.sides[1], world.there.sides[0]
    world.asked.clear()
    calls_out = place == ("POST", "/api/desk/dial")  # which the operator writes down of everybody
    tables = [table for table in world.tables if not (calls_out and table == "audit_log")]
    async with untouched(world.owner, tables, world.there.scope):
        answer = await world.send(await world.as_(world.there, "bound"), place, how, mine, theirs)
    if route.who.isdisjoint(BOUND):
        assert answer.status_code == 403
    elif how.refused and not how.operators:
        assert answer.status_code in (404, 422), answer.text
    else:
        assert answer.is_success, answer.text
    assert seen(answer, _unasked(world.hidden_client, how, mine, theirs)) == []
    _core_heard_only_of(world, world.there, "bound")


@pytest.mark.parametrize("role", [None, *Role])
async def test_without_the_right(world: World, role: Role | None) -> None:
    """In one's own house, with one role only: exactly the routes of that role answer."""
    headers = await world.as_(world.there, f"only.{role}" if role else "nothing")
    side = world.there.sides[0]
    wrong = []
    async with untouched(world.owner, world.tables, world.there.scope):
        for (place, n), name in zip(CASES, NAMES, strict=True):
            route = ROUTES[place]
            allowed = role in route.who
            if route.who == frozenset(Role) and place[1] != "/api/state-reasons/{id}":
                allowed = allowed or place[1].startswith("/api/me")  # whoever is logged in
            # What is allowed changes things: hearing a recording, or reading it, is written down.
            written = place[0] != "GET" or place[1].endswith(("/recording", "/transcript"))
            if route.own or (allowed and written):
                continue
            answer = await world.send(headers, place, route.tries[n], side, side)
            if (answer.status_code != 403) is not allowed:
                wrong.append(f"{name}: {answer.status_code}")
    assert wrong == []


async def test_a_client_s_person_supervises_nobody_whatever_the_role(world: World) -> None:
    """No contract grants a client any of the supervisors' verbs."""
    side = world.there.sides[0]
    await add_user(world.owner, world.there, "client.chief", [Role.SUPERVISOR], side.client)
    headers = await world.as_(world.there, "client.chief")
    world.asked.clear()
    verbs = [place for place in ROUTES if place[1].startswith("/api/supervise/")]
    assert len(verbs) == 13
    async with untouched(world.owner, world.tables, world.there.scope):
        for place in verbs:
            answer = await world.send(headers, place, ROUTES[place].tries[0], side, side)
            assert answer.status_code == 403, place
    assert world.asked == []


async def test_nothing_a_request_brings_stands_for_the_one_who_asks(world: World) -> None:
    """A desk's verb is done as whoever is logged in, whatever else is handed on to core."""
    operator = world.there
    actor = Actor(
        tenant_id=operator.id, tenant_name="", user_id=operator.users["only.agent"], session_id=uuid7(),
        login="only.agent", name="", agent_no=None, roles=("agent",), client_id=None, locale="zh",
    )  # fmt: skip
    world.asked.clear()
    forged = {"agent_id": str(operator.agent), "tenant_id": str(world.here.id)}
    await ask_core(world.app.state.services, actor, "call.hold", **forged)
    (asked,) = world.asked
    assert (asked["tenant_id"], asked["actor"]["user_id"]) == (str(operator.id), str(actor.user_id))


async def test_what_is_of_the_own_log_in_changes_nobody_elses(world: World) -> None:
    await add_user(world.owner, world.there, "leaver", [Role.PLANNER])
    headers = await world.as_(world.there, "leaver")
    side = world.there.sides[0]
    kept = [table for table in world.tables if table not in ("app_user", "user_session", "audit_log")]
    async with (
        untouched(world.owner, kept, world.there.scope),
        untouched(world.owner, world.tables, world.here.scope),
    ):
        spoken = ROUTES["PUT", "/api/me/locale"].tries[0]
        for place, how in ((("PUT", "/api/me/locale"), spoken), (("DELETE", "/api/session"), Try())):
            assert (await world.send(headers, place, how, side, side)).is_success
    assert (await world.send(headers, ("GET", "/api/me"), Try(), side, side)).status_code == 401
    others = await world.as_(world.there, "everything")
    assert (await world.send(others, ("GET", "/api/me"), Try(), side, side)).is_success


async def test_an_agent_hears_only_the_recordings_of_their_own_calls(world: World) -> None:
    side = world.there.sides[0]
    for path in ("recording", "peaks", "transcript"):
        place = ("GET", f"/api/contacts/{{contact_id}}/{path}")
        (how,) = ROUTES[place].tries
        for login, status in (("only.agent", 404), ("everything", 200), ("only.quality", 200)):
            answer = await world.send(await world.as_(world.there, login), place, how, side, side)
            assert answer.status_code == status, (path, login)


async def test_what_a_caller_had_with_another_client_is_not_shown(db: Database, world: World) -> None:
    """The agent, who serves both, sees beside a call what else came from its number to the client called."""
    ours, other = world.there.sides
    agent = await add_user(world.owner, world.there, "rung", [Role.AGENT])
    at, caller = SystemClock().now(), "13712345678"

    async def called(side: Side, rung: UUID) -> UUID:
        contact_id = uuid7()
        envelope: dict[str, Any] = {
            "at": at,
            "tenant_id": world.there.id,
            "client_id": side.client,
            "project_id": side.project,
            "contact_id": contact_id,
        }
        voice = {"medium": "voice", "direction": "inbound", "dnis": "95001", "node": "n1"}
        arrived = ContactArrived(**envelope, **voice, caller=caller, caller_raw=caller, channel_id="c")
        offered = {"offer_id": uuid7(), "queue_id": side.queue, "device": "browser", "decision": {}}
        await journal(db, [arrived, OfferMade(**envelope, **offered, agent_id=rung)])
        return contact_id

    now, colleagues = await called(ours, agent), await called(ours, world.there.agent)
    theirs = await called(other, world.there.agent)
    await Projector(db, MemoryBus(), SystemClock(), world.there.id).catch_up()
    headers = await world.as_(world.there, "rung")

    async def found(**query: Any) -> set[str]:
        answer = await world.client.get("/api/contacts", params=query, headers=headers)
        assert answer.is_success, answer.text
        return {item["contact_id"] for item in answer.json()["items"]}

    assert await found(contact=now) == {str(now), str(colleagues)}
    # The number alone finds what the agent was rung for, and nobody's call opens the way to a client.
    assert await found(q=caller) == {str(now)}
    for behind in (theirs, colleagues, uuid7()):
        answer = await world.client.get("/api/contacts", params={"contact": str(behind)}, headers=headers)
        assert answer.status_code == 404


async def test_a_clients_viewer_sees_no_whole_numbers(world: World) -> None:
    """The caller's number is the operator's to know; it cannot be guessed digit by digit either."""
    side = world.there.sides[0]
    viewer = await world.as_(world.there, "only.client_viewer")
    whole = await world.as_(world.there, "only.supervisor")
    place = ("GET", "/api/contacts/{contact_id}")
    (how,) = ROUTES[place].tries
    caller = (await world.send(whole, place, how, side, side)).json()["caller"]
    assert caller.isdigit()
    shown = await world.send(viewer, place, how, side, side)
    assert shown.is_success and caller not in shown.text
    part = Try(query=lambda m, t: {"q": caller[2:8]})
    for headers, found in ((whole, True), (viewer, False)):
        contacts = await world.send(headers, ("GET", "/api/contacts"), part, side, side)
        assert (str(side.contact) in contacts.text) is found


def _unasked(marks: set[str], how: Try, mine: Side, theirs: Side) -> set[str]:
    """The marks but those the request itself brought: they may be told back."""
    brought = str(how.path(mine, theirs)) + str(how.query(mine, theirs))
    if how.body:
        brought += str(_plain(how.body(mine, theirs)))
    return {mark for mark in marks if mark not in brought}


def _core_heard_only_of(world: World, operator: Operator, login: str) -> None:
    for asked in world.asked:
        assert asked["tenant_id"] == str(operator.id)
        if asked["verb"] != "snapshot.board":
            assert asked["actor"]["user_id"] == str(operator.users[login])


async def test_a_name_that_another_operator_uses_is_free_here(world: World) -> None:
    """A refusal would tell that it exists there."""
    side, n = world.there.sides[0], world.there.stand.code
    headers = await world.as_(world.third, "everything")
    pause = {"kind": "break", "name_zh": f"小休 {n}", "name_en": "Pause"}
    user = {"login": "only.planner", "name": "x", "roles": ["agent"], "password": "correct horse"}
    for path, body in (
        ("/api/clients", {"name": f"甲方0 {side.tag}", "short_name": "x"}),
        ("/api/skills", {"name": f"普通话 {n}"}),
        ("/api/trunks", {"name": f"中继 {n}", "host": "a.example"}),
        ("/api/state-reasons", pause),
        ("/api/calendars", {"name": f"时间 {side.tag}"}),
        ("/api/users", user | {"agent_no": "8000"[:3] + "9"}),
    ):
        how = Try(body=lambda m, t, body=body: body)
        answer = await world.send(headers, ("POST", path), how, side, side)
        assert answer.status_code == 201, answer.text


async def test_an_agent_bound_to_a_client_corrects_its_customers_and_the_change_is_on_record(
    world: World,
) -> None:
    """The audit log lies behind the client wall; what is changed in front of it is written there too."""
    side = world.there.sides[1]
    headers = await world.as_(world.there, "bound")
    how = Try(path=lambda m, t: {"id": t.customer}, body=lambda m, t: {"notes": "called back"})
    assert (await world.send(headers, ("PATCH", "/api/customers/{id}"), how, side, side)).is_success
    entries = await world.send(
        await world.as_(world.there, "only.auditor"),
        ("GET", "/api/audit"),
        Try(query=lambda m, t: {"object_id": t.customer}),
        side,
        side,
    )
    (entry,) = entries.json()["items"]
    assert entry["user_name"].startswith("bound") and entry["after"] == {"notes": "called back"}
    assert entry["before"] == {"notes": side.tag}
