"""The router's rules, one by one."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from andon.kit import i18n
from andon.routing import texts  # noqa: F401  (imported to register what refusals say)
from andon.routing.config import AgentConfig, CentreConfig, Policy, QueueConfig, SkillNeed
from andon.routing.estimate import blend, estimated_wait_s
from andon.routing.events import AgentSignedIn, AgentSignedOut, AgentState, AgentStateChanged
from andon.routing.line import Line
from andon.routing.machine import Router
from andon.routing.model import DeviceTest, Effect, Offer, OfferEnd, Refused, WaitEnd, WaitEnded, Withdraw
from andon.routing.presence import TRANSITIONS, AgentEvent

pytestmark = pytest.mark.unit

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
S = AgentState
TENANT, CLIENT, PROJECT = UUID(int=1), UUID(int=2), UUID(int=3)
ANN, BOB, CAT = UUID(int=11), UUID(int=12), UUID(int=13)
SALES, VIP = UUID(int=21), UUID(int=22)
ENGLISH = UUID(int=31)


def agent(agent_id: UUID, **fields: Any) -> AgentConfig:
    return AgentConfig(agent_id=agent_id, agent_no=str(agent_id.int), name=str(agent_id.int), **fields)


def queue(queue_id: UUID = SALES, **fields: Any) -> QueueConfig:
    return QueueConfig(queue_id=queue_id, client_id=CLIENT, project_id=PROJECT, name="q", **fields)


class Centre:
    """A router with a clock; keeps every effect."""

    def __init__(self, agents: list[AgentConfig], queues: list[QueueConfig]) -> None:
        self.now = START
        self.effects: list[Effect] = []
        self._made = 1000
        self.router = Router(self._config(agents, queues), self.now, self._new_id)

    @staticmethod
    def _config(agents: list[AgentConfig], queues: list[QueueConfig]) -> CentreConfig:
        return CentreConfig(tenant_id=TENANT, agents=tuple(agents), queues=tuple(queues))

    def _new_id(self) -> UUID:
        self._made += 1
        return UUID(int=self._made)

    def do(self, name: str, *args: Any, **named: Any) -> list[Effect]:
        effects: list[Effect] = getattr(self.router, name)(*args, self.now, **named)
        self.effects += effects
        return effects

    def configure(self, agents: list[AgentConfig], queues: list[QueueConfig]) -> list[Effect]:
        return self.do("configure", self._config(agents, queues))

    def ready(self, *agents: UUID) -> None:
        for who in agents:
            self.do("sign_in", who, "browser")
            self.do("device_changed", who, True)
            self.do("device_tested", who, DeviceTest(passed=True))
            self.do("request_state", who, S.READY)
            self.later(1)

    def later(self, seconds: float) -> list[Effect]:
        """Time passes; deadlines are met on the way."""
        effects: list[Effect] = []
        end = self.now + timedelta(seconds=seconds)
        while (due := self.router.next_deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            effects += self.do("tick")
        self.now = end
        return effects

    def calls(self, queue_id: UUID = SALES, priority: int = 0) -> UUID:
        contact = self._new_id()
        self.do("enqueue", contact, queue_id, priority)
        return contact

    def offer(self) -> Offer:
        """The last offer made."""
        return [effect for effect in self.effects if isinstance(effect, Offer)][-1]

    def talk(self, who: UUID, queue_id: UUID = SALES) -> UUID:
        """`who` answers a new call."""
        contact = self.calls(queue_id)
        assert self.offer().agent_id == who
        self.do("connected", self.offer().offer_id)
        return contact

    def state(self, who: UUID) -> AgentState:
        return self.router.agent(who).state

    def why(self, who: UUID) -> str:
        return self.router.agent(who).why


@pytest.fixture
def pair() -> Centre:
    """Ann has been ready a second longer than Bob."""
    centre = Centre([agent(ANN), agent(BOB)], [queue(max_wait_s=120)])
    centre.ready(ANN, BOB)
    return centre


# -- presence


def test_sign_in_starts_not_ready_and_ready_needs_a_registered_and_tested_device() -> None:
    centre = Centre([agent(ANN)], [queue()])
    facts = centre.do("sign_in", ANN, "browser")
    assert [type(fact) for fact in facts] == [AgentSignedIn, AgentStateChanged]
    assert centre.state(ANN) is S.NOT_READY
    with pytest.raises(Refused, match=r"agent\.device_unregistered"):
        centre.do("request_state", ANN, S.READY)
    centre.do("device_changed", ANN, True)
    with pytest.raises(Refused, match=r"agent\.device_untested"):
        centre.do("request_state", ANN, S.READY)
    centre.do("device_tested", ANN, DeviceTest(passed=True))
    centre.do("request_state", ANN, S.READY)
    assert centre.state(ANN) is S.READY


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (("sign_in", CAT, "browser"), "agent.unknown"),
        (("sign_in", BOB, "browser"), "agent.inactive"),
        (("request_state", ANN, S.BREAK), "agent.not_signed_in"),
        (("device_tested", ANN, DeviceTest(passed=True)), "agent.not_signed_in"),
        (("wrap_extend", ANN, 30), "agent.not_in_wrap"),
        (("enqueue", CAT, VIP, 0), "queue.unknown"),
        (("connected", CAT), "offer.gone"),
    ],
)
def test_what_the_rules_forbid_is_refused_in_both_languages(call: tuple[Any, ...], code: str) -> None:
    centre = Centre([agent(ANN), agent(BOB, active=False)], [queue()])
    with pytest.raises(Refused) as refused:
        centre.do(*call)
    assert refused.value.code == code
    assert i18n.has(f"error.{code}.title") and i18n.has(f"error.{code}.remedy")


def test_a_state_that_cannot_be_asked_for_and_a_second_sign_in_are_refused(pair: Centre) -> None:
    with pytest.raises(Refused, match=r"agent\.state_unknown"):
        pair.do("request_state", ANN, S.TALKING)
    with pytest.raises(Refused, match=r"agent\.signed_in_elsewhere") as refused:
        pair.do("sign_in", ANN, "sip")
    assert refused.value.params == {"since": START.isoformat()}


def test_break_asked_for_during_a_call_takes_effect_after_wrap_up(pair: Centre) -> None:
    contact = pair.talk(ANN)
    pair.do("request_state", ANN, S.BREAK, reason_id=CAT)
    assert (pair.state(ANN), pair.router.agent(ANN).pending_state) == (S.TALKING, S.BREAK)
    pair.do("conversation_ended", contact)
    assert pair.state(ANN) is S.ACW
    pair.later(30)
    assert (pair.state(ANN), pair.router.agent(ANN).reason_id) == (S.BREAK, CAT)


def test_asking_for_ready_during_a_call_takes_the_wish_back(pair: Centre) -> None:
    contact = pair.talk(ANN)
    pair.do("request_state", ANN, S.BREAK)
    pair.do("request_state", ANN, S.READY)
    pair.do("conversation_ended", contact)
    pair.later(30)
    assert (pair.state(ANN), pair.why(ANN)) == (S.READY, "acw_over")


def test_break_asked_for_while_ringing_takes_effect_when_the_caller_hangs_up(pair: Centre) -> None:
    contact = pair.calls()
    pair.do("request_state", ANN, S.BREAK)
    assert pair.state(ANN) is S.RINGING
    pair.do("leave", contact)
    assert pair.state(ANN) is S.BREAK


def test_wrap_up_is_extended_and_ended(pair: Centre) -> None:
    contact = pair.talk(ANN)
    pair.do("conversation_ended", contact)
    pair.later(29)
    pair.do("wrap_extend", ANN, 60)
    pair.later(60)
    assert pair.state(ANN) is S.ACW
    pair.later(1)
    assert (pair.state(ANN), pair.why(ANN)) == (S.READY, "acw_over")
    contact = pair.calls()  # Bob has been idle longer now
    assert pair.offer().agent_id == BOB
    pair.do("connected", pair.offer().offer_id)
    pair.do("conversation_ended", contact)
    pair.do("wrap_done", BOB)
    assert (pair.state(BOB), pair.why(BOB)) == (S.READY, "wrap_done")


def test_a_state_asked_for_in_wrap_up_ends_it(pair: Centre) -> None:
    contact = pair.talk(ANN)
    pair.do("conversation_ended", contact)
    pair.do("request_state", ANN, S.NOT_READY)
    assert pair.state(ANN) is S.NOT_READY
    assert pair.router.agent(ANN).contact_id is None


def test_signing_out_while_talking_waits_for_the_end_of_wrap_up(pair: Centre) -> None:
    contact = pair.talk(ANN)
    pair.do("sign_out", ANN)
    assert (pair.state(ANN), pair.router.agent(ANN).pending_state) == (S.TALKING, S.OFFLINE)
    pair.do("conversation_ended", contact)
    effects = pair.do("wrap_done", ANN)
    assert pair.state(ANN) is S.OFFLINE
    assert isinstance(effects[-1], AgentSignedOut)


def test_signing_out_while_ringing_hands_the_call_on(pair: Centre) -> None:
    contact = pair.calls()
    effects = pair.do("sign_out", ANN)
    assert pair.state(ANN) is S.OFFLINE
    assert isinstance(effects[0], Withdraw) and effects[0].how is OfferEnd.ENDED
    assert (pair.offer().contact_id, pair.offer().agent_id) == (contact, BOB)


def test_a_device_lost_takes_a_ready_and_a_ringing_agent_out(pair: Centre) -> None:
    contact = pair.calls()
    effects = pair.do("device_changed", ANN, False)
    assert any(isinstance(e, Withdraw) and e.how is OfferEnd.UNREACHABLE for e in effects)
    assert (pair.state(ANN), pair.why(ANN)) == (S.NOT_READY, "device_lost")
    assert (pair.offer().contact_id, pair.offer().agent_id) == (contact, BOB)
    pair.do("leave", contact)
    pair.do("device_changed", BOB, False)
    assert (pair.state(BOB), pair.why(BOB)) == (S.NOT_READY, "device_lost")


def test_a_device_lost_in_a_conversation_shows_after_wrap_up(pair: Centre) -> None:
    contact = pair.talk(ANN)
    pair.do("device_changed", ANN, False)
    assert pair.state(ANN) is S.TALKING
    pair.do("conversation_ended", contact)
    pair.later(30)
    assert (pair.state(ANN), pair.why(ANN)) == (S.NOT_READY, "device_unregistered")


def test_taking_over_moves_the_session_and_keeps_the_conversation(pair: Centre) -> None:
    contact = pair.talk(ANN)
    facts = pair.do("sign_in", ANN, "sip", took_over=True)
    assert [type(fact) for fact in facts] == [AgentSignedIn]
    assert facts[0].took_over
    now = pair.router.agent(ANN)
    assert (now.state, now.contact_id, now.device, now.device_tested) == (S.TALKING, contact, "sip", False)
    pair.do("sign_in", BOB, "sip", took_over=True)
    assert (pair.state(BOB), pair.why(BOB)) == (S.NOT_READY, "took_over")


# -- offers


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (OfferEnd.REJECTED, "rejected"),
        (OfferEnd.TIMEOUT, "ring_timeout"),
        (OfferEnd.UNREACHABLE, "unreachable"),
        (OfferEnd.FAILED, "failed"),
    ],
)
def test_a_failed_ring_takes_the_agent_out_and_the_caller_keeps_the_place(
    pair: Centre, how: OfferEnd, why: str
) -> None:
    first, second, third = pair.calls(), pair.calls(), pair.calls()
    assert pair.router.waiting(third).position == 3
    offer = next(e for e in pair.effects if isinstance(e, Offer) and e.contact_id == first)
    pair.do("offer_ended", offer.offer_id, how)
    assert (pair.state(offer.agent_id), pair.why(offer.agent_id)) == (S.NOT_READY, why)
    assert [pair.router.waiting(c).position for c in (first, second, third)] == [1, 2, 3]
    other = next(e for e in pair.effects if isinstance(e, Offer) and e.contact_id == second)
    pair.do("connected", other.offer_id)
    pair.do("conversation_ended", second)
    pair.do("wrap_done", other.agent_id)
    assert pair.offer().contact_id == first


def test_the_router_itself_ends_a_ring_that_is_too_long(pair: Centre) -> None:
    contact = pair.calls()
    effects = pair.later(20)
    assert any(isinstance(e, Withdraw) and e.how is OfferEnd.TIMEOUT for e in effects)
    assert (pair.state(ANN), pair.why(ANN)) == (S.NOT_READY, "ring_timeout")
    assert (pair.offer().contact_id, pair.offer().agent_id) == (contact, BOB)


def test_an_answer_that_comes_after_the_time_out_is_refused(pair: Centre) -> None:
    pair.calls()
    late = pair.offer().offer_id
    pair.later(20)
    with pytest.raises(Refused, match=r"offer\.gone"):
        pair.do("connected", late)
    pair.do("connected", pair.offer().offer_id)
    with pytest.raises(Refused, match=r"offer\.gone"):
        pair.do("connected", pair.offer().offer_id)


def test_ending_an_offer_for_the_caller_s_sake_is_said_by_leave(pair: Centre) -> None:
    pair.calls()
    with pytest.raises(ValueError, match="leave"):
        pair.do("offer_ended", pair.offer().offer_id, OfferEnd.CALLER_GONE)


def test_a_caller_who_hangs_up_while_ringing_leaves_the_agent_s_idle_time_alone(pair: Centre) -> None:
    contact = pair.calls()
    pair.later(5)
    pair.do("leave", contact)
    assert pair.state(ANN) is S.READY
    pair.calls()
    assert pair.offer().agent_id == ANN


def test_a_contact_cannot_wait_twice_nor_wait_while_talking(pair: Centre) -> None:
    contact = pair.talk(ANN)
    with pytest.raises(Refused, match=r"contact\.already_queued"):
        pair.do("enqueue", contact, SALES, 0)
    waiting = pair.calls()
    with pytest.raises(Refused, match=r"contact\.already_queued"):
        pair.do("enqueue", waiting, SALES, 0)


# -- who gets what


def test_higher_priority_first_then_arrival_over_all_queues() -> None:
    centre = Centre([agent(ANN)], [queue(), queue(VIP, priority=5)])
    centre.ready(ANN)
    talking = centre.talk(ANN)
    early = centre.calls(SALES)
    urgent = centre.calls(SALES, priority=7)
    vip = centre.calls(VIP)
    served = []
    for _ in range(3):
        centre.do("conversation_ended", talking)
        centre.do("wrap_done", ANN)
        talking = centre.offer().contact_id
        served.append(talking)
        centre.do("connected", centre.offer().offer_id)
    assert served == [urgent, vip, early]


def test_skills_and_levels_decide_who_may_serve() -> None:
    need = (SkillNeed(skill_id=ENGLISH, min_level=5),)
    agents = [agent(ANN), agent(BOB, skills={ENGLISH: 4}), agent(CAT, skills={ENGLISH: 5})]
    centre = Centre(agents, [queue(required_skills=need)])
    centre.ready(ANN, BOB, CAT)
    centre.calls()
    decision = centre.offer().decision
    assert centre.offer().agent_id == CAT
    assert {entry["agent_id"]: entry["reason"] for entry in decision["passed_over"]} == {
        str(ANN): "skill_missing",
        str(BOB): "skill_level",
    }
    assert (decision["considered"], decision["outside"], decision["more"]) == (1, 2, {})


def served(policy: Policy, levels: tuple[int, int, int], calls: int) -> list[UUID]:
    """Who takes each call when all three come back at once after it."""
    agents = [agent(who, skills={ENGLISH: level}) for who, level in zip((ANN, BOB, CAT), levels, strict=True)]
    needs = (SkillNeed(skill_id=ENGLISH),)
    centre = Centre(agents, [queue(policy=policy, required_skills=needs, acw_s=0)])
    centre.ready(ANN, BOB, CAT)
    order = []
    for _ in range(calls):
        contact = centre.calls()
        order.append(centre.offer().agent_id)
        centre.do("connected", centre.offer().offer_id)
        centre.later(10)
        centre.do("conversation_ended", contact)
        centre.later(1)
    return order


def test_policies() -> None:
    assert served(Policy.LONGEST_IDLE, (1, 1, 1), 4) == [ANN, BOB, CAT, ANN]
    assert served(Policy.MOST_SKILLED, (1, 3, 2), 3) == [BOB, BOB, BOB]
    assert served(Policy.MOST_SKILLED, (2, 3, 3), 3) == [BOB, CAT, BOB]
    assert served(Policy.ROUND_ROBIN, (1, 1, 1), 5) == [ANN, BOB, CAT, ANN, BOB]


def test_round_robin_gives_no_second_turn_for_a_refused_call() -> None:
    centre = Centre([agent(ANN), agent(BOB)], [queue(policy=Policy.ROUND_ROBIN)])
    centre.ready(ANN, BOB)
    contact = centre.calls()
    centre.do("offer_ended", centre.offer().offer_id, OfferEnd.REJECTED)
    assert (centre.offer().contact_id, centre.offer().agent_id) == (contact, BOB)
    centre.do("leave", contact)
    centre.do("request_state", ANN, S.READY)
    centre.calls()
    assert centre.offer().agent_id == ANN  # both had one turn; Bob's was the later


def test_a_decision_says_who_was_passed_over_and_why() -> None:
    agents = [agent(ANN), agent(BOB), agent(CAT), agent(UUID(int=14), client_id=TENANT)]
    centre = Centre(agents, [queue()])
    centre.ready(ANN, BOB, CAT, UUID(int=14))
    centre.do("request_state", CAT, S.BREAK)
    centre.talk(ANN)
    centre.later(9)
    contact = centre.calls()
    decision = centre.offer().decision
    assert decision == {
        "queue": str(SALES),
        "policy": "longest_idle",
        "trigger": "contact",
        "priority": 0,
        "waited_ms": 0,
        "waiting": 1,
        "considered": 3,
        "outside": 1,
        "chosen": {"agent_id": str(BOB), "idle_ms": 12_000},
        "passed_over": [
            {"agent_id": str(ANN), "reason": "busy", "detail": {"state": "talking"}},
            {"agent_id": str(CAT), "reason": "on_break", "detail": {"state": "break"}},
            {"agent_id": str(UUID(int=14)), "reason": "other_client", "detail": {}},
        ],
        "more": {},
    }
    centre.do("leave", contact)


def test_a_decision_names_fifty_and_counts_the_rest() -> None:
    many = [agent(UUID(int=100 + number)) for number in range(80)]
    centre = Centre(many, [queue()])
    centre.ready(*(one.agent_id for one in many))
    centre.calls()
    decision = centre.offer().decision
    assert (len(decision["passed_over"]), decision["more"]) == (50, {"idle_shorter": 29})


# -- waiting


def test_the_longest_wait_ends_a_wait_but_not_a_ring() -> None:
    centre = Centre([agent(ANN)], [queue(max_wait_s=30, ring_timeout_s=20)])
    centre.ready(ANN)
    talking = centre.talk(ANN)
    contact = centre.calls()
    late = centre.calls()
    centre.later(25)
    centre.do("conversation_ended", talking)
    centre.do("wrap_done", ANN)
    assert centre.offer().contact_id == contact
    effects = centre.later(5)
    assert effects == [WaitEnded(contact_id=late, queue_id=SALES, how=WaitEnd.TIMEOUT)]
    effects = centre.later(15)  # the ring times out, and with it the wait
    assert WaitEnded(contact_id=contact, queue_id=SALES, how=WaitEnd.TIMEOUT) in effects


def test_nobody_signed_in_is_said_at_once_and_after_a_grace_to_those_who_wait(pair: Centre) -> None:
    pair.do("request_state", ANN, S.NOT_READY)
    pair.do("request_state", BOB, S.BREAK)
    contact = pair.calls()
    pair.do("sign_out", ANN)
    pair.do("sign_out", BOB)
    assert pair.do("enqueue", CAT, SALES, 0) == [
        WaitEnded(contact_id=CAT, queue_id=SALES, how=WaitEnd.NOBODY_SIGNED_IN)
    ]
    assert pair.later(19.9) == []
    assert pair.later(1) == [WaitEnded(contact_id=contact, queue_id=SALES, how=WaitEnd.NOBODY_SIGNED_IN)]


def test_somebody_who_signs_in_within_the_grace_saves_the_wait(pair: Centre) -> None:
    pair.do("request_state", ANN, S.NOT_READY)
    pair.do("request_state", BOB, S.NOT_READY)
    contact = pair.calls()
    pair.do("sign_out", ANN)
    pair.do("sign_out", BOB)
    pair.later(10)
    pair.ready(BOB)
    assert pair.offer().contact_id == contact


def test_estimate_is_position_times_handle_time_over_agents() -> None:
    assert estimated_wait_s(3, 180_000, 6) == 90
    assert estimated_wait_s(1, 100_000, 3) == 34
    assert estimated_wait_s(1, 180_000, 0) is None
    assert blend(100.0, 200) == 110.0


def test_the_estimate_learns_from_the_queue_s_own_contacts(pair: Centre) -> None:
    before = None
    for _ in range(30):
        contact = pair.calls()
        who = pair.offer().agent_id
        pair.do("connected", pair.offer().offer_id)
        pair.later(50)
        pair.do("conversation_ended", contact)
        pair.later(10)
        pair.do("wrap_done", who)
    for _ in range(3):
        before = pair.calls()
    place = pair.router.waiting(before)
    assert place.position == 3
    assert 90 <= place.estimated_wait_s <= 100  # 3 · 60 s / 2 agents, and a trace of the first guess


# -- configuration while live


def test_a_new_skill_and_a_new_queue_take_effect_at_once() -> None:
    needs = (SkillNeed(skill_id=ENGLISH),)
    centre = Centre([agent(ANN), agent(BOB, skills={ENGLISH: 1})], [queue(required_skills=needs)])
    centre.ready(ANN, BOB)
    centre.do("request_state", BOB, S.BREAK)
    contact = centre.calls()
    assert not [e for e in centre.effects if isinstance(e, Offer)]
    centre.configure(
        [agent(ANN, skills={ENGLISH: 3}), agent(BOB)], [queue(required_skills=needs), queue(VIP)]
    )
    assert (centre.offer().contact_id, centre.offer().agent_id) == (contact, ANN)
    assert centre.offer().decision["trigger"] == "config"
    centre.do("request_state", BOB, S.READY)
    centre.calls(VIP)
    assert centre.offer().agent_id == BOB


def test_a_removed_queue_ends_its_waits_but_not_its_ring_nor_its_conversation(pair: Centre) -> None:
    talking, ringing, waiting = pair.talk(ANN), pair.calls(), pair.calls()
    effects = pair.configure([agent(ANN), agent(BOB)], [])
    assert effects == [WaitEnded(contact_id=waiting, queue_id=SALES, how=WaitEnd.QUEUE_REMOVED)]
    pair.do("connected", pair.offer().offer_id)
    assert pair.router.agent(BOB).contact_id == ringing
    pair.do("conversation_ended", talking)
    pair.later(30)
    assert pair.state(ANN) is S.READY


def test_a_deactivated_agent_goes_at_once_or_after_the_conversation(pair: Centre) -> None:
    contact = pair.talk(ANN)
    effects = pair.configure([agent(ANN, active=False), agent(BOB, active=False)], [queue()])
    assert (pair.state(ANN), pair.state(BOB)) == (S.TALKING, S.OFFLINE)
    assert isinstance(effects[-1], AgentSignedOut) and effects[-1].why == "deactivated"
    pair.do("conversation_ended", contact)
    pair.later(30)
    assert pair.state(ANN) is S.OFFLINE


def test_a_removed_agent_is_forgotten_once_offline(pair: Centre) -> None:
    pair.configure([agent(ANN)], [queue()])
    with pytest.raises(Refused, match=r"agent\.unknown"):
        pair.router.agent(BOB)


def test_closing_signs_everyone_out_and_withdraws_what_rings(pair: Centre) -> None:
    pair.talk(ANN)
    pair.calls()
    effects = pair.do("close")
    assert [e.how for e in effects if isinstance(e, Withdraw)] == [OfferEnd.ENDED]
    assert {e.agent_id for e in effects if isinstance(e, AgentSignedOut)} == {ANN, BOB}
    assert pair.router.next_deadline() is None


def test_a_clock_that_steps_back_bends_no_span(pair: Centre) -> None:
    pair.now -= timedelta(hours=1)
    pair.do("request_state", ANN, S.BREAK)
    facts = [e for e in pair.effects if isinstance(e, AgentStateChanged)]
    assert all(fact.previous_ms >= 0 for fact in facts)
    assert [fact.at for fact in facts] == sorted(fact.at for fact in facts)


# -- parts


def test_every_event_of_the_table_is_used_and_every_state_can_be_left() -> None:
    assert {event for _, event in TRANSITIONS} == set(AgentEvent)
    for state in S:
        assert [step for (start, _), step in TRANSITIONS.items() if start is state and step.to is not state]


def test_a_line_refuses_to_remove_what_is_not_there() -> None:
    line: Line[tuple[int, int]] = Line()
    line.add((2, 0))
    line.add((1, 0))
    assert (line.first, len(line), line.before((2, 0))) == ((1, 0), 2, 1)
    with pytest.raises(ValueError, match="not in this line"):
        line.remove((3, 0))
