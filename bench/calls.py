"""Calls, ours beside the known design on the same engine: `python -m bench.calls`.

(a) From the INVITE at the trunk to the INVITE at the agent, and how many new calls a second are carried;
(b) processor time of concurrent recorded calls with real audio both ways;
(c) from a caller's key in a menu to the first sound of the next prompt, with many callers in menus.

Both sides run throughout and take turns (ours, theirs, theirs, ours …), so that whatever else the machine
does meets both. Figures are medians of the turns with the lowest and the highest; what counts is the ratio.
"""

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec
import uvloop

from andon.kit.settings import Settings
from bench import cpu, menus
from bench.ours import MENU, QUEUE, RECORDED, ours
from bench.reference import reference
from bench.rtp import PACKET_S, Media
from bench.sip import NO_MEDIA, Callers, Phones, unheard

T = TypeVar("T")

PARTS = ("latency", "rate", "recorded", "menus")

AGENTS = 120
WARM_UP = (10, 30)  # calls a second, calls
TALK_S = 0.6  # longer than `LATE_S`: a caller who is answered at once must not leave before being late
LATE_S = 0.5
BAD_SHARE = 0.01
PATIENCE_S = 4.0  # for the end of the last calls
RATES = (10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160)
FIRST_RATE = 50
BACK = 2  # steps below the last result at which the next climb begins
REST_S = 1.0  # after a rate that was too much
SETTLE_S = 1.0
HEARD_SHARE = 0.9  # less audio than this coming back means that calls were not talking


class Span(msgspec.Struct, frozen=True):
    """Several turns of one figure: median, lowest, highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Span":
        return cls(statistics.median(values), min(values), max(values))


class Row(msgspec.Struct, frozen=True):
    """One figure of both sides; `ratio` is ours to theirs."""

    name: str
    unit: str
    ours: Span
    theirs: Span

    @property
    def ratio(self) -> float:
        return self.ours.median / self.theirs.median if self.theirs.median else float("nan")


class Side:
    """One of the two, running, with phones of its own."""

    def __init__(self, name: str, phones: Phones, parts: dict[str, int]) -> None:
        """`parts` are process ids by name."""
        self.name = name
        self.phones = phones
        self.parts = parts

    async def callers(self, media: Media | None = None) -> Callers:
        callers = (
            Callers(self.phones.peer) if media is None else Callers(self.phones.peer, media.port, media.to)
        )
        await callers.open()
        return callers

    def spent(self) -> dict[str, float]:
        return {name: cpu.seconds(pid) for name, pid in self.parts.items()}


class Wave(msgspec.Struct, frozen=True):
    """Calls placed at one rate: latencies in ms of those that reached an agent, how many went wrong."""

    latencies: list[float]
    calls: int
    bad: int
    cpu_ms: dict[str, float]  # a call, by part

    @property
    def carried(self) -> bool:
        return self.bad <= BAD_SHARE * self.calls


@asynccontextmanager
async def both(home: Path, agents: int) -> AsyncIterator[tuple[Side, Side]]:
    """Ours and theirs, up and with everybody ready."""
    # the two engines must not look for media ports in one range
    here, there = (
        Settings(
            home=home / name,
            http_port=0,
            sip_port=0,
            rtp_from=first,
            rtp_to=first + 4999,
            database_url="",
            app_database_url="",
            bus_url="",
        )
        for name, first in (("ours", 40000), ("theirs", 45000))
    )
    our_phones = Phones(("127.0.0.1", here.ports().sip))
    their_phones = Phones(("127.0.0.1", there.ports().sip))
    for phones in (our_phones, their_phones):
        await phones.open()
    try:
        async with (
            ours(here, our_phones, agents) as running,
            reference(there, their_phones, agents) as engine,
        ):
            assert engine.pid is not None
            yield (
                Side(
                    "ours",
                    our_phones,
                    {"engine": running.engine, "core": running.core, "database": running.database},
                ),
                Side("theirs", their_phones, {"engine": engine.pid}),
            )
    finally:
        our_phones.close()
        their_phones.close()


def turns(sides: tuple[Side, Side], times: int) -> list[Side]:
    """Ours, theirs, theirs, ours, ours, …: each `times` times."""
    one, other = sides
    return [side for n in range(times) for side in ((one, other) if n % 2 == 0 else (other, one))]


# --- (a) -----------------------------------------------------------------------------------------------


async def wave(side: Side, rate: float, count: int) -> Wave:
    """Place calls to the queue at one rate and see them end."""
    callers = await side.callers()
    side.phones.arrived.clear()
    before = side.spent()
    try:
        placed = await callers.place(QUEUE, rate, count, TALK_S)
        await callers.over(TALK_S + PATIENCE_S)
    finally:
        callers.close()
    after = side.spent()
    arrived = side.phones.arrived
    latencies = [(arrived[caller] - callers.sent[caller]) * 1000 for caller in placed if caller in arrived]
    good = sum(
        caller in arrived
        and arrived[caller] - callers.sent[caller] <= LATE_S
        and callers.ended[caller] == 200
        for caller in placed
    )
    spent = {name: (after[name] - before[name]) * 1000 / count for name in after}
    return Wave(latencies, count, count - good, spent)


async def latency(sides: tuple[Side, Side], rate: float, count: int, times: int) -> list[Row]:
    """From INVITE to INVITE at a rate both carry with ease, and what a call costs."""
    waves: dict[str, list[Wave]] = {side.name: [] for side in sides}
    for side in turns(sides, times):
        waves[side.name].append(await wave(side, rate, count))
    bad = {name: sum(one.bad for one in found) for name, found in waves.items()}
    if any(share > BAD_SHARE * count * times for share in bad.values()):
        say(f"  ! late or failed at {rate:g}/s: {bad}")
    rows = [row(f"INVITE → INVITE p{n}", "ms", waves, partial(percentile, percent=n)) for n in (50, 95, 99)]
    rows.append(row("processor a call: engine", "ms", waves, lambda one: one.cpu_ms["engine"]))
    rows.append(row("processor a call: all parts", "ms", waves, lambda one: sum(one.cpu_ms.values())))
    for part in ("core", "database"):
        spent = Span.of([one.cpu_ms[part] for one in waves["ours"]])
        rows.append(Row(f"processor a call: {part}", "ms", spent, Span(0, 0, 0)))
    return rows


async def climb(sides: tuple[Side, Side], seconds: float, times: int) -> Row:
    """The highest rate without more than 1 % of calls late or failed, side by side step by step."""
    reached: dict[str, list[float]] = {side.name: [] for side in sides}
    begin = {side.name: RATES.index(FIRST_RATE) for side in sides}
    for turn in range(times):
        step = dict(begin)
        climbing = list(sides if turn % 2 == 0 else sides[::-1])
        while climbing:
            for side in list(climbing):
                rate = RATES[step[side.name]]
                if await carries(side, rate, seconds):
                    step[side.name] += 1
                    if step[side.name] < len(RATES):
                        continue
                climbing.remove(side)
        for side in sides:
            top = step[side.name] - 1
            reached[side.name].append(RATES[top] if top >= 0 else 0)
            begin[side.name] = max(0, top - BACK)
    return Row("new calls a second", "/s", Span.of(reached["ours"]), Span.of(reached["theirs"]))


async def carries(side: Side, rate: float, seconds: float) -> bool:
    """Whether a rate is carried; a second failure is believed, a first may be the machine's."""
    for _ in range(2):
        one = await wave(side, rate, round(rate * seconds))
        say(f"  {side.name:7} {rate:4}/s: {one.bad} of {one.calls} late or failed")
        if one.carried:
            return True
        await asyncio.sleep(REST_S)
    return False


# --- (b) -----------------------------------------------------------------------------------------------


async def recorded(side: Side, calls: int, seconds: float) -> dict[str, float]:
    """Processor seconds a second, by part, of `calls` recorded conversations with audio both ways."""
    with Media() as callers_media, Media() as phones_media:
        phones = side.phones
        phones.rtp_port, phones.opened = phones_media.port, phones_media.to
        callers = await side.callers(callers_media)
        try:
            await callers.place(RECORDED, 20, calls, None)
            async with asyncio.timeout(10 + calls / 10):
                await callers_media.streaming(calls)
                await phones_media.streaming(calls)
            await asyncio.sleep(SETTLE_S)
            heard = callers_media.heard + phones_media.heard
            before, begun = side.spent(), time.perf_counter()
            await asyncio.sleep(seconds)
            after, took = side.spent(), time.perf_counter() - begun
            heard = callers_media.heard + phones_media.heard - heard
            callers.hang_up()
            await callers.over(PATIENCE_S)
        finally:
            callers.close()
            phones.rtp_port, phones.opened = NO_MEDIA, unheard
    wanted = 2 * calls * took / PACKET_S
    if heard < HEARD_SHARE * wanted:
        say(f"  ! {side.name}: only {heard / wanted:.0%} of the audio came back")
    return {name: (after[name] - before[name]) / took for name in after}


async def recording(sides: tuple[Side, Side], calls: int, seconds: float, times: int) -> list[Row]:
    """Processor of 100 concurrent recorded calls."""
    loads: dict[str, list[dict[str, float]]] = {side.name: [] for side in sides}
    for side in turns(sides, times):
        load = await recorded(side, calls, seconds)
        shown = ", ".join(f"{name} {share * 100:.1f} %" for name, share in load.items())
        say(f"  {side.name:7} {calls} calls: {shown} of a core")
        loads[side.name].append({name: share * 100 * 100 / calls for name, share in load.items()})
    rows = [
        row("100 recorded calls: engine", "% of a core", loads, lambda one: one["engine"]),
        row("100 recorded calls: all parts", "% of a core", loads, lambda one: sum(one.values())),
    ]
    for part in ("core", "database"):
        spent = Span.of([one[part] for one in loads["ours"]])
        rows.append(Row(f"100 recorded calls: {part}", "% of a core", spent, Span(0, 0, 0)))
    return rows


# --- (c) -----------------------------------------------------------------------------------------------


async def keys(sides: tuple[Side, Side], callers: int, presses: int, times: int) -> list[Row]:
    """From key to sound, `callers` at once in a menu."""
    found: dict[str, list[menus.Heard]] = {side.name: [] for side in sides}
    for side in turns(sides, times):
        one = await menus.press(side.phones.peer, MENU, callers, presses)
        if one.lost:
            say(f"  ! {side.name}: {one.lost} of {callers * presses} keys were answered by nothing")
        found[side.name].append(one)
    return [row(f"key → sound p{n}", "ms", found, partial(percentile, percent=n)) for n in (50, 95, 99)]


# --- the table -----------------------------------------------------------------------------------------


def row(name: str, unit: str, found: dict[str, list[T]], value: Callable[[T], float]) -> Row:
    here, there = (Span.of([value(one) for one in found[side]]) for side in ("ours", "theirs"))
    return Row(name, unit, here, there)


def percentile(one: Wave | menus.Heard, percent: int) -> float:
    """Of one turn's latencies, by nearest rank; 0 of none."""
    ranked = sorted(one.latencies)
    return ranked[min(len(ranked) - 1, len(ranked) * percent // 100)] if ranked else 0.0


def table(rows: Sequence[Row]) -> str:
    def shown(span: Span) -> str:
        return f"{span.median:.1f} ({span.low:.1f}–{span.high:.1f})" if span.high else "–"

    lines = ["| figure | unit | ours | known design | ratio |", "|---|---|---|---|---|"]
    for each in rows:
        ratio = f"{each.ratio:.2f}" if each.theirs.median else "–"
        lines.append(f"| {each.name} | {each.unit} | {shown(each.ours)} | {shown(each.theirs)} | {ratio} |")
    return "\n".join(lines)


def say(line: str) -> None:
    print(line, flush=True)


def as_json(rows: Sequence[Row]) -> str:
    """The table for programs."""
    figures = [
        {
            "name": each.name,
            "unit": each.unit,
            "ours": msgspec.structs.asdict(each.ours),
            "theirs": msgspec.structs.asdict(each.theirs),
            "ratio": round(each.ratio, 3) if each.theirs.median else None,
        }
        for each in rows
    ]
    machine = {"cores": os.cpu_count(), "load_before": LOAD[0]}
    return json.dumps({"machine": machine, "figures": figures}, ensure_ascii=False, indent=1)


LOAD = os.getloadavg()


async def measure(options: argparse.Namespace, home: Path) -> list[Row]:
    """Everything, on two sides started for it below `home`."""
    rows: list[Row] = []
    calls = {"latency", "rate", "recorded"} & set(options.only)
    async with both(home, AGENTS if calls else 1) as sides:
        for side in sides if calls else ():
            await wave(side, *WARM_UP)
        if "latency" in options.only:
            say(f"(a) INVITE to INVITE, {options.rate:g} new calls a second")
            rows += await latency(sides, options.rate, options.calls, options.times)
        if "rate" in options.only:
            say("(a) new calls a second")
            rows.append(await climb(sides, options.step, options.times))
        if "recorded" in options.only:
            say("(b) recorded calls")
            rows += await recording(sides, options.concurrent, options.window, options.times_recorded)
        if "menus" in options.only:
            say(f"(c) {options.menus} callers in menus")
            rows += await keys(sides, options.menus, options.keys, options.times)
    return rows


def options_of(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.calls", description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--times", type=int, default=3, help="turns of each side in (a) and (c)")
    parser.add_argument("--rate", type=float, default=10, help="new calls a second for the latency")
    parser.add_argument("--calls", type=int, default=60, help="calls of one turn for the latency")
    parser.add_argument("--step", type=float, default=3, help="seconds of one step of the rate")
    parser.add_argument("--concurrent", type=int, default=80, help="recorded calls at once")
    parser.add_argument("--window", type=float, default=8, help="seconds over which (b) looks")
    parser.add_argument("--times-recorded", type=int, default=2, help="turns of each side in (b)")
    parser.add_argument("--menus", type=int, default=50, help="callers at once in (c)")
    parser.add_argument("--keys", type=int, default=10, help="keys of each of them in a turn")
    parser.add_argument("--keep", action="store_true", help="keep the folder with logs and data")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    """Measure, print one table."""
    options = options_of(argv)
    home = Path(tempfile.mkdtemp(prefix="andon-bench-"))
    begun = time.monotonic()
    try:
        rows = uvloop.run(measure(options, home))
    finally:
        if options.keep:
            say(f"kept: {home}")
        else:
            shutil.rmtree(home, ignore_errors=True)
    say("")
    say(table(rows))
    say(f"\n{os.cpu_count()} cores, load {LOAD[0]:.1f} before; {time.monotonic() - begun:.0f} s")
    if options.json is not None:
        options.json.write_text(as_json(rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
