"""A day of a small centre as facts: what core would have appended, for tests of reporting.

`Day(seed)` is deterministic; `facts` are in order of time. Two queues of two clients, three agents.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from andon.interactions import events as ix
from andon.kit.ids import uuid7
from andon.kit.journal import Fact
from andon.routing import events as rt
from andon.telephony import events as tp

MORNING = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai


class Day:
    """Facts of `contacts` calls of one tenant, arriving ten seconds apart."""

    def __init__(
        self,
        tenant_id: UUID,
        clients: list[UUID],
        projects: list[UUID],
        queues: list[UUID],
        agents: list[UUID],
        *,
        contacts: int = 40,
        seed: int = 1,
        begin: datetime = MORNING,
    ) -> None:
        self.facts: list[Fact] = []
        self.contacts: list[UUID] = []
        self._random = random.Random(seed)
        self._tenant = tenant_id
        self._agents = agents
        self._state: dict[UUID, tuple[rt.AgentState, datetime]] = {}
        for agent in agents:
            self._agent(agent, begin, rt.AgentSignedIn, device="browser")
            self._move(agent, begin, rt.AgentState.NOT_READY)
            self._move(agent, begin + timedelta(seconds=5), rt.AgentState.READY)
        at = begin + timedelta(minutes=1)
        for n in range(contacts):
            which = n % len(queues)
            self._contact(at, clients[which], projects[which], queues[which])
            at += timedelta(seconds=10)
        self.end = at + timedelta(minutes=30)
        for agent in agents:
            self._move(agent, self.end, rt.AgentState.OFFLINE)
            self._agent(agent, self.end, rt.AgentSignedOut, by="self", why="signed_out")
        self.facts.sort(key=lambda fact: fact.at)

    def _contact(self, at: datetime, client: UUID, project: UUID, queue: UUID) -> None:
        chance = self._random
        contact = uuid7(int(at.timestamp() * 1000))
        self.contacts.append(contact)
        envelope: dict[str, Any] = {
            "tenant_id": self._tenant,
            "client_id": client,
            "project_id": project,
            "contact_id": contact,
        }
        clock = [at]

        def add(fact: type[Fact], after_s: float = 0, **fields: Any) -> None:
            clock[0] += timedelta(milliseconds=round(after_s * 1000))
            self.facts.append(fact(**envelope | {"at": clock[0]} | fields))

        def end(outcome: ix.Outcome, by: ix.By) -> None:
            add(ix.ContactEnded, 0.1, outcome=outcome, by=by, sip_cause=16, total_ms=_ms(at, clock[0]) + 100)

        caller = f"138{chance.randrange(10**8):08d}"
        add(
            ix.ContactArrived,
            medium="voice",
            direction="inbound",
            caller=caller,
            caller_raw=caller,
            dnis="95001",
            node="n1",
            channel_id=f"c-{contact.hex}",
        )
        if chance.random() < 0.1:
            add(ix.VoicemailLeft, 20, voicemail_ms=15_000)
            end(ix.Outcome.VOICEMAIL, ix.By.CALLER)
            return
        told = (None, 0, 15)[len(self.contacts) % 3]
        add(ix.ContactQueued, 8, queue_id=queue, priority=0, position=1, estimated_wait_s=told)
        queued = clock[0]
        wait = chance.choice([2, 10, 19.9, 20, 20.1, 45])
        end_of_wait = chance.choice(
            ["answered", "answered", "answered", "abandoned", "timeout", "callback_kept", "open"]
        )
        if end_of_wait == "open":
            return
        agent, offer = chance.choice(self._agents), uuid7()
        if end_of_wait == "answered":
            offered = {"agent_id": agent, "offer_id": offer, "queue_id": queue}
            add(ix.OfferMade, wait - 1, **offered, device="browser", decision={"policy": "longest_idle"})
            add(ix.OfferEnded, 1, **offered, how="answered", rang_ms=1000)
        else:
            clock[0] += timedelta(seconds=wait)
        waited = _ms(queued, clock[0])
        add(ix.ContactDequeued, queue_id=queue, how=end_of_wait, waited_ms=waited)
        if end_of_wait == "abandoned":
            end(ix.Outcome.ABANDONED_QUEUE, ix.By.CALLER)
            return
        if end_of_wait == "callback_kept":
            kept, returned = {"queue_id": queue}, uuid7()
            add(ix.CallbackKept, **kept, position=2, expires_at=clock[0] + timedelta(days=1))
            end(ix.Outcome.CALLBACK_KEPT, ix.By.CALLER)
            until = clock[0] + timedelta(seconds=300)
            add(ix.CallbackPostponed, 60, **kept, attempt=1, returned_id=returned, until=until)
            if chance.random() < 0.7:
                add(ix.CallbackEnded, 300, **kept, how="expired", attempts=1, waited_ms=360_000)
            return
        if end_of_wait == "timeout":
            end(ix.Outcome.QUEUE_TIMEOUT, ix.By.SYSTEM)
            return
        add(ix.ContactConnected, agent_id=agent, queue_id=queue, offer_id=offer, waited_ms=waited)
        recording = uuid7()
        add(tp.RecordingStarted, recording_id=recording, channel_id="c")
        held = chance.choice([0, 0, 15_000])
        talk = chance.choice([30.0, 60.0, 90.5])
        add(
            ix.ContactDisconnected,
            talk,
            agent_id=agent,
            by=ix.By.AGENT,
            talked_ms=int(talk * 1000),
            held_ms=held,
        )
        add(ix.SurveyAsked, survey="csat")
        if chance.random() < 0.6:
            add(ix.SurveyAnswered, 2, survey="csat", score=chance.randint(1, 5))
        span = tp.RecordingSpan(leg="agent", from_ms=0, to_ms=int(talk * 1000), agent_id=agent)
        add(tp.RecordingStopped, recording_id=recording, total_ms=int(talk * 1000), spans=[span])
        end(ix.Outcome.SERVED, ix.By.SYSTEM)
        add(
            tp.RecordingStored,
            1,
            recording_id=recording,
            path=f"2026/03/02/{recording}.wav",
            audio_ms=int(talk * 1000),
            size=100,
            sha256="00",
        )
        add(ix.WrapUpSubmitted, 5, agent_id=agent, resolved=True)

    def _agent(self, agent: UUID, at: datetime, fact: type[Fact], **fields: Any) -> None:
        self.facts.append(fact(at=at, tenant_id=self._tenant, agent_id=agent, **fields))

    def _move(self, agent: UUID, at: datetime, state: rt.AgentState) -> None:
        before, since = self._state.get(agent, (rt.AgentState.OFFLINE, at))
        spent = 0 if before is rt.AgentState.OFFLINE else _ms(since, at)
        self._agent(
            agent,
            at,
            rt.AgentStateChanged,
            state=state,
            previous=before,
            previous_ms=spent,
            by="self",
            why="asked",
        )
        self._state[agent] = (state, at)


def _ms(since: datetime, until: datetime) -> int:
    return (until - since) // timedelta(milliseconds=1)
