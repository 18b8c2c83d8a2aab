"""What the core's watch sees of a floor about to be broken."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from test_routing import ANN, CLIENT, SALES, TENANT, Centre, agent, queue
from test_routing_rules import comes, rules

from andon.entrypoints.core_alarms import Alarms
from andon.entrypoints.core_watch import Watch
from andon.kit.clock import SystemClock
from andon.kit.events import AlarmCleared, AlarmRaised
from andon.routing.config import Segment

pytestmark = pytest.mark.unit


async def test_a_floor_about_to_be_broken_is_an_alarm_until_the_caller_is_served() -> None:
    centre = Centre([agent(ANN)], [queue()])
    rules(centre, segments=(Segment(tier="normal", floor_s=50),))
    centre.ready(ANN)
    centre.talk(ANN)
    contact = comes(centre)
    said: list[Any] = []
    alarms = Alarms(said.append, lambda: datetime(2026, 3, 2, tzinfo=UTC), lambda: [TENANT], lambda: None)
    live = SimpleNamespace(
        tenant_id=TENANT, floor=SimpleNamespace(router=centre.router), queues={SALES: queue()}
    )
    watch = Watch(
        clock=SystemClock(),
        db=None,  # type: ignore[arg-type]  # this look asks no database
        alarms=alarms,
        recordings=Path(),
        disk_low_mb=0,
        centres=lambda: [live],  # type: ignore[list-item]  # what this look needs of a centre
        append=said.append,
    )
    centre.later(39)
    await watch._floors()
    assert said == []
    centre.later(1)
    await watch._floors()
    await watch._floors()
    assert [(type(fact), fact.code, fact.tenant_id) for fact in said] == [(AlarmRaised, "floor_near", TENANT)]
    centre.do("leave", contact)
    await watch._floors()
    assert type(said[-1]) is AlarmCleared
    assert alarms.of(CLIENT) == [] == alarms.of(TENANT)
