"""After the engine or the core was away: make the medium what the contact believes. Pure.

What ended meanwhile comes as the input it would have been (a leg, a speech, a message). Here the rest is set
right: orders that were given and may never have been carried out. Given twice, they do no harm.
"""

from andon.interactions.inputs import Found
from andon.interactions.machine.table import LIVE, Out, on
from andon.interactions.model import Contact, Place, Stage
from andon.interactions.orders import (
    Answer,
    Enter,
    HangUp,
    Join,
    Music,
    MuteAgent,
    Park,
    Part,
    Silence,
    Succeed,
    Tape,
)


@on(Found, at=LIVE)
def found(contact: Contact, now: Found, out: Out) -> None:
    if contact.stage is Stage.ENDING:
        if not contact.goodbye:
            out.do(HangUp(contact.settled_cause))
        return
    if contact.answered and not now.up:
        out.do(Answer())
    taping = contact.taping
    if taping is not None and taping.started is None and not taping.stopped:
        out.do(Tape(taping.recording_id))
    if contact.card is not None:
        out.do(Silence(True))
    if contact.music:
        out.do(Music(True, contact.queue_id))
    offer, talk = contact.offer, contact.talk
    if contact.stage is Stage.CONNECTING and offer is not None:
        out.do(Join(offer.leg_id, report=True))
    elif contact.stage is Stage.CALLING and contact.dialler is not None:
        if contact.answered:
            out.do(Join(contact.dialler.leg_id, report=True))
    elif contact.inside is not None:
        find_inside(contact, out, together=now.together)
    elif contact.outside is not None and contact.outside.joined is not None:
        if not now.together:
            out.do(Join(contact.outside.leg_id, report=False))
    elif talk is not None and contact.stage is Stage.TALKING:
        if not now.together:
            out.do(Join(talk.leg_id, report=False))
        if talk.muted:
            out.do(MuteAgent(talk.leg_id, True))
    elif contact.stage in {Stage.CONSULTING, Stage.OUTSIDE}:
        put_in_place(contact, out, together=now.together)
    elif (
        talk is not None
        and contact.stage in {Stage.HELD, Stage.AWAY}
        and now.together
        and not talk.held_by_device
    ):
        out.do(Part(talk.leg_id, agent_stays=True))


def find_inside(contact: Contact, out: Out, *, together: bool) -> None:
    """Where two agents are who talk to each other, or are about to."""
    talk, inside, dialler = contact.talk, contact.inside, contact.dialler
    if inside is None:
        return
    if dialler is not None and contact.answered:
        out.do(Join(dialler.leg_id, report=True))
    if talk is None:
        return
    if inside.before and not together:
        out.do(Succeed(contact.leg_id, inside.before))
    if inside.holder == inside.agent_id:
        out.do(Park(talk.leg_id))
    elif inside.holder is None or talk.held_by_device:
        if not together:
            out.do(Join(talk.leg_id, report=False))
    elif together:
        out.do(Part(talk.leg_id, agent_stays=True))
    for leg_id, muted in ((talk.leg_id, talk.muted), (contact.leg_id, inside.muted)):
        if muted:
            out.do(MuteAgent(leg_id, True))


def put_in_place(contact: Contact, out: Out, *, together: bool) -> None:
    """Where three parties are; `together`: the caller is in the bridge."""
    second, talk = contact.second, contact.talk
    if second is None:
        return
    if second.place in {Place.RINGING, Place.APART}:
        if together:
            out.do(Part(talk.leg_id if talk is not None else "", agent_stays=True))
    elif not together:
        out.do(Join(second.leg_id if talk is None else talk.leg_id, report=False))
    if second.place is Place.PARKED:
        out.do(Park(second.leg_id))
    elif second.place is not Place.RINGING:
        out.do(Enter(second.leg_id))
    for party in (talk, second):
        if party is not None and party.muted:
            out.do(MuteAgent(party.leg_id, True))
