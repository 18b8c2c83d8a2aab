"""One tenant in the core: its configuration, floor, flows and desks."""

import asyncio
from datetime import datetime
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import text

from andon.alarms.machine import RuleBook
from andon.alarms.model import Rule
from andon.alarms.repository import load_rules
from andon.calendars.day import DEFAULT_ZONE
from andon.calendars.model import Calendar
from andon.calendars.repository import load_calendars, zones
from andon.channels.text.model import Gateway
from andon.channels.text.repository import load_gateways
from andon.channels.voice.model import Number, Person, Project, VoiceConfig
from andon.channels.voice.repository import load_voice
from andon.customers.model import Customer, DoNotCall, PhoneBook
from andon.customers.repository import load_do_not_call, load_phone_book
from andon.entrypoints.core_prompts import Prompts
from andon.flows.graph import FlowName, FlowVersion
from andon.flows.repository import load_flow_names, load_flows, load_versions
from andon.flows.service import Flows, Version
from andon.interactions.commands import Desk
from andon.interactions.inputs import Identified
from andon.interactions.model import Stage
from andon.interactions.monitor.service import Supervision
from andon.interactions.service import Floor
from andon.kit.database import Database, Scope
from andon.prompts.model import Kept
from andon.prompts.repository import load_kept
from andon.routing.config import CentreConfig, QueueConfig
from andon.routing.model import DeviceTest
from andon.routing.repository import load_centre

log = structlog.get_logger(__name__)
UNTESTED = DeviceTest(passed=False)


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """All of one tenant's configuration that the core acts on, read in one transaction."""

    voice: VoiceConfig
    centre: CentreConfig
    flows: list[FlowVersion]
    calendars: list[Calendar]
    flow_names: list[FlowName]
    do_not_call: DoNotCall
    prompts: list[Kept] = []
    gateways: list[Gateway] = []
    client_names: dict[UUID, str] = {}
    alarm_rules: list[Rule] = []
    zone: str = DEFAULT_ZONE


async def tenants(db: Database) -> list[UUID]:
    """Every tenant of the installation."""
    async with db.session(None) as session:
        return [UUID(str(row)) for row in await session.scalars(text("SELECT tenants()"))]


async def load(db: Database, tenant_id: UUID) -> Configuration:
    """Read a tenant's configuration."""
    async with db.session(Scope(tenant_id)) as session:
        return Configuration(
            voice=await load_voice(session),
            centre=await load_centre(session),
            flows=await load_flows(session),
            flow_names=await load_flow_names(session),
            calendars=await load_calendars(session),
            do_not_call=await load_do_not_call(session),
            prompts=await load_kept(session),
            gateways=await load_gateways(session),
            alarm_rules=await load_rules(session),
            zone=(await zones(session))[0],
        )


async def load_older(db: Database, tenant_id: UUID, wanted: set[Version]) -> list[FlowVersion]:
    """Read flows in versions that are not the newest."""
    async with db.session(Scope(tenant_id)) as session:
        return await load_versions(session, wanted)


async def load_customers(db: Database, tenant_id: UUID) -> PhoneBook:
    """Read a tenant's customers by number."""
    async with db.session(Scope(tenant_id)) as session:
        return await load_phone_book(session)


class Centre:
    """One tenant, live. `floor`, `desk` and `supervision` are set once by the core."""

    floor: Floor
    desk: Desk
    supervision: Supervision

    def __init__(self, tenant_id: UUID, flows: Flows, prompts: Prompts) -> None:
        self.tenant_id = tenant_id
        self.flows = flows
        self.prompts = prompts
        self.phone_book = PhoneBook()
        self.do_not_call = DoNotCall()
        self.flow_names: dict[UUID, FlowName] = {}
        self.numbers: dict[UUID, Number] = {}
        self.projects: dict[UUID, Project] = {}
        self.gateways: dict[UUID, Gateway] = {}
        self.people: dict[UUID, Person] = {}
        self.queues: dict[UUID, QueueConfig] = {}
        self.loading = asyncio.Lock()
        self.alarm_rules: list[Rule] = []
        self.rule_book = RuleBook()
        self.zone = DEFAULT_ZONE
        self.record_internal = False

    def put(self, config: Configuration, at: datetime, *, live: bool) -> None:
        """Take a configuration; `live`: the router runs already and is told."""
        self.do_not_call = config.do_not_call
        own = self.prompts.put(self.tenant_id, config.prompts)
        self.flows.put(config.flows, config.calendars, own)
        self.flow_names = {
            each.flow_id: each for each in config.flow_names if each.flow_id in self.flows.graphs
        }
        self.numbers = {number.number_id: number for number in config.voice.numbers}
        self.projects = {project.project_id: project for project in config.voice.projects}
        self.gateways = {gateway.gateway_id: gateway for gateway in config.gateways}
        known = self.people
        self.people = {person.agent_id: person for person in config.voice.people}
        self.queues = {queue.queue_id: queue for queue in config.centre.queues}
        self.alarm_rules, self.zone = config.alarm_rules, config.zone
        self.record_internal = config.centre.record_internal
        for calendar, year in self.flows.calendars_without_holidays(at):
            log.warning("holidays_unknown", calendar=calendar.name, year=year)
        if live:
            agents = self.people.keys()
            self.floor.act(lambda router, now: router.configure(config.centre, now), *agents)
            self._unprove({id for id, was in known.items() if was.mobile != self._mobile_of(id)})

    def _mobile_of(self, agent_id: UUID) -> str:
        person = self.people.get(agent_id)
        return person.mobile if person is not None else ""

    def _unprove(self, changed: set[UUID]) -> None:
        """Of these the mobile has another number now: no caller is sent there before a test ring."""
        for agent in self.floor.router.agents() if changed else ():
            if agent.agent_id in changed and agent.device == "mobile" and agent.device_tested:
                self._untested(agent.agent_id)

    def _untested(self, agent_id: UUID) -> None:
        self.floor.act(lambda router, now: router.device_tested(agent_id, UNTESTED, now), agent_id)

    def know(self, customers: PhoneBook) -> None:
        """Take the customers, the router running. Whose caller was nobody's yet and is now, is told."""
        self.phone_book = customers
        for contact in list(self.floor.contacts.values()):
            view = contact.view
            if view is None or view.customer_id is not None or contact.stage is Stage.ENDED:
                continue
            if (found := customers.find(view.client_id, view.caller)) is not None:
                self.floor.feed(contact, Identified.of(found, "phone"))

    def customer(self, client_id: UUID, number: str) -> Customer | None:
        return self.phone_book.find(client_id, number)

    def flows_of(self, client_id: UUID) -> dict[UUID, str]:
        """The client's published flows by name: where an agent may send its callers."""
        return {id: each.name for id, each in self.flow_names.items() if each.client_id == client_id}
