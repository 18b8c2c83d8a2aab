"""What a flow does to its callers that it should not is found, named by node, and said in both languages."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from andon.flows.graph import Graph
from andon.flows.model import Variable
from andon.flows.nodes import Node
from andon.flows.nodes.collect import Collect
from andon.flows.nodes.condition import Condition
from andon.flows.nodes.draw import Random
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.http import HttpRequest
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.outside import TransferOut
from andon.flows.nodes.play import PlayPrompts
from andon.flows.nodes.queue import WaitInQueue
from andon.flows.nodes.record import Record
from andon.flows.nodes.recording_notice import RecordingNotice
from andon.flows.nodes.set_values import SetValues
from andon.flows.nodes.speech import SpeechInput
from andon.flows.nodes.sub_flow import Return, SubFlow
from andon.flows.nodes.switch import Switch
from andon.flows.texts import said
from andon.flows.validation import problems
from andon.kit import i18n

pytestmark = pytest.mark.unit

QUEUE, FLOW, SUB = UUID(int=21), UUID(int=51), UUID(int=52)
END = HangUp()


def queue(**exits: str) -> WaitInQueue:
    ways = {"conversation_ended": "end", "timeout": "end", "nobody_signed_in": "end", **exits}
    return WaitInQueue(queue_id=QUEUE, exits=ways)


def menu(**keys: str) -> Menu:
    ways = {"wrong": "end", "silence": "end"} | {key.removeprefix("k"): to for key, to in keys.items()}
    return Menu(prompts=("main_menu",), exits=ways)


def collect(**fields: Any) -> Collect:
    exits = {"next": "end", "wrong": "end", "silence": "end"}
    return Collect(**{"prompts": ("x",), "variable": "v", "exits": exits, **fields})


def found(
    nodes: dict[str, Node], start: str = "a", variables: dict[str, Variable] | None = None, **how: Any
) -> set[tuple[str, str]]:
    """Codes and nodes; each is said in both languages."""
    declared = {"v": Variable(), "n": Variable(type="number")} if variables is None else variables
    all_ = problems(Graph(start=start, nodes={**nodes, "end": END}, variables=declared), **how)
    for each in all_:
        for locale in i18n.LOCALES:
            words = said(each, locale)
            assert words and "{" not in words and "flow." not in words and each.node in words
    assert [each.warning for each in all_] == sorted(each.warning for each in all_), "errors come first"
    return {(each.code, each.node) for each in all_}


NOTICE = RecordingNotice(exits={"next": "b"})


@pytest.mark.parametrize(
    ("nodes", "code", "node"),
    [
        ({"a": collect(min_length=9, max_length=3)}, "lengths", "a"),
        ({"a": collect(check="pattern", pattern="[")}, "pattern_unreadable", "a"),
        ({"a": collect(variable="gone")}, "variable_unknown", "a"),
        ({"a": collect(prompts=())}, "prompt_none", "a"),
        ({"a": collect(rule="input")}, "expression", "a"),
        ({"a": collect(check="luhn")}, "card_shown", "a"),
        ({"a": Condition(test="n", exits={"yes": "end", "no": "end"})}, "expression", "a"),
        ({"a": Condition(test="n = 1", exits={"yes": "end", "no": "end"})}, "expression", "a"),
        ({"a": SetValues(values={"v": "gone"}, exits={"next": "end"})}, "expression", "a"),
        ({"a": Switch(value="n", cases={"x": "1"}, exits={"otherwise": "end"})}, "exit_missing", "a"),
        (
            {"a": Switch(value="n", cases={"otherwise": "1"}, exits={"otherwise": "end"})},
            "exit_name",
            "a",
        ),
        ({"a": Random(ways={"x": 1, "a b": 1}, exits={"x": "end", "a b": "end"})}, "exit_name", "a"),
        ({"a": HttpRequest(url="ftp://x", exits={"next": "end", "failed": "end"})}, "url", "a"),
        ({"a": HttpRequest(url="http://${v}/", exits={"next": "end", "failed": "end"})}, "url", "a"),
        ({"a": HttpRequest(url="http://x/${q}", exits={"next": "end", "failed": "end"})}, "expression", "a"),
        ({"a": NOTICE, "b": collect(check="luhn")}, "card_recorded", "b"),
        ({"a": Record(on=True, exits={"next": "end"})}, "record_without_notice", "a"),
        ({"a": queue()}, "notice_missing", "a"),
        (
            {"a": TransferOut(number="v", exits={"ended": "end", "failed": "end"})},
            "transfer_open",
            "a",
        ),
        ({"a": menu(k1="end", ksilence="a")}, "gives_up_to_itself", "a"),
        (
            {
                "a": menu(k1="end", ksilence="b"),
                "b": PlayPrompts(prompts=("x",), exits={"next": "a"}),
            },
            "gives_up_to_itself",
            "a",
        ),
        ({"a": NOTICE, "b": queue(timeout="b")}, "gives_up_to_itself", "b"),
        ({"a": SubFlow(flow_id=SUB, exits={"next": "end"})}, "flow_unknown", "a"),
        ({"a": SubFlow(flow_id=FLOW, exits={"next": "end"})}, "flow_calls_itself", "a"),
    ],
)
def test_each_fault_is_found(nodes: dict[str, Node], code: str, node: str) -> None:
    assert (code, node) in found(nodes, flows={}, flow_id=FLOW)


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"no t": Variable()}, "variable_name"),
        ({"true": Variable()}, "variable_name"),
        ({"length": Variable()}, "variable_name"),
        ({"a.b": Variable()}, "variable_name"),
        ({"n": Variable(type="number", initial="x")}, "variable_initial"),
    ],
)
def test_variables_are_checked(variables: dict[str, Variable], code: str) -> None:
    assert found({"a": END}, variables=variables) == {(code, ""), ("unreachable", "end")}


def test_what_is_well_is_not_complained_of() -> None:
    nodes: dict[str, Node] = {
        "a": NOTICE,
        "b": menu(k0="q", k1="card"),
        "q": queue(),
        "card": collect(check="luhn", mask=True, off_record=True),
    }
    assert found(nodes, flows={}) == set()
    assert found({"a": collect(check="luhn")}, variables={"v": Variable(secret=True)}) == set()
    fixed = TransferOut(number=" '02112345678' ", exits={"ended": "end", "failed": "end"})
    assert found({"a": NOTICE, "b": fixed}) == set()
    assert found({"a": menu(k1="b"), "b": PlayPrompts(prompts=("x",), exits={"next": "end"})}) == set()


def test_a_human_is_near_from_every_menu_and_at_one_key_from_the_first() -> None:
    three: dict[str, Node] = {
        "a": NOTICE,
        "b": menu(k1="c"),
        "c": menu(k1="d"),
        "d": menu(k0="q"),
        "q": queue(),
    }
    assert found(three) == {("elder_no_way", "b"), ("human_far", "b")}
    two = {**three, "c": menu(k1="d", k0="q")}
    assert found(two) == {("elder_no_way", "b")}
    assert found({**three, "b": menu(k1="c", k0="q")}) == set()
    by_sub_flow = {**three, "b": menu(k1="c", k0="s"), "s": SubFlow(flow_id=SUB, exits={"next": "end"})}
    human = Graph(start="q", nodes={"q": queue(), "end": Return()})
    assert found(by_sub_flow, flows={SUB: human}) == set()
    asking = collect(exits={"next": "q", "wrong": "q", "silence": "q"})
    asks_first = {**three, "b": menu(k1="c", k0="e"), "e": asking}
    assert found(asks_first) == {("elder_no_way", "b")}


def test_a_notice_in_a_sub_flow_counts_and_the_recording_goes_on() -> None:
    notice = Graph(start="a", nodes={"a": RecordingNotice(exits={"next": "r"}), "r": Return()})
    nodes: dict[str, Node] = {
        "a": SubFlow(flow_id=SUB, exits={"next": "b"}),
        "b": collect(check="luhn", exits={"next": "q", "wrong": "q", "silence": "q"}),
        "q": queue(),
    }
    assert found(nodes, flows={SUB: notice}) == {("card_recorded", "b"), ("card_shown", "b")}


def test_flows_that_call_each_other_are_found() -> None:
    back = Graph(start="a", nodes={"a": SubFlow(flow_id=FLOW, exits={"next": "r"}), "r": Return()})
    nodes: dict[str, Node] = {"a": SubFlow(flow_id=SUB, exits={"next": "end"})}
    assert found(nodes, flows={SUB: back}, flow_id=FLOW) == {("flow_calls_itself", "a")}
    assert found(nodes, flows={SUB: Graph(start="r", nodes={"r": Return()})}, flow_id=FLOW) == set()


def test_who_is_listened_to_must_be_understood() -> None:
    def listens(words: dict[str, str], **keys: str) -> dict[str, Node]:
        ways = {"1": "q", "wrong": "end", "silence": "end", **keys}
        asks = SpeechInput(prompts=("main_menu",), words=words, exits=ways)
        return {"a": RecordingNotice(exits={"next": "ask"}), "ask": asks, "q": queue()}

    assert found(listens({"1": "订单"})) == set()
    assert found(listens({"1": "订单"}), recogniser=False) == {("no_recogniser", "ask")}
    for words in ({}, {"2": "订单"}, {"1": " | "}):
        assert found(listens(words)) == {("words", "ask")}
    # it is a menu: a human must be near
    far = listens({"1": "x"}, **{"1": "again"}) | {"again": menu(k1="more"), "more": menu(k1="q")}
    assert {code for code, _ in found(far)} == {"elder_no_way", "human_far"}


def test_keys_of_a_queue_that_nobody_is_told_of() -> None:
    waits = WaitInQueue(
        queue_id=QUEUE,
        callback_key="2",
        exits=dict.fromkeys(("conversation_ended", "timeout", "nobody_signed_in", "callback"), "end"),
    )
    nodes: dict[str, Node] = {"a": RecordingNotice(exits={"next": "q"}), "q": waits}
    bare = {each: ["recording_notice", "transferring", "still_busy"] for each in ("zh", "en")}
    assert found(nodes, prompts=bare) == {("offer_unsaid", "q")}
    assert found(nodes, prompts={"zh": [*bare["zh"], "offer_callback"], "en": []}) == set()
    own = {"q": msgspec.structs.replace(waits, offer_prompts=("still_busy",))}
    assert found(nodes | own, prompts=bare) == set()
    twice = {"q": msgspec.structs.replace(waits, link_key="2")}
    assert found(nodes | twice) == {("key_twice", "q")}


def test_a_link_needs_a_gateway() -> None:
    waits = WaitInQueue(
        queue_id=QUEUE,
        link_key="3",
        exits=dict.fromkeys(("conversation_ended", "timeout", "nobody_signed_in"), "end"),
    )
    nodes: dict[str, Node] = {"a": RecordingNotice(exits={"next": "q"}), "q": waits}
    assert found(nodes) == set()
    assert found(nodes, chat_link=False) == {("no_chat_link", "q")}
    without = {"q": msgspec.structs.replace(waits, link_key="")}
    assert found(nodes | without, chat_link=False) == set()
