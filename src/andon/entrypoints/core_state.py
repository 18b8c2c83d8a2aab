"""Checkpoints of one core's live state, and what a core that follows makes of them.

Contacts, agents, queues, supervisors' sessions and wishes, and the engine are rows of their own; a row is
written anew when what it tells of has moved. All of a tenant is resumed or nothing: pieces of different
moments would not fit together.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec
import structlog
from sqlalchemy import text

from andon.channels.voice.calls import KeptCall
from andon.channels.voice.model import Trunk
from andon.channels.voice.service import VoiceChannel
from andon.entrypoints.core_centre import Centre
from andon.interactions.callbacks import Callback
from andon.interactions.commands import KeptSession
from andon.interactions.model import Contact
from andon.interactions.monitor.service import KeptFollow, KeptMonitor
from andon.interactions.service import KeptContact as FloorContact
from andon.kit.database import Database, Scope
from andon.kit.journal.live import Kept, load
from andon.routing import restore
from andon.routing.restore import KeptAgent as RouterAgent
from andon.routing.restore import KeptQueue

log = structlog.get_logger(__name__)

VERSION = 1  # of the kept structs: rows of another version are not read
CONTACT, AGENT, QUEUE, ENGINE = "contact", "agent", "queue", "engine"
MONITOR, FOLLOW, CALLBACK = "monitor", "follow", "callback"

_KNOWN = text("SELECT EXISTS (SELECT FROM journal WHERE contact_id = :contact AND kind = 'contact.arrived')")


class KeptContact(msgspec.Struct, frozen=True):
    """A contact on its floor, and in the engine."""

    floor: FloorContact
    call: KeptCall


class KeptAgent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent: presence, desk, and the contact being wrapped up when it lives no longer."""

    router: RouterAgent
    session: KeptSession | None
    card: Contact | None


class KeptEngine(msgspec.Struct, frozen=True):
    """An engine in which calls are, and the trunks made there; `node` empty: the installation's own."""

    booted_at: datetime
    trunks: list[Trunk]
    node: str = ""
    draining: bool = False


class Left(msgspec.Struct, frozen=True):
    """All that a core left of one tenant."""

    contacts: list[KeptContact] = []
    agents: list[KeptAgent] = []
    queues: list[KeptQueue] = []
    engines: list[KeptEngine] = []
    follows: list[KeptFollow] = []
    monitors: list[KeptMonitor] = []
    at: datetime | None = None  # of the last row

    @property
    def supervisors(self) -> set[UUID]:
        """Those who talk to a caller themselves: the router knows nothing of them."""
        talks = [kept.floor.contact.talk for kept in self.contacts]
        return {talk.agent_id for talk in talks if talk is not None and talk.supervisor}

    @property
    def router(self) -> restore.Kept:
        """The router's part."""
        places = [kept.floor.place for kept in self.contacts if kept.floor.place is not None]
        return restore.Kept([agent.router for agent in self.agents], places, self.queues)


_TYPES: dict[str, Any] = {
    CONTACT: KeptContact,
    AGENT: KeptAgent,
    QUEUE: KeptQueue,
    ENGINE: KeptEngine,
    FOLLOW: KeptFollow,
    MONITOR: KeptMonitor,
}


def read(rows: Iterable[Kept]) -> Left:
    """Raises `ValueError` or `msgspec.DecodeError` for a row that this code cannot read."""
    found: dict[str, list[Any]] = {kind: [] for kind in _TYPES}
    at: datetime | None = None
    for row in rows:
        if row.version != VERSION or row.kind not in _TYPES or row.state is None:
            raise ValueError(f"{row.kind} {row.id} was kept as version {row.version}")
        found[row.kind].append(msgspec.msgpack.decode(row.state, type=_TYPES[row.kind]))
        at = max(at or row.at, row.at)
    return Left(found[CONTACT], found[AGENT], found[QUEUE], found[ENGINE], found[FOLLOW], found[MONITOR], at)


def read_callbacks(rows: Iterable[Kept]) -> tuple[list[Callback], list[Kept], list[Kept]]:
    """Kept places, rows of them that cannot be read, and all other rows. A place outlives more than a call:
    whatever version kept it, it is read as far as it can be."""
    callbacks: list[Callback] = []
    unread: list[Kept] = []
    others: list[Kept] = []
    for row in rows:
        if row.kind != CALLBACK or row.state is None:
            others.append(row)
            continue
        try:
            callbacks.append(msgspec.msgpack.decode(row.state, type=Callback))
        except msgspec.DecodeError:
            log.exception("callback_not_read", callback_id=str(row.id), version=row.version)
            unread.append(row)
    return callbacks, unread, others


async def rows_of(db: Database, tenant_id: UUID) -> list[Kept]:
    """What the core before kept of a tenant."""
    async with db.session(Scope(tenant_id)) as session:
        return await load(session)


def dropped(rows: Iterable[Kept], at: datetime) -> list[Kept]:
    """Rows that nobody resumes from, as gone."""
    return [msgspec.structs.replace(row, at=at, state=None) for row in rows]


async def was_there(db: Database, tenant_id: UUID, contact_id: UUID) -> bool:
    """Whether the journal knows this contact."""
    async with db.session(Scope(tenant_id)) as session:
        return bool(await session.scalar(_KNOWN, {"contact": contact_id}))


class Keeper:
    """What moved of one tenant since it was kept last. `stir` is called when there is something."""

    def __init__(self, centre: Centre, voice: VoiceChannel, stir: Callable[[], None]) -> None:
        self._centre = centre
        self._voice = voice
        self._stir = stir
        self._contacts: set[UUID] = set()
        self._agents: set[UUID] = set()
        self._queues: dict[UUID, KeptQueue] = {}
        self._engines: dict[str, KeptEngine] = {}

    @property
    def tenant_id(self) -> UUID:
        return self._centre.tenant_id

    def moved(self, contacts: set[UUID], agents: set[UUID]) -> None:
        self._contacts |= contacts
        self._agents |= agents
        self._stir()

    def engine_changed(self, engine: KeptEngine) -> None:
        self._engines[engine.node] = engine
        self._stir()

    def collect(self) -> list[Kept]:
        """Everything that moved, as it is now."""
        floor = self._centre.floor
        contacts, self._contacts = self._contacts, set()
        agents, self._agents = self._agents, set()
        engines, self._engines = self._engines, {}
        callbacks, floor.callbacks.moved = floor.callbacks.moved, set()
        supervision = self._centre.supervision
        follows, supervision.follows.moved = supervision.follows.moved, set()
        monitors, supervision.moved = supervision.moved, set()
        if not (contacts or agents or engines or callbacks or follows or monitors):
            return []
        at = floor.now()
        kept = [self._kept(CONTACT, contact_id, at, self._contact(contact_id)) for contact_id in contacts]
        queues = set(floor.router.places_moved)
        floor.router.places_moved.clear()
        for agent_id in agents:
            kept.append(self._kept(AGENT, agent_id, at, self._agent(agent_id)))
            queues.update(floor.router.queues_of(agent_id))
        for queue_id in queues:
            queue = floor.router.keep_queue(queue_id)
            if queue is not None and self._queues.get(queue_id) != queue:
                self._queues[queue_id] = queue
                kept.append(self._kept(QUEUE, queue_id, at, queue))
        kept += [self._kept(CALLBACK, each, at, floor.callbacks.get(each)) for each in callbacks]
        kept += [self._kept(FOLLOW, each, at, supervision.keep(each)) for each in follows]
        kept += [self._kept(MONITOR, each, at, supervision.keep_monitor(each)) for each in monitors]
        for node, engine in engines.items():
            tenant_id = self._centre.tenant_id
            kept.append(self._kept(ENGINE, uuid5(tenant_id, node) if node else tenant_id, at, engine))
        return kept

    def _contact(self, contact_id: UUID) -> KeptContact | None:
        kept = self._centre.floor.keep(contact_id)
        return None if kept is None else KeptContact(kept, self._voice.keep(contact_id))

    def _agent(self, agent_id: UUID) -> KeptAgent | None:
        floor = self._centre.floor
        router = floor.router.keep_agent(agent_id)
        if router is None:
            return None
        card = floor.contact_of(agent_id)
        return KeptAgent(
            router=router,
            session=self._centre.desk.keep(agent_id),
            card=None if card is None or card.live else card,
        )

    def _kept(self, kind: str, subject: UUID, at: datetime, what: msgspec.Struct | None) -> Kept:
        state = None if what is None else msgspec.msgpack.encode(what)
        return Kept(self._centre.tenant_id, kind, subject, at, VERSION, state)
