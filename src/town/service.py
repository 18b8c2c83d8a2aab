"""The town at work: places calls by its plan, mans the seats, sees that a person at a desk has work.

Nothing here knows the inside of the centre: calls go to its SIP address, agents and the supervisor whose
eyes it borrows use the HTTP API. Whatever of the centre goes away is waited for.
"""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Coroutine
from typing import Any

import structlog

from andon.kit.settings import Settings
from andon.telephony.engine.layout import assets
from andon.telephony.errors import EngineRefused, EngineUnavailable
from town import world
from town.api import Away, Person, Refused
from town.caller import CallerRun
from town.customer import Stage
from town.plan import Arrivals, CallPlan, Planner
from town.pocket import Pocket
from town.seat import Seat
from town.settings import TownSettings
from town.sight import Sight
from town.tally import CallRecord, Tally, instant
from town.telephone import Telephones

log = structlog.get_logger(__name__)

TICK_S = 0.5
RETRY_S = 3.0
CROWD = 5  # so many waiting: nobody else calls just now
IDLE_S = 4.0  # a person ready for so long is due a call
WISH_AGAIN_S = 30.0
ASIDE_S = (45.0, 90.0)
STOP_S = 1.5


class Town:
    """Everything that runs. `run` returns when cancelled, with nothing left behind."""

    def __init__(self, settings: Settings, own: TownSettings) -> None:
        seed = own.seed if own.seed is not None else random.SystemRandom().getrandbits(32)
        self.own = own
        self._settings = settings
        self._rng = random.Random(seed)  # noqa: S311  (a simulation)
        self._planner = Planner(self._rng.getrandbits(32))
        self._arrivals = Arrivals(self._rng.getrandbits(32), own.rate) if own.rate else None
        self.phones = Telephones.of(settings)
        self.tally = Tally(settings.folder("logs") / "town-calls.jsonl", settings.folder("run") / "town.json")
        self.sight = Sight()
        self._supervisor = self._person(own.supervisor)
        self._runs: dict[str, CallerRun] = {}
        self._calls: set[asyncio.Task[None]] = set()
        self._seats = [
            Seat(
                agent,
                self._person(agent.login),
                self.phones,
                self.tally,
                self,
                own.resume_minutes * 60,
                self._rng.getrandbits(32),
            )
            for agent in world.AGENTS
            if own.agents and agent.login not in own.reserved
        ]
        self._pockets = [
            Pocket(agent, self.phones, self._rng.getrandbits(32))
            for agent in world.AGENTS
            if own.agents and agent.mobile
        ]
        self._placed = 0
        self._wished: dict[str, float] = {}
        self._state_reasons: dict[tuple[str, str], str] = {}
        self._wrap_reasons: dict[str, dict[tuple[str, str], str]] = {}
        self._prompt_ms = _prompt_lengths()

    def _person(self, login: str) -> Person:
        settings = self._settings
        scheme = "https" if settings.tls else "http"
        host = settings.http_host
        here = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  (only compared)
        return Person(f"{scheme}://{here}:{settings.ports().http}", login, world.PASSWORD)

    # --- running

    async def run(self) -> None:
        """Until cancelled. Raises `EngineUnavailable` when there is no engine to call with."""
        await self.phones.start()
        jobs = [self._save(), self._look(), self._keep_phones(), self._host()]
        if self._arrivals is not None:
            jobs.append(self._callers(self._arrivals))
        seats = [asyncio.create_task(self._man(seat)) for seat in self._seats]
        jobs += [pocket.run() for pocket in self._pockets]
        tasks = [asyncio.create_task(job) for job in jobs]
        log.info("town_open", seats=len(seats), rate=self.own.rate)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await self._close([*tasks, *seats])

    async def _close(self, tasks: list[asyncio.Task[None]]) -> None:
        """Everybody hangs up and goes home, quickly."""
        for task in tasks:
            task.cancel()
        for call in list(self._calls):
            call.cancel()
        leaving: list[Coroutine[Any, Any, None]] = [seat.leave() for seat in self._seats]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await asyncio.gather(*leaving, *self._calls, return_exceptions=True)
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(EngineRefused):
            await self.phones.stop()
        for person in (self._supervisor, *(seat.person for seat in self._seats)):
            await person.close()
        self.tally.save(running=False)

    async def _man(self, seat: Seat) -> None:
        await asyncio.sleep(self._rng.uniform(0.0, 4.0))  # not all at the door at once
        await seat.run()

    async def _save(self) -> None:
        while True:
            self.tally.save()
            await asyncio.sleep(TICK_S)

    async def _keep_phones(self) -> None:
        """An engine of ours that died is started again; its calls are over."""
        while True:
            await asyncio.sleep(1.0)
            if self.phones.usable:
                continue
            log.warning("phones_lost")
            for call in list(self._calls):
                call.cancel()
            try:
                await self.phones.stop()
                await self.phones.start()
            except (EngineUnavailable, EngineRefused, *Away) as error:
                log.warning("phones_not_back", why=str(error))
                await asyncio.sleep(RETRY_S)

    async def _look(self) -> None:
        """Follow the board."""
        while True:
            try:
                await self._supervisor.log_in()
                async with self._supervisor.live(board=True) as messages:
                    async for message in messages:
                        self._see(message)
            except Away as error:
                log.info("board_away", why=type(error).__name__)
            except Refused as refused:
                log.warning("board_refused", why=str(refused))
            self.sight.lost()
            await asyncio.sleep(RETRY_S)

    def _see(self, message: dict[str, Any]) -> None:
        if message.get("type") != "board":
            return
        if message.get("snapshot") is not None:
            self.sight.snapshot(message["snapshot"])
        if message.get("delta") is not None:
            self.sight.delta(message["delta"])

    # --- callers

    async def _callers(self, arrivals: Arrivals) -> None:
        begun = time.monotonic()
        at = 0.0
        while True:
            at = arrivals.next_after(at)
            await asyncio.sleep(max(0.0, begun + at - time.monotonic()))
            if len(self._calls) < self.own.most_calls and self.sight.waiting() < CROWD:
                self.place(self._planner.draw(self._runs))

    def place(self, plan: CallPlan, *, wished: bool = False) -> CallRecord:
        """Let this caller call, now."""
        self._placed += 1
        record = CallRecord(
            number=self._placed,
            caller=plan.caller,
            dnis=plan.dnis,
            way=plan.way.value,
            persona=plan.persona.id,
            wished=wished,
            placed_at=instant(),
        )
        run = CallerRun(self.phones, plan, record, self.tally, self.sight.stage, self._menu_begins(plan))
        task = asyncio.create_task(self._see_through(plan.caller, run))
        self._runs[plan.caller] = run
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        return record

    async def _see_through(self, caller: str, run: CallerRun) -> None:
        try:
            await run.run()
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("caller_failed", way=run.plan.way)
        finally:
            if self._runs.get(caller) is run:
                del self._runs[caller]

    def _menu_begins(self, plan: CallPlan) -> float:
        line = next((line for line in world.LINES if line.number == plan.dnis), None)
        if line is None:
            return 5.0
        project = next(project for project in world.PROJECTS if project.key == line.project)
        names = (project.notice, project.welcome)
        return sum(self._prompt_ms.get(f"{line.language}/{name}", 3000) for name in names) / 1000

    # --- what seats ask

    def talking_with(self, caller: str, agent: str) -> str | None:
        """An agent answered this caller of ours; the project's key, None for somebody else's caller."""
        run = self._runs.get(caller)
        if run is None:
            return None
        run.told(Stage.TALK, agent)
        return run.plan.persona.project

    def left_by(self, caller: str) -> None:
        """The agent is gone from this caller."""
        run = self._runs.get(caller)
        if run is not None:
            run.told(Stage.AFTER)

    async def state_reason(self, kind: str, name: str) -> str | None:
        """The id of a state reason; None while they cannot be read."""
        if not self._state_reasons:
            with contextlib.suppress(Refused, *Away):
                answer = await self._supervisor.get("/api/state-reasons")
                self._state_reasons = {
                    (item["kind"], item["name_zh"]): item["id"] for item in answer["items"]
                }
        return self._state_reasons.get((kind, name))

    async def wrap_reason(self, project_id: str, path: tuple[str, str]) -> str | None:
        """The id of a leaf of a project's reasons; None while they cannot be read."""
        if project_id not in self._wrap_reasons:
            with contextlib.suppress(Refused, *Away):
                answer = await self._supervisor.get("/api/wrap-reasons", project_id=project_id)
                self._wrap_reasons[project_id] = _leaves(answer["items"])
        return self._wrap_reasons.get(project_id, {}).get(path)

    # --- hospitality: a person at a desk has work

    async def _host(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            if not self.sight.fresh:
                continue
            ours = {seat.agent.agent_no for seat in self._seats if seat.working}
            for row in self.sight.agents():
                if row["agent_no"] not in ours:
                    self._care_for(row)

    def _care_for(self, row: dict[str, Any]) -> None:
        """A person who has been ready for a moment gets a call that only they are free for."""
        agent_no, now = str(row["agent_no"]), time.monotonic()
        if row["state"] != "ready":
            self._wished.pop(f"{agent_no} ready", None)
            return
        since = self._wished.setdefault(f"{agent_no} ready", now)
        again = self._wished.get(agent_no, -WISH_AGAIN_S) + WISH_AGAIN_S
        if now < since + IDLE_S or now < again:
            return
        self._wished[agent_no] = now
        queue = self._queue_for(agent_no)
        self.place(self._planner.draw(self._runs, queue=queue), wished=True)
        for seat in self._seats:
            if seat.ready and (queue is None or world.serves(seat.agent, queue)):
                later = asyncio.create_task(self._step_aside(seat))
                self._calls.add(later)
                later.add_done_callback(self._calls.discard)

    def _queue_for(self, agent_no: str) -> world.Queue | None:
        agent = next((agent for agent in world.AGENTS if agent.agent_no == agent_no), None)
        if agent is None:
            return None
        able = [
            queue for queue in world.QUEUES if world.serves(agent, queue) and not world.closes(queue.project)
        ]
        return self._rng.choice(able) if able else None

    async def _step_aside(self, seat: Seat) -> None:
        await asyncio.sleep(self._rng.uniform(0.5, 6.0))
        with contextlib.suppress(Refused, *Away):
            await seat.step_aside(self._rng.uniform(*ASIDE_S))


def _leaves(items: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """Leaves of a reason tree by the Chinese names of branch and leaf; flat or nested, as it comes."""
    names = {item["id"]: item for item in items}
    found: dict[tuple[str, str], str] = {}
    for item in items:
        for child in item.get("children") or []:
            found[item["name_zh"], child["name_zh"]] = child["id"]
        parent = names.get(item.get("parent_id") or "")
        if parent is not None:
            found[parent["name_zh"], item["name_zh"]] = item["id"]
    return found


def _prompt_lengths() -> dict[str, float]:
    files = json.loads((assets() / "prompts" / "manifest.json").read_text("utf-8"))["files"]
    return {path: float(entry["ms"]) for path, entry in files.items()}
