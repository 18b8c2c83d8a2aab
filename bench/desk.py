"""The pages, as people have them before them: `python -m bench.desk`, on a demo of its own in real Chromium.

`load`: the desk opened with nothing cached. `pop`: from the fact that the agent rings to the card on the
screen. `board`: the live board with 500 agents and 300 waiting callers while news comes in. `open`: a desk
left open for ten hours of its own clock. Budgets are those that the product promises; the machine's other
work is part of every time, so its load is printed as well.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import msgspec
from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy import text

from andon.entrypoints.serve import Installation
from andon.kit.database import Database, Scope, database_urls
from andon.kit.settings import Settings
from bench.feed import HOOK, MEASURE, Centre, transferred, weigh

PARTS = ("load", "pop", "board", "open")
CHROMIUM = "/usr/bin/chromium"
PASSWORD = "andon-demo"
AGENT, SUPERVISOR = "zhangwei", "banzhang"
SIGN_IN = "签入"
AGENTS, WAITING, QUEUES = 500, 300, 40
NEWS_EVERY_MS = 20
NEWS_S = 20
STEP_S = 20  # the open desk's clock goes on by so much, then the server has a word
LINE = {"latency": 20, "downloadThroughput": 20e6 / 8, "uploadThroughput": 5e6 / 8, "offline": False}
RING_MS = 90_000
# When the ring card came, by the clock that the server has as well.
WATCH_RING = """() => {
  window.rang = [];
  let there = false;
  const look = () => {
    const card = document.querySelector("[data-testid=ring-card]") !== null;
    if (card && !there) requestAnimationFrame(() => setTimeout(() => window.rang.push(Date.now())));
    there = card;
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}"""


class Figure(msgspec.Struct, frozen=True):
    """One figure with what it may be at the most, if that is promised."""

    name: str
    unit: str
    values: Sequence[float]
    most: float | None = None

    def line(self) -> str:
        middle, low, high = statistics.median(self.values), min(self.values), max(self.values)
        shown = f"{middle:.1f}" if len(self.values) == 1 else f"{middle:.1f} ({low:.1f}–{high:.1f})"
        share = "–" if self.most is None else f"{middle / self.most:.2f}"
        most = "–" if self.most is None else f"{self.most:g}"
        return f"| {self.name} | {self.unit} | {shown} | {most} | {share} |"


class Stand:
    """The running demo and a browser on it."""

    def __init__(self, url: str, settings: Settings, browser: Browser) -> None:
        self.url = url
        self.settings = settings
        self.browser = browser

    async def page(self, login: str, *, hook: bool = False, clock: bool = False) -> Page:
        """Somebody logged in, in a profile of their own."""
        context = await self.browser.new_context(
            viewport={"width": 1440, "height": 900}, locale="zh-CN", permissions=["microphone"]
        )
        page = await context.new_page()
        if hook:
            await page.add_init_script(HOOK)
        if clock:
            await page.clock.install(time=datetime.now(UTC))
        await page.goto(self.url)
        await page.get_by_label("登录名").fill(login)
        await page.get_by_label("密码").fill(PASSWORD)
        await page.get_by_role("button", name="登录", exact=True).click()
        await page.locator(".frame").wait_for()
        return page

    async def desk(self, **more: bool) -> Page:
        """An agent at the desk, tested, and not ready yet."""
        page = await self.page(AGENT, **more)
        await page.get_by_role("button", name=SIGN_IN).click()
        await page.get_by_role("button", name="播放测试音").click()
        await page.get_by_role("button", name="听到了", exact=True).click(timeout=20_000)
        done = page.get_by_role("button", name="完成", exact=True)
        await page.get_by_role("button", name="完成并置为空闲").and_(page.locator(":enabled")).wait_for()
        await done.click()
        return page

    async def leave(self, page: Page) -> None:
        await page.context.request.post(
            urljoin(self.url, "/api/desk/sign-out"), headers={"x-andon": "1"}, data={}
        )
        await page.context.close()


async def load(stand: Stand, turns: int) -> list[Figure]:
    """Each turn in a profile that knows the person and nothing else."""
    known = await stand.page(AGENT)
    state = await known.context.storage_state()
    await known.context.close()

    async def once(*, line: bool) -> tuple[float, float]:
        context = await stand.browser.new_context(storage_state=state, locale="zh-CN")
        try:
            page = await context.new_page()
            if line:
                session = await context.new_cdp_session(page)
                await session.send("Network.enable")
                await session.send("Network.emulateNetworkConditions", LINE)
            return await transferred(page, urljoin(stand.url, "/desk"), SIGN_IN)
        finally:
            await context.close()

    here = [await once(line=False) for _ in range(turns)]
    far = [await once(line=True) for _ in range(turns)]
    return [
        Figure("desk, nothing cached: over the wire", "kB", [size for size, _ in here], 400),
        Figure("desk, nothing cached: usable after, same machine", "ms", [spent for _, spent in here], 1500),
        Figure("the same over 20 Mbit/s and 20 ms", "ms", [spent for _, spent in far], 1500),
    ]


async def pop(stand: Stand, turns: int) -> list[Figure]:
    """Calls of the town; each is refused, and the agent is ready for the next."""
    page = await stand.desk()
    await page.evaluate(WATCH_RING)
    late: list[float] = []
    card = page.get_by_test_id("ring-card")
    for turn in range(turns):
        await page.locator(".state-button[data-state=not_ready]").wait_for()
        await page.keyboard.press("Alt+KeyR")
        await card.wait_for(timeout=RING_MS)
        await page.wait_for_function("n => window.rang.length > n", arg=turn)
        shown = (await page.evaluate("window.rang"))[turn]
        late.append(shown - await _rang_at(stand.settings) * 1000)
        await page.keyboard.press("Alt+KeyJ")
        await card.wait_for(state="hidden")
    await stand.leave(page)
    return [Figure("ring → card on the screen", "ms", late, 200)]


async def _rang_at(settings: Settings) -> float:
    """Instant of the newest ring's fact, in seconds; waits until it is written."""
    db = Database(database_urls(settings)[1], "andon bench", pool_size=1)
    wanted = text(
        "SELECT at FROM journal WHERE kind = 'agent.state' AND data->>'state' = 'ringing'"
        " AND at > now() - interval '10 seconds' ORDER BY seq DESC LIMIT 1"
    )
    try:
        async with db.session(None) as session:
            tenant_id = await session.scalar(text("SELECT * FROM tenants()"))
        for _ in range(200):
            async with db.session(Scope(tenant_id)) as session:
                at = await session.scalar(wanted)
            if at is not None:
                return float(at.timestamp())
            await asyncio.sleep(0.05)
    finally:
        await db.close()
    raise TimeoutError("no ring in the journal")


async def board(stand: Stand, turns: int) -> list[Figure]:
    page = await stand.page(SUPERVISOR, hook=True)
    await page.goto(urljoin(stand.url, "/board"))
    await page.locator(".panel-queues").wait_for()
    centre = Centre(AGENTS, WAITING, QUEUES)
    painted: list[float] = []
    frames: list[float] = []
    tasks: list[float] = []
    count = NEWS_S * 1000 // NEWS_EVERY_MS // turns
    await page.evaluate(MEASURE, [[centre.snapshot()], NEWS_EVERY_MS])
    await page.locator(".agent-card", has_text="座席").first.wait_for()
    for _ in range(turns):
        found: dict[str, Any] = await page.evaluate(MEASURE, [list(centre.news(count)), NEWS_EVERY_MS])
        painted += found["painted"]
        frames += found["frames"]
        tasks += found["tasks"]
    await page.context.close()
    return [
        Figure("board of 500: news → next frame p50", "ms", [_at(painted, 0.5)], 500),
        Figure("board of 500: news → next frame p99", "ms", [_at(painted, 0.99)], 500),
        Figure("board of 500: between frames p95", "ms", [_at(frames, 0.95)]),
        Figure(f"board of 500: tasks above 50 ms in {NEWS_S} s", "", [float(len(tasks))]),
        Figure("board of 500: longest task", "ms", [max(tasks, default=0.0)]),
    ]


async def stay_open(stand: Stand, hours: float) -> list[Figure]:
    """The agent's state changes at each step; the first hour is for what is loaded once."""
    page = await stand.desk(hook=True, clock=True)
    view = await page.evaluate("window.view")
    steps = round(hours * 3600 / STEP_S)
    warm = round(3600 / STEP_S)
    states = ("ready", "not_ready", "break", "acw")
    before = await weigh(page)
    for step in range(steps):
        if step == warm:
            before = await weigh(page)
        await page.clock.run_for(STEP_S * 1000)
        told = view | {"seq": view["seq"] + 1 + step, "state": states[step % len(states)]}
        await page.evaluate(
            "told => window.live.onmessage({ data: JSON.stringify({ type: 'agent', view: told }) })", told
        )
    after = await weigh(page)
    await stand.leave(page)
    return [
        Figure("open desk: heap after the first hour", "MB", [before.heap_mb]),
        Figure(f"open desk: more heap after {hours:g} hours", "MB", [after.heap_mb - before.heap_mb], 3),
        Figure("open desk: more nodes", "", [float(after.nodes - before.nodes)], 400),
        Figure("open desk: more listeners", "", [float(after.listeners - before.listeners)], 100),
    ]


def _at(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def measure(options: argparse.Namespace, home: Path) -> list[Figure]:
    """A demo whose seats are empty and whose town calls often, and all the parts on it."""
    os.environ |= {"ANDON_TOWN_AGENTS": "false", "ANDON_TOWN_RATE": "30", "ANDON_TOWN_SEED": "1"}
    settings = Settings(
        home=home, http_port=0, sip_port=0, database_url="", app_database_url="", bus_url="", locale="zh"
    )
    parts: dict[str, Callable[[Stand], Awaitable[list[Figure]]]] = {
        "load": lambda stand: load(stand, options.turns),
        "pop": lambda stand: pop(stand, options.turns),
        "board": lambda stand: board(stand, options.turns),
        "open": lambda stand: stay_open(stand, options.hours),
    }
    figures: list[Figure] = []
    installation = Installation(settings, say, demo=True)
    async with installation.running(), async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                "--allow-loopback-in-peer-connection",
                "--disable-features=WebRtcHideLocalIpsWithMdns",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        stand = Stand(installation.url, settings, browser)
        for name in options.only:
            say(f"{name} …")
            found = await parts[name](stand)
            for figure in found:
                say(figure.line())
            figures += found
        await browser.close()
    return figures


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(argv: Sequence[str]) -> int:
    """Measure, print one table."""
    parser = argparse.ArgumentParser(prog="python -m bench.desk", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--turns", type=int, default=5, help="loads, rings and stretches of news")
    parser.add_argument("--hours", type=float, default=10, help="how long the desk stays open, by its clock")
    parser.add_argument("--keep", action="store_true", help="keep the folder with logs and data")
    options = parser.parse_args(argv)
    before = os.getloadavg()[0]
    begun = time.monotonic()
    home = Path(tempfile.mkdtemp(prefix="andon-bench-"))
    try:
        figures = asyncio.run(measure(options, home))
    finally:
        if options.keep:
            say(f"kept: {home}")
        else:
            shutil.rmtree(home, ignore_errors=True)
    say("\n| figure | unit | measured | at most | share |\n|---|---|---|---|---|")
    for figure in figures:
        say(figure.line())
    say(f"\n{os.cpu_count()} cores, load {before:.1f} before; {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
