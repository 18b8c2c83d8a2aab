"""The flow a new project starts with. Pure.

hours → recording notice → greeting → menu → queue → survey → goodbye; with a message taken when closed, and
every other ending told to the caller::

    start ─ hours ─open─ notice ─ greeting ─ menu ─key─ queue… ─conversation_ended─ survey ─ end
              │                              │  │              ├timeout──────────── say queue_full_time ─ end
              │closed/holiday                │  └silence─ say  └nobody_signed_in─── say nobody_signed_in ─ end
              └ say closed ─ voicemail       └wrong─ say
                               ├left── say thanks_message ─ end
                               └empty─ say no_message ───── end
"""

from uuid import UUID

import msgspec

from andon.flows.graph import Graph
from andon.flows.nodes import Node
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.hours import Hours
from andon.flows.nodes.language import ChooseLanguage
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.play import PlayPrompts
from andon.flows.nodes.queue import WaitInQueue
from andon.flows.nodes.recording_notice import RecordingNotice
from andon.flows.nodes.start import Start
from andon.flows.nodes.survey import Survey
from andon.flows.nodes.voicemail import Voicemail


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A key of the menu: to a queue, or to English (`language`), which speaks the menu again."""

    key: str
    label: str
    queue_id: UUID | None = None
    priority: int = 0
    language: bool = False


def default_graph(
    *,
    choices: list[Choice],
    calendar_id: UUID | None = None,
    welcome: str = "welcome",
    menu: str = "main_menu",
    recording_notice: str = "recording_notice",
    closed: str = "closed",
    closed_holiday: str = "closed_holiday",
    voicemail_queue_id: UUID | None = None,
    survey: bool = True,
) -> Graph:
    """The graph above. Prompt names may be a client's or project's own (`welcome_acme`).

    One choice without a key (`key=""`) leaves the menu out and goes straight to its queue. `*` always
    repeats the menu. No calendar: always open.
    """
    nodes: dict[str, Node] = {"start": Start(exits={"next": "hours" if calendar_id else "notice"})}
    if calendar_id is not None:
        nodes |= {
            "hours": Hours(
                calendar_id=calendar_id,
                exits={"open": "notice", "closed": "say_closed", "holiday": "say_holiday"},
            ),
            "say_closed": PlayPrompts(prompts=(closed,), exits={"next": "voicemail"}),
            "say_holiday": PlayPrompts(prompts=(closed_holiday,), exits={"next": "voicemail"}),
            "voicemail": Voicemail(
                queue_id=voicemail_queue_id, exits={"left": "say_thanks", "empty": "say_no_message"}
            ),
            "say_thanks": PlayPrompts(prompts=("thanks_message",), exits={"next": "end"}),
            "say_no_message": PlayPrompts(prompts=("no_message",), exits={"next": "end"}),
        }
    nodes |= {
        "notice": RecordingNotice(prompts=(recording_notice,), exits={"next": "greeting"}),
        "say_no_agent": PlayPrompts(prompts=("nobody_signed_in",), exits={"next": "end"}),
        "say_too_long": PlayPrompts(prompts=("queue_full_time",), exits={"next": "end"}),
        "end": HangUp(),
    }
    after = "survey" if survey else "goodbye"
    if survey:
        nodes["survey"] = Survey(exits={"next": "end"})
    else:
        nodes["goodbye"] = PlayPrompts(prompts=("goodbye",), exits={"next": "end"})
    exits = {}
    for choice in choices:
        if choice.queue_id is not None:
            name = f"queue_{choice.key}" if choice.key else "queue"
            nodes[name] = WaitInQueue(
                title=choice.label,
                queue_id=choice.queue_id,
                priority=choice.priority,
                exits={
                    "conversation_ended": after,
                    "timeout": "say_too_long",
                    "nobody_signed_in": "say_no_agent",
                },
            )
            exits[choice.key] = name
        elif choice.language:
            nodes["english"] = ChooseLanguage(language="en", exits={"next": "menu"})
            exits[choice.key] = "english"
    if "" in exits:
        nodes["greeting"] = PlayPrompts(prompts=(welcome,), exits={"next": exits[""]})
        return Graph(start="start", nodes=nodes)
    nodes |= {
        "greeting": PlayPrompts(prompts=(welcome,), skip=True, exits={"next": "menu"}),
        "menu": Menu(
            prompts=(menu,),
            labels={choice.key: choice.label for choice in choices},
            exits={**exits, "*": "menu", "wrong": "say_wrong", "silence": "say_silent"},
        ),
        "say_wrong": PlayPrompts(prompts=("wrong_key_end",), exits={"next": "end"}),
        "say_silent": PlayPrompts(prompts=("no_input_end",), exits={"next": "end"}),
    }
    return Graph(start="start", nodes=nodes)
