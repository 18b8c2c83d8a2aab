"""Callers' legs that come in, and the contacts they begin."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

import structlog

from andon.channels.voice.calls import Call, Calls
from andon.channels.voice.machine import Directory
from andon.channels.voice.nodes import Node
from andon.customers.model import Customer
from andon.interactions.events import Outcome
from andon.interactions.inputs import Identified
from andon.interactions.model import Contact
from andon.interactions.orders import MediumOrder
from andon.interactions.ports import ContactView
from andon.interactions.service import Floor
from andon.kit.tasks import Tasks
from andon.telephony.model import Cause, LegArrived, LegState

log = structlog.get_logger(__name__)

FindCustomer = Callable[[UUID, UUID, str], Awaitable[Customer | None]]
WasThere = Callable[[UUID, UUID], Awaitable[bool]]


class Arrivals:
    """Receives callers."""

    def __init__(
        self,
        calls: Calls,
        floors: Mapping[UUID, Floor],
        directory: Directory,
        tasks: Tasks,
        carry_out: Callable[[Call, MediumOrder], Awaitable[None]],
        *,
        agent_return_s: float,
        new_id: Callable[[], UUID],
        find_customer: FindCustomer,
        was_there: WasThere,
        draining: Callable[[], bool],
    ) -> None:
        """A lost agent is waited for `agent_return_s` seconds. `was_there(tenant, contact)` says whether the
        journal knows a contact; while `draining` nobody is received."""
        self._calls = calls
        self._floors = floors
        self._directory = directory
        self._tasks = tasks
        self._carry_out = carry_out
        self._agent_return_s = agent_return_s
        self._new_id = new_id
        self._find_customer = find_customer
        self._was_there = was_there
        self._draining = draining

    def arrived(self, node: Node, event: LegArrived) -> None:
        """A leg comes in. One that no call can be made of is hung up."""
        if node.draining:  # the carrier tries another node
            self._tasks.start(node.sweep(event.leg_id, Cause.CONGESTION))
            return
        admission = None
        if event.kind == "trunk" and not self._draining():
            admission = self._directory.admit(event.endpoint, event.dnis)
        floor = self._floors.get(admission.tenant_id) if admission is not None else None
        if admission is None or floor is None:
            # An agent's device dials nobody yet; a trunk that was removed brings no calls.
            log.info("leg_refused", kind=event.kind, endpoint=event.endpoint)
            self._tasks.start(node.sweep(event.leg_id, Cause.REJECTED))
            return
        at = floor.now()
        number, project, trunk = admission.number, admission.project, admission.trunk
        contact_id = self._new_id()
        view = None
        if number is not None and project is not None and number.flow_id is not None:
            view = ContactView(
                contact_id=contact_id,
                tenant_id=admission.tenant_id,
                client_id=number.client_id,
                project_id=number.project_id,
                number_id=number.number_id,
                flow_id=number.flow_id,
                caller=event.caller,
                dnis=number.e164,
                language=project.language,
                arrived_at=at,
            )
        occupied = admission.refused is not Outcome.TRUNK_BUSY
        self._directory.note(trunk.trunk_id, at, "answered")
        if occupied:
            self._directory.occupy(trunk.trunk_id)
        contact = Contact(
            contact_id=contact_id,
            tenant_id=admission.tenant_id,
            client_id=number.client_id if number else None,
            project_id=number.project_id if number else None,
            leg_id=event.leg_id,
            view=view,
            arrived=at,
            return_s=self._agent_return_s,
        )
        call = Call(node, floor, contact, trunk.trunk_id if occupied else None, self._carry_out)
        self._calls.put(call)
        self._calls.put_leg(call, event.leg_id)
        floor.arrive(
            contact,
            number_id=number.number_id if number else None,
            trunk_id=trunk.trunk_id,
            caller=event.caller,
            caller_raw=event.caller_raw,
            dnis=event.dnis,
            node=node.name,
            refused=admission.refused,
        )
        if view is not None and event.caller and admission.refused is None:
            self._tasks.start(self.identify(call, view))

    async def adopt(self, node: Node, leg: LegState) -> None:
        """A caller's leg that nobody here knows came in as the core before died, and is received now;
        anything else is what was left of a contact that is over."""
        over = False
        admission = self._directory.admit(leg.endpoint, leg.dnis) if leg.kind == "trunk" else None
        if admission is not None and leg.contact:
            try:
                over = await self._was_there(admission.tenant_id, UUID(leg.contact))
            except Exception:  # the database may be away: a caller asked twice is better than one cut off
                log.warning("contact_look_up_failed", exc_info=True)
        if admission is None or over:
            await node.sweep(leg.leg_id, Cause.NORMAL)
        elif self._calls.of_leg(leg.leg_id) is None:
            self.arrived(
                node,
                LegArrived(
                    leg_id=leg.leg_id,
                    kind=leg.kind,
                    endpoint=leg.endpoint,
                    caller=leg.caller,
                    caller_raw=leg.caller_raw,
                    dnis=leg.dnis,
                ),
            )

    async def identify(self, call: Call, view: ContactView) -> None:
        """Find the customer beside the call's path; the flow and the agent see it when it is known."""
        try:
            found = await self._find_customer(view.tenant_id, view.client_id, view.caller)
        except Exception:
            # The database may be away: the call goes on without a name.
            log.warning("customer_lookup_failed", exc_info=True)
            return
        if found is not None:
            call.feed(Identified.of(found, "phone"))
