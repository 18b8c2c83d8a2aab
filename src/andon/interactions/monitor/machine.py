"""A supervisor's session at a call: one at a time asked of the medium, every change a fact. Pure.

Whatever ends it ends it once, in whichever order caller, agent and supervisor hang up.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from andon.interactions.model import span_ms
from andon.interactions.monitor.events import Mode, MonitorEnded, MonitorModeChanged, MonitorStarted
from andon.interactions.monitor.model import (
    TALKING,
    Deafen,
    Deafened,
    Ended,
    Input,
    LegGone,
    LegUp,
    Monitor,
    NotPlaced,
    Place,
    Placed,
    Release,
    Ring,
    Stage,
    StillUp,
    Wanted,
)
from andon.kit.journal import Fact

Effect = Fact | Ring | Place | Deafen | Release


def begin(monitor: Monitor) -> list[Effect]:
    """The supervisor's device is called."""
    return [Ring()]


def step(monitor: Monitor, heard: Input, at: datetime) -> list[Effect]:
    """Move the session; returns facts and orders in the order to perform them. What comes after the end, or
    twice, changes nothing."""
    if monitor.stage is Stage.ENDED:
        return []
    return _RULES[type(heard)](monitor, heard, at)


def _leg_up(monitor: Monitor, heard: LegUp, at: datetime) -> list[Effect]:
    if monitor.stage is not Stage.RINGING:
        return []
    monitor.stage = Stage.PLACING
    return _place(monitor)


def _place(monitor: Monitor) -> list[Effect]:
    """Ask the medium for what is wanted, unless it is so or is being done. Nobody overhears card data."""
    if monitor.deaf and monitor.wanted not in TALKING:
        return []
    if monitor.placing is not None or monitor.wanted is monitor.mode:
        return []
    monitor.placing = monitor.wanted
    return [Place(monitor.wanted)]


def _still_up(monitor: Monitor, heard: StillUp, at: datetime) -> list[Effect]:
    """Whatever was asked of the medium before is asked again; given twice it does no harm."""
    if monitor.deaf:
        return [Deafen()]
    monitor.placing = monitor.wanted
    return [Place(monitor.wanted)]


def _wanted(monitor: Monitor, heard: Wanted, at: datetime) -> list[Effect]:
    """Whoever talks in the agent's place cannot go back beside the agent."""
    if monitor.wanted in TALKING or heard.mode is Mode.PULL:
        return []
    monitor.wanted = heard.mode
    return [] if monitor.stage is Stage.RINGING else _place(monitor)


def _deafened(monitor: Monitor, heard: Deafened, at: datetime) -> list[Effect]:
    """Whoever talks in the agent's place is no listener."""
    if monitor.deaf is heard.on:
        return []
    monitor.deaf = heard.on
    if monitor.stage is Stage.RINGING or monitor.wanted in TALKING:
        return []
    if monitor.deaf:
        return [Deafen()]
    monitor.placing = monitor.wanted
    return [Place(monitor.wanted)]


def _placed(monitor: Monitor, heard: Placed, at: datetime) -> list[Effect]:
    if heard.mode is not monitor.placing:
        return []
    monitor.placing = None
    effects: list[Effect] = []
    about = _about(monitor, at)
    if monitor.mode is None or monitor.mode_since is None:
        monitor.started = at
        effects.append(MonitorStarted(**about, mode=heard.mode, follow_id=monitor.follow_id))
    elif monitor.mode is not heard.mode:  # else they are back where they were
        spent = span_ms(at, monitor.mode_since)
        effects.append(MonitorModeChanged(**about, mode=heard.mode, previous=monitor.mode, previous_ms=spent))
    if monitor.mode is not heard.mode:
        monitor.stage, monitor.mode, monitor.mode_since = Stage.ON, heard.mode, at
    return effects + _place(monitor)


def _not_placed(monitor: Monitor, heard: NotPlaced, at: datetime) -> list[Effect]:
    return _end(monitor, at, "refused") if heard.mode is monitor.placing else []


def _leg_gone(monitor: Monitor, heard: LegGone, at: datetime) -> list[Effect]:
    return _end(monitor, at, "device_lost")


def _ended(monitor: Monitor, heard: Ended, at: datetime) -> list[Effect]:
    return _end(monitor, at, heard.why)


def _end(monitor: Monitor, at: datetime, why: str) -> list[Effect]:
    effects: list[Effect] = []
    if monitor.mode is not None and monitor.started is not None and monitor.mode_since is not None:
        effects.append(
            MonitorEnded(
                **_about(monitor, at),
                mode=monitor.mode,
                previous_ms=span_ms(at, monitor.mode_since),
                total_ms=span_ms(at, monitor.started),
                why=why,
            )
        )
    monitor.stage = Stage.ENDED
    return [*effects, Release()]


def _about(monitor: Monitor, at: datetime) -> dict[str, Any]:
    return {
        "at": at,
        "tenant_id": monitor.tenant_id,
        "client_id": monitor.client_id,
        "project_id": monitor.project_id,
        "contact_id": monitor.contact_id,
        "agent_id": monitor.agent_id,
        "monitor_id": monitor.monitor_id,
        "supervisor_id": monitor.supervisor_id,
    }


_RULES: dict[type[Input], Callable[[Monitor, Any, datetime], list[Effect]]] = {
    LegUp: _leg_up,
    LegGone: _leg_gone,
    StillUp: _still_up,
    Placed: _placed,
    NotPlaced: _not_placed,
    Wanted: _wanted,
    Deafened: _deafened,
    Ended: _ended,
}
