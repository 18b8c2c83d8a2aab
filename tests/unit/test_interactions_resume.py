"""Cores that die in virtual time: every floor goes on as the one before, and the books balance."""

from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interactions_books import judged
from interactions_town import TENANT, Town
from structlog.testing import capture_logs
from test_interactions_floor import play
from test_routing_restore import kept_of

from andon.interactions.callbacks import Callback
from andon.interactions.events import CallbackEnded, ContactEnded
from andon.interactions.inputs import Found
from andon.interactions.model import Contact
from andon.interactions.service import KeptContact
from andon.kit.events import CoreStarted
from andon.routing.events import AgentState
from andon.routing.machine import Router

pytestmark = pytest.mark.unit


class MortalTown(Town):
    """A town whose core dies now and then between two doings of its people."""

    deaths = 0

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.kept: dict[UUID, bytes] = {}  # places, as they were kept last

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
        places = [before.callbacks.get(each) for each in before.callbacks.moved]
        self.kept |= {
            place.callback_id: msgspec.msgpack.encode(place) for place in places if place is not None
        }
        self.kept = {
            each: words for each, words in self.kept.items() if before.callbacks.get(each) is not None
        }
        at = before.now()
        kept = kept_of(before.router)
        lives = [place for place in kept.contacts if UUID(str(place.plain["contact_id"])) in before.contacts]
        kept = msgspec.structs.replace(kept, contacts=lives)
        router, effects = Router.restored(self.config, at, self.new_id, kept)
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
        for one in left:
            contact = before.contacts[one.contact.contact_id]  # the town's people know it by this object
            for name in contact.__struct_fields__:
                setattr(contact, name, getattr(one.contact, name))
            floor.resume(msgspec.structs.replace(one, contact=contact))
        floor.callbacks.resume(msgspec.msgpack.decode(words, type=Callback) for words in self.kept.values())
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
    assert not town.floor.contacts and not town.floor._timers
    books = judged(town.facts, town.floor.now())
    assert [f"{f.rule}: {f.text}" for f in books.findings if f.rule != "recording.kept"] == []
    assert not [leg for leg, alive in town.legs.items() if alive]


def test_cores_do_die_there() -> None:
    deaths, over = 0, set()
    for seed in range(12):
        town, _ = play(seed, 200, MortalTown)
        assert isinstance(town, MortalTown)
        deaths += town.deaths
        over |= {fact.how for fact in town.facts if isinstance(fact, CallbackEnded)}
    assert deaths > 20 and over >= {"served", "expired"}
