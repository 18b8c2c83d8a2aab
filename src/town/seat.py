"""A simulated agent at work: logs in over the API, answers a real SIP phone, writes wrap-ups, takes breaks.

A person who logs in as the same agent takes the seat: this one then lets go at once, and comes back only
when nobody has been signed in there for a while.
"""

import asyncio
import contextlib
import random
import time
from typing import Any, Protocol

import structlog

from andon.telephony.errors import EngineRefused
from town import world
from town.acts import Act, Decline, Hold
from town.api import Away, Person, Refused
from town.attendant import Attendant, Pause
from town.carrier import Call, Phone
from town.handset import Handset, english_line
from town.tally import Tally
from town.telephone import Telephones

log = structlog.get_logger(__name__)

RETRY_S = (1.0, 2.0, 5.0, 10.0)
KEEP_S = 2.0  # how often the own state is looked at
STUCK_S = 5.0  # out of ready without wanting to be
LOST_S = 12.0  # the device is not registered
CONNECT_S = 2.0
ABSENCE_S = 25.0


class Neighbours(Protocol):
    """What a seat asks of the town."""

    def talking_with(self, caller: str, agent: str) -> str | None:
        """An agent answered this caller of ours; the project's key, None for somebody else's caller."""

    def left_by(self, caller: str) -> None:
        """The agent is gone from this caller."""

    async def state_reason(self, kind: str, name: str) -> str | None:
        """The id of a state reason."""

    async def wrap_reason(self, project_id: str, path: tuple[str, str]) -> str | None:
        """The id of a leaf of a project's reasons."""


class Seat:
    """One agent's place."""

    def __init__(
        self,
        agent: world.Agent,
        person: Person,
        phones: Telephones,
        tally: Tally,
        town: Neighbours,
        resume_s: float,
        seed: int,
    ) -> None:
        self.agent = agent
        self.view: dict[str, Any] = {}
        self.working = False
        self.person = person
        self._phones = phones
        self._tally = tally
        self._town = town
        self._resume_s = resume_s
        self._rng = random.Random(seed)  # noqa: S311  (a simulation)
        self._mind = Attendant(agent, seed)
        self._phone: Phone | None = None
        self._session: str | None = None
        self._away_until = 0.0
        self._busy = False

    # --- from outside

    async def run(self) -> None:
        """Work until cancelled."""
        tries = 0
        while True:
            try:
                await self._shift()
                tries = 0
            except Away as error:
                log.info("seat_waits", seat=self.agent.login, why=type(error).__name__)
            except Refused as refused:
                log.warning("seat_refused", seat=self.agent.login, why=str(refused))
            except (EngineRefused, TimeoutError) as error:
                log.warning("seat_phone_failed", seat=self.agent.login, why=str(error))
            finally:
                self.working = False
            self._note("waiting")
            await asyncio.sleep(RETRY_S[min(tries, len(RETRY_S) - 1)])
            tries += 1

    async def leave(self) -> None:
        """Sign out: the town closes."""
        if self.working:
            self.working = False
            with contextlib.suppress(Refused, *Away):
                await self.person.post("/api/desk/sign-out")

    @property
    def ready(self) -> bool:
        return self.working and self.view.get("state") == "ready" and not self._busy

    async def step_aside(self, seconds: float) -> None:
        """Turn to papers, so that somebody else gets the next call: breaks have rules, papers have none."""
        if self.ready:
            await self._pause(Pause("not_ready", "整理资料", seconds))

    # --- one shift

    async def _shift(self) -> None:
        """From sign-in until the seat is taken by a person or the session is lost."""
        await self.person.log_in()
        answer = await self._sign_in()
        if answer is None:
            await self._wait_for_free_seat()
            return
        self._take(answer["view"])
        self._session = self.view.get("session")
        account = answer["sip"]
        self._phone = await self._phones.register(account["username"], account["secret"])
        test = {"passed": True, "microphone_db": -22.0, "speaker": True, "rtt_ms": 1.0, "echo": True}
        await self.person.post("/api/desk/device-test", test)
        self.working = True
        self._note("working")
        jobs = [self._watch(), self._answer_calls(self._phone), self._keep_ready()]
        tasks = [asyncio.create_task(job) for job in jobs]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self.working = False
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(EngineRefused):
                await self._phones.remove_phone(account["username"])

    async def _sign_in(self) -> dict[str, Any] | None:
        """The answer; None when a person has the seat."""
        try:
            return await self._post_sign_in(take_over=False)
        except Refused as refused:
            if refused.code != "agent.signed_in_elsewhere":
                raise
            return None

    async def _post_sign_in(self, *, take_over: bool) -> dict[str, Any]:
        body = {"device": "sip", "take_over": take_over}
        answer: dict[str, Any] = await self.person.post("/api/desk/sign-in", body)
        return answer

    async def _wait_for_free_seat(self) -> None:
        """Somebody sits here: come back when the seat has been empty for `resume_s`. A telephone without a
        browser is what the town itself left behind when it was killed; then there is nobody to wait for."""
        self._note("taken by a person")
        empty_since: float | None = None
        wait_s = 1.0
        async with self.person.live(board=False) as messages:
            feed = asyncio.create_task(self._follow(messages))
            try:
                while True:
                    await asyncio.sleep(0.5)
                    if feed.done():
                        feed.result()
                        return
                    if self.view.get("device") == "browser":
                        wait_s = self._resume_s
                    if self.view.get("signed_in", True):
                        empty_since = None
                        continue
                    empty_since = empty_since or time.monotonic()
                    if time.monotonic() - empty_since >= wait_s:
                        return
            finally:
                feed.cancel()

    async def _follow(self, messages: Any) -> None:
        async for message in messages:
            if message.get("type") == "agent":
                self._take(message["view"])

    def _take(self, view: dict[str, Any]) -> None:
        if view.get("seq", 0) >= self.view.get("seq", 0) or view.get("session") != self._session:
            self.view = view

    async def _watch(self) -> None:
        """Follow the own view; returns when the seat is not ours any more. A socket that breaks is opened
        again while calls go on; the centre keeps a seat without one for a while."""
        lost_at: float | None = None
        while True:
            try:
                async with self.person.live(board=False) as messages:
                    lost_at = None
                    async for message in messages:
                        if message.get("type") == "agent":
                            self._take(message["view"])
                            if not self._ours():
                                return
            except Away:
                lost_at = lost_at or time.monotonic()
                if time.monotonic() - lost_at > ABSENCE_S:
                    raise
            await asyncio.sleep(RETRY_S[0])

    def _ours(self) -> bool:
        if not self.view.get("signed_in"):
            return False
        if self._session is not None and self.view.get("session") != self._session:
            self._tally.sums.takeovers += 1
            log.info("seat_taken", seat=self.agent.login)
            return False
        return True

    async def _keep_ready(self) -> None:
        """Go back to ready whenever nothing speaks against it, and see that the phone stays registered."""
        unregistered_since: float | None = None
        out_since: float | None = None
        while True:
            now = time.monotonic()
            if self.view.get("registered"):
                unregistered_since = None
            else:
                unregistered_since = unregistered_since or now
                if now - unregistered_since > LOST_S:
                    return
            wants = now >= self._away_until and not self._busy
            if not wants or self.view.get("state") not in {"not_ready", "break"}:
                out_since = None
            else:
                out_since = out_since if out_since is not None else now
                if self.view.get("why") in {"signed_in", None} or now - out_since >= STUCK_S:
                    out_since = None
                    if self.view.get("registered"):
                        await self._state("ready")
            await asyncio.sleep(KEEP_S * self._rng.uniform(0.3, 1.0))

    async def _state(self, state: str, reason_id: str | None = None) -> None:
        try:
            await self.person.post("/api/desk/state", {"state": state, "reason_id": reason_id})
        except Refused as refused:
            # the centre knows better what is possible just now; the keeper tries again
            log.info("state_refused", seat=self.agent.login, state=state, why=str(refused))

    async def _pause(self, pause: Pause) -> None:
        self._away_until = time.monotonic() + pause.seconds
        await self._state(pause.kind, await self._town.state_reason(pause.kind, pause.reason))
        loop = asyncio.get_running_loop()
        loop.call_later(pause.seconds, self._back)

    def _back(self) -> None:
        if time.monotonic() >= self._away_until and self.working:
            self._away_until = 0.0

    # --- calls

    async def _answer_calls(self, phone: Phone) -> None:
        while True:
            call = await phone.incoming.get()
            self._tally.sums.offers += 1
            self._busy = True
            try:
                await self._take_call(call)
            except EngineRefused as refused:
                if not refused.gone:
                    log.warning("seat_call_failed", seat=self.agent.login, why=str(refused))
            finally:
                self._busy = False

    async def _take_call(self, call: Call) -> None:
        hold = _Handset(self, call, self._mind)
        await hold.run()
        if hold.project is not None:
            await self._write_up(hold.project, hold.contact)

    async def _write_up(self, project: str, contact: dict[str, Any]) -> None:
        wrap = self._mind.wrap_up(project)
        await asyncio.sleep(wrap.after_s)
        if (pause := self._mind.pause()) is not None:
            await self._pause(pause)  # asked in wrap-up, so that nobody calls in between
        if "contact_id" not in contact:
            return
        body = {
            "contact_id": contact["contact_id"],
            "reason_id": await self._town.wrap_reason(str(contact.get("project_id", "")), wrap.reason),
            "resolved": wrap.resolved,
            "note": wrap.note,
        }
        try:
            await self.person.post("/api/desk/wrap-up", body)
            self._tally.sums.wrap_ups += 1
        except Refused as refused:
            log.info("wrap_up_refused", seat=self.agent.login, why=str(refused))

    def _note(self, what: str) -> None:
        self._tally.seats[self.agent.agent_no] = what


class _Handset(Handset):
    """One call at one seat."""

    def __init__(self, seat: Seat, call: Call, mind: Attendant) -> None:
        super().__init__(seat._phones, call, mind)
        self._seat = seat
        self._caller = call.caller
        self.contact: dict[str, Any] = {}

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            if self.project is not None:
                self._seat._town.left_by(self._caller)

    async def _answer(self) -> tuple[str, bool]:
        seat = self._seat
        await self._call.answer()
        seat._tally.sums.offers_taken += 1
        deadline = time.monotonic() + CONNECT_S
        while time.monotonic() < deadline and self._call.live:
            contact = seat.view.get("contact") or {}
            if contact:
                self.contact = contact
            if contact.get("phase") == "talking":
                break
            await asyncio.sleep(0.05)
        self._caller = self._caller or str(self.contact.get("caller", ""))
        project = seat._town.talking_with(self._caller, seat.agent.agent_no)
        if project is None:
            project = _project_named(str(self.contact.get("project_name", "")))
        english = self.contact.get("queue_name") == "English" or english_line(self.contact.get("dnis"))
        return project, english

    async def _do(self, act: Act) -> None:
        seat = self._seat
        match act:
            case Hold(on):
                try:
                    await seat.person.post(f"/api/desk/{'hold' if on else 'retrieve'}")
                except Refused as refused:
                    log.info("hold_refused", seat=seat.agent.login, why=str(refused))
            case Decline():
                seat._tally.sums.offers_declined += 1
                await super()._do(act)
            case _:
                await super()._do(act)


def _project_named(name: str) -> str:
    found = (project.key for project in world.PROJECTS if project.name == name)
    return next(found, world.PROJECTS[0].key)
