"""A trunk is tried over real SIP: what the page sees of each ending, and that no figure and no book minds."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from call_house import House
from call_world import OUT
from sqlalchemy import insert, select, update

from andon.channels.voice.tables import NumberRow, TrunkRow
from andon.kit.clock import SystemClock
from andon.kit.database import Database, Scope
from andon.kit.errors import AndonError
from andon.kit.ids import uuid7
from harness.ports import free_port

pytestmark = pytest.mark.telephony

TESTER = uuid4()
NUMBER = "13655500001"


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(AndonError) as caught:
        yield
    assert caught.value.code == code


class Desk:
    """An administrator at the page of trunks."""

    def __init__(self, house: House, number_id: UUID) -> None:
        self.house = house
        self.number_id = number_id

    async def states(self) -> dict[str, dict[str, Any]]:
        rows = (await self.house.ask("trunk.states", TESTER))["trunks"]
        return {row["trunk_id"]: row for row in rows}

    async def call(self, trunk_id: UUID, number: str = NUMBER, ring_s: int = 20) -> None:
        await self.house.ask(
            "trunk.call",
            TESTER,
            trunk_id=str(trunk_id),
            number_id=str(self.number_id),
            number=number,
            ring_s=ring_s,
        )

    async def look(self) -> dict[str, Any]:
        told: dict[str, Any] = (await self.house.ask("trunk.look", TESTER))["trial"]
        return told

    async def sees(self, what: str) -> None:
        async def there() -> bool:
            return what in [step["what"] for step in (await self.look())["steps"]]

        await self.house.until(there, 15, f"the page says {what}")

    async def ended(self, how: str) -> dict[str, Any]:
        async def over() -> dict[str, Any] | None:
            now = await self.look()
            return now if now["over"] else None

        told: dict[str, Any] = await self.house.until(over, 30, f"it ends: {how}")
        assert told["how"] == how, told
        assert told["steps"][-1]["what"] == "ended"
        return told


@asynccontextmanager
async def desk_with_a_dead_trunk(house: House) -> AsyncIterator[tuple[Desk, UUID]]:
    """Nothing listens where the second trunk leads."""
    dead, db = uuid7(), Database(house.app_url, "andon tests", pool_size=1)
    try:
        async with db.session(Scope(house.world.tenant_id)) as session:
            number_id = (await session.scalars(select(NumberRow.id).where(NumberRow.e164 == OUT))).one()
            await session.execute(
                insert(TrunkRow).values(id=dead, name="dead", host="127.0.0.3", port=free_port())
            )
        await house.config_changed()
        desk = Desk(house, number_id)

        async def made() -> bool:
            row = (await desk.states()).get(str(dead))
            return row is not None and row["made"]

        await house.until(made, 15, "the engine has the trunk")
        yield desk, dead
    finally:
        async with db.session(Scope(house.world.tenant_id)) as session:
            await session.execute(
                update(TrunkRow).where(TrunkRow.id == dead).values(retired_at=SystemClock().now())
            )
        await db.close()
        await house.config_changed()


async def test_every_way_a_test_call_can_end(house: House) -> None:
    carrier = house.world.trunk_id
    telephone = house.carrier.subscriber(NUMBER)
    contacts = len(await house.facts(kind="contact.arrived"))
    assert (await house.ask("trunk.look", uuid4())).keys() == {"trial"}
    async with desk_with_a_dead_trunk(house) as (desk, dead):
        states = await desk.states()
        assert states[str(carrier)]["reach"] == "answers" and states[str(carrier)]["made"]
        assert states[str(dead)]["reach"] == "closed"
        in_use = states[str(carrier)]["in_use"]

        # answered: the number is read out to whoever answers, then it is over by itself
        await desk.call(carrier)
        call = await telephone.next_call(10)
        assert call.caller.endswith(OUT)
        await call.ring()
        await desk.sees("ringing")
        assert (await desk.states())[str(carrier)]["in_use"] == in_use + 1
        with refused("trunk_trial.busy"):
            await desk.call(carrier)
        await call.answer()
        await desk.sees("answered")
        await call.wait_sound(10)
        await call.wait_ended(20)
        told = await desk.ended("answered")
        assert [step["what"] for step in told["steps"]] == [
            "dialled", "ringing", "answered", "said", "ended",
        ]  # fmt: skip
        seconds = [step["s"] for step in told["steps"]]
        assert seconds == sorted(seconds) and seconds[-1] > seconds[2]

        await desk.call(carrier)
        await (await telephone.next_call(10)).busy()
        assert (await desk.ended("busy"))["cause"] == 17

        await desk.call(carrier, "13899999999")  # nobody has this number
        await desk.ended("wrong_number")

        await desk.call(carrier)
        call = await telephone.next_call(10)
        await call.ring()
        await desk.sees("ringing")
        await house.ask("trunk.end", TESTER)
        await call.wait_ended(10)
        await desk.ended("cancelled")

        await desk.call(carrier, ring_s=2)
        call = await telephone.next_call(10)
        await call.ring()
        await call.wait_ended(10)
        await desk.ended("no_answer")

        await desk.call(dead, ring_s=3)
        assert (await desk.ended("no_reply"))["steps"][-1]["s"] < 10

        states = await desk.states()
        assert states[str(carrier)]["in_use"] == in_use
        assert states[str(carrier)]["worked_at"] is not None
        assert states[str(dead)]["how"] == "no_reply" and states[str(dead)]["worked_at"] is None
        with refused("not_found"):
            await house.ask(
                "trunk.call", TESTER, trunk_id=str(carrier), number_id=str(uuid4()), number="1", ring_s=5
            )
    began = [r for r in await house.facts(kind="trunk.trial_began") if r["data"]["tester_id"] == str(TESTER)]
    ended = [r for r in await house.facts(kind="trunk.trial_ended") if r["data"]["tester_id"] == str(TESTER)]
    assert [row["data"]["how"] for row in ended] == [
        "answered", "busy", "wrong_number", "cancelled", "no_answer", "no_reply",
    ]  # fmt: skip
    assert [row["data"]["trial_id"] for row in began] == [row["data"]["trial_id"] for row in ended]
    assert ended[0]["data"]["talked_ms"] > 1000 and "answered_after_ms" not in ended[1]["data"]
    assert all(row["contact_id"] is None for row in began)
    assert len(await house.facts(kind="contact.arrived")) == contacts
    assert "core_fault" not in house.core_said()
    assert await house.unexplained() == []
    _, said = await house.ledger()  # with Asterisk's own record of those legs
    assert "witness.channel" in said
    assert not any(row["data"]["channel_id"] in said for row in began), said
