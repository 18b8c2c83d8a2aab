"""Accounts, trunks and peers of one engine: made, and made again whenever it restarts."""

from collections.abc import Sequence

from andon.telephony.accounts import TRUNK, Objects
from andon.telephony.ari import AriClient
from andon.telephony.connection import Connection
from andon.telephony.errors import EngineRefused


class Provisioning:
    """What the engine is to have, by name, and what it has."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._accounts: dict[str, Objects] = {}
        self._made: set[str] = set()  # accounts and trunks that the engine of this boot has

    async def make(self, name: str, objects: Objects) -> None:
        """Make or change it, now or as soon as the engine is there."""
        self._accounts[name] = objects
        await self._push(name)

    def adopt(self, name: str, objects: Objects) -> None:
        """Another core made it in the engine of `Connection.adopt`; another engine gets it anew."""
        self._accounts[name] = objects
        self._made.add(name)

    def know(self, name: str, objects: Objects) -> None:
        """Make it from the next connection on."""
        self._accounts[name] = objects

    async def make_again(self, fresh: bool) -> None:
        """The engine is met; `fresh`: it has nothing of ours."""
        if fresh:
            self._made.clear()
        for name in [name for name in self._accounts if name not in self._made]:
            await self._push(name)

    async def _push(self, account: str) -> None:
        self._made.discard(account)
        ari = self._connection.ari
        if ari is None:
            return  # pushed as soon as the engine is there
        for kind, name, fields in self._accounts[account]:
            if kind == "endpoint" and name.startswith(TRUNK):
                # Changed in place it would get a caller id of its own, "<unknown>", instead of its callers'.
                await self._drop(ari, kind, name)
            body = {"fields": [{"attribute": key, "value": value} for key, value in fields.items()]}
            await ari.request("PUT", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}", body=body)
        self._made.add(account)

    async def remove(self, name: str, kinds: Sequence[str]) -> None:
        """Remove its objects of these kinds; what is gone is no error."""
        self._accounts.pop(name, None)
        self._made.discard(name)
        ari = self._connection.ari
        if ari is None:
            return
        for kind in kinds:
            await self._drop(ari, kind, name)

    @staticmethod
    async def _drop(ari: AriClient, kind: str, name: str) -> None:
        try:
            await ari.request("DELETE", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}")
        except EngineRefused as refused:
            if not refused.gone:
                raise
