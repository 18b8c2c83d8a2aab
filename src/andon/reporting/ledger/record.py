"""Read the engine's own record of its channels: CSV lines that Asterisk wrote and Andon never touches."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from andon.reporting.ledger.model import WitnessCall
from andon.telephony.engine.config import CEL_FIELDS, FALLBACK_ACCOUNT

CALLERS = ("PJSIP/trunk-",)  # names of channels on which callers come in begin so
_PLACE = {name: place for place, name in enumerate(CEL_FIELDS)}


def engine_record(home: Path) -> dict[str, WitnessCall] | None:
    """Every channel of every engine of the installation `home` by its unique id; None when they have left no
    record here. Rotated files count."""
    engines = [home / "engine", *sorted(home.glob("engines/*"))]
    files = [file for each in engines for file in sorted(each.glob("log/cel-custom/witness.csv*"))]
    if not files:
        return None
    found: dict[str, dict[str, datetime]] = {}
    names: dict[str, str] = {}
    waited: set[str] = set()
    for row in _rows(files):
        unique = row[_PLACE["uniqueid"]]
        kind = row[_PLACE["eventtype"]]
        names[unique] = row[_PLACE["channame"]]
        if row[_PLACE["accountcode"]] == FALLBACK_ACCOUNT:
            waited.add(unique)
        found.setdefault(unique, {})[kind] = datetime.fromtimestamp(float(row[_PLACE["eventtime"]]), UTC)
    return {
        unique: WitnessCall(
            channel_id=unique,
            channel=names[unique],
            started=events.get("CHAN_START"),
            ended=events.get("CHAN_END"),
            waited=unique in waited,
        )
        for unique, events in found.items()
    }


def _rows(files: list[Path]) -> Iterator[list[str]]:
    for path in files:
        with path.open(newline="", encoding="utf-8", errors="replace") as handle:
            # A line cut short by a killed engine is no line.
            yield from (row for row in csv.reader(handle) if len(row) == len(CEL_FIELDS))
