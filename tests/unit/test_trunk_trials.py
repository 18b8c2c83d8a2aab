"""Trunks that are tried: what is never called, how a trial ends, what calls tell of a trunk."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast
from uuid import UUID

import pytest

from andon.calendars.model import Why, parse_calendar
from andon.channels.voice.events import TrunkTrialBegan, TrunkTrialEnded
from andon.channels.voice.machine import Directory, trial_ending
from andon.channels.voice.model import Number, Trunk, never_tried
from andon.channels.voice.nodes import Node, Nodes
from andon.channels.voice.trunk_trial import TrunkTrial, TrunkTrials
from andon.flows.graph import Graph
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.hours import Hours
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.play import PlayPrompts
from andon.flows.nodes.start import Start
from andon.flows.rehearsal import context_for
from andon.flows.way import way
from andon.interactions.ports import ContactView
from andon.kit.errors import AndonError
from andon.kit.journal import Fact
from andon.telephony.errors import EngineRefused
from andon.telephony.model import LegRinging
from andon.telephony.reach import ask

pytestmark = pytest.mark.unit

TRUNK, NOBODY = UUID(int=1), UUID(int=0)
NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)  # a Thursday, ten in Shanghai


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("110", "emergency"),
        ("021119", "emergency"),
        ("+86120", "emergency"),
        ("0086122", "emergency"),
        ("12395", "emergency"),
        ("16885188", "premium"),
        ("02116001", "premium"),
        ("1790916885188", "premium"),
        ("+12125550100", "abroad"),
        ("0012125550100", "abroad"),
        ("179090012125550100", "abroad"),
        ("13800138000", None),
        ("16612345678", None),  # a mobile telephone, eleven digits
        ("+8613800138000", None),
        ("02160000001", None),
        ("95588", None),
    ],
)
def test_what_is_never_called_to_try_a_trunk(number: str, why: str | None) -> None:
    assert never_tried(number) == why


def test_every_trial_ends_with_a_name() -> None:
    def ending(ours: str = "", cause: int = 16, *, rang: bool = False, answered: bool = False) -> str:
        return trial_ending(ours, cause, rang=rang, answered=answered)

    assert ending(answered=True) == ending("said", answered=True) == ending("too_long", answered=True)
    assert ending("said", answered=True) == "answered"
    assert ending("no_answer", rang=True) == "no_answer"
    assert ending("no_answer") == "no_reply"  # the carrier itself was silent
    assert ending("cancelled") == "cancelled"
    assert ending("refused", 0) == "refused"
    causes = {1: "wrong_number", 17: "busy", 19: "no_answer", 21: "rejected", 34: "congestion", 38: "failed"}
    assert {cause: ending(cause=cause) for cause in causes} == causes


def test_what_calls_tell_of_a_trunk() -> None:
    directory = Directory()
    assert directory.standing(TRUNK).worked_at is None
    directory.note(TRUNK, NOW, "busy", 17)  # the carrier was there
    directory.note(TRUNK, NOW + timedelta(seconds=5), "congestion", 34)
    directory.note(TRUNK, NOW + timedelta(seconds=9), "answered")
    standing = directory.standing(TRUNK)
    assert standing.worked_at == NOW + timedelta(seconds=9)
    assert (standing.failed_at, standing.how, standing.cause) == (
        NOW + timedelta(seconds=5),
        "congestion",
        34,
    )


class _Engine:
    """Refuses to dial as long as `why` says so; keeps whom it was told to hang up on."""

    def __init__(self) -> None:
        self.why: EngineRefused | None = None
        self.ended: list[str] = []

    async def dial_trunk(self, leg_id: str, *call: object, **more: object) -> None:
        if self.why is not None:
            raise self.why

    async def hangup(self, leg_id: str, cause: int = 16) -> None:
        self.ended.append(leg_id)


async def test_a_trial_that_the_engine_refuses_or_loses_gives_its_line_back() -> None:
    engine, directory, facts = _Engine(), Directory(), list[Fact]()
    node = cast(Node, SimpleNamespace(engine=engine, name="n1"))
    nodes = cast(Nodes, SimpleNamespace(for_new=lambda calls: node))
    trials = TrunkTrials(nodes, directory, lambda node: 0, facts.append, lambda: NOW)
    trunk = Trunk(trunk_id=TRUNK, name="t", host="h", port=5060, max_calls=1)
    shown = Number(
        number_id=NOBODY, client_id=NOBODY, project_id=NOBODY, trunk_id=None, e164="02160000001", label="x"
    )
    tenant = UUID(int=5)

    async def begin() -> TrunkTrial:
        return await trials.begin(tenant, NOBODY, trunk, shown, "13600000001", 5)

    for status, hung_up in ((404, 0), (408, 1)):
        engine.why = EngineRefused("dial", status, "no")
        trial = await begin()
        await asyncio.sleep(0)
        assert (trial.over, trial.how, directory.in_use(TRUNK)) == (True, "refused", 0)
        assert len(engine.ended) == hung_up  # what was not answered in time may ring all the same
    engine.why = None
    trial = await begin()
    assert directory.in_use(TRUNK) == 1 and trials.legs == {trial.leg_id}
    with pytest.raises(AndonError, match=r"trunk_trial\.busy"):
        await begin()
    assert not trials.on_event(LegRinging(leg_id="somebody else's"))
    assert trials.on_event(LegRinging(leg_id=trial.leg_id))
    trials.lost(node)
    trials.lost(node)
    assert (trial.how, directory.in_use(TRUNK), trials.legs) == ("failed", 0, set())
    directory.occupy(TRUNK)
    with pytest.raises(AndonError, match=r"trunk_trial\.no_line"):
        await begin()
    kinds = [type(fact) for fact in facts]
    assert kinds == [TrunkTrialBegan, TrunkTrialEnded] * 3


class _Server(asyncio.DatagramProtocol):
    def __init__(self, *first: bytes) -> None:
        self.first = list(first)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for noise in self.first:
            self.transport.sendto(noise, addr)
        call_id = next(line for line in data.split(b"\r\n") if line.startswith(b"Call-ID"))
        self.transport.sendto(b"SIP/2.0 401 Unauthorized\r\n" + call_id + b"\r\n\r\n", addr)


async def test_a_server_is_asked_whether_it_is_there() -> None:
    loop = asyncio.get_running_loop()
    noise = (b"", b"SIP/2.0 200 OK\r\nCall-ID: somebody-else\r\n\r\n", b"\xff\xfe nonsense")
    transport, _ = await loop.create_datagram_endpoint(lambda: _Server(*noise), local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    answer = await ask("127.0.0.1", port, 10)
    assert (answer.how, answer.status) == ("answers", 401)  # a refusal is an answer
    transport.close()
    await asyncio.sleep(0)
    assert (await ask("127.0.0.1", port, 10)).how == "closed"
    deaf, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
    assert (await ask("127.0.0.1", deaf.get_extra_info("sockname")[1], 0.3)).how == "silent"
    deaf.close()
    assert (await ask("no-such-host.invalid", 5060, 10)).how in {"unknown_host", "silent"}


def test_where_a_call_would_go_now_and_why() -> None:
    calendar_id = UUID(int=7)
    calendar = parse_calendar(
        calendar_id=calendar_id,
        name="客服",
        timezone="Asia/Shanghai",
        periods={"thu": [["09:00", "18:00"]]},
        follow_cn_holidays=False,
        exceptions=[],
    )
    graph = Graph(
        start="start",
        nodes={
            "start": Start(exits={"next": "hours"}),
            "hours": Hours(calendar_id=calendar_id, exits={"open": "hello", "closed": "sorry"}),
            "hello": PlayPrompts(title="欢迎", prompts=("1",), exits={"next": "menu"}),
            "menu": Menu(prompts=("1",), exits={"1": "end", "wrong": "end", "silence": "end"}),
            "sorry": PlayPrompts(prompts=("1",), exits={"next": "end"}),
            "end": HangUp(),
        },
    )

    def at(now: datetime) -> tuple[list[str], str, bool, datetime | None]:
        view = ContactView(
            contact_id=NOBODY, tenant_id=NOBODY, client_id=NOBODY, project_id=NOBODY, number_id=NOBODY,
            flow_id=NOBODY, caller="", dnis="95001", language="zh", arrived_at=now,
        )  # fmt: skip
        context = context_for(view, {}, {calendar_id: calendar}, {}, {})
        found = way(graph, context, now)
        hours = found.places[1].hours
        assert hours is not None and hours.calendar == "客服"
        assert hours.why is (Why.PERIOD if hours.open else Why.OUTSIDE)
        return [place.node for place in found.places], found.outcome, hours.open, hours.until

    closes = NOW.replace(hour=10)
    # nobody presses a key for the caller: the way ends at the menu
    assert at(NOW) == (["start", "hours", "hello", "menu"], "", True, closes)
    path, outcome, is_open, _ = at(NOW + timedelta(hours=12))
    assert (path, outcome, is_open) == (["start", "hours", "sorry", "end"], "out_of_hours", False)
