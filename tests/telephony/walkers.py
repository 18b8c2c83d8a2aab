"""A flow of forty nodes and more with sub-flows, and callers who walk through it at random.

Each caller's walk is drawn in virtual time first: what they press and when, counted in facts of the journal,
and which way that must lead them. The same keys are then pressed over real SIP.
"""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from call_world import SHORT

from andon.flows import rehearsal
from andon.flows.graph import Graph
from andon.flows.model import Context, Variable
from andon.flows.nodes import Node
from andon.flows.nodes.collect import Collect
from andon.flows.nodes.condition import Condition
from andon.flows.nodes.customer import LookUpCustomer
from andon.flows.nodes.draw import Split
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.language import ChooseLanguage
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.outside import Emergency
from andon.flows.nodes.play import PlayPrompts
from andon.flows.nodes.queue import WaitInQueue
from andon.flows.nodes.recording_notice import RecordingNotice
from andon.flows.nodes.say import SayValue
from andon.flows.nodes.set_values import SetValues
from andon.flows.nodes.start import Start
from andon.flows.nodes.sub_flow import Return, SubFlow
from andon.flows.nodes.survey import Survey
from andon.flows.nodes.switch import Switch
from andon.flows.nodes.tag import PutTags
from andon.flows.nodes.wait import Wait
from andon.interactions.ports import ContactView, QueueLeave

MOST_CHOICES: Final = 7
TRIES: Final = 2
PATIENCE_S: Final = 7.0  # in which no key is silence: longer than any machine needs to press one


def menu(**exits: str) -> Menu:
    ways = {name.lstrip("_"): to for name, to in exits.items()}
    return Menu(
        prompts=SHORT,
        wrong_prompt="1",
        silence_prompt="1",
        tries=TRIES,
        timeout_s=PATIENCE_S,
        exits={"wrong": "gave_up", "silence": "gave_up", **ways},
    )


def collect(variable: str, pattern: str, then: str, **more: str) -> Collect:
    return Collect(
        prompts=SHORT, wrong_prompt="1", silence_prompt="1", tries=TRIES, timeout_s=PATIENCE_S,
        gap_s=PATIENCE_S, variable=variable, check="pattern", pattern=pattern, max_length=6,
        exits={"next": then, "wrong": "gave_up", "silence": "gave_up", **more},
    )  # fmt: skip


def say(then: str) -> PlayPrompts:
    return PlayPrompts(prompts=SHORT, exits={"next": then})


def graphs(queue_id: UUID, flow_ids: Mapping[str, UUID]) -> dict[str, Graph]:
    """`main`, and the sub-flows `pay` and `fees`, which are called at those ids."""
    number, text = Variable(type="number"), Variable()
    main: dict[str, Node] = {
        "start": Start(exits={"next": "notice"}),
        "notice": RecordingNotice(prompts=SHORT, exits={"next": "language"}),
        "language": menu(_1="top", _2="english"),
        "english": ChooseLanguage(language="en", exits={"next": "top"}),
        "top": menu(_1="order", _2="pay", _3="who", _4="test", _5="count", _0="human"),
        "order": collect("no", "8d{3}", "tag_order", emergency="help"),
        "tag_order": PutTags(tags=("order",), exits={"next": "sum"}),
        "sum": SetValues(values={"n": "number(no) - 8000"}, exits={"next": "big"}),
        "big": Condition(test="n >= 500", exits={"yes": "region", "no": "say_no"}),
        "region": Switch(
            value="left(no, 2)",
            cases={"low": "'85'", "mid": "'87'"},
            exits={"low": "say_low", "mid": "say_mid", "otherwise": "say_high"},
        ),
        "say_no": SayValue(value="n", how="number", exits={"next": "more"}),
        "say_low": say("more"),
        "say_mid": say("more"),
        "say_high": SayValue(value="no", exits={"next": "more"}),
        "pay": SubFlow(flow_id=flow_ids["pay"], exits={"next": "paid"}),
        "paid": Condition(test="known(amount)", exits={"yes": "say_paid", "no": "more"}),
        "say_paid": SayValue(value="amount", how="number", exits={"next": "more"}),
        "who": LookUpCustomer(exits={"found": "say_name", "unknown": "say_stranger"}),
        "say_name": say("more"),
        "say_stranger": say("more"),
        "test": Split(test="walk", ways={"a": 1, "b": 1}, exits={"a": "way_a", "b": "way_b"}),
        "way_a": say("more"),
        "way_b": Wait(seconds=1, exits={"next": "more"}),
        "count": SetValues(values={"n": "first(n, 0) + 1"}, exits={"next": "often"}),
        "often": Condition(test="n > 2", exits={"yes": "human", "no": "say_count"}),
        "say_count": SayValue(value="n", how="number", exits={"next": "more"}),
        "more": menu(_1="top", _2="fees", _3="rate", _9="end"),
        "fees": SubFlow(flow_id=flow_ids["fees"], exits={"next": "more"}),
        "rate": Survey(prompts=SHORT, thanks=(), timeout_s=PATIENCE_S, tries=1, exits={"next": "end"}),
        "human": WaitInQueue(
            queue_id=queue_id,
            prompts=(),
            exits={"conversation_ended": "end", "timeout": "end", "nobody_signed_in": "say_nobody"},
        ),
        "say_nobody": say("more"),
        "help": Emergency(service="120", prompts=SHORT, exits={"next": "end"}),
        "gave_up": say("end"),
        "end": HangUp(),
    }
    pay: dict[str, Node] = {
        "start": Start(exits={"next": "how"}),
        "how": menu(_1="amount", _2="fees", _9="back"),
        "amount": collect("amount", "d{1,4}", "check"),
        "check": Condition(test="amount > 1000", exits={"yes": "too_much", "no": "tag_paid"}),
        "too_much": say("how"),
        "tag_paid": PutTags(tags=("paid",), exits={"next": "back"}),
        "fees": SubFlow(flow_id=flow_ids["fees"], exits={"next": "how"}),
        "gave_up": say("back"),
        "back": Return(),
    }
    fees: dict[str, Node] = {
        "start": Start(exits={"next": "kind"}),
        "kind": menu(_1="monthly", _2="yearly"),
        "monthly": SetValues(values={"fee": "12"}, exits={"next": "said"}),
        "yearly": SetValues(values={"fee": "120"}, exits={"next": "said"}),
        "said": SayValue(value="fee", how="number", exits={"next": "back"}),
        "gave_up": say("back"),
        "back": Return(),
    }
    return {
        "main": Graph(start="start", nodes=main, variables={"no": text, "n": number, "amount": number}),
        "pay": Graph(start="start", nodes=pay, variables={"amount": number, "fee": number}),
        "fees": Graph(start="start", nodes=fees, variables={"fee": number}),
    }


class Move(msgspec.Struct, frozen=True):
    """Once the journal has so many facts of the caller's way: press these keys, or with none hang up."""

    after: int
    keys: str


class Walk(msgspec.Struct, frozen=True):
    """One caller: what they do, and what must come of it."""

    caller: str
    moves: list[Move]
    way: list[tuple[str, str]]  # nodes, each with the exit of the one before
    keys: list[tuple[str, bool]]  # and whether they were taken
    outcome: str


def draw(seed: int, caller: str, view: ContactView, graphs: Mapping[str, Graph], context: Context) -> Walk:
    """A walk, in virtual time."""
    chance = random.Random(seed)
    steps: list[rehearsal.Step] = []
    moves: list[Move] = []
    choices, silent = 0, False
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    context = msgspec.structs.replace(context, view=msgspec.structs.replace(view, caller=caller))
    while True:
        trial = rehearsal.rehearse(graphs["main"], context, steps, at)
        seen = [line for line in trial.lines if line.what in {"node", "key"}]
        if trial.over:
            break
        if "queue" in trial.awaits:
            steps.append(rehearsal.LeaveQueue(QueueLeave.NOBODY_SIGNED_IN))
            continue
        if "customer" in trial.awaits:
            steps.append(rehearsal.Customer())
            continue
        node = _node(trial.node, graphs)
        if not isinstance(node, Menu | Collect | Survey):
            steps.append(rehearsal.Pass())
            continue
        choices += 1
        lot = chance.random()
        if choices > MOST_CHOICES or lot < 0.04:
            moves.append(Move(len(seen), ""))
            steps.append(rehearsal.HangUp())
        elif lot < 0.09 and not silent and not isinstance(node, Survey):
            silent = True
            steps.append(rehearsal.Pass())  # the prompt ends
            steps.append(rehearsal.Pass())  # patience too
        else:
            keys = _keys(node, chance)
            moves.append(Move(len(seen), keys))
            steps.append(rehearsal.Press(keys))
    (end,) = [line.data["outcome"] for line in trial.lines if line.what in {"end", "hang_up"}]
    return Walk(
        caller=caller,
        moves=moves,
        way=[(line.data["node"], line.data["by"]) for line in seen if line.what == "node"],
        keys=[(line.data["keys"], line.data["accepted"]) for line in seen if line.what == "key"],
        outcome=end,
    )


def _node(path: str, graphs: Mapping[str, Graph]) -> Node:
    """The node of that name in the journal: sub-flows are called by nodes of their own names."""
    *calls, name = path.split("/")
    return graphs[calls[-1] if calls else "main"].nodes[name]


def _keys(node: Any, chance: random.Random) -> str:
    if isinstance(node, Survey):
        return chance.choice("12345")
    wrong = chance.random() < 0.15
    if isinstance(node, Menu):
        right = [key for key in node.exits if len(key) == 1]
        return chance.choice([key for key in "12345678" if key not in right] if wrong else right)
    if node.pattern.startswith("8"):
        if wrong:
            return chance.choice(["12#", "9999#", "#", "120#"])
        return f"8{chance.randrange(1000):03d}#"
    return "99999#" if wrong else f"{chance.choice([5, 42, 999, 1234])}#"
