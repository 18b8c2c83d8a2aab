"""Take pictures of every page of a running demo: both languages, light and dark, large screen and telephone.

    ANDON_TOWN_RATE=15 .venv/bin/andon demo                        # in another terminal
    .venv/bin/python scripts/screens.py http://127.0.0.1:8080      # into docs/screens
    .venv/bin/python scripts/screens.py http://127.0.0.1:8080 --folder /tmp/screens --only board desk

A picture is `<page>/<language>-<theme>[-phone].webp`; `docs/screens/README.md` lists the pages. Which pages
there are is read from the routes (`pages.py`); one that needs something done first has a way of its own
below. Said at the end, with exit status 1: pages wider than their screen, and axe's serious findings. The
machine needs a Chinese font, or the pictures show boxes.
"""

import argparse
import base64
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import APIRequestContext, Browser, Page, Playwright, ViewportSize, sync_playwright

from pages import Route, routes

ROOT = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PASSWORD = "andon-demo"  # noqa: S105  (the demo's, printed by it)
LARGE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
FULL_HD: ViewportSize = {"width": 1920, "height": 1080}
FOUR_K: ViewportSize = {"width": 3840, "height": 2160}
LANGUAGES, THEMES = ("zh", "en"), ("light", "dark")
QUALITY = 30  # of WebP: letters stay sharp, a picture is some 20 kB
SETTLE_MS = 350  # for transitions to end; a picture has no fact to wait for
CALL_MS = 120_000
SHOWN = "main h1, main h2, .frame-content h1, .frame-content h2, .ant-table, table"
# Who looks at a page, by the first permission that opens it.
WHO = {
    "desk": "zhangwei",
    "board": "banzhang",
    "supervise": "banzhang",
    "contacts": "banzhang",
    "export": "banzhang",
    "ledger": "banzhang",
}
ADMIN = "admin"
# How much wider than its place the page is, and words that are cut without a sign of it.
_OVER = """() => Math.max(
  document.documentElement.scrollWidth - window.innerWidth,
  ...[...document.querySelectorAll(".frame-content")].map((one) => one.scrollWidth - one.clientWidth))"""
_CUT = """() => [...document.body.querySelectorAll("*")]
  .filter((one) => {
    if (![...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "")) return false;
    if (one.closest(".unseen, .react-flow, [aria-hidden=true]") || !one.checkVisibility()) return false;
    const style = getComputedStyle(one);
    return one.clientWidth > 2 && one.scrollWidth > one.clientWidth + 1
      && style.overflowX !== "visible" && !/auto|scroll/.test(style.overflowX)
      && style.textOverflow !== "ellipsis";
  })
  .slice(0, 5)
  .map((one) => one.textContent.trim().slice(0, 40))"""
_AXE = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).slice(0, 4).join(" | ")}`)"""


class Camera:
    """Writes pictures of a page in every language, theme and size, and notes what is wrong with it."""

    def __init__(self, folder: Path, only: frozenset[str]) -> None:
        self._folder = folder
        self._only = only
        self.taken: list[str] = []
        self.faults: list[str] = []

    def wants(self, *names: str) -> bool:
        return not self._only or not self._only.isdisjoint(names)

    def shoot(self, page: Page, name: str, *, check: bool = True) -> None:
        """Every picture of what the page shows now; leaves it in Chinese, light, on the large screen."""
        if not self.wants(name):
            return
        for language in LANGUAGES:
            speak(page, language)
            for theme in THEMES:
                page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
                for size, mark in ((LARGE, ""), (PHONE, "-phone")):
                    page.set_viewport_size(size)
                    page.wait_for_timeout(SETTLE_MS)
                    self.still(page, name, f"{language}-{theme}{mark}")
                    if check and language == "zh" and not mark:
                        self._examine(page, f"{name} {theme}")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(LARGE)
        speak(page, "zh")
        self.taken.append(name)

    def still(self, page: Page, name: str, variant: str) -> None:
        """One picture."""
        over = page.evaluate(_OVER)
        if over > 0:
            self.faults.append(f"{name} {variant}: {over} px too wide")
        self.faults += [f"{name} {variant}: cut: {words}" for words in page.evaluate(_CUT)]
        picture = self._folder / name / f"{variant}.webp"
        picture.parent.mkdir(parents=True, exist_ok=True)
        session = page.context.new_cdp_session(page)
        try:
            asked = {"format": "webp", "quality": QUALITY, "optimizeForSpeed": False}
            picture.write_bytes(base64.b64decode(session.send("Page.captureScreenshot", asked)["data"]))
        finally:
            session.detach()

    def _examine(self, page: Page, where: str) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.read_text("utf-8"))
        self.faults += [f"{where}: {found}" for found in page.evaluate(_AXE)]


def speak(page: Page, language: str) -> None:
    """Switch the page's language, as its button does."""
    wanted = "en" if language == "en" else "zh-CN"
    button = page.locator(f"button[lang={wanted}]")
    if button.count():
        # pressed by its own event: a dialog may lie over the header
        button.dispatch_event("click")
        page.wait_for_function("lang => document.documentElement.lang === lang", arg=wanted)
        page.wait_for_load_state("networkidle")


class Visit:
    """The people of the demo, each with a page and with the API."""

    def __init__(self, playwright: Playwright, browser: Browser, url: str, camera: Camera) -> None:
        self.url = url
        self.camera = camera
        self._playwright = playwright
        self._browser = browser

    @contextmanager
    def page(self, login: str | None, *, size: ViewportSize = LARGE) -> Iterator[Page]:
        """A page in a profile of its own, logged in unless nobody is named."""
        context = self._browser.new_context(
            viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", permissions=["microphone"]
        )
        page = context.new_page()
        try:
            page.goto(self.url)
            page.get_by_label("登录名").wait_for()
            if login is not None:
                page.get_by_label("登录名").fill(login)
                page.get_by_label("密码").fill(PASSWORD)
                page.get_by_role("button", name="登录", exact=True).click()
                page.locator(".frame, .login-card form").and_(
                    page.locator(":not(:has([autocomplete=username]))")
                ).first.wait_for()
            yield page
        finally:
            context.close()

    @contextmanager
    def api(self, login: str) -> Iterator["Api"]:
        """Somebody at the API."""
        context = self._playwright.request.new_context(
            base_url=self.url, extra_http_headers={"x-andon": "1", "accept-language": "zh"}
        )
        try:
            api = Api(context)
            api.ask("POST", "/api/session", {"login": login, "password": PASSWORD})
            yield api
        finally:
            context.dispose()

    def go(self, page: Page, path: str, shown: str = SHOWN) -> None:
        page.goto(urljoin(self.url, path))
        page.locator(shown).first.wait_for()
        page.wait_for_load_state("networkidle")


class Api:
    """What somebody does past the pages."""

    def __init__(self, context: APIRequestContext) -> None:
        self._context = context

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._context.fetch(path, method=method, data=body)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.text()[:300]}")
        return answer.json() if answer.body() else None


# --- pages that need something done first


def log_in(visit: Visit) -> None:
    with visit.page(None) as page:
        visit.camera.shoot(page, "login")


def desk(visit: Visit) -> None:
    """An agent's way from sign-in to wrap-up, through one call of the town."""
    camera = visit.camera
    with visit.page("zhangwei") as page:
        visit.go(page, "/desk", "button:has-text('签入'), .bar")
        page.get_by_role("button", name="签入").wait_for()
        camera.shoot(page, "desk-sign-in")
        page.get_by_role("button", name="签入").click()
        page.get_by_role("dialog").wait_for()
        page.get_by_role("button", name="播放测试音").click()
        page.get_by_role("button", name="听到了", exact=True).click(timeout=10_000)
        page.get_by_role("button", name="完成并置为空闲").and_(page.locator(":enabled")).wait_for(
            timeout=20_000
        )
        camera.shoot(page, "desk-device-test")
        page.get_by_role("button", name="完成", exact=True).click()
        page.get_by_role("dialog").wait_for(state="hidden")
        camera.shoot(page, "desk-idle")
        page.keyboard.press("Alt+KeyK")
        page.get_by_role("dialog").or_(page.locator(".target-panel, .dial-panel")).first.wait_for()
        camera.shoot(page, "desk-dial")
        page.keyboard.press("Escape")
        page.keyboard.press("Alt+KeyR")
        page.get_by_test_id("ring-card").wait_for(timeout=CALL_MS)
        camera.shoot(page, "desk-ringing", check=False)  # a phone rings for seconds only
        page.keyboard.press("Alt+KeyA")
        page.locator(".bar[data-phase=talking]").wait_for()
        camera.shoot(page, "desk")
        page.keyboard.press("Alt+KeyT")
        page.locator(".bar[data-phase=talking]").wait_for()
        page.wait_for_timeout(SETTLE_MS)
        camera.shoot(page, "desk-transfer", check=False)
        page.keyboard.press("Escape")
        page.locator(".bar .call-button", has_text="收卡").click()
        camera.shoot(page, "desk-card-data", check=False)
        if page.locator(".bar[data-phase=talking]").count():
            page.keyboard.press("Alt+KeyX")
        page.locator(".bar[data-phase=wrap]").wait_for()
        camera.shoot(page, "desk-wrap-up", check=False)
        page.keyboard.press("Alt+KeyN")


def my_day(visit: Visit) -> None:
    with visit.page("zhangwei") as page:
        visit.go(page, "/my-day")
        visit.camera.shoot(page, "my-day")


def board(visit: Visit) -> None:
    """With wishes for breaks beyond the rule, and once at a call."""
    department = ("huanglei", "zhouting", "xuli", "sunhao")
    with visit.api("banzhang") as chief:
        reasons = chief.ask("GET", "/api/state-reasons")["items"]
    water = next(reason["id"] for reason in reasons if reason["name_zh"] == "喝水")
    for login in department:
        with visit.api(login) as agent, suppress(RuntimeError):  # who rings just now is not asked twice
            agent.ask("POST", "/api/desk/state", {"state": "break", "reason_id": water})
    with visit.page("banzhang") as page:
        visit.go(page, "/board", ".agent-card")
        visit.camera.shoot(page, "board")
        page.locator(".ant-segmented-item", has_text="列表").click()
        visit.camera.shoot(page, "board-list")


def history(visit: Visit) -> None:
    with visit.page("banzhang") as page:
        visit.go(page, "/contacts", ".list-table a")
        visit.camera.shoot(page, "contacts")
        page.get_by_role("button", name="常用查询").click()
        page.locator(".history-saved").wait_for()
        visit.camera.shoot(page, "contacts-saved-searches")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="导出").first.click()
        page.get_by_role("dialog").wait_for()
        visit.camera.shoot(page, "contacts-export")


def contact(visit: Visit) -> None:
    """A call with a recording, and a word of the supervisor about a moment of it."""
    with visit.api("banzhang") as chief:
        wanted = "/api/contacts?outcome=served&recording=true&wrapped_up=true&talked_from=10&limit=1"
        one = chief.ask("GET", wanted)["items"][0]
        note = {"agent_id": one["agent"]["id"], "at_ms": 4000, "text": "这里先安抚再查单，很好。"}
        chief.ask("POST", f"/api/contacts/{one['contact_id']}/notes", note)
    with visit.page("banzhang") as page:
        visit.go(page, f"/contacts/{one['contact_id']}", ".path-recording canvas, .path-recording")
        visit.camera.shoot(page, "contacts-id")


def exports(visit: Visit) -> None:
    with visit.page("banzhang") as page:
        visit.go(page, "/exports", ".exports")
        page.locator(".ant-segmented-item").nth(1).click()
        page.locator(".export").first.wait_for()
        visit.camera.shoot(page, "exports")


def ledger(visit: Visit) -> None:
    """Checked as the books are now, with the engine's record of the calls so far."""
    with visit.page("banzhang") as page:
        visit.go(page, "/ledger")
        page.get_by_role("button", name="开始对账").click()
        page.get_by_role("button", name="正在核对").or_(page.get_by_text("对账已开始")).first.wait_for()
        page.get_by_role("button", name="开始对账").wait_for(timeout=CALL_MS)
        page.locator(".ledger-rules").wait_for()
        visit.camera.shoot(page, "ledger")


def flow_designer(visit: Visit) -> None:
    with visit.page(ADMIN) as page:
        visit.go(page, "/flows", "main a[href*='/flows/'], .frame-content a[href*='/flows/']")
        page.locator("a[href*='/flows/']").first.click()
        page.locator(".react-flow__node").first.wait_for()
        visit.camera.shoot(page, "flows-id")


def wallboards(visit: Visit) -> None:
    """The designer, and the screen in the room, which has one language and is always dark."""
    camera = visit.camera
    with visit.api(ADMIN) as admin:
        boards = admin.ask("GET", "/api/wallboards")["items"]
        hall = next(one["id"] for one in boards if one["name"] == "运营大厅")
        links = f"/api/wallboards/{hall}/links"
        made = admin.ask("POST", links, {"name": "正门"})
        if camera.wants("wallboards-id"):
            with visit.page(ADMIN) as page:
                visit.go(page, f"/wallboards/{hall}", ".wall-tile")
                page.locator(".wall-value").first.wait_for()
                camera.shoot(page, "wallboards-id")
        if camera.wants("wall"):
            with visit.page(None, size=FULL_HD) as page:
                page.goto(urljoin(visit.url, f"/wall#{made['token']}"))
                page.reload()
                page.locator(".wall-tile").first.wait_for()
                for size, variant in ((FULL_HD, "zh-1080"), (FOUR_K, "zh-4k"), (PHONE, "zh-phone")):
                    page.set_viewport_size(size)
                    page.wait_for_timeout(SETTLE_MS)
                    camera.still(page, "wall", variant)
                camera.taken.append("wall")
        admin.ask("DELETE", f"{links}/{made['id']}")


def second_factor(visit: Visit) -> None:
    """Asked of planners for the time of a picture."""
    with visit.api(ADMIN) as admin:
        before = admin.ask("GET", "/api/log-in-rules")
        del before["revision"]
        admin.ask("PUT", "/api/log-in-rules", before | {"second_factor_roles": ["planner"]})
        try:
            with visit.page("paiban") as page:
                page.locator(".account-qr, .login-card").first.wait_for()
                page.wait_for_load_state("networkidle")
                visit.camera.shoot(page, "second-factor")
        finally:
            admin.ask("PUT", "/api/log-in-rules", before)


def new_password(visit: Visit) -> None:
    """Somebody whose password another has set."""
    new = {"login": "xinlai", "name": "新来", "roles": ["agent"], "agent_no": "8099", "password": PASSWORD}
    with visit.api(ADMIN) as admin:
        if not any(user["login"] == new["login"] for user in admin.ask("GET", "/api/users")["items"]):
            admin.ask("POST", "/api/users", new)
    with visit.page(new["login"]) as page:
        page.wait_for_url("**/new-password**")
        page.wait_for_load_state("networkidle")
        visit.camera.shoot(page, "new-password")


def spreadsheets(visit: Visit) -> None:
    """A file that was tried, with faults."""
    lines = [
        "登录名,姓名,工号,部门,角色,技能",
        "chenhao,陈昊,8021,客服一部,座席,普通话=5",
        "zhangwei,,8001,客服一部,店长,日语=3",
    ]
    with visit.page(ADMIN) as page:
        visit.go(page, "/admin/spreadsheets", ".sheets-tools")
        page.locator("input[type=file]").set_input_files(
            {"name": "新员工.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
        )
        page.locator(".sheets-brought .ant-alert-error, .sheets-brought .ant-alert-success").wait_for(
            timeout=30_000
        )
        visit.camera.shoot(page, "admin-spreadsheets")


def editors(visit: Visit) -> None:
    """What opens from a list: the longest forms of the administration."""
    with visit.page(ADMIN) as page:
        for section in ("queues", "users", "alarm-rules", "numbers", "calendars"):
            if not visit.camera.wants(f"admin-{section}-edit"):
                continue
            visit.go(page, f"/admin/{section}", ".resource-table tbody tr")
            page.locator(".resource-table tbody tr button, .resource-table tbody tr a").first.click()
            page.locator(".ant-drawer-section, .ant-drawer-content, [role=dialog]").first.wait_for()
            page.wait_for_load_state("networkidle")
            visit.camera.shoot(page, f"admin-{section}-edit")


Way = Callable[[Visit], None]
# By the pages they show; further pictures are named by what is done there.
WAYS: tuple[tuple[tuple[str, ...], Way], ...] = (
    (("login",), log_in),
    (
        (
            "desk",
            "desk-sign-in",
            "desk-device-test",
            "desk-idle",
            "desk-dial",
            "desk-ringing",
            "desk-transfer",
            "desk-card-data",
            "desk-wrap-up",
        ),
        desk,
    ),
    (("my-day",), my_day),
    (("board", "board-list"), board),
    (("contacts", "contacts-saved-searches", "contacts-export"), history),
    (("contacts-id",), contact),
    (("exports",), exports),
    (("ledger",), ledger),
    (("flows-id",), flow_designer),
    (("wallboards-id", "wall"), wallboards),
    (("second-factor",), second_factor),
    (("new-password",), new_password),
    (("admin-spreadsheets",), spreadsheets),
    (
        (
            "admin-queues-edit",
            "admin-users-edit",
            "admin-alarm-rules-edit",
            "admin-numbers-edit",
            "admin-calendars-edit",
        ),
        editors,
    ),
)


def plain() -> list[Route]:
    """Pages that only have to be opened. Raises `ValueError` for one that cannot be and has no way above."""
    named = {name for names, _ in WAYS for name in names}
    left = [route for route in routes() if route.name not in named]
    for route in left:
        if "$" in route.path or route.needs is None:
            raise ValueError(f"{route.path} needs a way of its own in scripts/screens.py")
    return left


def who(route: Route) -> str:
    return next((WHO[need] for need in route.needs or () if need in WHO), ADMIN)


def open_plain(visit: Visit) -> None:
    wanted = [route for route in plain() if visit.camera.wants(route.name)]
    for login in sorted({who(route) for route in wanted}):
        with visit.page(login) as page:
            for route in wanted:
                if who(route) == login:
                    visit.go(page, route.path)
                    visit.camera.shoot(page, route.name)


def gallery(folder: Path) -> str:
    """The list of what is there, for whoever browses the folder."""
    lines = [
        "# Pages",
        "",
        "Taken by `scripts/screens.py` from a running demo, never by hand: Chinese and English, light and",
        "dark, 1440×900 and 390×844. The screen in the room has one language: 1080p, 4K.",
        "",
        "| page | 中文 | 中文 · dark | English | English · dark | phone |",
        "|---|---|---|---|---|---|",
    ]
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        there = {path.stem for path in place.glob("*.webp")}
        cells = []
        for variants in (
            ("zh-light", "zh-1080"),
            ("zh-dark", "zh-4k"),
            ("en-light",),
            ("en-dark",),
            ("zh-light-phone", "zh-dark-phone", "en-light-phone", "en-dark-phone", "zh-phone"),
        ):
            found = [f"[{name}]({place.name}/{name}.webp)" for name in variants if name in there]
            cells.append(" ".join(found))
        lines.append(f"| {place.name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Take them all, or those that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("url", help="address of the running demo")
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "screens")
    parser.add_argument("--only", nargs="+", default=[], help="names of pages, for instance board desk-idle")
    asked = parser.parse_args()
    camera = Camera(asked.folder, frozenset(asked.only))
    failed = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
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
        visit = Visit(playwright, browser, asked.url, camera)
        plain_names = tuple(route.name for route in plain())
        for names, way in (*WAYS, (plain_names, open_plain)):
            if not camera.wants(*names):
                continue
            sys.stdout.write(f"  {way.__name__}\n")
            sys.stdout.flush()
            try:
                way(visit)
            except Exception as error:  # one page that will not come does not keep the others from theirs
                failed.append(f"{way.__name__}: {str(error).splitlines()[0]}")
        browser.close()
    (asked.folder / "README.md").write_text(gallery(asked.folder), "utf-8")
    for line in (*camera.faults, *failed):
        sys.stdout.write(f"! {line}\n")
    sys.stdout.write(f"{len(camera.taken)} pages\n")
    return 1 if camera.faults or failed else 0


if __name__ == "__main__":
    sys.exit(main())
