"""A router taken apart for keeping, and put together again by the core that follows. Pure.

What is kept of a record is every plain field of it; links to other records are kept as ids, and indexes are
made anew. So a field added to a record is kept by itself. Deadlines follow from the records.
"""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any, Final, get_type_hints
from uuid import UUID

import msgspec

from andon.routing.config import AgentConfig, CentreConfig, QueueConfig
from andon.routing.errands import Errands
from andon.routing.events import AgentState
from andon.routing.ground import Due, Quit
from andon.routing.model import Effect, OfferEnd, Terms
from andon.routing.presence import TALKING, AgentEvent
from andon.routing.records import (
    AgentRecord,
    ContactRecord,
    Conversation,
    Errand,
    OfferRecord,
    QueueRecord,
    Summons,
)

Plain = dict[str, Any]


def _plain_fields(record: type, *others: str) -> dict[str, Any]:
    """Name and type of the fields of a record that are kept as they are: all but `others`."""
    hints = get_type_hints(record)
    return {each.name: hints[each.name] for each in fields(record) if each.name not in others}


_AGENT: Final = _plain_fields(
    AgentRecord,
    *("config", "order", "text", "removed", "papers"),
    *("offer", "summons", "errand", "conversation", "works", "queues", "entries", "standing", "wanting"),
)
_CONTACT: Final = _plain_fields(ContactRecord, "queue", "offer", "wanted")
_OF_ANY_QUEUE: Final = frozenset({Due.FLOOR_NEAR, Due.FLOOR})


class KeptOffer(msgspec.Struct, frozen=True):
    offer_id: UUID
    agent_id: UUID
    until_ms: int | None


class KeptTalk(msgspec.Struct, frozen=True):
    contact_id: UUID
    queue: QueueConfig | None
    started_ms: int
    terms: Terms | None = None


class KeptSummons(msgspec.Struct, frozen=True):
    offer_id: UUID
    contact_id: UUID
    queue: QueueConfig | None
    until_ms: int
    terms: Terms | None = None


class KeptErrand(msgspec.Struct, frozen=True):
    contact_id: UUID
    terms: Terms


class KeptAgent(msgspec.Struct, frozen=True):
    """A signed-in agent. Here and below, a configuration is for what the next core's has no more."""

    config: AgentConfig
    plain: Plain
    talk: KeptTalk | None
    summons: KeptSummons | None = None
    works: "list[KeptContact]" = []
    errand: KeptErrand | None = None


class KeptContact(msgspec.Struct, frozen=True):
    """A waiting contact."""

    queue: QueueConfig
    plain: Plain
    offer: KeptOffer | None
    wanted_id: UUID | None


class KeptQueue(msgspec.Struct, frozen=True):
    """What a queue has learnt."""

    queue_id: UUID
    turn: int
    mean_handle_ms: float
    empty_until_ms: int | None
    quits: dict[str, Quit]  # places of callers who hung up, by caller


class Kept(msgspec.Struct, frozen=True):
    """All of one tenant."""

    agents: list[KeptAgent] = []
    contacts: list[KeptContact] = []
    queues: list[KeptQueue] = []


class Restorable(Errands):
    """A floor that can be kept and restored."""

    def keep_agent(self, agent_id: UUID) -> KeptAgent | None:
        """None for an agent who is not signed in."""
        agent = self._centre.signed_in.get(agent_id)
        if agent is None:
            return None
        talk, summons, errand = agent.conversation, agent.summons, agent.errand
        return KeptAgent(
            config=agent.config,
            plain={name: getattr(agent, name) for name in _AGENT},
            talk=None
            if talk is None
            else KeptTalk(talk.contact_id, _config(talk.queue), talk.started_ms, talk.terms),
            summons=None
            if summons is None
            else KeptSummons(
                summons.offer_id,
                summons.contact_id,
                _config(summons.queue),
                summons.until_ms,
                summons.terms,
            ),
            errand=None if errand is None else KeptErrand(errand.contact_id, errand.terms),
            works=[self._kept_contact(contact) for contact in agent.works.values()],
        )

    def keep_contact(self, contact_id: UUID) -> KeptContact | None:
        """None for a contact that does not wait."""
        contact = self._contacts.get(contact_id)
        return None if contact is None else self._kept_contact(contact)

    @staticmethod
    def _kept_contact(contact: ContactRecord) -> KeptContact:
        offer = contact.offer
        return KeptContact(
            queue=contact.queue.config,
            plain={name: getattr(contact, name) for name in _CONTACT},
            offer=None
            if offer is None
            else KeptOffer(offer.offer_id, offer.agent.config.agent_id, offer.until_ms),
            wanted_id=None if contact.wanted is None else contact.wanted.config.agent_id,
        )

    def keep_queue(self, queue_id: UUID) -> KeptQueue | None:
        """None for a queue that was removed."""
        queue = self._centre.queues.get(queue_id)
        if queue is None:
            return None
        quits = {caller: quit for (asked_id, caller), quit in self._quits.items() if asked_id == queue_id}
        return KeptQueue(
            queue_id=queue_id,
            turn=queue.turn,
            mean_handle_ms=queue.mean_handle_ms,
            empty_until_ms=queue.empty_until_ms,
            quits=quits,
        )

    def queues_of(self, agent_id: UUID) -> Iterable[UUID]:
        """The queues this agent serves: what they learn, they learn by what agents do."""
        agent = self._centre.agents.get(agent_id)
        return () if agent is None else agent.queues.keys()

    def void_offer(self, offer_id: UUID, now: datetime) -> list[Effect]:
        """The offer or summons is over and nobody is to blame: the ring was lost with a core. The agent is
        ready again, the idle time kept, and the contact goes on from the place it had, or as the first agent
        left it. Over already: nothing."""
        effects: list[Effect] = []
        self._at(now)
        summons = self._summons.get(offer_id)
        if summons is not None:
            self._unsummon(summons, OfferEnd.ENDED, effects)
            self._stop_ringing(summons.agent, AgentEvent.CALLER_GONE, "system", "ring_lost", effects)
            self._match("contact", effects)
        offer = self._offers.get(offer_id)
        if offer is not None:
            contact, agent = self._release(offer, OfferEnd.ENDED, effects), offer.agent
            self._stop_ringing(agent, AgentEvent.CALLER_GONE, "system", "ring_lost", effects)
            self._line_up(contact, effects)
            self._match("contact", effects)
        return effects

    # -- putting together

    def _restore(self, kept: Kept) -> None:
        """Fill a router that is still empty. Raises `ValueError` for pieces that do not fit together, and
        `msgspec.ValidationError` for fields that do not mean anything any more."""
        for queue in kept.queues:
            record = self._centre.queues.get(queue.queue_id)
            if record is None:
                continue
            record.turn, record.mean_handle_ms = queue.turn, queue.mean_handle_ms
            record.empty_until_ms = queue.empty_until_ms
            for caller, quit in queue.quits.items():
                key = (queue.queue_id, caller)
                self._quits[key] = quit
                self._due(quit.left_ms + self._redial_ms(queue.queue_id), Due.REDIAL, key)
        for agent in kept.agents:
            self._restore_agent(agent)
        contacts = [self._contact(contact) for contact in kept.contacts]
        for contact in sorted(contacts, key=lambda contact: contact.number):
            self._number = max(self._number, contact.number)
            self._restore_place(contact)
        for config in {contact.queue.queue_id: contact.queue for contact in kept.contacts}.values():
            queue_now = self._centre.queues[config.queue_id]
            if queue_now.config != config:
                self._resettle(queue_now)
        for signed_in in self._centre.signed_in.values():
            self._check(signed_in)
        for queue_record in self._centre.queues.values():
            if queue_record.empty_until_ms is not None:
                self._due(queue_record.empty_until_ms, Due.EMPTY_QUEUE, queue_record)

    def _restore_agent(self, kept: KeptAgent) -> None:
        agent = self._centre.agents[kept.config.agent_id]
        known = {name: hint for name, hint in _AGENT.items() if name in kept.plain}  # an older core knew less
        plain = {name: msgspec.convert(kept.plain[name], hint) for name, hint in known.items()}
        state = plain.pop("state")
        for name, value in plain.items():
            setattr(agent, name, value)
        for work in kept.works:
            contact = self._contact(work)
            agent.works[contact.contact_id] = contact
            self._works[contact.contact_id] = agent
            self._number = max(self._number, contact.number)
        self._centre.change_state(agent, state)
        self._now = max(self._now, agent.since_ms)
        if kept.talk is not None:
            talk = kept.talk
            agent.conversation = Conversation(
                talk.contact_id, self._queue_of(talk.queue), talk.started_ms, talk.terms
            )
            if state in TALKING:
                self._talks.setdefault(kept.talk.contact_id, []).append(agent)
        if kept.summons is not None:
            ring = kept.summons
            queue = self._queue_of(ring.queue)
            summons = Summons(ring.offer_id, ring.contact_id, queue, agent, ring.until_ms, ring.terms)
            agent.summons = self._summons[summons.offer_id] = summons
            self._due(summons.until_ms, Due.SUMMONS, summons)
        if kept.errand is not None:
            agent.errand = Errand(kept.errand.contact_id, kept.errand.terms)
        if agent.acw_until_ms is not None:
            self._due(agent.acw_until_ms, Due.WRAP_UP, agent)
        if agent.ask is not None:
            self._due(agent.ask.until_ms, Due.BREAK_ASK, agent)

    def _queue_of(self, config: QueueConfig | None) -> QueueRecord | None:
        return None if config is None else self._centre.queues[config.queue_id]

    def _contact(self, kept: KeptContact) -> ContactRecord:
        plain = {name: msgspec.convert(kept.plain[name], hint) for name, hint in _CONTACT.items()}
        contact = ContactRecord(queue=self._centre.queues[kept.queue.queue_id], **plain)
        if kept.wanted_id is not None:
            contact.wanted = self._centre.signed_in.get(kept.wanted_id)
        if kept.offer is not None:
            agent = self._centre.agents.get(kept.offer.agent_id)
            if agent is None or agent.state is not AgentState.RINGING or agent.offer is not None:
                raise ValueError("an offer to an agent who does not ring for it")
            offer = OfferRecord(kept.offer.offer_id, contact, agent, kept.offer.until_ms)
            contact.offer = agent.offer = self._offers[offer.offer_id] = offer
        return contact

    def _restore_place(self, contact: ContactRecord) -> None:
        queue = contact.queue
        self._contacts[contact.contact_id] = contact
        contact.step = min(contact.step, len(queue.steps) - 1)
        if contact.wanted is not None and contact.wanted.standing.get(queue) != 0:
            contact.wanted = None
        self._settle_in(contact)
        self._put_in(contact)
        if contact.offer is not None and contact.offer.until_ms is not None:
            self._due(contact.offer.until_ms, Due.RING, contact.offer)
        for name, at_ms in list(contact.clocks.items()):
            what = Due[name]
            self._due(at_ms, what, contact, None if what in _OF_ANY_QUEUE else queue)

    @staticmethod
    def _check(agent: AgentRecord) -> None:
        talks = agent.state in TALKING or agent.state is AgentState.ACW
        rings = agent.offer is not None or agent.summons is not None
        dials = agent.state is AgentState.DIALING
        if (
            (agent.state is AgentState.RINGING) != rings
            or talks != (agent.conversation is not None)
            or dials != (agent.errand is not None)
        ):
            raise ValueError(f"an agent is {agent.state} without what belongs to it")


def _config(queue: QueueRecord | None) -> QueueConfig | None:
    return None if queue is None else queue.config


def with_kept(config: CentreConfig, kept: Kept) -> CentreConfig:
    """The configuration, and what it has no more of what agents and contacts are kept with."""
    agents = {agent.config.agent_id: agent.config for agent in kept.agents}
    queues = {contact.queue.queue_id: contact.queue for contact in kept.contacts}
    queues |= {work.queue.queue_id: work.queue for agent in kept.agents for work in agent.works}
    for agent in kept.agents:
        for one in (agent.talk, agent.summons):
            if one is not None and one.queue is not None:
                queues[one.queue.queue_id] = one.queue
    for each in config.agents:
        agents.pop(each.agent_id, None)
    for queue in config.queues:
        queues.pop(queue.queue_id, None)
    return msgspec.structs.replace(
        config, agents=(*config.agents, *agents.values()), queues=(*config.queues, *queues.values())
    )
