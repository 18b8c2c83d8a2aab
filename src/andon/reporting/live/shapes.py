"""The board as core tells it, and what goes over the live socket."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from andon.reporting.shapes import Instant


class _Part(BaseModel):
    """Core may tell more than is named here; it is passed on."""

    model_config = ConfigDict(extra="allow")


class BoardBreakWish(_Part):
    """A break beyond the rules that waits for a supervisor, until `until` at the latest."""

    why: str
    reason_id: UUID | None
    since: Instant
    until: Instant


class BoardAgent(_Part):
    """`projects`: whose queues the agent serves now. `break_until`: when the present break uses the day's
    allowance up. `internal`: the call at hand is with a colleague."""

    agent_id: UUID
    agent_no: str | None
    name: str
    department: str | None
    team: str | None = None
    state: str
    since: Instant
    why: str | None
    reason_id: UUID | None
    contact_id: UUID | None
    queue_name: str | None
    registered: bool
    pending_state: str | None = None
    forced_by: str | None = None
    projects: list[UUID] = []
    break_wish: BoardBreakWish | None = None
    break_until: Instant | None = None
    internal: bool = False


class BoardQueue(_Part):
    queue_id: UUID
    name: str
    project_name: str | None
    waiting: int
    oldest_since: Instant | None
    signed_in: int
    ready: int
    talking: int


class BoardWaiting(_Part):
    """`floor_at`: when the longest wait of its segment is over, near which it is `urgent`. Of all who wait
    the one with the least `rank` is served first; `position` counts in its queue."""

    contact_id: UUID
    queue_id: UUID
    caller_masked: str
    tier: str | None
    priority: int
    since: Instant
    position: int
    urgent: bool
    floor_at: Instant | None
    rank: tuple[int, int]


class BoardCall(_Part):
    contact_id: UUID
    phase: str
    number_label: str | None
    since: Instant


class BoardMonitor(_Part):
    """A supervisor at a call; `deaf` while card data is taken there."""

    monitor_id: UUID
    supervisor_id: UUID
    supervisor_name: str
    agent_id: UUID | None
    contact_id: UUID
    mode: str | None
    wanted: str
    deaf: bool = False
    since: Instant


class BoardFollow(_Part):
    """A supervisor who listens to the agent's next calls: `left` of `calls`."""

    follow_id: UUID
    supervisor_id: UUID
    supervisor_name: str
    agent_id: UUID
    calls: int
    left: int
    since: Instant


class BoardTrunk(_Part):
    trunk_id: UUID
    name: str
    in_use: int
    limit: int


class BoardAlarm(_Part):
    """`code` `rule`: an administrator's rule raised it; what follows `since` is told of these only."""

    code: str
    subject: str
    since: Instant
    rule_id: UUID | None = None
    name: str | None = None
    level: str | None = None
    figure: str | None = None
    variant: str | None = None
    state: str | None = None
    value: float | None = None
    limit: int | None = None
    about: str | None = None  # centre, project, queue, agent, trunk
    about_id: UUID | None = None
    about_name: str | None = None


class Board(BaseModel):
    """Everything live at one moment."""

    seq: int
    server_time: Instant
    agents: list[BoardAgent]
    queues: list[BoardQueue]
    waiting: list[BoardWaiting]
    calls: list[BoardCall]
    monitors: list[BoardMonitor] = []
    follows: list[BoardFollow] = []
    trunks: list[BoardTrunk]
    alarms: list[BoardAlarm]
