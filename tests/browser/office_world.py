"""People who can log in, a queue with time to wrap up, reasons to choose, and a second client."""

import itertools
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from call_world import World, queue_graph
from sqlalchemy import insert

from andon.channels.voice.tables import NumberRow
from andon.flows.graph import store_graph
from andon.flows.tables import FlowRow, FlowVersionRow
from andon.identity.passwords import Passwords
from andon.identity.tables import Client, Project, User
from andon.interactions.tables import ReasonNode
from andon.kit.clock import SystemClock
from andon.kit.database import Database, Scope
from andon.kit.ids import uuid7
from andon.routing.tables import AgentSkill, Queue, Skill, StateReason

PASSWORD = "andon-browser"
DESK, OTHER = "4008000950", "4008000960"  # numbers: of the desk's queue, of the other client
OTHER_CLIENT = "邻家"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can log in with `PASSWORD`."""

    user_id: UUID
    login: str
    name: str


class Office(msgspec.Struct, kw_only=True):
    """What was written beside the world of calls."""

    world: World
    db: Database
    password_hash: str
    other_client_id: UUID
    count: Any

    async def person(self, *roles: str, skills: Sequence[UUID] = (), client_id: UUID | None = None) -> Person:
        """One more person. Agents get the skills they need."""
        n = next(self.count)
        person = Person(user_id=uuid7(), login=f"person{n}", name=f"Person {n}")
        async with self.db.session(Scope(self.world.tenant_id)) as session:
            await session.execute(
                insert(User).values(
                    id=person.user_id,
                    login=person.login,
                    name=person.name,
                    agent_no=str(7000 + n) if "agent" in roles else None,
                    department="Desk",
                    roles=list(roles),
                    client_id=client_id,
                    password_hash=self.password_hash,
                    locale="zh",
                )
            )
            for skill_id in skills:
                await session.execute(
                    insert(AgentSkill).values(user_id=person.user_id, skill_id=skill_id, level=5)
                )
        return person


async def furnish(db: Database, world: World) -> Office:
    """Write it. Core must be told that the configuration changed."""
    skill_id, queue_id, other_queue_id = uuid7(), uuid7(), uuid7()
    client_id, project_id = uuid7(), uuid7()
    usual = {"priority": 0, "policy": "longest_idle", "target_percent": 80, "target_s": 20}
    needs = {"required_skills": [{"skill_id": str(skill_id), "min_level": 1}], "max_wait_s": None}
    async with db.session(Scope(world.tenant_id)) as session:

        async def put(table: type[Any], **values: Any) -> UUID:
            row_id: UUID = values.setdefault("id", uuid7())
            await session.execute(insert(table).values(**values))
            return row_id

        async def number(e164: str, of: dict[str, UUID], queue: UUID) -> None:
            flow_id = await put(FlowRow, name=e164, **of)
            await session.execute(
                insert(FlowVersionRow).values(
                    flow_id=flow_id,
                    version=1,
                    graph=store_graph(queue_graph(queue)),
                    note="",
                    published_at=SystemClock().now(),
                )
            )
            await put(
                NumberRow, trunk_id=None, e164=e164, label=f"line {e164}", home="上海", kind="400",
                flow_id=flow_id, **of,
            )  # fmt: skip

        await put(Skill, id=skill_id, name="desk")
        mine = {"client_id": world.client_id, "project_id": world.project_id}
        await put(Queue, id=queue_id, name="desk", ring_timeout_s=20, acw_s=60, **mine, **usual, **needs)
        await number(DESK, mine, queue_id)
        await put(Client, id=client_id, name=OTHER_CLIENT, short_name=OTHER_CLIENT)
        await put(
            Project, id=project_id, client_id=client_id, name=OTHER_CLIENT, greeting_zh="您好", language="zh"
        )
        theirs = {"client_id": client_id, "project_id": project_id}
        await put(
            Queue, id=other_queue_id, name="other", ring_timeout_s=20, acw_s=60, **theirs, **usual, **needs
        )
        await number(OTHER, theirs, other_queue_id)
        branch = await put(
            ReasonNode, project_id=world.project_id, parent_id=None, name_zh="订单", name_en="Orders", sort=1
        )
        for sort, (zh, en) in enumerate((("物流查询", "Where is it"), ("退换货", "Returns"))):
            await put(
                ReasonNode, project_id=world.project_id, parent_id=branch, name_zh=zh, name_en=en, sort=sort
            )
        await put(StateReason, kind="break", name_zh="喝水", name_en="Water", limit_min=10)
    world.skills["desk"] = skill_id
    return Office(
        world=world,
        db=db,
        password_hash=await Passwords().hash(PASSWORD),
        other_client_id=client_id,
        count=itertools.count(1),
    )
