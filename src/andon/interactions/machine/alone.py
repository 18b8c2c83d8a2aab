"""The caller keys card data alone: out of the conversation, so that neither tone nor event of a key reaches
the agent's telephone. For the agent and the books it is a hold. Pure.

The caller is told what to key, and hears music after that, or as soon as a key is pressed.
"""

from andon.interactions.card.events import Source
from andon.interactions.inputs import AgentLeavesAlone, AgentRetrieves, CallerKey, Input, SpeechEnded
from andon.interactions.machine.card import begin_card
from andon.interactions.machine.ending import set_music, speak, system_prompt
from andon.interactions.machine.table import IN_TALK, Out, on
from andon.interactions.machine.talk import hold, retrieve
from andon.interactions.model import Contact, Stage
from andon.interactions.orders import StopSpeaking

PROMPT = "key_card"
WAITS = IN_TALK | {Stage.RETURNING}  # where the caller stays alone; a lost agent who is back waits on


@on(AgentLeavesAlone, at=IN_TALK)
def leaves_alone(contact: Contact, ask: AgentLeavesAlone, out: Out) -> None:
    """What a hold of the device's own keeps in the bridge cannot be taken out of it."""
    talk = contact.talk
    if talk is None or talk.agent_id != ask.agent_id or talk.held_by_device:
        return
    if contact.card is None:
        begin_card(contact, out, Source.BUTTON, agent_id=ask.agent_id, limit_s=ask.limit_s)
    else:
        contact.card.source = Source.BUTTON  # a field that is left now does not end it
    contact.apart = True


def keep_alone(contact: Contact, heard: Input, out: Out) -> None:
    """After every step: alone as long as card data is taken, with the agent again as soon as it is not, or
    the agent comes back for the rest of it."""
    talk = contact.talk
    if not contact.apart:
        return
    over = contact.card is None or talk is None or contact.stage not in WAITS
    if over or (contact.stage is Stage.TALKING and isinstance(heard, AgentRetrieves)):
        contact.apart = False
        stop_telling(contact, out, waits=contact.stage is Stage.CONSULTING)
        if contact.stage is Stage.HELD and talk is not None and not talk.held_by_device:
            retrieve(contact, out)
    elif contact.stage is Stage.TALKING:
        hold(contact, out, by_device=False, why="card", music=False)
        speak(contact, out, system_prompt(contact, PROMPT), of_flow=False)
        contact.telling = contact.playing
    elif isinstance(heard, CallerKey):
        stop_telling(contact, out, waits=True)


def stop_telling(contact: Contact, out: Out, *, waits: bool) -> None:
    """The words end, before whatever else this step does to the caller: until then the engine takes nobody
    into a bridge. Who goes on waiting hears music."""
    if contact.telling and contact.telling == contact.playing:
        out.effects.insert(0, StopSpeaking(contact.telling))
        contact.playing = 0
        if waits:
            set_music(contact, out, on=True)
    contact.telling = 0


@on(SpeechEnded, at=IN_TALK)
def told(contact: Contact, heard: SpeechEnded, out: Out) -> None:
    if contact.telling and heard.token == contact.playing:
        contact.playing = contact.telling = 0
        set_music(contact, out, on=True)
