"""Rules beyond skills, one by one: relaxing, overflow, segments, doors, redial, certificates, policies."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from test_routing import ANN, BOB, CAT, CLIENT, ENGLISH, SALES, START, TENANT, VIP, Centre, agent, queue

from andon.routing.config import (
    CentreConfig,
    Door,
    LaneFlag,
    Overflow,
    OverflowWhen,
    Policy,
    Relax,
    Reserve,
    Seat,
    Segment,
    SkillNeed,
)
from andon.routing.events import (
    AgentCertificateEnded,
    AgentCertificateEnding,
    AgentState,
    ContactFloorNear,
    ContactFloorPassed,
    ContactRedialled,
)
from andon.routing.model import Caller, Moved, Offer, OfferEnd, WaitEnd, WaitEnded
from andon.routing.occupancy import TAU_MS, faded, key, share

pytestmark = pytest.mark.unit

S = AgentState
NEED = (SkillNeed(skill_id=ENGLISH, min_level=5),)


def comes(centre: Centre, queue_id: UUID = SALES, priority: int = 0, **known: Any) -> UUID:
    contact = centre._new_id()
    centre.effects += centre.router.enqueue(contact, queue_id, priority, centre.now, Caller(**known))
    return contact


def rules(centre: Centre, **fields: Any) -> None:
    """Segments, ageing and the like, over the configuration as it is."""
    router = centre.router
    config = CentreConfig(
        tenant_id=TENANT,
        agents=tuple(record.config for record in router._centre.agents.values()),
        queues=tuple(record.config for record in router._centre.queues.values()),
        **fields,
    )
    centre.do("configure", config)


def offered(centre: Centre) -> list[tuple[UUID, UUID]]:
    return [(e.contact_id, e.agent_id) for e in centre.effects if isinstance(e, Offer)]


def release(centre: Centre, who: UUID) -> None:
    """The agent's talk and wrap-up end."""
    contact = centre.router.agent(who).contact_id
    centre.do("conversation_ended", contact)
    centre.do("wrap_done", who)


# -- relaxing and preferring


def test_after_a_while_a_lower_level_will_do_and_then_a_group_is_let_in() -> None:
    agents = [agent(ANN, skills={ENGLISH: 3}, department="east"), agent(BOB, department="west")]
    steps = (
        Relax(after_s=20, min_levels={ENGLISH: 3}),
        Relax(after_s=40, min_levels={ENGLISH: 0}, groups=("west",)),
    )
    centre = Centre(agents, [queue(required_skills=NEED, groups=("east",), relax=steps)])
    centre.ready(ANN, BOB)
    contact = comes(centre)
    centre.later(19)
    assert offered(centre) == []
    centre.later(1)
    assert offered(centre) == [(contact, ANN)]
    assert centre.offer().decision["step"] == 1
    centre.do("offer_ended", centre.offer().offer_id, OfferEnd.REJECTED)
    assert centre.router.waiting(contact).step == 1
    centre.later(20)
    assert centre.offer().agent_id == BOB


def test_the_fully_qualified_come_before_those_let_in_later() -> None:
    agents = [agent(ANN), agent(BOB, skills={ENGLISH: 5})]
    centre = Centre(
        agents, [queue(required_skills=NEED, relax=(Relax(after_s=10, min_levels={ENGLISH: 0}),))]
    )
    centre.ready(ANN)
    contact = comes(centre)
    centre.later(5)
    centre.do("leave", contact)
    centre.ready(BOB)
    assert centre.router.queue(SALES).ready == 2
    comes(centre)
    assert centre.offer().agent_id == BOB
    assert centre.offer().decision["passed_over"] == [
        {"agent_id": str(ANN), "reason": "step_later", "detail": {"after_s": 10}}
    ]


def test_a_preferred_skill_ranks_but_is_not_required() -> None:
    agents = [agent(ANN), agent(BOB, skills={ENGLISH: 6})]
    centre = Centre(agents, [queue(preferred_skills=NEED)])
    centre.ready(ANN, BOB)
    comes(centre)
    assert centre.offer().agent_id == BOB  # Ann has been idle longer
    assert centre.offer().decision["passed_over"][0]["reason"] == "preferred_missing"
    comes(centre)
    assert centre.offer().agent_id == ANN


# -- overflow


def test_a_long_queue_runs_over_into_another_and_back_to_the_flow() -> None:
    long = Overflow(when=OverflowWhen.LENGTH, limit=1, queue_id=VIP)
    full = Overflow(when=OverflowWhen.LENGTH, limit=1)
    centre = Centre([agent(ANN)], [queue(overflow=(long,)), queue(VIP, overflow=(full,))])
    centre.ready(ANN)
    centre.talk(ANN)
    first, second, third = comes(centre), comes(centre), comes(centre)
    assert [centre.router.waiting(c).queue_id for c in (first, second)] == [SALES, VIP]
    assert centre.effects[-1] == WaitEnded(contact_id=third, queue_id=VIP, how=WaitEnd.OVERFLOW)


def test_who_has_waited_long_moves_on_with_the_place_kept() -> None:
    old = Overflow(when=OverflowWhen.AGE, limit=30, queue_id=VIP)
    skilled = queue(required_skills=NEED, overflow=(old,))
    centre = Centre([agent(ANN), agent(BOB, skills={ENGLISH: 5})], [skilled, queue(VIP)])
    centre.ready(ANN, BOB)
    centre.talk(BOB, SALES)
    centre.talk(ANN, VIP)
    patient = comes(centre)
    centre.later(10)
    later = comes(centre, VIP)
    moved = [e for e in centre.later(20) if isinstance(e, Moved)]
    assert [(m.contact_id, m.from_id, m.queue_id, m.position) for m in moved] == [(patient, SALES, VIP, 1)]
    release(centre, ANN)
    assert centre.offer().contact_id == patient
    assert centre.offer().decision["asked"] == str(SALES)
    assert centre.router.waiting(later).position == 2


def test_a_long_estimate_runs_over() -> None:
    rule = Overflow(when=OverflowWhen.ESTIMATE, limit=200)
    centre = Centre([agent(ANN)], [queue(overflow=(rule,))])
    centre.ready(ANN)
    centre.talk(ANN)
    comes(centre)  # one handle time of 180 s
    comes(centre)  # two
    assert [type(e) for e in centre.effects[-1:]] == [WaitEnded]


# -- priority, segments


def test_with_ageing_a_point_of_priority_is_a_head_start_and_nobody_starves() -> None:
    centre = Centre([agent(ANN)], [queue()])
    rules(centre, ageing_s=30)
    centre.ready(ANN)
    centre.talk(ANN)
    plain = comes(centre)
    centre.later(29)
    within = comes(centre, priority=1)
    centre.later(2)
    beyond = comes(centre, priority=1)
    places = [centre.router.waiting(contact).position for contact in (within, plain, beyond)]
    assert places == [1, 2, 3]


def test_a_tier_has_its_points_and_its_reserve() -> None:
    keep = Reserve(tier="gold", agents=1)
    centre = Centre([agent(ANN), agent(BOB)], [queue(reserve=keep)])
    rules(centre, segments=(Segment(tier="gold", priority=4),))
    centre.ready(ANN, BOB)
    first, second = comes(centre), comes(centre)
    assert offered(centre) == [(first, ANN)]  # Bob is kept
    gold = comes(centre, tier="vip")
    assert offered(centre)[1:] == [(gold, BOB)]
    centre.do("leave", gold)
    assert centre.router.waiting(second).offered is False
    centre.do("leave", first)
    assert offered(centre)[2:] == [(second, ANN)]  # two are ready again


def test_a_floor_is_announced_and_goes_before_every_weight() -> None:
    centre = Centre([agent(ANN)], [queue(), queue(VIP, priority=100)])
    rules(centre, segments=(Segment(tier="normal", floor_s=50),))
    centre.ready(ANN)
    centre.talk(ANN)
    plain = comes(centre)
    important = comes(centre, VIP, 100, tier="vip")
    shown = centre.router.waiting(plain)
    assert (shown.floor_at, shown.rank > centre.router.waiting(important).rank) == (
        shown.since + timedelta(seconds=50),
        True,
    )
    assert centre.router.waiting(important).floor_at is None
    facts = centre.later(40)
    assert [type(f) for f in facts] == [ContactFloorNear]
    assert centre.router.waiting(plain).urgent
    assert centre.router.waiting(plain).rank < centre.router.waiting(important).rank
    assert centre.router.near_floor() == {SALES}
    release(centre, ANN)
    assert (centre.offer().contact_id, centre.offer().decision["urgent"]) == (plain, True)
    assert [type(f) for f in centre.later(10)] == [ContactFloorPassed]


def test_who_is_urgent_gets_a_reserved_agent() -> None:
    centre = Centre([agent(ANN)], [queue(reserve=Reserve(tier="gold", agents=1))])
    rules(centre, segments=(Segment(tier="normal", floor_s=50),))
    centre.ready(ANN)
    contact = comes(centre)
    centre.later(39)
    assert offered(centre) == []
    centre.later(1)
    assert offered(centre) == [(contact, ANN)]


# -- doors, redial


def test_doors_lead_to_a_desk_and_to_a_fast_lane_while_these_are_staffed() -> None:
    lane, desk = UUID(int=23), UUID(int=24)
    doors = (
        Door(queue_id=lane, flags=(LaneFlag.OPEN_COMPLAINT, LaneFlag.REPEAT)),
        Door(queue_id=desk, tiers=("gold", "vip")),
    )
    senior = queue(lane, required_skills=NEED, priority=50, target_s=5)
    agents = [agent(ANN), agent(BOB, skills={ENGLISH: 9})]
    centre = Centre(agents, [queue(doors=doors), senior, queue(desk)])
    centre.ready(ANN)
    centre.do("request_state", ANN, S.BREAK)
    complaint = comes(centre, tier="gold", flags=(LaneFlag.OPEN_COMPLAINT,))
    assert centre.router.waiting(complaint).queue_id == desk  # nobody serves the lane: the next door
    centre.ready(BOB)
    centre.do("request_state", BOB, S.BREAK)
    complaint = comes(centre, tier="gold", flags=(LaneFlag.OPEN_COMPLAINT,))
    assert centre.router.waiting(complaint).queue_id == lane
    assert centre.router.waiting(comes(centre)).queue_id == SALES


def test_who_calls_again_in_time_has_the_earned_place_and_the_third_call_is_a_repeat() -> None:
    lane = UUID(int=23)
    door = Door(queue_id=lane, flags=(LaneFlag.REPEAT,))
    centre = Centre([agent(ANN)], [queue(redial_s=60, doors=(door,)), queue(lane)])
    centre.ready(ANN)
    centre.talk(ANN)
    first = comes(centre, key="138")
    centre.later(20)
    other = comes(centre, key="139")
    centre.later(5)
    centre.do("leave", first)
    assert centre.router.places_moved == {SALES}  # or a core that dies now would take the place with it
    centre.router.places_moved.clear()
    centre.later(30)
    again = comes(centre, key="138")
    assert centre.router.places_moved == {SALES}
    assert [centre.router.waiting(c).position for c in (again, other)] == [1, 2]
    fact = next(e for e in centre.effects if isinstance(e, ContactRedialled))
    assert (fact.calls, fact.kept_ms) == (2, 55_000)
    centre.do("leave", again)
    third = comes(centre, key="138")
    assert (centre.router.waiting(third).calls, centre.router.waiting(third).queue_id) == (3, lane)
    centre.do("leave", third)
    centre.later(60)
    late = comes(centre, key="138")
    assert (centre.router.waiting(late).calls, centre.router.waiting(late).position) == (1, 2)


def test_a_key_exit_keeps_no_place() -> None:
    centre = Centre([agent(ANN)], [queue()])
    centre.ready(ANN)
    centre.talk(ANN)
    first = comes(centre, key="138")
    centre.do("leave", first, how=OfferEnd.ENDED)
    centre.later(1)
    assert centre.router.waiting(comes(centre, key="138")).calls == 1


# -- an agent of one's own


def test_the_last_agent_is_waited_for_and_then_anyone() -> None:
    centre = Centre([agent(ANN), agent(BOB)], [queue(last_agent_wait_s=20)])
    centre.ready(ANN, BOB)
    centre.talk(ANN)
    contact = comes(centre, last_agent_id=ANN)
    assert centre.router.waiting(contact).for_agent_id == ANN  # though Bob is ready
    centre.later(20)
    assert (centre.offer().contact_id, centre.offer().agent_id) == (contact, BOB)


def test_the_dedicated_agent_gets_the_contact_when_free_and_who_is_away_is_not_waited_for() -> None:
    centre = Centre([agent(ANN), agent(BOB), agent(CAT)], [queue(dedicated_wait_s=600)])
    centre.ready(ANN, BOB)
    centre.talk(ANN)
    contact = comes(centre, dedicated_id=ANN)
    release(centre, ANN)
    assert (centre.offer().contact_id, centre.offer().agent_id) == (contact, ANN)
    assert centre.offer().decision["owed"] is True
    assert centre.offer().decision["passed_over"][0]["reason"] == "other_agent_owed"
    other = comes(centre, dedicated_id=CAT)
    assert (centre.offer().contact_id, centre.offer().agent_id) == (other, BOB)


def test_an_agent_s_own_order_of_queues_goes_before_priority() -> None:
    seats = {SALES: Seat(order=1), VIP: Seat(order=2)}
    centre = Centre([agent(ANN, seats=seats)], [queue(), queue(VIP, priority=50)])
    centre.ready(ANN)
    centre.talk(ANN)
    vip, sales = comes(centre, VIP), comes(centre, SALES)
    release(centre, ANN)
    assert centre.offer().contact_id == sales
    assert centre.router.waiting(vip).position == 1


# -- policies


def busy(centre: Centre, who: UUID, seconds: float) -> None:
    """`who`, the only one ready, talks for so long and is not ready afterwards."""
    centre.do("request_state", who, S.READY)
    contact = comes(centre)
    centre.do("connected", centre.offer().offer_id)
    centre.later(seconds)
    centre.do("request_state", who, S.BREAK)
    centre.do("conversation_ended", contact)
    centre.do("wrap_done", who)


@pytest.mark.parametrize(
    ("policy", "chosen"),
    [(Policy.LEAST_OCCUPIED, BOB), (Policy.FEWEST_CALLS, ANN), (Policy.VALUE_WEIGHTED, CAT)],
)
def test_what_a_policy_looks_at(policy: Policy, chosen: UUID) -> None:
    """Ann had one long call, Bob two short ones, Cat has the highest value and as many calls."""
    agents = [agent(ANN), agent(BOB), agent(CAT, seats={SALES: Seat(value=90)})]
    centre = Centre(agents, [queue(policy=policy)])
    centre.ready(ANN, BOB, CAT)
    for who in (ANN, BOB, CAT):
        centre.do("request_state", who, S.BREAK)
    busy(centre, ANN, 600)
    for _ in range(2):
        busy(centre, BOB, 30)
        busy(centre, CAT, 60)
    for who in (CAT, BOB, ANN):
        centre.do("request_state", who, S.READY)
    comes(centre)
    assert centre.offer().agent_id == chosen


def test_occupancy_forgets_and_keeps_its_order() -> None:
    worked = faded(0.0, TAU_MS, S.TALKING)
    assert share(worked) == pytest.approx(0.632, abs=0.001)
    assert faded(worked, TAU_MS, S.READY) == pytest.approx(worked * 0.3679, rel=1e-3)
    now = 10**12
    later = key(faded(worked, 60_000, S.READY), now + 60_000)
    assert later == pytest.approx(key(worked, now))
    assert key(0.0, now) < later


# -- certificates


def test_a_certificate_is_warned_of_and_ends_with_its_day() -> None:
    ends = START + timedelta(days=20)
    law = queue(required_certificates=("law",))
    centre = Centre([agent(ANN, certificates={"law": ends})], [law])
    centre.configure([agent(ANN, certificates={"law": ends}, department="east")], [law])
    centre.ready(ANN)
    assert centre.later(6 * 86_400 - 10) == []
    facts = centre.later(10)  # fourteen days before
    assert [type(f) for f in facts] == [AgentCertificateEnding]
    assert (facts[0].agent_id, facts[0].certificate, facts[0].expires_at) == (ANN, "law", ends)
    centre.later(14 * 86_400 - 10)
    assert centre.router.queue(SALES).ready == 1
    facts = centre.later(10)
    assert [type(f) for f in facts] == [AgentCertificateEnded]
    assert centre.router.queue(SALES).signed_in == 0
    renewed = msgspec.structs.replace(agent(ANN), certificates={"law": ends + timedelta(days=365)})
    centre.configure([renewed], [queue(required_certificates=("law",))])
    assert centre.router.queue(SALES).ready == 1


def test_a_conversation_outlives_the_certificate() -> None:
    ends = START + timedelta(seconds=60)
    needs = queue(required_certificates=("law",))
    centre = Centre([agent(ANN, certificates={"law": ends})], [needs])
    centre.ready(ANN)
    contact = centre.talk(ANN)
    waiting = comes(centre)
    centre.later(60)
    assert centre.state(ANN) is S.TALKING
    centre.do("conversation_ended", contact)
    effects = centre.later(30)
    assert centre.state(ANN) is S.READY
    assert WaitEnded(contact_id=waiting, queue_id=SALES, how=WaitEnd.NOBODY_SIGNED_IN) in effects


def test_a_group_and_a_client_are_walls() -> None:
    agents = [agent(ANN, department="east"), agent(BOB, department="west", client_id=CLIENT)]
    centre = Centre(agents, [queue(groups=("east",))])
    centre.ready(ANN, BOB)
    comes(centre)
    reasons = {p["agent_id"]: p["reason"] for p in centre.offer().decision["passed_over"]}
    assert reasons == {str(BOB): "other_group"}
