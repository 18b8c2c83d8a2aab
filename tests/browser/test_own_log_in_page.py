"""Passkeys, passwords that others set, the own mobile, two at one thing, a log-in that runs out in a call."""

import re

import pytest
from microphone import MICROPHONE_HZ
from office import OfficeHouse
from office_world import PASSWORD
from playwright.async_api import Browser, Page, expect
from sqlalchemy import text
from visitor import CALLER_HZ, LARGE, PHONE, SECONDS, Visitor, barriers, in_talk, look, seated, visit

from andon.kit.database import Scope
from conftest import Enter

pytestmark = pytest.mark.browser

OWN = "my own horse"


async def with_authenticator(page: Page) -> None:
    """A device in the machine that makes passkeys, and whose owner always agrees."""
    devices = await page.context.new_cdp_session(page)
    await devices.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await devices.send("WebAuthn.addVirtualAuthenticator", {"options": device})


async def log_out(visitor: Visitor) -> None:
    await visitor.page.locator(".frame-person").click()
    await visitor.page.get_by_text("退出登录").click()
    await expect(visitor.page.get_by_label("登录名")).to_be_visible(timeout=SECONDS)


async def test_a_passkey_logs_in_alone_and_beside_the_password(house: OfficeHouse, chromium: Browser) -> None:
    here = house.url.replace("127.0.0.1", "localhost")  # a name, and a page that browsers take for safe
    person = await house.office.person("planner")
    visitor = await visit(house, chromium, LARGE, here)
    page = visitor.page
    await with_authenticator(page)
    await visitor.log_in(person)
    await page.goto(f"{here}/account")
    await page.get_by_role("button", name="添加通行密钥").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("当前密码").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_label("名称")).to_be_focused(timeout=SECONDS)
    found = await barriers(page)
    await dialog.get_by_label("名称").fill("办公室电脑")
    await page.keyboard.press("Enter")
    await expect(dialog.locator(".account-codes li")).to_have_count(10, timeout=SECONDS)
    await dialog.get_by_label("我已保存好恢复码").check()
    await dialog.get_by_role("button", name=re.compile("完 ?成")).click()
    key = page.locator(".account-keys li")
    await expect(key).to_contain_text("办公室电脑", timeout=SECONDS)
    await expect(key).to_contain_text("还没有用过")
    found += await barriers(page)
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await visitor.fits()
    await page.set_viewport_size({"width": LARGE[0], "height": LARGE[1]})

    await log_out(visitor)
    found += await barriers(page)
    await page.bring_to_front()  # browsers ask for a passkey on the page in front only
    await page.get_by_role("button", name="用通行密钥登录").click()
    await expect(page.locator(".frame")).to_be_visible(timeout=SECONDS)
    await page.goto(f"{here}/account")
    await expect(key).to_contain_text("最近使用", timeout=SECONDS)
    await log_out(visitor)
    visitor.expect_refusal()  # the password alone is not enough now
    await page.get_by_label("登录名").fill(person.login)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录", exact=True).click()
    await page.get_by_role("button", name="改用通行密钥").click()
    await expect(page.locator(".frame")).to_be_visible(timeout=SECONDS)

    await page.goto(f"{here}/account")
    await page.get_by_role("button", name="删除 办公室电脑").click()
    await dialog.get_by_label("当前密码").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(key).to_have_count(0, timeout=SECONDS)
    assert found == [] and visitor.complaints == []
    await visitor.close()


async def test_a_password_set_by_another_takes_a_second_person_and_is_changed_first(
    house: OfficeHouse, enter: Enter
) -> None:
    person = await house.office.person("system")
    security = await enter(await house.office.person("security"))
    auditor = await enter(await house.office.person("auditor"))
    page = security.page

    async def reset() -> None:
        await page.get_by_role("button", name=f"重设密码 {person.name}", exact=True).click()
        await page.get_by_label("密码", exact=True).fill("set by another")
        await page.get_by_role("button", name="重设密码", exact=True).click()

    await look(security, "/admin/users", ".resource-table")
    security.expect_refusal()
    await reset()
    await expect(page.get_by_text("须有第二人同意")).to_be_visible(timeout=SECONDS)
    found = await barriers(page)
    await page.get_by_role("button", name="申请第二人同意").click()
    await expect(page.get_by_text("已申请重设")).to_be_visible(timeout=SECONDS)
    await look(auditor, "/account", f"text=要重设 {person.name} 的密码")
    found += await barriers(auditor.page)
    await auditor.page.get_by_role("button", name=f"同意 {person.name}").click()
    await expect(auditor.page.get_by_text("已同意")).to_be_visible(timeout=SECONDS)
    await reset()
    await expect(page.get_by_text(f"已重设“{person.name}”的密码")).to_be_visible(timeout=SECONDS)

    own = await enter(size=PHONE)
    await own.page.get_by_label("登录名").fill(person.login)
    await own.page.get_by_label("密码").fill("set by another")
    await own.page.get_by_role("button", name="登录", exact=True).click()
    await expect(own.page.get_by_text("为您设置了密码")).to_be_visible(timeout=SECONDS)
    await own.fits()
    found += await barriers(own.page)
    await own.page.get_by_label("当前密码").fill("set by another")
    await own.page.get_by_label("新密码").fill(OWN)
    await own.page.get_by_role("button", name="修改密码").click()
    await expect(own.page.locator(".frame")).to_be_visible(timeout=SECONDS)
    assert found == []


async def test_of_two_who_edit_one_queue_the_second_sees_what_the_first_did(
    house: OfficeHouse, enter: Enter
) -> None:
    first, second = [await enter(await house.office.person("administrator")) for _ in range(2)]
    page = second.page
    queues = (await first.call_api("/api/queues"))["items"]
    queue = next(each for each in queues if each["name"] == "other")
    await look(second, "/admin/queues", ".admin-body tbody tr")
    await page.get_by_role("button", name=re.compile("^other( 项目.*)?$")).first.click()
    await page.get_by_label("话后处理").first.fill("77")
    await first.change(f"/api/queues/{queue['id']}", {"target_s": 33})
    try:
        second.expect_refusal()
        await page.get_by_role("button", name="保存", exact=True).click()
        stale = page.get_by_role("alert").filter(has_text="在您打开之后改过")
        await expect(stale).to_be_visible(timeout=SECONDS)
        found = await barriers(page)
        await page.emulate_media(color_scheme="dark")
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        found += await barriers(page)
        await stale.get_by_role("button", name="载入最新内容").click()
        await expect(stale).to_have_count(0, timeout=SECONDS)
        await page.get_by_label("话后处理").first.fill("77")
        await page.get_by_role("button", name="保存", exact=True).click()
        await expect(page.get_by_role("dialog")).to_be_hidden(timeout=SECONDS)
        stored = await second.call_api(f"/api/queues/{queue['id']}")
        assert (stored["target_s"], stored["acw_s"]) == (33, 77)
        assert found == []
    finally:
        kept = {"target_s": queue["target_s"], "acw_s": queue["acw_s"]}
        await first.change(f"/api/queues/{queue['id']}", kept)


async def test_the_second_at_a_role_a_board_or_a_flow_is_told_too(house: OfficeHouse, enter: Enter) -> None:
    first, second = [await enter(await house.office.person("administrator")) for _ in range(2)]
    page = second.page
    stale = page.get_by_role("alert").filter(has_text="在您打开之后改过")

    async def told_upon(button: str) -> list[str]:
        second.expect_refusal()
        await page.get_by_role("button", name=re.compile(button)).click()
        await expect(stale).to_be_visible(timeout=SECONDS)
        return await barriers(page)

    role = next(each for each in (await first.call_api("/api/roles"))["items"] if each["role"] == "quality")
    await look(second, "/admin/roles", ".roles-matrix")
    await page.get_by_role("button", name="编辑 质检员").click()
    await page.locator("input[value=ledger]").check()
    await first.send("/api/roles/quality", {"permissions": ["contacts", "recordings"]}, "PUT")
    try:
        found = await told_upon("^保 ?存$")
        await stale.get_by_role("button", name="载入最新内容").click()
        await expect(page.locator("input[value=export]")).not_to_be_checked(timeout=SECONDS)
        await expect(page.locator("input[value=ledger]")).not_to_be_checked()
    finally:
        await first.send("/api/roles/quality", {"permissions": role["permissions"]}, "PUT")

    await first.send("/api/wallboards", {"name": "Two at it", "tiles": []})
    boards = (await first.call_api("/api/wallboards"))["items"]
    board = next(f"/api/wallboards/{each['id']}" for each in boards if each["name"] == "Two at it")
    await look(second, board.removeprefix("/api"), ".wall-designer")
    await page.get_by_label("名称").fill("Mine")
    await first.change(board, {"name": "Theirs"})
    found += await told_upon("^保 ?存$")
    assert (await first.call_api(board))["name"] == "Theirs"
    await stale.get_by_role("button", name="用我填写的覆盖").click()
    await expect(page.get_by_text("已保存，屏幕马上更新")).to_be_visible(timeout=SECONDS)
    await expect(stale).to_have_count(0)
    assert (await first.call_api(board))["name"] == "Mine"
    await first.send(board, None, "DELETE")

    await first.send("/api/flows", {"project_id": str(house.world.project_id), "name": "Two at it"})
    flows = (await first.call_api("/api/flows"))["items"]
    flow = next(f"/api/flows/{each['id']}" for each in flows if each["name"] == "Two at it")
    await look(second, flow.removeprefix("/api"), ".flow-box")
    wait = page.locator(".flow-palette").get_by_role("button", name="等待", exact=True)
    await wait.click()
    theirs = {"start": "end", "nodes": {"end": {"type": "hangup"}}}
    await first.send(f"{flow}/draft", {"graph": theirs}, "PUT")
    found += await told_upon("保存草稿$")
    await stale.get_by_role("button", name="载入最新内容").click()
    await expect(page.locator(".flow-box")).to_have_count(1, timeout=SECONDS)
    await wait.click()
    await page.get_by_role("button", name="保存草稿").click()
    await expect(page.get_by_text("有未保存的修改")).to_be_hidden(timeout=SECONDS)
    assert len((await first.call_api(f"{flow}/draft"))["graph"]["nodes"]) == 2
    assert found == []


async def test_the_second_at_a_list_that_is_set_as_a_whole_is_told_too(
    house: OfficeHouse, enter: Enter
) -> None:
    """An agent's skills, a team's members, the rule of exports, a form: the page keeps what was typed."""
    first, second = [await enter(await house.office.person("administrator")) for _ in range(2)]
    person = await house.agent()
    page = second.page
    dialog = page.get_by_role("dialog")
    stale = dialog.get_by_role("alert").filter(has_text="在您打开之后改过")
    found: list[str] = []

    async def told_upon(button: str, what: str) -> None:
        second.expect_refusal()
        await dialog.get_by_role("button", name=re.compile(button)).click()
        await expect(stale).to_contain_text(f"改动的内容：{what}", timeout=SECONDS)
        found.extend(await barriers(page))

    skills, team = f"/api/users/{person.user_id}/skills", "/api/teams"
    (link,) = (await first.call_api(skills))["items"]
    await look(second, "/admin/users", ".admin-body tbody tr")
    await page.get_by_label("搜索").fill(person.login)
    await page.get_by_role("button", name=f"编辑 {person.name}", exact=True).click()
    await dialog.get_by_label("部门").fill("B 2")
    await dialog.get_by_role("spinbutton", name="等级").fill("8")
    await first.send(skills, [{"skill_id": link["skill_id"], "level": 2}], "PUT")
    await told_upon("^保 ?存$", "技能")
    await expect(dialog.get_by_role("spinbutton", name="等级")).to_have_value("8")  # as typed
    # What was stored before the refusal is one's own: overwriting is about the skills alone.
    await stale.get_by_role("button", name="用我填写的覆盖").click()
    await expect(dialog).to_be_hidden(timeout=SECONDS)
    (now,) = (await first.call_api(skills))["items"]
    assert now["level"] == 8
    assert (await first.call_api(f"/api/users/{person.user_id}"))["department"] == "B 2"

    await first.send(team, {"name": "Two at it"})
    made = next(each for each in (await first.call_api(team))["items"] if each["name"] == "Two at it")
    members = f"{team}/{made['id']}/members"
    await look(second, "/admin/teams", ".admin-body tbody tr")
    await page.get_by_role("button", name="编辑 Two at it").click()
    await dialog.get_by_label("部门").fill("二部")
    await first.send(members, {"members": [str(person.user_id)]}, "PUT")
    await told_upon("^保 ?存$", "成员")
    await stale.get_by_role("button", name="载入最新内容").click()
    await expect(stale).to_have_count(0, timeout=SECONDS)
    await expect(dialog.get_by_text(person.name)).to_be_visible()
    await dialog.get_by_role("button", name=re.compile("^保 ?存$")).click()
    await expect(dialog).to_be_hidden(timeout=SECONDS)
    assert [each["user_id"] for each in (await first.call_api(members))["items"]] == [str(person.user_id)]
    await first.send(members, {"members": []}, "PUT")
    await first.send(f"{team}/{made['id']}", None, "DELETE")

    rule = await first.call_api("/api/export-rules")
    rule.pop("revision")
    await look(second, "/exports", ".exports")
    await page.get_by_role("button", name="导出规则").click()
    await dialog.get_by_label("文件保留几小时").fill("31")
    await first.send("/api/export-rules", rule | {"keep_hours": 30}, "PUT")
    try:
        await told_upon("^保 ?存$", "保留小时数")
        await stale.get_by_role("button", name="用我填写的覆盖").click()
        await expect(dialog).to_be_hidden(timeout=SECONDS)
        assert (await first.call_api("/api/export-rules"))["keep_hours"] == 31
    finally:
        await first.send("/api/export-rules", rule, "PUT")
    assert found == []


async def test_an_agent_sees_and_changes_the_own_mobile_and_an_auditor_sees_who_allowed_it(
    house: OfficeHouse, enter: Enter
) -> None:
    boss = await enter(await house.office.person("administrator"))
    person = await house.agent()
    desk = await enter(person, PHONE)
    page = desk.page
    card = page.get_by_role("region", name="接听来电的手机")
    await look(desk, "/account", ".account-card")
    await expect(card).to_contain_text("未登记", timeout=SECONDS)
    await expect(card).to_contain_text("如需修改，请找")
    await boss.change(f"/api/users/{person.user_id}", {"mobile": "13800138000"})
    agent = next(each for each in (await boss.call_api("/api/roles"))["items"] if each["role"] == "agent")
    allowed = agent["permissions"]
    await boss.send("/api/roles/agent", {"permissions": [*allowed, "own_mobile"]}, "PUT")
    try:
        await page.reload()
        await expect(card).to_contain_text("13800138000", timeout=SECONDS)
        await expect(card).to_contain_text("可以接听")
        await expect(card).to_contain_text("您可以自己修改")
        await desk.fits()
        found = await barriers(page)
        await card.get_by_role("button", name="修改手机号码").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("手机号码").fill("13900139000")
        await dialog.get_by_label("当前密码").fill("wrong")
        desk.expect_refusal()
        await page.keyboard.press("Enter")
        await expect(dialog.locator(".ant-form-item-explain-error")).to_be_visible(timeout=SECONDS)
        found += await barriers(page)
        await dialog.get_by_label("当前密码").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(dialog).to_be_hidden(timeout=SECONDS)
        await expect(card).to_contain_text("13900139000")
        assert (await boss.call_api(f"/api/users/{person.user_id}"))["mobile"] == "13900139000"
    finally:
        await boss.send("/api/roles/agent", {"permissions": allowed}, "PUT")

    auditor = await enter(await house.office.person("auditor"))
    page = auditor.page
    await look(auditor, "/audit", ".audit-table")
    badge = page.locator(".frame-badge[title$=条待阅]")
    await expect(badge).to_be_visible(timeout=SECONDS)
    await page.get_by_text(re.compile(r"^待阅 \d+$")).click()
    row = page.get_by_role("row").filter(has_text="agent").first
    await expect(row).to_contain_text("角色", timeout=SECONDS)
    found += await barriers(page)
    these = page.get_by_role("button", name=re.compile("条已阅$"))
    listed = await these.inner_text()
    await row.get_by_role("button", name="已阅").click()
    await expect(these).not_to_have_text(listed, timeout=SECONDS)
    await expect(these).not_to_have_class(re.compile("loading"), timeout=SECONDS)
    await these.click()
    await expect(page.get_by_text("没有待阅的操作")).to_be_visible(timeout=SECONDS)
    await expect(badge).to_have_count(0, timeout=SECONDS)
    await page.get_by_text("全部", exact=True).click()
    await expect(page.get_by_role("row").filter(has_text="角色").first).to_contain_text(
        re.compile("于 .* 已阅"), timeout=SECONDS
    )
    found += await barriers(page)
    assert found == []


async def test_a_log_in_that_runs_out_in_a_call_is_renewed_over_it(house: OfficeHouse, enter: Enter) -> None:
    person = await house.agent()
    async with seated(enter, person) as desk:
        call = await in_talk(house, desk)
        contact_id = await house.contact_of(call.caller)
        async with house.office.db.session(Scope(house.world.tenant_id)) as session:
            rows = await session.execute(
                text(
                    "UPDATE user_session SET ended_at = now() WHERE user_id = :id AND ended_at IS NULL"
                    " RETURNING id"
                ),
                {"id": person.user_id},
            )
            (ended,) = rows.scalars()
        house.bus.publish("session.ended", {"session_id": str(ended)})  # as the look every half minute finds
        again = desk.page.get_by_role("dialog").filter(has_text="请重新登录")
        await expect(again).to_be_visible(timeout=SECONDS)
        found = await barriers(desk.page)
        await call.wait_tone(MICROPHONE_HZ, 15)  # they talk on meanwhile
        await desk.hears(CALLER_HZ)
        await expect(again.get_by_label("登录名")).to_have_value(person.login)
        await again.get_by_label("密码").fill(PASSWORD)
        await desk.page.keyboard.press("Enter")
        await expect(again).to_be_hidden(timeout=SECONDS)
        await desk.in_phase("talking")
        await desk.press("保持")
        await desk.in_phase("held")
        await desk.press("取回")
        await desk.hears(CALLER_HZ)
        await desk.press("挂断")
        await desk.in_phase("wrap")
        await call.wait_ended(60)  # the survey
        assert await house.outcome(contact_id) == "served"
        kinds = [row["kind"] for row in await house.facts(contact_id)]
        assert kinds.count("contact.connected") == 1
        assert found == []

        async def reachable() -> bool:
            return bool(house.views[str(person.user_id)]["registered"])

        await house.until(reachable, 20, "the telephone is back")
    # What was tried while nobody was logged in is written down by the browser.
    desk.complaints = [line for line in desk.complaints if "WebSocket" not in line and "401" not in line]
