"""When a core heard the engine, and which nodes took calls."""

from datetime import datetime, timedelta

GAP = timedelta(seconds=2)  # so soon after its start a core has learnt what ended before it
NODE_MARGIN = timedelta(seconds=1)  # the engine's clock and the journal's agree so well


class Hearing:
    """As the journal says it."""

    def __init__(self) -> None:
        self.gaps: list[tuple[datetime, datetime]] = []  # times in which no core heard the engine
        self.nodes: set[str] = set()
        self.drained: list[tuple[str, datetime, datetime | None]] = []  # node, since, to
        self.deaf_since: dict[str, datetime] = {}  # by node; "" before any is known

    def turned_away(self, channel_id: str, at: datetime) -> bool:
        """Whether the engine's channel, whose id begins with its node's name, met one that took no calls."""
        return any(
            channel_id.startswith(f"{node}-")
            and since - NODE_MARGIN <= at
            and (to is None or at <= to + NODE_MARGIN)
            for node, since, to in self.drained
        )

    def deaf_at(self, instant: datetime) -> bool:
        """Whether no core heard the engine then."""
        return any(since <= instant <= to for since, to in self.gaps)

    def gap_before(self, ended: datetime) -> float:
        """How long, in seconds, no core heard the engine right before this end: it may be as much older."""
        gaps = [(to - since).total_seconds() for since, to in self.gaps if since <= ended <= to + GAP]
        return max(gaps, default=0.0)
