"""What a tenant's supervisors do from the live board: be at calls, choose states, order those who wait.

Sessions at calls move here and only here. One ends by itself as soon as what it was at is over, so that
nobody listens to what comes next.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Literal, Protocol
from uuid import UUID

import msgspec

from andon.interactions.commands import Credentials
from andon.interactions.inputs import AgentHangsUp, ForcedHangUp, Pulled, TakenOver
from andon.interactions.machine.table import IN_TALK
from andon.interactions.model import Contact
from andon.interactions.model import Stage as ContactStage
from andon.interactions.monitor import texts
from andon.interactions.monitor.events import Mode
from andon.interactions.monitor.follow import Follow, Follows
from andon.interactions.monitor.machine import Effect, begin, step
from andon.interactions.monitor.model import (
    HEARING,
    TALKING,
    Deafened,
    Ended,
    Input,
    Monitor,
    NotPlaced,
    Place,
    Placed,
    Stage,
    Wanted,
)
from andon.interactions.orders import MediumOrder
from andon.interactions.service import Floor
from andon.interactions.timers import Scheduler
from andon.kit.errors import AndonError
from andon.kit.journal import Fact
from andon.routing.events import AgentState
from andon.routing.model import Forced, Refused

texts.load()

GIVEN_S = 60  # a call given to an agent who is not ready waits so long for that agent alone
NOTE_MOST = 200
POINTS_MOST = 1000

Row = dict[str, Any]
TALKS = IN_TALK | {ContactStage.CONSULTING, ContactStage.AWAY}


class KeptDevice(msgspec.Struct, frozen=True):
    """A supervisor's telephone as a later core takes it over."""

    device: Literal["browser", "sip"]
    username: str
    secret: str


class KeptFollow(msgspec.Struct, frozen=True):
    """A wish to hear an agent's next calls as a later core takes it over, and where it is heard."""

    follow: Follow
    device: KeptDevice | None


class KeptMonitor(msgspec.Struct, frozen=True):
    """A session beside an agent as a later core takes it over, and where it is heard."""

    monitor: Monitor
    device: KeptDevice | None


class MonitorMedium(Protocol):
    """Where supervisors have their devices and legs (voice)."""

    async def open(
        self, tenant_id: UUID, supervisor_id: UUID, device: Literal["browser", "sip"]
    ) -> Credentials:
        """A new account in place of the one before. Raises `AndonError` when the engine is away."""

    def keep(self, supervisor_id: UUID) -> KeptDevice | None: ...

    def adopt(self, tenant_id: UUID, supervisor_id: UUID, kept: KeptDevice) -> None:
        """An account that the core before made."""

    def address(self, username: str) -> str: ...

    def registered(self, supervisor_id: UUID) -> bool: ...

    def perform(self, monitor: Monitor, order: MediumOrder) -> None:
        """Returns at once; what becomes of it comes back through `Supervision.hear`."""

    def take_over(self, monitor: Monitor) -> None:
        """A session of the core before; what became of its leg the engine will say (`StillUp`, `LegGone`)."""

    def hand_over(self, monitor: Monitor) -> None:
        """The supervisor's leg is the contact's agent's side from now on."""


class Supervision:
    """One tenant's supervisors. `new_id` gives ids for sessions, their legs and offers."""

    def __init__(
        self, floor: Floor, medium: MonitorMedium, new_id: Callable[[], UUID], scheduler: Scheduler
    ) -> None:
        self._floor = floor
        self._medium = medium
        self._new_id = new_id
        self._monitors: dict[UUID, Monitor] = {}  # by supervisor
        self.moved: set[UUID] = set()  # sessions that are not kept as they are now
        self.follows = Follows(floor, scheduler, new_id, self._talk_of, self._follows_to)
        self._verbs: dict[str, Callable[[UUID, Row], Awaitable[Row] | Row]] = {
            "supervise.device": self._device,
            "supervise.monitor": self._monitor,
            "supervise.pull": self._pull,
            "supervise.end": self._end,
            "supervise.follow": self._follow,
            "supervise.unfollow": self._unfollow,
            "supervise.hang_up": self._hang_up,
            "supervise.state": self._state,
            "supervise.break": self._break,
            "supervise.raise": self._raise,
            "supervise.move": self._move,
            "supervise.give": self._give,
            "supervise.cancel_callback": self._cancel_callback,
            "supervise.callbacks": self._callbacks,
        }

    @property
    def verbs(self) -> frozenset[str]:
        return frozenset(self._verbs)

    async def perform(self, verb: str, asked: Row) -> Row:
        """Do what a supervisor asks. Raises `AndonError`."""
        try:
            supervisor_id = UUID(str(asked["actor"]["user_id"]))
            answer = self._verbs[verb](supervisor_id, asked)
            return answer if isinstance(answer, dict) else await answer
        except Refused as refused:
            status = 404 if refused.code.endswith(".unknown") else 409
            raise AndonError(refused.code, status, **refused.params) from None

    # --- sessions at calls ------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """Every session, for boards."""
        return [self._row(monitor) for monitor in self._monitors.values()]

    def talks(self, user_id: UUID) -> bool:
        """Whether this supervisor is in a conversation, or about to be."""
        monitor = self._monitors.get(user_id)
        return monitor is not None and monitor.wanted in TALKING

    def hear(self, monitor: Monitor, heard: Input) -> None:
        """Something happened to a session's leg."""
        before = monitor.started
        self._perform(monitor, step(monitor, heard, self._floor.now()))
        if before is None and monitor.started is not None and monitor.follow_id is not None:
            self.follows.counted(monitor.follow_id)

    def settle(self) -> None:
        """After anything moved on the floor: sessions whose call is over end, nobody overhears card data,
        those who wait for an agent's next call come to it."""
        for monitor in list(self._monitors.values()):
            if not self._goes_on(monitor):
                self.hear(monitor, Ended("call_over"))
            elif monitor.deaf is not self._private(monitor.contact_id):
                self.hear(monitor, Deafened(not monitor.deaf))
        self.follows.settle()

    def _private(self, contact_id: UUID) -> bool:
        contact = self._floor.contacts.get(contact_id)
        return contact is not None and contact.card is not None

    def close(self) -> None:
        """The system stops."""
        self.follows.close()
        for monitor in list(self._monitors.values()):
            self.hear(monitor, Ended("shutdown"))

    def _goes_on(self, monitor: Monitor) -> bool:
        contact = self._floor.contacts.get(monitor.contact_id)
        if contact is None or not contact.live:
            return False
        if monitor.mode in TALKING or monitor.placing in TALKING:
            at_agent = contact.talk or contact.offer
            return at_agent is not None and at_agent.leg_id == monitor.leg_id
        if monitor.agent_id is None:
            return contact.stage is ContactStage.QUEUED
        return _talks_on(contact, monitor.agent_leg_id)

    def _perform(self, monitor: Monitor, effects: list[Effect]) -> None:
        self.moved.add(monitor.monitor_id)
        for effect in effects:
            if isinstance(effect, Fact):
                self._floor.append(effect)
            elif isinstance(effect, Place) and effect.mode in TALKING:
                self._hand_over(monitor, effect.mode)
            else:
                self._medium.perform(monitor, effect)
        if monitor.stage is Stage.ENDED and self._monitors.get(monitor.supervisor_id) is monitor:
            del self._monitors[monitor.supervisor_id]
        self._floor.act(lambda router, at: [], *self._shown(monitor))

    def _shown(self, monitor: Monitor) -> list[UUID]:
        return [] if monitor.agent_id is None else [monitor.agent_id]

    def _hand_over(self, monitor: Monitor, mode: Mode) -> None:
        """Let the contact go on with the supervisor, whose leg is up."""
        contact = self._floor.contacts.get(monitor.contact_id)
        waits = contact is not None and contact.stage is ContactStage.QUEUED
        talks = contact is not None and contact.stage in IN_TALK and _talks_on(contact, monitor.agent_leg_id)
        if contact is None or not (waits if mode is Mode.PULL else talks):
            self.hear(monitor, NotPlaced(mode))
            return
        self._medium.hand_over(monitor)
        kind = Pulled if mode is Mode.PULL else TakenOver
        self._floor.feed(contact, kind(monitor.supervisor_id, monitor.leg_id, self._new_id()))
        self.hear(monitor, Placed(mode))

    def _row(self, monitor: Monitor) -> Row:
        return {
            "monitor_id": str(monitor.monitor_id),
            "supervisor_id": str(monitor.supervisor_id),
            "supervisor_name": monitor.name,
            "agent_id": None if monitor.agent_id is None else str(monitor.agent_id),
            "contact_id": str(monitor.contact_id),
            "mode": None if monitor.mode is None else monitor.mode.value,
            "wanted": monitor.wanted.value,
            "deaf": monitor.deaf,
            "since": (monitor.started or monitor.asked).isoformat(timespec="milliseconds"),
        }

    async def _device(self, supervisor_id: UUID, asked: Row) -> Row:
        """An account for the supervisor's own telephone."""
        if supervisor_id in self._monitors:
            raise AndonError("monitor.busy", 409)
        device: Literal["browser", "sip"] = "sip" if asked.get("device") == "sip" else "browser"
        account = await self._medium.open(self._floor.router.tenant_id, supervisor_id, device)
        self.follows.device_changed(supervisor_id, there=False)  # until it registers
        self.follows.renewed(supervisor_id)
        return {
            "sip": {
                "username": account.username,
                "secret": account.secret,
                "uri": self._medium.address(account.username),
            }
        }

    def _monitor(self, supervisor_id: UUID, asked: Row) -> Row:
        """Go to an agent's call in a mode, or change the mode there."""
        mode, agent_id = Mode(asked["mode"]), UUID(str(asked["agent_id"]))
        if mode is Mode.TAKE_OVER:
            self._not_at_desk(supervisor_id)
        here = self._monitors.get(supervisor_id)
        if here is not None and here.agent_id == agent_id and here.wanted not in TALKING:
            self._not_consulting(mode, self._floor.contacts.get(here.contact_id))
            self.hear(here, Wanted(mode))
            return self._answer(here) | {"name": self._name(asked)}
        contact = self._call_of(agent_id)
        self._not_consulting(mode, contact)
        talk = contact.talk
        if talk is None or agent_id == supervisor_id:
            raise AndonError("monitor.no_call", 409)
        name = str(asked["actor"].get("name", ""))
        answer = self._begin(supervisor_id, name, contact, mode, agent_id, talk.leg_id)
        return answer | {"name": self._name(asked)}

    @staticmethod
    def _not_consulting(mode: Mode, contact: Contact | None) -> None:
        """Who takes over takes one conversation over, not one that is being passed on."""
        if mode is Mode.TAKE_OVER and contact is not None and contact.stage not in IN_TALK:
            raise AndonError("monitor.consulting", 409)

    def _pull(self, supervisor_id: UUID, asked: Row) -> Row:
        self._not_at_desk(supervisor_id)
        contact = self._floor.contacts.get(UUID(str(asked["contact_id"])))
        if contact is None or contact.stage not in {ContactStage.QUEUED, ContactStage.OFFERING}:
            raise AndonError("contact.not_waiting", 409)
        if contact.stage is ContactStage.OFFERING:
            raise AndonError("contact.ringing", 409)
        name = str(asked["actor"].get("name", ""))
        return self._begin(supervisor_id, name, contact, Mode.PULL, None, "")

    def _begin(
        self,
        supervisor_id: UUID,
        name: str,
        contact: Contact,
        mode: Mode,
        agent_id: UUID | None,
        agent_leg_id: str,
        follow_id: UUID | None = None,
    ) -> Row:
        if supervisor_id in self._monitors:
            raise AndonError("monitor.busy", 409)
        if not self._medium.registered(supervisor_id):
            raise AndonError("monitor.no_device", 409)
        monitor_id = self._new_id()
        monitor = self._monitors[supervisor_id] = Monitor(
            monitor_id=monitor_id,
            tenant_id=contact.tenant_id,
            client_id=contact.client_id,
            project_id=contact.project_id,
            contact_id=contact.contact_id,
            agent_id=agent_id,
            agent_leg_id=agent_leg_id,
            supervisor_id=supervisor_id,
            name=name,
            leg_id=f"m-{monitor_id.hex}",
            wanted=mode,
            asked=self._floor.now(),
            deaf=contact.card is not None,
            follow_id=follow_id,
        )
        self._perform(monitor, begin(monitor))
        return self._answer(monitor)

    def _name(self, asked: Row) -> str:
        """The agent's, for the audit log."""
        return self._floor.router.agent(UUID(str(asked["agent_id"]))).name

    def _answer(self, monitor: Monitor) -> Row:
        return {"monitor": self._row(monitor), "contact_id": str(monitor.contact_id)}

    def _end(self, supervisor_id: UUID, asked: Row) -> Row:
        """Leave; a conversation taken over is hung up on the supervisor's side."""
        monitor = self._monitors.get(supervisor_id)
        if monitor is None:
            raise AndonError("monitor.none", 409)
        answer = self._answer(monitor)
        contact = self._floor.contacts.get(monitor.contact_id)
        if monitor.mode in TALKING and contact is not None:
            self._floor.feed(contact, AgentHangsUp(supervisor_id))
        self.hear(monitor, Ended("asked"))
        return answer

    def _not_at_desk(self, supervisor_id: UUID) -> None:
        """Nobody has two conversations: an agent's time line is the router's."""
        try:
            state = self._floor.router.agent(supervisor_id).state
        except Refused:
            return  # no agent at all
        if state is not AgentState.OFFLINE:
            raise AndonError("monitor.at_desk", 409)

    # --- an agent's next calls --------------------------------------------------------------------------

    def _follow(self, supervisor_id: UUID, asked: Row) -> Row:
        """Listen to the agent's next conversations, each as it begins."""
        agent_id, name = UUID(str(asked["agent_id"])), str(asked["actor"].get("name", ""))
        if not self._medium.registered(supervisor_id):
            raise AndonError("monitor.no_device", 409)
        follow = self.follows.begin(supervisor_id, name, agent_id, int(asked["calls"]))
        return {"left": follow.left, "name": self._name(asked)}

    def keep_monitor(self, monitor_id: UUID) -> KeptMonitor | None:
        """None: it is over, has not begun, or is a conversation, which goes on with its contact."""
        monitor = next((one for one in self._monitors.values() if one.monitor_id == monitor_id), None)
        if monitor is None or monitor.mode not in HEARING or monitor.wanted not in HEARING:
            return None
        return KeptMonitor(monitor, self._medium.keep(monitor.supervisor_id))

    def resume_monitor(self, kept: KeptMonitor) -> None:
        """Take over a session of the core before. It ends if its call did meanwhile."""
        monitor = kept.monitor
        if kept.device is not None:
            self._medium.adopt(monitor.tenant_id, monitor.supervisor_id, kept.device)
        self._monitors[monitor.supervisor_id] = monitor
        self._medium.take_over(monitor)

    def keep(self, follow_id: UUID) -> KeptFollow | None:
        """None: it is over."""
        follow = self.follows.get(follow_id)
        return None if follow is None else KeptFollow(follow, self._medium.keep(follow.supervisor_id))

    def resume(self, kept: KeptFollow) -> None:
        """Take over a wish of the core before. The agent who left meanwhile ends it."""
        follow = kept.follow
        if kept.device is not None:
            self._medium.adopt(self._floor.router.tenant_id, follow.supervisor_id, kept.device)
        self.follows.resume(follow)

    def _unfollow(self, supervisor_id: UUID, asked: Row) -> Row:
        if not self.follows.cancel(supervisor_id, UUID(str(asked["agent_id"]))):
            raise AndonError("monitor.none", 409)
        return {"left": 0, "name": self._name(asked)}

    def _talk_of(self, agent_id: UUID) -> Contact | None:
        try:
            return self._call_of(agent_id)
        except (AndonError, Refused):
            return None

    def _follows_to(self, follow: Follow, contact: Contact) -> None:
        """A conversation of an agent who is waited for has begun."""
        supervisor_id, talk = follow.supervisor_id, contact.talk
        if talk is None or supervisor_id in self._monitors or not self._medium.registered(supervisor_id):
            return
        self._begin(
            supervisor_id, follow.name, contact, Mode.LISTEN, follow.agent_id, talk.leg_id, follow.follow_id
        )

    # --- the call at hand -------------------------------------------------------------------------------

    def _call_of(self, agent_id: UUID) -> Contact:
        """The conversation this agent is in with a caller. Raises `monitor.no_call`, `monitor.internal`,
        `agent.unknown`."""
        contact = self._floor.contact_of(agent_id)
        if contact is not None and contact.inside is not None and contact.live:
            raise AndonError("monitor.internal", 409)
        talk = contact.talk if contact is not None else None
        if contact is None or talk is None or talk.agent_id != agent_id or contact.stage not in TALKS:
            raise AndonError("monitor.no_call", 409)
        return contact

    def _hang_up(self, supervisor_id: UUID, asked: Row) -> Row:
        agent_id = UUID(str(asked["agent_id"]))
        contact = self._floor.contact_of(agent_id)
        if contact is None or contact.stage is not ContactStage.INSIDE:
            contact = self._call_of(agent_id)
        self._floor.feed(contact, ForcedHangUp())
        return {"contact_id": str(contact.contact_id), "name": self._name(asked)}

    # --- states of agents -------------------------------------------------------------------------------

    def _state(self, supervisor_id: UUID, asked: Row) -> Row:
        """At once, or after the call and its wrap-up."""
        agent_id, state = UUID(str(asked["agent_id"])), AgentState(asked["state"])
        reason_id = UUID(str(asked["reason_id"])) if asked.get("reason_id") else None
        forced = Forced(
            by_id=supervisor_id,
            name=str(asked["actor"].get("name", "")),
            note=str(asked.get("note", ""))[:NOTE_MOST],
        )
        if self._floor.router.agent(agent_id).state is AgentState.OFFLINE:
            raise AndonError("agent.absent", 409)
        if state is AgentState.OFFLINE:
            self._floor.act(
                lambda router, at: router.sign_out(
                    agent_id, at, by="supervisor", why="forced", forced=forced
                ),
                agent_id,
            )
        else:
            self._floor.act(
                lambda router, at: router.request_state(
                    agent_id, state, at, reason_id=reason_id, forced=forced
                ),
                agent_id,
            )
        return self._now(agent_id)

    def _break(self, supervisor_id: UUID, asked: Row) -> Row:
        """Grant an agent's wish for a break, or do not."""
        agent_id = UUID(str(asked["agent_id"]))
        self._floor.act(
            lambda router, at: router.answer_break(
                agent_id,
                approve=bool(asked["approve"]),
                by_id=supervisor_id,
                name=str(asked["actor"].get("name", "")),
                note=str(asked.get("note", ""))[:NOTE_MOST],
                now=at,
            ),
            agent_id,
        )
        return self._now(agent_id)

    def _now(self, agent_id: UUID) -> Row:
        now = self._floor.router.agent(agent_id)
        return {
            "state": now.state.value,
            "pending_state": None if now.pending_state is None else now.pending_state.value,
            "name": now.name,
        }

    # --- those who wait ---------------------------------------------------------------------------------

    def _raise(self, supervisor_id: UUID, asked: Row) -> Row:
        contact_id, points = UUID(str(asked["contact_id"])), int(asked["points"])
        if not 0 < points <= POINTS_MOST:
            raise AndonError("invalid", 422, fields={"points": ("field.too_large", {"n": POINTS_MOST})})
        self._floor.act(lambda router, at: router.raise_priority(contact_id, points, supervisor_id, at))
        return {}

    def _move(self, supervisor_id: UUID, asked: Row) -> Row:
        contact_id, queue_id = UUID(str(asked["contact_id"])), UUID(str(asked["queue_id"]))
        self._floor.act(lambda router, at: router.move(contact_id, queue_id, supervisor_id, at))
        return {}

    def _give(self, supervisor_id: UUID, asked: Row) -> Row:
        contact_id, agent_id = UUID(str(asked["contact_id"])), UUID(str(asked["agent_id"]))
        self._floor.act(
            lambda router, at: router.mean_for(contact_id, agent_id, GIVEN_S, supervisor_id, at), agent_id
        )
        return {}

    # --- those who are to be called back ----------------------------------------------------------------

    def _cancel_callback(self, supervisor_id: UUID, asked: Row) -> Row:
        self._floor.cancel_callback(UUID(str(asked["contact_id"])), supervisor_id)
        return {}

    def _callbacks(self, supervisor_id: UUID, asked: Row) -> Row:
        """Where each kept place stands now: in line at a position, asleep, or being called."""
        line = {now.contact_id: now for now in self._floor.router.all_waiting()}
        places = {}
        for callback in self._floor.callbacks.places():
            now = line.get(callback.contact_id)
            calling = callback.contact_id in self._floor.contacts
            waits = now is not None and not now.asleep and not calling
            places[str(callback.callback_id)] = {
                "stands": "calling" if calling else "in_line" if waits else "asleep",
                "position": now.position if now is not None and waits else None,
            }
        return {"places": places}


def _talks_on(contact: Contact, agent_leg_id: str) -> bool:
    """Whether the conversation is still the one with this leg; also while its agent asks somebody else."""
    return contact.stage in TALKS and contact.talk is not None and contact.talk.leg_id == agent_leg_id
