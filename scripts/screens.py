"""Take pictures of every page of a running demo, in both languages, on a large screen and on a telephone.

    .venv/bin/andon demo                                      # in another terminal
    .venv/bin/python scripts/screens.py http://127.0.0.1:8080 /tmp/screens
    .venv/bin/python scripts/screens.py http://127.0.0.1:8080 docs/screens --keep   # only the documents' own

A file is named `<page>-<language>[-phone].png`. The desk is taken through one call of the town: a customer
must ring within two minutes. The machine needs a Chinese font, or the pictures show boxes.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

CHROMIUM = "/usr/bin/chromium"
PASSWORD = "andon-demo"  # noqa: S105  (the demo's, printed by it)
LARGE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
CALL_MS = 120_000
KEPT = frozenset(
    {
        "desk-zh",
        "desk-en",
        "desk-ringing-zh",
        "desk-zh-phone",
        "board-zh",
        "history-zh",
        "contact-zh",
        "ledger-zh",
        "work-zh",
        "my-day-zh",
        "designer-zh",
        "prompts-zh",
    }
)


class Camera:
    """Writes pictures of a page in every language and size."""

    def __init__(self, folder: Path, keep: bool) -> None:
        self._folder = folder
        self._keep = keep

    def wants(self, name: str) -> bool:
        return not self._keep or name in KEPT

    def shoot(self, page: Page, name: str, settle: Callable[[], None] = lambda: None) -> None:
        """Every picture of what the page shows now; leaves it in Chinese on the large screen."""
        for language in ("zh", "en"):
            for size, mark in ((LARGE, ""), (PHONE, "-phone")):
                picture = f"{name}-{language}{mark}"
                if not self.wants(picture):
                    continue
                speak(page, language)
                page.set_viewport_size(size)
                settle()
                page.wait_for_timeout(700)  # for transitions to end; a picture has no fact to wait for
                page.screenshot(path=self._folder / f"{picture}.png", animations="disabled")
                sys.stdout.write(f"  {picture}\n")
        page.set_viewport_size(LARGE)
        speak(page, "zh")


def speak(page: Page, language: str) -> None:
    """Switch the page's language, as its button does."""
    name = "EN" if language == "en" else "中"
    button = page.get_by_role("button", name=name, exact=False).and_(page.locator("[lang]"))
    if button.count() and button.get_attribute("lang") == ("en" if language == "en" else "zh-CN"):
        # pressed by its own event: during the device test a dialog lies over the header
        button.dispatch_event("click")
        page.wait_for_function("lang => document.documentElement.lang.startsWith(lang)", arg=language)
        page.wait_for_load_state("networkidle")


@contextmanager
def logged_in(browser: Browser, url: str, login: str) -> Iterator[Page]:
    """A page of somebody's, in a profile of its own."""
    context = browser.new_context(
        viewport=LARGE, locale="zh-CN", timezone_id="Asia/Shanghai", permissions=["microphone"]
    )
    page = context.new_page()
    try:
        page.goto(url)
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.get_by_role("menubar").or_(page.locator(".frame-menu")).first.wait_for(state="attached")
        yield page
    finally:
        context.close()


def desk(page: Page, camera: Camera) -> None:
    """An agent's way from sign-in to wrap-up, through one call."""
    page.get_by_role("button", name="签入").wait_for()
    camera.shoot(page, "sign-in")
    page.get_by_role("button", name="签入").click()
    page.get_by_role("dialog").wait_for()
    page.get_by_role("button", name="播放测试音").click()
    page.get_by_role("button", name="听到了", exact=True).click(timeout=10_000)
    page.get_by_role("button", name="完成并置为空闲").and_(page.locator(":enabled")).wait_for(timeout=20_000)
    camera.shoot(page, "device-test")
    page.get_by_role("button", name="完成", exact=True).click()
    page.get_by_role("dialog").wait_for(state="hidden")
    camera.shoot(page, "desk-idle")
    page.keyboard.press("Alt+KeyR")
    page.get_by_test_id("ring-card").wait_for(timeout=CALL_MS)
    camera.shoot(page, "desk-ringing")
    page.keyboard.press("Alt+KeyA")
    page.locator(".bar[data-phase=talking]").wait_for()
    page.wait_for_timeout(4000)  # so that there is a conversation to see
    camera.shoot(page, "desk")
    page.keyboard.press("Alt+KeyX")
    page.locator(".bar[data-phase=wrap]").wait_for()
    camera.shoot(page, "desk-wrap-up")
    page.keyboard.press("Alt+KeyN")


def check_books(page: Page, url: str) -> None:
    """Have the books checked as they are now, with the engine's record of the calls so far."""
    page.goto(urljoin(url, "/ledger"))
    page.get_by_role("button", name="开始对账").click()
    page.get_by_role("button", name="正在核对").or_(page.get_by_text("对账已开始")).first.wait_for()
    page.get_by_role("button", name="开始对账").wait_for(timeout=CALL_MS)


def visit(page: Page, camera: Camera, path: str, name: str, shown: str) -> None:
    """One page that needs nothing done; `shown` is a selector of what it waits for."""
    if not any(camera.wants(f"{name}-{rest}") for rest in ("zh", "en", "zh-phone", "en-phone")):
        return
    page.goto(urljoin(page.url, path))
    page.locator(shown).first.wait_for()
    page.wait_for_load_state("networkidle")
    camera.shoot(page, name)


def main() -> int:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("url", help="address of the running demo")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", action="store_true", help="only the pictures that the documents show")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    camera = Camera(asked.folder, asked.keep)
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
        context = browser.new_context(viewport=LARGE, locale="zh-CN")
        login = context.new_page()
        login.goto(asked.url)
        login.get_by_label("登录名").wait_for()
        camera.shoot(login, "login")
        context.close()
        with logged_in(browser, asked.url, "zhangwei") as page:
            desk(page, camera)
            visit(page, camera, "/my-day", "my-day", "main h1, main h2")
        with logged_in(browser, asked.url, "banzhang") as page:
            visit(page, camera, "/board", "board", ".agent-card")
            visit(page, camera, "/contacts", "history", ".list-table a")
            page.goto(urljoin(asked.url, "/contacts?outcome=served"))
            page.locator(".list-table tbody tr").filter(has=page.locator(".anticon-audio")).first.locator(
                "a"
            ).first.click()
            page.locator(".path-recording").wait_for()
            camera.shoot(page, "contact")
            visit(page, camera, "/work", "work", "main h1, main h2")
            visit(page, camera, "/messages", "messages", "main h1, main h2")
            check_books(page, asked.url)
            visit(page, camera, "/ledger", "ledger", ".ledger-rules")
        with logged_in(browser, asked.url, "admin") as page:
            visit(page, camera, "/admin/users", "admin", ".admin-body tbody tr, .admin-body li")
            visit(page, camera, "/flows", "flows", "main h1, main h2")
            page.goto(urljoin(asked.url, "/flows"))
            page.locator("main a[href*='/flows/']").first.click()
            page.locator(".react-flow__node").first.wait_for()
            camera.shoot(page, "designer")
            visit(page, camera, "/prompts", "prompts", "main h1, main h2")
            visit(page, camera, "/audit", "audit", ".audit-table tbody tr")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
