"""A project's own prompts over real SIP: heard, gone, replaced by the standard one, and back."""

import io
from typing import Any

import numpy as np
import pytest
import soundfile
from call_checks import ending, hears_music, lasting, placed
from call_house import House
from test_call_supervised import talk

from andon.flows.graph import Graph
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.play import PlayPrompts
from andon.flows.nodes.start import Start
from andon.kit.clock import SystemClock
from andon.kit.database import Database, Scope
from andon.prompts.repository import add_version
from andon.prompts.sound import fit
from andon.prompts.tables import PromptRow

pytestmark = pytest.mark.telephony

HERTZ = 700


def tone() -> bytes:
    out = io.BytesIO()
    sound = 0.05 * np.sin(2 * np.pi * HERTZ * np.arange(2 * 44_100) / 44_100)
    soundfile.write(out, sound, 44_100, format="OGG")
    return out.getvalue()


async def bring(house: House, name: str) -> str:
    """An own prompt of the project; the SHA-256 of its sound."""
    db = Database(house.app_url, "andon edge", pool_size=1)
    try:
        async with db.session(Scope(house.world.tenant_id)) as session:
            row = PromptRow(
                client_id=house.world.client_id,
                project_id=house.world.project_id,
                name=name,
                note="",
                current={},
            )
            session.add(row)
            await session.flush()
            # machine-made: its mark stands in the file before the sound, and the engine must read past it
            version = await add_version(
                session, row, "zh", fit(tone(), machine_made=True), source="upload", says="", file_name="",
                at=SystemClock().now(), by=None,
            )  # fmt: skip
            return version.sha256
    finally:
        await db.close()


async def heard_tone(house: House, line: str) -> bool:
    """Whether a caller of this line hears the own prompt."""
    call, own = await placed(house, line)
    await call.wait_ended(20)
    await ending(house, own, "self_service", "system")
    return lasting(np.array(call.heard(30)), HERTZ, 12)


async def alarms(house: House, kind: str) -> list[dict[str, Any]]:
    return [row["data"] for row in await house.facts(kind=kind) if row["data"]["code"] == "prompt_missing"]


async def test_an_own_prompt_is_heard_and_one_that_is_gone_is_no_silence(house: House) -> None:
    graphs = {
        name: Graph(
            start="start",
            nodes={
                "start": Start(exits={"next": "say"}),
                "say": PlayPrompts(prompts=prompts, exits={"next": "end"}),
                "end": HangUp(),
            },
        )
        for name, prompts in (("own", ("welcome_tone",)), ("missing", ("nowhere", "welcome_tone")))
    }
    sha256 = await bring(house, "welcome_tone")
    lines = await house.open_lines(graphs)
    file = house.settings.folder("prompts") / f"{sha256}.wav"
    assert await heard_tone(house, lines["own"])

    # the other prompt of this line nobody has: something is said in its place, and the board shows it
    assert await heard_tone(house, lines["missing"])
    (raised,) = await alarms(house, "alarm.raised")
    assert raised["detail"] == "zh/nowhere"

    file.unlink()
    assert not await heard_tone(house, lines["own"])  # the standard `welcome_tone` is none: a beep, an alarm
    raised = (await alarms(house, "alarm.raised"))[-1]
    assert raised["detail"] == "zh/welcome_tone"
    await house.until(file.is_file, 10, "the core writes the file again")
    assert await heard_tone(house, lines["own"])
    assert [each["subject"] for each in await alarms(house, "alarm.cleared")] == [raised["subject"]]


async def test_who_keys_card_data_alone_is_told_so_in_own_words_until_a_key(house: House) -> None:
    sha256 = await bring(house, "key_card")
    async with house.on_duty("plain") as agent:
        file = house.settings.folder("prompts") / f"{sha256}.wav"
        await house.until(file.is_file, 10, "the core has the sound")
        call, own, _ = await talk(house, agent, "plain")
        await call.be_quiet()  # a key waits for the end of what its telephone plays
        await agent.ask("call.card", on=True, alone=True)
        await call.wait_tone(HERTZ, 10)
        await call.keys("4")
        await agent.until(lambda view: view["contact"]["card"]["keys"] == 1, "sees how many")
        await hears_music(house, call)
        await call.keys("#")
        await agent.in_state("talking")
        await call.hangup()
        await agent.in_state("acw")
    await ending(house, own, "served", "caller")
    assert "core_fault" not in house.core_said()
