"""Cores die at any point of a random day: the next one's router goes on as if nothing had been."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from routing_book import Fault
from routing_drill import Drill
from test_routing_properties import from_bytes, from_seed

from andon.routing import restore
from andon.routing.events import AgentState
from andon.routing.machine import Router
from andon.routing.restore import Kept, KeptAgent, KeptContact, KeptQueue

pytestmark = pytest.mark.unit

Patch = pytest.MonkeyPatch


def kept_of(router: Router) -> Kept:
    """Everything of a router, through the words in which it is kept."""
    agents = [kept for agent in router.agents() if (kept := router.keep_agent(agent.agent_id))]
    contacts = [kept for place in router.all_waiting() if (kept := router.keep_contact(place.contact_id))]
    queues = [kept for queue in router.queues() if (kept := router.keep_queue(queue.queue_id))]
    words = msgspec.msgpack.encode(Kept(agents, contacts, queues))
    return msgspec.msgpack.decode(words, type=Kept)


class MortalDrill(Drill):
    """A drill whose core dies now and then, at times under a configuration changed meanwhile."""

    deaths = 0

    def step(self) -> None:
        if self.pick(8) == 1:
            self.core_dies()
        else:
            super().step()

    def core_dies(self) -> None:
        self.deaths += 1
        kept = kept_of(self.router)
        for seat in self.seats.values():
            if seat.state is AgentState.OFFLINE:  # of those who are not there nothing is kept
                seat.turns.clear()
        remembering = {queue.queue_id for queue in kept.queues}
        if self.pick(4) == 1:
            self._change_configuration()
        self.router, effects = Router.restored(self.config, self.now, self._new_id, kept)
        remembering &= self.router._centre.queues.keys()  # with a queue its callers' places are forgotten
        self.quits = {key: quit for key, quit in self.quits.items() if key[0] in remembering}
        self._read(effects)

    def _change_configuration(self) -> None:
        agents, queues = list(self.config.agents), list(self.config.queues)
        if self.pick(2) and len(agents) > 1:
            agents.pop(self.pick(len(agents)))
        elif len(queues) > 1:
            queues.pop(self.pick(len(queues)))
        self.config = msgspec.structs.replace(self.config, agents=tuple(agents), queues=tuple(queues))
        self._learn()
        for caller in self.callers.values():
            caller.runs_over = None
            self._forget_wanted(caller)


@given(st.binary(min_size=150, max_size=900))
@settings(max_examples=600, deadline=None)
def test_no_death_of_a_core_breaks_an_invariant(choices: bytes) -> None:
    MortalDrill(from_bytes(choices)).run(steps=60)


def test_long_days_of_dying_cores() -> None:
    offered = deaths = 0
    for seed in (*range(60), 5157, 5379, 5494):
        drill = MortalDrill(from_seed(seed))
        drill.run(steps=250)
        offered += drill.offered
        deaths += drill.deaths
    assert offered > 500 and deaths > 500


def forget(kind: type, **fields: Any) -> Callable[[Patch], None]:
    """Kept records lose what they knew of these fields."""

    def breaks(patch: Patch) -> None:
        whole = kept_of

        def lossy(router: Router) -> Kept:
            kept = whole(router)
            name = {KeptAgent: "agents", KeptContact: "contacts", KeptQueue: "queues"}[kind]
            lost = [
                msgspec.structs.replace(one, plain=one.plain | fields)
                if hasattr(one, "plain")
                else msgspec.structs.replace(one, **fields)
                for one in getattr(kept, name)
            ]
            return msgspec.structs.replace(kept, **{name: lost})

        patch.setitem(globals(), "kept_of", lossy)

    return breaks


def no_deadline_is_set_again(patch: Patch) -> None:
    whole = restore.Restorable._restore

    def restored(self: Any, kept: Kept) -> None:
        whole(self, kept)
        self._deadlines.clear()

    patch.setattr(restore.Restorable, "_restore", restored)


BROKEN: dict[str, Callable[[Patch], None]] = {
    "since": forget(KeptAgent, since_ms=0),
    "idle time": forget(KeptAgent, idle_since_ms=0),
    "device": forget(KeptAgent, registered=False),
    "turns of agents": forget(KeptAgent, turns={}),
    "signed in": forget(KeptAgent, signed_in_ms=None, state="not_ready"),
    "priority": forget(KeptContact, own_priority=0),
    "place": forget(KeptContact, queued_ms=0),
    "offers": lambda patch: (
        patch.setattr(restore.Restorable, "_check", staticmethod(lambda agent: None)) or forget_offers(patch)
    ),
    "deadlines": no_deadline_is_set_again,
}


def forget_offers(patch: Patch) -> None:
    whole = restore.Restorable._contact
    patch.setattr(
        restore.Restorable,
        "_contact",
        lambda self, kept: whole(self, msgspec.structs.replace(kept, offer=None)),
    )


@pytest.mark.parametrize("what", BROKEN)
def test_a_core_that_forgets_is_caught(what: str, monkeypatch: Patch) -> None:
    BROKEN[what](monkeypatch)
    for seed in range(150):
        try:
            MortalDrill(from_seed(seed)).run(steps=80)
        except (Fault, KeyError, ValueError, AssertionError):
            return
    pytest.fail("150 random centres did not notice")


def test_pieces_that_do_not_fit_are_refused() -> None:
    """A ringing agent whose contact is not there: better no router than a wrong one."""
    for seed in range(100):
        drill = Drill(from_seed(seed))
        for agent in drill.config.agents:
            drill._bring_up(agent.agent_id)
        for _ in range(20):
            drill.caller_arrives()
        if drill.offers:
            kept = msgspec.structs.replace(kept_of(drill.router), contacts=[])
            with pytest.raises(ValueError, match="without what belongs to it"):
                Router.restored(drill.config, drill.now, drill._new_id, kept)
            return
    pytest.fail("no random centre offered anything")
