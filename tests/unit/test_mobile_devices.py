"""Agents' mobiles as devices: when they are there, how long their agents stay, who sees their numbers."""

from collections.abc import Callable, Set
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest

from andon.channels.voice.devices import Account, Devices
from andon.identity import audit
from andon.interactions.commands import ABSENCE_S, MOBILE_ABSENCE_S, Desk, KeptSession

pytestmark = pytest.mark.unit

TENANT, ANN, BOB = UUID(int=1), UUID(int=2), UUID(int=3)


class Engines:
    """The accounts that engines were asked to make, and which engines are up."""

    def __init__(self, *up: str) -> None:
        self.there: Set[str] = set(up)
        self.made: list[str] = []

    async def provision_agent(self, username: str, secret: str, webrtc: bool) -> None:
        self.made.append(username)

    def adopt_agent(self, username: str, secret: str, webrtc: bool) -> None:
        self.made.append(username)

    async def remove_agent(self, username: str) -> None:
        self.made.remove(username)


async def test_a_mobile_is_there_as_long_as_an_engine_and_a_trunk_are() -> None:
    engines, trunks, told = Engines("n1", "n2"), {TENANT}, list[tuple[UUID, bool]]()

    def changed(account: Account, there: bool) -> None:
        told.append((account.agent_id, there))

    devices = Devices(engines, changed, lambda tenant_id: tenant_id in trunks)
    phone = await devices.open(TENANT, BOB, "sip")
    mobile = await devices.open(TENANT, ANN, "mobile")
    assert engines.made == [phone.username]  # nothing registers for a mobile
    assert told == [(ANN, True)] and devices.where(ANN) == {"n1", "n2"} and not devices.registered(BOB)
    engines.there = {"n2"}
    devices.refresh("n1", set())
    assert devices.registered(ANN) and devices.where(ANN) == {"n2"}
    trunks.clear()
    devices.look_again()
    assert told[-1] == (ANN, False) and not devices.registered(ANN)
    trunks.add(TENANT)
    devices.look_again()
    assert told[-1] == (ANN, True)
    await devices.close(mobile.username)
    assert devices.of(ANN) is None and engines.made == [phone.username]


class Clock:
    """What a desk asks to be done later."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def call_later(self, delay: float, callback: Callable[..., object], *args: Any) -> "Clock":
        self.asked.append(delay)
        return self

    def cancel(self) -> None:
        """Nothing runs by itself here."""


@pytest.mark.parametrize(("device", "absence_s"), [("browser", ABSENCE_S), ("mobile", MOBILE_ABSENCE_S)])
def test_a_closed_page_signs_out_whoever_has_no_mobile(device: Any, absence_s: float) -> None:
    """The desk of a core that follows waits for the page again, so long as the device allows."""

    class Port:
        def adopt(self, agent_id: UUID, device: Any, username: str, secret: str) -> None:
            """Its account."""

    clock: Any = Clock()
    port: Any = Port()
    nothing: Any = None

    class Other:
        verbs: ClassVar[dict[str, Any]] = {}

    other: Any = Other()
    desk = Desk(nothing, port, clock, nothing, nothing, other, nothing)
    desk.resume(
        uuid4(),
        KeptSession(
            session="s",
            device=device,
            where="",
            since=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
            seen=True,
            username="u",
            secret="",
        ),
    )
    assert clock.asked == [absence_s]
    assert timedelta(seconds=absence_s) <= timedelta(hours=12)


def test_the_log_shows_the_last_digits_only() -> None:
    before, after = {"mobile": "", "name": "a"}, {"mobile": "13800138000", "name": "a"}
    assert audit.changed(before, after) == ({"mobile": ""}, {"mobile": "*******8000"})
    assert audit.masked("110") == "110" and audit.masked(None) == ""
