"""Somebody at a browser: what they do on the pages, what they see, and what they hear."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from microphone import MICROPHONE_HZ
from office import OfficeHouse
from office_world import DESK, PASSWORD, Person
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from town.carrier import Call

LARGE, PHONE = (1440, 900), (390, 844)
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SECONDS = 20_000  # for pages on a machine that does much else

# Level of the call's sound in dBFS and its strongest frequency, by the browser's own analysis.
LISTEN = """async () => {
  const stream = document.querySelector("[data-andon=remote-audio]")?.srcObject;
  if (!stream) return null;
  window.ear ??= new AudioContext();
  if (window.heard !== stream) {
    window.heard = stream;
    window.analyser = window.ear.createAnalyser();
    window.analyser.fftSize = 8192;
    window.ear.createMediaStreamSource(stream).connect(window.analyser);
    await new Promise((done) => setTimeout(done, 200));
  }
  const wave = new Float32Array(8192);
  window.analyser.getFloatTimeDomainData(wave);
  const tones = new Float32Array(4096);
  window.analyser.getFloatFrequencyData(tones);
  let best = 1;
  for (let n = 1; n < tones.length; n++) if (tones[n] > tones[best]) best = n;
  const power = wave.reduce((sum, sample) => sum + sample * sample, 0) / wave.length;
  return [10 * Math.log10(power + 1e-12), (best * window.ear.sampleRate) / 8192];
}"""
# What moves on the page from now on, and where the buttons of a dialog are in each frame.
WATCH_STEADINESS = """() => {
  window.jumps = [];
  window.places = {};
  new PerformanceObserver((list) => {
    for (const jump of list.getEntries())
      jumps.push([jump.value, jump.sources.map(({ node }) => (node?.textContent ?? "").slice(0, 40))]);
  }).observe({ type: "layout-shift" });
  const look = () => {
    for (const one of document.querySelectorAll("[role=dialog] button")) {
      const { x, y } = one.getBoundingClientRect();
      (places[one.textContent || one.ariaLabel] ??= []).push([x, y]);
    }
    requestAnimationFrame(look);
  };
  look();
}"""
NEAR_HZ = 8.0
CALLER_HZ = 440.0
AUDIBLE_DBFS = -45.0
SILENT_DBFS = -65.0


class Visitor:
    """A browser profile with one page. `complaints` are what the console said that it should not."""

    def __init__(self, house: OfficeHouse, context: BrowserContext, page: Page) -> None:
        self.house = house
        self.context = context
        self.page = page
        self.complaints: list[str] = []
        self._refusals_expected = 0
        page.on("console", self._heard_console)
        page.on("pageerror", lambda error: self.complaints.append(f"{error}"))

    def _heard_console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        where = message.location.get("url", "")
        # Who is not logged in yet is told so, and the browser writes every refusal down.
        if "401" in message.text and where.endswith("/api/me"):
            return
        if "ERR_NETWORK_CHANGED" in message.text:
            return  # another test made a network of its own on this machine; the page asks again
        if self._refusals_expected and re.search(r"status of 4\d\d", message.text):
            self._refusals_expected -= 1
            return
        self.complaints.append(f"{message.type}: {message.text} {where}")

    def expect_refusal(self) -> None:
        """The next request the server refuses belongs to the test."""
        self._refusals_expected += 1

    async def close(self) -> None:
        await self.context.close()

    # --- log-in and desk ---

    async def be(self, person: Person, *, seated: bool = False) -> None:
        """Log in without the log-in page; `seated`: go ready at the desk without the device test, its page
        loaded as one that is loaded anew. For tests of what comes after."""
        await self.send("/api/session", {"login": person.login, "password": PASSWORD})
        if not seated:
            return
        await self.send("/api/desk/sign-in", {"device": "browser"})
        await self.send("/api/desk/device-test", {"passed": True, "speaker": True, "echo": True})
        await self.come_in()

        def registered() -> bool:
            return bool(self.house.views.get(str(person.user_id), {}).get("registered"))

        await self.house.until(registered, SECONDS / 1000, f"the browser of {person.name} registers")
        await expect(self.page.locator(".line-lamp[data-grade=good]")).to_be_attached(timeout=SECONDS)
        await self.send("/api/desk/state", {"state": "ready"})
        await self.in_state("ready")

    async def come_in(self) -> None:
        """Open the first page of whoever is logged in."""
        await self.page.goto(self.house.url)
        await expect(self.page.locator(".frame")).to_be_visible(timeout=SECONDS)

    async def log_in(self, person: Person) -> None:
        page = self.page
        await page.get_by_label("登录名").fill(person.login)
        await page.get_by_label("密码").fill(PASSWORD)
        await page.get_by_role("button", name="登录", exact=True).click()
        await expect(page.locator(".frame")).to_be_visible(timeout=SECONDS)

    async def sign_in(self) -> None:
        """Sign in to the desk; the device test is open."""
        await self.page.get_by_role("button", name="签入").click()
        await expect(self.page.get_by_role("dialog")).to_be_visible(timeout=SECONDS)

    async def pass_device_test(self) -> None:
        """Pass the test as a person does, and go ready."""
        page = self.page
        await page.get_by_role("button", name="播放测试音").click()
        await page.get_by_role("button", name="听到了", exact=True).click(timeout=SECONDS)
        await page.get_by_role("button", name="完成并置为空闲").click(timeout=SECONDS)
        await expect(page.get_by_role("dialog")).to_be_hidden(timeout=SECONDS)
        await self.in_state("ready")

    async def watch_steadiness(self) -> None:
        await self.page.evaluate(WATCH_STEADINESS)

    async def stood_still(self, most: float) -> None:
        """Nothing has jumped since this was asked last: at `most` this much (Cumulative Layout Shift, what an
        own press moved included), and no button of a dialog by more than its icon."""
        jumps, places = await self.page.evaluate(
            "() => { const seen = [jumps, places]; window.jumps = []; window.places = {}; return seen; }"
        )
        assert sum(value for value, _ in jumps) < most, jumps
        for name, seen in places.items():
            for along in zip(*seen, strict=True):
                assert max(along) - min(along) < 10, (name, min(seen), max(seen))

    async def in_state(self, state: str) -> None:
        await expect(self.page.locator(f".state-button[data-state={state}]")).to_be_visible(timeout=SECONDS)

    async def in_phase(self, phase: str) -> None:
        """The phone bar shows a call in this phase, or `none`."""
        await expect(self.page.locator(f".bar[data-phase={phase}]")).to_be_visible(timeout=SECONDS)

    async def rung(self) -> None:
        await expect(self.page.get_by_test_id("ring-card")).to_be_visible(timeout=SECONDS)

    def button(self, name: str) -> Locator:
        """A button of the phone bar."""
        words = self.page.get_by_text(name, exact=True)
        return self.page.locator(".bar .call-button").filter(has=words)

    async def press(self, name: str) -> None:
        await self.button(name).click()

    async def shortcut(self, letter: str) -> None:
        """Alt with a letter, once the command before it was answered: until then keys do nothing."""
        await expect(self.page.locator(".bar[aria-busy=false]")).to_be_visible(timeout=SECONDS)
        await self.page.keyboard.press(f"Alt+{letter}")

    # --- hearing ---

    async def _listen(self) -> tuple[float, float]:
        heard = await self.page.evaluate(LISTEN)
        return (heard[0], heard[1]) if heard else (-120.0, 0.0)

    async def hears(self, hertz: float, seconds: float = 15) -> None:
        """Wait until the browser plays this tone."""

        async def now() -> bool:
            level, strongest = await self._listen()
            return level > AUDIBLE_DBFS and abs(strongest - hertz) < NEAR_HZ

        await self.house.until(now, seconds, f"the browser hears {hertz:g} Hz")

    async def hears_nothing(self, seconds: float = 15) -> None:
        async def now() -> bool:
            level, _ = await self._listen()
            return level < SILENT_DBFS

        await self.house.until(now, seconds, "the browser hears nothing")

    # --- looking ---

    async def words(self) -> str:
        """All text that is shown."""
        return await self.page.locator("body").inner_text()

    async def own_words(self) -> str:
        """All text shown, a line per piece, but what the page marks as people's own (translate="no")."""
        return await self.page.evaluate(
            """() => {
              const pieces = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              const said = [];
              while (pieces.nextNode()) {
                const around = pieces.currentNode.parentElement;
                if (around.checkVisibility() && !around.closest("[translate=no], script, style"))
                  said.push(pieces.currentNode.data);
              }
              return said.join("\\n");
            }"""
        )

    async def english(self) -> None:
        await self.page.locator("button[lang=en]").click()
        await expect(self.page.locator("html")).to_have_attribute("lang", "en")

    async def fits(self) -> None:
        """Nothing is wider than its place, once the page has heard of its new size."""
        wide = 0

        async def narrow() -> bool:
            nonlocal wide
            wide = await self.page.evaluate(
                """() => Math.max(
                  document.documentElement.scrollWidth - window.innerWidth,
                  ...[...document.querySelectorAll(".frame-content")].map(
                    (one) => one.scrollWidth - one.clientWidth))"""
            )
            return wide <= 0

        try:
            await self.house.until(narrow, 15, "the page fits")
        except TimeoutError:
            raise AssertionError(f"{self.page.url} is {wide} px too wide") from None

    async def call_api(self, path: str) -> Any:
        """What the API answers this person, as JSON."""
        answer = await self.context.request.get(f"{self.house.url}{path}")
        return await answer.json()

    async def change(self, path: str, body: Any) -> None:
        """Change something as this person."""
        await self.send(path, body, "PATCH")

    async def send(self, path: str, body: Any, method: str = "POST") -> None:
        """Ask the API for something to be done, as this person."""
        answer = await self.context.request.fetch(
            f"{self.house.url}{path}", method=method, data=body, headers={"x-andon": "1"}
        )
        assert answer.ok, await answer.text()


async def profile(house: OfficeHouse, browser: Browser, size: tuple[int, int]) -> Visitor:
    """A new profile, in Chinese, whose page is empty yet. The microphone is not cleaned: tones stay tones."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    await context.add_init_script(
        """localStorage.setItem("andon.audio", '{"processing": false, "ring": 0.1}')"""
    )
    return Visitor(house, context, await context.new_page())


async def visit(house: OfficeHouse, browser: Browser, size: tuple[int, int], url: str = "") -> Visitor:
    """A new profile at the log-in page; `url` when there is a way of its own to the house."""
    visitor = await profile(house, browser, size)
    await visitor.page.goto(url or house.url)
    await expect(visitor.page.get_by_label("登录名")).to_be_visible(timeout=SECONDS)
    return visitor


@asynccontextmanager
async def at_desk(visitor: Visitor, person: Person) -> AsyncIterator[Visitor]:
    """From the log-in page to ready by hand, as everybody's day begins; signed out when the test is over."""
    await visitor.log_in(person)
    await visitor.sign_in()
    await visitor.pass_device_test()
    try:
        yield visitor
    finally:
        await visitor.house.ask("agent.sign_out", person.user_id)


@asynccontextmanager
async def seated(
    enter: Callable[..., Awaitable[Visitor]], person: Person, **how: Any
) -> AsyncIterator[Visitor]:
    """Ready at the desk at once; signed out when the test is over."""
    visitor = await enter(person, seated=True, **how)
    try:
        yield visitor
    finally:
        await visitor.house.ask("agent.sign_out", person.user_id)


async def in_talk(house: OfficeHouse, desk: Visitor) -> Call:
    """Somebody calls, the desk answers, and both hear each other."""
    call = await house.dial(DESK)
    await call.tone(CALLER_HZ, 120)
    await desk.rung()
    await desk.press("接听")
    await desk.hears(CALLER_HZ)
    await call.wait_tone(MICROPHONE_HZ, 15)
    return call


async def look(visitor: Visitor, path: str, shown: str) -> None:
    """Go to a page and wait for what it shows."""
    await visitor.page.goto(f"{visitor.house.url}{path}")
    await expect(visitor.page.locator(shown).first).to_be_visible(timeout=SECONDS)


async def barriers(page: Page) -> list[str]:
    """Serious and critical findings of axe on what the page shows."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    # Colours on their way are nobody's choice. What only moves has its own: a ring's bar never rests.
    await page.wait_for_function(
        """() => document.getAnimations().every(
             (one) => one.playState !== "running" || one.transitionProperty === "transform" ||
               one.effect.getTiming().iterations === Infinity
           )"""
    )
    found = await page.evaluate(
        """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
             .filter((one) => ["serious", "critical"].includes(one.impact))
             .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`)"""
    )
    return [f"{page.url}: {line}" for line in found]
