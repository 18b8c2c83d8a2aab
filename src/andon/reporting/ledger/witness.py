"""The witness: what Asterisk itself wrote about every channel, held against the contacts. Pure.

CEL lines (`CHAN_START`, `CHAN_END`) are read from the engine's own CSV files; Andon never writes them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from andon.reporting.ledger.model import WitnessCall
from andon.reporting.ledger.rules import Books
from andon.reporting.ledger.rules.state import Placed

MARGIN = timedelta(seconds=2)  # the engine writes its record beside its work, a little later
NOTICED = timedelta(seconds=3)  # so long after it a step of the clock may be noticed
SPAN_S = 1.5  # engine and core see one hang-up this far apart at the most
WAITED_S = 20.0  # so long a call that came while no core was there asks for one
EXEMPT = {"interrupted", "shutdown"}  # ended by a core that was gone: its span is a bound, not a measure


def compare(
    books: Books,
    channels: Mapping[str, WitnessCall],
    *,
    caller_prefixes: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
) -> None:
    """Hold contacts against channels, read at `last` or later. `caller_prefixes`: names of channels that
    carry callers (trunks); only channels started between `first` and `last` (with a margin) must have a
    contact."""
    known = set(books.placed) | books.outside_channels
    for subject, contact in books.contacts.items():
        if contact.channel_id.startswith("seed-") or contact.outbound or contact.returns:
            continue
        known.add(contact.channel_id)
        seen = channels.get(contact.channel_id)
        if seen is None and last is not None and contact.arrived > last - MARGIN:
            continue
        books.check("witness.contact", seen is not None, subject, "the engine has no record of it")
        if seen is None or contact.ended is None or contact.outcome in EXEMPT:
            continue
        if seen.started is None or seen.ended is None:
            continue
        theirs = (seen.ended - seen.started).total_seconds()
        ours = (contact.ended - contact.arrived).total_seconds()
        text = f"the engine says {theirs:.3f} s, the journal {ours:.3f} s"
        bent = _bent(books.clock_steps, contact.arrived, contact.ended)
        # It reached us that much later than the engine: it asked for a core, or came as one died.
        early = max(WAITED_S if seen.waited else 0.0, books.hearing.gap_before(contact.arrived))
        # It may have ended while no core was there to see it, or as a core died that should have hung up.
        late = books.hearing.gap_before(contact.ended)
        ok = any(-SPAN_S - late <= theirs - ours - seconds <= SPAN_S + max(early, late) for seconds in bent)
        books.check("witness.contact", ok, subject, text)
    for channel_id, placed in books.placed.items():
        _compare_placed(books, channel_id, placed, channels.get(channel_id))
    for channel in callers(channels.values(), caller_prefixes):
        started = channel.started
        if started is None or (first and started < first - MARGIN) or (last and started > last - MARGIN):
            continue
        # It came while no core heard the engine, and no record of its end says that it had waited for one:
        # the engine was killed with it.
        lost = channel.ended is None and books.hearing.deaf_at(started)
        ours = channel.channel_id in known or _called_outside(books, channel.channel_id)
        ok = ours or channel.waited or lost or _turned_away(books, channel)
        books.check("witness.channel", ok, channel.channel_id, f"{channel.channel} has no contact")


def _turned_away(books: Books, channel: WitnessCall) -> bool:
    """Whether a drained node sent the call to another: at once."""
    if channel.started is None or channel.ended is None:
        return False
    quick = (channel.ended - channel.started).total_seconds() <= SPAN_S
    return quick and books.hearing.turned_away(channel.channel_id, channel.started)


def _called_outside(books: Books, channel_id: str) -> bool:
    """Whether it is a leg (`a-<contact>-<n>`) of a contact whose agent called a number outside."""
    kind, _, rest = channel_id.partition("-")
    return kind == "a" and rest.partition("-")[0] in books.outside_contacts


def _compare_placed(books: Books, channel_id: str, placed: Placed, seen: WitnessCall | None) -> None:
    """A leg we placed lasts as long as the journal says; one that nobody answered may never have been."""
    if placed.ended is None or placed.exempt:
        return
    books.check(
        "witness.contact", seen is not None or not placed.talked, placed.contact, "no record of its leg"
    )
    if seen is None or seen.started is None or seen.ended is None:
        return
    theirs = (seen.ended - seen.started).total_seconds()
    ours = (placed.ended - placed.at).total_seconds()
    text = f"the engine says {theirs:.3f} s of {channel_id}, the journal {ours:.3f} s"
    late = books.hearing.gap_before(placed.ended)
    bent = _bent(books.clock_steps, placed.at, placed.ended)
    ok = any(abs(theirs - ours - seconds) <= SPAN_S + late for seconds in bent)
    books.check("witness.contact", ok, placed.contact, text)


def _bent(steps: Iterable[tuple[datetime, float]], arrived: datetime, ended: datetime) -> set[float]:
    """By how many seconds the engine, which reads the machine's clock, may have measured a contact too long.

    A step is noticed a little after it happened, so one near an edge may lie on either side of it."""
    bent = {0.0}
    for at, seconds in steps:
        if arrived <= at <= ended + NOTICED:
            within = {before + seconds for before in bent}
            bent = within if arrived + NOTICED < at <= ended else bent | within
    return bent


def callers(channels: Iterable[WitnessCall], prefixes: tuple[str, ...]) -> Iterable[WitnessCall]:
    """The channels on which callers came in."""
    return (channel for channel in channels if channel.channel.startswith(prefixes))
