"""What a tenant's configuration says of calls that agents make (`dialling.service.OutgoingRules`)."""

import asyncio
from uuid import UUID

from andon.channels.voice.model import Number
from andon.entrypoints.core_alarms import Alarms
from andon.entrypoints.core_centre import Centre
from andon.interactions.dialling.model import CallerId
from andon.routing.config import QueueConfig
from andon.routing.model import Refused, Terms

EMERGENCY_ALARM_S = 600.0


class Outgoing:
    """An agent may show those numbers for calling out whose project has a queue that the agent serves."""

    def __init__(self, centre: Centre, alarms: Alarms) -> None:
        self._centre = centre
        self._alarms = alarms

    def allowed(self, agent_id: UUID) -> list[CallerId]:
        projects = list(dict.fromkeys(queue.project_id for queue in self._queues(agent_id)))
        numbers = sorted(self._centre.numbers.values(), key=lambda number: (number.label, number.e164))
        return [
            self._shown(number)
            for project_id in projects
            for number in numbers
            if number.project_id == project_id and number.dial_out
        ]

    def _queues(self, agent_id: UUID) -> list[QueueConfig]:
        """The agent's queues, in order."""
        router = self._centre.floor.router
        found = [router.queue_config(queue_id) for queue_id in router.queues_of(agent_id)]
        return sorted((one for one in found if one is not None), key=lambda one: (-one.priority, one.name))

    def _shown(self, number: Number) -> CallerId:
        project = self._centre.projects.get(number.project_id)
        return CallerId(
            number_id=number.number_id,
            e164=number.e164,
            label=number.label,
            client_id=number.client_id,
            project_id=number.project_id,
            project_name=project.name if project is not None else "",
            language=project.language if project is not None else "zh",
        )

    def any_number(self) -> CallerId | None:
        numbers = sorted(self._centre.numbers.values(), key=lambda number: (not number.dial_out, number.e164))
        return self._shown(numbers[0]) if numbers else None

    def client_of(self, project_id: UUID) -> UUID | None:
        project = self._centre.projects.get(project_id)
        return None if project is None else project.client_id

    def terms(self, agent_id: UUID, project_id: UUID) -> Terms:
        """As long a wrap-up, and a ring, as the agent's own queue of the project has."""
        project = self._centre.projects[project_id]
        queue = next((one for one in self._queues(agent_id) if one.project_id == project_id), None)
        if queue is None:
            return Terms(client_id=project.client_id, project_id=project_id)
        return Terms(
            client_id=project.client_id,
            project_id=project_id,
            ring_timeout_s=queue.ring_timeout_s,
            acw_s=queue.acw_s,
        )

    def do_not_call(self, number: str) -> bool:
        return number in self._centre.do_not_call

    def emergency(self, agent_id: UUID, number: str) -> None:
        try:
            agent = self._centre.floor.router.agent(agent_id)
        except Refused:
            return
        subject = f"{agent.agent_no} {agent.name}: {number}"
        self._alarms.on("emergency_dialled", subject, tenant_id=self._centre.tenant_id)
        asyncio.get_running_loop().call_later(
            EMERGENCY_ALARM_S, self._alarms.off, "emergency_dialled", subject
        )
