"""`python -m town`: run the town beside a centre; `--status` prints what it did as JSON."""

import argparse
import asyncio
import json
import signal
import sys

from andon.kit.settings import Settings
from andon.kit.telemetry import configure
from town.service import Town
from town.settings import TownSettings
from town.tally import read_status


async def _run(settings: Settings) -> None:
    town = Town(settings, TownSettings())
    work = asyncio.create_task(town.run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        return


def main() -> int:
    parser = argparse.ArgumentParser(prog="town", description="A town of callers and agents for the demo.")
    parser.add_argument("--status", action="store_true", help="print what the town did, as JSON")
    options = parser.parse_args()
    settings = Settings()
    if options.status:
        status = read_status(settings.folder("run") / "town.json")
        sys.stdout.write(json.dumps(status, ensure_ascii=False, indent=1) + "\n")
        return 0 if status["running"] else 1
    configure(settings, "town")
    asyncio.run(_run(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
