"""Agents' states. Pure."""

from datetime import timedelta

from andon.kit.journal import Record
from andon.reporting.model import StateRow
from andon.reporting.projection.batch import Batch, ms
from andon.reporting.projection.table import on
from andon.routing.events import AgentSignedIn, AgentState, AgentStateChanged


def _close_states(batch: Batch, record: Record, lasted_ms: int | None) -> None:
    """End the agent's open spans that began before this record."""
    fact = record.fact
    for row in batch.shelf.states.values():
        if row.agent_id == fact.agent_id and row.ended_at is None and row.seq < record.seq:
            row.lasted_ms = ms(row.started_at, fact.at) if lasted_ms is None else lasted_ms
            row.ended_at = row.started_at + timedelta(milliseconds=row.lasted_ms)
            batch.touch(row.state_id, row)
            if row.state == AgentState.ACW:
                batch.sum_wrap_up(row.contact_id)


@on(AgentStateChanged)
def changed(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, AgentStateChanged)
    if fact.agent_id is None:
        return
    _close_states(batch, record, fact.previous_ms)
    batch.agent_news(fact.agent_id)
    if fact.state is AgentState.OFFLINE or record.id in batch.shelf.states:
        return
    row = batch.shelf.states[record.id] = StateRow(
        state_id=record.id,
        seq=record.seq,
        agent_id=fact.agent_id,
        client_id=fact.client_id,
        project_id=fact.project_id,
        contact_id=fact.contact_id,
        state=fact.state.value,
        by=fact.by,
        why=fact.why,
        reason_id=fact.reason_id,
        started_at=fact.at,
    )
    batch.touch(row.state_id, row)


@on(AgentSignedIn)
def signed_in(batch: Batch, record: Record) -> None:
    """A sign-in that moved here from another session changes no state; any other begins from nothing."""
    fact = record.fact
    assert isinstance(fact, AgentSignedIn)
    if not fact.took_over:
        _close_states(batch, record, None)
    batch.agent_news(fact.agent_id)
