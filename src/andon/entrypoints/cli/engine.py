"""`andon engine run`: one media node by itself, on a machine of its own."""

import asyncio
import signal

from andon.kit.errors import not_found
from andon.kit.settings import Settings
from andon.telephony.engine.install import ensure
from andon.telephony.engine.layout import plans_of
from andon.telephony.engine.process import EngineProcess


async def run(settings: Settings, name: str) -> None:
    """Run it until SIGTERM or SIGINT; one that dies is started again. Raises `AndonError`: `not_found`."""
    plan = next((plan for plan in plans_of(settings) if plan.node == name), None)
    if plan is None:
        raise not_found("node")
    engine = EngineProcess(plan, await asyncio.to_thread(ensure, settings.asterisk_prefix))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await engine.start()
    keeping = asyncio.create_task(engine.keep())
    try:
        await stop.wait()
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await engine.stop()
