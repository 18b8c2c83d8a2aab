"""Cores that die in virtual time: every floor goes on as the one before, and the books balance."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interactions_books import judged
from interactions_town import TENANT, Town
from structlog.testing import capture_logs
from test_interactions_floor import play
from test_routing_restore import kept_of

from andon.interactions.events import ContactEnded
from andon.interactions.model import Contact, Found
from andon.interactions.service import KeptContact
from andon.kit.events import CoreStarted
from andon.routing.events import AgentState
from andon.routing.machine import Router

pytestmark = pytest.mark.unit


class MortalTown(Town):
    """A town whose core dies now and then between two doings of its people."""

    deaths = 0

    def something(self, contacts: list[Contact]) -> None:
        if self.dice.random() < 0.05:
            self.core_dies()
        else:
            super().something(contacts)

    def core_dies(self) -> None:
        """Another core takes over from what is kept of everything."""
        self.deaths += 1
        before = self.floor
        before.close()
        words = msgspec.msgpack.encode([before.keep(contact_id) for contact_id in before.contacts])
        left = msgspec.msgpack.decode(words, type=list[KeptContact])
        at = before.now()
        router, effects = Router.restored(self.config, at, self.new_id, kept_of(before.router))
        self.floor = floor = self.new_floor(router)
        signed_in = [agent for agent in router.agents() if agent.state is not AgentState.OFFLINE]
        self.facts.append(
            CoreStarted(
                at=at,
                tenant_id=TENANT,
                version_of_code="t",
                clean=False,
                resumed_contacts=len(left),
                resumed_agents=len(signed_in),
            )
        )
        for kept in left:
            contact = before.contacts[kept.contact.contact_id]  # the town's people know it by this object
            for name in contact.__struct_fields__:
                setattr(contact, name, getattr(kept.contact, name))
            floor.resume(msgspec.structs.replace(kept, contact=contact))
        floor.cards = dict(before.cards)
        floor.go_on()
        floor.act(lambda router, at: effects)
        for contact in list(floor.contacts.values()):
            floor.feed(contact, Found(up=True, together=True))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_books_balance_over_the_deaths_of_cores(seed: int) -> None:
    with capture_logs() as logs:
        town, contacts = play(seed, 200, MortalTown)
    assert isinstance(town, MortalTown)
    assert not [entry for entry in logs if entry["log_level"] in {"error", "critical"}]
    ended = [fact.contact_id for fact in town.facts if isinstance(fact, ContactEnded)]
    assert sorted(ended) == sorted(contact.contact_id for contact in contacts)  # type: ignore[type-var]  # set
    assert not town.floor.contacts and not town.floor._timers and not town.floor._due
    books = judged(town.facts, town.floor.now())
    assert [f"{f.rule}: {f.text}" for f in books.findings if f.rule != "recording.kept"] == []
    assert not [leg for leg, alive in town.legs.items() if alive]


def test_cores_do_die_there() -> None:
    deaths = 0
    for seed in range(6):
        town, _ = play(seed, 200, MortalTown)
        assert isinstance(town, MortalTown)
        deaths += town.deaths
    assert deaths > 20
