"""Logging in with more than a password: forced set-up, the code asked for, reset by an administrator."""

import re
from base64 import b32decode
from time import time

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from office import OfficeHouse
from office_world import PASSWORD, Person
from playwright.async_api import expect
from visitor import PHONE, SECONDS, Visitor, barriers, look

from conftest import Enter

pytestmark = pytest.mark.browser


def code_of(secret: str, steps: int = 0) -> str:
    totp = TOTP(b32decode(secret), 6, SHA1(), 30)
    return totp.generate(int(time()) + 30 * steps).decode()


async def password(visitor: Visitor, person: Person) -> None:
    await visitor.page.get_by_label("登录名").fill(person.login)
    await visitor.page.get_by_label("密码").fill(PASSWORD)
    await visitor.page.get_by_role("button", name="登录", exact=True).click()


async def rule(admin: Visitor, before: str, after: str) -> None:
    """Change the rule on its page."""
    page = admin.page
    await look(admin, "/admin/log-in-rules", ".rules-facts")
    await expect(page.locator(".rules-facts")).to_contain_text(before, timeout=SECONDS)
    await page.get_by_role("button", name="编辑").click()
    await page.get_by_label("必须使用两步验证的角色").click()
    await page.locator(".ant-select-item-option", has_text="排班师").first.click()
    await page.locator(".ant-drawer-title").click()
    await page.get_by_role("button", name=re.compile("保 ?存")).click()
    await expect(page.locator(".rules-facts")).to_contain_text(after, timeout=SECONDS)


async def test_a_planner_must_have_a_second_factor(house: OfficeHouse, enter: Enter) -> None:
    admin = await enter(await house.office.person("administrator"))
    person = await house.office.person("planner")
    await rule(admin, "没有", "排班师")
    visitor = await enter(size=PHONE)
    page = visitor.page
    try:
        await password(visitor, person)
        await expect(page.locator(".account-qr svg")).to_be_visible(timeout=SECONDS)
        found = await barriers(page)
        await visitor.fits()
        secret = (await page.locator(".account-secret code").inner_text()).replace(" ", "")
        visitor.expect_refusal()
        await page.get_by_label("验证码", exact=True).fill("000000")
        await page.keyboard.press("Enter")
        await expect(page.locator(".ant-form-item-explain")).to_contain_text("验证码不正确", timeout=SECONDS)
        await page.get_by_label("验证码", exact=True).fill(code_of(secret))
        await page.keyboard.press("Enter")
        await expect(page.locator(".account-codes li")).to_have_count(10, timeout=SECONDS)
        found += await barriers(page)
        recovery = await page.locator(".account-codes li code").first.inner_text()
        await page.get_by_label("我已保存好恢复码").check()
        await page.get_by_role("button", name=re.compile("完 ?成")).click()
        await expect(page.locator(".frame")).to_be_visible(timeout=SECONDS)
        await look(visitor, "/account", ".account-state")
        await expect(page.locator(".account-state")).to_contain_text("还有 10 个恢复码", timeout=SECONDS)
        found += await barriers(page)

        other = await enter()
        other.expect_refusal()
        await password(other, person)
        await expect(other.page.get_by_label("验证码或恢复码")).to_be_focused(timeout=SECONDS)
        found += await barriers(other.page)
        await other.page.get_by_label("验证码或恢复码").fill(recovery.lower())
        await other.page.keyboard.press("Enter")
        await expect(other.page.locator(".frame")).to_be_visible(timeout=SECONDS)

        await look(admin, "/admin/users", ".resource-table")
        row = admin.page.locator("tr", has_text=person.login)
        await row.get_by_role("button", name="重设两步验证").click()
        await admin.page.get_by_role("dialog").get_by_role("button", name="重设两步验证").click()
        await expect(row.get_by_role("button", name="重设两步验证")).to_have_count(0, timeout=SECONDS)
        await expect(other.page.get_by_text("登录已结束")).to_be_visible(timeout=SECONDS)
        assert found == []
    finally:
        await rule(admin, "排班师", "没有")


async def test_rights_are_changed_by_those_whose_duty_it_is(house: OfficeHouse, enter: Enter) -> None:
    security = await enter(await house.office.person("security"))
    page = security.page
    planner = page.get_by_role("button", name="编辑 排班师")
    changed = page.locator(".roles-matrix td[data-changed]")

    async def toggle(permission: str) -> None:
        await planner.click()
        await page.locator(f"input[value={permission}]").click()
        await page.get_by_role("button", name=re.compile("保 ?存")).click()
        await expect(page.locator(".ant-drawer-title")).to_have_count(0, timeout=SECONDS)

    await look(security, "/admin", ".resource-table")  # who has no other section is at the first of the own
    await expect(page.locator(".admin-menu a")).to_have_text(["用户", "角色与权限", "登录规则"])
    await page.get_by_role("link", name="角色与权限").click()
    await expect(page.locator(".roles-matrix tbody tr")).to_have_count(16, timeout=SECONDS)
    found = await barriers(page)
    await toggle("recordings")
    try:
        await expect(changed).to_have_count(1, timeout=SECONDS)
        await planner.click()
        await expect(page.locator("input[value=config]")).to_be_enabled()
        await page.locator("input[value=config]").check()
        await page.locator("input[value=people]").check()
        security.expect_refusal()
        await page.get_by_role("button", name=re.compile("保 ?存")).click()
        await expect(page.get_by_text("三项只能给其中一项").first).to_be_visible(timeout=SECONDS)
        found += await barriers(page)
        await page.locator("input[value=config]").uncheck()
        await page.locator("input[value=people]").uncheck()
    finally:
        await page.locator("input[value=recordings]").uncheck()
        await page.get_by_role("button", name=re.compile("保 ?存")).click()
        await expect(changed).to_have_count(0, timeout=SECONDS)

    system = await enter(await house.office.person("system"), size=PHONE, blank=True)
    await look(system, "/admin/users", ".resource-card, .resource-table, .resource-list")
    await expect(system.page.get_by_role("button", name="新增用户")).to_have_count(0)
    await system.fits()
    found += await barriers(system.page)
    assert found == []
