"""What supervisors' boards see of the core: a board in changes."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from andon.channels.voice.machine import Directory
from andon.customers.model import mask
from andon.entrypoints.core_alarms import Alarms
from andon.entrypoints.core_centre import Centre
from andon.entrypoints.core_rows import Row, id_of, iso, project_name, wish
from andon.entrypoints.core_rules import rule_alarm
from andon.interactions.model import Contact, Stage
from andon.routing.events import AgentState
from andon.routing.model import AgentNow, Refused

PARTS = {
    "agents": "agent_id",
    "queues": "queue_id",
    "waiting": "contact_id",
    "calls": "contact_id",
    "monitors": "monitor_id",
    "follows": "follow_id",
    "trunks": "trunk_id",
    "alarms": "code",
}
_HIDDEN = frozenset({Stage.QUEUED, Stage.OFFERING, Stage.ENDED})  # those wait, and are shown waiting


def _break_until(now: AgentNow) -> str | None:
    """When the agent's present break uses the day's allowance up."""
    if now.state is not AgentState.BREAK or now.breaks is None or now.breaks.minutes_per_day is None:
        return None
    left_ms = now.breaks.minutes_per_day * 60_000 - now.break_ms
    return iso(now.since + timedelta(milliseconds=max(0, left_ms)))


def _direction(contact: Contact) -> str:
    if contact.inside is not None:
        return "internal"
    return "inbound" if contact.placed is None else "outbound"


class BoardScreen:
    """One tenant's board. `delta` says what changed since the one before; rows that are as before are not
    said again."""

    def __init__(
        self, centre: Centre, directory: Directory, alarms: Alarms, now: Callable[[], datetime]
    ) -> None:
        self._centre = centre
        self._directory = directory
        self._alarms = alarms
        self._now = now
        self._seq = 0
        self._told: dict[str, dict[str, Row]] = {part: {} for part in PARTS}

    def snapshot(self) -> Row:
        """The board as deltas have told it, brought up to date: a reader goes on with the next delta."""
        self.delta()
        parts = {part: list(rows.values()) for part, rows in self._told.items()}
        return {"seq": self._seq, "server_time": iso(self._now()), **parts}

    def delta(self, agents: set[UUID] | None = None) -> Row | None:
        """What changed; None for nothing. `agents` names those that may have changed, all by default."""
        changed: dict[str, list[Row]] = {}
        removed: dict[str, list[str]] = {}
        for part, rows in self._rows(agents).items():
            told = self._told[part]
            fresh = [row for key, row in rows.items() if told.get(key) != row]
            gone = [] if part == "agents" and agents is not None else [k for k in told if k not in rows]
            if fresh:
                changed[part] = fresh
            if gone:
                removed[part] = gone
            for key in gone:
                del told[key]
            told.update(rows)
        if not changed and not removed:
            return None
        self._seq += 1
        return {"seq": self._seq, "server_time": iso(self._now()), "changed": changed, "removed": removed}

    def _rows(self, agents: set[UUID] | None) -> dict[str, dict[str, Row]]:
        return {
            "agents": self._agents(agents),
            "queues": {
                str(now.queue_id): {
                    "queue_id": str(now.queue_id),
                    "name": now.name,
                    "project_name": project_name(self._centre, now.project_id),
                    "waiting": now.waiting,
                    "oldest_since": iso(now.oldest_since),
                    "signed_in": now.signed_in,
                    "ready": now.ready,
                    "talking": now.talking,
                    "callbacks": now.callbacks,
                }
                for now in self._centre.floor.router.queues()
            },
            "waiting": self._waiting(),
            "calls": {
                str(contact.contact_id): self._call(contact)
                for contact in self._centre.floor.contacts.values()
                if contact.stage not in _HIDDEN
            },
            "monitors": {row["monitor_id"]: row for row in self._centre.supervision.rows()},
            "follows": {row["follow_id"]: row for row in self._centre.supervision.follows.rows()},
            "trunks": {
                str(trunk.trunk_id): {
                    "trunk_id": str(trunk.trunk_id),
                    "name": trunk.name,
                    "in_use": self._directory.in_use(trunk.trunk_id),
                    "limit": trunk.max_calls,
                }
                for trunk in self._directory.trunks_of(self._centre.tenant_id)
            },
            "alarms": {
                alarm.key: {"code": alarm.code, "subject": alarm.subject, "since": iso(alarm.since)}
                for alarm in self._alarms.of(self._centre.tenant_id)
            }
            | {
                f"{row['code']}:{row['subject']}": row
                for row in (
                    rule_alarm(self._centre, self._directory, on) for on in self._centre.rule_book.standing()
                )
            },
        }

    def _agents(self, agents: set[UUID] | None) -> dict[str, Row]:
        router = self._centre.floor.router
        serving: dict[UUID, set[str]] = defaultdict(set)
        for queue in self._centre.queues.values():
            for agent_id in router.members(queue.queue_id):
                serving[agent_id].add(str(queue.project_id))
        if agents is None:
            return {str(now.agent_id): self._agent(now, serving) for now in router.agents()}
        rows = {}
        for agent_id in agents:
            try:
                rows[str(agent_id)] = self._agent(router.agent(agent_id), serving)
            except Refused:  # taken out of the configuration: the next whole look removes the row
                continue
        return rows

    def _agent(self, now: AgentNow, serving: Mapping[UUID, set[str]]) -> Row:
        queue = self._centre.queues.get(now.queue_id) if now.queue_id is not None else None
        contact = self._centre.floor.contacts.get(now.contact_id) if now.contact_id is not None else None
        return {
            "agent_id": str(now.agent_id),
            "agent_no": now.agent_no,
            "name": now.name,
            "department": now.department,
            "team": person.team if (person := self._centre.people.get(now.agent_id)) is not None else "",
            "state": now.state.value,
            "since": iso(now.since),
            "why": now.why,
            "reason_id": id_of(now.reason_id),
            "contact_id": id_of(now.contact_id),
            "queue_name": queue.name if queue else None,
            "registered": now.registered,
            "pending_state": now.pending_state.value if now.pending_state is not None else None,
            "forced_by": forced.name if (forced := now.forced or now.pending_forced) is not None else None,
            "projects": sorted(serving.get(now.agent_id, ())),
            "break_wish": wish(now.break_ask) if now.break_ask is not None else None,
            "break_until": _break_until(now),
            "internal": contact is not None and contact.inside is not None,
        }

    def _waiting(self) -> dict[str, Row]:
        rows = {}
        floor = self._centre.floor
        for now in floor.router.all_waiting():
            if now.asleep:
                continue
            subject = floor.contacts.get(now.contact_id) or floor.callbacks.at_place(now.contact_id)
            view = subject.view if subject is not None else None
            rows[str(now.contact_id)] = {
                "contact_id": str(now.contact_id),
                "queue_id": str(now.queue_id),
                "caller_masked": mask(view.caller) if view is not None else "",
                "tier": view.tier if view is not None else None,
                "priority": now.priority,
                "since": iso(now.since),
                "position": now.position,
                "callback": now.callback,
                "urgent": now.urgent,
                "floor_at": iso(now.floor_at),
                "rank": now.rank,
            }
        return rows

    def _call(self, contact: Contact) -> Row:
        number = self._centre.numbers.get(contact.view.number_id) if contact.view is not None else None
        return {
            "contact_id": str(contact.contact_id),
            "client_id": id_of(contact.client_id),
            "phase": contact.stage.value,
            "direction": _direction(contact),
            "number_label": number.label if number else None,
            "since": iso(contact.arrived),
        }
