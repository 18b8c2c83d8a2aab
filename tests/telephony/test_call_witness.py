"""The books of everything the tests of calls before this one did, held against the engine's own record."""

import re

import pytest
from call_checks import ending, placed
from call_house import House

pytestmark = pytest.mark.telephony


async def test_the_whole_journal_against_the_engines_record(house: House) -> None:
    call, own = await placed(house, house.world.numbers["empty"])
    await call.wait_ended(15)
    await ending(house, own, "nobody_signed_in", "system")

    async def all_kept() -> bool:
        stopped = {row["data"]["recording_id"] for row in await house.facts(kind="recording.stopped")}
        kept = {row["data"]["recording_id"] for row in await house.facts(kind="recording.stored")}
        lost = {row["data"]["recording_id"] for row in await house.facts(kind="recording.incomplete")}
        return stopped <= kept | lost

    await house.until(all_kept, 60, "every recording is stored")
    status, said = await house.ledger("--deep")
    assert (status, said.splitlines()[-1]) == (0, "unexplained: 0"), said
    witnessed = re.search(r"witness\.contact +(\d+)", said)
    arrived = await house.facts(kind="contact.arrived")
    assert witnessed is not None and int(witnessed[1]) >= len(arrived)
