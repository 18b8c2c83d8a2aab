"""Tells the bus what changed: agents' views at once, boards at most five times a second."""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from andon.channels.voice.machine import Directory
from andon.entrypoints.core_agent_screens import AgentScreens
from andon.entrypoints.core_alarms import Alarms
from andon.entrypoints.core_board import BoardScreen
from andon.entrypoints.core_centre import Centre
from andon.kit.bus import Bus
from andon.routing.model import Refused

log = structlog.get_logger(__name__)

BOARD_S = 0.2


class _Shown:
    """One tenant's screens and what changed since they were told."""

    def __init__(self, centre: Centre, agents: AgentScreens, board: BoardScreen) -> None:
        self.centre = centre
        self.agents = agents
        self.board = board
        self.changed_agents: set[UUID] = set()  # for views
        self.board_agents: set[UUID] = set()  # for the board
        self.board_changed = False
        self.whole = False


class Publisher:
    """Screens of all tenants. Several changes of one turn of the event loop are told once."""

    def __init__(
        self,
        bus: Bus,
        directory: Directory,
        alarms: Alarms,
        now: Callable[[], datetime],
        inside: Collection[str] = (),
    ) -> None:
        """`inside`: origins whose pages may be shown within the desk."""
        self._bus = bus
        self._directory = directory
        self._alarms = alarms
        self._now = now
        self._inside = inside
        self._shown: dict[UUID, _Shown] = {}
        self._soon = False
        self._task: asyncio.Task[None] | None = None

    def add(self, centre: Centre) -> None:
        self._shown[centre.tenant_id] = _Shown(
            centre,
            AgentScreens(centre, self._now, self._inside),
            BoardScreen(centre, self._directory, self._alarms, self._now),
        )

    def start(self) -> None:
        self._task = asyncio.create_task(self._boards())

    async def stop(self) -> None:
        """Tell what is left and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._tell_agents()
        self._tell_boards()

    def view(self, centre: Centre, agent_id: UUID) -> dict[str, Any]:
        """One agent now. Raises `routing.model.Refused`."""
        return self._shown[centre.tenant_id].agents.view(agent_id)

    def targets(self, centre: Centre, agent_id: UUID) -> dict[str, Any]:
        """Whom an agent could pass the caller at hand on to. Raises `routing.model.Refused`."""
        return self._shown[centre.tenant_id].agents.targets(agent_id)

    def colleagues(self, centre: Centre, agent_id: UUID) -> dict[str, Any]:
        """Whom an agent could call without a customer. Raises `routing.model.Refused`."""
        return self._shown[centre.tenant_id].agents.colleagues(agent_id)

    def board(self, centre: Centre) -> dict[str, Any]:
        """The whole board; what only its reader would have learnt is told to everybody first."""
        shown = self._shown[centre.tenant_id]
        shown.whole = shown.board_changed = True
        self._tell_boards()
        return shown.board.snapshot()

    def changed(self, centre: Centre) -> None:
        """Something on the floor changed; `floor.changes` says what."""
        shown = self._shown.get(centre.tenant_id)
        if shown is None:
            return
        changes = centre.floor.changes
        agents = set(changes.agents)
        for contact_id in changes.contacts:
            contact = centre.floor.contacts.get(contact_id)
            at_agent = (contact.talk or contact.offer or contact.dialler) if contact is not None else None
            if at_agent is not None:
                agents.add(at_agent.agent_id)
            if contact is not None and contact.inside is not None:
                agents.add(contact.inside.agent_id)
        changes.agents.clear()
        changes.contacts.clear()
        changes.queues.clear()
        shown.changed_agents |= agents
        shown.board_agents |= agents
        shown.board_changed = True
        if not self._soon:
            self._soon = True
            asyncio.get_running_loop().call_soon(self._tell_agents)

    def boards_changed(self) -> None:
        """Something that concerns whole boards changed: configuration, alarms."""
        for shown in self._shown.values():
            shown.board_changed = shown.whole = True

    def _tell_agents(self) -> None:
        self._soon = False
        for shown in self._shown.values():
            agents, shown.changed_agents = shown.changed_agents, set()
            for agent_id in agents:
                shown.centre.desk.settle(agent_id)
                try:
                    view = shown.agents.view(agent_id)
                except Refused:  # taken out of the configuration meanwhile
                    continue
                self._bus.publish(f"agent.{agent_id}", view)

    async def _boards(self) -> None:
        while True:
            await asyncio.sleep(BOARD_S)
            try:
                self._tell_boards()
            except Exception:
                log.exception("board_failed")

    def _tell_boards(self) -> None:
        for tenant_id, shown in self._shown.items():
            if not shown.board_changed:
                continue
            agents = None if shown.whole else shown.board_agents
            shown.board_changed = shown.whole = False
            shown.board_agents = set()
            delta = shown.board.delta(agents)
            if delta is not None:
                self._bus.publish(f"board.{tenant_id}", delta)
