"""The prompt library: a file brought and a microphone recorded, an older version back, chosen in a flow."""

import io
import re
from typing import Any

import numpy as np
import pytest
import soundfile
from microphone import MICROPHONE_HZ
from office import OfficeHouse
from playwright.async_api import expect
from test_designer_page import new_flow
from test_pages import barriers, in_english
from visitor import LARGE, PHONE, SECONDS, Visitor, look

from andon.telephony.tones import purity
from conftest import Enter

pytestmark = pytest.mark.browser


def song() -> bytes:
    out = io.BytesIO()
    sound = 0.02 * np.sin(2 * np.pi * 600 * np.arange(44_100) / 44_100)
    soundfile.write(out, np.stack([sound, sound], axis=1), 44_100, format="MP3")
    return out.getvalue()


async def versions(visitor: Visitor, name: str) -> list[dict[str, Any]]:
    page = await visitor.call_api(f"/api/prompts?project_id={visitor.house.world.project_id}")
    id = next(each["id"] for each in page["items"] if each["name"] == name)
    return [
        {**each, "path": f"/api/prompts/{id}/versions/{each['language']}/{each['version']}/sound"}
        for each in (await visitor.call_api(f"/api/prompts/{id}/versions"))["items"]
    ]


async def test_a_prompt_is_brought_recorded_rolled_back_and_chosen(house: OfficeHouse, enter: Enter) -> None:
    boss = await enter(await house.office.person("administrator"), blank=True)
    page = boss.page
    await look(boss, "/prompts", ".prompts-standard .ant-table-row")
    await page.get_by_label("项目").click()
    await page.locator(".ant-select-item-option:visible").get_by_text("项目", exact=True).click()
    await expect(page.get_by_text("这个项目还没有自己的提示音")).to_be_visible(timeout=SECONDS)
    await page.get_by_role("button", name="新建提示音").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("名称").fill("welcome")
    await expect(dialog).to_contain_text("与标准提示音同名")
    await dialog.get_by_label("名称").fill("月饼 八折")
    await dialog.get_by_role("button", name=re.compile("新 ?建")).click()
    await expect(dialog).to_contain_text("只能用字母")
    await dialog.get_by_label("名称").fill("月饼_八折")
    await dialog.get_by_role("button", name=re.compile("新 ?建")).click()

    drawer = page.locator(".ant-drawer", has_text="月饼_八折")
    await drawer.get_by_label("说的是什么").fill("月饼八折，欢迎选购。")
    await drawer.locator("input[type=file]").set_input_files(
        {"name": "月饼.mp3", "mimeType": "audio/mpeg", "buffer": song()}
    )
    await expect(drawer.get_by_role("alert")).to_contain_text("已保存为中文第 1 版", timeout=SECONDS)
    await expect(drawer.get_by_role("alert")).to_contain_text("MP3，44100 Hz，2 声道 → 8000 Hz 单声道")
    await expect(drawer.locator(".prompt-versions li")).to_contain_text("月饼八折，欢迎选购。")

    # what is no sound is refused in words, and nothing is changed
    boss.expect_refusal()
    await drawer.locator("input[type=file]").set_input_files(
        {"name": "月饼.mp3", "mimeType": "audio/mpeg", "buffer": b"no sound at all"}
    )
    await expect(page.get_by_text("文件不是可以读取的声音")).to_be_visible(timeout=SECONDS)

    # recorded here: the microphone of this browser hears one tone
    await drawer.get_by_role("button", name="用麦克风录").click()
    await expect(drawer.get_by_text("正在录音 0:02")).to_be_visible(timeout=SECONDS)
    await drawer.get_by_role("button", name="停止并使用").click()
    await expect(drawer.get_by_role("alert")).to_contain_text("已保存为中文第 2 版", timeout=SECONDS)
    newest = (await versions(boss, "月饼_八折"))[0]
    assert (newest["source"], newest["version"]) == ("microphone", 2)
    answer = await boss.context.request.get(f"{house.url}{newest['path']}")
    sound, rate = soundfile.read(io.BytesIO(await answer.body()))
    assert rate == 8000 and purity(list(sound[4000:8000]), MICROPHONE_HZ) > 0.8

    # recorded by telephone, which this page is: the same tone, and the bar of the page ends it
    await drawer.get_by_role("button", name="用电话录").click()
    await expect(drawer.get_by_text("请在“嘀”声后说话，按 # 结束")).to_be_visible(timeout=SECONDS)
    await boss.page.wait_for_function(
        "since => Date.now() - since > 3000", arg=await page.evaluate("Date.now()")
    )
    await drawer.get_by_role("button", name="停止并使用").click()
    await expect(drawer.get_by_role("alert")).to_contain_text("已保存为中文第 3 版", timeout=SECONDS)
    newest = (await versions(boss, "月饼_八折"))[0]
    assert newest["source"] == "telephone"
    answer = await boss.context.request.get(f"{house.url}{newest['path']}")
    sound, _ = soundfile.read(io.BytesIO(await answer.body()))
    assert purity(list(sound[4000:8000]), MICROPHONE_HZ) > 0.8

    # heard, and back to the first
    await drawer.get_by_role("button", name="试听 月饼_八折 第 1 版").click()
    await expect(drawer.get_by_role("button", name="停止 月饼_八折 第 1 版")).to_be_visible()
    await expect(drawer.get_by_role("button", name="试听 月饼_八折 第 1 版")).to_be_visible(timeout=SECONDS)
    await drawer.locator("li", has_text="第 1 版").get_by_role("button", name="换回这一版").click()
    await expect(drawer.locator(".prompt-versions li", has_text="使用中")).to_contain_text(
        "第 1 版", timeout=SECONDS
    )

    # no barrier, in English, by telephone
    found = await barriers(page)
    await drawer.get_by_label("关闭").or_(drawer.locator(".ant-drawer-close")).first.click()
    found += await barriers(page)
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await boss.fits()
    await page.set_viewport_size({"width": LARGE[0], "height": LARGE[1]})
    await boss.english()
    await in_english(boss)
    await page.locator("button[lang=zh-CN]").click()
    assert not found, "\n".join(found)

    # a flow speaks it
    await new_flow(boss, "促销", "热线")
    await page.locator(".flow-box", has_text="播放").first.click()
    side = page.locator(".flow-side")
    prompts = side.get_by_label("提示音")
    await prompts.click()
    await page.locator(".ant-select-item-option:visible", has_text="月饼_八折").click()
    await expect(side.get_by_role("button", name="试听 月饼_八折 中文")).to_be_visible(timeout=SECONDS)
    await page.get_by_role("button", name="保存草稿").click()
    await expect(page.get_by_text("有未保存的修改")).to_be_hidden(timeout=SECONDS)
    await look(boss, "/prompts", ".prompts .ant-table-row")
    await page.get_by_label("项目").click()
    await page.locator(".ant-select-item-option:visible").get_by_text("项目", exact=True).click()
    await page.locator("tr", has_text="月饼_八折").get_by_role("button", name="1 处").click()
    await expect(page.locator(".prompt-uses")).to_contain_text("促销", timeout=SECONDS)
