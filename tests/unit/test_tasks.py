"""Work beside its owner: held, waited for, given up, and heard of when it fails."""

import asyncio

import pytest
from structlog.testing import capture_logs

from andon.kit.tasks import Tasks

pytestmark = pytest.mark.unit


async def _fail() -> None:
    raise LookupError("nobody there")


async def test_a_failure_is_logged_once_and_nobody_else_suffers() -> None:
    tasks, done = Tasks("test"), asyncio.Event()

    async def work() -> None:
        done.set()

    with capture_logs() as logs:
        tasks.start(_fail())
        tasks.start(work())
        await tasks.finished()
        await asyncio.sleep(0)
    assert done.is_set() and len(tasks) == 0
    assert [(line["event"], line["what"]) for line in logs] == [("task_failed", "test")]
    assert isinstance(logs[0]["exc_info"], LookupError)


async def test_what_is_given_up_is_over_and_silent() -> None:
    tasks, cleaned = Tasks("test"), []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.append(True)

    with capture_logs() as logs:
        tasks.start(work())
        await asyncio.sleep(0)
        await tasks.close()
    assert cleaned == [True] and logs == []
    await tasks.finished()
