"""Logs hold no personal data and no secret, however it gets into a record; metrics tell processes apart."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from andon.kit import telemetry
from andon.kit.settings import Settings

pytestmark = pytest.mark.unit

PHONE = "13912345678"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The file of a process whose logging is set up as in a real one."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    telemetry.configure(Settings(home=tmp_path), "test")
    yield tmp_path / "logs" / "test.log"
    for handler in root.handlers:
        handler.close()
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize(
    "number",
    [
        PHONE,
        f"+86{PHONE}",
        "+86 139 1234 5678",
        "010-8888-6666",
        "139-1234-5678",
        "4008123123",
        "95001234567",
    ],
)
def test_numbers_are_masked_but_for_their_last_digits(number: str) -> None:
    for around in ("{}", "call from {} ended", "<sip:{}@198.51.100.1>", "x={},y"):
        masked = telemetry.mask(around.format(number))
        assert number not in masked and "…" + number[-2:] in masked
        assert not any(part.isdigit() and len(part) >= 5 for part in masked.replace("@", " ").split())


@given(st.text("0123456789", min_size=7, max_size=20))
def test_any_run_of_seven_digits_is_masked(number: str) -> None:
    assert number not in telemetry.mask(f"from {number} at the trunk")


def test_what_is_no_number_stays_readable() -> None:
    for kept in (
        str(uuid4()),
        uuid4().hex,
        "2026-03-02T01:02:03.456789",
        "took 1234 ms",
        "SIP/2.0 200 OK",
        "port 5060",
        "n1",
    ):
        assert telemetry.mask(kept) == kept


def test_nothing_personal_reaches_the_file_by_any_way(log: Path) -> None:
    ours = structlog.get_logger("andon.test")
    ours.warning("call_ended", caller=PHONE, detail=f"to {PHONE}", nested={"phones": [PHONE], "n": [PHONE]})
    ours.warning("login", password="hunter2-secret")  # the point of the test
    logging.getLogger("some.library").warning("INVITE sip:%s@host", PHONE)
    try:
        raise ValueError(f"cannot dial {PHONE}")
    except ValueError:
        ours.exception("failed")
        logging.getLogger("some.library").exception("failed too")
    text = log.read_text()
    assert PHONE not in text and "hunter2" not in text and "12345" not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["event"] for line in lines[:2]] == ["call_ended", "login"]
    assert lines[0]["caller"] == "…" and lines[0]["detail"] == "to …78"
    assert "…78" in lines[3]["exception"] and "ValueError" in lines[4]["exception"]
    assert {line["process"] for line in lines} == {"test"} and all(line["timestamp"] for line in lines)


def test_what_is_below_the_level_is_not_written(log: Path) -> None:
    structlog.get_logger("andon.test").debug("noise")
    structlog.get_logger("andon.test").info("said")
    assert [json.loads(line)["event"] for line in log.read_text().splitlines()] == ["said"]


async def test_metrics_of_all_processes_stand_in_one_exposition() -> None:
    said = {
        "edge": '# HELP a_total A\n# TYPE a_total counter\na_total{x="1 \\"q\\""} 2.0\n',
        "core": '# HELP a_total A\n# TYPE a_total counter\na_total{x="2"} 3.0\n',
        "worker": None,
    }

    async def ask(process: str) -> str | None:
        return said[process]

    text = await telemetry.gather_metrics(ask, list(said))
    assert text.count("# TYPE a counter") == 1
    assert 'a_total{process="edge",x="1 \\"q\\""} 2.0' in text
    assert 'a_total{process="core",x="2"} 3.0' in text
