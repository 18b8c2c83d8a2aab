"""The core process: the only writer of live state. `python -m andon.entrypoints.core`.

It joins the rooms: the engines' events go to voice, voice's contacts to the tenant's floor, flows and router
decide, facts go to the journal, screens to the bus. It serves the desks' verbs on the bus topic
`core.command` and takes changed configuration within a second of `config.changed`.
"""

import asyncio
import contextlib
import faulthandler
import gc
import signal
import sys
from collections.abc import Awaitable
from datetime import datetime
from importlib.metadata import version
from typing import Any
from uuid import UUID

import structlog
import uvloop

from andon.channels.voice.calls import Calls
from andon.channels.voice.devices import Account, Devices
from andon.channels.voice.machine import Directory
from andon.channels.voice.mobile import Mobiles
from andon.channels.voice.model import Person
from andon.channels.voice.monitor import Ears
from andon.channels.voice.nodes import Node, Nodes
from andon.channels.voice.service import VoiceChannel
from andon.channels.voice.trial import Trials
from andon.channels.voice.trunk_trial import TrunkTrials
from andon.channels.voice.watchdog import Watchdog
from andon.customers.model import Customer
from andon.entrypoints import core_centre, core_nodes, core_recovery, core_state
from andon.entrypoints.core_alarms import Alarms
from andon.entrypoints.core_centre import Centre, Configuration
from andon.entrypoints.core_dial import Outgoing
from andon.entrypoints.core_flows import BesideFlows, Hearing
from andon.entrypoints.core_music import STANDARD, Music
from andon.entrypoints.core_prompts import Prompts
from andon.entrypoints.core_publish import Publisher
from andon.entrypoints.core_rules import RuleWatch
from andon.entrypoints.core_state import Keeper, KeptEngine, Left
from andon.entrypoints.core_test_ring import TestRings
from andon.entrypoints.core_texts import Texts
from andon.entrypoints.core_trials import TrialDesk
from andon.entrypoints.core_trunk_trials import TrunkDesk
from andon.entrypoints.core_trunks import AgentDevices, Trunks
from andon.entrypoints.core_watch import Watch
from andon.entrypoints.processes import claim
from andon.flows.fetch import Fetcher
from andon.flows.service import Flows
from andon.interactions.commands import Desk
from andon.interactions.dialling.model import Bounds
from andon.interactions.dialling.service import Dialling
from andon.interactions.events import CallbackEnded
from andon.interactions.inputs import Interrupted, Stop
from andon.interactions.monitor import model as monitor_model
from andon.interactions.monitor.model import Monitor
from andon.interactions.monitor.service import Supervision
from andon.interactions.repository import load_heard
from andon.interactions.service import Floor
from andon.kit import telemetry
from andon.kit.bus import Bus, open_bus
from andon.kit.clock import SystemClock
from andon.kit.database import Database, Scope, database_urls
from andon.kit.errors import AndonError
from andon.kit.events import CoreStarted, CoreStopped
from andon.kit.ids import uuid7
from andon.kit.journal import Fact
from andon.kit.journal.live import Kept
from andon.kit.journal.spool import Spool
from andon.kit.journal.writer import JournalWriter
from andon.kit.settings import Settings
from andon.kit.tasks import Tasks
from andon.routing.machine import Router
from andon.routing.model import Effect, Refused, from_ms, to_ms
from andon.speech.outside import recogniser_of
from andon.telephony.engine.layout import own_music
from andon.telephony.events import EngineDown, EngineUp
from andon.telephony.service import EngineAddress

log = structlog.get_logger(__name__)

GOODBYE_S = 3.0
WRITE_OUT_S = 1.2  # with the goodbye and the rest, a stop takes less than five seconds
LET_GO_S = 1.0  # for each part to end; what it holds ends with the process anyway
STOP_S = 7.0  # then a stop that hangs is over: whoever asked for it insists a second later
RETRY_S = 0.5


class Core:
    """Everything of the process. `start`, then `stop`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = SystemClock()
        _, app_url = database_urls(settings)
        self.db = Database(app_url, name="andon core", pool_size=4)
        self.bus: Bus = open_bus(settings, app_url)
        self.writer = JournalWriter(
            self.db,
            self.clock,
            self.bus,
            on_alarm=self._journal_alarm,
            live=self._live,
            spool=Spool(settings.folder("spool") / "journal"),
        )
        self.keepers: list[Keeper] = []
        self._dropped: list[Kept] = []
        self.centres: dict[UUID, Centre] = {}
        self.floors: dict[UUID, Floor] = {}
        self.directory = Directory()
        self.alarms = Alarms(self._append, self._now, lambda: self.centres, self._board_changed)
        addresses = EngineAddress.all_of(settings)
        self.prompts = Prompts(
            self.db,
            settings.folder("prompts"),
            addresses[0].prompts,
            self.alarms,
            lambda tenant_id: self._tasks.start(self._reload(tenant_id)),
        )
        self.mobiles = Mobiles(self._append, self._now)
        self.calls = Calls(self.directory, self.mobiles)
        self.nodes = Nodes(addresses, lambda node, event: self.voice.on_event(node, event), self._now)
        self.devices = Devices(
            self.nodes, self._device_changed, lambda tenant_id: bool(self.directory.trunks_of(tenant_id))
        )
        self.ears = Ears(
            self.nodes,
            self.calls.node_of,
            self._monitor_heard,
            self.calls.take_leg,
            self._supervisor_device_changed,
        )
        self.music = Music(settings.folder("prompts"), own_music(settings.home), self.nodes)
        self.trials = Trials(
            self.nodes,
            (self.devices, self.ears.devices),
            self.prompts.sound,
            self.music.of,
            self._append,
            self._now,
        )
        self.trial_desk = TrialDesk(self.db, self.trials)
        self.trunk_trials = TrunkTrials(
            self.nodes, self.directory, self.calls.count_on, self._append, self._now
        )
        self.voice = VoiceChannel(
            calls=self.calls,
            nodes=self.nodes,
            devices=self.devices,
            ears=self.ears,
            trials=self.trials,
            mobiles=self.mobiles,
            trunk_trials=self.trunk_trials,
            floors=self.floors,
            directory=self.directory,
            agent_return_s=settings.agent_return_s,
            new_id=uuid7,
            music_of=self._music_of,
            find_customer=self._find_customer,
            on_engine=self._engine_changed,
            on_settled=self._settled,
            was_there=lambda tenant_id, contact_id: core_state.was_there(self.db, tenant_id, contact_id),
            note_down=lambda: self.writer.note_down(),
            on_alarm=lambda tenant_id, code, subject, detail: self.alarms.on(
                code, subject, detail, tenant_id
            ),
            sound_of=self.prompts.sound,
            person_of=self._person_of,
        )
        self.trunks = Trunks(self.nodes, self.directory, self._trunk_refused)
        self.trunk_desk = TrunkDesk(self.directory, self.trunk_trials, self.trunks.made)
        self.publisher = Publisher(self.bus, self.directory, self.alarms, self._now, settings.pop_origins)
        self.watch = Watch(
            clock=self.clock,
            db=self.db,
            alarms=self.alarms,
            recordings=addresses[0].raw_recordings,
            disk_low_mb=settings.disk_low_mb,
            centres=lambda: self.centres.values(),
            append=self._append,
        )
        self.watchdog = Watchdog(self.voice, self.floors, self._append)
        self.fetcher = Fetcher(allow_private=settings.flow_http_private)
        self.texts = Texts(self.fetcher, self._append, self._now, settings.secrets().cookie)
        self.hearing = Hearing(recogniser_of(settings), addresses[0].raw_recordings)
        self.rules = RuleWatch(
            db=self.db,
            bus=self.bus,
            clock=self.clock,
            directory=self.directory,
            centres=lambda: self.centres.values(),
            append=self._append,
            on_change=self._board_changed,
            on_hook=self._hook_told,
        )
        self._ready = False
        self._lost_facts = 0
        self._tasks = Tasks("core")

    # --- life -------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Go on where a core before left off, load every tenant, take calls."""
        await self.bus.start()
        self.bus.serve("core.command", self.command)
        telemetry.serve_metrics(self.bus, "core")
        while True:  # the database may still be starting, or restarting
            try:
                await self.writer.recover()
                await self._load_all()
                break
            except Exception as error:
                log.warning("core_waits_for_database", error=type(error).__name__, why=str(error)[:200])
                await asyncio.sleep(RETRY_S)
        await self.writer.start()
        self.bus.subscribe("config.changed", self._config_changed)
        self.bus.subscribe("hook.told", self.rules.hook_told)
        self.publisher.start()
        self.watch.start()
        for node in self.nodes:
            await node.engine.start()
        await self.trunks.settle()
        self._keep_engines()
        self.watchdog.start()
        self.rules.start()
        self._ready = True
        await self.bus.ready()
        self.bus.publish("core.started", {})
        for centre in self.centres.values():
            self._tasks.start(self._recall(centre))
        gc.collect()
        gc.freeze()  # configuration lives for ever: the collector need not look at it again
        log.info("core_started", tenants=len(self.centres))

    async def _load_all(self) -> None:
        for tenant_id in await core_centre.tenants(self.db):
            if tenant_id not in self.centres:
                await self._begin(tenant_id)

    async def _begin(self, tenant_id: UUID) -> None:
        """Take a tenant into service."""
        kept_places, unread, rows = core_state.read_callbacks(await core_state.rows_of(self.db, tenant_id))
        config = await core_centre.load(self.db, tenant_id)
        flows = Flows(
            self.prompts.standard,
            BesideFlows(
                lambda: centre,
                self.fetcher,
                self.hearing,
                self.texts,
                self.alarms,
                asyncio.get_running_loop(),
            ),
        )
        centre = Centre(tenant_id, flows, self.prompts)
        await self.prompts.supply(tenant_id, config.prompts)
        self.music.put(tenant_id, config.voice.projects, config.prompts)
        await self.music.settle()
        centre.phone_book = await core_centre.load_customers(self.db, tenant_id)
        left, router, effects = await self._restored(centre, config, rows)
        remains = await core_recovery.remains(
            self.db,
            tenant_id,
            {kept.floor.contact.contact_id for kept in left.contacts},
            {kept.router.config.agent_id for kept in left.agents} | left.supervisors,
            {kept.follow.follow_id for kept in left.follows},
            {kept.monitor.monitor_id for kept in left.monitors},
        )
        self.clock.not_before(max(remains.at or self._now(), left.at or self._now()))
        at = self._now()
        keeper = Keeper(centre, self.voice, self.writer.stir)
        centre.floor = Floor(
            router=router,
            clock=self.clock,
            scheduler=asyncio.get_running_loop(),
            append=self._append,
            medium=self.voice,
            flows=flows,
            new_id=uuid7,
            on_change=lambda: self.publisher.changed(centre),
            on_moved=lambda contacts, agents: self._moved(keeper, centre, contacts, agents),
            calendar=lambda calendar_id: flows.calendars.get(calendar_id),
        )
        centre.supervision = Supervision(centre.floor, self.ears, uuid7, asyncio.get_running_loop())
        outgoing = Outgoing(centre, self.alarms)
        centre.desk = Desk(
            centre.floor,
            AgentDevices(
                self.devices,
                self.nodes,
                centre,
                TestRings(centre, self.nodes, self.devices, self.mobiles, self.directory, outgoing, uuid7),
            ),
            asyncio.get_running_loop(),
            lambda agent_id: self.publisher.view(centre, agent_id),
            self._tasks.start,
            Dialling(centre.floor, outgoing, Bounds(self.settings.dial_per_minute)),
            centre.flows_of,
            transfer_to_head=self.settings.transfer_to_head,
            card_limit_s=self.settings.card_limit_s,
            record_internal=lambda: centre.record_internal,
        )
        self.directory.put(config.voice)
        self.publisher.add(centre)
        self.centres[tenant_id] = centre
        self.floors[tenant_id] = centre.floor
        self.keepers.append(keeper)
        self._resume(centre, left)
        callbacks = centre.floor.callbacks
        callbacks.resume(kept_places)
        for fact in remains.close(lambda broken: core_recovery.owed(callbacks, config.voice, broken)):
            self._append(fact)
        self._append(
            CoreStarted(
                at=at,
                tenant_id=tenant_id,
                version_of_code=version("andon"),
                clean=remains.clean,
                resumed_contacts=len(left.contacts),
                resumed_agents=len(left.agents) + len(left.supervisors),
            )
        )
        for node in self.nodes:
            if node.up.is_set():
                self._append(EngineUp(at=at, tenant_id=tenant_id, node=node.name, engine="Asterisk"))
        self._lose(unread)
        centre.floor.act(lambda router, at: effects)

    async def _restored(
        self, centre: Centre, config: Configuration, rows: list[Kept]
    ) -> tuple[Left, Router, list[Effect]]:
        """What the core before left of a tenant, with the router made of it; nothing when the pieces cannot
        be read or do not fit together: then everything is closed as `interrupted`."""
        now = self._now()
        centre.put(config, now, live=False)
        try:
            left = core_state.read(rows)
            runs = [run for kept in left.contacts for run in (kept.floor.flow, kept.floor.left)]
            wanted = centre.flows.older(run for run in runs if run is not None)
            if wanted:
                older = await core_centre.load_older(self.db, centre.tenant_id, wanted)
                centre.flows.put_older(older)
                if len(older) < len(wanted):
                    raise ValueError("a version of a flow is gone")
            return left, *Router.restored(config.centre, now, uuid7, left.router)
        except ValueError:  # also what cannot be decoded
            log.exception("not_resumed", tenant_id=str(centre.tenant_id), rows=len(rows))
            self._dropped += core_state.dropped(rows, now)
            return Left(), Router(config.centre, now, uuid7), []

    def _resume(self, centre: Centre, left: Left) -> None:
        """Take over contacts, desks and devices; their legs when the engines are met."""
        floor = centre.floor
        for kept_engine in left.engines:
            node = self.nodes.get(kept_engine.node or self.nodes.first.name)
            if node is not None:
                node.adopt(kept_engine.booted_at, draining=kept_engine.draining)
                self.trunks.adopt(kept_engine.trunks)
        for kept in left.contacts:
            floor.resume(kept.floor)
            self.voice.take_over(floor, kept.floor.contact, kept.call)
        for agent in left.agents:
            agent_id = agent.router.config.agent_id
            if agent.session is not None:
                centre.desk.resume(agent_id, agent.session)
            contact_id = floor.router.agent(agent_id).contact_id
            card = agent.card or (floor.contacts.get(contact_id) if contact_id is not None else None)
            if card is not None:
                floor.cards[agent_id] = card
        for monitor in left.monitors:
            centre.supervision.resume_monitor(monitor)
        for follow in left.follows:
            centre.supervision.resume(follow)

    async def _recall(self, centre: Centre) -> None:
        """Callers of the last days are known again; nobody waits for it."""
        try:
            async with self.db.session(Scope(centre.tenant_id)) as session:
                centre.floor.recent.recall(await load_heard(session, self._now()))
        except Exception as error:  # the database may be away
            log.warning("callers_not_recalled", tenant_id=str(centre.tenant_id), why=str(error)[:200])

    def _lose(self, unread: list[Kept]) -> None:
        """Kept places that this code cannot read end with that name."""
        at = self._now()
        for row in unread:
            self._append(
                CallbackEnded(
                    at=at, tenant_id=row.tenant_id, contact_id=row.id, how="lost", attempts=0, waited_ms=0
                )
            )
        self._dropped += core_state.dropped(unread, at)

    @staticmethod
    def _moved(keeper: Keeper, centre: Centre, contacts: set[UUID], agents: set[UUID]) -> None:
        keeper.moved(contacts, agents)
        centre.supervision.settle()

    def _monitor_heard(self, monitor: Monitor, heard: monitor_model.Input) -> None:
        self.centres[monitor.tenant_id].supervision.hear(monitor, heard)

    def _live(self) -> list[Kept]:
        """What moved since the writer asked last."""
        kept, self._dropped = self._dropped, []
        for keeper in self.keepers:
            kept += keeper.collect()
        return kept

    def _settled(self) -> None:
        """It is known what lives in an engine."""
        for floor in self.floors.values():
            floor.go_on()
        self._keep_engines()

    def _keep_engines(self) -> None:
        for node in self.nodes:
            if node.booted_at is None:
                continue
            name = "" if node is self.nodes.first else node.name
            for keeper in self.keepers:
                trunks = self.trunks.made(keeper.tenant_id)
                keeper.engine_changed(KeptEngine(node.booted_at, trunks, name, node.draining))

    async def stop(self) -> None:
        """End every call with a short goodbye, close every time line, write everything out."""
        log.info("core_stopping", calls=self.voice.calls)
        self._ready = False
        self.voice.draining = True
        await _let_go("watchdog", self.watchdog.stop())
        for centre in self.centres.values():
            centre.supervision.close()
        for floor in self.floors.values():
            for contact in list(floor.contacts.values()):
                floor.feed(contact, Stop())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.voice.drained(), GOODBYE_S)
        for centre in self.centres.values():
            floor = centre.floor
            for contact in list(floor.contacts.values()):
                floor.feed(contact, Interrupted())
            floor.act(lambda router, at: router.close(at))
            self._append(CoreStopped(at=floor.now(), tenant_id=centre.tenant_id))
            floor.close()
        await _let_go("rules", self.rules.stop())
        await _let_go("texts", self.texts.close())
        await _let_go("requests", self.fetcher.close())
        await _let_go("speech", self.hearing.close())
        await _let_go("publisher", self.publisher.stop())
        await _let_go("watch", self.watch.stop())
        await _let_go("writer", self.writer.stop(WRITE_OUT_S), WRITE_OUT_S + LET_GO_S)
        await asyncio.gather(*(_let_go("engine", node.engine.close()) for node in self.nodes))
        await _let_go("bus", self.bus.stop(), 2 * LET_GO_S)
        await _let_go("database", self.db.close())
        log.info("core_stopped")

    # --- what the parts tell each other -------------------------------------------------------------------

    def _now(self) -> datetime:
        return from_ms(to_ms(self.clock.now()))

    def _append(self, fact: Fact) -> None:
        try:
            self.writer.append(fact)
        except AndonError:
            # The database has been away for hours. Calls still go on; what is missing is counted.
            self._lost_facts += 1
            if self._lost_facts % 1000 == 1:
                log.critical("facts_lost", n=self._lost_facts)

    def _journal_alarm(self, code: str, detail: str | None) -> None:
        if detail is None:
            self.alarms.off(code, "journal")
        else:
            self.alarms.on(code, "journal", detail)

    def _board_changed(self) -> None:
        self.publisher.boards_changed()

    def _music_of(self, project_id: UUID | None, queue_id: UUID | None) -> str:
        own = self.music.of(project_id)
        if own == STANDARD and queue_id is not None:
            for centre in self.centres.values():
                queue = centre.queues.get(queue_id)
                if queue is not None:
                    return queue.music or STANDARD
        return own

    async def _find_customer(self, tenant_id: UUID, client_id: UUID, number: str) -> Customer | None:
        return self.centres[tenant_id].customer(client_id, number)

    def _device_changed(self, account: Account, registered: bool) -> None:
        centre = self.centres[account.tenant_id]
        centre.desk.device_changed(account.agent_id, registered)
        contact = None if registered else centre.floor.contact_of(account.agent_id)
        if contact is not None and account.device != "mobile":  # a trunk less ends no talk
            self.voice.device_gone(contact, account.agent_id)

    def _supervisor_device_changed(self, account: Account, registered: bool) -> None:
        supervision = self.centres[account.tenant_id].supervision
        supervision.follows.device_changed(account.agent_id, registered)

    def _person_of(self, tenant_id: UUID, agent_id: UUID) -> Person | None:
        return self.centres[tenant_id].people.get(agent_id)

    def _trunk_refused(self, subject: str, why: str) -> None:
        self.alarms.set("trunk_refused", subject, bool(why), why)

    def _hook_told(self, tenant_id: UUID, subject: str, why: str) -> None:
        if why:
            self.alarms.on("hook_failed", subject, why, tenant_id)
        else:
            self.alarms.off("hook_failed", subject)

    def _engine_changed(self, node: Node, up: bool, detail: str) -> None:
        self.alarms.set("engine_down", node.name, not up, detail)
        if up and self.music.has_own:  # it may have started before they were named
            self._tasks.start(self.music.tell(node.engine))
        for tenant_id in self.centres:
            at = self._now()
            self._append(
                EngineUp(at=at, tenant_id=tenant_id, node=node.name, engine=detail)
                if up
                else EngineDown(at=at, tenant_id=tenant_id, node=node.name, why=detail[:200])
            )

    # --- configuration --------------------------------------------------------------------------------------

    def _config_changed(self, topic: str, payload: dict[str, Any]) -> None:
        try:
            tenant_id = UUID(str(payload["tenant_id"]))
        except (KeyError, ValueError):
            log.warning("config_changed_unclear")
            return
        self._tasks.start(self._reload(tenant_id))

    async def _reload(self, tenant_id: UUID) -> None:
        """Take the tenant's configuration as it is now; a tenant just made is taken into service."""
        try:
            centre = self.centres.get(tenant_id)
            if centre is None:
                await self._load_all()
                await self.trunks.settle()
                self._keep_engines()
                return
            async with centre.loading:  # two changes at once: the later look must win
                config = await core_centre.load(self.db, tenant_id)
                await self.prompts.supply(tenant_id, config.prompts)
                self.music.put(tenant_id, config.voice.projects, config.prompts)
                await self.music.settle()
                centre.put(config, self._now(), live=True)
                self.directory.put(config.voice)
                self.devices.look_again()
                await self.trunks.settle()
                self._keep_engines()
                centre.know(await core_centre.load_customers(self.db, tenant_id))
            self.publisher.boards_changed()
            self.alarms.off("config_refused", str(tenant_id))
        except Exception as error:
            # What stands in the database cannot be taken: calls go on with what was before.
            log.exception("config_not_taken", tenant_id=str(tenant_id))
            self.alarms.on("config_refused", str(tenant_id), str(error)[:200], tenant_id)

    # --- verbs ----------------------------------------------------------------------------------------------

    async def command(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer one verb from the bus. Raises `AndonError`."""
        verb = str(asked.get("verb", ""))
        if verb == "health":
            return self._health()
        if verb == core_nodes.NODES:
            return core_nodes.shown(self.nodes, self.voice)
        if not self._ready:
            stopping = self.voice.draining
            raise AndonError("core.stopping" if stopping else "core.starting", 503)
        if verb in {core_nodes.DRAIN, core_nodes.RESUME}:
            return self._drain(asked, draining=verb == core_nodes.DRAIN)
        try:
            centre = self.centres[UUID(str(asked["tenant_id"]))]
        except (KeyError, ValueError):
            raise AndonError("not_found", 404, what="tenant") from None
        if verb == "snapshot.board":
            return self.publisher.board(centre)
        if verb in self.trial_desk.verbs:
            return await self.trial_desk.perform(centre, verb, asked)
        if verb in self.trunk_desk.verbs:
            return await self.trunk_desk.perform(centre, verb, asked)
        if verb in centre.supervision.verbs:
            answer = await centre.supervision.perform(verb, asked)
            self.writer.note_down()
            return answer
        try:
            agent_id = UUID(str(asked["actor"]["user_id"]))  # a desk's verbs are its own agent's
        except (KeyError, TypeError, ValueError):
            raise AndonError("agent.unknown", 404) from None
        shows = {
            "snapshot.agent": self.publisher.view,
            "snapshot.targets": self.publisher.targets,
            "snapshot.colleagues": self.publisher.colleagues,
        }
        if verb in shows:
            try:
                return shows[verb](centre, agent_id)
            except Refused as refused:
                raise AndonError(refused.code, 404) from None
        if verb == "snapshot.dial":
            return {"numbers": centre.desk.dialling.numbers(agent_id)}
        if verb not in centre.desk.verbs:
            raise AndonError("core.verb_unknown", 400, verb=verb[:40])
        if verb == "agent.sign_in" and centre.supervision.talks(agent_id):
            raise AndonError("monitor.in_call", 409)
        answer = await centre.desk.perform(verb, agent_id, asked)
        self.writer.note_down()  # what an agent was told is done is not undone by our death
        return answer

    def _drain(self, asked: dict[str, Any], *, draining: bool) -> dict[str, Any]:
        """Let a node take no new calls, or take them again. Raises `not_found`, `node.last`."""
        node = core_nodes.drain(self.nodes, str(asked.get("node", "")), draining=draining)
        user_id = asked.get("actor", {}).get("user_id")
        if node is not None:
            for tenant_id in self.centres:
                by_id = None if user_id is None else UUID(str(user_id))
                self._append(core_nodes.fact(node, self.voice, self._now(), tenant_id, by_id))
            self._keep_engines()
            self.writer.note_down()
            if draining:
                self.bus.publish("node.drained", {"node": node.name})
        return core_nodes.shown(self.nodes, self.voice)

    def _health(self) -> dict[str, Any]:
        parts: dict[str, dict[str, Any]] = {
            "core": {"ok": self._ready},
            "engine": {
                "ok": any(node.up.is_set() for node in self.nodes),
                "nodes": {node.name: node.up.is_set() for node in self.nodes},
            },
            "database": {"ok": self.watch.database_up, "journal_pending": self.writer.pending},
            "tenants": {"ok": bool(self.centres), "count": len(self.centres)},
        }
        return {
            "ok": all(part["ok"] for part in parts.values()),
            "parts": parts,
            "calls": self.voice.calls,
        }


async def _let_go(part: str, ending: Awaitable[None], seconds: float = LET_GO_S) -> None:
    """Wait for a part to end, but not for ever: a database or an engine that hangs lets nobody go."""
    task = asyncio.ensure_future(ending)
    await asyncio.wait({task}, timeout=seconds)
    if not task.done():
        log.error("part_does_not_stop", part=part)
        task.cancel()
    elif (error := task.exception()) is not None:
        log.error("part_stopped_badly", part=part, why=str(error))


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def asked() -> None:
        faulthandler.dump_traceback_later(STOP_S, exit=True)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked)
    core = Core(settings)
    starting = asyncio.create_task(core.start())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        starting.result()
        await stopping
        await core.stop()
    else:
        starting.cancel()


def main() -> int:
    """Run the core of the installation the settings name."""
    settings = Settings()
    with claim(settings, "core"):
        telemetry.configure(settings, "core")
        gc.set_threshold(20_000, 20, 50)  # many short-lived facts: look less often
        uvloop.run(run(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
