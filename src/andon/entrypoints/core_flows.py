"""What flows ask for beside the call, in the core: HTTP, customers, alarms, live figures of queues."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from andon.customers.model import Customer
from andon.entrypoints.core_alarms import Alarms
from andon.entrypoints.core_centre import Centre
from andon.flows.expressions import Value
from andon.flows.fetch import Fetcher
from andon.flows.model import Request
from andon.interactions.service import Scheduler

ALARM_S: Final = 900.0  # an alarm of a flow stays on the board so long


class BesideFlows:
    """One tenant's (`flows.service.Beside`)."""

    def __init__(
        self, centre: Callable[[], Centre], fetcher: Fetcher, alarms: Alarms, scheduler: Scheduler
    ) -> None:
        self._centre = centre
        self._fetcher = fetcher
        self._alarms = alarms
        self._scheduler = scheduler

    def fetch(self, request: Request, done: Callable[[dict[str, Any]], None]) -> None:
        self._fetcher.start(request, done, owner=str(self._centre().tenant_id))

    def customer(self, client_id: UUID, number: str) -> Customer | None:
        return self._centre().customer(client_id, number)

    def alarm(self, code: str, subject: str, detail: str) -> None:
        self._alarms.on(code, subject, detail, self._centre().tenant_id)
        self._scheduler.call_later(ALARM_S, self._alarms.off, code, subject)

    def figure(self, client_id: UUID, function: str, queue: str) -> Value:
        centre = self._centre()
        found = next(
            (each for each in centre.queues.values() if each.client_id == client_id and each.name == queue),
            None,
        )
        if found is None:
            return None
        now = centre.floor.router.queue(found.queue_id)
        match function:
            case "queue_waiting":
                return now.waiting
            case "queue_longest_wait":
                since = now.oldest_since
                return 0 if since is None else max(0, int((centre.floor.now() - since).total_seconds()))
            case "queue_agents":
                return now.signed_in
            case "queue_ready":
                return now.ready
        return None
