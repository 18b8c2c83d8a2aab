"""Agents' states and breaks."""

from typing import Any

from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules.state import ROUNDING_MS, State, ms
from andon.reporting.ledger.rules.table import on


@on("agent.state")
def changed(books: State, row: Row, data: Any) -> None:
    subject, agent = str(row.agent_id), books.agents[str(row.agent_id)]
    state, previous = str(data["state"]), str(data["previous"])
    if agent.state == "unknown":
        ok = previous == "offline" or books.partial
        books.check("agent.state", ok, subject, f"first state says it was {previous} before")
        if previous != "offline":
            agent.since = None
    else:
        books.check("agent.state", agent.state == previous, subject, f"was {agent.state}, not {previous}")
    if agent.since is not None and agent.state not in {"offline", "unknown"}:
        drift = abs(ms(row.at, agent.since) - int(data["previous_ms"]))
        books.check("agent.state", drift <= ROUNDING_MS, subject, f"previous_ms off by {drift} ms")
        agent.seconds += (row.at - agent.since).total_seconds()
    if state == "offline" and agent.wish is not None:
        lost = data.get("why") == "core_lost"  # nobody was left to answer
        books.check("break.pairs", lost, subject, "signed out with a wish for a break still open")
        agent.wish = None
    busy = {"talking", "held"}
    if state in busy and agent.state not in busy:
        agent.talking.append((row.at, None))
    elif state not in busy and agent.talking and agent.talking[-1][1] is None:
        agent.talking[-1] = (agent.talking[-1][0], row.at)
    agent.state, agent.since = state, row.at


@on("break.asked")
def break_asked(books: State, row: Row, data: Any) -> None:
    agent = books.agents[str(row.agent_id)]
    ok = agent.wish is None and agent.state not in {"offline", "break"}
    books.check("break.pairs", ok, str(row.agent_id), "asked twice, or by who is away or on break")
    agent.wish = row.at


@on("break.answered")
def break_answered(books: State, row: Row, data: Any) -> None:
    agent = books.agents[str(row.agent_id)]
    wish, agent.wish = agent.wish, None
    if wish is None:
        books.check("break.pairs", books.partial, str(row.agent_id), "an answer to no wish")
        return
    drift = abs(ms(row.at, wish) - int(data["waited_ms"]))
    books.check("break.pairs", drift <= ROUNDING_MS, str(row.agent_id), f"waited_ms off by {drift} ms")
