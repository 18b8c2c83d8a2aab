"""A small centre for tests of calls: database, engine, core and worker of its own, with a carrier facing it.

The core runs as its own process, as in an installation. Tests speak to it as the edge does, over the bus, and
judge it by what is in the journal.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from call_world import World, seed
from psycopg.rows import dict_row

from andon.channels.voice.jobs import RecordingStore
from andon.flows.graph import Graph
from andon.interactions.wrapup import Summary, submit
from andon.kit.bus import Bus, open_bus
from andon.kit.clock import SystemClock
from andon.kit.database import Database, Scope, database_urls
from andon.kit.database.migrations import migrate
from andon.kit.database.server import EmbeddedServer
from andon.kit.errors import AndonError
from andon.kit.settings import Settings
from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules import Books
from andon.telephony.engine.process import EngineProcess
from harness.database import LASTING
from harness.ports import free_port
from town.carrier import CODECS, Call, Carrier, Phone

START_S = 120.0
LOOK_S = 0.03


async def ledger_check(settings: Settings, *arguments: str) -> tuple[int, str]:
    """`andon ledger check`: exit status and what it says."""
    return await command(settings, "ledger", "check", *arguments)


async def command(settings: Settings, *words: str) -> tuple[int, str]:
    """`andon …`, as an operator runs it: exit status and what it says."""
    check = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "andon.entrypoints.cli", *words,
        env={**os.environ, **settings.environment()},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await check.communicate()
    return check.returncode or 0, said.decode()


class House:
    """One installation below `home`, without edge and web."""

    carrier_host = "127.0.0.1"

    def __init__(self, home: Path, **settings: Any) -> None:
        """`settings` beside those that tests need anyway."""
        ports = {f"{name}_port": free_port() for name in ("sip", "ari", "ami", "town_sip", "town_ari")}
        ports |= {"http_port": free_port(), "town_ami_port": free_port()}
        quick = {"rtp_timeout_agent_s": 2, "rtp_timeout_trunk_s": 2, "agent_return_s": 4}
        chosen: dict[str, Any] = {**quick, **ports, **settings}
        self.settings = Settings(home=home, **chosen)
        self.world: World
        self.carrier: Carrier
        self.bus: Bus
        self.core: asyncio.subprocess.Process | None = None
        self.database = EmbeddedServer(self.settings, LASTING)
        self.further: list[EngineProcess] = []
        self._journal: psycopg.AsyncConnection[dict[str, Any]] | None = None
        self._stack = contextlib.AsyncExitStack()
        self._phones = 0

    async def start(self) -> None:
        settings, stack = self.settings, self._stack
        await asyncio.to_thread(self.database.start)
        stack.push_async_callback(asyncio.to_thread, self.database.stop)
        await asyncio.to_thread(migrate, settings)
        owner_url, self.app_url = database_urls(settings)
        self.world = await seed(owner_url, settings.ports().town_sip, self.carrier_host)
        self.engine = EngineProcess.of(settings, lambda _line: None)
        await self.engine.start()
        stack.push_async_callback(self.engine.stop)
        self.carrier = Carrier.of(settings, host=self.carrier_host)
        await self.carrier.start()
        await self.start_nodes()
        stack.push_async_callback(self.carrier.stop)
        self.bus = open_bus(settings, self.app_url)
        await self.bus.start()
        stack.push_async_callback(self.bus.stop)
        self.views: dict[str, dict[str, Any]] = {}
        self.bus.subscribe("agent", lambda topic, view: self.views.__setitem__(topic[6:], view))
        await self.start_core()
        stack.push_async_callback(self.stop_core)
        stack.push_async_callback(self._close_journal)
        await self._start_worker()

    async def start_nodes(self) -> None:
        """Further media engines, for houses that have them."""
        for engine in EngineProcess.all_of(self.settings, lambda _line: None)[1:]:
            self._stack.push_async_callback(engine.stop)
            await engine.start()
            self.further.append(engine)

    async def register(self, username: str, secret: str, codecs: str = CODECS) -> Phone:
        """An agent's telephone."""
        return await self.carrier.register(username, secret, codecs=codecs)

    async def _start_worker(self) -> None:
        """What of the worker a test of calls needs: recordings are stored."""
        db = Database(self.app_url, "andon worker", pool_size=2)
        self._stack.push_async_callback(db.close)
        store = RecordingStore(
            db,
            self.bus,
            SystemClock(),
            raw=self.settings.folder("spool", "recordings"),
            recordings=self.settings.folder("recordings"),
        )
        working = asyncio.create_task(store.run())
        self._stack.callback(working.cancel)

    async def stop(self) -> None:
        await self._stack.aclose()

    async def node_is(self, name: str, **equal: Any) -> bool:
        """Whether a media node is so, as the core says; not while no core works."""
        try:
            answer = await self.bus.request("core.command", {"verb": "nodes"}, timeout=0.5)
        except AndonError:
            return False
        node = next(each for each in answer["nodes"] if each["name"] == name)
        return all(node[key] == value for key, value in equal.items())

    # the core

    async def start_core(self, *program: str) -> None:
        """Start the core, or what stands for it, and wait until it takes calls."""
        self.core = await self.spawn_core(*program)
        await self.core_is_well()

    @property
    def core_out(self) -> Path:
        """What cores said on their way."""
        return self.settings.folder("logs") / "core.out"

    async def spawn_core(self, *program: str) -> asyncio.subprocess.Process:
        with self.core_out.open("ab") as out:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                *(program or ("-m", "andon.entrypoints.core")),
                env={**os.environ, **self.settings.environment()},
                stdout=out,
                stderr=out,
            )

    async def core_is_well(self) -> None:
        """Wait until the core takes calls."""

        async def healthy() -> bool:
            if self.core is not None and self.core.returncode is not None:
                raise AssertionError(f"the core ended: {self.core_out.read_text()[-2000:]}")
            try:
                answer = await self.bus.request("core.command", {"verb": "health"}, timeout=0.25)
            except AndonError:
                return False
            return bool(answer["ok"])

        await self.until(healthy, START_S, "the core is well")

    async def stop_core(self, how: int = signal.SIGTERM) -> float:
        """Stop the core; returns the seconds it took."""
        core, self.core = self.core, None
        if core is None:
            return 0.0
        begun = asyncio.get_running_loop().time()
        core.send_signal(how)
        await asyncio.wait_for(core.wait(), 15)
        return asyncio.get_running_loop().time() - begun

    async def until(self, ready: Callable[[], Any], seconds: float, what: str) -> Any:
        """Wait until `ready()` gives something true. Raises `TimeoutError` naming `what`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            found = ready()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            if loop.time() > deadline:
                raise TimeoutError(f"not in {seconds:g} s: {what}")
            await asyncio.sleep(LOOK_S)

    async def ledger(self, *arguments: str) -> tuple[int, str]:
        return await ledger_check(self.settings, *arguments)

    def core_said(self) -> str:
        """All the core has logged."""
        return (self.settings.home / "logs" / "core.out").read_text(errors="replace")

    # agents

    async def ask(self, verb: str, agent_id: UUID, **more: Any) -> dict[str, Any]:
        """One verb, as the edge sends it."""
        return await self.bus.request(
            "core.command",
            {
                "verb": verb,
                "tenant_id": str(self.world.tenant_id),
                "actor": {"user_id": str(agent_id), "locale": "zh"},
                **more,
            },
        )

    @contextlib.asynccontextmanager
    async def on_duty(
        self, skill: str, *, ready: bool = True, codecs: str = CODECS
    ) -> AsyncIterator["Agent"]:
        """An agent nobody else uses, signed in with a SIP phone; `skill` names the queue served."""
        agent_id = await self.world.new_agent(self.app_url, skill)
        await self.config_changed()
        await self.until(lambda: self._known(agent_id), 15, "the core knows the new agent")
        answer = await self.ask("agent.sign_in", agent_id, device="sip", session=f"s-{agent_id.hex[-6:]}")
        sip = answer["sip"]
        phone = await self.register(sip["username"], sip["secret"], codecs)
        agent = Agent(self, agent_id, phone)
        await agent.until(lambda view: view["registered"], "registered")
        await self.ask("agent.device_tested", agent_id, passed=True, speaker=True, echo=True, rtt_ms=1.0)
        if ready:
            await agent.ready()
        try:
            yield agent
        finally:
            await self.ask("agent.sign_out", agent_id)
            await self.carrier.remove_phone(sip["username"])

    async def open_lines(self, graphs: Mapping[str, Graph]) -> dict[str, str]:
        """Numbers for these flows, which the core knows already."""
        lines = await self.world.new_lines(self.app_url, graphs)
        agent_id = await self.world.new_agent(self.app_url, "plain")  # whoever knows one knows the other
        await self.config_changed()
        await self.until(lambda: self._known(agent_id), 15, "the core knows the new lines")
        return lines

    async def publish(self, name: str, graph: Graph, version: int) -> None:
        """The next version of one of the flows of `open_lines`, which the core knows already."""
        await self.world.new_version(self.app_url, name, graph, version)
        agent_id = await self.world.new_agent(self.app_url, "plain")
        await self.config_changed()
        await self.until(lambda: self._known(agent_id), 15, "the core knows the new version")

    async def _known(self, agent_id: UUID) -> bool:
        try:
            await self.ask("snapshot.agent", agent_id)
        except AndonError:
            return False
        return True

    async def config_changed(self) -> None:
        self.bus.publish("config.changed", {"tenant_id": str(self.world.tenant_id)})

    # the journal

    async def facts(self, contact_id: UUID | str | None = None, **equal: Any) -> list[dict[str, Any]]:
        """Journal rows in order: of a contact, or of an agent (`agent_id=`), or of a kind (`kind=`)."""
        where, values = ["true"], []
        if contact_id is not None:
            equal["contact_id"] = contact_id
        for name, value in equal.items():
            where.append(f"{name} = %s")
            values.append(value)
        return await self._read(
            f"SELECT seq, at, kind, contact_id, agent_id, data FROM journal WHERE {' AND '.join(where)}"
            " ORDER BY seq",
            values,
        )

    async def progress(self, since: int) -> dict[str, int]:
        """By caller who arrived after a fact, how many nodes and keys of their way are in the journal."""
        rows = await self._read(
            "SELECT a.data->>'caller_raw' AS caller, count(w.seq) AS facts FROM journal a LEFT JOIN journal w"
            " ON w.contact_id = a.contact_id AND w.kind IN ('flow.node', 'flow.key') AND w.seq > %s"
            " WHERE a.kind = 'contact.arrived' AND a.seq > %s GROUP BY 1",
            [since, since],
        )
        return {row["caller"]: row["facts"] for row in rows}

    async def _read(self, query: str, values: list[Any]) -> list[dict[str, Any]]:
        """Rows of the tenant. The database may have been restarted since the last time."""
        if self._journal is None or self._journal.closed:
            self._journal = await psycopg.AsyncConnection.connect(
                self.app_url, autocommit=True, row_factory=dict_row
            )
            await self._journal.execute(
                "SELECT set_config('andon.tenant', %s, false)", [str(self.world.tenant_id)]
            )
        try:
            return await (await self._journal.execute(query, values)).fetchall()
        except psycopg.OperationalError:
            await self._close_journal()
            raise

    async def _close_journal(self) -> None:
        if self._journal is not None:
            await self._journal.close()

    async def contact_of(self, caller: str) -> UUID:
        """The contact of this caller, as soon as the journal has it."""

        async def find() -> UUID | None:
            rows = await self._read(
                "SELECT contact_id FROM journal WHERE kind = 'contact.arrived' AND data->>'caller_raw' = %s"
                " ORDER BY seq DESC LIMIT 1",
                [caller],
            )
            return rows[0]["contact_id"] if rows else None

        found: UUID = await self.until(find, 15, f"contact of {caller}")
        return found

    async def fact(self, contact_id: UUID, kind: str, seconds: float = 15, n: int = 1) -> dict[str, Any]:
        """The n-th fact of this kind, waited for; its `data`."""

        async def look() -> dict[str, Any] | None:
            found = [row for row in await self.facts(contact_id) if row["kind"] == kind]
            return found[n - 1]["data"] if len(found) >= n else None

        data: dict[str, Any] = await self.until(look, seconds, f"{kind} of {contact_id}")
        return data

    async def outcome(self, contact_id: UUID, seconds: float = 15) -> str:
        return str((await self.fact(contact_id, "contact.ended", seconds))["outcome"])

    async def stored(self, contact_id: UUID, seconds: float = 15) -> Path:
        """The stored recording of a contact; no raw file of it is left."""
        data = await self.fact(contact_id, "recording.stored", seconds)
        assert not list(self.settings.folder("spool", "recordings").glob(f"{data['recording_id']}.*"))
        return self.settings.folder("recordings") / data["path"]

    async def wrap_up(self, agent_id: UUID, contact_id: UUID, note: str) -> None:
        """The agent's summary of a contact, as the edge saves it."""
        db = Database(self.app_url, "andon edge", pool_size=1)
        summary = Summary(
            contact_id=contact_id, reason_id=None, resolved=True, note=note, follow_up_at=None, form={}
        )
        try:
            async with db.session(Scope(self.world.tenant_id)) as session:
                await submit(session, self.world.tenant_id, agent_id, summary, SystemClock().now())
        finally:
            await db.close()

    async def unexplained(self) -> list[str]:
        """What the ledger's rules find in the whole journal now."""
        books = Books()
        for row in await self.facts():
            books.take(
                Row(
                    seq=row["seq"],
                    at=row["at"],
                    kind=row["kind"],
                    contact_id=str(row["contact_id"]) if row["contact_id"] else None,
                    agent_id=str(row["agent_id"]) if row["agent_id"] else None,
                    data=row["data"],
                )
            )
        books.close(SystemClock().now())
        return [f"{finding.rule} {finding.subject}: {finding.text}" for finding in books.findings]


class Agent:
    """An agent at a SIP phone, and their desk."""

    def __init__(self, house: House, agent_id: UUID, phone: Phone) -> None:
        self.house = house
        self.agent_id = agent_id
        self.phone = phone

    async def ask(self, verb: str, **more: Any) -> dict[str, Any]:
        return await self.house.ask(verb, self.agent_id, **more)

    async def ready(self) -> None:
        await self.ask("agent.state", state="ready")

    @property
    def view(self) -> dict[str, Any]:
        """The view as last pushed."""
        return self.house.views.get(str(self.agent_id), {})

    async def until(self, true: Callable[[dict[str, Any]], Any], what: str, seconds: float = 15) -> None:
        """Wait for a pushed view of which this is true."""
        await self.house.until(lambda: self.view and true(self.view), seconds, f"agent {what}")

    async def in_state(self, state: str, seconds: float = 15) -> None:
        await self.until(lambda view: view["state"] == state, f"is {state}", seconds)

    async def picks_up(self, seconds: float = 15) -> Call:
        """Answer the next call that rings."""
        call = await self.phone.next_call(seconds)
        await call.ring()
        await call.answer()
        return call


async def opened(home: Path, **settings: Any) -> AsyncGenerator[House, None]:
    """A house for the time of a fixture."""
    house = House(home, **settings)
    try:
        await house.start()
        yield house
    finally:
        await house.stop()
