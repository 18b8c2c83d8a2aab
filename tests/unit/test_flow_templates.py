"""Every template of the designer is a whole flow: without an error in both languages, walked to its end."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from flows_world import START, view

from andon.calendars.model import Calendar, Period
from andon.flows.graph import Graph, parse_graph
from andon.flows.model import Language
from andon.flows.rehearsal import Step, Trial, context_for, rehearse
from andon.flows.service import prompt_names
from andon.flows.validation import problems
from andon.telephony.engine.layout import assets

pytestmark = pytest.mark.unit

STORED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "web/src/features/flows/templates.json").read_text("utf-8")
)
QUEUE, HOURS = UUID(int=21), UUID(int=22)
PROMPTS = prompt_names(assets() / "prompts")

PASS = {"do": "pass"}
SERVED = {"do": "queue", "how": "conversation_ended"}
LATE = {"do": "queue", "how": "timeout"}
MESSAGE = {"do": "message", "seconds": 5}
RATED = {"do": "press", "keys": "5"}


def press(keys: str) -> dict[str, str]:
    return {"do": "press", "keys": keys}


def graph(name: str) -> Graph:
    """As the page fills it in."""
    text = json.dumps(STORED[name]["graph"])
    return parse_graph(json.loads(text.replace("$queue", str(QUEUE)).replace("$calendar", str(HOURS))))


def tried(
    name: str,
    steps: list[dict[str, Any]],
    language: Language = "zh",
    called: str = "4001234567",
    *,
    open_: bool = True,
) -> Trial:
    caller = msgspec.structs.replace(view(language), dnis=called)
    week = ((Period(0, 1440),) if open_ else (),) * 7
    hours = Calendar(calendar_id=HOURS, name="x", week=week, follow_cn_holidays=False)
    context = context_for(caller, {}, {HOURS: hours}, PROMPTS, {})
    return rehearse(graph(name), context, msgspec.convert(steps, list[Step]), START)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", sorted(STORED))
def test_a_template_can_be_published_as_it_is(name: str, language: Language) -> None:
    found = problems(
        graph(name), language=language, prompts=PROMPTS, queues={QUEUE}, calendars={HOURS}, flows={}
    )
    assert [each for each in found if not each.warning] == []
    # what a newcomer is asked to give a reason for is only what the project must say itself
    assert {each.code for each in found} <= {"prompt_general"}, found


WALKS: list[tuple[str, list[dict[str, Any]], str, str]] = [
    ("menu", [PASS, PASS, press("0"), SERVED, RATED, PASS], "served", "survey"),
    ("menu", [PASS, PASS, press("1"), press("2"), LATE, PASS, MESSAGE, PASS], "voicemail", "order_status"),
    ("menu", [PASS, PASS, press("1"), press("*"), press("777"), PASS], "invalid_keys", "menu_orders"),
    ("hotline", [PASS, PASS, SERVED, RATED, PASS], "served", "survey"),
    ("hotline", [PASS, PASS, LATE, PASS], "queue_timeout", "say_too_long"),
    ("shop", [PASS, PASS, press("2"), SERVED, RATED, PASS], "served", "return_goods"),
    ("utility", [PASS, PASS, press("9"), press("1"), SERVED, RATED, PASS], "served", "english"),
    (
        "bank",
        [
            *[PASS, PASS, press("1"), press("4111111111111111#"), press("123456#")],
            *[{"do": "answer", "data": {"verified": True}}, SERVED, RATED, PASS],
        ],
        "served",
        "known",
    ),
    (
        "bank",
        [
            *[PASS, PASS, press("1"), press("4111111111111111#"), press("123456#")],
            *[{"do": "answer", "why": "timeout"}, SERVED, RATED, PASS],
        ],
        "served",
        "queue",
    ),
    ("bank", [PASS, PASS, press("1"), press("1#1#1#"), SERVED, RATED, PASS], "served", "queue"),
    ("secretary", [PASS, PASS, {"do": "customer", "name": "王"}, SERVED], "served", "greeting"),
    ("secretary", [PASS, PASS, {"do": "customer"}, LATE, PASS, MESSAGE, PASS], "voicemail", "stranger"),
    ("survey", [RATED, PASS], "self_service", "survey"),
    ("empty", [], "self_service", "end"),
]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("name", "steps", "outcome", "through"), WALKS)
def test_a_template_leads_its_caller_to_a_proper_end(
    name: str, steps: list[dict[str, Any]], outcome: str, through: str, language: Language
) -> None:
    trial = tried(name, steps, language)
    assert trial.over, [(line.what, line.data) for line in trial.lines]
    assert trial.lines[-1].data["outcome"] == outcome
    assert through in [line.data["node"] for line in trial.lines if line.what == "node"]
    assert [line.data for line in trial.lines if line.what == "alarm"] == [], "every prompt is there"


def test_every_template_is_walked() -> None:
    assert {name for name, *_ in WALKS} == set(STORED)


def test_outside_hours_the_menu_takes_a_message() -> None:
    trial = tried("menu", [PASS, PASS, MESSAGE, PASS], open_=False)
    assert trial.over and trial.lines[-1].data["outcome"] == "voicemail"


@pytest.mark.parametrize(
    ("called", "greeting"),
    [("4000000001", "greeting_first"), ("4000000002", "greeting_second"), ("4009", "greeting")],
)
def test_the_secretary_greets_by_the_called_number(called: str, greeting: str) -> None:
    trial = tried("secretary", [PASS], called=called)
    assert trial.node == greeting
