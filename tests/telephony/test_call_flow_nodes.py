"""Every node type that goes beyond the first call, over real SIP: what is keyed, heard, called, written."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from call_checks import both_heard, ending, kinds, placed, recorded_whole, values
from call_house import House
from call_world import CUSTOMER, SHORT

from andon.flows.graph import Graph
from andon.flows.model import Variable
from andon.flows.nodes import Node
from andon.flows.nodes.collect import Collect
from andon.flows.nodes.condition import Condition
from andon.flows.nodes.customer import LookUpCustomer
from andon.flows.nodes.draw import Random, Split
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.http import HttpRequest
from andon.flows.nodes.language import ChooseLanguage
from andon.flows.nodes.outside import Emergency, TransferOut
from andon.flows.nodes.play import PlayPrompts
from andon.flows.nodes.queue import DialAgent
from andon.flows.nodes.record import Record
from andon.flows.nodes.recording_notice import RecordingNotice
from andon.flows.nodes.say import SayValue
from andon.flows.nodes.set_values import SetValues
from andon.flows.nodes.start import Start
from andon.flows.nodes.sub_flow import Return, SubFlow
from andon.flows.nodes.switch import Switch
from andon.flows.nodes.tag import PutTags
from andon.flows.nodes.wait import Wait
from andon.kit.ids import uuid7
from harness.ports import free_port

pytestmark = pytest.mark.telephony

OUTSIDE, BUSY, AWAY = "02160000001", "02160000002", "02160000003"
TO_END = {"next": "end"}


def flow(variables: dict[str, Variable] | None = None, **nodes: Node) -> Graph:
    """Starts at the first of the nodes; `end` is there."""
    first = next(iter(nodes))
    start = Start(exits={"next": first})
    return Graph(start="start", nodes={"start": start, **nodes, "end": HangUp()}, variables=variables or {})


def collect(variable: str, then: str, **fields: Any) -> Collect:
    ways = {"next": then, "wrong": "end", "silence": "end", **fields.pop("exits", {})}
    return Collect(
        prompts=SHORT,
        wrong_prompt="1",
        silence_prompt="1",
        tries=2,
        timeout_s=8,
        gap_s=2,
        variable=variable,
        exits=ways,
        **fields,
    )


def transfer(number: str, **exits: str) -> TransferOut:
    ways = {"ended": "end", "failed": "failed", "busy": "busy", "no_answer": "away", **exits}
    return TransferOut(number=f"'{number}'", prompts=(), ring_timeout_s=5, exits=ways)


def graphs(server: str, closed: str, sub: UUID) -> dict[str, Graph]:
    told = PlayPrompts(prompts=SHORT, exits=TO_END)
    http = {"next": "say", "failed": "sorry", "timeout": "late"}
    answered = {
        "say": SayValue(value="amount", how="number", exits=TO_END),
        "sorry": told,
        "late": told,
    }
    return {
        "collect": flow(
            {"no": Variable(), "card": Variable(secret=True), "n": Variable(type="number")},
            notice=RecordingNotice(prompts=SHORT, exits={"next": "order"}),
            order=collect("no", "card", check="pattern", pattern="8d{3}", exits={"emergency": "help"}),
            card=collect("card", "count", check="luhn", off_record=True),
            count=SetValues(values={"n": "number(no) - 8000"}, exits={"next": "big"}),
            big=Condition(test="n >= 100", exits={"yes": "tag", "no": "end"}),
            tag=PutTags(tags=("大单", "vip"), exits={"next": "which"}),
            which=Switch(
                value="left(no, 2)", cases={"north": "'81'"}, exits={"north": "end", "otherwise": "end"}
            ),
            help=Emergency(service="110", prompts=SHORT, exits=TO_END),
        ),
        "http": flow(
            {"no": Variable(initial="7 7"), "amount": Variable(type="number")},
            ask=HttpRequest(
                method="POST", url=server + "/orders/${no}", headers={"x-key": "k"},
                body={"caller": "contact.caller"}, results={"amount": "order.amount"}, exits=http,
            ),
            **answered,
        ),
        "http_slow": flow(
            {"amount": Variable(type="number")},
            ask=HttpRequest(url=server + "/slow", timeout_s=1, exits=http),
            **answered,
        ),
        "http_closed": flow(
            {"amount": Variable(type="number")},
            ask=HttpRequest(url=closed, prompts=SHORT, exits=http),
            **answered,
        ),
        "customer": flow(
            look=LookUpCustomer(exits={"found": "gold", "unknown": "end"}),
            gold=Condition(
                test="customer.tier == 'gold' and customer.name == '王女士'",
                exits={"yes": "yes", "no": "end"},
            ),
            yes=PlayPrompts(prompts=SHORT, exits=TO_END),
        ),
        "outside": flow(
            notice=RecordingNotice(prompts=SHORT, exits={"next": "away_to"}),
            away_to=transfer(OUTSIDE, ended="thanks"),
            thanks=told, busy=told, away=told, failed=told,
        ),
        "outside_busy": flow(call=transfer(BUSY), busy=told, away=told, failed=told),
        "outside_away": flow(call=transfer(AWAY), busy=told, away=told, failed=told),
        "emergency": flow(help=Emergency(service="120", connect=True, prompts=SHORT, exits=TO_END)),
        "record": flow(
            notice=RecordingNotice(prompts=SHORT, exits={"next": "on"}),
            on=Wait(seconds=1, exits={"next": "off"}),
            off=Record(on=False, exits={"next": "quiet"}),
            quiet=Wait(seconds=1, music=False, exits={"next": "again"}),
            again=Record(on=True, exits={"next": "last"}),
            last=Wait(seconds=1, exits=TO_END),
        ),
        "sub": flow(english=ChooseLanguage(language="en", exits={"next": "back"}), back=Return()),
        "calls_sub": flow(
            draw=Random(ways={"a": 1, "b": 1}, exits={"a": "split", "b": "split"}),
            split=Split(test="x", ways={"a": 1, "b": 1}, exits={"a": "go", "b": "go"}),
            go=SubFlow(flow_id=sub, exits={"next": "said"}),
            said=Condition(test="contact.language == 'en'", exits={"yes": "yes", "no": "end"}),
            yes=told,
        ),
    }  # fmt: skip


@asynccontextmanager
async def crm() -> AsyncIterator[tuple[str, list[str]]]:
    """A server that answers /orders/… and lets /slow wait; what it was asked."""
    asked: list[str] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().partition("content-length:")[2].split("\r")[0] or 0)
        asked.append(head + (await reader.readexactly(length)).decode())
        if " /slow" not in head:
            body = json.dumps({"order": {"amount": 42}})
            writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode())
            await writer.drain()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    finally:
        server.close()


class Lines:
    """The flows of this page, each at a number of its own."""

    def __init__(self, numbers: dict[str, str], asked: list[str]) -> None:
        self.numbers = numbers
        self.asked = asked


@pytest_asyncio.fixture(scope="module")
async def lines(house: House) -> AsyncIterator[Lines]:
    sub = house.world.flow_ids["sub"] = uuid7()
    async with crm() as (url, asked):
        yield Lines(await house.open_lines(graphs(url, f"http://127.0.0.1:{free_port()}", sub)), asked)


def path(facts: list[Any]) -> list[str]:
    return values(facts, "flow.node", "node")


async def at(house: House, contact_id: UUID, node: str) -> None:
    """Wait until the caller is at this node."""

    async def there() -> bool:
        return node in path(await house.facts(contact_id))

    await house.until(there, 15, f"the caller comes to {node}")


async def walked(house: House, number: str, *, ends: str = "self_service", **how: Any) -> list[Any]:
    """A call that hears the flow to its end; its facts."""
    call, own = await placed(house, number, **how)
    await call.wait_ended(30)
    return await ending(house, own, ends, "system")


async def test_digits_are_collected_checked_computed_with_and_kept_out_of_the_journal(
    house: House, lines: Lines
) -> None:
    call, own = await placed(house, lines.numbers["collect"])
    contact_id = await house.contact_of(own)
    await at(house, contact_id, "order")
    await call.keys("12#")
    await house.fact(contact_id, "flow.key")
    await call.keys("8123#")
    await at(house, contact_id, "card")
    await call.keys("4111111111111111#")
    await call.wait_ended(20)
    facts = await ending(house, own, "self_service", "system")
    assert path(facts) == ["start", "notice", "order", "card", "count", "big", "tag", "which", "end"]
    by = [row["data"].get("by", "") for row in facts if row["kind"] == "flow.node"]
    assert by[-3:] == ["yes", "next", "north"]
    assert values(facts, "flow.key", "keys") == ["12", "8123", "*" * 16]
    assert values(facts, "flow.key", "accepted") == [False, True, True]
    assert values(facts, "contact.tagged", "tags") == [["大单", "vip"]]
    # one recording, silent while the card's number was asked for
    assert kinds(facts).count("recording.started") == 1
    order = [kind for kind in kinds(facts) if kind in {"card.began", "card.ended", "flow.key"}]
    assert order == ["flow.key", "flow.key", "card.began", "flow.key", "card.ended"]
    assert values(facts, "card.ended", "how") == ["collected"]
    await recorded_whole(house, facts)


async def test_a_pause_ends_the_keys_and_an_emergency_number_leads_out_at_once(
    house: House, lines: Lines
) -> None:
    call, own = await placed(house, lines.numbers["collect"], keys="info")
    contact_id = await house.contact_of(own)
    await at(house, contact_id, "order")
    await call.keys("110")  # nothing after it: the pause ends it
    await call.wait_ended(20)
    facts = await ending(house, own, "self_service", "system")
    assert path(facts)[-2:] == ["help", "end"]
    alarm = await house.facts(kind="alarm.raised")
    raised = next(row["data"] for row in alarm if row["data"]["subject"] == str(contact_id))
    assert (raised["code"], raised["detail"]) == ("emergency_call", "110")


async def test_another_system_is_asked_beside_the_call(house: House, lines: Lines) -> None:
    facts = await walked(house, lines.numbers["http"])
    assert path(facts) == ["start", "ask", "say", "end"]
    asked = lines.asked[-1]
    assert asked.startswith("POST /orders/7%207 HTTP/1.1") and "x-key: k" in asked
    assert json.loads(asked.partition("\r\n\r\n")[2]) == {"caller": facts[0]["data"]["caller"]}


async def test_slow_and_closed_systems_lead_their_own_way_while_others_go_on(
    house: House, lines: Lines
) -> None:
    slow, closed, other = await asyncio.gather(
        walked(house, lines.numbers["http_slow"]),
        walked(house, lines.numbers["http_closed"]),
        walked(house, lines.numbers["customer"]),
    )
    assert path(slow) == ["start", "ask", "late", "end"]
    assert path(closed) == ["start", "ask", "sorry", "end"]
    assert path(other) == ["start", "look", "end"]


async def test_the_customer_is_looked_up(house: House, lines: Lines) -> None:
    call = await house.carrier.call(lines.numbers["customer"], CUSTOMER)
    await call.wait_ended(20)
    facts = await ending(house, CUSTOMER, "self_service", "system")
    assert path(facts) == ["start", "look", "gold", "yes", "end"]
    assert "gold" in values(facts, "contact.identified", "tier")


async def test_the_caller_talks_with_a_number_outside(house: House, lines: Lines) -> None:
    outside = house.carrier.subscriber(OUTSIDE)
    call, own = await placed(house, lines.numbers["outside"])
    other = await outside.next_call(20)
    await other.ring()
    assert other.caller == lines.numbers["outside"]
    await call.wait_sound(10)  # music
    await other.answer()
    await both_heard(house, call, other, 20)
    await other.hangup()
    await call.wait_ended(20)
    facts = await ending(house, own, "transferred_out", "system")
    assert path(facts) == ["start", "notice", "away_to", "thanks", "end"]
    assert values(facts, "outside.dialled", "number") == [OUTSIDE]
    assert values(facts, "outside.ended", "how") == ["ended"]
    (talked,) = values(facts, "outside.ended", "talked_ms")
    assert talked > 500


async def test_the_caller_hangs_up_on_a_number_outside(house: House, lines: Lines) -> None:
    outside = house.carrier.subscriber(OUTSIDE)
    call, own = await placed(house, lines.numbers["outside"])
    other = await outside.next_call(20)
    await other.answer()
    contact_id = await house.contact_of(own)
    await house.fact(contact_id, "outside.connected", 20)
    await call.hangup()
    await other.wait_ended(10)
    facts = await ending(house, own, "transferred_out", "caller")
    assert values(facts, "outside.ended", "how") == ["caller_gone"]


async def test_a_busy_number_and_one_that_nobody_answers(house: House, lines: Lines) -> None:
    busy, away = house.carrier.subscriber(BUSY), house.carrier.subscriber(AWAY)
    call, own = await placed(house, lines.numbers["outside_busy"])
    second, second_own = await placed(house, lines.numbers["outside_away"])
    await (await away.next_call(20)).ring()
    await (await busy.next_call(20)).busy()
    await call.wait_ended(20)
    assert path(await ending(house, own, "self_service", "system")) == ["start", "call", "busy", "end"]
    await second.wait_ended(30)
    facts = await ending(house, second_own, "self_service", "system")
    assert path(facts) == ["start", "call", "away", "end"]
    assert values(facts, "outside.ended", "how") == ["no_answer"]


async def test_an_emergency_is_connected_at_once(house: House, lines: Lines) -> None:
    service = house.carrier.subscriber("120")
    call, own = await placed(house, lines.numbers["emergency"])
    other = await service.next_call(20)
    await other.answer()
    await both_heard(house, call, other, 20)
    await other.hangup()
    await call.wait_ended(20)
    facts = await ending(house, own, "transferred_out", "system")
    assert path(facts) == ["start", "help", "end"]


async def test_the_recording_is_switched_off_and_on(house: House, lines: Lines) -> None:
    facts = await walked(house, lines.numbers["record"])
    assert path(facts) == ["start", "notice", "on", "off", "quiet", "again", "last", "end"]
    assert kinds(facts).count("recording.started") == kinds(facts).count("recording.stopped") == 2
    assert len(set(values(facts, "recording.started", "recording_id"))) == 2
    stored = [await house.fact(facts[0]["contact_id"], "recording.stored", 30, n) for n in (1, 2)]
    assert all(each["audio_ms"] > 300 for each in stored)


async def test_by_lot_and_through_a_sub_flow(house: House, lines: Lines) -> None:
    facts = await walked(house, lines.numbers["calls_sub"])
    assert path(facts) == [
        "start", "draw", "split", "go", "go/start", "go/english", "go/back", "said", "yes", "end"
    ]  # fmt: skip
    sub = str(house.world.flow_ids["sub"])
    assert [row["data"].get("flow_id") for row in facts if row["kind"] == "flow.node"].count(sub) == 3


async def test_a_named_agent_is_rung_before_one_who_was_idle_longer(house: House, lines: Lines) -> None:
    async with house.on_duty("plain") as other, house.on_duty("plain") as wanted:
        node = DialAgent(
            queue_id=house.world.queues["plain"], agent_id=wanted.agent_id, prompts=(),
            exits={"conversation_ended": "end", "timeout": "end", "nobody_signed_in": "end"},
        )  # fmt: skip
        numbers = await house.open_lines({f"agent {wanted.agent_id}": flow(dial=node)})
        call, own = await placed(house, next(iter(numbers.values())))
        talk = await wanted.picks_up(20)
        await house.fact(await house.contact_of(own), "contact.connected", 20)
        await talk.hangup()
        await call.wait_ended(20)
        facts = await ending(house, own, "served", "agent")
        assert [row["agent_id"] for row in facts if row["kind"] == "offer.made"] == [wanted.agent_id]
        assert other.view["state"] == "ready"


async def test_the_books_and_the_engines_record_agree_after_all_of_this(house: House, lines: Lines) -> None:
    async def all_kept() -> bool:
        stopped = {row["data"]["recording_id"] for row in await house.facts(kind="recording.stopped")}
        kept = {row["data"]["recording_id"] for row in await house.facts(kind="recording.stored")}
        lost = {row["data"]["recording_id"] for row in await house.facts(kind="recording.incomplete")}
        return stopped <= kept | lost

    await house.until(all_kept, 60, "every recording is stored")
    status, said = await house.ledger("--deep")
    assert (status, said.splitlines()[-1]) == (0, "unexplained: 0"), said
    assert "core_fault" not in house.core_said()
