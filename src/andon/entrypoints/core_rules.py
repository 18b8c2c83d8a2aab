"""Alarm rules at work: measured once, in the core, where the live figures are made.

Each second every rule is held against the floor as it is; the service level is counted from the books each
five seconds while a rule asks for it. What changes is a fact, a row of the board, a notice for pages (bus
topic `alarm.<tenant_id>`) and a call of the rule's webhook, which the worker makes: here it is a fact, so
that it outlives this process.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from andon.alarms.events import HookWanted, RuleCleared, RuleRaised
from andon.alarms.machine import Change, Standing
from andon.alarms.model import Figure, Rule, is_quiet
from andon.alarms.repository import load_raised
from andon.channels.voice.machine import Directory
from andon.entrypoints.core_centre import Centre
from andon.entrypoints.core_rows import Row, iso
from andon.kit.bus import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.kit.ids import uuid7
from andon.kit.journal import Fact
from andon.reporting.board.service import pushed_figures
from andon.routing.events import AgentState
from andon.routing.model import AgentNow

log = structlog.get_logger(__name__)

TOPIC = "alarm"
LOOK_S = 1.0
FIGURES_S = 5.0
FIGURES_LAST_S = 30.0  # older ones say nothing: the alarm stays as it is
# What a webhook is told. Of a person only the id leaves the house.
HOOK_FIELDS = (
    "event",
    "at",
    "since",
    "rule_id",
    "name",
    "level",
    "figure",
    "variant",
    "state",
    "value",
    "limit",
    "about",
    "about_id",
)

Readings = dict[UUID | None, float | None]


class RuleWatch:
    """Looks until stopped."""

    def __init__(
        self,
        *,
        db: Database,
        bus: Bus,
        clock: Clock,
        directory: Directory,
        centres: Callable[[], Iterable[Centre]],
        append: Callable[[Fact], None],
        on_change: Callable[[], None],
        on_hook: Callable[[UUID, str, str], None],
    ) -> None:
        self._db = db
        self._bus = bus
        self._clock = clock
        self._directory = directory
        self._centres = centres
        self._append = append
        self._on_change = on_change
        self._on_hook = on_hook
        self._resumed: set[UUID] = set()
        self._figures: dict[UUID, tuple[float, dict[str, Any]]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._every(self.count, FIGURES_S)),
            asyncio.create_task(self._every(self.look, LOOK_S)),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hook_told(self, _topic: str, said: dict[str, Any]) -> None:
        """How a call of a webhook ended: one that was given up is an alarm until one goes through."""
        subject = f"{said['name']} ({UUID(said['rule_id']).hex[-6:]})"
        self._on_hook(UUID(said["tenant_id"]), subject, str(said["why"]))

    async def _every(self, work: Callable[[], Any], seconds: float) -> None:
        while True:
            try:
                await work()
            except Exception:
                # One look that fails must not end all later ones.
                log.exception("alarm_rules_failed", work=work.__name__)
            await asyncio.sleep(seconds)

    async def count(self) -> None:
        """Count today's service levels for those who have a rule about one."""
        for centre in list(self._centres()):
            if any(rule.figure is Figure.SERVICE_LEVEL for rule in centre.alarm_rules):
                async with self._db.session(Scope(centre.tenant_id)) as session:
                    figures = await pushed_figures(session, self._clock.now())
                self._figures[centre.tenant_id] = (self._clock.monotonic(), figures)

    async def look(self) -> None:
        """Hold every rule against the floor."""
        changed = False
        for centre in list(self._centres()):
            book, now = centre.rule_book, centre.floor.now()
            if centre.tenant_id not in self._resumed:
                await self._resume(centre, now)
            changes = []
            if list(book.rules.values()) != centre.alarm_rules:
                changes += book.configure(centre.alarm_rules)
            for rule in book.rules.values():
                readings = self._read(centre, rule, now)
                if readings is not None:
                    changes += book.step(rule, readings, now, quiet=is_quiet(rule, now, centre.zone))
            for change in changes:
                self._perform(centre, change, now)
                changed = changed or change.news
        if changed:
            self._on_change()

    async def _resume(self, centre: Centre, now: datetime) -> None:
        """Go on with what the core before had raised; what has no rule any more is cleared."""
        async with self._db.session(Scope(centre.tenant_id)) as session:
            raised = await load_raised(session, now)
        centre.rule_book.configure(centre.alarm_rules)
        for each in raised:
            if not centre.rule_book.resume(each.rule_id, each.about_id, each.level, each.since):
                self._append(
                    RuleCleared(
                        at=now,
                        tenant_id=centre.tenant_id,
                        rule_id=each.rule_id,
                        name=each.name,
                        figure=each.figure,
                        level=each.level,
                        lasted_ms=_ms(each.since, now),
                        about_id=each.about_id,
                    )
                )
        self._resumed.add(centre.tenant_id)
        if raised:
            self._on_change()

    # --- what the floor says ------------------------------------------------------------------------------

    def _read(self, centre: Centre, rule: Rule, now: datetime) -> Readings | None:
        """The rule's figure of each thing it is about; None while it cannot be known."""
        about = rule.queue_id or rule.project_id
        match rule.figure:
            case Figure.SERVICE_LEVEL:
                return self._service_level(centre.tenant_id, rule, about)
            case Figure.TRUNK_USE:
                return {
                    trunk.trunk_id: 100 * self._directory.in_use(trunk.trunk_id) / trunk.max_calls
                    for trunk in self._directory.trunks_of(centre.tenant_id)
                    if trunk.max_calls
                }
            case Figure.STATE_TIME:
                return {
                    agent.agent_id: (now - agent.since).total_seconds()
                    for agent in _agents(centre, rule)
                    if agent.state == rule.state
                }
            case Figure.READY:
                return {about: sum(agent.state is AgentState.READY for agent in _agents(centre, rule))}
        queues = [queue for queue in centre.floor.router.queues() if _within(rule, queue)]
        if rule.figure is Figure.WAITING:
            return {about: sum(queue.waiting for queue in queues)}
        since = [queue.oldest_since for queue in queues if queue.oldest_since is not None]
        return {about: (now - min(since)).total_seconds() if since else 0}

    def _service_level(self, tenant_id: UUID, rule: Rule, about: UUID | None) -> Readings | None:
        counted, figures = self._figures.get(tenant_id, (0.0, None))
        if figures is None or self._clock.monotonic() - counted > FIGURES_LAST_S:
            return None
        if about is None:
            of: dict[str, float | None] = figures["whole"]
        else:
            of = figures["queues" if rule.queue_id else "projects"].get(str(about), {})
        share = of.get(f"service_level:{rule.variant}")
        return {about: None if share is None else round(share * 100, 1)}

    # --- what follows -------------------------------------------------------------------------------------

    def _perform(self, centre: Centre, change: Change, now: datetime) -> None:
        on = change.on
        log.warning(
            "rule_cleared" if change.cleared else "rule_raised",
            tenant_id=str(centre.tenant_id),
            rule_id=str(on.rule.rule_id),
            level=on.level.value,
            news=change.news,
        )
        if change.news:
            self._append(_cleared(centre, on, now) if change.cleared else _raised(centre, change, now))
        if not change.tell:
            return
        told = rule_alarm(centre, self._directory, on) | {
            "event": "cleared" if change.cleared else "raised",
            "at": iso(now),
            "roles": list(on.rule.roles),
            "sound": on.rule.sound and not change.cleared,
        }
        if on.rule.roles:
            self._bus.publish(f"{TOPIC}.{centre.tenant_id}", told)
        if on.rule.webhook:
            self._append(hook_wanted(centre.tenant_id, on.rule, told, now))


def _agents(centre: Centre, rule: Rule) -> list[AgentNow]:
    """Signed-in agents, of a project or a queue those who serve it."""
    router = centre.floor.router
    agents = [agent for agent in router.agents() if agent.state is not AgentState.OFFLINE]
    if rule.queue_id is None and rule.project_id is None:
        return agents
    serving = {
        agent_id
        for queue in router.queues()
        if _within(rule, queue)
        for agent_id in router.members(queue.queue_id)
    }
    return [agent for agent in agents if agent.agent_id in serving]


def _within(rule: Rule, queue: Any) -> bool:
    if rule.queue_id is not None:
        return bool(queue.queue_id == rule.queue_id)
    return rule.project_id is None or bool(queue.project_id == rule.project_id)


def hook_wanted(tenant_id: UUID, rule: Rule, told: dict[str, Any], now: datetime) -> HookWanted:
    """That the rule's webhook is to be told."""
    body = {name: told[name] for name in HOOK_FIELDS}
    if told["about"] != "agent":
        body["about_name"] = told["about_name"]
    return HookWanted(at=now, tenant_id=tenant_id, rule_id=rule.rule_id, delivery_id=uuid7(), told=body)


def _ms(since: datetime, now: datetime) -> int:
    return max(0, round((now - since).total_seconds() * 1000))


def _raised(centre: Centre, change: Change, now: datetime) -> RuleRaised:
    on = change.on
    return RuleRaised(
        at=now,
        tenant_id=centre.tenant_id,
        rule_id=on.rule.rule_id,
        name=on.rule.name,
        figure=on.rule.figure,
        level=on.level,
        value=on.value,
        limit=on.limit,
        about_id=on.about_id,
        variant=on.rule.variant,
        state=on.rule.state,
        level_before=change.before,
    )


def _cleared(centre: Centre, on: Standing, now: datetime) -> RuleCleared:
    return RuleCleared(
        at=now,
        tenant_id=centre.tenant_id,
        rule_id=on.rule.rule_id,
        name=on.rule.name,
        figure=on.rule.figure,
        level=on.level,
        lasted_ms=_ms(on.since, now),
        about_id=on.about_id,
    )


def rule_alarm(centre: Centre, directory: Directory, on: Standing) -> Row:
    """An alarm of a rule as boards and pages are told it."""
    kind, name = _about(centre, directory, on)
    return {
        "code": "rule",
        "subject": f"{on.rule.rule_id}.{on.about_id or ''}",
        "since": iso(on.since),
        "rule_id": str(on.rule.rule_id),
        "name": on.rule.name,
        "level": on.level.value,
        "figure": on.rule.figure.value,
        "variant": on.rule.variant,
        "state": on.rule.state,
        "value": round(on.value, 1),
        "limit": on.limit,
        "about": kind,
        "about_id": str(on.about_id) if on.about_id is not None else None,
        "about_name": name,
    }


def _about(centre: Centre, directory: Directory, on: Standing) -> tuple[str, str]:
    """The kind and the name of what an alarm is about. An agent is named as boards name them."""
    if on.about_id is None:
        return "centre", ""
    if on.rule.figure is Figure.TRUNK_USE:
        trunks = directory.trunks_of(centre.tenant_id)
        return "trunk", next((trunk.name for trunk in trunks if trunk.trunk_id == on.about_id), "")
    if on.rule.figure is Figure.STATE_TIME:
        person = centre.people.get(on.about_id)
        return "agent", person.name if person is not None else ""
    if on.rule.queue_id is not None:
        queue = centre.queues.get(on.about_id)
        return "queue", queue.name if queue is not None else ""
    project = centre.projects.get(on.about_id)
    return "project", project.name if project is not None else ""
