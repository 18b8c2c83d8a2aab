"""A draft rings its tester: it speaks and hears keys for real, and no contact or figure knows of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from call_checks import hears_music
from call_house import House
from call_world import SHORT
from sqlalchemy import insert

from andon.flows.graph import Graph, store_graph
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.outside import Emergency
from andon.flows.nodes.queue import WaitInQueue
from andon.flows.nodes.start import Start
from andon.flows.nodes.survey import Survey
from andon.flows.nodes.voicemail import Voicemail
from andon.flows.tables import FlowDraftRow, FlowRow
from andon.kit.clock import SystemClock
from andon.kit.database import Database, Scope
from andon.kit.errors import AndonError
from andon.kit.ids import uuid7
from town.carrier import Phone

pytestmark = pytest.mark.telephony


def draft(queue_id: UUID) -> Graph:
    ways = {"conversation_ended": "survey", "timeout": "end", "nobody_signed_in": "end"}
    return Graph(
        start="start",
        nodes={
            "start": Start(exits={"next": "menu"}),
            "menu": Menu(
                prompts=SHORT,
                wrong_prompt="1",
                exits={"1": "queue", "2": "message", "9": "help", "wrong": "end", "silence": "end"},
            ),
            "queue": WaitInQueue(queue_id=queue_id, prompts=(), exits=ways),
            "survey": Survey(prompts=SHORT, thanks=(), timeout_s=5, tries=1, exits={"next": "end"}),
            "message": Voicemail(prompts=SHORT, max_s=20, exits={"left": "end", "empty": "end"}),
            "help": Emergency(service="110", connect=True, prompts=SHORT, exits={"next": "end"}),
            "end": HangUp(),
        },
    )


async def drawn(house: House, graph: Graph) -> UUID:
    """A flow that is a draft only."""
    world, flow_id = house.world, uuid7()
    db = Database(house.app_url, "andon edge", pool_size=1)
    try:
        async with db.session(Scope(world.tenant_id)) as session:
            await session.execute(
                insert(FlowRow).values(
                    id=flow_id, client_id=world.client_id, project_id=world.project_id, name=str(flow_id)
                )
            )
            await session.execute(
                insert(FlowDraftRow).values(
                    flow_id=flow_id, graph=store_graph(graph), revision=1, saved_at=SystemClock().now()
                )
            )
    finally:
        await db.close()
    return flow_id


@asynccontextmanager
async def somebody(house: House) -> AsyncIterator[tuple[UUID, Phone]]:
    """Somebody who draws flows, with a telephone of their own."""
    user_id = uuid7()
    sip = (await house.ask("trial.device", user_id, device="sip"))["sip"]
    phone = await house.carrier.register(sip["username"], sip["secret"])
    try:
        yield user_id, phone
    finally:
        await house.carrier.remove_phone(sip["username"])


async def shown(house: House, user_id: UUID, node: str) -> dict[str, Any]:
    """The trial once it is at this node."""

    async def there() -> dict[str, Any] | None:
        now = await house.ask("trial.look", user_id)
        return now if now["node"] == node else None

    found: dict[str, Any] = await house.until(there, 15, f"the trial is at {node}")
    return found


async def message_begins(house: House, user_id: UUID) -> bool:
    return any(line["what"] == "message" for line in (await house.ask("trial.look", user_id))["lines"])


async def ring(house: House, user_id: UUID, **more: Any) -> None:
    """Ask for the call once the core knows that the telephone is there."""

    async def asked() -> bool:
        try:
            await house.ask("trial.call", user_id, **more)
        except AndonError as error:
            assert error.code == "trial.no_device"
            return False
        return True

    await house.until(asked, 10, "the telephone is known")


async def test_the_draft_rings_its_tester_and_nobody_counts_it(house: House) -> None:
    flow_id = await drawn(house, draft(house.world.queues["empty"]))
    before = len(await house.facts(kind="contact.arrived"))
    with pytest.raises(AndonError, match=r"trial\.none"):
        await house.ask("trial.look", uuid7())
    async with somebody(house) as (user_id, phone):
        await ring(house, user_id, flow_id=str(flow_id))
        call = await phone.next_call(10)
        await call.answer()
        await shown(house, user_id, "menu")
        await call.wait_sound(10)
        await call.keys("5")  # no such key: asked again
        await call.keys("1")
        waiting = await shown(house, user_id, "queue")
        assert waiting["queued"]
        await hears_music(house, call)  # nobody is signed in to this queue, and nobody is needed
        await house.ask("trial.queue", user_id, how="conversation_ended")
        await shown(house, user_id, "survey")
        await call.keys("4")
        await call.wait_ended(10)

        async def over() -> dict[str, Any] | None:
            now = await house.ask("trial.look", user_id)
            return now if now["over"] else None

        told = await house.until(over, 15, "the trial is over")
        path = [line["data"]["node"] for line in told["lines"] if line["what"] == "node"]
        assert path == ["start", "menu", "queue", "survey", "end"]
        assert [line["data"]["keys"] for line in told["lines"] if line["what"] == "press"] == ["5", "1", "4"]
        assert any(line["what"] == "score" and line["data"]["score"] == 4 for line in told["lines"])

        # a message is recorded for real; an emergency rings nobody and raises no alarm
        dialled = len(await house.facts(kind="outside.dialled"))
        for key, node in (("2", "message"), ("9", "help")):
            await house.ask("trial.call", user_id, flow_id=str(flow_id))
            call = await phone.next_call(10)
            await call.answer()
            await shown(house, user_id, "menu")
            await call.keys(key)
            await shown(house, user_id, node)
            if node == "message":
                await call.tone(440, 30)
                await house.until(partial(message_begins, house, user_id), 10, "the message begins")
                await call.be_quiet()  # a key waits for the end of what its telephone plays
                await call.keys("#")
            await call.wait_ended(20)
        assert len(await house.facts(kind="outside.dialled")) == dialled
        alarms = await house.facts(kind="alarm.raised")
        assert all(str(flow_id) not in str(row["data"]) for row in alarms)

    async def trials(kind: str) -> list[dict[str, Any]]:
        return [row for row in await house.facts(kind=kind) if row["data"]["flow_id"] == str(flow_id)]

    async def all_over() -> bool:
        return len(await trials("trial.ended")) == 3

    await house.until(all_over, 10, "three trials are over")
    began, ended = await trials("trial.began"), await trials("trial.ended")
    assert len(began) == 3 and all(row["contact_id"] is None for row in began)
    assert ended[0]["data"]["talked_ms"] > 1000
    assert len(await house.facts(kind="contact.arrived")) == before
    assert "core_fault" not in house.core_said() and "trial_failed" not in house.core_said()
    assert await house.unexplained() == []


async def test_a_prompt_is_recorded_by_telephone(house: House) -> None:
    world = house.world
    async with somebody(house) as (user_id, phone):

        async def asked() -> bool:
            try:
                await house.ask(
                    "trial.record",
                    user_id,
                    project_id=str(world.project_id),
                    client_id=str(world.client_id),
                )
            except AndonError:
                return False
            return True

        await house.until(asked, 10, "the telephone is known")
        call = await phone.next_call(10)
        await call.answer()
        await call.wait_sound(10)
        await call.tone(600, 30)

        async def long_enough() -> bool:
            return (await house.ask("trial.look", user_id))["answered"] and len(call.heard(30)) > 8000 * 3

        await house.until(long_enough, 15, "three seconds of it")
        await call.be_quiet()
        await call.keys("#")
        await call.wait_ended(15)
        told = await house.ask("trial.look", user_id)
        assert told["message_ms"] > 1500
        file = house.settings.folder("spool", "recordings") / f"t-{UUID(told['trial_id']).hex}.wav"
        assert file.is_file()
        file.unlink()
