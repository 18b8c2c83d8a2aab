"""What an agent's desk may ask: presence, device, the call at hand, wrap-up.

`Desk` serves one tenant's agents. It keeps who is signed in from where; states themselves are the router's,
calls the floor's. Everything refused is an `AndonError` with a text in both languages.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal, Protocol
from uuid import UUID

import msgspec
import structlog

from andon.interactions import texts
from andon.interactions.card.service import CardData
from andon.interactions.control import CallControl, FlowNames
from andon.interactions.dialling.service import Dialling
from andon.interactions.inputs import (
    AgentHangsUp,
    AgentHolds,
    AgentKeys,
    AgentMutes,
    AgentRejects,
    AgentRetrieves,
    Input,
)
from andon.interactions.inside.service import InternalCalls
from andon.interactions.model import Contact, Stage
from andon.interactions.parking.service import Parking
from andon.interactions.service import Floor
from andon.interactions.timers import Scheduler, Timer
from andon.kit.errors import AndonError
from andon.routing.events import AgentState
from andon.routing.machine import Router
from andon.routing.model import DeviceTest, Effect, Refused

texts.load()
log = structlog.get_logger(__name__)

ABSENCE_S = 30.0  # a desk without its live connection is signed out after this long
BACK_SOON = timedelta(seconds=60)
EXTEND_MOST_S = 600
MOBILE_ABSENCE_S = 12 * 3600.0  # who answers on the mobile may close the page, but not for ever
Device = Literal["browser", "sip", "mobile"]
DEVICES: Mapping[str, Device] = {"browser": "browser", "sip": "sip", "mobile": "mobile"}
TESTED_AT_REST = frozenset({AgentState.NOT_READY, AgentState.BREAK})
RINGING = "ringing"  # a test ring goes on; else its end, `accepted` or why not
ACCEPTED = "accepted"
IN_CONVERSATION = frozenset({AgentState.TALKING, AgentState.HELD})
INSIDE = frozenset({Stage.BUZZING, Stage.INSIDE})  # of calls between agents
_KEYS = re.compile(r"[0-9*#A-D]{1,32}")


class Credentials(Protocol):
    """A device's account."""

    @property
    def username(self) -> str: ...

    @property
    def secret(self) -> str: ...


class DevicePort(Protocol):
    """Where devices get their accounts (voice)."""

    async def open(self, agent_id: UUID, device: Device) -> Credentials:
        """A new account in place of the one before. Raises `AndonError` when the engine is away."""

    def adopt(self, agent_id: UUID, device: Device, username: str, secret: str) -> Credentials:
        """An account that the core before made."""

    def has_mobile(self, agent_id: UUID) -> bool:
        """Whether an administrator has set the agent's mobile telephone."""

    async def test(self, agent_id: UUID, told: Callable[[str], None]) -> None:
        """Ring the agent's device to be answered by a key. `told`: `ringing`, then how it ended."""

    async def close(self, username: str) -> None:
        """Take an account away; never raises."""

    def address(self, username: str) -> str:
        """The SIP URI of an account."""

    def servers(self) -> list[str]:
        """Where a device may register, host and port each, the first as in `address`."""


class Session(msgspec.Struct, kw_only=True):
    """Where an agent is signed in. `session` is the log-in's id, `where` a text for people."""

    agent_id: UUID
    session: str
    device: Device
    where: str
    since: datetime
    account: Any
    seen: bool = False  # a live connection was told of
    test_ring: str = ""  # how the last one stands
    away: Timer | None = None  # runs while the live connection is missing


class KeptSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session as a later core's desk takes it over; the account's secret lives as long as it does."""

    session: str
    device: Device
    where: str
    since: datetime
    seen: bool
    username: str
    secret: str


class Desk:
    """One tenant's agents' desks."""

    def __init__(
        self,
        floor: Floor,
        devices: DevicePort,
        scheduler: Scheduler,
        view: Callable[[UUID], dict[str, Any]],
        later: Callable[[Awaitable[None]], object],
        dialling: Dialling,
        flows: FlowNames,
        *,
        transfer_to_head: bool = True,
        card_limit_s: int = 120,
        record_internal: Callable[[], bool] = lambda: False,
    ) -> None:
        """`view` shows an agent; `later` runs what need not be waited for. `transfer_to_head`: who is passed
        on to a queue goes to its head. Card data is taken for `card_limit_s` at the most. `record_internal`:
        whether calls between agents are recorded."""
        self.dialling = dialling
        self._floor = floor
        self._devices = devices
        self._scheduler = scheduler
        self._view = view
        self._later = later
        self._sessions: dict[UUID, Session] = {}
        self._verbs: dict[str, Callable[[UUID, dict[str, Any]], Awaitable[None] | None]] = {
            "agent.sign_out": self._sign_out,
            "agent.state": self._state,
            "agent.device_tested": self._device_tested,
            "agent.test_ring": self._test_ring,
            "agent.presence": self._presence,
            "call.hold": self._hold,
            "call.retrieve": self._retrieve,
            "call.mute": self._mute,
            "call.dtmf": self._dtmf,
            "call.hangup": self._hang_up,
            "call.reject": self._reject,
            "break.withdraw": self._withdraw_break,
            "wrap.done": self._wrap_done,
            "wrap.extend": self._wrap_extend,
            **CallControl(floor, self._call, flows, to_head=transfer_to_head).verbs,
            **dialling.verbs,
            **InternalCalls(floor, record_internal).verbs,
            **Parking(floor, self._call).verbs,
            **CardData(floor, self._call, card_limit_s).verbs,
        }

    @property
    def verbs(self) -> frozenset[str]:
        return frozenset({*self._verbs, "agent.sign_in"})

    def session_of(self, agent_id: UUID) -> Session | None:
        return self._sessions.get(agent_id)

    def keep(self, agent_id: UUID) -> KeptSession | None:
        """The agent's session, once it has an account."""
        session = self._sessions.get(agent_id)
        if session is None or session.account is None:
            return None
        return KeptSession(
            session=session.session,
            device=session.device,
            where=session.where,
            since=session.since,
            seen=session.seen,
            username=session.account.username,
            secret=session.account.secret,
        )

    def resume(self, agent_id: UUID, kept: KeptSession) -> None:
        """Take a session over. Its live connection, if it had one, must show itself again."""
        session = self._sessions[agent_id] = Session(
            agent_id=agent_id,
            session=kept.session,
            device=kept.device,
            where=kept.where,
            since=kept.since,
            account=self._devices.adopt(agent_id, kept.device, kept.username, kept.secret),
            seen=kept.seen,
        )
        if kept.seen:
            self._present(session, connected=False)

    async def perform(self, verb: str, agent_id: UUID, asked: dict[str, Any]) -> dict[str, Any]:
        """Do what a desk asks and show the agent as they are then. Raises `AndonError`."""
        try:
            if verb == "agent.sign_in":
                sip = await self._sign_in(agent_id, asked)
                return {"sip": sip, "view": self._view(agent_id)}
            waiting = self._verbs[verb](agent_id, asked)
            if waiting is not None:
                await waiting
            return {"view": self._view(agent_id)}
        except Refused as refused:
            status = 404 if refused.code.endswith(".unknown") else 409
            raise AndonError(refused.code, status, **refused.params) from None

    # --- signing in and out -----------------------------------------------------------------------------

    async def _sign_in(self, agent_id: UUID, asked: dict[str, Any]) -> dict[str, Any] | None:
        kind, session = DEVICES.get(str(asked.get("device"))), str(asked.get("session", ""))
        if kind is None:
            choices = ", ".join(DEVICES)
            raise AndonError("invalid", 422, fields={"device": ("field.choice", {"choices": choices})})
        if kind == "mobile" and not self._devices.has_mobile(agent_id):
            raise AndonError("agent.no_mobile", 409)
        here = self._sessions.get(agent_id)
        if here is not None and here.session == session and here.device == kind:
            self._present(here, connected=True)  # the page was loaded again: the same account serves on
            return self._said(here)
        if here is not None and here.session != session and not asked.get("take_over"):
            raise AndonError(
                "agent.signed_in_elsewhere",
                409,
                where=here.where or here.device,
                since=here.since.isoformat(timespec="milliseconds"),
            )
        # The router first: it refuses whoever may not sign in before any account is made.
        self._floor.act(
            lambda router, at: router.sign_in(agent_id, kind, at, took_over=here is not None), agent_id
        )
        if here is not None and here.away is not None:
            here.away.cancel()
        self._sessions[agent_id] = Session(
            agent_id=agent_id,
            session=session,
            device=kind,
            where=str(asked.get("where", ""))[:120],
            since=self._floor.now(),
            account=None,
        )
        mine = self._sessions[agent_id]
        try:
            mine.account = await self._devices.open(agent_id, kind)
        except AndonError:
            self._out(agent_id, by="system", why="engine_refused")
            raise
        self._show(agent_id)
        return self._said(mine)

    def _said(self, session: Session) -> dict[str, Any] | None:
        """What the device registers with; a mobile does not."""
        account = session.account
        if account is None:  # asked twice at once: the first is still making it
            raise AndonError("agent.signing_in", 409)
        if session.device == "mobile":
            return None
        return {
            "username": account.username,
            "secret": account.secret,
            "uri": self._devices.address(account.username),
            "servers": self._devices.servers(),
            "expires_in": 12 * 3600,
        }

    def _sign_out(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        self._out(agent_id, by="self", why="signed_out")

    def _out(self, agent_id: UUID, *, by: str, why: str) -> None:
        self._floor.act(lambda router, at: router.sign_out(agent_id, at, by=by, why=why), agent_id)

    def settle(self, agent_id: UUID) -> None:
        """After any change: an agent who is offline now has no session and no account any more."""
        session = self._sessions.get(agent_id)
        if session is None:
            return
        try:
            offline = self._floor.router.agent(agent_id).state is AgentState.OFFLINE
        except Refused:
            offline = True  # removed from the configuration
        if offline:
            del self._sessions[agent_id]
            if session.away is not None:
                session.away.cancel()
            if session.account is not None:
                self._later(self._devices.close(session.account.username))

    # --- presence -----------------------------------------------------------------------------------------

    def _presence(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        session = self._sessions.get(agent_id)
        if session is not None and session.session == asked.get("session"):
            self._present(session, connected=bool(asked.get("connected")))

    def _present(self, session: Session, *, connected: bool) -> None:
        if session.away is not None:
            session.away.cancel()
            session.away = None
        if not session.seen:
            session.seen = True
            self._show(session.agent_id)
        if not connected:
            absence_s = MOBILE_ABSENCE_S if session.device == "mobile" else ABSENCE_S
            session.away = self._scheduler.call_later(absence_s, self._absent, session)

    def _absent(self, session: Session) -> None:
        """The desk stayed away. A conversation goes on without it, and the agent stays until it is over."""
        session.away = None
        if self._sessions.get(session.agent_id) is not session:
            return
        if self._floor.router.agent(session.agent_id).state in IN_CONVERSATION:
            session.away = self._scheduler.call_later(ABSENCE_S, self._absent, session)
            return
        self._out(session.agent_id, by="system", why="connection_lost")

    def device_changed(self, agent_id: UUID, registered: bool) -> None:
        """The engine saw the agent's device appear or vanish. Who was ready then is ready again when it is
        back soon: a connection that broke is nobody's wish."""

        def change(router: Router, at: datetime) -> list[Effect]:
            effects = router.device_changed(agent_id, registered, at)
            now = router.agent(agent_id)
            lost = now.state is AgentState.NOT_READY and now.why == "device_lost"
            if registered and lost and at - now.since <= BACK_SOON and now.device_tested:
                effects += router.request_state(agent_id, AgentState.READY, at, by="system")
            return effects

        if agent_id in self._sessions:
            self._floor.act(change, agent_id)

    # --- states -------------------------------------------------------------------------------------------

    def _state(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        try:
            state = AgentState(str(asked.get("state")))
            reason_id = UUID(str(asked["reason_id"])) if asked.get("reason_id") else None
        except ValueError:
            raise AndonError("agent.state_unknown", 422, state=str(asked.get("state"))) from None
        self._floor.act(
            lambda router, at: router.request_state(agent_id, state, at, reason_id=reason_id), agent_id
        )

    def _withdraw_break(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        self._floor.act(lambda router, at: router.withdraw_break(agent_id, at), agent_id)

    def _device_tested(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        test = DeviceTest(
            passed=bool(asked.get("passed")),
            microphone_db=_number(asked.get("microphone_db")),
            speaker=bool(asked.get("speaker")),
            rtt_ms=_number(asked.get("rtt_ms")),
            echo=bool(asked.get("echo")),
        )
        self._floor.act(lambda router, at: router.device_tested(agent_id, test, at), agent_id)

    async def _test_ring(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        """Ring the agent's telephone; the key pressed there passes the device test."""
        session = self._sessions.get(agent_id)
        if session is None or session.account is None:
            raise AndonError("agent.not_signed_in", 409)
        if session.device == "browser" or session.test_ring == RINGING:
            raise AndonError("agent.test_rings", 409)
        if self._floor.router.agent(agent_id).state not in TESTED_AT_REST:
            raise AndonError("agent.test_not_now", 409)
        await self._devices.test(agent_id, partial(self._test_told, session))

    def _test_told(self, session: Session, how: str) -> None:
        session.test_ring = how
        agent_id = session.agent_id
        if self._sessions.get(agent_id) is not session:
            return  # signed out meanwhile, or signed in anew
        if how == RINGING:
            self._show(agent_id)
            return
        test = DeviceTest(passed=how == ACCEPTED, speaker=how == ACCEPTED)
        self._floor.act(lambda router, at: router.device_tested(agent_id, test, at), agent_id)

    # --- the call at hand -----------------------------------------------------------------------------------

    def _call(self, agent_id: UUID, *stages: Stage) -> Contact:
        """The agent's contact, in one of these stages. Raises `call.none` or `call.not_now`."""
        contact = self._floor.contact_of(agent_id)
        if contact is None or not contact.live:
            raise AndonError("call.none", 409)
        parties = (contact.talk, contact.offer, contact.second, contact.dialler, contact.inside)
        if not any(party is not None and party.agent_id == agent_id for party in parties):
            raise AndonError("call.none", 409)
        if contact.inside is not None and INSIDE.isdisjoint(stages):
            raise AndonError("call.internal", 409)
        if contact.stage not in stages:
            raise AndonError("call.not_now", 409, stage=contact.stage.value)
        return contact

    def _ask(self, agent_id: UUID, ask: Input, *stages: Stage) -> None:
        self._floor.feed(self._call(agent_id, *stages), ask)

    def _hold(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        self._ask(agent_id, AgentHolds(agent_id), Stage.TALKING, Stage.INSIDE)

    def _retrieve(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        contact = self._call(agent_id, Stage.HELD, Stage.INSIDE)
        if contact.talk is not None and contact.talk.held_by_device:
            raise AndonError("call.held_by_device", 409)
        self._floor.feed(contact, AgentRetrieves(agent_id))

    def _mute(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        stages = (Stage.TALKING, Stage.HELD, Stage.CONSULTING, Stage.INSIDE)
        self._ask(agent_id, AgentMutes(agent_id, bool(asked.get("on"))), *stages)

    def _dtmf(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        digits = str(asked.get("digits", ""))
        if not _KEYS.fullmatch(digits):
            raise AndonError("invalid", 422, fields={"digits": "field.pattern"})
        self._ask(agent_id, AgentKeys(agent_id, digits), Stage.TALKING, Stage.CONSULTING)

    def _hang_up(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        contact = self._floor.contact_of(agent_id)
        if contact is None or not contact.live:
            return  # the other side was faster: what is asked for is so
        stages = (
            Stage.TALKING,
            Stage.HELD,
            Stage.CONSULTING,
            Stage.RETURNING,
            Stage.CALLING,
            Stage.AWAY,
            Stage.PARKED,
            *INSIDE,
        )
        second = contact.second if contact.stage is Stage.INSIDE else None
        if second is not None and second.handover.by == agent_id:
            raise AndonError("call.handing_over", 409)  # it would end the call of who is handed over
        self._ask(agent_id, AgentHangsUp(agent_id), *stages)

    def _reject(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        stages = (Stage.OFFERING, Stage.DIALLING, Stage.CONSULTING, *INSIDE)
        self._ask(agent_id, AgentRejects(agent_id), *stages)

    # --- wrap-up ------------------------------------------------------------------------------------------

    def _wrap_done(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        """Ends the wrap-up of that contact; of an older one it changes nothing."""
        wanted = asked.get("contact_id")
        at_hand = self._floor.router.agent(agent_id).contact_id
        if wanted is None or at_hand is None or str(at_hand) == str(wanted):
            self._floor.act(lambda router, at: router.wrap_done(agent_id, at), agent_id)

    def _wrap_extend(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        seconds = asked.get("seconds")
        if not isinstance(seconds, int) or not 0 < seconds <= EXTEND_MOST_S:
            raise AndonError("invalid", 422, fields={"seconds": ("field.too_large", {"n": EXTEND_MOST_S})})
        self._floor.act(lambda router, at: router.wrap_extend(agent_id, seconds, at), agent_id)

    def _show(self, agent_id: UUID) -> None:
        self._floor.act(lambda router, at: [], agent_id)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
