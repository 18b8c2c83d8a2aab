"""Hypothesis hunts for broken invariants; broken routers show that the hunt would find them."""

import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from routing_book import Fault
from routing_drill import Drill

from andon.routing import decision, floor, ground, records, waiting
from andon.routing.callback import Returning
from andon.routing.capacity import has_room
from andon.routing.centre import Centre
from andon.routing.config import Policy, Seat, WorkRule
from andon.routing.events import AgentState, AgentStateChanged
from andon.routing.floor import Floor
from andon.routing.ground import Due
from andon.routing.line import Line
from andon.routing.machine import Router
from andon.routing.model import OfferEnd, WaitEnd, to_ms
from andon.routing.presence import TRANSITIONS, AgentEvent, Step
from andon.routing.records import ContactRecord, QueueRecord
from andon.routing.standing import rank
from andon.routing.waiting import Waiting

pytestmark = pytest.mark.unit


def from_bytes(choices: bytes) -> Callable[[int], int]:
    left = iter(choices)
    return lambda n: next(left, 0) % n


def from_seed(seed: int) -> Callable[[int], int]:
    chance = random.Random(seed)
    return chance.randrange


@given(st.binary(min_size=200, max_size=1500))
@settings(max_examples=800, deadline=None)
def test_no_random_centre_breaks_an_invariant(choices: bytes) -> None:
    Drill(from_bytes(choices)).run(steps=60)


def test_long_days_of_random_centres_break_no_invariant() -> None:
    offered = 0
    for seed in range(100):
        drill = Drill(from_seed(seed))
        drill.run(steps=250)
        offered += drill.offered
    assert offered > 1200  # the drill does reach the heart of the matter


Patch = pytest.MonkeyPatch


def nothing(*_: Any, **__: Any) -> None:
    return None


def free_agents_are_not_served(patch: Patch) -> None:
    whole = Floor._match

    def match(self: Any, *given: Any) -> None:
        self._freed.clear()
        whole(self, *given)

    patch.setattr(Floor, "_match", match)


def a_new_configuration_is_not_matched(patch: Patch) -> None:
    whole = Floor._match

    def match(self: Any, trigger: str, effects: Any) -> None:
        if trigger == "config":
            self._stirred.clear()
        else:
            whole(self, trigger, effects)

    patch.setattr(Floor, "_match", match)


def the_last_in_line_goes_first(patch: Patch) -> None:
    patch.setattr(Line, "first", property(lambda line: line.head(len(line))[-1]))


def own_priority_is_ignored(patch: Patch) -> None:
    patch.setattr(ContactRecord, "priority", property(lambda contact: contact.queue.config.priority))


def who_comes_back_goes_last(patch: Patch) -> None:
    whole = Waiting._line_up

    def line_up(self: Any, contact: Any, effects: Any) -> None:
        contact.placed_ms = self._now
        contact.rank = rank(contact, self._ageing_ms)
        whole(self, contact, effects)

    patch.setattr(Waiting, "_line_up", line_up)


def an_agent_stays_in_line_while_busy(patch: Patch) -> None:
    patch.setattr(QueueRecord, "hide", lambda queue, agent: None)


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
    patch.setattr(ground, "to_ms", lambda instant: round(instant.timestamp() * 1000, 3))


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
        lambda self, config, now_ms: False if config.agent_id in self.agents else whole(self, config, now_ms),
    )


def a_caller_who_left_is_still_offered(patch: Patch) -> None:
    whole = Router.leave
    patch.setattr(
        Router,
        "leave",
        lambda self, c, now, **how: [] if len(self._contacts) > 1 else whole(self, c, now, **how),
    )


def relaxing_never_comes(patch: Patch) -> None:
    patch.setattr(Waiting, "_widen", nothing)


def relaxing_comes_at_once(patch: Patch) -> None:
    patch.setattr(waiting, "step_at", lambda steps, _: len(steps) - 1)


def a_reserve_is_given_away(patch: Patch) -> None:
    whole = QueueRecord.agent_for
    patch.setattr(QueueRecord, "agent_for", lambda self, step, **_: whole(self, step, privileged=True))


def a_reserve_is_kept_from_those_it_is_for(patch: Patch) -> None:
    patch.setattr(waiting, "privileged", lambda contact: False)


def a_floor_is_not_heeded(patch: Patch) -> None:
    whole = Waiting._near_floor

    def near_floor(self: Any, contact: Any, effects: Any) -> None:
        before = contact.rank
        whole(self, contact, effects)
        self._take_out(contact)
        contact.rank = before
        self._put_in(contact)

    patch.setattr(Waiting, "_near_floor", near_floor)


def a_floor_is_not_announced(patch: Patch) -> None:
    patch.setattr(Waiting, "_near_floor", nothing)


def nobody_ages(patch: Patch) -> None:
    patch.setattr(waiting, "rank", lambda contact, ageing_ms: rank(contact, None))


def who_calls_again_goes_last(patch: Patch) -> None:
    patch.setattr(Waiting, "_remember", nothing)


def doors_are_walled_up(patch: Patch) -> None:
    patch.setattr(Waiting, "_through_door", lambda self, asked, caller: asked)


def a_long_queue_never_runs_over(patch: Patch) -> None:
    patch.setattr(Waiting, "_runs_over", nothing)


def an_old_contact_never_runs_over(patch: Patch) -> None:
    whole = Waiting._run_out

    def run_out(self: Any, contact: Any, over: Any, effects: Any) -> None:
        if over is WaitEnd.TIMEOUT:
            whole(self, contact, over, effects)

    patch.setattr(Waiting, "_run_out", run_out)


def who_runs_over_goes_last(patch: Patch) -> None:
    whole = Waiting._shift

    def shift(self: Any, contact: Any, rule: Any) -> bool:
        contact.placed_ms = self._now
        return whole(self, contact, rule)

    patch.setattr(Waiting, "_shift", shift)


def nobody_waits_for_an_agent(patch: Patch) -> None:
    patch.setattr(Waiting, "_want", nothing)


def the_wait_for_an_agent_never_ends(patch: Patch) -> None:
    whole = Floor._due

    def due(self: Any, at_ms: int, what: Due, *rest: Any) -> None:
        if what is not Due.WANTED_AGENT:
            whole(self, at_ms, what, *rest)

    patch.setattr(Floor, "_due", due)


def an_agent_who_is_gone_is_waited_for(patch: Patch) -> None:
    patch.setattr(Waiting, "_let_go", nothing)


def certificates_never_end(patch: Patch) -> None:
    patch.setattr(Floor, "_end_paper", nothing)


def an_agent_s_order_is_ignored(patch: Patch) -> None:
    whole = QueueRecord.seat

    def seat(self: Any, agent: Any) -> Seat:
        own = whole(self, agent)
        return Seat(level=own.level, value=own.value)

    patch.setattr(QueueRecord, "seat", seat)


def preferred_skills_are_ignored(patch: Patch) -> None:
    whole = QueueRecord.ready_entry
    patch.setattr(
        QueueRecord,
        "ready_entry",
        lambda self, agent: (*(entry := whole(self, agent))[:1], 0, *entry[2:]),
    )


def work_is_forgotten(patch: Patch) -> None:
    patch.setattr(floor, "faded", lambda busy_ms, spent_ms, state: 0.0)


def calls_are_not_counted(patch: Patch) -> None:
    ignored(patch, Policy.FEWEST_CALLS)


def value_is_ignored(patch: Patch) -> None:
    ignored(patch, Policy.VALUE_WEIGHTED)


def ignored(patch: Patch, policy: Policy) -> None:
    """Queues with this policy take the longest idle."""
    whole = QueueRecord._merit

    def merit(self: Any, agent: Any) -> Any:
        return (agent.idle_since_ms, 0) if self.config.policy is policy else whole(self, agent)

    patch.setattr(QueueRecord, "_merit", merit)


def reasons_are_mixed_up(patch: Patch) -> None:
    patch.setitem(decision._AWAY, AgentState.BREAK, "busy")


def who_is_called_back_goes_last(patch: Patch) -> None:
    whole = Returning.put_back

    def put_back(self: Any, contact_id: Any, place: Any, now: Any) -> None:
        whole(self, contact_id, msgspec.structs.replace(place, placed_ms=to_ms(now)), now)

    patch.setattr(Returning, "put_back", put_back)


def who_is_called_back_goes_first(patch: Patch) -> None:
    whole = Returning.put_back

    def put_back(self: Any, contact_id: Any, place: Any, now: Any) -> None:
        whole(self, contact_id, msgspec.structs.replace(place, placed_ms=0), now)

    patch.setattr(Returning, "put_back", put_back)


def nobody_sleeps(patch: Patch) -> None:
    patch.setattr(Returning, "put_back", awake(Returning.put_back))


def awake(whole: Any) -> Any:
    def put_back(self: Any, contact_id: Any, place: Any, now: Any) -> None:
        whole(self, contact_id, place, now)
        contact = self._contacts[contact_id]
        contact.asleep = False
        self._put_in(contact)

    return put_back


def a_callback_is_woken_for_nothing(patch: Patch) -> None:
    whole = Returning.wake

    def wake(self: Any, contact_id: Any, now: Any) -> Any:
        effects = whole(self, contact_id, now)
        self.sleep(contact_id, now)
        return effects

    patch.setattr(Returning, "wake", wake)


def a_customer_called_in_vain_is_called_again_at_once(patch: Patch) -> None:
    whole = Floor._release

    def release(self: Any, offer: Any, how: Any, effects: Any, *, tell: bool = True) -> Any:
        contact = whole(self, offer, how, effects, tell=tell)
        contact.asleep = False
        return contact

    patch.setattr(Floor, "_release", release)


def an_agent_is_blamed_for_the_customer(patch: Patch) -> None:
    whole = Router.leave

    def leave(self: Any, contact_id: Any, now: Any, *, how: OfferEnd = OfferEnd.CALLER_GONE) -> Any:
        contact = self._contacts.get(contact_id)
        effects: list[Any] = []
        if how is OfferEnd.CUSTOMER_AWAY and contact is not None and contact.offer is not None:
            effects += self.offer_ended(contact.offer.offer_id, OfferEnd.FAILED, now)
        return effects + whole(self, contact_id, now, how=how)

    patch.setattr(Router, "leave", leave)


def a_deserted_queue_forgets_its_callbacks(patch: Patch) -> None:
    whole = Floor._expire

    def expire(self: Any, deadline: Any, effects: Any) -> None:
        if deadline.what is Due.EMPTY_QUEUE:
            for entry in list(deadline.subject.waiting):
                self._stop_waiting(entry[3], WaitEnd.NOBODY_SIGNED_IN, effects)
        whole(self, deadline, effects)

    patch.setattr(Floor, "_expire", expire)


def room_is_ignored(patch: Patch) -> None:
    patch.setattr(records, "has_room", lambda *given: True)


def room_is_never_used_again(patch: Patch) -> None:
    whole = Floor._take_work

    def take(self: Any, agent: Any, contact_id: Any) -> Any:
        contact = whole(self, agent, contact_id)
        self._freed.pop(agent, None)
        return contact

    patch.setattr(Floor, "_take_work", take)


def a_letter_keeps_from_the_telephone(patch: Patch) -> None:
    def room(agent: Any, at_hand: Any, work: Any, rules: Any) -> bool:
        solid = {each: WorkRule(rule.weight) for each, rule in rules.items()}
        return has_room(agent, at_hand, work, solid)

    patch.setattr(records, "has_room", room)


def work_goes_with_its_agent(patch: Patch) -> None:
    patch.setattr(Floor, "_give_back", lambda self, agent, effects: [])


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
    relaxing_never_comes,
    relaxing_comes_at_once,
    a_reserve_is_given_away,
    a_reserve_is_kept_from_those_it_is_for,
    a_floor_is_not_heeded,
    a_floor_is_not_announced,
    nobody_ages,
    who_calls_again_goes_last,
    doors_are_walled_up,
    a_long_queue_never_runs_over,
    an_old_contact_never_runs_over,
    who_runs_over_goes_last,
    nobody_waits_for_an_agent,
    the_wait_for_an_agent_never_ends,
    an_agent_who_is_gone_is_waited_for,
    certificates_never_end,
    an_agent_s_order_is_ignored,
    preferred_skills_are_ignored,
    work_is_forgotten,
    calls_are_not_counted,
    value_is_ignored,
    reasons_are_mixed_up,
    who_is_called_back_goes_last,
    who_is_called_back_goes_first,
    nobody_sleeps,
    a_callback_is_woken_for_nothing,
    a_customer_called_in_vain_is_called_again_at_once,
    an_agent_is_blamed_for_the_customer,
    a_deserted_queue_forgets_its_callbacks,
    room_is_ignored,
    room_is_never_used_again,
    a_letter_keeps_from_the_telephone,
    work_goes_with_its_agent,
]


@pytest.mark.parametrize("breaks", BROKEN, ids=lambda breaks: breaks.__name__)
def test_a_broken_router_is_caught(breaks: Callable[[Patch], None], monkeypatch: Patch) -> None:
    """Whether by a broken invariant or by the router falling over its own records."""
    breaks(monkeypatch)
    for seed in range(1500):
        try:
            Drill(from_seed(seed)).run(steps=60)
        except (Fault, KeyError, ValueError):
            return
    pytest.fail("1500 random centres did not notice")
