"""`andon node`: which media nodes there are, and that one takes no new calls while it is looked after."""

import getpass
from collections.abc import Callable
from typing import Any, Literal

from sqlalchemy import text

from andon.channels.voice import texts as node_texts  # noqa: F401  (registers what is said here)
from andon.entrypoints import texts  # noqa: F401  (registers what is said here)
from andon.identity.tables import Audit
from andon.kit import i18n
from andon.kit.bus import open_bus
from andon.kit.clock import SystemClock
from andon.kit.database import Database, Scope, database_urls
from andon.kit.settings import Settings


async def show(settings: Settings, say: Callable[[str], None]) -> None:
    """Print the nodes. Raises `AndonError` when no core answers."""
    _say_nodes(settings, say, await _ask(settings, {"verb": "nodes"}))


async def change(
    settings: Settings, say: Callable[[str], None], *, action: Literal["drain", "resume"], name: str
) -> None:
    """Drain a node or let it take calls again, and note in every operator's audit log who asked.

    Raises `AndonError`: `not_found`, `node.last`, or that no core answers."""
    answer = await _ask(settings, {"verb": f"node.{action}", "node": name})
    _, app_url = database_urls(settings)
    db = Database(app_url, name="andon node", pool_size=1)
    try:
        async with db.session(None) as session:
            tenants = list((await session.execute(text("SELECT * FROM tenants()"))).scalars())
        for tenant_id in tenants:
            async with db.session(Scope(tenant_id)) as session:
                session.add(
                    Audit(
                        at=SystemClock().now(),
                        user_id=None,
                        user_name=getpass.getuser(),
                        action=f"node_{action}",
                        object_kind="node",
                        object_id=None,
                        object_name=name,
                        before=None,
                        after=None,
                        address="",
                    )
                )
    finally:
        await db.close()
    _say_nodes(settings, say, answer)


async def _ask(settings: Settings, asked: dict[str, Any]) -> dict[str, Any]:
    bus = open_bus(settings, database_urls(settings)[1])
    await bus.start()
    try:
        return await bus.request("core.command", asked)
    finally:
        await bus.stop()


def _say_nodes(settings: Settings, say: Callable[[str], None], answer: dict[str, Any]) -> None:
    for node in answer["nodes"]:
        state = "down" if not node["up"] else "draining" if node["draining"] else "serving"
        said = i18n.text(f"node.{state}", settings.locale)
        left = i18n.text("node.left", settings.locale, calls=node["calls"], devices=node["devices"])
        say(f"{node['name']:<16} {node['address']:<24} {said:<10} {left}")
