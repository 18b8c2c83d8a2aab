"""Card data is being said or keyed: nothing of it is kept, nobody overhears it. Pure.

While it lasts the recording is silent and supervisors hear nothing (`interactions.monitor`). It is over as
soon as anything else happens to the call: `keep_card` looks after every step, so that no way out can
forget it.
"""

from datetime import timedelta
from uuid import UUID

from andon.interactions.card.events import CardBegan, CardEnd, CardEnded, Source
from andon.interactions.inputs import AgentCard, AskCard, CallerKey, CardTimeUp
from andon.interactions.machine.table import IN_TALK, LISTENING, LIVE, Out, on
from andon.interactions.model import CardPause, Contact, Stage, span_ms
from andon.interactions.orders import SetTimer, Silence

CARD_TIMER = "card"
WITH_AGENT = IN_TALK | {Stage.RETURNING}


def begin_card(
    contact: Contact, out: Out, source: Source, *, agent_id: UUID | None, limit_s: int | None
) -> None:
    until = None if limit_s is None else out.at + timedelta(seconds=limit_s)
    contact.card = CardPause(source=source, since=out.at, until=until, agent_id=agent_id)
    out.fact(CardBegan, agent_id=agent_id, source=source, until=until)
    out.do(Silence(True))
    if limit_s is not None:
        out.do(SetTimer(CARD_TIMER, limit_s))


def end_card(contact: Contact, out: Out, how: CardEnd) -> None:
    """It is over; nothing when it is not on."""
    card = contact.card
    if card is None:
        return
    contact.card = None
    out.fact(
        CardEnded,
        agent_id=card.agent_id,
        source=card.source,
        how=how,
        began_at=card.since,
        private_ms=span_ms(out.at, card.since),
        keys=card.keys,
    )
    out.do(Silence(False))
    if card.until is not None:
        out.do(SetTimer(CARD_TIMER, None))


def keep_card(contact: Contact, out: Out) -> None:
    """After every step: it goes on only while the caller is where they were when it began."""
    card, talk = contact.card, contact.talk
    if card is None:
        return
    if card.source is Source.FLOW:
        if contact.stage not in LISTENING:
            how = CardEnd.CALL_OVER if contact.stage is Stage.ENDING else CardEnd.PASSED_ON
            end_card(contact, out, how)
    elif contact.stage not in WITH_AGENT or talk is None or talk.agent_id != card.agent_id:
        end_card(contact, out, CardEnd.PASSED_ON)


@on(AgentCard, at=WITH_AGENT)
def agent_card(contact: Contact, ask: AgentCard, out: Out) -> None:
    """What began by hand ends by hand: leaving a field does not end it."""
    talk, card = contact.talk, contact.card
    if talk is None or talk.agent_id != ask.agent_id:
        return
    if not ask.on:
        if card is not None and (ask.source is Source.BUTTON or card.source is Source.FIELD):
            end_card(contact, out, CardEnd.RESUMED if ask.source is Source.BUTTON else CardEnd.FIELD_LEFT)
    elif card is None and contact.stage in IN_TALK:
        begin_card(contact, out, ask.source, agent_id=ask.agent_id, limit_s=ask.limit_s)


@on(AskCard, at=LISTENING)
def flow_card(contact: Contact, ask: AskCard, out: Out) -> None:
    """A node collects keys off the record; or is done with it."""
    card = contact.card
    if ask.on and card is None:
        begin_card(contact, out, Source.FLOW, agent_id=None, limit_s=None)
    elif not ask.on and card is not None and card.source is Source.FLOW:
        end_card(contact, out, CardEnd.COLLECTED)


@on(CardTimeUp, at=LIVE)
def time_up(contact: Contact, _: CardTimeUp, out: Out) -> None:
    end_card(contact, out, CardEnd.LIMIT)


@on(CallerKey, at=IN_TALK)
def key_in_talk(contact: Contact, key: CallerKey, out: Out) -> None:
    """How many is said, which is not. Who keys alone is done with `#`."""
    if contact.card is None:
        return
    if contact.apart and key.digit == "#":
        end_card(contact, out, CardEnd.COLLECTED)
    else:
        contact.card.keys += 1
