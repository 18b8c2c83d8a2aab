"""Supervisors: a session at a call under any order of inputs; what their verbs do to contact and router."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from interactions_books import findings, judged
from test_call_control import balanced, consulting
from test_interactions_machine import AGENTS, QUEUE, Call, enqueued, has
from test_routing import ANN, BOB, CLIENT, SALES, VIP, Centre, S, agent, queue

from andon.entrypoints import core_state
from andon.entrypoints.core_recovery import close_monitors
from andon.interactions.events import By, ContactConnected, ContactDisconnected, Outcome
from andon.interactions.inputs import (
    AgentEnded,
    AgentHangsUp,
    AgentHolds,
    CallerEnded,
    ForcedHangUp,
    Joined,
    JoinFailed,
    Pulled,
    TakenOver,
    TimerDue,
)
from andon.interactions.model import Stage
from andon.interactions.monitor import model as m
from andon.interactions.monitor.events import (
    FollowBegan,
    FollowEnded,
    Mode,
    MonitorEnded,
    MonitorModeChanged,
    MonitorStarted,
)
from andon.interactions.monitor.follow import Follow
from andon.interactions.monitor.machine import begin, step
from andon.interactions.monitor.service import KeptDevice, KeptFollow, KeptMonitor
from andon.interactions.orders import (
    Admit,
    Drop,
    HangUp,
    Join,
    Requeue,
    RouterConnected,
    RouterConversationEnded,
    RouterLeave,
)
from andon.kit.journal import Fact
from andon.kit.journal.live import Kept
from andon.routing.events import AgentSignedOut, AgentStateChanged, ContactRaised
from andon.routing.model import DeviceTest, Forced, Moved, OfferEnd, Refused

pytestmark = pytest.mark.unit

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SUPERVISOR, OFFER = UUID(int=500), UUID(int=800)
FORCED = Forced(by_id=SUPERVISOR, name="班长", note="请来一下")
LEG = "m-1"


def session(wanted: Mode = Mode.LISTEN) -> m.Monitor:
    return m.Monitor(
        monitor_id=UUID(int=600),
        tenant_id=UUID(int=1),
        client_id=UUID(int=2),
        project_id=UUID(int=3),
        contact_id=UUID(int=50),
        agent_id=AGENTS[0],
        agent_leg_id="a-1",
        supervisor_id=SUPERVISOR,
        name="班长",
        leg_id=LEG,
        wanted=wanted,
        asked=T0,
    )


modes = st.sampled_from([Mode.LISTEN, Mode.WHISPER, Mode.BARGE_IN, Mode.TAKE_OVER])
heard = st.one_of(
    st.just(m.LegUp()),
    st.builds(m.Wanted, modes),
    st.builds(m.Wanted, modes),
    st.builds(m.Placed, modes),
    st.builds(m.Placed, modes),
    st.builds(m.NotPlaced, modes),
    st.builds(m.Deafened, st.booleans()),
    st.builds(m.LegGone, st.sampled_from([16, 19, 44])),
    st.builds(m.Ended, st.sampled_from(["asked", "call_over"])),
)


@given(st.lists(st.tuples(heard, st.integers(0, 5000)), max_size=25))
def test_any_order_leaves_one_session_with_modes_without_gap(story: list[tuple[m.Input, int]]) -> None:
    """However it goes, it is let go of once, and the ledger can add its times up."""
    monitor, at = session(), T0
    effects = begin(monitor)
    for one, ms in story:
        at += timedelta(milliseconds=ms)
        effects += step(monitor, one, at)
    at += timedelta(milliseconds=7)
    effects += step(monitor, m.Ended("shutdown"), at)
    assert step(monitor, m.LegUp(), at) == step(monitor, m.Ended("asked"), at) == []
    facts = [effect for effect in effects if isinstance(effect, Fact)]
    assert sum(isinstance(effect, m.Release) for effect in effects) == 1
    assert isinstance(effects[-1], m.Release)
    assert monitor.stage is m.Stage.ENDED
    started = [fact for fact in facts if isinstance(fact, MonitorStarted)]
    ended = [fact for fact in facts if isinstance(fact, MonitorEnded)]
    assert len(started) == len(ended) <= 1
    spans = [fact.previous_ms for fact in facts if isinstance(fact, MonitorModeChanged | MonitorEnded)]
    assert sum(spans) == sum(fact.total_ms for fact in ended)
    assert [f for f in judged(facts, at, partial=True).findings if f.rule == "monitor.pairs"] == []
    taken = [i for i, e in enumerate(effects) if isinstance(e, m.Place) and e.mode is Mode.TAKE_OVER]
    assert not taken or not any(isinstance(effect, m.Place) for effect in effects[taken[0] + 1 :])


def test_what_is_asked_while_the_medium_works_is_asked_afterwards() -> None:
    monitor = session()
    assert step(monitor, m.LegUp(), T0) == [m.Place(Mode.LISTEN)]
    assert step(monitor, m.Wanted(Mode.BARGE_IN), T0) == []
    assert step(monitor, m.Wanted(Mode.WHISPER), T0) == []
    fact, order = step(monitor, m.Placed(Mode.LISTEN), T0)
    assert isinstance(fact, MonitorStarted) and order == m.Place(Mode.WHISPER)


def test_the_ledger_sees_a_session_that_never_ended_and_one_with_a_wrong_time() -> None:
    monitor = session()
    step(monitor, m.LegUp(), T0)
    (started,) = step(monitor, m.Placed(Mode.LISTEN), T0)
    assert isinstance(started, MonitorStarted)
    later = T0 + timedelta(seconds=9)
    (end,) = close_monitors([started], later)
    assert isinstance(end, MonitorEnded) and (end.why, end.total_ms) == ("core_lost", 9000)
    assert close_monitors([started, end], later) == []
    assert close_monitors([started], later, {started.monitor_id}) == []  # taken over
    wrong = MonitorEnded(
        at=later,
        tenant_id=started.tenant_id,
        monitor_id=started.monitor_id,
        supervisor_id=SUPERVISOR,
        mode=Mode.WHISPER,
        previous_ms=9000,
        total_ms=9000,
        why="asked",
    )
    assert [f.rule for f in judged([started, wrong], later, partial=True).findings] == ["monitor.pairs"]


def test_a_core_that_follows_ends_wishes_to_hear_the_next_calls() -> None:
    """With as many left as the sessions that began for it say."""
    wish = FollowBegan(
        at=T0,
        tenant_id=UUID(int=1),
        agent_id=AGENTS[0],
        follow_id=UUID(int=700),
        supervisor_id=SUPERVISOR,
        calls=3,
    )
    monitor = session()
    monitor.follow_id = wish.follow_id
    step(monitor, m.LegUp(), T0)
    (started,) = step(monitor, m.Placed(Mode.LISTEN), T0)
    assert isinstance(started, MonitorStarted) and started.follow_id == wish.follow_id
    later = T0 + timedelta(seconds=9)
    end, ended = close_monitors([wish, started], later)
    assert isinstance(end, FollowEnded) and (end.left, end.why) == (2, "core_lost")
    assert judged([wish, started, end, ended], later, partial=True).findings == []
    wrong = msgspec.structs.replace(end, left=3)
    assert [f.rule for f in judged([wish, started, wrong], later, partial=True).findings] == ["follow.pairs"]
    assert close_monitors([wish, started, end, ended], later) == []
    # What it takes over it does not end: only the session.
    assert close_monitors([wish, started], later, {wish.follow_id}) == [ended]


def test_a_wish_is_kept_with_the_telephone_it_is_heard_on() -> None:
    """As a row beside the journal, which goes with the wish."""
    follow = Follow(
        follow_id=UUID(int=700),
        supervisor_id=SUPERVISOR,
        name="班长",
        agent_id=AGENTS[0],
        calls=3,
        left=2,
        since=T0,
        seen=OFFER,
    )
    kept = KeptFollow(follow, KeptDevice("browser", "u1", "secret"))
    state = msgspec.msgpack.encode(kept)
    row = Kept(UUID(int=1), core_state.FOLLOW, follow.follow_id, T0, core_state.VERSION, state)
    assert core_state.read([row]).follows == [kept]


def test_a_session_is_taken_over_and_asked_for_anew() -> None:
    """What the core before had asked of the medium when it died may never have been done."""
    monitor = session()
    step(monitor, m.LegUp(), T0)
    step(monitor, m.Placed(Mode.LISTEN), T0)
    assert step(monitor, m.Wanted(Mode.WHISPER), T0) == [m.Place(Mode.WHISPER)]
    kept = KeptMonitor(monitor, KeptDevice("sip", "u1", "secret"))
    state = msgspec.msgpack.encode(kept)
    row = Kept(UUID(int=1), core_state.MONITOR, monitor.monitor_id, T0, core_state.VERSION, state)
    (found,) = core_state.read([row]).monitors
    assert found == kept
    assert step(found.monitor, m.StillUp(), T0) == [m.Place(Mode.WHISPER)]
    (changed,) = step(found.monitor, m.Placed(Mode.WHISPER), T0 + timedelta(seconds=3))
    assert isinstance(changed, MonitorModeChanged) and changed.previous_ms == 3000
    # One that is where it belongs is put there again, which is no news; nobody overhears card data.
    assert step(found.monitor, m.StillUp(), T0) == [m.Place(Mode.WHISPER)]
    assert step(found.monitor, m.Placed(Mode.WHISPER), T0) == []
    assert (
        step(found.monitor, m.Deafened(on=True), T0) == step(found.monitor, m.StillUp(), T0) == [m.Deafen()]
    )


# --- what it means for the contact ----------------------------------------------------------------------


def test_a_conversation_taken_over_is_two_in_the_books() -> None:
    call = Call().talking()
    got = call.hear(TakenOver(SUPERVISOR, LEG, OFFER), after_ms=3000)
    assert Drop(call.leg) in got and Admit(LEG) in got and got[-1] == RouterConversationEnded(AGENTS[1])
    assert call.contact.stage is Stage.TALKING
    assert call.hear(AgentEnded(call.leg, 16)) == []  # the agent's leg goes, the call does not
    call.hear(AgentHangsUp(SUPERVISOR), after_ms=2000)
    assert call.contact.stage is Stage.AFTER
    call.hear(CallerEnded(16))
    ends = [fact for fact in call.facts if isinstance(fact, ContactDisconnected)]
    assert [(end.agent_id, end.by) for end in ends] == [(AGENTS[1], By.SUPERVISOR), (SUPERVISOR, By.AGENT)]
    waits = [fact.waited_ms for fact in call.facts if isinstance(fact, ContactConnected)]
    assert waits[0] == waits[1]
    states = [fact for fact in call.facts if isinstance(fact, AgentStateChanged)]
    assert [(fact.agent_id, fact.state.value) for fact in states] == [
        (SUPERVISOR, "talking"),
        (SUPERVISOR, "offline"),
    ]
    own = [fact for fact in call.facts if fact.agent_id != AGENTS[1]]
    assert findings(own, call.at, partial=True) == []


def test_a_held_caller_is_taken_off_hold_by_the_take_over() -> None:
    call = Call().talking()
    call.hear(AgentHolds(AGENTS[1]))
    got = call.hear(TakenOver(SUPERVISOR, LEG, OFFER))
    assert Join(LEG, report=False) in got and not has(got, Admit)
    assert not call.contact.music and call.contact.talk is not None and call.contact.talk.held_since is None


def test_a_call_pulled_out_of_its_queue() -> None:
    call = Call().queued()
    got = call.hear(Pulled(SUPERVISOR, LEG, OFFER))
    assert Join(LEG, report=True) in got and got[-1] == RouterLeave(OfferEnd.ENDED)
    assert not has(call.hear(Joined(LEG)), RouterConnected)
    call.hear(CallerEnded(16), after_ms=900)
    assert call.ended.outcome is Outcome.SERVED
    assert findings(call.facts, call.at) == []


@pytest.mark.parametrize("how", ["leg", "join"])
def test_a_pull_that_fails_puts_the_caller_back(how: str) -> None:
    call = Call().queued()
    call.hear(Pulled(SUPERVISOR, LEG, OFFER))
    if how == "leg":
        got = call.hear(AgentEnded(LEG, 16))
    else:
        call.hear(JoinFailed(LEG))
        got = call.hear(TimerDue("join:" + LEG))
    assert got[-1] == Requeue(QUEUE)
    call.hear(enqueued())
    assert call.contact.stage is Stage.QUEUED
    call.hear(CallerEnded(16))
    assert call.ended.outcome is Outcome.ABANDONED_QUEUE
    assert findings(call.facts, call.at) == []


def test_force_hang_up_ends_it_for_everybody() -> None:
    call = Call().talking()
    got = call.hear(ForcedHangUp())
    assert Drop(call.leg) in got and HangUp(16) in got
    call.hear(CallerEnded(16))
    assert (call.ended.outcome, call.ended.by) == (Outcome.SERVED, By.SUPERVISOR)


def test_force_hang_up_lets_go_of_who_is_being_asked_too() -> None:
    call = consulting()
    second = call.contact.second
    assert second is not None
    got = call.hear(ForcedHangUp())
    assert {Drop(call.leg), Drop(second.leg_id), HangUp(16)} <= set(got)
    call.hear(CallerEnded(16))
    assert call.ended.by is By.SUPERVISOR
    balanced(call)


@pytest.mark.parametrize("verb", [TakenOver(SUPERVISOR, LEG, OFFER), ForcedHangUp()])
def test_verbs_at_a_call_that_is_over_change_nothing(verb: TakenOver | ForcedHangUp) -> None:
    call = Call().queued()
    assert call.hear(verb) == []
    call.hear(CallerEnded(16))
    assert call.hear(verb) == []


# --- what it means for the router -----------------------------------------------------------------------


def two(**first: Any) -> Centre:
    """Two agents who serve two queues of one client, the first ready."""
    centre = Centre([agent(ANN), agent(BOB)], [queue(**first), queue(VIP)])
    centre.ready(ANN)
    return centre


def refusal(centre: Centre, name: str, *args: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refused:
        centre.do(name, *args, **named)
    return refused.value.code


@pytest.mark.parametrize("state", [S.NOT_READY, S.BREAK])
def test_a_state_forced_in_a_call_takes_effect_after_wrap_up(state: S) -> None:
    centre = two(acw_s=10)
    contact = centre.talk(ANN)
    assert centre.do("request_state", ANN, state, forced=FORCED) == []
    now = centre.router.agent(ANN)
    assert (now.state, now.pending_state, now.pending_forced) == (S.TALKING, state, FORCED)
    assert refusal(centre, "request_state", ANN, S.READY) == "agent.forced"
    assert refusal(centre, "sign_out", ANN) == "agent.forced"
    centre.do("conversation_ended", contact)
    assert centre.state(ANN) is S.ACW
    assert refusal(centre, "request_state", ANN, S.READY) == "agent.forced"
    (changed,) = [effect for effect in centre.later(10) if isinstance(effect, AgentStateChanged)]
    assert (changed.state, changed.by, changed.why, changed.forced_by) == (
        state,
        "supervisor",
        "forced",
        SUPERVISOR,
    )
    assert centre.router.agent(ANN).forced == FORCED
    centre.do("request_state", ANN, S.READY)  # and then it is the agent's own again
    assert (centre.state(ANN), centre.router.agent(ANN).forced) == (S.READY, None)


def test_a_forced_sign_out_waits_for_the_call_and_takes_a_ring_away() -> None:
    centre = two(acw_s=0)
    contact = centre.talk(ANN)
    centre.do("sign_out", ANN, by="supervisor", why="forced", forced=FORCED)
    assert centre.state(ANN) is S.TALKING
    out = centre.do("conversation_ended", contact)
    (left,) = [effect for effect in out if isinstance(effect, AgentSignedOut)]
    assert (left.by, left.forced_by, centre.state(ANN)) == ("supervisor", SUPERVISOR, S.OFFLINE)
    centre = two()
    centre.calls()
    centre.do("sign_out", ANN, by="supervisor", why="forced", forced=FORCED)
    assert centre.state(ANN) is S.OFFLINE


def test_a_state_forced_while_it_rings_is_taken_when_the_ring_is_over() -> None:
    centre = two()
    centre.calls()
    centre.do("request_state", ANN, S.BREAK, forced=FORCED)
    centre.do("offer_ended", centre.offer().offer_id, OfferEnd.REJECTED)
    assert (centre.state(ANN), centre.router.agent(ANN).forced) == (S.BREAK, FORCED)


def test_forced_ready_needs_a_device_that_works() -> None:
    centre = two()
    centre.do("sign_in", BOB, "browser")
    assert refusal(centre, "request_state", BOB, S.READY, forced=FORCED) == "agent.device_unregistered"


def test_more_priority_overtakes() -> None:
    centre = two()
    centre.talk(ANN)
    centre.calls(priority=5)
    second = centre.calls()
    (raised,) = centre.do("raise_priority", second, 10, SUPERVISOR)
    assert isinstance(raised, ContactRaised) and raised.priority == 10
    place = centre.router.waiting(second)
    assert place is not None and place.position == 1
    centre.ready(BOB)
    assert centre.offer().contact_id == second
    centre.do("raise_priority", second, 1, SUPERVISOR)  # ringing, it keeps its line
    centre.do("connected", centre.offer().offer_id)
    assert refusal(centre, "raise_priority", second, 1, SUPERVISOR) == "contact.not_waiting"


def test_a_call_moved_keeps_its_place_and_is_served_there() -> None:
    centre = two()
    centre.talk(ANN)
    contact = centre.calls()
    moved = [e for e in centre.do("move", contact, VIP, SUPERVISOR) if isinstance(e, Moved)]
    assert [(each.from_id, each.queue_id, each.how) for each in moved] == [(SALES, VIP, "moved")]
    assert refusal(centre, "move", contact, VIP, SUPERVISOR) == "queue.same"
    assert refusal(centre, "move", contact, UUID(int=99), SUPERVISOR) == "queue.unknown"
    centre.ready(BOB)
    assert (centre.offer().contact_id, centre.offer().queue_id) == (contact, VIP)
    assert refusal(centre, "move", contact, SALES, SUPERVISOR) == "contact.ringing"


def test_a_call_moves_neither_to_another_client_nor_to_nobody() -> None:
    theirs = msgspec.structs.replace(queue(VIP), client_id=UUID(int=77))
    centre = Centre([agent(ANN)], [queue(), theirs])
    centre.ready(ANN)
    centre.talk(ANN)
    contact = centre.calls()
    assert theirs.client_id != CLIENT
    assert refusal(centre, "move", contact, VIP, SUPERVISOR) == "queue.other_client"


def test_a_call_given_to_an_agent_waits_for_that_agent_alone() -> None:
    centre = two()
    centre.talk(ANN)
    contact = centre.calls()
    assert refusal(centre, "mean_for", contact, BOB, 60, SUPERVISOR) == "agent.absent"
    assert refusal(centre, "mean_for", contact, UUID(int=99), 60, SUPERVISOR) == "agent.unknown"
    centre.do("mean_for", contact, ANN, 60, SUPERVISOR)
    centre.ready(BOB)
    assert centre.state(BOB) is S.READY
    place = centre.router.waiting(contact)
    assert place is not None and place.for_agent_id == ANN
    centre.later(60)  # and then for anybody
    assert centre.offer().agent_id == BOB


def test_a_call_given_to_a_ready_agent_rings_at_once() -> None:
    centre = two()
    talked = centre.talk(ANN)
    contact = centre.calls()
    centre.do("sign_in", BOB, "browser")
    centre.do("device_changed", BOB, True)
    centre.do("mean_for", contact, BOB, 60, SUPERVISOR)
    centre.do("conversation_ended", talked)
    centre.do("wrap_done", ANN)
    assert centre.state(ANN) is S.READY  # it is not hers
    centre.do("device_tested", BOB, DeviceTest(passed=True))
    centre.do("request_state", BOB, S.READY)
    assert (centre.offer().contact_id, centre.offer().agent_id) == (contact, BOB)
