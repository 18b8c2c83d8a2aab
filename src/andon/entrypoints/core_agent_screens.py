"""What agents' desks see of the core: whole agent views, and whom an agent may call or pass callers on to."""

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from andon.channels.voice import pop
from andon.customers.model import mask
from andon.entrypoints.core_centre import Centre
from andon.entrypoints.core_rows import Row, id_of, iso, project_name, wish
from andon.interactions.model import Contact, Inside
from andon.interactions.ports import ContactView
from andon.routing.config import QueueConfig
from andon.routing.errands import see_each_other
from andon.routing.events import AgentState
from andon.routing.model import AgentNow, Forced, from_ms

PHASES = {
    AgentState.DIALING: "dialing",
    AgentState.RINGING: "ringing",
    AgentState.TALKING: "talking",
    AgentState.HELD: "held",
    AgentState.ACW: "wrap",
}
# Of a contact at a desk, what only a customer's has.
_OF_CUSTOMERS = (
    "caller_home",
    "number_label",
    "number_home",
    "client_name",
    "project_id",
    "project_name",
    "greeting",
    "pop",
    "queue_id",
    "queue_name",
    "tier",
    "customer_id",
    "queued_at",
    "card",
    "handed_over",
    "second",
    "returned",
)


def _forced(forced: Forced | None) -> Row | None:
    return None if forced is None else {"name": forced.name, "note": forced.note}


def _breaks(now: AgentNow) -> Row:
    """An agent's breaks: what was taken and may be, a wish and its answer."""
    ask, told = now.break_ask, now.break_told
    return {
        "taken_ms": now.break_ms,
        "allowed_min": now.breaks.minutes_per_day if now.breaks is not None else None,
        "asked": None if ask is None else wish(ask),
        "answer": None
        if told is None
        else {"how": told.how.value, "name": told.name, "note": told.note, "at": iso(from_ms(told.at_ms))},
    }


def _card(contact: Contact) -> Row | None:
    """Card data that the agent takes."""
    card = contact.card
    if card is None or card.until is None:
        return None
    return {
        "source": card.source.value,
        "since": iso(card.since),
        "until": iso(card.until),
        "alone": contact.apart,
        "keys": card.keys,
    }


def _person(now: AgentNow) -> Row:
    """An agent as colleagues see them."""
    return {
        "agent_id": str(now.agent_id),
        "agent_no": now.agent_no,
        "name": now.name,
        "department": now.department,
        "state": now.state.value,
        "since": iso(now.since),
    }


class AgentScreens:
    """AgentViews of one tenant."""

    def __init__(self, centre: Centre, now: Callable[[], datetime], inside: Collection[str]) -> None:
        """`inside`: origins whose pages may be shown within the desk."""
        self._centre = centre
        self._now = now
        self._inside_origins = inside
        self._seq = int(now().timestamp() * 1000)  # grows over restarts too

    def view(self, agent_id: UUID) -> Row:
        """The whole truth about one agent. Raises `routing.model.Refused` for an unknown one."""
        centre = self._centre
        now = centre.floor.router.agent(agent_id)
        session = centre.desk.session_of(agent_id)
        self._seq += 1
        return {
            "seq": self._seq,
            "server_time": iso(self._now()),
            "agent_id": str(agent_id),
            "agent_no": now.agent_no,
            "name": now.name,
            "signed_in": now.state is not AgentState.OFFLINE,
            "device": now.device or None,
            "device_tested": now.device_tested,
            "registered": now.registered,
            "state": now.state.value,
            "since": iso(now.since),
            "why": now.why,
            "reason_id": id_of(now.reason_id),
            "pending_state": now.pending_state.value if now.pending_state is not None else None,
            "forced": _forced(now.forced),
            "pending_forced": _forced(now.pending_forced),
            "acw_until": iso(now.acw_until),
            "acw_extend_left_s": now.acw_extend_left_s,
            "breaks": _breaks(now),
            "session": session.session if session is not None else None,
            "mobile": self._mobile(agent_id),
            "test_ring": (session.test_ring or None) if session is not None else None,
            "contact": self._contact(now),
            "parked": self._parked(now),
        }

    def _mobile(self, agent_id: UUID) -> str | None:
        person = self._centre.people.get(agent_id)
        return mask(person.mobile) if person is not None and person.mobile else None

    def _contact(self, now: AgentNow) -> Row | None:
        phase = PHASES.get(now.state)
        contact = self._centre.floor.contact_of(now.agent_id)
        if phase is not None and contact is not None and contact.inside is not None:
            return self._inside(now.agent_id, contact, contact.inside, phase, now.ring_until)
        if phase is None or contact is None or contact.view is None:
            return None
        view, talk = contact.view, contact.talk
        number = self._centre.numbers.get(view.number_id)
        project = self._centre.projects.get(view.project_id)
        queue = self._centre.queues.get(now.queue_id) if now.queue_id is not None else None
        person = self._centre.people.get(now.agent_id)
        greeting = None
        if project is not None:
            chinese = view.language == "zh" if person is None else person.locale == "zh"
            greeting = (project.greeting_zh if chinese else project.greeting_en) or project.greeting_zh
        return {
            "contact_id": str(contact.contact_id),
            "phase": phase,
            "direction": "inbound" if contact.placed is None else "outbound",
            "caller": view.caller,
            "caller_home": None,
            "dnis": view.dnis,
            "number_label": number.label if number else None,
            "number_home": number.home if number else None,
            "client_name": project.client_name if project else None,
            "project_id": str(view.project_id),
            "project_name": project.name if project else None,
            "greeting": greeting,
            "pop": self._pop(now, contact, view, queue),
            "queue_id": id_of(now.queue_id),
            "queue_name": queue.name if queue else None,
            "tier": view.tier,
            "customer_id": id_of(view.customer_id),
            "customer_name": contact.customer_name or None,
            "arrived_at": iso(contact.arrived),
            "queued_at": iso(contact.first_queued),
            "offered_at": iso(contact.offered),
            "ring_until": iso(now.ring_until),
            "answered_at": iso(contact.connected) if phase not in {"ringing", "dialing"} else None,
            "held_since": iso(talk.held_since) if talk is not None else None,
            "muted": talk.muted if talk is not None else False,
            "card": _card(contact),
            "keys": [{"node": key.node, "keys": key.keys, "label": key.label} for key in contact.keys],
            "handed_over": self._handed_over(contact, now.agent_id),
            "second": self._second(contact, now.agent_id),
            "returned": self._returned(contact, now.agent_id),
        }

    def _pop(
        self, now: AgentNow, contact: Contact, view: ContactView, queue: QueueConfig | None
    ) -> Row | None:
        """The page of the client's own system for this call."""
        project = self._centre.projects.get(view.project_id)
        if project is None or not project.pop_url:
            return None
        url = pop.filled(
            project.pop_url,
            {
                "caller": view.caller,
                "callee": view.dnis,
                "contact": str(contact.contact_id),
                "customer": id_of(view.customer_id) or "",
                "agent": now.agent_no,
                "queue": queue.name if queue is not None else "",
                "direction": "inbound" if contact.placed is None else "outbound",
            },
        )
        return {"url": url, "inside": pop.origin_of(url) in self._inside_origins}

    def _inside(
        self, agent_id: UUID, contact: Contact, inside: Inside, phase: str, ring_until: datetime | None
    ) -> Row | None:
        """A call between agents, as one of them sees it: `caller` is the other. It leaves no wrap-up."""
        if phase == "wrap":
            return None
        talk, second = contact.talk, contact.second
        dialled = inside.dialled or contact.offered
        answered = talk.at if talk is not None and agent_id == inside.by else inside.since
        third = second is not None and second.agent_id == agent_id
        if second is not None and third:  # rings: at the other side is whom the agent who asked hands over
            other_id, number = inside.other(second.handover.by)
            dialled, answered = second.asked, None
        else:
            other_id, number = inside.other(agent_id)
        own = inside.holder == agent_id
        row: Row = dict.fromkeys(_OF_CUSTOMERS)
        return row | {
            "contact_id": str(contact.contact_id),
            "phase": phase,
            "direction": "internal",
            "caller": number,
            "customer_name": self._name(other_id),
            "dnis": self._centre.floor.router.agent(agent_id).agent_no,
            "arrived_at": iso(contact.arrived),
            "offered_at": iso(dialled),
            "ring_until": iso(ring_until),
            "answered_at": iso(answered),
            "held_since": iso(talk.held_since) if talk is not None and own else None,
            "other_holds": inside.holder == other_id and not third,
            "muted": inside.muted if agent_id == inside.agent_id else talk is not None and talk.muted,
            "recorded": inside.recording_id is not None,
            "keys": [],
            "handed_over": self._handed_over(contact, agent_id)
            if third or inside.passed_to == agent_id
            else None,
            "second": self._handing_over(contact, agent_id),
            "returned": self._told(contact, agent_id),
        }

    def _handing_over(self, contact: Contact, agent_id: UUID) -> Row | None:
        """Whom the agent hands the colleague over to, while that one rings."""
        second = contact.second
        if second is None or second.handover.by != agent_id:
            return None
        return {
            "mine": True,
            "way": "blind",
            "place": second.place.value,
            "name": self._name(second.agent_id),
            "number": None,
            "since": iso(second.asked),
        }

    def colleagues(self, agent_id: UUID) -> Row:
        """Whom this agent could call: everybody behind no other client's wall, also who is not there."""
        router = self._centre.floor.router
        own = router.agent(agent_id)
        people = [
            _person(now)
            for now in router.agents()
            if now.agent_id != agent_id and see_each_other(own.client_id, now.client_id)
        ]
        return {"agents": people}

    def _parked(self, now: AgentNow) -> list[Row]:
        """The callers whom this agent may pick up, by slot."""
        if now.state is AgentState.OFFLINE:
            return []
        floor, rows = self._centre.floor, []
        for contact in floor.contacts.values():
            parked = contact.parked
            if (
                parked is None
                or contact.dialler is not None
                or now.agent_id not in floor.may_pick_up(contact)
            ):
                continue
            queue = self._centre.queues.get(parked.queue_id)
            rows.append(
                {
                    "contact_id": str(contact.contact_id),
                    "slot": parked.slot,
                    "caller": contact.view.caller if contact.view is not None else "",
                    "customer_name": contact.customer_name or None,
                    "queue_name": queue.name if queue is not None else None,
                    "by_name": self._name(parked.by),
                    "since": iso(parked.since),
                }
            )
        return sorted(rows, key=lambda row: row["slot"])

    def _handed_over(self, contact: Contact, agent_id: UUID) -> Row | None:
        handover = contact.handover
        if handover is None or handover.by == agent_id:
            return None
        return {
            "from_name": self._name(handover.by) or "",
            "way": handover.way.value,
            "reason": handover.reason.value,
            "note": handover.note,
        }

    def _second(self, contact: Contact, agent_id: UUID) -> Row | None:
        """Whom the agent called; for who was called, who did."""
        second, talk, visit = contact.second, contact.talk, contact.visit
        if visit is not None and talk is not None and talk.agent_id == agent_id:
            return {
                "mine": True,
                "way": "consult",
                "place": "flow",
                "name": self._flow(visit.flow_id),
                "number": None,
                "since": iso(visit.since),
            }
        if second is None or talk is None:
            return None
        mine = second.agent_id != agent_id
        if mine and talk.agent_id != agent_id:
            return None
        return {
            "mine": mine,
            "way": "blind" if second.blind else "consult",
            "place": second.place.value,
            "name": self._name(second.agent_id if mine else second.handover.by),
            "number": second.number or None,
            "since": iso(second.answered or second.asked),
        }

    def _returned(self, contact: Contact, agent_id: UUID) -> Row | None:
        talk = contact.talk
        return self._told(contact, talk.agent_id) if talk is not None and talk.agent_id == agent_id else None

    def _told(self, contact: Contact, agent_id: UUID) -> Row | None:
        """What became of the last transfer, for who asked for it."""
        told = contact.told
        if told is None or told.by not in {None, agent_id}:
            return None
        return {
            "transfer_id": str(told.transfer_id),
            "how": told.how.value,
            "name": self._flow(told.flow_id) if told.flow_id is not None else self._name(told.agent_id),
            "number": told.number or None,
        }

    def _flow(self, flow_id: UUID) -> str | None:
        flow = self._centre.flow_names.get(flow_id)
        return flow.name if flow is not None else None

    def _name(self, agent_id: UUID | None) -> str | None:
        person = self._centre.people.get(agent_id) if agent_id is not None else None
        return person.name if person is not None else None

    def targets(self, agent_id: UUID) -> Row:
        """Whom this agent could pass the caller on to: colleagues and queues of the caller's client; from a
        call between agents other colleagues."""
        router = self._centre.floor.router
        contact = self._centre.floor.contact_of(agent_id)
        if contact is not None and contact.inside is not None:
            at_call = {contact.inside.by, contact.inside.agent_id}
            everybody: list[Row] = self.colleagues(agent_id)["agents"]
            people = [
                one
                for one in everybody
                if UUID(one["agent_id"]) not in at_call and one["state"] != AgentState.OFFLINE
            ]
            return {"agents": people, "queues": [], "flows": []}
        client_id = contact.client_id if contact is not None else None
        people = [
            _person(now)
            for now in router.agents()
            if now.agent_id != agent_id
            and now.state is not AgentState.OFFLINE
            and now.client_id in {None, client_id}
        ]
        queues = [
            {
                "queue_id": str(now.queue_id),
                "name": now.name,
                "project_name": project_name(self._centre, now.project_id),
                "waiting": now.waiting,
                "signed_in": now.signed_in,
                "ready": now.ready,
            }
            for now in router.queues()
            if now.client_id == client_id
        ]
        of_client = self._centre.flows_of(client_id) if client_id is not None else {}
        flows = [{"flow_id": str(flow_id), "name": name} for flow_id, name in of_client.items()]
        return {"agents": people, "queues": queues, "flows": flows}
