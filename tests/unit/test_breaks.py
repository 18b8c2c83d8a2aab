"""Breaks by rule: what is free, what is asked for, how it is answered, and what the books say of it."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from interactions_books import judged
from test_routing import ANN, BOB, CAT, SALES, TENANT, Centre, S, agent, queue
from test_routing_rules import rules

from andon.kit.journal import Fact
from andon.routing.config import BreakRule, CentreConfig
from andon.routing.events import AgentStateChanged, BreakAnswer, BreakAnswered, BreakAsked, BreakWhy
from andon.routing.machine import Router
from andon.routing.model import Forced, Refused
from andon.routing.restore import Kept

pytestmark = pytest.mark.unit

CHIEF = CAT
FORCED = Forced(by_id=CHIEF, name="班长")


@pytest.fixture
def centre() -> Centre:
    made = Centre(
        [agent(ANN, department="一组"), agent(BOB, department="一组"), agent(CAT, department="二组")],
        [queue(SALES, acw_s=30)],
    )
    allow(made, BreakRule(department="一组", minutes_per_day=10, at_once=1))
    made.ready(ANN, BOB, CAT)
    return made


def allow(centre: Centre, *breaks: BreakRule) -> None:
    rules(centre, breaks=breaks, break_ask_s=60, acw_extend_s=40)


def wish(centre: Centre, who=ANN) -> None:  # type: ignore[no-untyped-def] # one of the names above
    centre.do("request_state", who, S.BREAK)


def answered(centre: Centre) -> list[BreakAnswer]:
    return [fact.how for fact in centre.effects if isinstance(fact, BreakAnswered)]


def answer(centre: Centre, who=ANN, *, approve: bool = True) -> None:  # type: ignore[no-untyped-def] # as above
    named = {"approve": approve, "by_id": CHIEF, "name": "班长", "note": "十分钟"}
    centre.effects += centre.router.answer_break(who, now=centre.now, **named)


def findings(centre: Centre) -> list[str]:
    facts = [effect for effect in centre.effects if isinstance(effect, Fact)]
    return [f.text for f in judged(facts, centre.now, partial=True).findings if f.rule == "break.pairs"]


def test_within_the_rules_nobody_is_asked(centre: Centre) -> None:
    wish(centre)
    assert centre.state(ANN) is S.BREAK
    wish(centre, CAT)  # of a department without a rule
    assert centre.state(CAT) is S.BREAK


def test_when_the_day_s_minutes_are_taken_a_supervisor_is_asked(centre: Centre) -> None:
    wish(centre)
    centre.later(11 * 60)
    centre.do("request_state", ANN, S.READY)
    assert centre.router.agent(ANN).break_ms == 11 * 60_000
    wish(centre)
    now = centre.router.agent(ANN)
    assert (now.state, now.break_ask and now.break_ask.why) == (S.READY, BreakWhy.ALLOWANCE)
    wish(centre)  # the same again
    assert len([fact for fact in centre.effects if isinstance(fact, BreakAsked)]) == 1
    centre.later(20)
    answer(centre)
    assert centre.state(ANN) is S.BREAK and answered(centre) == [BreakAnswer.APPROVED]
    told = centre.router.agent(ANN).break_told
    assert told is not None and (told.how, told.name, told.note) == (BreakAnswer.APPROVED, "班长", "十分钟")
    last = [fact for fact in centre.effects if isinstance(fact, AgentStateChanged)][-1]
    assert (last.by, last.why) == ("self", "approved")
    assert findings(centre) == []


def test_midnight_gives_the_minutes_back(centre: Centre) -> None:
    wish(centre)
    centre.now = datetime(2026, 3, 2, 16, 3, tzinfo=UTC)  # three minutes past midnight in Shanghai
    centre.do("request_state", ANN, S.READY)
    assert centre.router.agent(ANN).break_ms == 3 * 60_000
    wish(centre)
    assert centre.state(ANN) is S.BREAK


def test_when_as_many_as_may_be_are_on_break(centre: Centre) -> None:
    wish(centre, BOB)
    wish(centre)
    ask = centre.router.agent(ANN).break_ask
    assert ask is not None and ask.why is BreakWhy.AT_ONCE
    answer(centre, approve=False)
    assert centre.state(ANN) is S.READY and answered(centre) == [BreakAnswer.REFUSED]
    with pytest.raises(Refused, match="no_wish"):
        answer(centre)
    centre.do("request_state", BOB, S.READY)
    wish(centre)
    assert centre.state(ANN) is S.BREAK and findings(centre) == []


def test_a_wish_ends_by_itself_by_another_wish_by_force_and_by_leaving(centre: Centre) -> None:
    wish(centre, BOB)
    wish(centre)
    centre.later(61)
    told = centre.router.agent(ANN).break_told
    assert told is not None and told.how is BreakAnswer.TIMEOUT
    wish(centre)
    centre.do("withdraw_break", ANN)
    wish(centre)
    centre.do("request_state", ANN, S.NOT_READY)
    wish(centre)
    centre.do("request_state", ANN, S.BREAK, forced=FORCED)
    assert centre.state(ANN) is S.BREAK
    centre.do("request_state", ANN, S.READY)
    wish(centre)
    centre.do("sign_out", ANN)
    end = BreakAnswer
    assert answered(centre) == [end.TIMEOUT, end.WITHDRAWN, end.WITHDRAWN, end.WITHDRAWN, end.GONE]
    assert centre.router.agent(ANN).break_told is None and findings(centre) == []


def test_in_a_call_it_is_for_after_the_wrap_up(centre: Centre) -> None:
    wish(centre, BOB)
    centre.do("request_state", CAT, S.NOT_READY)
    contact = centre.talk(ANN)
    wish(centre)
    answer(centre)
    now = centre.router.agent(ANN)
    assert (now.state, now.pending_state) == (S.TALKING, S.BREAK)
    centre.do("request_state", ANN, S.READY)  # taken back
    centre.do("conversation_ended", contact)
    wish(centre)
    assert centre.state(ANN) is S.ACW  # still writing
    answer(centre)
    assert (centre.state(ANN), centre.router.agent(ANN).pending_state) == (S.ACW, S.BREAK)
    centre.later(31)
    assert centre.state(ANN) is S.BREAK and findings(centre) == []


def test_wrap_up_is_extended_up_to_a_bound(centre: Centre) -> None:
    centre.do("request_state", BOB, S.NOT_READY)
    centre.do("request_state", CAT, S.NOT_READY)
    centre.do("conversation_ended", centre.talk(ANN))
    assert centre.router.agent(ANN).acw_extend_left_s == 40
    centre.do("wrap_extend", ANN, 30)
    centre.do("wrap_extend", ANN, 30)
    until = centre.router.agent(ANN).acw_until
    assert until == centre.now + timedelta(seconds=30 + 40)
    with pytest.raises(Refused, match="extended_enough"):
        centre.do("wrap_extend", ANN, 30)
    centre.later(71)
    assert centre.state(ANN) is S.READY
    centre.do("conversation_ended", centre.talk(ANN))
    assert centre.router.agent(ANN).acw_extend_left_s == 40


def test_minutes_and_a_wish_outlive_the_core(centre: Centre) -> None:
    wish(centre, BOB)
    centre.later(60)
    wish(centre)
    kept = [one for one in map(centre.router.keep_agent, (ANN, BOB)) if one is not None]
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(Kept(agents=kept)), type=Kept)
    breaks = (BreakRule(department="一组", minutes_per_day=10, at_once=1),)
    config = CentreConfig(tenant_id=TENANT, queues=(queue(SALES),), breaks=breaks, breaks_taken={CAT: 7000})
    config = msgspec.structs.replace(config, agents=(agent(CAT), *(one.config for one in kept)))
    centre.router, _ = Router.restored(config, centre.now, centre._new_id, again)
    assert centre.router.agent(ANN).break_ask is not None
    assert centre.router.agent(CAT).break_ms == 7000  # was away: of the journal
    centre.later(61)
    assert answered(centre) == [BreakAnswer.TIMEOUT]
    centre.do("request_state", BOB, S.READY)
    assert centre.router.agent(BOB).break_ms == (1 + 60 + 61 - 1) * 1000  # before and after, together


def test_the_ledger_sees_a_wish_without_an_answer_and_one_that_waited_longer(centre: Centre) -> None:
    wish(centre, BOB)
    wish(centre)
    centre.later(5)
    answer(centre, approve=False)
    centre.do("sign_out", ANN)
    facts = [effect for effect in centre.effects if isinstance(effect, Fact)]
    without = [fact for fact in facts if not isinstance(fact, BreakAnswered)]
    longer = [
        msgspec.structs.replace(fact, waited_ms=9000) if isinstance(fact, BreakAnswered) else fact
        for fact in facts
    ]
    for bent in (without, longer):
        assert [f.rule for f in judged(bent, centre.now, partial=True).findings] == ["break.pairs"]
