"""Calls between agents in the figures: counted for both, and in no other figure of conversations."""

from datetime import date, timedelta
from typing import Any

import pytest
from reporting_stand import journal, make_stand
from reporting_world import MORNING

from andon.interactions import events as ix
from andon.interactions.inside.events import InternalDialled, InternalJoined, InternalLeft
from andon.kit.bus import MemoryBus
from andon.kit.clock import SystemClock
from andon.kit.database import Database
from andon.kit.ids import uuid7
from andon.kit.journal import Fact
from andon.reporting.board.repository import agent_counts
from andon.reporting.board.service import count_day
from andon.reporting.history import search
from andon.reporting.projector import Projector
from andon.routing import events as rt
from andon.routing.events import AgentState

pytestmark = pytest.mark.database

TALKED_MS = 90_000


async def test_both_have_it_and_no_queue_project_or_mean_does(owner_db: Database, db: Database) -> None:
    stand = await make_stand(owner_db)
    calling, called = stand.agents[:2]
    contact_id = uuid7()
    facts: list[Fact] = []

    def add(fact: type[Fact], s: float, **fields: Any) -> None:
        at = MORNING + timedelta(seconds=s)
        facts.append(fact(**{"at": at, "tenant_id": stand.tenant_id} | fields))

    def say(fact: type[Fact], s: float, **fields: Any) -> None:
        add(fact, s, contact_id=contact_id, **fields)

    def moves(agent: Any, s: float, state: AgentState, previous: AgentState, ms: int, **of: Any) -> None:
        fields = {"state": state, "previous": previous, "previous_ms": ms, "by": "self", "why": "asked"}
        add(rt.AgentStateChanged, s, agent_id=agent, **fields, **of)

    for agent in (calling, called):
        add(rt.AgentSignedIn, 0, agent_id=agent, device="browser")
        moves(agent, 0, AgentState.NOT_READY, AgentState.OFFLINE, 0)
    say(
        ix.ContactArrived, 10, medium="voice", direction="internal", caller="8001", caller_raw="8001",
        dnis="8002", node="n1", channel_id="",
    )  # fmt: skip
    moves(calling, 10, AgentState.DIALING, AgentState.NOT_READY, 10_000, contact_id=contact_id)
    say(InternalDialled, 11, agent_id=calling, to_agent_id=called, channel_id="c-1")
    moves(called, 11, AgentState.RINGING, AgentState.NOT_READY, 11_000, contact_id=contact_id)
    say(ix.ContactConnected, 15, agent_id=calling, offer_id=contact_id, waited_ms=0)
    say(InternalJoined, 15, agent_id=called, rang_ms=4000)
    for agent, before, ms in ((calling, AgentState.DIALING, 5000), (called, AgentState.RINGING, 4000)):
        moves(agent, 15, AgentState.TALKING, before, ms, contact_id=contact_id)
    say(ix.ContactDisconnected, 105, agent_id=calling, by=ix.By.AGENT, talked_ms=TALKED_MS, held_ms=0)
    say(InternalLeft, 105, agent_id=called, talked_ms=TALKED_MS)
    for agent in (calling, called):
        moves(agent, 105, AgentState.ACW, AgentState.TALKING, TALKED_MS, contact_id=contact_id)
        moves(agent, 105, AgentState.NOT_READY, AgentState.ACW, 0)
    say(ix.ContactEnded, 105.1, outcome=ix.Outcome.SERVED, by=ix.By.AGENT, sip_cause=16, total_ms=95_100)
    await journal(db, facts)
    bus = MemoryBus()
    await bus.start()
    await Projector(db, bus, SystemClock(), stand.tenant_id).catch_up()
    await bus.stop()
    async with db.session(stand.scope) as session:
        counted = await count_day(session, date(2026, 3, 2), MORNING + timedelta(hours=1))
        of_agent = await agent_counts(session, counted.span, MORNING + timedelta(hours=1))
        found = [
            await search.find(session, search.Filters(own_agent=agent), None, 10) for agent in stand.agents
        ]
    for agent in (calling, called):
        counts = of_agent[agent]
        assert (counts.internal, counts.internal_ms) == (1, TALKED_MS)
        assert (counts.handled, counts.dialled, counts.rung, counts.talk_ms) == (0, 0, 0, 0)
        assert counts.busy_ms == TALKED_MS
    assert (counted.whole.handled, counted.whole.offered) == (0, 0)
    own = [[row.contact_id for row in page.rows] for page in found]
    assert own == [[contact_id], [contact_id], []]
