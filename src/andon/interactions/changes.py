"""What changed on a floor, for screens."""

from uuid import UUID

from andon.kit.journal import Fact


class Changes:
    """What changed since somebody last looked: for screens."""

    __slots__ = ("agents", "contacts", "queues")

    def __init__(self) -> None:
        self.agents: set[UUID] = set()
        self.contacts: set[UUID] = set()
        self.queues: set[UUID] = set()

    def __bool__(self) -> bool:
        return bool(self.agents or self.contacts or self.queues)

    def note(self, fact: Fact) -> None:
        """A fact names what it changed."""
        if fact.agent_id is not None:
            self.agents.add(fact.agent_id)
        if fact.contact_id is not None:
            self.contacts.add(fact.contact_id)
        queue_id = getattr(fact, "queue_id", None)
        if queue_id is not None:
            self.queues.add(queue_id)
