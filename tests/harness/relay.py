"""A real coturn, set up by the very file that `deploy` gives as an example."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from andon.kit.certificates import Made

EXAMPLE = Path(__file__).parents[2] / "deploy" / "turnserver.conf"
START_S = 15.0


@contextlib.asynccontextmanager
async def coturn(
    folder: Path, certificates: Made, *, address: str, port: int, media: str, secret: str
) -> AsyncIterator[Path]:
    """Runs until left; yields its log."""
    values = {
        "tls-listening-port=443": f"tls-listening-port={port}",
        "RELAY_ADDRESS": address,
        "MEDIA_ADDRESS": media,
        "TURN_SECRET": secret,
        "CERTIFICATE": str(certificates.certificate),
        "PRIVATE_KEY": str(certificates.key),
    }
    config, log = await asyncio.to_thread(_configure, folder, values)
    words = ("-c", str(config), "--pidfile", str(folder / "pid"), "--userdb", str(folder / "none"))
    with log.open("wb") as out:
        server = await asyncio.create_subprocess_exec("turnserver", *words, stdout=out, stderr=out)
    try:
        async with asyncio.timeout(START_S):
            while not await _listens(address, port):
                if server.returncode is not None:
                    raise OSError(log.read_text())
                await asyncio.sleep(0.05)
        yield log
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.terminate()
        await server.wait()


def _configure(folder: Path, values: dict[str, str]) -> tuple[Path, Path]:
    filled = EXAMPLE.read_text()
    for name, value in values.items():
        filled = filled.replace(name, value)
    folder.mkdir()
    config = folder / "turnserver.conf"
    config.write_text(filled)
    return config, folder / "turnserver.log"


async def _listens(address: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(address, port)
    except OSError:
        return False
    writer.close()
    return True
