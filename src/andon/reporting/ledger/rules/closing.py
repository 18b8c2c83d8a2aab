"""What is still open when the rows are over."""

from datetime import datetime, timedelta

from andon.reporting.ledger.rules.state import Agent, Recording, State, ms

EDGE_MS = 250  # state and conversation change in one step of the core; more apart is a fault
AUDIO_MS = 100  # stored audio may differ this much from the span the core measured
OVERDUE = timedelta(minutes=10)  # a talk that began before its place expired may last so much longer
STORE_GRACE_S = 120.0  # a stopped recording must be stored or explained within this time


def close(books: State, now: datetime) -> None:
    """Judge what is still open at `now`: live subjects are fine unless a core start followed them."""
    for subject, contact in books.contacts.items():
        if contact.ended is None:
            lost = books.core_restart is not None and contact.arrived < books.core_restart
            books.check("contact.outcome", not lost, subject, "never ended and its core is gone")
        if contact.kept_until is not None and not contact.place_over:
            late = now > contact.kept_until + OVERDUE
            books.check("callback.pairs", not late, subject, "a kept place is long over and never ended")
    for offer_id, offer in books.offers.items():
        if not offer.ended:
            lost = books.core_restart is not None and offer.at < books.core_restart
            books.check("offer.pairs", not lost, offer_id, "never ended and its core is gone")
    for monitor_id, monitor in books.monitors.items():
        lost = books.core_restart is not None and monitor.started < books.core_restart
        books.check("monitor.pairs", monitor.ended or not lost, monitor_id, "its core is gone")
    for follow_id, follow in books.follows.items():
        lost = books.core_restart is not None and follow.began < books.core_restart
        books.check("follow.pairs", follow.ended or not lost, follow_id, "its core is gone")
    for channel_id in books.mobiles:
        lost = books.core_restart is not None and books.placed[channel_id].at < books.core_restart
        books.check("mobile.pairs", not lost, channel_id, "never ended and its core is gone")
    for recording_id, recording in books.recordings.items():
        _recording(books, recording_id, recording, now)
    for agent_id, agent in books.agents.items():
        _agent(books, agent_id, agent, now)


def _recording(books: State, recording_id: str, recording: Recording, now: datetime) -> None:
    if recording.stopped is None:
        lost = books.core_restart is not None and recording.started < books.core_restart
        books.check("recording.kept", not lost, recording_id, "never stopped and its core is gone")
        return
    if recording.stored_ms is None and not recording.explained:
        late = (now - recording.stopped).total_seconds() > STORE_GRACE_S
        books.check("recording.kept", not late, recording_id, "neither stored nor explained")
        return
    off = (recording.stored_ms or 0) + recording.missing_ms - recording.total_ms
    text = f"stored and missing audio differ from the recorded span by {off} ms"
    ok = off >= -AUDIO_MS and (recording.open_end or off <= AUDIO_MS + recording.within_ms)
    books.check("recording.kept", ok, recording_id, text)


def _agent(books: State, agent_id: str, agent: Agent, now: datetime) -> None:
    if agent.state not in {"offline", "unknown"} and agent.since is not None:
        lost = books.core_restart is not None and agent.since < books.core_restart
        books.check("agent.state", not lost, agent_id, f"left in {agent.state} by a core that is gone")
        if not lost:
            agent.seconds += max(0.0, (now - agent.since).total_seconds())
    ok = len(agent.talking) == len(agent.talks)
    text = f"{len(agent.talking)} talking states, {len(agent.talks)} conversations"
    if ok:
        for (a_from, a_to), (b_from, b_to) in zip(agent.talking, agent.talks, strict=True):
            edge = abs(ms(a_from, b_from))
            tail = abs(ms(a_to, b_to)) if a_to and b_to else (0 if a_to == b_to else EDGE_MS + 1)
            if max(edge, tail) > EDGE_MS:
                ok, text = False, f"state and conversation differ by {max(edge, tail)} ms"
                break
    books.check("agent.talk", ok or books.partial, agent_id, text)
