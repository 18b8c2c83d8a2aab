"""Facts of the system itself. Pure. Appended to the journal of every tenant concerned."""

from typing import ClassVar

from andon.kit.journal import Fact


class CoreStarted(Fact, frozen=True, kw_only=True):
    kind: ClassVar[str] = "core.started"
    version_of_code: str
    clean: bool  # false: the one before did not stop in order
    resumed_contacts: int = 0  # live contacts of the core before that go on
    resumed_agents: int = 0  # and signed-in agents


class CoreStopped(Fact, frozen=True, kw_only=True):
    kind: ClassVar[str] = "core.stopped"


class CoreHeartbeat(Fact, frozen=True, kw_only=True):
    """Every 10 s while agents are signed in or contacts live: bounds what a killed core can have lost."""

    kind: ClassVar[str] = "core.heartbeat"
    live_contacts: int
    signed_in: int


class WatchdogRepaired(Fact, frozen=True, kw_only=True):
    """Core and engine disagreed and were made to agree: a fault of ours that cost nobody their call.

    `what`: caller_gone, agent_gone, apart, leg_unknown, bridge_unknown, agent_stuck; `subject` is the leg,
    bridge or agent."""

    kind: ClassVar[str] = "watchdog.repaired"
    what: str
    subject: str


class ClockStepped(Fact, frozen=True, kw_only=True):
    """The machine's clock left the anchored clock by `by_ms`; spans are not affected."""

    kind: ClassVar[str] = "clock.stepped"
    by_ms: int


class AlarmRaised(Fact, frozen=True, kw_only=True):
    kind: ClassVar[str] = "alarm.raised"
    code: str  # disk_full, database_down, engine_down, trunk_busy, …
    subject: str
    detail: str = ""


class AlarmCleared(Fact, frozen=True, kw_only=True):
    kind: ClassVar[str] = "alarm.cleared"
    code: str
    subject: str
