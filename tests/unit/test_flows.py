"""The default flow ends in every way it should; any flow ends exactly once whatever happens."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest
from flows_world import START, Fault, World, view
from hypothesis import given, settings
from hypothesis import strategies as st

from andon.calendars.model import Calendar, parse_calendar
from andon.flows import interpreter
from andon.flows import model as ask
from andon.flows.default import Choice, default_graph
from andon.flows.graph import FlowVersion, Graph, GraphInvalid, parse_graph, store_graph
from andon.flows.nodes import NODE_TYPES, Node
from andon.flows.nodes.base import BaseNode
from andon.flows.nodes.collect import Collect
from andon.flows.nodes.condition import Condition
from andon.flows.nodes.customer import LookUpCustomer
from andon.flows.nodes.draw import Random, Split
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.hours import Hours
from andon.flows.nodes.http import HttpRequest
from andon.flows.nodes.language import ChooseLanguage
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.outside import Emergency, TransferOut
from andon.flows.nodes.play import PlayPrompts
from andon.flows.nodes.queue import LINK_GUARD_S, DialAgent, WaitInQueue
from andon.flows.nodes.record import Record
from andon.flows.nodes.say import SayValue
from andon.flows.nodes.set_values import SetValues
from andon.flows.nodes.speech import SpeechInput
from andon.flows.nodes.start import Start
from andon.flows.nodes.sub_flow import SubFlow
from andon.flows.nodes.switch import Switch
from andon.flows.nodes.tag import PutTags
from andon.flows.nodes.voicemail import Voicemail
from andon.flows.nodes.wait import Wait
from andon.flows.service import Flows, prompt_names
from andon.flows.texts import said
from andon.flows.validation import problems
from andon.flows.walk import Walk
from andon.interactions.events import By, Outcome
from andon.interactions.ports import FlowDriver, Key, OutsideLeave, QueueLeave, Started
from andon.kit import i18n

pytestmark = pytest.mark.unit

QUEUE, SECOND, CALENDAR = UUID(int=21), UUID(int=22), UUID(int=23)
PROMPTS = prompt_names(Path(__file__).parents[2] / "engine" / "prompts")


def calendar(periods: dict[str, Any], exceptions: list[dict[str, Any]] | None = None) -> Calendar:
    return parse_calendar(
        calendar_id=CALENDAR,
        name="c",
        timezone="Asia/Shanghai",
        periods=periods,
        follow_cn_holidays=True,
        exceptions=exceptions or [],
    )


OPEN = {CALENDAR: calendar({"mon": [["09:00", "18:00"]]})}
CLOSED = {CALENDAR: calendar({"tue": [["09:00", "18:00"]]})}
HOLIDAY = {CALENDAR: calendar({"mon": [["09:00", "18:00"]]}, [{"date": "2026-03-02"}])}
GRAPH = default_graph(
    choices=[
        Choice(key="1", label="订单", queue_id=QUEUE),
        Choice(key="3", label="投诉", queue_id=SECOND, priority=5),
        Choice(key="9", label="English", language=True),
    ],
    calendar_id=CALENDAR,
    welcome="welcome_qinghe",
    menu="main_menu_qinghe_mall",
)


def world(calendars: dict[UUID, Calendar] = OPEN, graph: Graph = GRAPH) -> World:
    started = World(graph, calendars=calendars, prompts=PROMPTS)
    started.start()
    return started


def test_the_default_flow_may_be_published() -> None:
    known = {"queues": {QUEUE, SECOND}, "calendars": {CALENDAR}}
    assert problems(GRAPH, language="zh", prompts=PROMPTS, **known) == []
    assert parse_graph(store_graph(GRAPH)) == GRAPH


def test_served_and_rated() -> None:
    call = world()
    call.until("menu")
    call.press("1")
    assert call.run.node == "queue_1"
    call.tick(12, 100)
    call.leave_queue(QueueLeave.CONVERSATION_ENDED, By.AGENT)
    call.press("5")
    assert call.to_end() == ask.Finish(Outcome.SERVED)
    assert ask.SurveyAnswered("csat", 5) in call.log
    assert ask.Enqueue(QUEUE, 0, 30.0) in call.log
    assert call.path() == ["start", "hours", "notice", "greeting", "menu", "queue_1", "survey", "end"]
    assert call.said() == [
        "zh/recording_notice",
        "zh/welcome_qinghe",
        "zh/main_menu_qinghe_mall",
        "zh/transferring",
        "zh/survey_csat",
        "zh/survey_thanks",
    ]
    assert call.log[0:2] == [ask.Passed("start", "start"), ask.Answer()]


def test_waiting_callers_hear_place_and_estimate() -> None:
    call = world()
    call.until("menu")
    call.press("3")
    call.next()  # the first prompt is over
    call.tick(12, 100)
    call.next()
    call.tick(25, 660)
    call.next()
    call.tick(2, None)
    assert ask.Enqueue(SECOND, 5, 30.0) in call.log
    assert call.said()[4:] == [
        *("zh/still_busy", "zh/position_12", "zh/estimated_wait_2"),
        *("zh/still_busy", "zh/position", "zh/25", "zh/position_after"),
        *("zh/estimated_wait", "zh/11", "zh/minutes"),
        *("zh/still_busy", "zh/position_2"),
    ]


def test_english_from_the_menu_on() -> None:
    call = world()
    call.until("menu")
    call.press("91")
    assert call.said()[-2:] == ["en/main_menu_qinghe_mall", "en/transferring"]


def test_a_survey_that_nobody_answers_ends_served() -> None:
    call = world()
    call.until("menu")
    call.press("1")
    call.leave_queue(QueueLeave.CONVERSATION_ENDED, By.AGENT)
    assert call.to_end() == ask.Finish(Outcome.SERVED)
    assert not [c for c in call.log if isinstance(c, ask.SurveyAnswered)]


@pytest.mark.parametrize(
    ("how", "outcome", "last"),
    [
        (QueueLeave.TIMEOUT, Outcome.QUEUE_TIMEOUT, "zh/queue_full_time"),
        (QueueLeave.NOBODY_SIGNED_IN, Outcome.NOBODY_SIGNED_IN, "zh/nobody_signed_in"),
        (QueueLeave.UNKNOWN_QUEUE, Outcome.FLOW_ERROR, "zh/sorry_error"),
    ],
)
def test_not_served_and_told_so(how: QueueLeave, outcome: Outcome, last: str) -> None:
    call = world()
    call.until("menu")
    call.press("1")
    call.leave_queue(how)
    assert call.to_end() == ask.Finish(outcome)
    assert call.said()[-1] == last


def test_wrong_keys_three_times() -> None:
    call = world()
    call.until("menu")
    call.press("777")
    assert call.run.expected is Outcome.INVALID_KEYS
    assert call.to_end() == ask.Finish(Outcome.INVALID_KEYS)
    assert call.said()[-1] == "zh/wrong_key_end"
    assert [c.accepted for c in call.log if isinstance(c, ask.KeyNoted)] == [False] * 3


def test_silence_three_times() -> None:
    call = world()
    assert call.to_end() == ask.Finish(Outcome.SILENCE)
    assert call.said()[-1] == "zh/no_input_end"
    assert [c.keys for c in call.log if isinstance(c, ask.KeyNoted)] == ["", "", ""]


def test_one_wrong_key_then_the_right_one() -> None:
    call = world()
    call.until("menu")
    call.press("7")
    assert call.said()[-2:] == ["zh/wrong_key", "zh/main_menu_qinghe_mall"]
    call.press("1")
    assert call.run.node == "queue_1"
    labels = [(c.keys, c.label, c.accepted) for c in call.log if isinstance(c, ask.KeyNoted)]
    assert labels == [("7", "", False), ("1", "订单", True)]


@pytest.mark.parametrize(
    ("calendars", "ms", "outcome", "said"),
    [
        (CLOSED, 4000, Outcome.VOICEMAIL, ["zh/closed", "zh/leave_message", "zh/thanks_message"]),
        (CLOSED, 200, Outcome.OUT_OF_HOURS, ["zh/closed", "zh/leave_message", "zh/no_message"]),
        (HOLIDAY, 4000, Outcome.VOICEMAIL, ["zh/closed_holiday", "zh/leave_message", "zh/thanks_message"]),
    ],
)
def test_out_of_hours(calendars: dict[UUID, Calendar], ms: int, outcome: Outcome, said: list[str]) -> None:
    call = world(calendars)
    call.until("voicemail")
    while not [c for c in call.log if isinstance(c, ask.TakeVoicemail)]:
        call.next()
    call.tape(ms)
    assert call.to_end() == ask.Finish(outcome)
    assert call.said() == said


def test_a_caller_who_hangs_up_while_closed_is_out_of_hours_not_abandoned() -> None:
    call = world(CLOSED)
    assert ask.Expect(Outcome.OUT_OF_HOURS) in call.log
    call.hang_up()
    assert call.run.over and call.finish is None


def test_a_tape_that_never_reports_does_not_hang_the_call() -> None:
    assert world(CLOSED).to_end() == ask.Finish(Outcome.OUT_OF_HOURS)


def test_a_key_out_of_the_queue_to_voicemail() -> None:
    nodes: dict[str, Node] = {
        "q": WaitInQueue(
            queue_id=QUEUE,
            exit_key="*",
            exits={"conversation_ended": "end", "timeout": "end", "nobody_signed_in": "end", "key": "tape"},
        ),
        "tape": Voicemail(exits={"left": "end", "empty": "end"}),
        "end": HangUp(),
    }
    call = World(Graph(start="q", nodes=nodes))
    call.start()
    call.press("1*")
    assert ask.LeaveQueue() in call.log
    call.next()
    call.tape(5000)
    assert call.to_end() == ask.Finish(Outcome.VOICEMAIL)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_waits_is_told_what_the_keys_do(language: str) -> None:
    names = frozenset(
        {"transferring", "still_busy", "offer_callback", "offer_exit", "own", "star", "sorry_error"}
    )
    there = {"zh": names, "en": names}
    ways = dict.fromkeys(("conversation_ended", "timeout", "nobody_signed_in", "key", "callback"), "end")

    def waits(prompts: dict[str, frozenset[str]] = there, **fields: Any) -> list[str]:
        fields = {"callback_key": "2", "exit_key": "*", "exits": ways, **fields}
        queue = WaitInQueue(queue_id=QUEUE, say_position=False, say_estimated_wait=False, **fields)
        call = World(
            Graph(start="q", nodes={"q": queue, "end": HangUp()}), prompts=prompts, language=language
        )
        call.start()
        call.next()
        call.tick(1, None)
        assert all(name.startswith(f"{language}/") for name in call.said())
        return [name.partition("/")[2] for name in call.said()]

    told = ["offer_callback", "2", "offer_exit", "star"]
    assert waits() == ["transferring", "still_busy", *told]
    assert waits(announce_every_s=0)[:5] == ["transferring", *told]
    assert waits(offer_prompts=("own",)) == ["transferring", "still_busy", "own"]
    # a key that does nothing, or leads nowhere, is not offered; words that nobody has spoken are not said
    assert waits(callback_key="") == ["transferring", "still_busy", *told[2:]]
    less = {name: to for name, to in ways.items() if name != "key"}
    assert waits(exits=less, offer_prompts=()) == ["transferring", "still_busy", *told[:2]]
    assert waits(exits={}, offer_prompts=("own",)) == ["transferring", "still_busy"]
    bare = {each: names - {"offer_callback", "offer_exit"} for each in there}
    assert waits(bare) == ["transferring", "still_busy"]


def test_who_waits_may_have_a_link_sent_and_keeps_the_place() -> None:
    ways = dict.fromkeys(("conversation_ended", "timeout", "nobody_signed_in"), "end")
    quiet: dict[str, Any] = {"prompts": (), "say_position": False, "say_estimated_wait": False}
    queue = WaitInQueue(queue_id=QUEUE, link_key="3", exits=ways, **quiet)
    well, broken = {"ok": True}, {"ok": False, "why": "timeout"}
    graph = Graph(start="q", nodes={"q": queue, "end": HangUp()})

    def asked(call: World) -> int:
        return sum(isinstance(command, ask.SendLink) for command in call.log)

    call = World(graph, answers=[broken, well])
    call.start()
    call.tick(1, None)
    assert call.said() == ["zh/still_busy", "zh/offer_link", "zh/3"]
    call.press("33")  # once is enough while it is under way
    assert asked(call) == 1 and call.run.node == "q" and call.queued
    call.next()
    assert call.said()[-1] == "zh/link_failed"
    call.press("3")
    call.next()
    assert (asked(call), call.said()[-1]) == (2, "zh/link_sent")
    call.press("3")  # it has been sent: it is said again, not sent again
    assert (asked(call), call.said()[-2:]) == (2, ["zh/link_sent"] * 2)
    call.leave_queue(QueueLeave.CONVERSATION_ENDED, By.AGENT)
    assert call.to_end() == ask.Finish(Outcome.SERVED)

    silent = World(graph)  # nobody ever says what became of it
    silent.start()
    silent.press("3")
    silent.next()
    assert silent.said() == ["zh/link_failed"] and silent.queued
    silent.press("3")
    assert asked(silent) == 2
    silent.now += timedelta(seconds=LINK_GUARD_S)  # lost with a talk: neither the answer nor the timer came
    silent.press("3")
    assert asked(silent) == 3


def test_who_has_waited_long_hears_other_words() -> None:
    ways = dict.fromkeys(("conversation_ended", "timeout", "nobody_signed_in"), "end")
    bare: dict[str, Any] = {"prompts": (), "say_position": False, "say_estimated_wait": False}
    queue = WaitInQueue(queue_id=QUEUE, long_wait_prompts=("so_long",), long_wait_s=60, exits=ways, **bare)
    call = World(Graph(start="q", nodes={"q": queue, "end": HangUp()}))
    call.start()
    for waited_s in (30, 59, 60, 90):
        call.tick(1, None, waited_s)
        call.next()
    assert call.said() == ["zh/still_busy", "zh/still_busy", "zh/so_long", "zh/so_long"]
    assert set(queue.prompt_names()) == {"still_busy", "so_long"}


def test_a_project_s_own_prompt_that_is_missing_falls_back_to_the_general_one() -> None:
    lone = Graph(
        start="p",
        nodes={"p": PlayPrompts(prompts=("welcome_acme", "xyz"), exits={"next": "e"}), "e": HangUp()},
    )
    call = World(lone, prompts=PROMPTS)
    call.start()
    assert call.said() == ["zh/welcome", "zh/please_hold"]


def test_a_prompt_the_engine_never_finishes_does_not_hang_the_call() -> None:
    call = world()
    call.playing = 0
    call.until("greeting")
    assert call.now > START


# -- any flow

VARIABLES = {
    "n": ask.Variable(type="number", initial=1),
    "t": ask.Variable(),
    "secret": ask.Variable(secret=True),
}
SUB = UUID(int=31)
FIELDS: dict[type[BaseNode], list[dict[str, Any]]] = {
    Collect: [
        {"prompts": ("main_menu",), "variable": "t", "max_length": 3},
        {"prompts": ("main_menu",), "variable": "secret", "check": "luhn", "off_record": True},
        {"prompts": ("main_menu",), "variable": "gone", "rule": "input == t", "terminator": "*"},
    ],
    SpeechInput: [{"words": {"1": "a|one"}}, {"words": {"2": "b"}, "variable": "t", "tries": 1}],
    SayValue: [{"value": "n", "how": "number"}, {"value": "t", "skip": True}, {"value": "no such"}],
    SetValues: [{"values": {"n": "n + 1", "t": "t + 'x'"}}, {"values": {"gone": "1"}}],
    Condition: [{"test": "n % 2 == 0"}, {"test": "t"}, {"test": ")"}],
    Switch: [{"value": "n", "cases": {"one": "1", "two": "'2'"}}],
    Random: [{"ways": {"a": 1, "b": 3}}],
    Split: [{"test": "x", "ways": {"a": 1, "b": 1}}],
    HttpRequest: [
        {"url": "http://x/${t}", "results": {"n": "a"}, "retries": 1},
        {"url": "http://x", "prompts": ("please_hold",), "method": "POST", "body": {"a.b": "n", "a": "t"}},
    ],
    LookUpCustomer: [{}, {"number": "t"}],
    PutTags: [{"tags": ("a", "b")}],
    Record: [{"on": True}, {"on": False}],
    Wait: [{"seconds": 5}],
    DialAgent: [{"agent_id": UUID(int=77)}],
    TransferOut: [{"number": "'02112345678'"}, {"number": "t", "prompts": ()}],
    Emergency: [{"service": "110", "prompts": ("x",)}, {"service": "120", "prompts": (), "connect": True}],
    SubFlow: [{"flow_id": SUB}, {"flow_id": UUID(int=32)}],
}


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any graph: often one that may not be published, with loops, holes and unreachable nodes."""
    ids = [f"n{number}" for number in range(draw(st.integers(1, 8)))]
    targets = st.sampled_from([*ids, ids[0], "nowhere"] if draw(st.booleans()) else ids)
    nodes: dict[str, Node] = {}
    for node_id in ids:
        kind = draw(st.sampled_from(NODE_TYPES))
        names = [name for name in sorted(kind.needed) if draw(st.integers(0, 9))]
        keyed = issubclass(kind, Menu)
        names += [name for name in kind.optional if not keyed and draw(st.booleans())]
        if keyed:
            names += draw(st.lists(st.sampled_from(sorted("0123456789*#")), unique=True, max_size=3))
        fields: dict[str, Any] = dict(draw(st.sampled_from(FIELDS.get(kind, [{}]))))
        names += [*fields.get("cases", ()), *fields.get("ways", ())]
        fields["exits"] = {name: draw(targets) for name in names}
        if kind is Hours:
            fields["calendar_id"] = draw(st.sampled_from([CALENDAR, UUID(int=99)]))
        if kind in {Menu, SpeechInput, PlayPrompts}:
            fields["prompts"] = ("main_menu",)
        if kind is ChooseLanguage:
            fields["language"] = draw(st.sampled_from(["zh", "en"]))
        if issubclass(kind, WaitInQueue):
            fields |= {
                "queue_id": QUEUE,
                "exit_key": draw(st.sampled_from(["", "*", "1"])),
                "link_key": draw(st.sampled_from(["", "2", "1"])),
            }
        nodes[node_id] = kind(**fields)
    return Graph(start=ids[0], nodes=nodes, variables=VARIABLES)


@given(graphs(), st.binary(max_size=200), st.sampled_from([OPEN, CLOSED]))
@settings(max_examples=400, deadline=None)
def test_any_flow_ends_exactly_once_whatever_happens(
    graph: Graph, choices: bytes, calendars: dict[UUID, Calendar]
) -> None:
    left = iter(choices)
    chaos = World(
        graph,
        calendars=calendars,
        prompts=PROMPTS,
        flows={SUB: graph},  # a flow that calls itself is cut too
        answers=[{"ok": True, "data": {"a": 2}}] if len(choices) % 3 else [],
        outside=tuple(OutsideLeave)[len(choices) % 4],
    )
    chaos.chaos(lambda n: next(left, 13) % n, len(choices) // 2)
    assert (chaos.finish is None) == chaos.gone
    assert parse_graph(store_graph(graph)) == graph


def storm(seeds: range) -> None:
    for seed in seeds:
        chance = random.Random(seed)
        chaos = World(GRAPH, calendars=chance.choice([OPEN, OPEN, CLOSED, HOLIDAY]), prompts=PROMPTS)
        chaos.chaos(chance.randrange, 60)
        if (chaos.finish is None) != chaos.gone:
            raise Fault("not exactly one end")


def test_the_default_flow_in_a_storm() -> None:
    storm(range(1500))


def nothing(*_: object, **__: object) -> None:
    return None


BROKEN = {
    "prompts have no guard": (Walk, "set_timer", nothing),
    "the end is not noticed": (Walk, "finish", lambda walk, outcome, cause=16: walk.ask(ask.Finish(outcome))),
    "failing says nothing": (Walk, "fail", nothing),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_interpreter_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target, attribute, wrong = BROKEN[name]
    monkeypatch.setattr(target, attribute, wrong)
    with pytest.raises(Fault):
        storm(range(100))


def test_an_endless_loop_is_cut() -> None:
    loop = Graph(start="a", nodes={"a": Start(exits={"next": "b"}), "b": Start(exits={"next": "a"})})
    call = World(loop)
    call.start()
    assert call.to_end() == ask.Finish(Outcome.FLOW_ERROR)
    assert len(call.path()) == interpreter.MAX_NODES


# -- what may be published


def codes(graph: Graph, **known: Any) -> set[tuple[str, str]]:
    return {(problem.code, problem.node) for problem in problems(graph, **known)}


def test_every_kind_of_problem_is_found_and_said_in_both_languages() -> None:
    bad = Graph(
        start="s",
        nodes={
            "s": Start(exits={"next": "a", "sideways": "s"}),
            "a": ChooseLanguage(language="en", exits={"next": "b"}),
            "b": ChooseLanguage(language="zh", exits={"next": "a"}),
            "h": Hours(calendar_id=CALENDAR, exits={"open": "gone"}),
            "m": Menu(prompts=("main_menu", "only_zh"), exits={"wrong": "end", "silence": "end"}),
            "p": PlayPrompts(prompts=(), exits={"next": "q"}),
            "q": WaitInQueue(
                queue_id=QUEUE,
                exits={"conversation_ended": "end", "timeout": "end", "nobody_signed_in": "end"},
            ),
            "end": HangUp(),
        },
    )
    prompts = {"zh": {*PROMPTS["zh"], "only_zh"}, "en": PROMPTS["en"]}
    found = codes(bad, prompts=prompts, queues=set(), calendars=set())
    assert found >= {
        ("exit_unknown", "s"),
        ("idle_loop", "a"),
        ("no_end", "a"),
        ("unreachable", "h"),
        ("target_missing", "h"),
        ("exit_missing", "h"),
        ("calendar_unknown", "h"),
        ("no_choice", "m"),
        ("prompt_missing", "m"),
        ("prompt_none", "p"),
        ("queue_unknown", "q"),
    }
    assert codes(Graph(start="x", nodes={"end": HangUp()})) == {("no_start", "")}
    for problem in problems(bad, prompts=prompts, queues=set(), calendars=set()):
        for locale in i18n.LOCALES:
            words = said(problem, locale)
            assert problem.node in words and "{" not in words and "flow." not in words


def test_every_node_type_is_listed_named_and_described() -> None:
    assert set(get_args(Node)) == set(NODE_TYPES)
    for kind in NODE_TYPES:
        assert i18n.has(f"flow.node.{kind.__struct_config__.tag}")
        assert kind.__doc__ and kind.__doc__ != BaseNode.__doc__


@pytest.mark.parametrize(
    "stored",
    [
        {"start": "a", "nodes": {"a": {"type": "teleport"}}},
        {"start": "a", "nodes": {"a": {"type": "menu", "prompts": ["x"], "tries": 0}}},
        {"start": "a", "nodes": {"a": {"type": "menu", "prompts": ["x"], "trys": 2}}},
        {"start": "a", "nodes": {"a": {"type": "hangup", "outcome": "vanished"}}},
        {"nodes": {}},
    ],
)
def test_a_graph_that_cannot_be_read_says_where(stored: dict[str, Any]) -> None:
    with pytest.raises(GraphInvalid, match=r"\$|start"):
        parse_graph(stored)


# -- the driver


class Port:
    """Writes down what is asked of a contact."""

    def __init__(self) -> None:
        self.view = view()
        self.asked: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **more: self.asked.append((name, *args))


def published(version: int, graph: Graph) -> FlowVersion:
    return FlowVersion(flow_id=view().flow_id, version=version, graph=graph)


def test_calls_stay_on_the_version_they_began_on() -> None:
    one = Graph(
        start="p",
        nodes={"p": PlayPrompts(prompts=("welcome",), skip=True, exits={"next": "e"}), "e": HangUp()},
    )
    two = Graph(start="e", nodes={"e": HangUp(outcome=Outcome.SELF_SERVICE, cause=17)})
    flows: Flows = Flows(PROMPTS)
    driver: FlowDriver = flows
    flows.put([published(1, one)], [])
    early = Port()
    handle = driver.start(early)
    handle.hear(Started(at=START))
    flows.put([published(2, two), published(1, one)], [])
    late = Port()
    driver.start(late).hear(Started(at=START))
    handle.hear(Key(at=START, digit="1"))
    assert early.asked[0] == ("entered", view().flow_id, 1)
    assert early.asked[-1] == ("finish", Outcome.SELF_SERVICE, 16)
    assert late.asked == [
        ("entered", view().flow_id, 2),
        ("passed", "e", "hangup", "", None),
        ("finish", Outcome.SELF_SERVICE, 17),
    ]


def test_a_number_without_a_published_flow_is_refused() -> None:
    with pytest.raises(LookupError):
        Flows().start(Port())


def test_every_command_reaches_its_method_of_the_port() -> None:
    flows = Flows(PROMPTS)
    flows.put([published(1, GRAPH)], [OPEN[CALENDAR]])
    port = Port()
    handle = flows.start(port)
    handle.hear(Started(at=START))
    assert [name for name, *_ in port.asked][:5] == ["entered", "passed", "answer", "passed", "passed"]
    assert {"start_recording", "play", "set_timer"} <= {name for name, *_ in port.asked}


def test_missing_holiday_data_is_known_a_month_ahead() -> None:
    flows = Flows()
    flows.put([], [OPEN[CALENDAR]])
    assert flows.calendars_without_holidays(START) == []
    assert flows.calendars_without_holidays(START.replace(month=12, day=15)) == [(OPEN[CALENDAR], 2027)]
