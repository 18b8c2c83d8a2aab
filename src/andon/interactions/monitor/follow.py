"""Listening to the next calls of an agent: supervisors' wishes, and which conversation fulfils them.

Each conversation of the agent that begins is looked at once. Is the supervisor at no other call and the
telephone there, a session begins that listens; else that call is let go by and not counted. Wishes outlive
the core: the one that follows goes on with them.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from andon.interactions.model import Contact
from andon.interactions.monitor.events import FollowBegan, FollowEnded
from andon.interactions.service import Floor
from andon.interactions.timers import Scheduler, Timer
from andon.kit.errors import AndonError
from andon.routing.events import AgentState
from andon.routing.model import Refused

CALLS_MOST = 10
ABSENT_S = 60.0  # a supervisor's telephone that stays away so long: nobody is there to listen

Row = dict[str, Any]


class Follow(msgspec.Struct, kw_only=True):
    """One supervisor who waits for one agent's calls. `seen` is the conversation that was looked at last.
    Kept over restarts as it is."""

    follow_id: UUID
    supervisor_id: UUID
    name: str  # the supervisor's
    agent_id: UUID
    calls: int
    left: int
    since: datetime
    seen: UUID | None = None


class Follows:
    """One tenant's."""

    def __init__(
        self,
        floor: Floor,
        scheduler: Scheduler,
        new_id: Callable[[], UUID],
        talk_of: Callable[[UUID], Contact | None],
        listen: Callable[[Follow, Contact], None],
    ) -> None:
        """`talk_of(agent)` is the conversation the agent is in. `listen` begins a session at a call, if the
        supervisor can be there."""
        self._floor = floor
        self._scheduler = scheduler
        self._new_id = new_id
        self._talk_of = talk_of
        self._listen = listen
        self._follows: dict[tuple[UUID, UUID], Follow] = {}  # by supervisor and agent
        self._away: dict[UUID, Timer] = {}  # supervisors whose telephone is gone
        self.moved: set[UUID] = set()  # wishes that are not kept as they are now

    def rows(self) -> list[Row]:
        """Every wish, for boards."""
        return [
            {
                "follow_id": str(one.follow_id),
                "supervisor_id": str(one.supervisor_id),
                "supervisor_name": one.name,
                "agent_id": str(one.agent_id),
                "calls": one.calls,
                "left": one.left,
                "since": one.since.isoformat(timespec="milliseconds"),
            }
            for one in self._follows.values()
        ]

    def get(self, follow_id: UUID) -> Follow | None:
        return next((one for one in self._follows.values() if one.follow_id == follow_id), None)

    def resume(self, follow: Follow) -> None:
        """Take over a wish of the core before. The supervisor's telephone must show itself again."""
        self._follows[follow.supervisor_id, follow.agent_id] = follow
        self.device_changed(follow.supervisor_id, there=False)

    def renewed(self, supervisor_id: UUID) -> None:
        """The supervisor's telephone has another account."""
        for follow in [one for one in self._follows.values() if one.supervisor_id == supervisor_id]:
            self._show(follow)

    def begin(self, supervisor_id: UUID, name: str, agent_id: UUID, calls: int) -> Follow:
        """Listen to the agent's next `calls` conversations, the present one aside; an earlier wish about the
        same agent is replaced. Raises `AndonError`, `routing.model.Refused`."""
        if not 0 < calls <= CALLS_MOST:
            raise AndonError("invalid", 422, fields={"calls": ("field.too_large", {"n": CALLS_MOST})})
        if self._floor.router.agent(agent_id).state is AgentState.OFFLINE:
            raise AndonError("agent.absent", 409)
        if agent_id == supervisor_id:
            raise AndonError("monitor.no_call", 409)
        self.cancel(supervisor_id, agent_id, "replaced")
        follow = Follow(
            follow_id=self._new_id(),
            supervisor_id=supervisor_id,
            name=name,
            agent_id=agent_id,
            calls=calls,
            left=calls,
            since=self._floor.now(),
            seen=self._talk_now(agent_id),
        )
        self._follows[supervisor_id, agent_id] = follow
        self._floor.append(
            FollowBegan(
                at=follow.since,
                tenant_id=self._floor.router.tenant_id,
                agent_id=agent_id,
                follow_id=follow.follow_id,
                supervisor_id=supervisor_id,
                calls=calls,
            )
        )
        self._show(follow)
        return follow

    def cancel(self, supervisor_id: UUID, agent_id: UUID, why: str = "asked") -> bool:
        """False when there was nothing to cancel."""
        follow = self._follows.get((supervisor_id, agent_id))
        if follow is not None:
            self._end(follow, why)
        return follow is not None

    def counted(self, follow_id: UUID) -> None:
        """A session that a wish led to has begun."""
        for follow in list(self._follows.values()):
            if follow.follow_id == follow_id:
                follow.left -= 1
                if follow.left:
                    self._show(follow)
                else:
                    self._end(follow, "done")

    def settle(self) -> None:
        """After anything moved on the floor: conversations that have begun, agents who have left."""
        for follow in list(self._follows.values()):
            if self._gone(follow.agent_id):
                self._end(follow, "agent_left")
                continue
            talk_id = self._talk_now(follow.agent_id)
            if talk_id is None or talk_id == follow.seen:
                continue
            follow.seen = talk_id
            self.moved.add(follow.follow_id)
            contact = self._talk_of(follow.agent_id)
            if contact is not None:
                self._listen(follow, contact)

    def device_changed(self, supervisor_id: UUID, there: bool) -> None:
        """The supervisor's telephone appeared or vanished. One that stays away ends their wishes."""
        timer = self._away.pop(supervisor_id, None)
        if timer is not None:
            timer.cancel()
        if not there and any(supervisor == supervisor_id for supervisor, _ in self._follows):
            self._away[supervisor_id] = self._scheduler.call_later(ABSENT_S, self._absent, supervisor_id)

    def close(self) -> None:
        """The system stops."""
        for timer in self._away.values():
            timer.cancel()
        self._away.clear()
        for follow in list(self._follows.values()):
            self._end(follow, "shutdown")

    def _absent(self, supervisor_id: UUID) -> None:
        self._away.pop(supervisor_id, None)
        for follow in [one for one in self._follows.values() if one.supervisor_id == supervisor_id]:
            self._end(follow, "supervisor_left")

    def _gone(self, agent_id: UUID) -> bool:
        try:
            return self._floor.router.agent(agent_id).state is AgentState.OFFLINE
        except Refused:  # taken out of the configuration
            return True

    def _talk_now(self, agent_id: UUID) -> UUID | None:
        contact = self._talk_of(agent_id)
        return contact.talk.offer_id if contact is not None and contact.talk is not None else None

    def _end(self, follow: Follow, why: str) -> None:
        self._follows.pop((follow.supervisor_id, follow.agent_id), None)
        self.moved.add(follow.follow_id)
        self._floor.append(
            FollowEnded(
                at=self._floor.now(),
                tenant_id=self._floor.router.tenant_id,
                agent_id=follow.agent_id,
                follow_id=follow.follow_id,
                supervisor_id=follow.supervisor_id,
                left=follow.left,
                why=why,
            )
        )
        if not self._gone(follow.agent_id):
            self._show(follow)

    def _show(self, follow: Follow) -> None:
        """To boards, and to who keeps it."""
        self.moved.add(follow.follow_id)
        self._floor.act(lambda router, at: [], follow.agent_id)
