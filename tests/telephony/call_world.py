"""A small tenant for tests of calls: numbers whose flows are short, queues with a skill each."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from andon.calendars.tables import CalendarRow
from andon.channels.voice.tables import NumberRow, TrunkRow
from andon.customers.tables import CustomerRow
from andon.flows.graph import Graph, store_graph
from andon.flows.nodes import Node
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.hours import Hours
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.play import PlayPrompts
from andon.flows.nodes.queue import WaitInQueue
from andon.flows.nodes.recording_notice import RecordingNotice
from andon.flows.nodes.start import Start
from andon.flows.nodes.survey import Survey
from andon.flows.nodes.voicemail import Voicemail
from andon.flows.tables import FlowRow, FlowVersionRow
from andon.identity.tables import Client, Project, Tenant, User
from andon.kit.database import Database, Scope
from andon.kit.ids import uuid7
from andon.routing.tables import AgentSkill, Queue, Skill

SHORT = ("1",)  # the shortest prompt there is: tests are about calls, not about words

# Queues by name: ring time-out, wrap-up, longest wait in seconds.
QUEUES: dict[str, tuple[int, int, int | None]] = {
    "plain": (20, 3, None),
    "quick": (2, 3, None),  # rings for two seconds
    "brief": (20, 3, 2),  # nobody waits longer than two seconds
    "empty": (20, 3, None),  # nobody ever serves it
    "lost": (20, 3, None),
    "race": (20, 1, None),
    "held": (20, 3, None),
    "stop": (20, 3, None),
    "refused": (20, 3, None),
    "wait": (20, 3, None),
    "ring": (20, 3, None),
    "mute": (20, 3, None),
    "again": (20, 3, None),
    "back": (20, 3, None),  # 2 keeps the place
    "pass": (20, 3, None),  # call control: three queues, so that tests do not meet
    "ask": (20, 3, None),
    "chain": (4, 3, None),
    **{f"cross{n}": (1, 3, None) for n in range(1, 5)},  # rings for a second
}
# Numbers: those of queues go straight there.
OUT, OUT_TOO = "02160000001", "02160000002"  # numbers that may be shown when calling out
MENU, CLOSED, NO_FLOW = "4008000900", "4008000901", "4008000902"
CUSTOMER = "13912345678"


class World(msgspec.Struct, kw_only=True):
    """Ids of what was written."""

    tenant_id: UUID
    client_id: UUID
    project_id: UUID
    trunk_id: UUID
    small_trunk_id: UUID
    skills: dict[str, UUID]
    queues: dict[str, UUID]
    numbers: dict[str, str]
    agents: Any = None
    lines: Any = None
    flow_ids: dict[str, UUID] = msgspec.field(default_factory=dict)

    async def new_agent(self, app_url: str, skill: str) -> UUID:
        """One more agent, with this skill."""
        agent_id = uuid7()
        n = next(self.agents)
        db = Database(app_url, "andon tests", pool_size=1)
        try:
            async with db.session(Scope(self.tenant_id)) as session:
                await session.execute(
                    insert(User).values(
                        id=agent_id,
                        login=f"agent{n}",
                        name=f"Agent {n}",
                        agent_no=str(9000 + n),
                        department="",
                        roles=["agent"],
                        client_id=None,
                        password_hash="",
                        locale="zh",
                    )
                )
                await session.execute(
                    insert(AgentSkill).values(user_id=agent_id, skill_id=self.skills[skill], level=5)
                )
        finally:
            await db.close()
        return agent_id

    async def new_lines(self, app_url: str, graphs: Mapping[str, Graph]) -> dict[str, str]:
        """A number for each of these flows, by their names. Sub-flows are flows as well: `flow_ids`."""
        lines = {}
        db = Database(app_url, "andon tests", pool_size=1)
        try:
            async with db.session(Scope(self.tenant_id)) as session:
                for name, graph in graphs.items():
                    lines[name] = f"4008001{next(self.lines)}"
                    flow_id = self.flow_ids.setdefault(name, uuid7())
                    await _put_flow(session, flow_id, self.client_id, self.project_id, name, graph)
                    await session.execute(
                        insert(NumberRow).values(
                            id=uuid7(), client_id=self.client_id, project_id=self.project_id, trunk_id=None,
                            e164=lines[name], label=name, home="上海", kind="400", flow_id=flow_id,
                        )
                    )  # fmt: skip
        finally:
            await db.close()
        return lines

    async def new_version(self, app_url: str, name: str, graph: Graph, version: int) -> None:
        """Publish a flow of `new_lines` again."""
        db = Database(app_url, "andon tests", pool_size=1)
        try:
            async with db.session(Scope(self.tenant_id)) as session:
                await session.execute(
                    insert(FlowVersionRow).values(
                        flow_id=self.flow_ids[name], version=version, graph=store_graph(graph), note="",
                        published_at=datetime.now(UTC),
                    )
                )  # fmt: skip
        finally:
            await db.close()


async def _put_flow(
    session: AsyncSession, flow_id: UUID, client_id: UUID, project_id: UUID, name: str, graph: Graph
) -> None:
    await session.execute(
        insert(FlowRow).values(id=flow_id, client_id=client_id, project_id=project_id, name=name)
    )
    await session.execute(
        insert(FlowVersionRow).values(
            flow_id=flow_id, version=1, graph=store_graph(graph), note="", published_at=datetime.now(UTC)
        )
    )


def queue_graph(queue_id: UUID) -> Graph:
    """Notice with recording, queue, survey; told when nobody is there or the wait is over."""
    return Graph(
        start="start",
        nodes={
            "start": Start(exits={"next": "notice"}),
            "notice": RecordingNotice(prompts=SHORT, exits={"next": "queue"}),
            "queue": WaitInQueue(
                queue_id=queue_id,
                prompts=(),
                announce_every_s=0,
                callback_key="2",
                exits={
                    "conversation_ended": "survey",
                    "timeout": "told",
                    "nobody_signed_in": "told",
                    "callback": "told",
                },
            ),
            "survey": Survey(prompts=SHORT, thanks=(), timeout_s=2, tries=1, exits={"next": "end"}),
            "told": PlayPrompts(prompts=SHORT, exits={"next": "end"}),
            "end": HangUp(),
        },
    )


def menu_graph(queue_id: UUID) -> Graph:
    """A menu with one right key, quick to give up."""
    nodes: dict[str, Node] = dict(queue_graph(queue_id).nodes)
    nodes["notice"] = RecordingNotice(prompts=SHORT, exits={"next": "menu"})
    nodes["menu"] = Menu(
        prompts=SHORT,
        labels={"1": "Sales"},
        tries=3,
        timeout_s=2,
        wrong_prompt="1",
        silence_prompt="1",
        exits={"1": "queue", "wrong": "told", "silence": "told"},
    )
    return Graph(start="start", nodes=nodes)


def closed_graph(calendar_id: UUID) -> Graph:
    return Graph(
        start="start",
        nodes={
            "start": Start(exits={"next": "hours"}),
            "hours": Hours(calendar_id=calendar_id, exits={"open": "end", "closed": "closed"}),
            "closed": PlayPrompts(prompts=SHORT, exits={"next": "message"}),
            "message": Voicemail(prompts=SHORT, max_s=20, exits={"left": "thanks", "empty": "end"}),
            "thanks": PlayPrompts(prompts=SHORT, exits={"next": "end"}),
            "end": HangUp(),
        },
    )


async def seed(owner_url: str, trunk_port: int, trunk_host: str = "127.0.0.1") -> World:
    """Write it all."""
    owner = Database(owner_url, "andon tests", pool_size=1)
    tenant_id = uuid7()
    try:
        async with owner.session(Scope(tenant_id)) as session:

            async def put(table: type[Any], **values: Any) -> UUID:
                row_id = uuid7()
                await session.execute(insert(table).values(id=row_id, **values))
                return row_id

            await session.execute(insert(Tenant).values(id=tenant_id, code="t", name="测试"))
            client_id = await put(Client, name="客户", short_name="客")
            project_id = await put(
                Project, client_id=client_id, name="项目", greeting_zh="您好", language="zh"
            )
            trunk_id = await put(TrunkRow, name="carrier", host=trunk_host, port=trunk_port, max_calls=0)
            small = await put(
                TrunkRow, name="small", host="127.0.0.2", port=trunk_port, username="small", secret="s3cret",
                max_calls=1,
            )  # fmt: skip
            await put(
                CustomerRow, client_id=client_id, name="王女士", phones=[CUSTOMER], tier="gold", tags=[],
                notes="", address="", custom={},
            )  # fmt: skip
            calendar_id = await put(
                CalendarRow, project_id=project_id, name="never", timezone="Asia/Shanghai", periods={},
                follow_cn_holidays=False, exceptions=[],
            )  # fmt: skip
            skills, queues, numbers = {}, {}, {}
            count = itertools.count(100)

            async def number(e164: str, graph: Graph | None) -> str:
                flow_id = None
                if graph is not None:
                    flow_id = uuid7()
                    await _put_flow(session, flow_id, client_id, project_id, e164, graph)
                await put(
                    NumberRow, client_id=client_id, project_id=project_id, trunk_id=None, e164=e164,
                    label=f"line {e164}", home="上海", kind="400", flow_id=flow_id,
                )  # fmt: skip
                return e164

            for name, (ring_s, acw_s, most_s) in QUEUES.items():
                skills[name] = await put(Skill, name=name)
                queues[name] = await put(
                    Queue, client_id=client_id, project_id=project_id, name=name,
                    required_skills=[{"skill_id": str(skills[name]), "min_level": 1}], priority=0,
                    policy="longest_idle", ring_timeout_s=ring_s, acw_s=acw_s, target_percent=80, target_s=20,
                    max_wait_s=most_s,
                )  # fmt: skip
                numbers[name] = await number(f"4008000{next(count)}", queue_graph(queues[name]))
            await number(MENU, menu_graph(queues["plain"]))
            await number(CLOSED, closed_graph(calendar_id))
            await number(NO_FLOW, None)
            for e164 in (OUT, OUT_TOO):
                await put(
                    NumberRow, client_id=client_id, project_id=project_id, trunk_id=trunk_id, e164=e164,
                    label=f"out {e164}", home="上海", kind="local", flow_id=None, dial_out=True,
                )  # fmt: skip
    finally:
        await owner.close()
    return World(
        tenant_id=tenant_id, client_id=client_id, project_id=project_id, trunk_id=trunk_id,
        small_trunk_id=small, skills=skills, queues=queues, numbers=numbers, agents=itertools.count(1),
        lines=itertools.count(100),
    )  # fmt: skip
