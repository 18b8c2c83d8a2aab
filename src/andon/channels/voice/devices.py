"""Agents' devices: a SIP account per session, with a secret that lives as long as the session does.

A mobile telephone has no account: it is there as long as an engine is and a trunk that could ring it.
"""

import secrets
from collections.abc import Callable, Iterable, Set
from typing import Literal, Protocol
from uuid import UUID

import msgspec

DeviceKind = Literal["browser", "sip", "mobile"]

# Desk phones know the first of these, our own softphone the second.
ANSWER_BY_ITSELF = {"Alert-Info": "<http://localhost>;info=alert-autoanswer;delay=0", "X-Andon-Return": "1"}


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A device's account in the engine, in whose memory alone it exists; a mobile's is a name among ours."""

    tenant_id: UUID
    agent_id: UUID
    device: DeviceKind
    username: str
    secret: str


class Provisioner(Protocol):
    """Whoever makes accounts: `channels.voice.nodes.Nodes`."""

    async def provision_agent(self, username: str, secret: str, webrtc: bool) -> None: ...

    def adopt_agent(self, username: str, secret: str, webrtc: bool) -> None: ...

    async def remove_agent(self, username: str) -> None: ...

    @property
    def there(self) -> Set[str]: ...


class Devices:
    """Accounts by agent and by user name, and whether each device is there."""

    def __init__(
        self,
        engine: Provisioner,
        on_change: Callable[[Account, bool], None],
        has_trunk: Callable[[UUID], bool] = lambda tenant_id: False,
    ) -> None:
        """`has_trunk` says whether a tenant's mobiles could be rung at all."""
        self._engine = engine
        self._on_change = on_change
        self._has_trunk = has_trunk
        self._by_agent: dict[UUID, Account] = {}
        self._by_username: dict[str, Account] = {}
        self._there: dict[str, set[str]] = {}  # by user name, the nodes where it is registered

    def of(self, agent_id: UUID) -> Account | None:
        return self._by_agent.get(agent_id)

    def registered(self, agent_id: UUID) -> bool:
        account = self._by_agent.get(agent_id)
        return account is not None and account.username in self._there

    def where(self, agent_id: UUID) -> Set[str]:
        """The nodes at which the agent's device is registered."""
        account = self._by_agent.get(agent_id)
        return set() if account is None else self._there.get(account.username, set())

    def count(self, node: str) -> int:
        """How many devices are registered at a node; mobiles are at none."""
        return sum(
            node in nodes
            for username, nodes in self._there.items()
            if self._by_username[username].device != "mobile"
        )

    async def open(self, tenant_id: UUID, agent_id: UUID, device: DeviceKind) -> Account:
        """Make an account for this session in place of the one before. Raises `EngineRefused`."""
        account = Account(
            tenant_id=tenant_id,
            agent_id=agent_id,
            device=device,
            username="u" + secrets.token_hex(6),
            secret=secrets.token_urlsafe(24),
        )
        before = self._by_agent.get(agent_id)
        self._by_agent[agent_id] = self._by_username[account.username] = account
        if before is not None:
            await self._remove(before)
        if device == "mobile":
            self._look(account)
        else:
            await self._engine.provision_agent(account.username, account.secret, device == "browser")
        return account

    def take_over(self, account: Account, *, at: Iterable[str]) -> None:
        """An account of the core before, which the engines have; registered `at` these nodes."""
        self._by_agent[account.agent_id] = self._by_username[account.username] = account
        if nodes := set(at):
            self._there[account.username] = nodes
        if account.device != "mobile":
            self._engine.adopt_agent(account.username, account.secret, account.device == "browser")

    async def close(self, username: str) -> None:
        """Take an account away; a call that goes on is not touched. Raises `EngineRefused`."""
        account = self._by_username.get(username)
        if account is not None:
            if self._by_agent.get(account.agent_id) is account:
                del self._by_agent[account.agent_id]
            await self._remove(account)

    async def _remove(self, account: Account) -> None:
        self._by_username.pop(account.username, None)
        self._there.pop(account.username, None)
        if account.device != "mobile":
            await self._engine.remove_agent(account.username)

    def changed(self, node: str, username: str, registered: bool) -> None:
        """A node saw a device appear or vanish; accounts that are over do not matter. The device is gone when
        it is registered nowhere."""
        account = self._by_username.get(username)
        if account is None:
            return
        there = self._there.get(username, set())
        now = there | {node} if registered else there - {node}
        if now:
            self._there[username] = now
        else:
            self._there.pop(username, None)
        if bool(there) is not bool(now):
            self._on_change(account, registered)

    def refresh(self, node: str, there: Set[str]) -> None:
        """The whole truth about a node after it was away."""
        for account in list(self._by_username.values()):
            if account.device != "mobile":
                self.changed(node, account.username, account.username in there)
        self.look_again()

    def look_again(self) -> None:
        """Engines or trunks are others now: mobiles may be there or not."""
        for account in list(self._by_username.values()):
            if account.device == "mobile":
                self._look(account)

    def _look(self, account: Account) -> None:
        now = self._engine.there if self._has_trunk(account.tenant_id) else set()
        for node in now | self._there.get(account.username, set()):
            self.changed(node, account.username, node in now)
