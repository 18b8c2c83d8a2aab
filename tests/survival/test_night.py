"""A night in fast motion: every process is killed at random instants under steady calls. The books balance.

A night that failed is had again with its seed: `ANDON_NIGHT_SEED=… pytest tests/survival/test_night.py`, and
lasts longer with `--minutes 60`.
"""

import os
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from night import VICTIMS, Night, NightHouse, died_within, settled

LONG = bool(os.environ.get("ANDON_LONG"))
MINUTES = float(os.environ.get("ANDON_NIGHT_MINUTES") or (15 if LONG else 0.75))
CALM_S = 90.0
STORED_S = 60.0
ENGINE_AWAY = timedelta(seconds=10)

pytestmark = [pytest.mark.survival, pytest.mark.timeout(MINUTES * 60 + 420)]


@pytest_asyncio.fixture
async def night_house(tmp_path: Path) -> AsyncIterator[NightHouse]:
    house = NightHouse(tmp_path / "home")
    try:
        await house.start()
        yield house
    finally:
        await house.stop()


async def test_a_night_of_sudden_deaths(night_house: NightHouse) -> None:
    house = night_house
    # The gate has the same night each time; the long form looks for new ones.
    seed = os.environ.get("ANDON_NIGHT_SEED") or (secrets.token_hex(4) if LONG else "a51e0001")
    night = Night(house, seed)
    try:
        await night.last(MINUTES * 60)
        await house.served.well(CALM_S)
        await settled(house, night.agents, CALM_S)
        await night.go_home()
        await books_balance(house, night)
    except BaseException as error:
        error.add_note(f"ANDON_NIGHT_SEED={seed} has this night again; deaths: {night.deaths}")
        raise


async def books_balance(house: NightHouse, night: Night) -> None:
    ended = await house.facts(kind="contact.ended")
    outcomes = Counter(row["data"]["outcome"] for row in ended)
    repairs = Counter(row["data"]["what"] for row in await house.facts(kind="watchdog.repaired"))
    deaths = Counter(name for _, name in night.deaths)
    print(f"{night.calls} calls, {night.answered} answered; outcomes {dict(outcomes)}")
    print(f"deaths {dict(deaths)}; repairs of the watchdog {dict(repairs)}")
    assert set(deaths) == set(VICTIMS)
    assert night.answered and outcomes["served"]
    for row in ended:  # only the engine takes calls with it
        if row["data"]["outcome"] == "interrupted":
            lived = timedelta(milliseconds=row["data"]["total_ms"])
            since = row["at"] - lived - ENGINE_AWAY  # while it was away we may have begun to call somebody
            assert died_within(night.deaths, "engine", since, row["at"]), row

    async def all_stored() -> bool:
        stopped = await house.facts(kind="recording.stopped")
        over = await house.facts(kind="recording.stored") + await house.facts(kind="recording.incomplete")
        kept = {row["data"]["recording_id"] for row in over}
        return all(row["data"]["recording_id"] in kept for row in stopped)

    await house.until(all_stored, STORED_S, "every recording is in its place")
    status, said = await house.ledger("--deep")
    assert status == 0, said
    assert "unexplained: 0" in said
    assert "core_fault" not in house.core_said()
