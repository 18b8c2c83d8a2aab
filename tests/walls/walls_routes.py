"""Every route of the edge, who may use it, and how it is tried from the wrong side of a wall.

`Try` makes a request of one's own side `mine` and the side behind the wall `theirs`. A request that names
something of theirs is refused with `refused`; one that names nothing is answered and shows nothing of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from walls_world import DAY, PASSWORD, Side, beep

from andon.identity.model import Role

ADMIN = frozenset({Role.ADMINISTRATOR, Role.SYSTEM})
PEOPLE = frozenset({Role.ADMINISTRATOR, Role.SECURITY})
DUTIES = ADMIN | PEOPLE | {Role.AUDITOR}
LOGGED_IN = frozenset(Role)
AGENT = frozenset({Role.AGENT})
ALL = LOGGED_IN - {Role.SECURITY}  # who has to do with calls
STAFF = ALL - AGENT
CONTACTS = frozenset({Role.SUPERVISOR, Role.QUALITY, Role.AUDITOR, Role.CLIENT_VIEWER})
SUPERVISOR = frozenset({Role.SUPERVISOR})
BOARD = frozenset({Role.SUPERVISOR, Role.PLANNER, Role.ADMINISTRATOR, Role.SYSTEM, Role.CLIENT_VIEWER})
LEDGER = ADMIN | {Role.SUPERVISOR, Role.AUDITOR}
EXPORTS = frozenset({Role.SUPERVISOR, Role.QUALITY, Role.AUDITOR, Role.CLIENT_VIEWER})

# Nobody needs to be logged in: logging in, and what holds nothing of anybody.
OPEN = {
    ("POST", "/api/session"),
    ("GET", "/api/session/passkey"),
    ("POST", "/api/session/passkey"),
    ("POST", "/api/session/passkey/options"),
    ("GET", "/api/oidc"),
    ("GET", "/api/oidc/start"),
    ("GET", "/api/oidc/callback"),
    ("GET", "/api/openapi.json"),
    ("GET", "/healthz"),
    ("GET", "/metrics"),
    ("GET", "/{path:path}"),
}
SOCKETS = {"/api/live", "/sip", "/api/wall"}

Of = Callable[[Side, Side], Any]


@dataclass(frozen=True)
class Try:
    """One request. `refused` 0: it names nothing of theirs. `blank`: it shows nothing of one's own either.
    `operators`: what it names is the operator's, so that its own clients' people may see it."""

    path: Of = lambda mine, theirs: {}
    query: Of = lambda mine, theirs: {}
    body: Of | None = None
    raw: bytes | None = None  # a body that is no JSON
    refused: int = 0
    blank: bool = False
    operators: bool = False


@dataclass(frozen=True)
class Route:
    """Who may, and the tries. `own`: changes nothing but the asker's own log-in."""

    who: frozenset[Role]
    tries: tuple[Try, ...] = (Try(),)
    own: bool = False


def one(name: str, **more: Any) -> Try:
    """The thing itself, by its id."""
    return Try(path=lambda mine, theirs: {"id": _of(theirs, name)}, refused=404, **more)


def _of(side: Side, name: str) -> Any:
    return getattr(side, name) if hasattr(side, name) else getattr(side.operator, name)


def contact(**more: Any) -> Try:
    return Try(path=lambda mine, theirs: {"contact_id": theirs.contact}, refused=404, **more)


def make(body: Of, refused: int = 0) -> Try:
    return Try(body=body, refused=refused, blank=True)


def change(name: str, body: Of) -> tuple[Try, ...]:
    return (Try(path=lambda mine, theirs: {"id": _of(theirs, name)}, body=body, refused=404),)


def mend(name: str, body: Of) -> Try:
    """Put something of theirs into a thing of one's own."""
    return Try(path=lambda mine, theirs: {"id": _of(mine, name)}, body=body, refused=422)


def filtered(**filters: Callable[[Side], Any]) -> Try:
    """A list narrowed to something of theirs."""
    return Try(query=lambda mine, theirs: {name: of(theirs) for name, of in filters.items()})


def resource(
    path: str,
    name: str,
    readers: frozenset[Role],
    new: tuple[Try, ...],
    patches: tuple[Try, ...],
    *lists: Try,
) -> dict[tuple[str, str], Route]:
    """The five routes of something an administrator sets up."""
    shared = name == "pause"
    return {
        ("GET", path): Route(readers, (Try(operators=shared), *lists)),
        ("POST", path): Route(ADMIN, new),
        ("GET", path + "/{id}"): Route(readers, (one(name, operators=shared),)),
        ("PATCH", path + "/{id}"): Route(ADMIN, patches),
        ("DELETE", path + "/{id}"): Route(ADMIN, (one(name),)),
    }


def renamed(name: str, word: str = "name") -> tuple[Try, ...]:
    return change(name, lambda mine, theirs: {word: "x"})


def desk(body: Of | None = None) -> Route:
    """A verb for core: the agent is always the asker, nothing can be named."""
    return Route(AGENT, (Try(body=body, blank=True),))


def node() -> Route:
    """A media node is the installation's: there is none of anybody else's."""
    return Route(ADMIN, (Try(path=lambda mine, theirs: {"name": "n1"}, blank=True),))


def verb(path: str, name: str, body: Of | None = None) -> dict[tuple[str, str], Route]:
    """A supervisor's verb about an agent or a waiting call. The operator it is carried out for is the
    asker's: what core knows of others is out of its reach."""
    about = Try(path=lambda mine, theirs: {f"{name}_id": _of(theirs, name)}, body=body, blank=True)
    return {("POST", f"/api/supervise/{path}"): Route(SUPERVISOR, (about,))}


def _user(mine: Side, theirs: Side) -> dict[str, Any]:
    return {"login": "new", "name": "x", "roles": ["planner"], "password": "correct horse"}


def _tile(side: Side) -> dict[str, Any]:
    place = {"x": 0, "y": 0, "w": 4, "h": 2}
    return {"id": "a", "kind": "figure", "figure": "now.waiting", "queue_id": side.queue, **place}


def _summary(contact: Side, reason: Side) -> dict[str, Any]:
    return {"contact_id": contact.contact, "reason_id": reason.reason, "note": "x", "resolved": False}


def _saved(side: Side) -> dict[str, Any]:
    return {"name": "x", "search": {"queue": side.queue}, "period": {"last": "week"}}


def _export(mine: Side, theirs: Side) -> dict[str, Any]:
    """Of the contacts of one queue; from behind a wall there are none."""
    span = {"since": f"{DAY}T00:00Z", "until": f"{DAY}T23:59Z"}
    return span | {"search": {"queue": theirs.queue}, "columns": ["arrived"], "format": "csv"}


def _day(mine: Side, theirs: Side) -> dict[str, str]:
    return {"since": f"{DAY}T00:00Z", "until": f"{DAY}T23:00Z"}


ROUTES: dict[tuple[str, str], Route] = {
    ("DELETE", "/api/session"): Route(LOGGED_IN, own=True),
    ("GET", "/api/me"): Route(LOGGED_IN),
    ("PUT", "/api/me/locale"): Route(LOGGED_IN, (make(lambda m, t: {"locale": "zh"}),), own=True),
    ("GET", "/api/me/second-factor"): Route(LOGGED_IN, (Try(blank=True),)),
    ("POST", "/api/me/second-factor"): Route(
        LOGGED_IN, (make(lambda m, t: {"password": PASSWORD}),), own=True
    ),
    ("PUT", "/api/me/second-factor"): Route(LOGGED_IN, (make(lambda m, t: {"code": "000000"}),), own=True),
    ("POST", "/api/me/second-factor/codes"): Route(
        LOGGED_IN, (make(lambda m, t: {"password": PASSWORD}),), own=True
    ),
    ("POST", "/api/me/second-factor/off"): Route(
        LOGGED_IN, (make(lambda m, t: {"password": PASSWORD}),), own=True
    ),
    ("GET", "/api/me/passkeys"): Route(LOGGED_IN, (Try(blank=True),)),
    ("POST", "/api/me/passkeys/options"): Route(
        LOGGED_IN, (make(lambda m, t: {"password": PASSWORD}),), own=True
    ),
    ("POST", "/api/me/passkeys"): Route(
        LOGGED_IN, (make(lambda m, t: {"name": "x", "credential": {}}),), own=True
    ),
    ("POST", "/api/me/passkeys/{id}/remove"): Route(
        LOGGED_IN, change("passkey", lambda m, t: {"password": PASSWORD}), own=True
    ),
    ("GET", "/api/me/mobile"): Route(LOGGED_IN, (Try(blank=True),)),
    ("PUT", "/api/me/mobile"): Route(
        frozenset(), (make(lambda m, t: {"number": "13800000009", "password": PASSWORD}),), own=True
    ),
    ("POST", "/api/users/{id}/password-leave"): Route(PEOPLE, (one("agent"),)),
    ("GET", "/api/password-leaves"): Route(DUTIES),
    ("POST", "/api/password-leaves/{id}"): Route(DUTIES, change("leave", lambda m, t: {"given": True})),
    ("DELETE", "/api/users/{id}/second-factor"): Route(PEOPLE, (one("agent"),)),
    ("GET", "/api/directory"): Route(PEOPLE, (Try(blank=True),)),
    ("POST", "/api/directory/check"): Route(PEOPLE, (Try(body=lambda mine, theirs: {}, refused=409),)),
    ("GET", "/api/log-in-rules"): Route(PEOPLE, (Try(blank=True),)),
    ("PUT", "/api/log-in-rules"): Route(
        PEOPLE, (make(lambda m, t: {"second_factor_roles": ["planner"], "separated": False}),), own=True
    ),
    ("GET", "/api/roles"): Route(PEOPLE | {Role.AUDITOR}, (Try(blank=True),)),
    ("PUT", "/api/roles/{role}"): Route(
        PEOPLE,
        (
            Try(
                path=lambda m, t: {"role": "planner"},
                body=lambda m, t: {"permissions": ["board", "contacts"]},
                blank=True,
            ),
        ),
        own=True,
    ),
    ("GET", "/api/users"): Route(STAFF | PEOPLE, (Try(), Try(query=lambda m, t: {"role": "agent"}))),
    ("POST", "/api/users"): Route(
        PEOPLE,
        (
            make(_user),
            make(lambda m, t: _user(m, t) | {"roles": ["client_viewer"], "client_id": t.client}, 422),
        ),
    ),
    ("GET", "/api/users/{id}"): Route(STAFF | PEOPLE, (one("agent"),)),
    ("PATCH", "/api/users/{id}"): Route(PEOPLE, renamed("agent")),
    ("POST", "/api/users/{id}/password"): Route(
        PEOPLE, change("agent", lambda m, t: {"password": "another password"})
    ),
    ("GET", "/api/users/{id}/skills"): Route(STAFF, (one("agent"),)),
    ("PUT", "/api/users/{id}/skills"): Route(
        ADMIN,
        (
            *change("agent", lambda m, t: [{"skill_id": m.operator.skill, "level": 9}]),
            mend("agent", lambda m, t: [{"skill_id": t.operator.skill, "level": 9}]),
        ),
    ),
    ("POST", "/api/skills/{id}/levels"): Route(
        ADMIN,
        (
            *change(
                "skill",
                lambda m, t: {"changes": [{"user_id": m.operator.agent, "before": 0, "after": 9}]},
            ),
            mend(
                "skill",
                lambda m, t: {"changes": [{"user_id": t.operator.agent, "before": 0, "after": 9}]},
            ),
        ),
    ),
    **resource(
        "/api/teams",
        "team",
        STAFF,
        (
            make(lambda m, t: {"name": "x"}),
            make(lambda m, t: {"name": "y", "leader_id": t.operator.agent}, 422),
        ),
        renamed("team"),
    ),
    ("GET", "/api/team-members"): Route(STAFF),
    ("GET", "/api/teams/{id}/members"): Route(STAFF, (one("team"),)),
    ("PUT", "/api/teams/{id}/members"): Route(
        ADMIN,
        (
            *change("team", lambda m, t: {"members": [m.operator.agent]}),
            mend("team", lambda m, t: {"members": [t.operator.agent]}),
        ),
    ),
    ("GET", "/api/agent-skills"): Route(STAFF, (Try(), filtered(user_id=lambda t: t.operator.agent))),
    ("GET", "/api/users/{id}/certificates"): Route(STAFF, (one("agent"),)),
    ("PUT", "/api/users/{id}/certificates"): Route(
        ADMIN, change("agent", lambda m, t: [{"name": "x", "valid_until": "2030-01-01"}])
    ),
    ("GET", "/api/agent-certificates"): Route(STAFF, (Try(), filtered(user_id=lambda t: t.operator.agent))),
    ("GET", "/api/users/{id}/queue-seats"): Route(STAFF, (one("agent"),)),
    ("PUT", "/api/users/{id}/queue-seats"): Route(
        ADMIN,
        (
            *change("agent", lambda m, t: [{"queue_id": m.queue}]),
            mend("agent", lambda m, t: [{"queue_id": t.queue}]),
        ),
    ),
    ("GET", "/api/queue-seats"): Route(STAFF, (Try(), filtered(user_id=lambda t: t.operator.agent))),
    ("GET", "/api/routing-rules"): Route(STAFF, (Try(blank=True),)),
    ("PUT", "/api/routing-rules"): Route(ADMIN, (make(lambda m, t: {"ageing_s": 60}),), own=True),
    ("GET", "/api/audit"): Route(
        frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
        (Try(), filtered(object_id=lambda t: t.operator.skill), filtered(user_id=lambda t: t.operator.agent)),
    ),
    ("GET", "/api/audit/to-be-seen"): Route(
        frozenset({Role.ADMINISTRATOR, Role.AUDITOR}), (Try(blank=True),)
    ),
    ("POST", "/api/audit/seen"): Route(
        frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
        (make(lambda m, t: {"entries": [t.operator.noted]}, 404),),
    ),
    ("POST", "/api/audit/undo"): Route(
        ADMIN,
        (make(lambda m, t: {"object_kind": "skill", "object_id": t.operator.skill}, 404),),
    ),
    **resource(
        "/api/clients",
        "client",
        STAFF | PEOPLE,
        (make(lambda m, t: {"name": "x", "short_name": "x"}),),
        renamed("client"),
    ),
    **resource(
        "/api/projects",
        "project",
        STAFF,
        (make(lambda m, t: {"client_id": t.client, "name": "x"}, 422),),
        (
            *renamed("project"),
            mend(
                "project",
                lambda m, t: {"chat_link": "https://a.example/", "text_gateway_id": t.operator.gateway},
            ),
            mend("project", lambda m, t: {"music": f"欢迎_{t.tag}"}),
        ),
        filtered(client_id=lambda t: t.client),
    ),
    **resource(
        "/api/skills",
        "skill",
        STAFF,
        (make(lambda m, t: {"name": "x"}),),
        renamed("skill"),
    ),
    **resource(
        "/api/queues",
        "queue",
        STAFF,
        (
            make(lambda m, t: {"project_id": t.project, "name": "x"}, 422),
            make(
                lambda m, t: {
                    "project_id": m.project,
                    "name": "y",
                    "required_skills": [{"skill_id": t.operator.skill}],
                },
                422,
            ),
        ),
        (
            *renamed("queue"),
            mend("queue", lambda m, t: {"required_skills": [{"skill_id": t.operator.skill}]}),
        ),
        filtered(project_id=lambda t: t.project),
        filtered(client_id=lambda t: t.client),
    ),
    **resource(
        "/api/state-reasons",
        "pause",
        ALL,
        (make(lambda m, t: {"kind": "break", "name_zh": "x", "name_en": "x"}),),
        renamed("pause", "name_en"),
    ),
    **resource(
        "/api/trunks",
        "trunk",
        ADMIN,
        (make(lambda m, t: {"name": "x", "host": "a.example"}),),
        renamed("trunk"),
    ),
    ("GET", "/api/trunk-states"): Route(ADMIN, (Try(blank=True),)),
    ("POST", "/api/trunks/{id}/trial"): Route(
        ADMIN,
        (
            *change("trunk", lambda m, t: {"number": "13900000009", "number_id": m.number}),
            mend("trunk", lambda m, t: {"number": "13900000009", "number_id": t.number}),
        ),
    ),
    ("GET", "/api/trunk-trial"): Route(ADMIN, (Try(blank=True),)),
    ("DELETE", "/api/trunk-trial"): Route(ADMIN, (Try(blank=True),)),
    ("GET", "/api/numbers/{id}/way"): Route(ADMIN, (one("number"),)),
    ("GET", "/api/wallboard-figures"): Route(ADMIN, (Try(blank=True),)),
    ("POST", "/api/wallboards/{id}/look"): Route(
        ADMIN,
        (
            *change("wallboard", lambda m, t: {"name": "x", "tiles": [_tile(m)]}),
            mend("wallboard", lambda m, t: {"name": "x", "tiles": [_tile(t)]}),
        ),
    ),
    ("GET", "/api/wallboards/{id}/links"): Route(ADMIN, (one("wallboard"),)),
    ("POST", "/api/wallboards/{id}/links"): Route(ADMIN, change("wallboard", lambda m, t: {"name": "x"})),
    ("DELETE", "/api/wallboards/{id}/links/{link_id}"): Route(
        ADMIN,
        (
            Try(path=lambda m, t: {"id": t.operator.wallboard, "link_id": t.operator.wall_link}, refused=404),
            Try(path=lambda m, t: {"id": m.operator.wallboard, "link_id": t.operator.wall_link}, refused=404),
        ),
    ),
    **resource(
        "/api/wallboards",
        "wallboard",
        ADMIN,
        (
            make(lambda m, t: {"name": "x", "project_id": t.project}, 422),
            make(lambda m, t: {"name": "y", "tiles": [_tile(t)]}, 422),
        ),
        (*renamed("wallboard"), mend("wallboard", lambda m, t: {"tiles": [_tile(t)]})),
    ),
    **resource(
        "/api/text-gateways",
        "gateway",
        ADMIN,
        (make(lambda m, t: {"name": "x", "url": "https://a.example/"}),),
        renamed("gateway"),
    ),
    **resource(
        "/api/alarm-rules",
        "rule",
        ADMIN,
        (
            make(lambda m, t: {"name": "x", "figure": "waiting", "warn_at": 1, "queue_id": t.queue}, 422),
            make(lambda m, t: {"name": "y", "figure": "ready", "warn_at": 1, "project_id": t.project}, 422),
        ),
        (*renamed("rule"), mend("rule", lambda m, t: {"queue_id": t.queue})),
    ),
    **resource(
        "/api/do-not-call",
        "refused",
        ADMIN,
        (make(lambda m, t: {"number": "13900000001"}),),
        renamed("refused", "reason"),
    ),
    **resource(
        "/api/numbers",
        "number",
        STAFF,
        (
            make(lambda m, t: {"project_id": t.project, "e164": m.e164 + "1", "label": "x"}, 422),
            make(
                lambda m, t: {
                    "project_id": m.project,
                    "e164": m.e164 + "2",
                    "label": "x",
                    "trunk_id": t.operator.trunk,
                },
                422,
            ),
            make(
                lambda m, t: {"project_id": m.project, "e164": m.e164 + "3", "label": "x", "flow_id": t.flow},
                422,
            ),
        ),
        (
            *renamed("number", "label"),
            mend("number", lambda m, t: {"project_id": t.project}),
            mend("number", lambda m, t: {"trunk_id": t.operator.trunk}),
            mend("number", lambda m, t: {"flow_id": t.flow}),
        ),
        filtered(project_id=lambda t: t.project),
        filtered(client_id=lambda t: t.client),
    ),
    ("GET", "/api/prompts"): Route(STAFF, (filtered(project_id=lambda t: t.project),)),
    ("POST", "/api/prompts"): Route(ADMIN, (make(lambda m, t: {"project_id": t.project, "name": "x"}, 422),)),
    ("GET", "/api/prompts/{id}/versions"): Route(STAFF, (one("prompt"),)),
    ("POST", "/api/prompts/{id}/versions"): Route(
        ADMIN,
        (
            Try(
                path=lambda m, t: {"id": t.prompt},
                query=lambda m, t: {"language": "zh"},
                raw=beep(),
                refused=404,
            ),
        ),
    ),
    ("PUT", "/api/prompts/{id}/current"): Route(
        ADMIN, change("prompt", lambda m, t: {"language": "zh", "version": 1})
    ),
    ("GET", "/api/prompts/{id}/versions/{language}/{version}/sound"): Route(
        STAFF,
        (Try(path=lambda m, t: {"id": t.prompt, "language": "zh", "version": 1}, refused=404, blank=True),),
    ),
    ("POST", "/api/prompts/{id}/call"): Route(ADMIN, (one("prompt", blank=True),)),
    ("POST", "/api/prompts/{id}/recorded"): Route(ADMIN, change("prompt", lambda m, t: {"language": "zh"})),
    ("POST", "/api/prompts/{id}/synthesis"): Route(
        ADMIN, change("prompt", lambda m, t: {"language": "zh", "says": "x"})
    ),
    ("GET", "/api/prompt-synthesis"): Route(STAFF, (Try(blank=True),)),
    ("DELETE", "/api/prompts/{id}"): Route(ADMIN, (one("prompt"),)),
    ("POST", "/api/trial/device"): Route(ADMIN, (Try(body=lambda m, t: {}, blank=True),)),
    ("GET", "/api/trial"): Route(ADMIN, (Try(blank=True),)),
    ("DELETE", "/api/trial"): Route(ADMIN, (Try(blank=True),)),
    ("POST", "/api/trial/keys"): Route(ADMIN, (Try(body=lambda m, t: {"digits": "1"}, blank=True),)),
    ("POST", "/api/trial/queue"): Route(ADMIN, (Try(body=lambda m, t: {"how": "timeout"}, blank=True),)),
    ("POST", "/api/flows/{id}/call"): Route(ADMIN, change("flow", lambda m, t: {})),
    ("GET", "/api/standard-prompts"): Route(STAFF, (Try(blank=True),)),
    ("GET", "/api/standard-prompts/{language}/{name}"): Route(
        STAFF, (Try(path=lambda m, t: {"language": "zh", "name": "welcome"}, blank=True),)
    ),
    ("GET", "/api/flows"): Route(STAFF, (Try(), filtered(project_id=lambda t: t.project))),
    ("GET", "/api/flows/{id}"): Route(STAFF, (one("flow"),)),
    ("GET", "/api/flows/{id}/versions"): Route(STAFF, (one("flow"),)),
    ("GET", "/api/flows/{id}/versions/{version}"): Route(
        STAFF, (Try(path=lambda m, t: {"id": t.flow, "version": 1}, refused=404),)
    ),
    ("GET", "/api/flow-palette"): Route(STAFF, (Try(blank=True),)),
    ("GET", "/api/flows/{id}/draft"): Route(STAFF, (one("flow", blank=True),)),
    ("PUT", "/api/flows/{id}/draft"): Route(ADMIN, (*change("flow", lambda m, t: {"graph": m.graph()}),)),
    ("DELETE", "/api/flows/{id}/draft"): Route(ADMIN, (one("flow"),)),
    ("POST", "/api/flows/{id}/lint"): Route(
        STAFF, (*change("flow", lambda m, t: {"graph": m.graph()}),), own=True
    ),
    ("GET", "/api/flows/{id}/compare"): Route(
        STAFF, (one("flow", query=lambda m, t: {"before": 1, "after": 1}, blank=True),)
    ),
    ("POST", "/api/flows/{id}/try"): Route(
        STAFF, (*change("flow", lambda m, t: {"graph": m.graph(), "steps": []}),), own=True
    ),
    ("GET", "/api/flows/{id}/traffic"): Route(
        STAFF,
        (one("flow", query=_day, blank=True),),
    ),
    ("POST", "/api/flows"): Route(ADMIN, (make(lambda m, t: {"project_id": t.project, "name": "x"}, 422),)),
    ("POST", "/api/flows/{id}/versions"): Route(
        ADMIN,
        (
            *change("flow", lambda m, t: {"graph": m.graph()}),
            mend("flow", lambda m, t: {"graph": t.graph()}),
        ),
    ),
    **resource(
        "/api/calendars",
        "calendar",
        ADMIN,
        (
            make(lambda m, t: {"name": "y"}),
            make(lambda m, t: {"name": "x", "project_id": t.project}, 422),
        ),
        (*renamed("calendar"), mend("calendar", lambda m, t: {"project_id": t.project})),
    ),
    ("POST", "/api/calendars/preview"): Route(ADMIN, (make(lambda m, t: {}),)),
    ("GET", "/api/customers"): Route(
        ALL - {Role.PLANNER},
        (
            Try(),
            filtered(client_id=lambda t: t.client),
            filtered(q=lambda t: t.tag),
            filtered(q=lambda t: t.e164),
            filtered(cursor=lambda t: t.customer),
        ),
    ),
    ("POST", "/api/customers"): Route(
        ADMIN | AGENT,
        (make(lambda m, t: {"project_id": t.project, "name": "x", "phone": "13800009999"}, 422),),
    ),
    ("GET", "/api/customers/{id}"): Route(ALL - {Role.PLANNER}, (one("customer"),)),
    ("PATCH", "/api/customers/{id}"): Route(ADMIN | AGENT, renamed("customer", "notes")),
    **resource(
        "/api/wrap-reasons",
        "reason",
        ALL - {Role.PLANNER},
        (
            make(lambda m, t: {"project_id": t.project, "name_zh": "x", "name_en": "x"}, 422),
            make(
                lambda m, t: {
                    "project_id": m.project,
                    "parent_id": t.reason,
                    "name_zh": "y",
                    "name_en": "y",
                },
                422,
            ),
        ),
        (*renamed("reason", "name_en"), mend("reason", lambda m, t: {"parent_id": t.branch})),
        filtered(project_id=lambda t: t.project),
    ),
    ("GET", "/api/wrap-forms/{id}"): Route(ALL - {Role.PLANNER}, (one("project"),)),
    ("GET", "/api/wrap-forms/{id}/versions"): Route(ALL - {Role.PLANNER}, (one("project"),)),
    ("POST", "/api/wrap-forms/{id}/versions"): Route(
        ADMIN, (*change("project", lambda m, t: {"fields": []}),)
    ),
    ("POST", "/api/desk/sign-in"): desk(lambda m, t: {}),
    ("POST", "/api/desk/sign-out"): desk(),
    ("POST", "/api/desk/state"): desk(lambda m, t: {"state": "break", "reason_id": t.operator.pause}),
    ("POST", "/api/desk/break/withdraw"): desk(),
    ("POST", "/api/desk/device-test"): desk(lambda m, t: {"passed": True}),
    ("POST", "/api/desk/test-ring"): desk(),
    ("POST", "/api/desk/hold"): desk(),
    ("POST", "/api/desk/retrieve"): desk(),
    ("POST", "/api/desk/mute"): desk(lambda m, t: {"on": True}),
    ("POST", "/api/desk/dtmf"): desk(lambda m, t: {"digits": "1"}),
    ("POST", "/api/desk/card"): desk(lambda m, t: {"on": True}),
    ("POST", "/api/desk/hangup"): desk(),
    ("POST", "/api/desk/reject"): desk(),
    ("GET", "/api/desk/targets"): desk(),
    ("GET", "/api/desk/colleagues"): desk(),
    ("POST", "/api/desk/colleague"): desk(lambda m, t: {"agent_no": "9001"}),
    ("GET", "/api/desk/dial"): desk(),
    ("POST", "/api/desk/dial"): desk(lambda m, t: {"number": "13900000000", "number_id": t.number}),
    ("POST", "/api/desk/transfer"): desk(lambda m, t: {"to": "queue", "queue_id": t.queue}),
    ("POST", "/api/desk/park"): desk(),
    ("POST", "/api/desk/pick-up"): desk(lambda m, t: {"contact_id": t.contact}),
    ("POST", "/api/desk/consult"): desk(lambda m, t: {"to": "external", "number": "13900000000"}),
    ("POST", "/api/desk/consult/swap"): desk(),
    ("POST", "/api/desk/consult/conference"): desk(),
    ("POST", "/api/desk/consult/complete"): desk(),
    ("POST", "/api/desk/consult/cancel"): desk(),
    ("POST", "/api/desk/line"): desk(
        lambda m, t: {
            "contact_id": t.contact,
            "mos": 4,
            "mos_least": 3,
            "loss_percent": 0,
            "jitter_ms": 5,
            "measured_ms": 2000,
        }
    ),
    ("GET", "/api/phone/ice"): Route(AGENT | SUPERVISOR | ADMIN, (Try(blank=True),)),
    ("POST", "/api/desk/wrap-extend"): desk(lambda m, t: {"seconds": 10}),
    ("POST", "/api/supervise/device"): Route(SUPERVISOR, (Try(body=lambda m, t: {}, blank=True),)),
    ("POST", "/api/supervise/end"): Route(SUPERVISOR, (Try(blank=True),)),
    **verb("agents/{agent_id}/monitor", "agent", lambda m, t: {"mode": "listen"}),
    **verb("agents/{agent_id}/follow", "agent", lambda m, t: {"calls": 2}),
    **verb("agents/{agent_id}/unfollow", "agent"),
    **verb("agents/{agent_id}/hang-up", "agent"),
    **verb("agents/{agent_id}/state", "agent", lambda m, t: {"state": "break", "note": "x"}),
    **verb("agents/{agent_id}/break", "agent", lambda m, t: {"approve": True}),
    **verb("contacts/{contact_id}/pull", "contact"),
    **verb("contacts/{contact_id}/give", "contact", lambda m, t: {"agent_id": t.operator.agent}),
    **verb("contacts/{contact_id}/priority", "contact", lambda m, t: {"points": 10}),
    **verb("callbacks/{contact_id}/cancel", "contact"),
    **verb("contacts/{contact_id}/queue", "contact", lambda m, t: {"queue_id": t.queue}),
    ("POST", "/api/desk/wrap-up"): Route(
        AGENT,
        (
            Try(body=lambda m, t: _summary(t, t), refused=404),
            Try(body=lambda m, t: _summary(t, m), refused=404),
            Try(body=lambda m, t: _summary(m, t), refused=422),
        ),
    ),
    ("GET", "/api/contacts"): Route(
        CONTACTS | AGENT,
        (
            Try(),
            filtered(q=lambda t: t.contact),
            filtered(q=lambda t: t.tag),
            filtered(queue=lambda t: t.queue),
            filtered(project=lambda t: t.project),
            filtered(customer=lambda t: t.customer),
            filtered(agent=lambda t: t.operator.users["everything"]),
            Try(query=lambda m, t: {"contact": t.contact}, refused=404),
            Try(query=lambda m, t: {"limit": 200, "from": f"{DAY}T00:00:00Z"}),
        ),
    ),
    ("GET", "/api/saved-searches"): Route(CONTACTS),
    ("POST", "/api/saved-searches"): Route(
        CONTACTS, (make(lambda m, t: _saved(m) | {"roles": ["client_viewer"]}),), own=True
    ),
    ("PUT", "/api/saved-searches/{id}"): Route(CONTACTS, change("saved", lambda m, t: _saved(m))),
    ("DELETE", "/api/saved-searches/{id}"): Route(CONTACTS, (one("saved"),)),
    ("GET", "/api/history-columns"): Route(CONTACTS, (Try(blank=True),)),
    ("PUT", "/api/history-columns"): Route(
        CONTACTS, (make(lambda m, t: {"columns": ["arrived"]}),), own=True
    ),
    ("GET", "/api/exports"): Route(
        EXPORTS | {Role.ADMINISTRATOR}, (Try(), Try(query=lambda m, t: {"box": "decide"}, blank=True))
    ),
    ("POST", "/api/exports"): Route(EXPORTS, (make(_export, 422),)),
    ("POST", "/api/exports/{id}/decide"): Route(
        frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR}),
        change("decide", lambda m, t: {"approve": True}),
    ),
    ("DELETE", "/api/exports/{id}"): Route(EXPORTS, (one("cancel"),)),
    ("GET", "/api/exports/{id}/file"): Route(EXPORTS, (one("export", blank=True),)),
    ("GET", "/api/export-rules"): Route(EXPORTS | ADMIN, (Try(blank=True),)),
    ("PUT", "/api/export-rules"): Route(ADMIN, (make(lambda m, t: {"rows_over": 10}),)),
    ("GET", "/api/import-templates/{kind}"): Route(
        ADMIN,
        (Try(path=lambda m, t: {"kind": "users"}, query=lambda m, t: {"filled": True, "format": "csv"}),),
        own=True,
    ),
    ("GET", "/api/imports"): Route(ADMIN),
    ("POST", "/api/imports"): Route(
        ADMIN, (Try(query=lambda m, t: {"kind": "users"}, raw=b"x", blank=True),)
    ),
    ("GET", "/api/imports/{id}"): Route(ADMIN, (one("brought"),)),
    ("POST", "/api/imports/{id}/apply"): Route(ADMIN, (one("brought"),)),
    ("GET", "/api/desk/contacts"): Route(AGENT, (Try(blank=True),)),
    ("GET", "/api/contacts/{contact_id}"): Route(CONTACTS | AGENT, (contact(),)),
    ("GET", "/api/contacts/{contact_id}/why"): Route(CONTACTS, (contact(),)),
    ("GET", "/api/contacts/{contact_id}/why/{agent_id}"): Route(
        CONTACTS,
        (
            Try(
                path=lambda mine, theirs: {
                    "contact_id": theirs.contact,
                    "agent_id": theirs.operator.agent,
                },
                refused=404,
            ),
        ),
    ),
    ("GET", "/api/contacts/{contact_id}/recording"): Route(
        frozenset({Role.SUPERVISOR, Role.QUALITY, Role.AGENT}), (contact(),)
    ),
    ("GET", "/api/contacts/{contact_id}/peaks"): Route(
        frozenset({Role.SUPERVISOR, Role.QUALITY, Role.AGENT}), (contact(blank=True),)
    ),
    ("GET", "/api/contacts/{contact_id}/transcript"): Route(
        frozenset({Role.SUPERVISOR, Role.QUALITY, Role.AGENT}), (contact(),)
    ),
    ("GET", "/api/contact-tokens/{token}"): Route(
        CONTACTS, (Try(path=lambda m, t: {"token": t.token}, refused=404),)
    ),
    ("GET", "/api/voicemails"): Route(CONTACTS),
    ("GET", "/api/callbacks"): Route(CONTACTS, (Try(), Try(query=lambda m, t: {"state": "over"}))),
    ("POST", "/api/messages"): Route(
        SUPERVISOR, (make(lambda m, t: {"text": "x", "agent_ids": [t.operator.agent]}, 422),)
    ),
    ("GET", "/api/messages"): Route(AGENT | SUPERVISOR, (Try(blank=True),)),
    ("GET", "/api/messages/unread"): Route(AGENT, (Try(blank=True),)),
    ("POST", "/api/messages/{id}/read"): Route(AGENT, (one("message"),)),
    ("POST", "/api/messages/{id}/answer"): Route(AGENT, (*change("message", lambda m, t: {"text": "x"}),)),
    ("GET", "/api/contacts/{contact_id}/notes"): Route(
        AGENT | SUPERVISOR, (Try(path=lambda m, t: {"contact_id": t.contact}, blank=True),)
    ),
    ("POST", "/api/contacts/{contact_id}/notes"): Route(
        SUPERVISOR,
        (
            Try(
                path=lambda m, t: {"contact_id": t.contact},
                body=lambda m, t: {
                    "agent_id": t.operator.users["everything"],
                    "at_ms": 0,
                    "text": "x",
                },
                refused=422,
                blank=True,
            ),
        ),
    ),
    ("GET", "/api/work"): Route(
        CONTACTS | AGENT,
        (Try(), filtered(queue=lambda t: t.queue), filtered(project=lambda t: t.project)),
    ),
    ("GET", "/api/work/of-customer"): Route(
        AGENT | SUPERVISOR, (filtered(project=lambda t: t.project, caller=lambda t: t.e164),)
    ),
    ("GET", "/api/work/tally"): Route(CONTACTS | AGENT, (Try(blank=True),)),
    ("GET", "/api/work/{id}"): Route(CONTACTS | AGENT, (one("work"),)),
    ("POST", "/api/work/{id}/take"): Route(AGENT, (one("work"),)),
    ("POST", "/api/work/{id}/give-back"): Route(AGENT | SUPERVISOR, (one("work"),)),
    ("POST", "/api/work/{id}/assign"): Route(
        SUPERVISOR, (*change("work", lambda m, t: {"agent_id": m.operator.agent}),)
    ),
    ("POST", "/api/work/{id}/done"): Route(
        AGENT | SUPERVISOR, (*change("work", lambda m, t: {"outcome": "solved"}),)
    ),
    ("GET", "/api/board"): Route(BOARD),
    ("GET", "/api/board/figures"): Route(BOARD, (Try(query=lambda m, t: {"day": DAY, "agents": True}),)),
    ("GET", "/api/nodes"): Route(ADMIN, (Try(blank=True),)),
    ("POST", "/api/nodes/{name}/drain"): node(),
    ("POST", "/api/nodes/{name}/resume"): node(),
    ("GET", "/api/desk/today"): Route(AGENT, (Try(blank=True),)),
    ("GET", "/api/ledger"): Route(LEDGER),
    ("POST", "/api/ledger/check"): Route(LEDGER, (make(lambda m, t: {}),)),
}

# Where what is changed is looked at, if not at the same address.
LOOKED_AT = {
    "/api/roles/{role}": "/api/roles",
    "/api/prompts/{id}/current": "/api/prompts/{id}/versions",
    "/api/flows/{id}/versions": "/api/flows/{id}/draft",
}
# What changes things without asking what was seen (`If-Match`), by the reason why of two editors the second
# overwrites nothing unseen.
UNSEEN = {
    "a new thing": {
        ("POST", "/api/users"),
        ("POST", "/api/flows"),
        ("POST", "/api/prompts"),
        ("POST", "/api/imports"),
        ("POST", "/api/exports"),
        ("POST", "/api/wallboards/{id}/links"),
        *(place for place in ROUTES if place[0] == "POST" and ("PATCH", place[1] + "/{id}") in ROUTES),
    },
    "a new version beside the others, which says whose it is": {
        ("POST", "/api/prompts/{id}/versions"),
        ("POST", "/api/prompts/{id}/recorded"),
        ("POST", "/api/prompts/{id}/synthesis"),
    },
    "the asker's own": {
        *(place for place in ROUTES if place[1].startswith("/api/me/") and place[1] != "/api/me/mobile"),
        ("POST", "/api/saved-searches"),
        ("PUT", "/api/saved-searches/{id}"),
        ("PUT", "/api/history-columns"),
    },
    "says in its body what was seen": {
        ("PATCH", "/api/customers/{id}"),
        ("POST", "/api/skills/{id}/levels"),
        ("POST", "/api/audit/undo"),
    },
    "can be done once": {
        ("POST", "/api/audit/seen"),
        ("POST", "/api/password-leaves/{id}"),
        ("POST", "/api/exports/{id}/decide"),
        ("POST", "/api/imports/{id}/apply"),  # checked again against what is there by then
    },
    "nothing of it is there to be seen": {
        ("POST", "/api/users/{id}/password"),
        ("POST", "/api/users/{id}/password-leave"),
    },
    "changes nothing that is set up": {
        ("POST", "/api/calendars/preview"),
        ("POST", "/api/directory/check"),
        ("POST", "/api/flows/{id}/call"),
        ("POST", "/api/flows/{id}/lint"),
        ("POST", "/api/flows/{id}/try"),
        ("POST", "/api/ledger/check"),
        ("POST", "/api/nodes/{name}/drain"),
        ("POST", "/api/nodes/{name}/resume"),
        ("POST", "/api/prompts/{id}/call"),
        ("POST", "/api/trial/device"),
        ("POST", "/api/trial/keys"),
        ("POST", "/api/trial/queue"),
        ("POST", "/api/trunks/{id}/trial"),
        ("POST", "/api/wallboards/{id}/look"),
    },
}

CASES = [(place, n) for place, route in ROUTES.items() for n in range(len(route.tries))]
NAMES = [f"{method} {path} {n}" for (method, path), n in CASES]
# Those that could reach somebody else.
FAR = [(place, n) for place, n in CASES if not ROUTES[place].own]
FAR_NAMES = [f"{method} {path} {n}" for (method, path), n in FAR]
