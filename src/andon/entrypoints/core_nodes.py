"""What is asked of media nodes and told of them: which are there, and that one takes no new calls."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from andon.channels.voice.nodes import Node, Nodes
from andon.channels.voice.service import VoiceChannel
from andon.kit.errors import AndonError
from andon.kit.journal import Fact
from andon.telephony.events import NodeDrained, NodeResumed

NODES: Final = "nodes"
DRAIN: Final = "node.drain"
RESUME: Final = "node.resume"


def shown(nodes: Nodes, voice: VoiceChannel) -> dict[str, Any]:
    """All nodes: `calls` live on it, `devices` are registered there."""
    return {
        "nodes": [
            {
                "name": node.name,
                "address": node.address,
                "up": node.up.is_set(),
                "draining": node.draining,
                "calls": voice.calls_on(node),
                "devices": voice.devices.count(node.name),
                "since": None if node.booted_at is None else node.booted_at.isoformat(),
            }
            for node in nodes
        ]
    }


def drain(nodes: Nodes, name: str, *, draining: bool) -> Node | None:
    """The node whose state this changed, None when it was so already.

    Raises `not_found`, and `node.last` when no other node would take calls."""
    node = nodes.get(name)
    if node is None:
        raise AndonError("not_found", 404, what="node")
    if node.draining is draining:
        return None
    if draining and not any(other.serves for other in nodes if other is not node):
        raise AndonError("node.last", 409, node=name)
    node.draining = draining
    return node


def fact(node: Node, voice: VoiceChannel, at: datetime, tenant_id: UUID, by_id: UUID | None) -> Fact:
    """What the journal of a tenant has of it."""
    if node.draining:
        calls = voice.calls_on(node)
        return NodeDrained(at=at, tenant_id=tenant_id, node=node.name, calls=calls, by_id=by_id)
    return NodeResumed(at=at, tenant_id=tenant_id, node=node.name, by_id=by_id)
