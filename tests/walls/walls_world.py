"""Two operators with two clients each, everything an operator has on both sides of every wall, and who tries.

A `Side` is one client of one operator with the ids a request can name. What must not get through a wall is
known by its marks: every id in its rows, and a tag in its names.
"""

import re
import wave
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from argon2 import PasswordHasher
from reporting_stand import Stand, journal, make_stand
from reporting_world import Day
from sqlalchemy import text

from andon.alarms.tables import AlarmDelivery, AlarmDeliveryCursor, AlarmRuleRow
from andon.calendars.tables import CalendarRow
from andon.channels.voice.tables import NumberRow, TrunkRow
from andon.customers.model import phone_key
from andon.customers.tables import CustomerRow, DoNotCallRow
from andon.flows.default import Choice, default_graph
from andon.flows.graph import store_graph
from andon.flows.tables import FlowDraftRow, FlowRow, FlowVersionRow
from andon.identity.access import COOKIE
from andon.identity.model import Role
from andon.identity.passwords import Passwords
from andon.identity.service import Sessions
from andon.identity.tables import (
    Audit,
    AuditSeen,
    Client,
    LogInRules,
    Passkey,
    PasswordLeave,
    Project,
    RecoveryCode,
    RoleGrant,
    SecondFactor,
    Team,
    TeamMember,
    TextGateway,
    User,
)
from andon.imports.tables import ImportJob
from andon.interactions.events import ContactConnected, ContactIdentified
from andon.interactions.tables import ReasonNode, WrapFormVersion, WrapUp
from andon.kit.bus import MemoryBus
from andon.kit.clock import SystemClock
from andon.kit.database import Database, Scope
from andon.kit.ids import uuid7
from andon.kit.journal.store import append
from andon.messages.tables import Message
from andon.prompts.sound import fit
from andon.prompts.tables import PromptRow, PromptVersionRow
from andon.reporting.checks.tables import LedgerCheck
from andon.reporting.exports.tables import ExportJob, ExportRule
from andon.reporting.history.tables import HistoryColumns, SavedSearch
from andon.reporting.projector import Projector
from andon.reporting.walls.repository import digest, new_token
from andon.reporting.walls.tables import Wallboard, WallboardLink
from andon.routing.tables import (
    AgentCertificate,
    AgentSkill,
    Queue,
    QueueSeat,
    RoutingRules,
    Skill,
    StateReason,
)
from andon.speech.sound import wav
from andon.telephony.events import RecordingStored
from andon.transcripts.tables import Transcript
from andon.work.keeper import WorkKeeper
from andon.work.tables import WorkItem

PASSWORD = "correct horse"  # of people who exist in tests only
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
DAY = "2026-03-02"
TILE = {"id": "a", "kind": "queues", "x": 0, "y": 0, "w": 16, "h": 9}
EVERYBODY = [role for role in Role if role is not Role.CLIENT_VIEWER]
BOUND = [Role.CLIENT_VIEWER, Role.AGENT]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass
class Side:
    """One client of one operator. `tag` is in all its names and nowhere else."""

    operator: "Operator"
    client: UUID
    project: UUID
    queue: UUID
    tag: str
    customer: UUID = field(default_factory=uuid7)
    calendar: UUID = field(default_factory=uuid7)
    flow: UUID = field(default_factory=uuid7)
    number: UUID = field(default_factory=uuid7)
    reason: UUID = field(default_factory=uuid7)
    branch: UUID = field(default_factory=uuid7)
    prompt: UUID = field(default_factory=uuid7)
    contact: UUID = field(default_factory=uuid7)  # with a recording and a summary
    work: UUID = field(default_factory=uuid7)
    message: UUID = field(default_factory=uuid7)
    saved: UUID = field(default_factory=uuid7)  # a search kept
    export: UUID = field(default_factory=uuid7)  # with a file
    cancel: UUID = field(default_factory=uuid7)  # an export without
    brought: UUID = field(default_factory=uuid7)  # a spreadsheet
    decide: UUID = field(default_factory=uuid7)  # an export that waits for somebody's approval
    e164: str = ""
    token: str = ""  # of a link that was sent for the contact

    def graph(self) -> dict[str, Any]:
        """A flow's graph that names this side's queue and calendar."""
        choice = Choice(key="", label="q", queue_id=self.queue)
        return store_graph(default_graph(choices=[choice], calendar_id=self.calendar))

    def named(self) -> set[str]:
        """The ids a request can name, which no answer may show to the other side."""
        own = (self.client, self.project, self.queue, self.customer, self.calendar, self.flow, self.number)
        return {str(id) for id in (*own, self.reason, self.contact, self.prompt)} | {self.tag}


@dataclass
class Operator:
    """A tenant. What is not a client's is the operator's: `agent`, `skill`, `team`, `trunk`, `pause`."""

    stand: Stand
    skill: UUID = field(default_factory=uuid7)
    trunk: UUID = field(default_factory=uuid7)
    team: UUID = field(default_factory=uuid7)
    pause: UUID = field(default_factory=uuid7)
    rule: UUID = field(default_factory=uuid7)  # of an alarm
    passkey: UUID = field(default_factory=uuid7)
    leave: UUID = field(default_factory=uuid7)  # to set a password
    wallboard: UUID = field(default_factory=uuid7)
    wall_link: UUID = field(default_factory=uuid7)
    wall_token: str = ""
    refused: UUID = field(default_factory=uuid7)  # a number that must not be called
    gateway: UUID = field(default_factory=uuid7)  # for text messages
    noted: UUID = field(default_factory=uuid7)  # an entry of the audit log that must be seen
    sides: list[Side] = field(default_factory=list)
    users: dict[str, UUID] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        return self.stand.tenant_id

    @property
    def scope(self) -> Scope:
        return self.stand.scope

    @property
    def agent(self) -> UUID:
        return self.stand.agents[0]


async def make_operator(owner: Database, db: Database, recordings: Path) -> Operator:
    """Everything an operator has, with a day of calls, projected, with one recording a client. `everything`,
    a user with every role of the operator's own, took the calls."""
    stand = await make_stand(owner)
    operator = Operator(stand)
    for n in range(2):
        tag = f"{stand.code}c{n}"
        operator.sides.append(Side(operator, stand.clients[n], stand.projects[n], stand.queues[n], tag))
    everything = await add_user(owner, operator, "everything", EVERYBODY)
    day = Day(stand.tenant_id, stand.clients, stand.projects, stand.queues, [everything], contacts=40)
    await journal(db, day.facts)
    stored = {f.contact_id: f for f in day.facts if isinstance(f, RecordingStored)}
    talks = {f.contact_id: f for f in day.facts if isinstance(f, ContactConnected)}
    async with owner.session(stand.scope) as session:
        session.add(Skill(id=operator.skill, name=f"普通话 {stand.code}"))
        session.add(
            TrunkRow(id=operator.trunk, name=f"中继 {stand.code}", host="198.51.100.7", secret="s3cret")
        )
        session.add(
            StateReason(id=operator.pause, kind="break", name_zh=f"小休 {stand.code}", name_en="Pause")
        )
        session.add(Team(id=operator.team, name=f"一班 {stand.code}", leader_id=operator.agent))
        await session.flush()
        session.add(TeamMember(user_id=operator.agent, team_id=operator.team))
        session.add(DoNotCallRow(id=operator.refused, number="13900000002", reason=stand.code))
        session.add(
            TextGateway(
                id=operator.gateway,
                name=f"短信 {stand.code}",
                url="https://sms.example/",
                header="Authorization",
                secret="s3cret",
            )
        )
        session.add(AlarmRuleRow(id=operator.rule, name=f"积压 {stand.code}", figure="waiting", warn_at=9))
        session.add(Wallboard(id=operator.wallboard, name=f"大厅 {stand.code}", tiles=[TILE]))
        await session.flush()
        operator.wall_token = new_token(stand.tenant_id)
        session.add(
            WallboardLink(
                id=operator.wall_link,
                wallboard_id=operator.wallboard,
                name=stand.code,
                token_hash=digest(operator.wall_token),
                made_by=operator.agent,
            )
        )
        session.add(LedgerCheck(asked_by=operator.agent, state="done", finished_at=day.end))
        session.add(
            Audit(
                at=day.end,
                user_id=operator.agent,
                user_name=stand.code,
                action="create",
                object_kind="skill",
                object_id=operator.skill,
                object_name=stand.code,
                before=None,
                after={"name": stand.code},
                address="198.51.100.9",
            )
        )
        await session.flush()
        session.add(AgentSkill(user_id=operator.agent, skill_id=operator.skill, level=5))
        session.add(AgentCertificate(user_id=operator.agent, name="x", valid_until=day.end.date()))
        session.add(QueueSeat(user_id=operator.agent, queue_id=operator.sides[0].queue))
        session.add(RoutingRules(ageing_s=60))
        about = {"at": day.end, "user_id": operator.agent, "user_name": stand.code, "object_name": "planner"}
        noted = {"action": "update", "object_kind": "role", "address": "", **about}
        seen = uuid7()
        session.add_all([Audit(id=operator.noted, **noted), Audit(id=seen, **noted)])
        session.add(AuditSeen(entry_id=seen, seen_by=operator.agent, seen_at=day.end))
        session.add(LogInRules())
        session.add(RoleGrant(role="planner", permissions=["board"]))
        session.add(SecondFactor(user_id=operator.agent, secret="-", confirmed_at=day.end))
        session.add(RecoveryCode(user_id=operator.agent, code_hash="-"))
        session.add(
            Passkey(
                id=operator.passkey,
                user_id=operator.agent,
                name=stand.code,
                credential_id=operator.passkey.bytes,
                public_key=b"-",
                sign_count=0,
            )
        )
        session.add(
            PasswordLeave(
                id=operator.leave,
                user_id=operator.agent,
                asked_by=stand.agents[1],
                expires_at=day.end + timedelta(days=36500),
            )
        )
        session.add(AlarmDelivery(rule_id=operator.rule, told={"event": "raised"}, next_at=day.end))
        session.add(AlarmDeliveryCursor(xid=0, seq=0))
        session.add(ExportRule(rows_over=10))
        session.add(HistoryColumns(user_id=everything, columns=["arrived"]))
        for n, side in enumerate(operator.sides):
            for table, id in ((Client, side.client), (Project, side.project), (Queue, side.queue)):
                row = await session.get_one(table, id)
                row.name = f"{row.name} {side.tag}"
            side.e164 = f"+86{stand.tenant_id.int % 10**12:012d}{n}"
            session.add_all(_things(side))
            await session.flush()
            session.add_all(_flow_and_number(operator, side))
            session.add(_sound(side))
            talk = next(f for id, f in talks.items() if id in stored and f.client_id == side.client)
            assert talk.contact_id is not None
            side.contact = talk.contact_id
            session.add(
                WrapUp(
                    contact_id=side.contact,
                    agent_id=talk.agent_id,
                    project_id=side.project,
                    reason_id=side.reason,
                    resolved=True,
                    note=f"note {side.tag}",
                    submitted_at=day.end + timedelta(minutes=1),
                )
            )
            session.add(
                Transcript(
                    client_id=side.client,
                    project_id=side.project,
                    contact_id=side.contact,
                    recording_id=stored[side.contact].recording_id,
                    state="done",
                    next_at=day.end,
                    lines=[{"side": "caller", "from_ms": 0, "to_ms": 9, "text": side.tag}],
                    made_by="asr",
                    made_at=day.end,
                )
            )
            session.add(
                WorkItem(
                    id=side.work,
                    client_id=side.client,
                    project_id=side.project,
                    queue_id=side.queue,
                    contact_id=side.contact,
                    kind="missed_call",
                    why="abandoned_queue",
                    caller=side.e164,
                    caller_key=phone_key(side.e164),
                    opened_at=talk.at,
                    last_at=talk.at,
                    sort_at=talk.at,
                )
            )
            session.add(
                Message(
                    id=side.message,
                    batch_id=uuid7(),
                    from_id=operator.agent,
                    to_id=everything,
                    text=side.tag,
                    sent_at=talk.at,
                    contact_id=side.contact,
                    at_ms=0,
                )
            )
            session.add(
                SavedSearch(
                    id=side.saved,
                    client_id=side.client if n == 0 else None,  # one behind a wall, one the operator's
                    owner_id=everything,
                    name=side.tag,
                    search={"queue": str(side.queue)},
                    period={"last": "week"},
                    roles=["client_viewer"],
                )
            )
            bound = side.client if n == 1 else None  # the first is the operator's own
            for id, by, state in (
                (side.export, everything, "done"),
                (side.cancel, everything, "done"),
                (side.decide, operator.agent, "waiting"),
            ):
                session.add(_export(id, by, bound, state, side))
            session.add(
                ImportJob(
                    id=side.brought,
                    asked_by=everything,
                    kind="users",
                    file_name=side.tag,
                    state="checked",
                    expires_at=SystemClock().now() + timedelta(days=1),
                )
            )
            file = recordings.parent / "exports" / str(stand.tenant_id) / f"{side.export}.csv"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(side.tag)
            write_wave(recordings / stored[side.contact].path)
            known = ContactIdentified(
                at=talk.at,
                tenant_id=stand.tenant_id,
                client_id=side.client,
                project_id=side.project,
                contact_id=side.contact,
                customer_id=side.customer,
                tier="gold",
                matched_by="phone",
            )
            await append(session, known)
    await Projector(db, MemoryBus(), SystemClock(), stand.tenant_id).catch_up()
    await WorkKeeper(db, MemoryBus(), SystemClock(), stand.tenant_id).catch_up()
    return operator


def _things(side: Side) -> list[Any]:
    return [
        CustomerRow(
            id=side.customer, client_id=side.client, name=f"王 {side.tag}", phones=[side.e164], notes=side.tag
        ),
        CalendarRow(id=side.calendar, project_id=side.project, name=f"时间 {side.tag}", periods={}),
        WrapFormVersion(
            project_id=side.project,
            version=1,
            fields=[{"key": "a", "type": "text", "label_zh": side.tag, "label_en": side.tag}],
            published_at=SystemClock().now(),
        ),
        ReasonNode(id=side.reason, project_id=side.project, name_zh=f"咨询 {side.tag}", name_en=side.tag),
        ReasonNode(id=side.branch, project_id=side.project, name_zh=f"投诉 {side.tag}", name_en=side.tag),
        FlowRow(id=side.flow, client_id=side.client, project_id=side.project, name=f"主流程 {side.tag}"),
        PromptRow(
            id=side.prompt,
            client_id=side.client,
            project_id=side.project,
            name=f"欢迎_{side.tag}",
            note=side.tag,
            current={"zh": 1},
        ),
    ]


def _export(id: UUID, by: UUID, client: UUID | None, state: str, side: Side) -> ExportJob:
    now = SystemClock().now()
    return ExportJob(
        id=id,
        client_id=client,
        asked_by=by,
        search={"queue": str(side.queue), "q": side.tag},
        since=now,
        until=now,
        columns=["arrived"],
        format="csv",
        locale="zh",
        whole_numbers=False,
        rows_expected=1,
        state=state,
        expires_at=now + timedelta(days=1),
    )


def beep() -> bytes:
    """Half a second that may be a prompt."""
    return fit(wav(np.sin(np.arange(4000) / 3).astype(np.float32) / 4)).wav


def _sound(side: Side) -> PromptVersionRow:
    fitted = fit(beep())
    return PromptVersionRow(
        prompt_id=side.prompt,
        language="zh",
        version=1,
        sound=fitted.wav,
        sha256=side.prompt.hex,
        ms=fitted.ms,
        source="upload",
        says=f"您好 {side.tag}",
        file_name=f"{side.tag}.wav",
        done=msgspec.to_builtins(fitted.done),
        made_at=SystemClock().now(),
    )


def _flow_and_number(operator: Operator, side: Side) -> list[Any]:
    return [
        FlowVersionRow(
            flow_id=side.flow,
            version=1,
            graph=side.graph(),
            note=side.tag,
            published_at=SystemClock().now(),
            published_by=operator.agent,
        ),
        FlowDraftRow(flow_id=side.flow, graph=side.graph(), revision=1, saved_at=SystemClock().now()),
        NumberRow(
            id=side.number,
            client_id=side.client,
            project_id=side.project,
            trunk_id=operator.trunk,
            flow_id=side.flow,
            e164=side.e164,
            label=f"热线 {side.tag}",
        ),
    ]


def write_wave(path: Path) -> None:
    """A tenth of a second of stereo silence."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(4 * 800))


async def add_user(
    db: Database, operator: Operator, login: str, roles: Iterable[Role], client: UUID | None = None
) -> UUID:
    """Somebody who can log in with `PASSWORD`. Agents get a number."""
    roles = list(roles)
    async with db.session(operator.scope) as session:
        user = User(
            id=uuid7(),
            login=login,
            name=f"{login} {operator.stand.code}",
            roles=[str(role) for role in roles],
            client_id=client,
            agent_no=f"9{len(operator.users):03d}" if Role.AGENT in roles else None,
            password_hash=CHEAP.hash(PASSWORD),
        )
        session.add(user)
    operator.users[login] = user.id
    return user.id


async def log_in(sessions: Sessions, operator: Operator, login: str) -> dict[str, str]:
    """Headers of somebody logged in."""
    found = await sessions.log_in(f"{login}@{operator.stand.code}", PASSWORD, "127.0.0.1", "walls")
    return {"Cookie": f"{COOKIE}={found.token}", "X-Andon": "1"}


def board_of(operator: Operator) -> dict[str, Any]:
    """A board as core tells it, with something of each client."""
    at = "2026-03-02T01:00:00.000Z"
    board: dict[str, Any] = {"seq": 1, "server_time": at, "trunks": [], "alarms": []}
    board["agents"] = [
        {
            "agent_id": str(operator.agent),
            "agent_no": "8000",
            "name": operator.stand.code,
            "department": None,
            "state": "ready",
            "since": at,
            "why": None,
            "reason_id": None,
            "contact_id": None,
            "queue_name": None,
            "registered": True,
        }
    ]
    board["queues"] = [
        {
            "queue_id": str(side.queue),
            "name": side.tag,
            "project_name": None,
            "waiting": 1,
            "oldest_since": at,
            "signed_in": 1,
            "ready": 1,
            "talking": 0,
        }
        for side in operator.sides
    ]
    board["waiting"] = [
        {
            "contact_id": str(side.contact),
            "queue_id": str(side.queue),
            "caller_masked": side.tag,
            "tier": None,
            "priority": 0,
            "since": at,
            "position": 1,
            "urgent": False,
            "floor_at": None,
            "rank": [0, 0],
        }
        for side in operator.sides
    ]
    board["monitors"] = [
        {
            "monitor_id": str(side.contact),
            "supervisor_id": str(operator.agent),
            "supervisor_name": operator.stand.code,
            "agent_id": str(operator.agent),
            "contact_id": str(side.contact),
            "mode": "listen",
            "wanted": "listen",
            "since": at,
        }
        for side in operator.sides
    ]
    board["follows"] = [
        {
            "follow_id": str(side.contact),
            "supervisor_id": str(operator.agent),
            "supervisor_name": operator.stand.code,
            "agent_id": str(operator.agent),
            "calls": 3,
            "left": 2,
            "since": at,
        }
        for side in operator.sides
    ]
    board["calls"] = [
        {
            "contact_id": str(side.contact),
            "client_id": str(side.client),
            "phase": "queue",
            "number_label": side.tag,
            "since": at,
        }
        for side in operator.sides
    ]
    return board


def cheap_passwords() -> Passwords:
    return Passwords(CHEAP)


async def walled_tables(owner: Database) -> list[str]:
    """Every table whose rows are a tenant's, partitions counted with their parent."""
    async with owner.session(None) as session:
        found = await session.scalars(
            text(
                "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
                " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
                " AND NOT c.relispartition AND a.attname = 'tenant_id' ORDER BY 1"
            )
        )
        return list(found)


def _of(table: str) -> str:
    """The owner looks over the tenant wall where log-ins are found: here it must not."""
    return f"WHERE {'id' if table == 'tenant' else 'tenant_id'} = andon_tenant()"


async def digests(owner: Database, tables: Iterable[str], scope: Scope) -> dict[str, str]:
    """What each table holds in this scope, as a hash a table."""
    each = " UNION ALL ".join(
        f"SELECT '{name}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
        f" FROM {name} t {_of(name)}"
        for name in tables
    )
    async with owner.session(scope) as session:
        return {row[0]: row[1] for row in await session.execute(text(each))}


async def ids_in(owner: Database, tables: Iterable[str], scope: Scope) -> set[str]:
    """Every id that stands in any row of this scope."""
    each = " UNION ALL ".join(f"SELECT t::text FROM {name} t {_of(name)}" for name in tables)
    async with owner.session(scope) as session:
        return {id for row in await session.scalars(text(each)) for id in _UUID.findall(row)}


@asynccontextmanager
async def untouched(owner: Database, tables: Iterable[str], scope: Scope) -> AsyncIterator[None]:
    """Fails, naming the tables, when any row of the scope is another one afterwards."""
    before = await digests(owner, tables, scope)
    yield
    after = await digests(owner, tables, scope)
    changed = [name for name in before if before[name] != after[name]]
    assert not changed, f"changed: {changed}"
