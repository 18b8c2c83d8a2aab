"""Two media nodes: one is killed under live calls, one is drained; what is on the other goes on."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from call_checks import AGENT_HZ, awake, both_heard, values
from call_house import command
from mortal_house import Talk
from two_nodes import SECOND, TwoNodes, kill

from harness.netns import second_computer

pytestmark = [pytest.mark.survival, pytest.mark.timeout(400)]

TONE = 523.0
CONGESTION = 34


@pytest_asyncio.fixture
async def centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TwoNodes]:
    with second_computer() as computer:
        centre = TwoNodes(tmp_path_factory.mktemp("two"), computer, agent_return_s=20)
        try:
            await centre.start()
            yield centre
        finally:
            await centre.stop()


async def lives_on(centre: TwoNodes, talk: Talk) -> str:
    arrived = await centre.fact(talk.contact_id, "contact.arrived")
    return str(arrived["node"])


async def test_one_node_dies_and_the_other_goes_on(centre: TwoNodes) -> None:
    """Its callers are called back by the other, where agents stay ready. Once it is back it is used again,
    and reaches agents who are registered on the first node only."""
    centre.everywhere = False
    through = await centre.talking(
        "ring", TONE, endpoint=SECOND
    )  # the second node reaches the first's device
    centre.everywhere = True
    first = await centre.talking("plain", TONE)
    second = await centre.talking("plain", TONE, endpoint=SECOND)
    waiting, waited = await centre.caller(centre.world.numbers["plain"], endpoint=SECOND)
    await centre.fact(waited, "contact.queued")
    nodes = [await lives_on(centre, talk) for talk in (first, second, through)]
    assert nodes == [centre.settings.node, "n2", "n2"]
    await through.device.be_quiet()
    await both_heard(centre, through.caller, through.device)

    await kill(centre.second)
    lost = [second.contact_id, through.contact_id, waited]
    for contact_id in lost:
        assert await centre.outcome(contact_id, 15) == "interrupted"
        assert (await centre.fact(contact_id, "callback.kept"))["why"] == "interrupted"
    await through.agent.ask("agent.state", state="not_ready")
    assert await centre.node_is("n2", up=False)
    assert not first.caller.ended.done() and first.gap_s(TONE, 6) < 0.5
    await asyncio.gather(*(call.hangup() for call in (second.caller, waiting, through.caller)))

    # the agents are registered on the first node: the first of those cut off is called back from there
    arrived = await centre.fact(second.contact_id, "contact.arrived")
    telephone = centre.carrier.subscriber(arrived["caller"])
    await centre.until(lambda: awake(centre), 15, "customers may be called")
    await second.agent.ask("wrap.done")
    phone = await second.agent.picks_up(15)
    back = await telephone.next_call(10)
    await back.answer()
    await second.agent.in_state("talking")
    await both_heard(centre, back, phone)
    returned = second.agent.view["contact"]["contact_id"]
    assert values(await centre.facts(returned), "contact.arrived", "node") == [centre.settings.node]
    await back.hangup()
    assert (await centre.fact(second.contact_id, "callback.ended"))["how"] == "served"

    await centre.second.start()
    await centre.until(lambda: centre.node_is("n2", up=True), 10, "the second node is back")
    # Who was cut off there calls again: the agent is reached through the first node.
    own = (await centre.fact(through.contact_id, "contact.arrived"))["caller"]
    again = await centre.carrier.call(centre.world.numbers["ring"], own, endpoint=SECOND)
    assert (await centre.fact(through.contact_id, "callback.ended"))["how"] == "called_again"
    again_id = await centre.contact_of(own)
    assert (await centre.fact(again_id, "contact.arrived"))["node"] == "n2"
    await through.agent.ready()
    device = await through.agent.picks_up()
    await through.agent.in_state("talking")
    await both_heard(centre, again, device)
    for call in (again, first.caller):
        await call.hangup()
    assert await centre.outcome(first.contact_id) == "served"
    assert await centre.outcome(again_id) == "served"
    status, said = await centre.ledger()
    assert status == 0, said


async def test_a_drained_node_takes_no_calls_and_drops_none(centre: TwoNodes) -> None:
    """Its talk goes on, over the death of a core as well, and ends as its people want. Back in service it
    goes on when the installation's own node dies, and calls that one's callers."""
    talk = await centre.talking("plain", TONE, endpoint=SECOND)
    status, said = await command(centre.settings, "node", "drain", "n2")
    assert status == 0 and "排空中" in said, said
    assert await centre.node_is("n2", draining=True, calls=1)
    status, said = await command(centre.settings, "node", "drain", "n1")
    assert status == 1 and "最后一个" in said
    refused = await centre.carrier.call(centre.world.numbers["plain"], "13512345678", endpoint=SECOND)
    assert (await refused.wait_ended(5)).cause == CONGESTION
    await centre.core_killed()
    assert await centre.node_is("n2", draining=True, calls=1)
    other = await centre.talking("plain", AGENT_HZ)
    assert await lives_on(centre, other) == centre.settings.node
    assert talk.gap_s(TONE, 5) < 0.5
    await talk.caller.hangup()
    assert await centre.outcome(talk.contact_id) == "served"
    await centre.until(lambda: centre.node_is("n2", calls=0), 15, "nothing is left on it")
    status, said = await command(centre.settings, "node", "resume", "n2")
    assert status == 0 and "排空中" not in said, said
    asked = await centre.facts(kind="node.drained") + await centre.facts(kind="node.resumed")
    assert [(row["kind"], row["data"]["node"]) for row in asked] == [
        ("node.drained", "n2"),
        ("node.resumed", "n2"),
    ]
    again = await centre.talking("ring", TONE, endpoint=SECOND)
    assert await lives_on(centre, again) == "n2"

    await talk.agent.ask("agent.state", state="not_ready")
    await kill(centre.engine)
    assert await centre.outcome(other.contact_id, 15) == "interrupted"
    own = (await centre.fact(other.contact_id, "contact.arrived"))["caller"]
    telephone = centre.carrier.subscriber(own)
    await other.caller.hangup()
    phone = await other.agent.picks_up(20)
    back = await telephone.next_call(10)
    await back.answer()
    await other.agent.in_state("talking")
    await both_heard(centre, back, phone)
    returned = other.agent.view["contact"]["contact_id"]
    assert values(await centre.facts(returned), "contact.arrived", "node") == ["n2"]
    assert again.gap_s(TONE, 10) < 0.5
    await centre.engine.start()
    await centre.until(lambda: centre.node_is(centre.settings.node, up=True), 10, "the first node is back")
    await back.hangup()
    await again.caller.hangup()
    assert await centre.outcome(again.contact_id) == "served"
    assert (await centre.fact(other.contact_id, "callback.ended"))["how"] == "served"
    status, said = await centre.ledger()
    assert status == 0, said
