"""Supervisors at calls, and their wishes to hear the next ones."""

from typing import Any

from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules.state import ROUNDING_MS, Follow, Monitor, State, ms
from andon.reporting.ledger.rules.table import on


@on("monitor.started")
def monitor_started(books: State, row: Row, data: Any) -> None:
    monitor_id = str(data["monitor_id"])
    books.check("monitor.pairs", monitor_id not in books.monitors, monitor_id, "started twice")
    books.monitors[monitor_id] = Monitor(started=row.at, mode=str(data["mode"]), since=row.at)
    follow_id = data.get("follow_id")
    if follow_id is None:
        return
    follow = books.follows.get(str(follow_id))
    if follow is None:
        books.check("follow.pairs", books.partial, str(follow_id), "listened to for no wish")
        return
    follow.left -= 1
    books.check("follow.pairs", not follow.ended, str(follow_id), "listened to after its end")


@on("monitor.mode", "monitor.ended")
def monitor_moved(books: State, row: Row, data: Any) -> None:
    """The mode changed, or the session ended."""
    monitor_id, ends = str(data["monitor_id"]), row.kind == "monitor.ended"
    monitor = books.monitors.get(monitor_id)
    if monitor is None:
        if not books.partial:
            books.check("monitor.pairs", False, monitor_id, f"{row.kind} without a start")
        return
    before = str(data["mode"] if ends else data["previous"])
    drift = abs(ms(row.at, monitor.since) - int(data["previous_ms"]))
    if ends:
        drift = max(drift, abs(ms(row.at, monitor.started) - int(data["total_ms"])))
    ok = not monitor.ended and before == monitor.mode and drift <= ROUNDING_MS
    books.check("monitor.pairs", ok, monitor_id, f"was in {monitor.mode}, not {before}; off by {drift} ms")
    monitor.ended, monitor.mode, monitor.since = ends, str(data["mode"]), row.at


@on("follow.began")
def follow_began(books: State, row: Row, data: Any) -> None:
    follow_id = str(data["follow_id"])
    books.check("follow.pairs", follow_id not in books.follows, follow_id, "began twice")
    books.follows[follow_id] = Follow(began=row.at, left=int(data["calls"]))


@on("follow.ended")
def follow_ended(books: State, row: Row, data: Any) -> None:
    follow_id, left = str(data["follow_id"]), int(data["left"])
    follow = books.follows.get(follow_id)
    if follow is None:
        books.check("follow.pairs", books.partial, follow_id, "ended without a beginning")
        return
    ok = not follow.ended and left == follow.left and (left == 0) is (data["why"] == "done")
    books.check("follow.pairs", ok, follow_id, f"ends with {left} left of {follow.left}, or twice")
    follow.ended = True
