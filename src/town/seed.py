"""Writes the demo's world into an empty installation: `python -m town.seed`. A second run keeps the data.

All of it is one transaction: an installation has either the whole world or none of it. The days before are
lived through by `town.past`.
"""

import asyncio
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec
from argon2 import PasswordHasher
from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from andon.alarms.tables import AlarmRuleRow
from andon.calendars.model import parse_calendar
from andon.calendars.tables import CalendarRow
from andon.channels.voice.tables import NumberRow, TrunkRow
from andon.customers.tables import CustomerRow, DoNotCallRow
from andon.flows.default import Choice, default_graph
from andon.flows.graph import FlowVersion, Graph, store_graph
from andon.flows.nodes import Node
from andon.flows.nodes.language import ChooseLanguage
from andon.flows.nodes.start import Start
from andon.flows.tables import FlowRow, FlowVersionRow
from andon.identity.tables import Client, Project, Team, TeamMember, Tenant, User
from andon.interactions.events import ContactEnded, Outcome
from andon.interactions.tables import ReasonNode, WrapFormVersion, WrapUp
from andon.kit import journal
from andon.kit.database import Database, Scope, database_urls
from andon.kit.ids import uuid7
from andon.kit.journal.store import append
from andon.kit.settings import Settings
from andon.messages.events import MessageAnswered, MessageRead, MessageSent
from andon.messages.tables import Message
from andon.reporting.exports.tables import ExportJob, ExportRule
from andon.reporting.history.tables import SavedSearch
from andon.reporting.walls.tables import Wallboard
from andon.routing.config import AgentConfig, CentreConfig, Policy, QueueConfig, SkillNeed
from andon.routing.tables import AgentSkill, Queue, RoutingRules, Skill, StateReason
from town import kept, past, world

TRUNK = "town"
DAYS = 5
CALLS_A_DAY = 170
CHUNK = 2000
MOST_CALLS = 30


class Seeder:
    """Makes the rows; ids are kept by the names they have in `world`."""

    def __init__(self, session: AsyncSession, tenant_id: UUID, now: datetime) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._now = now
        self._clients: dict[str, UUID] = {}
        self._projects: dict[str, UUID] = {}
        self._skills: dict[str, UUID] = {}
        self._queues: dict[tuple[str, str], UUID] = {}
        self._calendars: dict[str, CalendarRow] = {}
        self._agents: dict[str, UUID] = {}
        self._reasons: dict[tuple[str, str], UUID] = {}
        self._leaves: dict[tuple[str, str, str], UUID] = {}
        self._flows: dict[tuple[str, str], FlowVersion] = {}
        self._places: dict[str, past.Place] = {}
        self._customers: dict[str, past.Known] = {}
        self._staff: dict[str, UUID] = {}

    async def all(self, trunk_host: str, trunk_port: int) -> past.Setting:
        """Every row; returns what the past needs to know of it."""
        await self._work()
        await self._people()
        await self._routing()
        await self._calls(trunk_host, trunk_port)
        await self._callers()
        await self._session.flush()
        return past.Setting(
            centre=self._centre(),
            flows=past.flows(self._flows.values(), [_calendar(row) for row in self._calendars.values()]),
            places=self._places,
            customers=self._customers,
            agents={self._agents[agent.login]: agent for agent in world.AGENTS},
            break_reasons=self._reasons,
            leaves=self._leaves,
        )

    async def _put(self, table: type[Any], **values: Any) -> UUID:
        row_id: UUID = uuid7()
        await self._session.execute(insert(table).values(id=row_id, **values))
        return row_id

    async def _work(self) -> None:
        for client in world.CLIENTS:
            self._clients[client.key] = await self._put(
                Client, name=client.name, short_name=client.short_name
            )
        for project in world.PROJECTS:
            self._projects[project.key] = await self._put(
                Project,
                client_id=self._clients[project.client],
                name=project.name,
                greeting_zh=project.greeting_zh,
                greeting_en=project.greeting_en,
                language="zh",
            )
            await self._reason_tree(project.key)
        for name, periods, holidays in world.CALENDARS:
            owner = next((p for p in world.PROJECTS if p.calendar == name and world.closes(p.key)), None)
            row = CalendarRow(
                id=uuid7(),
                project_id=self._projects[owner.key] if owner else None,
                name=name,
                timezone="Asia/Shanghai",
                periods=periods,
                follow_cn_holidays=holidays,
                exceptions=[],
            )
            self._session.add(row)
            self._calendars[name] = row
        await self._session.flush()

    async def _reason_tree(self, project: str) -> None:
        for place, (branch, branch_en, leaves) in enumerate(world.REASONS[project], 1):
            parent = await self._put(
                ReasonNode,
                project_id=self._projects[project],
                parent_id=None,
                name_zh=branch,
                name_en=branch_en,
                sort=place,
            )
            for number, (leaf, leaf_en) in enumerate(leaves, 1):
                self._leaves[project, branch, leaf] = await self._put(
                    ReasonNode,
                    project_id=self._projects[project],
                    parent_id=parent,
                    name_zh=leaf,
                    name_en=leaf_en,
                    sort=number,
                )

    async def _people(self) -> None:
        hasher = PasswordHasher()
        passwords = iter(
            await asyncio.gather(
                *(
                    asyncio.to_thread(hasher.hash, world.PASSWORD)
                    for _ in range(len(world.AGENTS) + len(world.STAFF))
                )
            )
        )
        for agent in world.AGENTS:
            self._agents[agent.login] = await self._put(
                User,
                login=agent.login,
                name=agent.name,
                agent_no=agent.agent_no,
                department=agent.department,
                roles=["agent"],
                mobile=agent.mobile,
                client_id=None,
                password_hash=next(passwords),
                locale="zh",
            )
        for staff in world.STAFF:
            self._staff[staff.login] = await self._put(
                User,
                login=staff.login,
                name=staff.name,
                agent_no=None,
                department=staff.department,
                roles=list(staff.roles),
                client_id=self._clients[staff.client] if staff.client else None,
                password_hash=next(passwords),
                locale="zh",
            )

        for name, department, leader, members in world.TEAMS:
            team_id = await self._put(Team, name=name, department=department, leader_id=self._agents[leader])
            for login in members:
                self._session.add(TeamMember(user_id=self._agents[login], team_id=team_id))

    async def _routing(self) -> None:
        for name in world.SKILLS:
            self._skills[name] = await self._put(Skill, name=name)
        rows = [
            {"user_id": self._agents[agent.login], "skill_id": self._skills[skill], "level": level}
            for agent in world.AGENTS
            for skill, level in agent.skills.items()
        ]
        await self._session.execute(insert(AgentSkill), rows)
        for queue in world.QUEUES:
            self._queues[queue.project, queue.key] = await self._put(
                Queue,
                client_id=self._client_of(queue.project),
                project_id=self._projects[queue.project],
                name=queue.name,
                required_skills=[
                    {"skill_id": str(self._skills[skill]), "min_level": level}
                    for skill, level in queue.needs.items()
                ],
                priority=queue.priority,
                policy=queue.policy,
                ring_timeout_s=queue.ring_timeout_s,
                acw_s=queue.acw_s,
                target_percent=queue.target_percent,
                target_s=queue.target_s,
                max_wait_s=queue.max_wait_s,
            )
        for kind, name_zh, name_en, limit in world.STATE_REASONS:
            self._reasons[kind, name_zh] = await self._put(
                StateReason, kind=kind, name_zh=name_zh, name_en=name_en, limit_min=limit
            )

    async def _calls(self, trunk_host: str, trunk_port: int) -> None:
        trunk_id = await self._put(
            TrunkRow, name=TRUNK, host=trunk_host, port=trunk_port, max_calls=MOST_CALLS
        )
        for project in world.PROJECTS:
            for language in sorted({line.language for line in world.LINES if line.project == project.key}):
                name = project.name if language == "zh" else f"{project.name} English"
                flow_id = await self._put(
                    FlowRow,
                    client_id=self._clients[project.client],
                    project_id=self._projects[project.key],
                    name=name,
                )
                graph = self._graph(project, language)
                await self._session.execute(
                    insert(FlowVersionRow).values(
                        flow_id=flow_id,
                        version=1,
                        graph=store_graph(graph),
                        note="演示数据",
                        published_at=self._now,
                    )
                )
                self._flows[project.key, language] = FlowVersion(flow_id=flow_id, version=1, graph=graph)
        for line in world.LINES:
            flow_id = self._flows[line.project, line.language].flow_id
            number_id = await self._put(
                NumberRow,
                client_id=self._client_of(line.project),
                project_id=self._projects[line.project],
                trunk_id=trunk_id,
                e164=line.number,
                label=line.label,
                home=line.home,
                kind=line.kind,
                flow_id=flow_id,
                dial_out=line.kind == "local",
            )
            self._places[line.number] = past.Place(
                number_id=number_id,
                client_id=self._client_of(line.project),
                project_id=self._projects[line.project],
                trunk_id=trunk_id,
                flow_id=flow_id,
                project=line.project,
                language=line.language,
            )

    def _graph(self, project: world.Project, language: str) -> Graph:
        """The default flow with the project's prompts; an English line speaks English from the start."""
        english = next(
            (queue for queue in world.QUEUES if queue.project == project.key and queue.name == "English"),
            None,
        )
        choices = []
        for (owner, key), label in world.MENU_LABELS.items():
            queue = world.queue_for(owner, key)
            if owner != project.key or queue is None:
                continue
            target = english if language == "en" and english is not None else queue
            choices.append(Choice(key=key, label=label, queue_id=self._queues[target.project, target.key]))
        graph = default_graph(
            choices=choices,
            calendar_id=self._calendars[project.calendar].id if world.closes(project.key) else None,
            welcome=project.welcome,
            menu=project.menu,
            recording_notice=project.notice,
            closed=project.closed,
            voicemail_queue_id=choices[0].queue_id,
        )
        nodes: dict[str, Node] = dict(graph.nodes)
        if language == "en":
            begin = nodes[graph.start]
            nodes["english"] = ChooseLanguage(language="en", exits=begin.exits)
            nodes[graph.start] = Start(exits={"next": "english"})
        elif english is not None:
            # the key for English changes what is spoken before it leads to the queue
            nodes["english"] = ChooseLanguage(language="en", exits={"next": f"queue_{english.key}"})
            menu = nodes["menu"]
            nodes["menu"] = _with_exit(menu, english.key, "english")
        return Graph(start=graph.start, nodes=nodes)

    async def _callers(self) -> None:
        rows = []
        for customer in world.customers():
            row_id = uuid7()
            client_id = self._clients[customer.client]
            rows.append(
                {
                    "id": row_id,
                    "client_id": client_id,
                    "name": customer.name,
                    "phones": list(customer.phones),
                    "tier": customer.tier,
                    "tags": list(customer.tags),
                    "notes": customer.notes,
                    "address": customer.address,
                    "custom": customer.custom,
                }
            )
            self._customers[customer.phones[0]] = past.Known(row_id, client_id, customer.tier)
        await self._session.execute(insert(CustomerRow), rows)

    async def keep(self, lived: past.Past) -> None:
        """What people have set up beside, and what they wait for, now that those days are over."""
        self._session.add(RoutingRules(breaks=list(kept.BREAKS)))
        for rule in kept.ALARM_RULES:
            await self._put(AlarmRuleRow, **rule)
        for board in kept.WALLBOARDS:
            await self._put(
                Wallboard,
                name=board.name,
                project_id=self._projects[board.project] if board.project else None,
                show_agents=board.show_agents,
                tiles=[self._tile(board, tile) for tile in board.tiles],
            )
        for search in kept.SEARCHES:
            await self._put(
                SavedSearch,
                owner_id=self._staff[search.owner],
                name=search.name,
                search=search.search,
                period={"last": search.last},
                roles=list(search.roles),
                departments=list(search.departments),
            )
        for number, reason in kept.DO_NOT_CALL:
            await self._put(DoNotCallRow, number=number, reason=reason)
        self._session.add(
            WrapFormVersion(
                project_id=self._projects[kept.FORM_OF],
                version=1,
                fields=list(kept.FORM),
                published_at=self._now,
                published_by=self._staff["admin"],
            )
        )
        await self._export(lived)
        await self._messages()

    def _tile(self, board: kept.Board, tile: dict[str, Any]) -> dict[str, Any]:
        """The tile with its queue's id."""
        queue = tile.get("queue")
        if queue is None or board.project is None:
            return tile
        own = {name: value for name, value in tile.items() if name != "queue"}
        return own | {"queue_id": str(self._queues[board.project, queue])}

    async def _export(self, lived: past.Past) -> None:
        """More rows than the rule lets go without a second pair of eyes."""
        self._session.add(ExportRule(rows_over=kept.EXPORT_ROWS_OVER))
        since = self._now - timedelta(days=kept.EXPORT_DAYS)
        found = (
            isinstance(fact, ContactEnded) and fact.outcome == Outcome.SERVED and fact.at >= since
            for fact in lived.facts
        )
        rows = sum(found)
        if rows > kept.EXPORT_ROWS_OVER:
            await self._put(
                ExportJob,
                asked_by=self._staff[kept.EXPORT_BY],
                search=kept.EXPORT_SEARCH,
                since=since,
                until=self._now,
                columns=list(kept.EXPORT_COLUMNS),
                format="xlsx",
                locale="zh",
                whole_numbers=False,
                rows_expected=rows,
                state="waiting",
                expires_at=self._now + timedelta(hours=72),
            )

    async def _messages(self) -> None:
        by_id, to_id = self._staff["banzhang"], self._agents[world.AGENTS[0].login]
        for minutes, words, answer in kept.MESSAGES:
            sent_at = self._now - timedelta(minutes=minutes)
            read_at = sent_at + kept.READ_AFTER if answer else None
            message_id = await self._put(
                Message,
                batch_id=uuid7(),
                from_id=by_id,
                to_id=to_id,
                text=words,
                sent_at=sent_at,
                read_at=read_at,
                answer=answer,
                answered_at=read_at,
            )
            told: dict[str, Any] = {
                "tenant_id": self._tenant_id,
                "agent_id": to_id,
                "message_id": message_id,
            }
            await append(self._session, MessageSent(at=sent_at, by_id=by_id, **told))
            if read_at is not None:
                waited_ms = round(kept.READ_AFTER.total_seconds() * 1000)
                await append(
                    self._session,
                    MessageRead(at=read_at, waited_ms=waited_ms, **told),
                    MessageAnswered(at=read_at, **told),
                )

    def _client_of(self, project: str) -> UUID:
        return self._clients[next(entry.client for entry in world.PROJECTS if entry.key == project)]

    def _centre(self) -> CentreConfig:
        return CentreConfig(
            tenant_id=self._tenant_id,
            agents=tuple(
                AgentConfig(
                    agent_id=self._agents[agent.login],
                    agent_no=agent.agent_no,
                    name=agent.name,
                    department=agent.department,
                    skills={self._skills[skill]: level for skill, level in agent.skills.items()},
                )
                for agent in world.AGENTS
            ),
            queues=tuple(
                QueueConfig(
                    queue_id=self._queues[queue.project, queue.key],
                    client_id=self._client_of(queue.project),
                    project_id=self._projects[queue.project],
                    name=queue.name,
                    required_skills=tuple(
                        SkillNeed(skill_id=self._skills[skill], min_level=level)
                        for skill, level in queue.needs.items()
                    ),
                    priority=queue.priority,
                    policy=Policy(queue.policy),
                    ring_timeout_s=queue.ring_timeout_s,
                    acw_s=queue.acw_s,
                    target_percent=queue.target_percent,
                    target_s=queue.target_s,
                    max_wait_s=queue.max_wait_s,
                )
                for queue in world.QUEUES
            ),
        )


def _with_exit(node: Node, key: str, target: str) -> Node:
    return msgspec.structs.replace(node, exits={**node.exits, key: target})


def _calendar(row: CalendarRow) -> Any:
    return parse_calendar(
        calendar_id=row.id,
        name=row.name,
        timezone=row.timezone,
        periods=row.periods,
        follow_cn_holidays=row.follow_cn_holidays,
        exceptions=row.exceptions,
    )


async def write_past(session: AsyncSession, lived: past.Past) -> None:
    """The facts and wrap-ups of the days before."""
    for some in _chunks(lived.facts):
        await append(session, *some)
    rows: list[dict[str, Any]] = [
        {
            "contact_id": form.contact_id,
            "agent_id": form.agent_id,
            "project_id": form.project_id,
            "reason_id": form.reason_id,
            "resolved": form.resolved,
            "note": form.note,
            "form": {},
            "follow_up_at": form.follow_up_at,
            "submitted_at": form.submitted_at,
        }
        for form in lived.wrap_ups
    ]
    if rows:
        await session.execute(insert(WrapUp), rows)


def _chunks(facts: Iterable[journal.Fact]) -> Iterator[list[journal.Fact]]:
    rest = iter(facts)
    while some := list(islice(rest, CHUNK)):
        yield some


async def seed(settings: Settings) -> UUID:
    """Write the world unless it is there; returns the operator's id. Raises what the database raises."""
    owner_url, app_url = database_urls(settings)
    port = settings.ports().town_sip
    owner, app = Database(owner_url, "andon seed"), Database(app_url, "andon seed")
    try:
        known = await _known(app, world.OPERATOR[0])
        if known is None:
            return await write(owner, port)
        async with app.session(Scope(known)) as session:  # the town may listen elsewhere now
            await session.execute(update(TrunkRow).where(TrunkRow.name == TRUNK).values(port=port))
        return known
    finally:
        await owner.close()
        await app.close()


async def write(
    owner: Database, trunk_port: int, *, days: int = DAYS, calls_a_day: int = CALLS_A_DAY, chance: int = 1
) -> UUID:
    """The whole world in one transaction; `days` 0 leaves out the past. Only the database's owner may add an
    operator."""
    code, name = world.OPERATOR
    now = datetime.now(UTC)
    tenant_id: UUID = uuid7()
    async with owner.session(Scope(tenant_id)) as session:
        await session.execute(text("SET LOCAL transaction_timeout = '300s'"))
        await session.execute(insert(Tenant).values(id=tenant_id, code=code, name=name))
        seeder = Seeder(session, tenant_id, now)
        setting = await seeder.all("127.0.0.1", trunk_port)
        lived = past.Past()
        if days:
            until = now - timedelta(minutes=3)
            lived = past.live_through(setting, days, until, calls_a_day, chance)
            await write_past(session, lived)
        await seeder.keep(lived)
    return tenant_id


async def _known(app: Database, code: str) -> UUID | None:
    async with app.session(None) as session:
        tenants = list((await session.execute(text("SELECT * FROM tenants()"))).scalars())
    for tenant_id in tenants:
        async with app.session(Scope(tenant_id)) as session:
            found = await session.scalar(select(Tenant.id).where(Tenant.code == code))
        if found is not None:
            return tenant_id if isinstance(tenant_id, UUID) else UUID(str(tenant_id))
    return None


def main() -> int:
    begun = time.monotonic()
    asyncio.run(seed(Settings()))
    sys.stdout.write(f"seeded in {time.monotonic() - begun:.1f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
