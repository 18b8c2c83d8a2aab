"""Each node type beyond the first call: what it asks, by which exits it is left, in virtual time."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from flows_world import START, World, view
from hypothesis import given
from hypothesis import strategies as st

from andon.flows import interpreter
from andon.flows import model as ask
from andon.flows.graph import Graph, GraphInvalid, parse_graph
from andon.flows.interpreter import step
from andon.flows.model import Variable
from andon.flows.nodes import Node
from andon.flows.nodes.collect import Collect
from andon.flows.nodes.condition import Condition
from andon.flows.nodes.customer import LookUpCustomer
from andon.flows.nodes.draw import Random, Split, drawn
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.http import HttpRequest, picked
from andon.flows.nodes.outside import Emergency, TransferOut
from andon.flows.nodes.play import PlayPrompts
from andon.flows.nodes.queue import DialAgent
from andon.flows.nodes.record import Record
from andon.flows.nodes.recording_notice import RecordingNotice
from andon.flows.nodes.say import SayValue
from andon.flows.nodes.set_values import SetValues
from andon.flows.nodes.speech import SpeechInput
from andon.flows.nodes.sub_flow import Return, SubFlow
from andon.flows.nodes.switch import Switch
from andon.flows.nodes.tag import PutTags
from andon.flows.nodes.wait import Wait
from andon.flows.schema import node_types
from andon.interactions.events import Outcome
from andon.interactions.ports import Key, OutsideLeave, Prompt, QueueLeave, Say, Started

pytestmark = pytest.mark.unit

SUB, INNER = UUID(int=41), UUID(int=42)
VARIABLES = {
    "no": Variable(),
    "n": Variable(type="number", initial=3),
    "ok": Variable(type="truth"),
    "card": Variable(secret=True),
}


def graph(node: Node, *exits: str, variables: dict[str, Variable] = VARIABLES, **more: Node) -> Graph:
    """The node, with each exit leading to an end named like it."""
    ends: dict[str, Node] = {f"to_{name}": HangUp() for name in exits}
    return Graph(start="it", nodes={"it": node, **ends, **more}, variables=variables)


def left(world: World) -> str:
    """The exit by which the node was left."""
    world.to_end()
    return world.path()[-1].removeprefix("to_")


def started(graph: Graph, **how: Any) -> World:
    world = World(graph, **how)
    world.start()
    return world


def to(*names: str) -> dict[str, str]:
    return {name: f"to_{name}" for name in names}


# -- speech


def speech(**fields: Any) -> Graph:
    ways = ("1", "2", "wrong", "silence", *fields.pop("more", ()))
    node = SpeechInput(
        **{"prompts": ("ask",), "words": {"1": "订单|查订单", "2": "退订单|return"}, "tries": 2, **fields},
        exits=to(*ways),
    )
    return graph(node, *ways)


def listening(call: World) -> World:
    """The prompts are over."""
    while not call.listening:
        assert call.next()
    return call


def understood(*texts: str) -> list[dict[str, Any]]:
    return [{"ok": True, "text": text} for text in texts]


@pytest.mark.parametrize(
    ("texts", "way", "outcome"),
    [
        (["我想查 订单"], "1", Outcome.SELF_SERVICE),
        (["我要退订单"], "2", Outcome.SELF_SERVICE),  # the longest words that fit
        (["I want to RETURN it."], "2", Outcome.SELF_SERVICE),
        (["天气", "查订单"], "1", Outcome.SELF_SERVICE),
        (["天气", "天气"], "wrong", Outcome.INVALID_KEYS),
        (["", ""], "silence", Outcome.SILENCE),
    ],
)
def test_what_is_said_chooses_the_key_of_its_words(texts: list[str], way: str, outcome: Outcome) -> None:
    call = started(speech(variable="no"), answers=understood(*texts))
    for _ in texts:
        listening(call).speak()
    assert left(call) == way
    assert call.finish == ask.Finish(outcome)
    assert call.run.values.get("no") == (texts[-1] or None)
    asked = next(c for c in call.log if isinstance(c, ask.Recognise))
    assert asked.words == ("订单", "查订单", "退订单", "return") and asked.language == "zh"


def test_a_key_is_taken_while_it_listens_while_it_waits_and_before() -> None:
    early = started(speech())
    early.press("1")
    assert left(early) == "1"
    meanwhile = listening(started(speech()))
    meanwhile.press("2")
    assert ask.StopListening() in meanwhile.log and not meanwhile.listening
    assert left(meanwhile) == "2"
    waits = listening(started(speech(), answers=understood("订单")))
    waits.speak()
    waits.press("2")  # before the recogniser has answered: what it says then means nothing
    assert left(waits) == "2"


@pytest.mark.parametrize("answers", [[{"ok": False, "why": "timeout"}], []])
def test_without_its_recogniser_it_is_a_menu_of_keys(answers: list[dict[str, Any]]) -> None:
    call = listening(started(speech(), answers=answers))
    call.speak()
    assert left(call) == "silence"
    assert sum(isinstance(c, ask.Listen) for c in call.log) == 1, "it does not ask the broken one again"
    again = listening(started(speech(), answers=answers))
    again.speak()
    while again.said().count("zh/ask") < 2:
        assert again.next()
    again.press("1")
    assert left(again) == "1"


def test_silence_is_a_failed_try_and_one_who_calls_for_help_is_led_out() -> None:
    silent = started(speech(tries=2))
    listening(silent).speak(0)
    assert left(silent) == "silence"  # the second time nothing at all is heard of the engine
    for text, way in (("快报警，我的订单", "emergency"), ("幺幺零。", "emergency"), ("订单8110", "1")):
        call = listening(started(speech(more=("emergency",)), answers=understood(text)))
        call.speak()
        assert left(call) == way, text
    call = listening(started(speech(), answers=understood("110订单")))
    call.speak()
    assert left(call) == "1", "without such an exit it is a word like any other"


# -- collect


def collect(**fields: Any) -> Graph:
    exits = ("next", "wrong", "silence", *(("emergency",) if fields.pop("emergency", False) else ()))
    node = Collect(**{"prompts": ("enter",), "variable": "no", **fields}, exits=to(*exits))
    return graph(node, *exits)


@pytest.mark.parametrize(
    ("fields", "keys", "way", "value"),
    [
        ({}, "1234#", "next", "1234"),
        ({"terminator": ""}, "12#4", "next", "12#4"),
        ({"max_length": 4}, "1234", "next", "1234"),
        ({"min_length": 3, "tries": 1}, "12#", "wrong", None),
        ({"tries": 2}, "#12#", "next", "12"),
        ({"tries": 1}, "#", "wrong", None),
        ({"check": "pattern", "pattern": "8d{3}", "tries": 2}, "9123#8123#", "next", "8123"),
        ({"check": "luhn", "tries": 1}, "4111111111111112#", "wrong", None),
        ({"check": "luhn", "tries": 1}, "4111111111111111#", "next", "4111111111111111"),
        ({"check": "id_card", "max_length": 18}, "11010519491231002*", "next", "11010519491231002*"),
        ({"rule": "input in ['12', '34']", "tries": 1}, "34#", "next", "34"),
        ({"rule": "input == text(n)", "tries": 1}, "4#", "wrong", None),
        ({"emergency": True}, "110#", "emergency", None),
        ({"emergency": True, "max_length": 3, "check": "luhn"}, "119", "emergency", None),
        ({}, "110#", "next", "110"),
        ({"emergency": True}, "1101#", "next", "1101"),
    ],
)
def test_keys_are_collected_and_checked(
    fields: dict[str, Any], keys: str, way: str, value: str | None
) -> None:
    call = started(collect(**fields))
    call.press(keys)
    assert left(call) == way
    assert call.run.values.get("no") == value


def test_a_pause_after_the_last_key_ends_it_and_a_pause_before_any_is_silence() -> None:
    call = started(collect(gap_s=2))
    call.press("12")
    at = call.now
    assert left(call) == "next" and call.run.values["no"] == "12"
    assert call.now - at == timedelta(seconds=2)
    silent = started(collect(timeout_s=5, tries=2))
    assert left(silent) == "silence"
    assert silent.finish == ask.Finish(Outcome.SILENCE)
    assert silent.now - START == timedelta(seconds=2 * (3 + 5))
    assert silent.said() == ["zh/enter", "zh/no_input", "zh/enter"]


def test_what_is_secret_or_masked_stays_out_of_the_journal() -> None:
    for fields in ({"variable": "card"}, {"mask": True}):
        call = started(collect(**fields))
        call.press("1234#")
        call.to_end()
        assert [c.keys for c in call.log if isinstance(c, ask.KeyNoted)] == ["****"]


@pytest.mark.parametrize("field", ["mask", "off_record"])
def test_what_is_off_the_record_is_silent_on_the_recording_that_goes_on(field: str) -> None:
    nodes = collect(**{field: True}).nodes
    taped = Graph(
        start="notice",
        nodes={"notice": RecordingNotice(exits={"next": "it"}), **nodes},
        variables=VARIABLES,
    )
    call = started(taped)
    call.until("it")
    call.press("1*#12#")  # once wrong: it stays silent until the node is left
    off = [c for c in call.log if isinstance(c, ask.OffRecord | ask.StartRecording | ask.StopRecording)]
    assert off == [ask.StartRecording(), ask.OffRecord(on=True), ask.OffRecord(on=False)]
    plain = started(collect())
    plain.press("12#")
    assert not [c for c in plain.log if isinstance(c, ask.OffRecord)]


@given(st.text("0123456789*#", max_size=40), st.integers(1, 6), st.integers(1, 6))
def test_whatever_is_keyed_a_value_has_the_length_asked_for(keys: str, least: int, more: int) -> None:
    call = started(collect(min_length=least, max_length=least + more))
    for key in keys:
        if not call.run.over:
            call.press(key)
    way = left(call)
    found = call.run.values.get("no")
    assert (found is not None) == (way == "next")
    assert found is None or least <= len(found) <= least + more


# -- values


def test_set_gives_values_in_order_and_as_their_type() -> None:
    node = SetValues(
        values={"n": "n * 2", "no": "text(n) + '!'", "ok": "n > 5", "gone": "1"}, exits=to("next")
    )
    call = started(graph(node, "next"))
    assert call.run.values == {"n": 6, "no": "6!", "ok": True}


@pytest.mark.parametrize(
    ("test", "way"),
    [
        ("n == 3", "yes"),
        ("n > 3", "no"),
        ("no == ''", "no"),
        ("customer.tier == 'normal' and not customer.known", "yes"),
        ("contact.caller == '13800000000' and contact.called == '4001234567'", "yes"),
        ("now.hour == 10 and now.weekday == 1 and now.date == '2026-03-02'", "yes"),
        ("now.clock >= '09:00' and contact.language == 'zh'", "yes"),
        ("n == ", "no"),
    ],
)
def test_conditions(test: str, way: str) -> None:
    assert left(started(graph(Condition(test=test, exits=to("yes", "no")), "yes", "no"))) == way


def test_the_time_is_that_of_the_graph_s_zone() -> None:
    node = Condition(test="now.hour == 2", exits=to("yes", "no"))
    whole = Graph(start="it", nodes=graph(node, "yes", "no").nodes, timezone="UTC")
    assert left(started(whole)) == "yes"
    with pytest.raises(GraphInvalid, match="time zone"):
        parse_graph({"start": "a", "nodes": {}, "timezone": "../etc/passwd"})


@pytest.mark.parametrize(
    ("value", "way"), [("n", "three"), ("n - 2", "one"), ("n * 9", "otherwise"), ("no", "otherwise")]
)
def test_switch(value: str, way: str) -> None:
    node = Switch(value=value, cases={"one": "1", "three": "'3'"}, exits=to("one", "three", "otherwise"))
    assert left(started(graph(node, "one", "three", "otherwise"))) == way


def test_values_are_read_out() -> None:
    def said(**fields: Any) -> list[list[Prompt]]:
        call = started(graph(SayValue(**fields, exits=to("next")), "next"))
        call.to_end()
        return [command.prompts for command in call.log if isinstance(command, ask.Play)]

    assert said(value="n", how="number", before=("a",), after=("b",)) == [
        [Prompt("a"), Prompt("3", "zh", Say.NUMBER), Prompt("b")]
    ]
    assert said(value="'8 0-1'") == [[Prompt("801", "zh", Say.DIGITS)]]
    assert said(value="n * 10000", how="number") == [[Prompt("30000", "zh", Say.DIGITS)]]
    assert said(value="no", before=("a",)) == []


# -- chance


def test_the_same_lot_draws_the_same_and_weights_hold() -> None:
    ways = {"a": 1, "b": 3}
    assert drawn(ways, "x") == drawn(ways, "x")
    counted = Counter(drawn(ways, f"lot {n}") for n in range(4000))
    # 4000 draws of one in four: 1000, standard deviation 27; five of them never fail by chance
    assert abs(counted["a"] - 1000) < 5 * 27


def test_random_differs_by_call_and_a_split_by_caller() -> None:
    def ways(node: Node, calls: int) -> set[str]:
        found = set()
        for n in range(calls):
            world = World(graph(node, "a", "b"))
            world.context = ask.Context(view=_view(contact_id=UUID(int=1000 + n)))
            world.start()
            found.add(left(world))
        return found

    assert ways(Random(ways={"a": 1, "b": 1}, exits=to("a", "b")), 40) == {"a", "b"}
    assert len(ways(Split(test="x", ways={"a": 1, "b": 1}, exits=to("a", "b")), 40)) == 1
    by_test = {
        left(started(graph(Split(test=f"t{n}", ways={"a": 1, "b": 1}, exits=to("a", "b")), "a", "b")))
        for n in range(40)
    }
    assert by_test == {"a", "b"}


def _view(**changes: Any) -> Any:
    return msgspec.structs.replace(view(), **changes)


# -- other systems


def http(**fields: Any) -> Graph:
    exits = ("next", "failed", *(("timeout",) if fields.pop("timeout", False) else ()))
    return graph(HttpRequest(**{"url": "https://crm.example/a", **fields}, exits=to(*exits)), *exits)


def test_a_request_is_made_of_values_and_its_answer_of_variables() -> None:
    node = http(
        method="POST",
        url="https://crm.example/orders/${no}",
        headers={"x-key": "k${n}\r\nx: y"},
        query={"n": "n", "none": "ok", "t": "'a&b'"},
        body={"order.no": "no", "order.n": "n + 1", "ok": "ok"},
        results={"n": "data.items.1.n", "ok": "data.ok", "no": "data.gone"},
    )
    answer = {"ok": True, "data": {"data": {"items": [{}, {"n": "7"}], "ok": True}}}
    call = World(
        Graph(start="it", nodes=node.nodes, variables={**VARIABLES, "no": Variable(initial="a/../b?")}),
        answers=[answer],
    )
    call.start()
    request = next(command.request for command in call.log if isinstance(command, ask.Fetch))
    assert request.url == "https://crm.example/orders/a%2F..%2Fb%3F"
    assert request.headers == {"x-key": "k3x: y"}
    assert request.query == {"n": "3", "t": "a&b"}
    assert request.body == {"order": {"no": "a/../b?", "n": 4}, "ok": None}
    assert ask.Music(on=True) in call.log
    assert left(call) == "next"
    assert call.run.values == {"n": 7, "ok": True, "no": None}
    assert ask.Music(on=False) in call.log


@pytest.mark.parametrize(
    ("fields", "answers", "way"),
    [
        ({}, [{"ok": False, "why": "status", "status": 500}], "failed"),
        ({}, [{"ok": False, "why": "timeout"}], "failed"),
        ({"timeout": True}, [{"ok": False, "why": "timeout"}], "timeout"),
        ({"timeout": True}, [{"ok": False, "why": "too_large"}], "failed"),
        ({"timeout": True}, [], "timeout"),
        ({"prompts": ("hold",)}, [], "failed"),
    ],
)
def test_what_a_server_does_wrong_leads_out(fields: dict[str, Any], answers: list[Any], way: str) -> None:
    assert left(started(http(**fields), answers=answers)) == way


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b", 1),
        ("l.0", 5),
        ("l.2", None),
        ("l.-1", None),
        ("a.b.c", None),
        ("", {"a": {"b": 1}, "l": [5, 6]}),
    ],
)
def test_paths_into_an_answer(path: str, found: object) -> None:
    assert picked({"a": {"b": 1}, "l": [5, 6]}, path) == found


def test_a_customer_is_found_by_the_caller_s_or_a_keyed_number() -> None:
    asked = LookUpCustomer(exits={"found": "seen", "unknown": "to_unknown"})
    seen = Condition(
        test="customer.known and customer.name == '王' and customer.tier == 'vip'", exits=to("yes", "no")
    )
    people = {"13800000000": {"name": "王", "tier": "vip"}}
    flow = graph(asked, "unknown", "yes", "no", seen=seen)
    assert left(started(flow, customers=people)) == "yes"
    assert left(started(flow)) == "unknown"
    keyed = LookUpCustomer(number="no", exits=to("found", "unknown"))
    assert left(started(graph(keyed, "found", "unknown"))) == "unknown"


# -- agents


def test_one_agent_is_asked_for_before_anybody_else() -> None:
    queue, agent = UUID(int=61), UUID(int=62)
    exits = to("conversation_ended", "timeout", "nobody_signed_in")
    node = DialAgent(queue_id=queue, agent_id=agent, agent_wait_s=15, exits=exits)
    call = started(graph(node, *exits))
    assert ask.Enqueue(queue, 0, 30.0, False, agent, 15) in call.log
    call.leave_queue(QueueLeave.CONVERSATION_ENDED)
    assert left(call) == "conversation_ended"


# -- outside


def transfer(**fields: Any) -> Graph:
    exits = fields.pop("ways", ("ended", "failed", "busy", "no_answer"))
    node = TransferOut(**{"number": "'02112345678'", "prompts": (), **fields}, exits=to(*exits))
    return graph(node, *exits)


@pytest.mark.parametrize("how", list(OutsideLeave))
def test_a_call_outside_and_how_it_went(how: OutsideLeave) -> None:
    call = started(transfer(), outside=how)
    assert ask.DialOut("02112345678", 30) in call.log
    assert left(call) == how.value
    served = how is OutsideLeave.ENDED
    assert call.finish == ask.Finish(Outcome.TRANSFERRED_OUT if served else Outcome.SELF_SERVICE)
    assert left(started(transfer(ways=("ended", "failed")), outside=how)) == ("ended" if served else "failed")


@pytest.mark.parametrize("number", ["no", "'12'", "'+86211234'", "'1;2345'", "'" + "1" * 21 + "'"])
def test_no_strange_number_is_dialled(number: str) -> None:
    call = started(transfer(number=number))
    assert left(call) == "failed"
    assert not [c for c in call.log if isinstance(c, ask.DialOut)]


def test_prompts_are_heard_before_it_rings_outside() -> None:
    call = started(transfer(prompts=("transferring",)))
    assert not [c for c in call.log if isinstance(c, ask.DialOut)]
    assert left(call) == "ended"


def test_an_emergency_raises_the_alarm_and_is_told_or_connected_at_once() -> None:
    node = Emergency(service="110", prompts=("call_directly",), exits=to("next"))
    told = started(graph(node, "next"))
    assert told.log[1] == ask.RaiseAlarm("emergency_call", "110")
    assert told.log[2] == ask.Play([Prompt("call_directly"), Prompt("110", "zh", Say.DIGITS)])
    assert left(told) == "next"
    connect = Emergency(service="120", connect=True, prompts=("call_directly",), exits=to("next"))
    connected = started(graph(connect, "next"))
    assert connected.log[1:3] == [ask.RaiseAlarm("emergency_call", "120"), ask.DialOut("120", 30)]
    connected.to_end()
    assert connected.finish == ask.Finish(Outcome.TRANSFERRED_OUT)
    assert not connected.said()
    failed = started(graph(connect, "next"), outside=OutsideLeave.FAILED)
    failed.to_end()
    assert failed.said() == ["zh/call_directly", "zh/120"]


# -- the small ones


def test_tags_waiting_and_the_recording() -> None:
    nodes: dict[str, Node] = {
        "tag": PutTags(tags=("a", "b"), exits={"next": "on"}),
        "on": Record(on=True, exits={"next": "again"}),
        "again": Record(on=True, exits={"next": "wait"}),
        "wait": Wait(seconds=7.5, exits={"next": "off"}),
        "off": Record(on=False, exits={"next": "end"}),
        "end": HangUp(),
    }
    call = started(Graph(start="tag", nodes=nodes))
    assert ask.Tag(("a", "b")) in call.log and ask.Music(on=True) in call.log
    call.press("1")
    call.to_end()
    assert call.now - START == timedelta(seconds=7.5)
    assert [type(c) for c in call.log if isinstance(c, ask.StartRecording | ask.StopRecording)] == [
        ask.StartRecording,
        ask.StopRecording,
    ]


# -- sub-flows


def test_a_sub_flow_shares_variables_names_its_nodes_and_comes_back() -> None:
    inner = Graph(
        start="a",
        nodes={"a": SetValues(values={"n": "n + 1"}, exits={"next": "b"}), "b": Return()},
        variables={"n": Variable(type="number", initial=0)},
    )
    outer = Graph(
        start="play",
        nodes={
            "play": PlayPrompts(prompts=("x",), exits={"next": "deep"}),
            "deep": SubFlow(flow_id=INNER, exits={"next": "back"}),
            "back": Return(),
        },
    )
    main = Graph(
        start="call",
        nodes={
            "call": SubFlow(flow_id=SUB, exits={"next": "set"}),
            "set": SetValues(values={"n": "n * 10"}, exits={"next": "end"}),
            "end": HangUp(),
        },
        variables={"n": Variable(type="number", initial=4)},
    )
    call = started(main, flows={SUB: outer, INNER: inner})
    call.to_end()
    assert call.path() == [
        "call", "call/play", "call/deep", "call/deep/a", "call/deep/b", "call/back", "set", "end"
    ]  # fmt: skip
    assert call.run.values == {"n": 50}
    passed = [command for command in call.log if isinstance(command, ask.Passed)]
    assert [(each.by, each.flow_id) for each in passed] == [
        ("", None), ("", SUB), ("next", SUB), ("", INNER), ("next", INNER), ("next", SUB), ("next", None),
        ("next", None),
    ]  # fmt: skip


def test_return_without_a_caller_hangs_up_and_a_missing_sub_flow_apologises() -> None:
    assert started(Graph(start="r", nodes={"r": Return()})).finish == ask.Finish(
        Outcome.SELF_SERVICE, returned=True
    )
    gone = started(graph(SubFlow(flow_id=SUB, exits=to("next")), "next"))
    assert gone.to_end() == ask.Finish(Outcome.FLOW_ERROR)


def test_sub_flows_nest_only_so_deep() -> None:
    whole = Graph(start="r", nodes={"r": SubFlow(flow_id=SUB, exits={"next": "e"}), "e": Return()})
    call = started(whole, flows={SUB: whole})
    assert call.to_end() == ask.Finish(Outcome.FLOW_ERROR)
    assert len(call.path()) == interpreter.MAX_DEPTH + 1


# -- limits


def test_a_flow_takes_only_so_long_waiting_for_people_not_counted() -> None:
    loop = Graph(
        start="w",
        nodes={
            "w": Wait(seconds=300, exits={"next": "p"}),
            "p": PlayPrompts(prompts=("x",), exits={"next": "w"}),
        },
    )
    call = started(loop)
    assert call.to_end() == ask.Finish(Outcome.FLOW_ERROR)
    assert timedelta(0) < call.now - START - timedelta(seconds=interpreter.MAX_S) <= timedelta(seconds=306)


def test_a_run_says_nothing_more_than_it_was_asked_and_can_be_stored() -> None:
    """What survives a restart of the core: the run, written and read."""
    node = collect(variable="card")
    context = ask.Context(view=view())
    run, _ = step(node, ask.Run(), Started(at=START), context)
    for key in "12":
        run, _ = step(node, run, Key(at=START, digit=key), context)
        run = msgspec.msgpack.decode(msgspec.msgpack.encode(run), type=ask.Run)
    run, commands = step(node, run, Key(at=START, digit="#"), context)
    assert run.over and run.values == {"card": "12", "n": 3}
    assert isinstance(run.entered, datetime)
    assert ask.KeyNoted("it", "**", "", accepted=True) in commands


# -- forms


def test_every_field_of_every_node_type_has_a_form() -> None:
    types = {each["type"]: each for each in node_types()}
    fields = {(name, field["name"]): field for name, each in types.items() for field in each["fields"]}
    assert fields["queue", "queue_id"] == {
        "name": "queue_id", "required": True, "kind": "queue", "shape": "one"
    }  # fmt: skip
    assert fields["menu", "tries"]["max"] == 9 and fields["menu", "tries"]["default"] == 3
    assert fields["http", "body"]["key"] == "text" and fields["http", "body"]["kind"] == "expression"
    assert fields["hangup", "outcome"]["nullable"] is True
    assert types["random"]["needed"] == []
