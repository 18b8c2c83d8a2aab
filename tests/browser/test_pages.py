"""What supervisors and clients see; both languages, both sizes; readable by everybody, usable by keyboard."""

import re
import time
from uuid import UUID

import pytest
from microphone import MICROPHONE_HZ
from office import OfficeHouse
from office_world import DESK, OTHER, PASSWORD
from playwright.async_api import expect
from visitor import LARGE, PHONE, SECONDS, Visitor, barriers, look, seated

from conftest import Enter
from town.carrier import Call

pytestmark = pytest.mark.browser

# What people wrote in Chinese stays Chinese in the English pages.
WRITTEN = ("王女士", "新客户热线", "客服", "客户", "项目", "客", "您好", "上海", "测试", "邻家", "订单", "中")


async def served(house: OfficeHouse, number: str) -> tuple[Call, UUID]:
    """A short call that an agent took, over and with its recording stored."""
    async with house.on_duty("desk") as agent:
        call = await house.dial(number)
        await agent.picks_up()
        contact_id = await house.contact_of(call.caller)
        await house.fact(contact_id, "contact.connected")
        await call.hangup()
        await house.fact(contact_id, "contact.ended")
    await house.stored(contact_id)
    return call, contact_id


async def test_the_board_shows_a_change_within_a_second(house: OfficeHouse, enter: Enter) -> None:
    person = await house.agent()
    supervisor = await enter(await house.office.person("supervisor"), blank=True)
    await look(supervisor, "/board", ".board")
    await supervisor.page.evaluate(
        """name => {
          window.seen = {};
          const note = () => {
            for (const card of document.querySelectorAll(".agent-card")) {
              if (!card.textContent.includes(name)) continue;
              const state = card.querySelector(".agent-state").textContent;
              window.seen[state] ??= Date.now();
            }
          };
          const all = { childList: true, subtree: true, characterData: true };
          new MutationObserver(note).observe(document.body, all);
        }""",
        person.name,
    )
    async with seated(enter, person) as desk:
        call = await house.dial(DESK)
        await desk.rung()
        await desk.press("接听")
        await call.wait_tone(MICROPHONE_HZ, 15)
        await expect(supervisor.page.locator(".agent-card", has_text=person.name)).to_contain_text("通话中")
        seen = await supervisor.page.evaluate("window.seen")
        changes = await house.facts(agent_id=person.user_id, kind="agent.state")
        for word, state in (("空闲", "ready"), ("振铃", "ringing"), ("通话中", "talking")):
            happened = next(row["at"] for row in changes if row["data"]["state"] == state)
            late = seen[word] / 1000 - happened.timestamp()
            assert late < 1.0, f"{word} was on the board after {late:.2f} s"
        await call.hangup()


async def test_history_finds_by_number_and_outcome(house: OfficeHouse, enter: Enter) -> None:
    call, contact_id = await served(house, DESK)
    caller = call.caller
    supervisor = await enter(await house.office.person("supervisor"), blank=True)
    page = supervisor.page
    await look(supervisor, "/contacts", ".list-table")
    await page.get_by_role("searchbox").fill(caller)
    await page.keyboard.press("Enter")
    rows = page.locator(".list-table tbody tr")
    await expect(rows).to_have_count(1, timeout=SECONDS)
    await expect(rows).to_contain_text("已接听")
    await page.get_by_label("结果").click()
    await page.locator(".ant-select-item-option", has_text="排队中放弃").first.click()
    await expect(page.locator(".list-table tbody tr")).to_have_count(0, timeout=SECONDS)
    await look(supervisor, f"/contacts?q={caller}", ".list-table tbody tr")
    await page.locator(".list-table tbody tr a").first.click()
    await expect(page).to_have_url(re.compile(str(contact_id)))
    await expect(page.get_by_role("heading", name="为什么这样分配")).to_be_visible(timeout=SECONDS)


async def test_a_client_sees_its_own_only(house: OfficeHouse, enter: Enter) -> None:
    _, mine_id = await served(house, DESK)
    theirs, theirs_id = await served(house, OTHER)
    viewer = await enter(
        await house.office.person("client_viewer", client_id=house.office.other_client_id), blank=True
    )
    page = viewer.page
    await look(viewer, "/contacts", ".list-table tbody tr")
    shown = [each["contact_id"] for each in (await viewer.call_api("/api/contacts"))["items"]]
    assert shown[0] == str(theirs_id) and str(mine_id) not in shown
    words = await viewer.words()
    assert theirs.caller not in words.replace(" ", ""), "numbers are masked from a client"
    viewer.expect_refusal()
    await page.goto(f"{house.url}/contacts/{mine_id}")
    await expect(page.get_by_role("alert").or_(page.locator(".ant-result, .problem")).first).to_be_visible(
        timeout=SECONDS
    )
    await look(viewer, "/board", ".board")
    await expect(page.locator(".panel-queues")).to_contain_text("other")
    await expect(page.locator(".panel-queues")).not_to_contain_text("plain")


async def test_every_page_reads_well_in_english_and_on_a_telephone(house: OfficeHouse, enter: Enter) -> None:
    """No barrier by axe, no word left in Chinese, nothing wider than the screen."""
    _, contact_id = await served(house, DESK)
    stranger = await enter()
    found = await barriers(stranger.page)
    boss = await enter(await house.office.person("supervisor", "administrator"))
    for path, shown in (
        ("/board", ".panel-queues"),
        ("/contacts", ".list-table tbody tr"),
        (f"/contacts/{contact_id}", ".path-recording canvas"),
        ("/ledger", ".ledger-big"),
        ("/audit", ".audit-table tbody tr"),
        ("/admin/users", ".admin-body tbody tr"),
        ("/admin/queues", ".admin-body tbody tr"),
        ("/admin/roles", ".roles-matrix"),
        ("/admin/wrap-forms", ".resource-head"),
        ("/work", ".work-columns"),
        ("/messages", ".my-day form"),
        ("/exports", ".exports"),
        ("/admin/spreadsheets", ".sheets-tools"),
    ):
        await look(boss, path, shown)
        found += await barriers(boss.page)
        await boss.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await boss.fits()
        await boss.page.set_viewport_size({"width": LARGE[0], "height": LARGE[1]})
        await boss.english()
        await in_english(boss)
        await boss.page.locator("button[lang=zh-CN]").click()
        await expect(boss.page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert found == []


async def in_english(visitor: Visitor) -> None:
    """Wait until what the server says is English too."""
    left: list[str] = []

    async def clean() -> bool:
        left[:] = chinese(await visitor.own_words())
        return not left

    try:
        await visitor.house.until(clean, 10, "English")
    except TimeoutError:
        raise AssertionError(f"{visitor.page.url} in English still says {left}") from None


def chinese(words: str) -> list[str]:
    """Lines with Chinese in them that nobody wrote."""
    for written in WRITTEN:
        words = words.replace(written, "")
    return [line for line in words.splitlines() if re.search("[\\u4e00-\\u9fff]", line)]


async def test_the_desk_in_english_on_a_telephone(house: OfficeHouse, enter: Enter) -> None:
    """A whole call by touch on a small screen, each step without barrier and without a Chinese word; what a
    supervisor says meanwhile lies over none of the buttons."""
    desk = await enter(size=PHONE)
    page = desk.page
    person = await house.agent()
    found: list[str] = []

    async def check() -> None:
        found.extend(await barriers(page))
        await desk.fits()
        await in_english(desk)

    await desk.log_in(person)
    await desk.english()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=SECONDS)
    await check()
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("button", name="Play test sound").click(timeout=SECONDS)
    await page.get_by_role("button", name="I heard them").click(timeout=SECONDS)
    go = page.get_by_role("button", name="Done, go ready")
    await expect(go).to_be_enabled(timeout=SECONDS)
    await check()
    await go.click()
    await desk.in_state("ready")
    await check()
    chief = await enter(await house.office.person("supervisor"))
    words = {"text": "Mind the queue", "agent_ids": [str(person.user_id)]}
    await chief.send("/api/messages", words)
    await expect(page.locator(".inbox-card")).to_be_visible(timeout=SECONDS)
    await check()
    call = await house.dial(DESK)
    await desk.rung()
    await check()
    await page.get_by_test_id("ring-card").get_by_role("button", name="Answer").click()
    await desk.in_phase("talking")
    await call.wait_tone(MICROPHONE_HZ, 15)
    await check()
    await page.locator(".bar").get_by_role("button", name="Hang up").click()
    await desk.in_phase("wrap")
    await check()
    await house.ask("agent.sign_out", person.user_id)
    assert found == []


async def test_a_whole_call_by_keyboard_alone(house: OfficeHouse, enter: Enter) -> None:
    person = await house.agent()
    desk = await enter()
    page = desk.page
    keyboard = page.keyboard

    async def tab_to(name: str) -> None:
        """Press Tab until what has the focus bears this name."""
        for _ in range(60):
            focused = await page.evaluate(
                """() => {
                  const one = document.activeElement;
                  if (one === document.body) return "";
                  const label = one.labels?.[0]?.textContent ?? "";
                  return one.getAttribute("aria-label") || label || one.textContent || "";
                }"""
            )
            if name in focused:
                return
            await keyboard.press("Tab")
        raise AssertionError(f"{name} is not reached by the keyboard")

    async def shortcut(key: str, name: str) -> None:
        """Press a key of the phone bar as soon as its button may be used."""
        await expect(desk.button(name)).to_be_enabled(timeout=SECONDS)
        await keyboard.press(key)

    await tab_to("登录名")
    await keyboard.type(person.login)
    await keyboard.press("Tab")
    await keyboard.type(PASSWORD)
    await keyboard.press("Enter")
    await expect(page.get_by_role("button", name="签入")).to_be_visible(timeout=SECONDS)
    await tab_to("签入")
    await keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible(timeout=SECONDS)
    await tab_to("播放测试音")
    await keyboard.press("Enter")
    await expect(page.get_by_role("button", name="听到了", exact=True)).to_be_enabled(timeout=SECONDS)
    await tab_to("听到了")
    await keyboard.press("Enter")
    await expect(page.get_by_role("button", name="完成并置为空闲")).to_be_enabled(timeout=SECONDS)
    await tab_to("完成并置为空闲")
    await keyboard.press("Enter")
    await desk.in_state("ready")

    call = await house.dial(DESK)
    await desk.rung()
    await shortcut("Alt+KeyA", "接听")
    await desk.in_phase("talking")
    await call.wait_tone(MICROPHONE_HZ, 15)
    await shortcut("Alt+KeyM", "静音")
    await call.wait_quiet(10)
    await shortcut("Alt+KeyM", "取消静音")
    await call.wait_tone(MICROPHONE_HZ, 10)
    await shortcut("Alt+KeyH", "保持")
    await desk.in_phase("held")
    await shortcut("Alt+KeyH", "取回")
    await desk.in_phase("talking")
    await shortcut("Alt+KeyK", "键盘")
    await keyboard.type("12")
    await house.until(lambda: call.received_keys == ["1", "2"], 10, "the keys arrived in order")
    await keyboard.press("Escape")
    await shortcut("Alt+KeyX", "挂断")
    await desk.in_phase("wrap")
    await tab_to("来电原因")
    await keyboard.type("退换")
    await expect(page.locator(".ant-select-tree-title", has_text="退换货")).to_be_visible()
    await keyboard.press("ArrowDown")
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await tab_to("已解决")
    await keyboard.press("Space")
    await tab_to("备注")
    await keyboard.type("done")
    await keyboard.press("Alt+KeyW")
    await expect(page.get_by_text("小结已提交")).to_be_visible(timeout=SECONDS)
    await desk.in_state("ready")
    begun = time.monotonic()
    await keyboard.press("Alt+KeyN")
    await desk.in_state("not_ready")
    assert time.monotonic() - begun < 5
    await house.ask("agent.sign_out", person.user_id)
    await call.wait_ended(15)
