"""News for the pages as a large centre would send it, fed into a page past its socket: `HOOK` before the page
loads, then `PLAY`. Beside it, what a page takes up in the browser."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from playwright.async_api import Page

# Keeps the page's live socket and the newest view of the agent where the two scripts below find them.
HOOK = """(() => {
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(url, protocols) {
      super(url, protocols);
      if (!String(url).endsWith("/api/live")) return;
      window.live = this;
      this.addEventListener("message", ({ data }) => {
        const told = JSON.parse(data);
        if (told.type === "agent") window.view = told.view;
      });
    }
  };
})()"""
# Messages, so many at a time, each lot followed by a frame.
PLAY = """async ([messages, lot]) => {
  for (const [n, message] of messages.entries()) {
    window.live.onmessage({ data: JSON.stringify(message) });
    if (n % lot === lot - 1) await new Promise(requestAnimationFrame);
  }
}"""
# Messages every so many ms. Answers with ms from each message to the next frame that is out, ms between
# frames, and how long tasks above 50 ms were.
MEASURE = """async ([messages, every]) => {
  const painted = [], frames = [], tasks = [];
  const note = (list) => tasks.push(...list.getEntries().map((one) => one.duration));
  const watch = new PerformanceObserver(note);
  watch.observe({ entryTypes: ["longtask"] });
  let last = performance.now(), going = true;
  const frame = (at) => {
    frames.push(at - last);
    last = at;
    if (going) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  for (const message of messages) {
    const begun = performance.now();
    window.live.onmessage({ data: JSON.stringify(message) });
    requestAnimationFrame(() => setTimeout(() => painted.push(performance.now() - begun)));
    await new Promise((done) => setTimeout(done, Math.max(0, every - (performance.now() - begun))));
  }
  await new Promise((done) => setTimeout(done, 200));
  going = false;
  watch.disconnect();
  return { painted, frames: frames.slice(1), tasks };
}"""
SEQ = 10_000_000  # beyond what the server tells meanwhile, which the page then takes for old
STATES = ("ready", "ringing", "talking", "talking", "acw", "break", "not_ready", "held")
TIERS = ("normal", "silver", "gold", "vip")


class Centre:
    """A board with so many agents, waiting callers and queues; the same each time."""

    def __init__(self, agents: int, waiting: int, queues: int) -> None:
        self._chance = random.Random(1)
        self._seq = SEQ
        self._now = datetime.now(UTC)
        self._agents = [self._agent(n) for n in range(agents)]
        self._queues = [self._queue(n, waiting // queues) for n in range(queues)]
        self._waiting = [self._caller(n) for n in range(waiting)]
        self._callers = waiting

    def snapshot(self) -> dict[str, Any]:
        board = {
            "seq": self._seq,
            "server_time": _iso(datetime.now(UTC)),
            "agents": self._agents,
            "queues": self._queues,
            "waiting": self._waiting,
            "calls": [],
            "monitors": [],
            "trunks": [{"trunk_id": _id(4, 0), "name": "trunk", "in_use": 300, "limit": 600}],
            "alarms": [],
        }
        return {"type": "board", "snapshot": board}

    def news(self, count: int, *, agents: int = 2, callers: int = 1) -> Iterator[dict[str, Any]]:
        """So many deltas: `agents` change state, `callers` are served and as many come."""
        for _ in range(count):
            self._seq += 1
            self._now = datetime.now(UTC)
            changed = [self._moved(self._chance.choice(self._agents)) for _ in range(agents)]
            gone = [self._waiting.pop(0)["contact_id"] for _ in range(min(callers, len(self._waiting)))]
            come = []
            for _ in gone:
                self._callers += 1
                come.append(self._caller(self._callers))
            self._waiting += come
            queue = self._chance.choice(self._queues)
            queue["waiting"] = max(0, queue["waiting"] + self._chance.choice((-1, 1)))
            queue["ready"] = self._chance.randrange(20)
            delta = {
                "seq": self._seq,
                "server_time": _iso(self._now),
                "changed": {"agents": changed, "queues": [dict(queue)], "waiting": come},
                "removed": {"waiting": gone},
            }
            yield {"type": "board", "delta": delta}

    def _agent(self, n: int) -> dict[str, Any]:
        return {
            "agent_id": _id(1, n),
            "agent_no": str(1000 + n),
            "name": f"座席{n}",
            "department": f"客服{n // 60 + 1}部",
            "state": self._chance.choice(STATES),
            "since": _iso(self._now - timedelta(seconds=self._chance.randrange(600))),
            "why": None,
            "reason_id": None,
            "contact_id": None,
            "queue_name": None,
            "registered": True,
            "projects": [],
        }

    def _moved(self, agent: dict[str, Any]) -> dict[str, Any]:
        agent["state"] = self._chance.choice(STATES)
        agent["since"] = _iso(self._now)
        agent["queue_name"] = "技能组" if agent["state"] in {"ringing", "talking", "held"} else None
        return dict(agent)

    def _queue(self, n: int, waiting: int) -> dict[str, Any]:
        return {
            "queue_id": _id(2, n),
            "name": f"技能组{n}",
            "project_name": f"项目{n % 6}",
            "waiting": waiting,
            "oldest_since": _iso(self._now - timedelta(seconds=90)),
            "signed_in": 60,
            "ready": 5,
            "talking": 40,
        }

    def _caller(self, n: int) -> dict[str, Any]:
        return {
            "contact_id": _id(3, n),
            "queue_id": self._chance.choice(self._queues)["queue_id"],
            "caller_masked": f"154****{n % 10000:04d}",
            "tier": self._chance.choice(TIERS),
            "priority": self._chance.randrange(3),
            "since": _iso(self._now - timedelta(seconds=self._chance.randrange(120))),
            "position": n,
            "urgent": False,
            "floor_at": None,
            "rank": [0, n],
        }


def _id(kind: int, n: int) -> str:
    return str(UUID(int=(kind << 96) + n))


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Weight(msgspec.Struct, frozen=True, kw_only=True):
    """What a page takes up once its rubbish is collected."""

    heap_mb: float
    nodes: int
    listeners: int


async def weigh(page: Page) -> Weight:
    session = await page.context.new_cdp_session(page)
    try:
        await session.send("Performance.enable")
        for _ in range(3):  # what a collection frees may hold more
            await session.send("HeapProfiler.collectGarbage")
        told = (await session.send("Performance.getMetrics"))["metrics"]
    finally:
        await session.detach()
    found = {one["name"]: one["value"] for one in told}
    return Weight(
        heap_mb=found["JSHeapUsedSize"] / 2**20,
        nodes=round(found["Nodes"]),
        listeners=round(found["JSEventListeners"]),
    )


async def transferred(page: Page, url: str, button: str) -> tuple[float, float]:
    """Open a page with nothing cached: kB that came over the wire, and ms until the frame with that button.

    The page itself looks in each frame: waiting from outside asks every half second in the end.
    """
    session = await page.context.new_cdp_session(page)
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    try:
        await session.send("Network.enable")
        await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        await page.goto(url, wait_until="commit")
        shown = await page.wait_for_function(
            "words => [...document.querySelectorAll('button')].some(one => one.textContent.includes(words))"
            " && performance.now()",
            arg=button,
        )
        spent = float(await shown.json_value())
        await page.wait_for_load_state("networkidle")
    finally:
        await session.detach()
    return sum(sizes) / 1000, spent
