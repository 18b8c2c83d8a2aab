"""Hypothesis hunts for broken invariants; broken routers show that the hunt would find them."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from routing_drill import Drill, Fault

from andon.routing import decision, floor
from andon.routing.centre import Centre
from andon.routing.events import AgentState, AgentStateChanged
from andon.routing.floor import Floor
from andon.routing.line import Line
from andon.routing.machine import Router
from andon.routing.presence import TRANSITIONS, AgentEvent, Step
from andon.routing.records import ContactRecord, QueueRecord

pytestmark = pytest.mark.unit


def from_bytes(choices: bytes) -> Callable[[int], int]:
    left = iter(choices)
    return lambda n: next(left, 0) % n


def from_seed(seed: int) -> Callable[[int], int]:
    chance = random.Random(seed)
    return chance.randrange


@given(st.binary(min_size=150, max_size=900))
@settings(max_examples=1500, deadline=None)
def test_no_random_centre_breaks_an_invariant(choices: bytes) -> None:
    Drill(from_bytes(choices)).run(steps=60)


def test_long_days_of_random_centres_break_no_invariant() -> None:
    offered = 0
    for seed in range(100):
        drill = Drill(from_seed(seed))
        drill.run(steps=250)
        offered += drill.offered
    assert offered > 1500  # the drill does reach the heart of the matter


Patch = pytest.MonkeyPatch


def nothing(*_: Any, **__: Any) -> None:
    return None


def free_agents_are_not_served(patch: Patch) -> None:
    patch.setattr(Floor, "_serve", nothing)


def a_new_configuration_is_not_matched(patch: Patch) -> None:
    patch.setattr(Floor, "_match_all", nothing)


def the_last_in_line_goes_first(patch: Patch) -> None:
    patch.setattr(Line, "first", property(lambda line: line.head(len(line))[-1]))


def own_priority_is_ignored(patch: Patch) -> None:
    patch.setattr(ContactRecord, "priority", property(lambda contact: contact.queue.config.priority))


def who_comes_back_goes_last(patch: Patch) -> None:
    whole = Floor._wait

    def wait(self: Any, contact: Any, effects: Any) -> None:
        contact.queued_ms = self._now
        whole(self, contact, effects)

    patch.setattr(Floor, "_wait", wait)


def an_agent_stays_in_line_while_busy(patch: Patch) -> None:
    patch.setattr(QueueRecord, "count_out", lambda queue, agent: queue.counts.update({agent.state: 0}))


def idle_time_is_lost_when_a_caller_hangs_up(patch: Patch) -> None:
    whole = Floor._stop_ringing

    def stop(self: Any, agent: Any, *rest: Any) -> None:
        agent.idle_since_ms = self._now
        whole(self, agent, *rest)

    patch.setattr(Floor, "_stop_ringing", stop)


def rejecting_leaves_the_agent_ready(patch: Patch) -> None:
    patch.setitem(TRANSITIONS, (AgentState.RINGING, AgentEvent.RING_FAILED), Step(AgentState.READY))


def spans_are_a_millisecond_off(patch: Patch) -> None:
    def off(**fields: Any) -> AgentStateChanged:
        return AgentStateChanged(**(fields | {"previous_ms": fields["previous_ms"] + 1}))

    patch.setattr(floor, "AgentStateChanged", off)


def instants_are_not_whole_milliseconds(patch: Patch) -> None:
    patch.setattr(floor, "to_ms", lambda instant: round(instant.timestamp() * 1000, 3))


def a_deserted_queue_keeps_its_callers(patch: Patch) -> None:
    patch.setattr(Floor, "_watch_empty", nothing)


def nothing_ever_runs_out(patch: Patch) -> None:
    patch.setattr(Floor, "_due", nothing)


def a_lost_device_is_ignored(patch: Patch) -> None:
    patch.setattr(Floor, "_lose_device", nothing)


def an_offer_is_forgotten_when_the_agent_leaves(patch: Patch) -> None:
    whole = Floor._release

    def release(self: Any, offer: Any, how: Any, effects: Any, *, tell: bool = True) -> Any:
        return whole(self, offer, how, effects, tell=False)

    patch.setattr(Floor, "_release", release)


def changed_skills_take_no_effect(patch: Patch) -> None:
    whole = Centre.put_agent
    patch.setattr(
        Centre,
        "put_agent",
        lambda self, config: None if config.agent_id in self.agents else whole(self, config),
    )


def a_caller_who_left_is_still_offered(patch: Patch) -> None:
    whole = Router.leave
    patch.setattr(
        Router,
        "leave",
        lambda self, c, now, **how: [] if len(self._contacts) > 1 else whole(self, c, now, **how),
    )


def reasons_are_mixed_up(patch: Patch) -> None:
    patch.setitem(decision._AWAY, AgentState.BREAK, "busy")


BROKEN = [
    free_agents_are_not_served,
    a_new_configuration_is_not_matched,
    the_last_in_line_goes_first,
    own_priority_is_ignored,
    who_comes_back_goes_last,
    an_agent_stays_in_line_while_busy,
    idle_time_is_lost_when_a_caller_hangs_up,
    rejecting_leaves_the_agent_ready,
    spans_are_a_millisecond_off,
    instants_are_not_whole_milliseconds,
    a_deserted_queue_keeps_its_callers,
    nothing_ever_runs_out,
    a_lost_device_is_ignored,
    an_offer_is_forgotten_when_the_agent_leaves,
    changed_skills_take_no_effect,
    a_caller_who_left_is_still_offered,
    reasons_are_mixed_up,
]


@pytest.mark.parametrize("breaks", BROKEN, ids=lambda breaks: breaks.__name__)
def test_a_broken_router_is_caught(breaks: Callable[[Patch], None], monkeypatch: Patch) -> None:
    """Whether by a broken invariant or by the router falling over its own records."""
    breaks(monkeypatch)
    for seed in range(150):
        try:
            Drill(from_seed(seed)).run(steps=60)
        except (Fault, KeyError):
            return
    pytest.fail("150 random centres did not notice")
