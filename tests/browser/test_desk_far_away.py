"""A desk at home: over HTTPS, behind NAT and a firewall that lets only 443 out, on a line that gets bad."""

import asyncio
import os
import re
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from microphone import MICROPHONE_HZ, write_microphone
from office import OfficeHouse, opened
from playwright.async_api import Browser, Page, async_playwright, expect
from visitor import CALLER_HZ, LARGE, SECONDS, at_desk, in_talk, visit

from andon.kit import certificates
from andon.kit.settings import IceSettings
from andon.telephony import doctor
from andon.telephony.tones import RATE, purity, tone_level
from conftest import CHROMIUM, flags
from harness.far_away import FarAway, far_away
from harness.ports import free_port
from harness.relay import coturn
from town.carrier import Call

pytestmark = pytest.mark.browser

DESK, TURN = "desk.andon.test", "turn.andon.test"
SECRET = "known-to-the-office-and-its-relay"
LISTEN_S = 6
STRETCHES = 4
PIECE_S = 0.1
# How much of a tone must be there to have been understood, had it been words: a fifth may be missing.
UNDERSTOOD = 0.8

# The share of moments in which the tone asked for is what the page plays, a tenth of a second apart.
LISTEN_LONG = """async ([hertz, moments]) => {
  const tones = new Float32Array(window.analyser.frequencyBinCount);
  const width = window.ear.sampleRate / window.analyser.fftSize;
  let heard = 0;
  for (let n = 0; n < moments; n++) {
    await new Promise((done) => setTimeout(done, 100));
    window.analyser.getFloatFrequencyData(tones);
    let best = 1;
    for (let bin = 1; bin < tones.length; bin++) if (tones[bin] > tones[best]) best = bin;
    if (Math.abs(best * width - hertz) < 8 && tones[best] > -60) heard++;
  }
  return heard / moments;
}"""


class FarOffice(OfficeHouse):
    """Everything on an address that others reach, the pages over HTTPS."""

    def __init__(self, home: Path, away: FarAway, made: certificates.Made, ice: IceSettings) -> None:
        self.carrier_host = away.office
        self.trust = ssl.create_default_context(cafile=made.authority)
        super().__init__(
            home,
            http_host=away.office,
            sip_host=away.office,
            media_address=away.office,
            tls_cert=made.certificate,
            tls_key=made.key,
            ice=ice,
            rtp_timeout_agent_s=6,  # as it is without being asked: a bad line falls silent for a moment
        )


def trust(store: Path, authority: Path) -> None:
    """What `andon cert` asks for on each desk, where Chromium looks for it."""
    store.mkdir(parents=True)
    command = ["certutil", "-d", f"sql:{store}"]
    subprocess.run([*command, "-N", "--empty-password"], check=True)
    subprocess.run([*command, "-A", "-t", "C,,", "-n", "andon", "-i", authority], check=True)


@asynccontextmanager
async def browser_at_home(away: FarAway, folder: Path, authority: Path) -> AsyncIterator[Browser]:
    """A Chromium over there, on a machine where the authority's certificate was installed."""
    await asyncio.to_thread(trust, folder / ".pki" / "nssdb", authority)
    write_microphone(folder / "tone.wav", MICROPHONE_HZ)
    names = f"MAP {DESK} {away.office} , MAP {TURN} {away.relay} , MAP * ~NOTFOUND"
    wanted = [flag for flag in flags(folder / "tone.wav") if not flag.startswith("--host-resolver-rules")]
    there = folder / "chromium"
    there.write_text(f'#!/bin/sh\nexec {" ".join(away.inside)} {CHROMIUM} "$@"\n')
    there.chmod(0o700)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=there,
            args=[*wanted, f"--host-resolver-rules={names}"],
            env={**os.environ, "HOME": str(folder)},
        )
        yield browser
        await browser.close()


async def the_doctor_knows_the_relay(house: OfficeHouse, url: str, elsewhere: str) -> None:
    """It takes our secret and leads to the engine only; else the doctor says what is wrong."""

    async def said(**changed: Any) -> str:
        settings = house.settings.model_copy(update=changed)
        found = await doctor.relay(settings, url)
        assert found.ok != bool(found.remedy("zh"))
        return str(found.params["why"])

    assert await said() == ""
    wrong = IceSettings(turn=(url,), turn_secret="another")
    assert await said(ice=wrong) == "doctor.relay.secret"
    assert await said(media_address=elsewhere) == "doctor.relay.closed"
    assert await said(media_address="127.0.0.1") == "doctor.relay.no_address"


async def heard_by_caller(call: Call) -> float:
    """The share of the next seconds in which the caller hears the agent's tone."""
    await asyncio.sleep(LISTEN_S)
    samples, size = call.heard(LISTEN_S), round(PIECE_S * RATE)
    pieces = [samples[at : at + size] for at in range(0, len(samples) - size, size)]
    there = [
        piece
        for piece in pieces
        if tone_level(piece, MICROPHONE_HZ) > -40 and purity(piece, MICROPHONE_HZ) > 0.5
    ]
    return len(there) / len(pieces)


async def heard_by_agent(page: Page) -> float:
    share: float = await page.evaluate(LISTEN_LONG, [CALLER_HZ, round(LISTEN_S / PIECE_S)])
    return share


async def test_a_desk_at_home_is_understood_and_says_when_its_line_is_bad(tmp_path: Path) -> None:
    turn = free_port()
    with far_away() as away:
        made = certificates.make(tmp_path / "office" / "certificates", [DESK, TURN, away.office, away.relay])
        ice = IceSettings(turn=(f"turns:{TURN}:443?transport=tcp",), turn_secret=SECRET)
        office = FarOffice(tmp_path / "office", away, made, ice)
        away.open_ports(office.settings.ports().http, turn)
        async with (
            coturn(
                tmp_path / "turn", made, address=away.relay, port=turn, media=away.office, secret=SECRET
            ) as log,
            opened(office) as house,
            browser_at_home(away, tmp_path, made.authority) as chromium,
        ):
            direct = f"turns:{away.relay}:{turn}?transport=tcp"
            await the_doctor_knows_the_relay(house, direct, f"{away.net}.7")
            away.line(least_ms=15)
            visitor = await visit(house, chromium, LARGE, url=f"https://{DESK}/")
            async with at_desk(visitor, await house.agent()) as desk:
                call = await in_talk(house, desk)
                lamp = desk.page.locator(".line-lamp")
                good = re.compile(r"MOS 估计 4\.\d .*丢包 0\.0%.*经中继")
                await expect(lamp).to_have_attribute("aria-label", good, timeout=SECONDS)
                assert away.stopped() > 0, "the straight way was tried, and the firewall stood in it"
                contact_id = await house.contact_of(call.caller)

                away.line(loss=0.05, least_ms=15, jitter_ms=200)
                await expect(lamp).to_contain_text("线路较差", timeout=2 * SECONDS)
                by_caller, by_agent = [], []
                for _ in range(STRETCHES):  # six seconds are few when one lost packet may cost half of one
                    heard = await asyncio.gather(heard_by_caller(call), heard_by_agent(desk.page))
                    by_caller.append(heard[0])
                    by_agent.append(heard[1])
                    if min(mean(by_caller), mean(by_agent)) >= UNDERSTOOD:
                        break
                assert mean(by_caller) >= UNDERSTOOD, by_caller
                assert mean(by_agent) >= UNDERSTOOD, by_agent

                away.line(least_ms=15)
                await call.hangup()
                measured = await house.fact(contact_id, "line.measured", 20)
                assert measured["mos_least"] < 3.8, measured
                assert await house.outcome(contact_id) == "served"
            assert SECRET not in log.read_text() + house.core_said()
            status, said = await house.ledger()
            assert status == 0, said
