"""Our side: database, engine and core as in an installation, with one tenant and its agents signed in."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from andon.channels.voice.tables import NumberRow, TrunkRow
from andon.entrypoints.processes import Child
from andon.flows.graph import Graph, store_graph
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.queue import WaitInQueue
from andon.flows.nodes.recording_notice import RecordingNotice
from andon.flows.nodes.start import Start
from andon.flows.tables import FlowRow, FlowVersionRow
from andon.identity.tables import Client, Project, Tenant, User
from andon.kit.bus import Bus, open_bus
from andon.kit.database import Database, Scope, database_urls
from andon.kit.database.migrations import migrate
from andon.kit.database.server import EmbeddedServer
from andon.kit.errors import AndonError
from andon.kit.ids import uuid7
from andon.kit.settings import Settings
from andon.prompts.model import Done
from andon.prompts.repository import add_version
from andon.prompts.sound import Fitted
from andon.prompts.tables import PromptRow
from andon.routing.tables import AgentSkill, Queue, Skill
from andon.telephony.engine.process import EngineProcess
from bench import menus
from bench.sip import Phones

QUEUE = "4000"
RECORDED = "5000"
MENU = "6000"
TONE = "bench_tone"  # what the menu says
WAIT_S = 30.0
LOOK_S = 0.03
AT_ONCE = 8  # agents signing in side by side
NO_PROMPT = "1"  # the shortest there is


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """Process ids by part."""

    engine: int
    core: int
    database: int


@asynccontextmanager
async def ours(settings: Settings, phones: Phones, agents: int) -> AsyncIterator[Running]:
    """Start it with `agents` ready at `phones`; it answers `QUEUE`, `RECORDED` and `MENU`."""
    async with contextlib.AsyncExitStack() as stack:
        server = EmbeddedServer(settings)
        await asyncio.to_thread(server.start)
        stack.push_async_callback(asyncio.to_thread, server.stop)
        await asyncio.to_thread(migrate, settings)
        owner_url, app_url = database_urls(settings)
        tenant_id, people = await _seed(owner_url, agents)
        engine = EngineProcess.of(settings)
        await engine.start()
        stack.push_async_callback(engine.stop)
        core = Child(
            "core",
            "andon.entrypoints.core",
            settings.folder("logs") / "core.out",
            settings.environment(),
        )
        await core.start()
        stack.push_async_callback(core.stop)
        bus = open_bus(settings, app_url)
        await bus.start()
        stack.push_async_callback(bus.stop)
        await _until(lambda: _healthy(bus), "the core is well")
        gate = asyncio.Semaphore(AT_ONCE)
        desks = [_Desk(bus, tenant_id, agent_id, phones) for agent_id in people]
        await asyncio.gather(*(desk.to_work(gate) for desk in desks))
        database = server.pid()
        if engine.pid is None or core.pid is None or database is None:
            raise RuntimeError("a part of the installation has ended")
        yield Running(engine=engine.pid, core=core.pid, database=database)
        if core.restarts:
            raise RuntimeError(f"the core fell over: see {settings.folder('logs')}")


class _Desk:
    """An agent's desk, which speaks to the core as the edge does."""

    def __init__(self, bus: Bus, tenant_id: UUID, agent_id: UUID, phones: Phones) -> None:
        self._bus = bus
        self._tenant_id = str(tenant_id)
        self._agent_id = str(agent_id)
        self._phones = phones

    async def to_work(self, gate: asyncio.Semaphore) -> None:
        """Sign in with a SIP phone, test it, be ready."""
        async with gate:
            sip = (await self._ask("agent.sign_in", device="sip", session=self._agent_id))["sip"]
            await self._phones.register(sip["username"], sip["secret"])
            await _until(self._registered, "an agent's phone is registered")
            await self._ask("agent.device_tested", passed=True, speaker=True, echo=True, rtt_ms=1.0)
            await self._ask("agent.state", state="ready")

    async def _registered(self) -> bool:
        return bool((await self._ask("snapshot.agent"))["registered"])

    async def _ask(self, verb: str, **more: Any) -> dict[str, Any]:
        return await self._bus.request(
            "core.command",
            {
                "verb": verb,
                "tenant_id": self._tenant_id,
                "actor": {"user_id": self._agent_id, "locale": "zh"},
                **more,
            },
        )


async def _healthy(bus: Bus) -> bool:
    try:
        answer = await bus.request("core.command", {"verb": "health"}, timeout=1)
    except AndonError:
        return False
    return bool(answer["ok"])


async def _until(true: Callable[[], Any], what: str) -> None:
    deadline = asyncio.get_running_loop().time() + WAIT_S
    while not await true():
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(f"not in {WAIT_S:g} s: {what}")
        await asyncio.sleep(LOOK_S)


def _graph(queue_id: UUID, *, recorded: bool) -> Graph:
    """Straight to the queue, with nothing said on the way but, when recorded, the notice."""
    first = "notice" if recorded else "queue"
    over = dict.fromkeys(("conversation_ended", "timeout", "nobody_signed_in"), "end")
    return Graph(
        start="start",
        nodes={
            "start": Start(exits={"next": first}),
            "notice": RecordingNotice(prompts=(NO_PROMPT,), exits={"next": "queue"}),
            "queue": WaitInQueue(queue_id=queue_id, prompts=(), announce_every_s=0, exits=over),
            "end": HangUp(),
        },
    )


def _menu() -> Graph:
    """A menu that its one key leads back to."""
    exits = {"1": "menu", "wrong": "end", "silence": "end"}
    return Graph(
        start="start",
        nodes={
            "start": Start(exits={"next": "menu"}),
            "menu": Menu(prompts=(TONE,), timeout_s=10, tries=1, exits=exits),
            "end": HangUp(),
        },
    )


async def _put_tone(session: AsyncSession, client_id: UUID, project_id: UUID) -> None:
    row = PromptRow(client_id=client_id, project_id=project_id, name=TONE, note="", current={})
    session.add(row)
    await session.flush()
    done = Done(format="WAV", rate_hz=8000, channels=1, level_before=0, level_after=0, trimmed_ms=0)
    fitted = Fitted(menus.prompt(), round(menus.TONE_S * 1000), done)
    at = datetime.now(UTC)
    await add_version(session, row, "zh", fitted, source="upload", says="", file_name="", at=at, by=None)


async def _seed(owner_url: str, agents: int) -> tuple[UUID, list[UUID]]:
    """Write one tenant: the trunk of the bench's callers, two numbers, one queue and its agents."""
    owner = Database(owner_url, "andon bench", pool_size=1)
    tenant_id = uuid7()
    try:
        async with owner.session(Scope(tenant_id)) as session:

            async def put(table: type[Any], **values: Any) -> UUID:
                row_id = uuid7()
                await session.execute(insert(table).values(id=row_id, **values))
                return row_id

            await session.execute(insert(Tenant).values(id=tenant_id, code="bench", name="bench"))
            client_id = await put(Client, name="bench", short_name="bench")
            project_id = await put(Project, client_id=client_id, name="bench", language="zh")
            await put(TrunkRow, name="bench", host="127.0.0.1", port=9, max_calls=0)
            skill_id = await put(Skill, name="bench")
            queue_id = await put(
                Queue,
                client_id=client_id,
                project_id=project_id,
                name="bench",
                required_skills=[{"skill_id": str(skill_id), "min_level": 1}],
                policy="longest_idle",
                ring_timeout_s=20,
                acw_s=0,
            )
            await _put_tone(session, client_id, project_id)
            graphs = {
                QUEUE: _graph(queue_id, recorded=False),
                RECORDED: _graph(queue_id, recorded=True),
                MENU: _menu(),
            }
            for e164, graph in graphs.items():
                flow_id = await put(FlowRow, client_id=client_id, project_id=project_id, name=e164)
                await session.execute(
                    insert(FlowVersionRow).values(
                        flow_id=flow_id,
                        version=1,
                        graph=store_graph(graph),
                        note="",
                        published_at=datetime.now(UTC),
                    )
                )
                await put(
                    NumberRow,
                    client_id=client_id,
                    project_id=project_id,
                    e164=e164,
                    label=e164,
                    home="",
                    kind="local",
                    flow_id=flow_id,
                )
            people = [await put(User, **_person(n)) for n in range(agents)]
            for agent_id in people:
                await session.execute(insert(AgentSkill).values(user_id=agent_id, skill_id=skill_id, level=5))
    finally:
        await owner.close()
    return tenant_id, people


def _person(n: int) -> dict[str, Any]:
    return {
        "login": f"agent{n}",
        "name": f"Agent {n}",
        "agent_no": str(1000 + n),
        "department": "",
        "roles": ["agent"],
        "password_hash": "",
        "locale": "zh",
    }
