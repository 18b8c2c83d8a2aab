"""One contact on one time line: its facts, and what a person reads for each. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from andon.channels.text.events import TextSettled
from andon.channels.voice.events import MobileDialled, MobileEnded
from andon.interactions import events as ix
from andon.interactions.card.events import CardBegan, CardEnded
from andon.interactions.dialling.events import OutboundDialled
from andon.interactions.inside.events import InternalDialled, InternalJoined, InternalLeft, InternalPassed
from andon.interactions.monitor.events import MonitorEnded, MonitorModeChanged, MonitorStarted
from andon.interactions.parking.events import ContactParked, ContactUnparked
from andon.kit.journal import Fact, Record
from andon.telephony import events as tp
from andon.transcripts.events import RecordingTranscribed
from andon.work import events as wk

Names = Mapping[UUID, str]

PREFIX = "reporting."  # of every text key here


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One point of the line. `offset_ms` counts from arrival; `text_key` with `params` is its sentence.

    A parameter that is itself a text has its key in `param_keys` instead.
    """

    seq: int
    at: datetime
    offset_ms: int
    kind: str
    text_key: str
    params: dict[str, str | int]
    param_keys: dict[str, str]
    agent_id: UUID | None


def timeline(records: Iterable[Record], names: Names, *, supervisors: bool) -> list[Step]:
    """The steps of one contact in order of time. Facts without a sentence of their own are left out, and
    without `supervisors` those of supervisors at the call."""
    ordered = sorted(records, key=lambda record: (record.fact.at, record.seq))
    begin = next(
        (r.fact.at for r in ordered if isinstance(r.fact, ix.ContactArrived)),
        ordered[0].fact.at if ordered else None,
    )
    steps: list[Step] = []
    for record in ordered:
        tell = _TELL.get(type(record.fact))
        if tell is None or begin is None or (not supervisors and type(record.fact) in _OF_SUPERVISORS):
            continue
        said = tell(record.fact, names)
        steps.append(
            Step(
                seq=record.seq,
                at=record.fact.at,
                offset_ms=(record.fact.at - begin) // timedelta(milliseconds=1),
                kind=record.fact.kind,
                text_key=PREFIX + said.pop("key", f"timeline.{record.fact.kind}"),
                param_keys={name: PREFIX + key for name, key in said.pop("keys", {}).items()},
                params=said,
                agent_id=record.fact.agent_id,
            )
        )
    return steps


def ids_in(records: Iterable[Record]) -> set[UUID]:
    """Every id a step may want the name of."""
    found: set[UUID] = set()
    for record in records:
        fact = record.fact
        wanted = (
            fact.agent_id,
            getattr(fact, "queue_id", None),
            getattr(fact, "to_agent_id", None),
            getattr(fact, "customer_id", None),
            getattr(fact, "flow_id", None),
            getattr(fact, "reason_id", None),
            getattr(fact, "number_id", None),
            getattr(fact, "supervisor_id", None),
            getattr(fact, "by_id", None),
        )
        found.update(id for id in wanted if id is not None)
    return found


def _name(names: Names, id: UUID | None) -> str:
    return names.get(id, "—") if id is not None else "—"


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f}"


def _arrived(fact: Any, names: Names) -> dict[str, Any]:
    if fact.callback_of is not None:
        return {"key": "timeline.contact.arrived.returned"}
    if fact.direction == "internal":
        return {"key": "timeline.contact.arrived.internal", "caller": fact.caller, "dnis": fact.dnis}
    if fact.direction == "outbound":
        return {"key": "timeline.contact.arrived.outbound", "dnis": fact.dnis}
    return {"dnis": fact.dnis, "label": _name(names, fact.number_id)}


def _identified(fact: Any, names: Names) -> dict[str, Any]:
    return {"customer": _name(names, fact.customer_id), "keys": {"tier": f"tier.{fact.tier}"}}


def _flow(fact: Any, names: Names) -> dict[str, Any]:
    return {"flow": _name(names, fact.flow_id), "version": fact.flow_version}


def _node(fact: Any, names: Names) -> dict[str, Any]:
    return {"node": fact.node, "keys": {"node_type": f"flow.node.{fact.node_type}"}}


def _key(fact: Any, names: Names) -> dict[str, Any]:
    if not fact.keys:
        return {"key": "timeline.flow.key.none", "node": fact.node}
    wrong = "" if fact.accepted else ".wrong"
    return {"key": f"timeline.flow.key{wrong}", "keys_pressed": fact.keys, "label": fact.label or fact.node}


def _tagged(fact: Any, names: Names) -> dict[str, Any]:
    return {"tags": " · ".join(fact.tags)}


def _outside_dialled(fact: Any, names: Names) -> dict[str, Any]:
    return {"number": fact.number}


def _outside_connected(fact: Any, names: Names) -> dict[str, Any]:
    return {"rang": _seconds(fact.rang_ms)}


def _outside_ended(fact: Any, names: Names) -> dict[str, Any]:
    return {"talked": _seconds(fact.talked_ms), "keys": {"how": f"outside.how.{fact.how}"}}


def _queued(fact: Any, names: Names) -> dict[str, Any]:
    return {"queue": _name(names, fact.queue_id), "position": fact.position, "priority": fact.priority}


def _dequeued(fact: Any, names: Names) -> dict[str, Any]:
    return {
        "queue": _name(names, fact.queue_id),
        "waited": _seconds(fact.waited_ms),
        "keys": {"how": f"queue.how.{fact.how}"},
    }


def _offered(fact: Any, names: Names) -> dict[str, Any]:
    return {"agent": _name(names, fact.agent_id)}


def _offer_ended(fact: Any, names: Names) -> dict[str, Any]:
    return {
        "agent": _name(names, fact.agent_id),
        "rang": _seconds(fact.rang_ms),
        "keys": {"how": f"offer.how.{fact.how}"},
    }


def _parked(fact: Any, names: Names) -> dict[str, Any]:
    return {"agent": _name(names, fact.agent_id), "slot": fact.slot}


def _card_began(fact: Any, names: Names) -> dict[str, Any]:
    return {"keys": {"source": f"card.source.{fact.source}"}}


def _card_ended(fact: Any, names: Names) -> dict[str, Any]:
    keys = ".keys" if fact.keys else ""
    return {
        "key": f"timeline.card.ended{keys}",
        "lasted": _seconds(fact.private_ms),
        "pressed": fact.keys,
        "keys": {"how": f"card.how.{fact.how}"},
    }


def _unparked(fact: Any, names: Names) -> dict[str, Any]:
    if fact.how == "picked_up":
        return {"key": "timeline.contact.unparked.picked_up", "agent": _name(names, fact.agent_id)}
    return {"lasted": _seconds(fact.parked_ms), "keys": {"how": f"park.how.{fact.how}"}}


def _outbound_dialled(fact: Any, names: Names) -> dict[str, Any]:
    return {"agent": _name(names, fact.agent_id)}  # a client's viewer reads it too: no number


def _internal_dialled(fact: Any, names: Names) -> dict[str, Any]:
    return {"agent": _name(names, fact.agent_id), "to": _name(names, fact.to_agent_id)}


def _internal_joined(fact: Any, names: Names) -> dict[str, Any]:
    """Also of who took the colleague's place."""
    return {"agent": _name(names, fact.agent_id), "rang": _seconds(fact.rang_ms)}


def _internal_left(fact: Any, names: Names) -> dict[str, Any]:
    return {"agent": _name(names, fact.agent_id), "talked": _seconds(fact.talked_ms)}


def _connected(fact: Any, names: Names) -> dict[str, Any]:
    if fact.queue_id is None:
        return {"key": "timeline.contact.connected.outbound", "agent": _name(names, fact.agent_id)}
    return {"agent": _name(names, fact.agent_id), "waited": _seconds(fact.waited_ms)}


def _held(fact: Any, names: Names) -> dict[str, Any]:
    return {"key": "timeline.contact.held.card"} if fact.why == "card" else {}


def _retrieved(fact: Any, names: Names) -> dict[str, Any]:
    return {"held": _seconds(fact.held_ms)}


def _muted(fact: Any, names: Names) -> dict[str, Any]:
    return {"key": "timeline.contact.muted" if fact.muted else "timeline.contact.unmuted"}


def _disconnected(fact: Any, names: Names) -> dict[str, Any]:
    if fact.by is ix.By.SUPERVISOR:
        return {"key": "timeline.contact.disconnected.supervisor", "talked": _seconds(fact.talked_ms)}
    return {"talked": _seconds(fact.talked_ms), "keys": {"by": f"by.{fact.by.value}"}}


def _transfer_asked(fact: Any, names: Names) -> dict[str, Any]:
    to = fact.number or _name(names, fact.to_agent_id or fact.queue_id or fact.flow_id)
    return {
        "key": f"timeline.transfer.{fact.way.value}",
        "agent": _name(names, fact.agent_id),
        "to": to,
        "keys": {"reason": f"transfer.reason.{fact.reason.value}"},
    }


def _transfer_ended(fact: Any, names: Names) -> dict[str, Any]:
    return {"lasted": _seconds(fact.lasted_ms), "keys": {"how": f"transfer.how.{fact.how.value}"}}


def _party_joined(fact: Any, names: Names) -> dict[str, Any]:
    return {"who": fact.number or _name(names, fact.agent_id)}


def _party_left(fact: Any, names: Names) -> dict[str, Any]:
    key = "timeline.party.left" if fact.how != "took_over" else "timeline.party.took_over"
    return {"key": key, "who": _name(names, fact.agent_id), "lasted": _seconds(fact.joined_ms)}


def _monitor_started(fact: Any, names: Names) -> dict[str, Any]:
    return {"who": _name(names, fact.supervisor_id), "keys": {"mode": f"monitor.{fact.mode.value}"}}


def _monitor_ended(fact: Any, names: Names) -> dict[str, Any]:
    return {"who": _name(names, fact.supervisor_id), "lasted": _seconds(fact.total_ms)}


def _mobile_dialled(fact: Any, names: Names) -> dict[str, Any]:
    return {"who": _name(names, fact.agent_id)}


def _mobile_ended(fact: Any, names: Names) -> dict[str, Any]:
    return {"who": _name(names, fact.agent_id), "keys": {"how": f"mobile.how.{fact.how.value}"}}


def _survey_asked(fact: Any, names: Names) -> dict[str, Any]:
    return {}


def _survey_answered(fact: Any, names: Names) -> dict[str, Any]:
    return {"score": fact.score}


def _voicemail(fact: Any, names: Names) -> dict[str, Any]:
    return {"lasted": _seconds(fact.voicemail_ms)}


def _callback_kept(fact: Any, names: Names) -> dict[str, Any]:
    place = {"queue": _name(names, fact.queue_id), "position": fact.position}
    return place if fact.why == "asked" else {"key": f"timeline.callback.kept.{fact.why}", **place}


def _callback_dialled(fact: Any, names: Names) -> dict[str, Any]:
    return {}


def _callback_postponed(fact: Any, names: Names) -> dict[str, Any]:
    return {"attempt": fact.attempt}


def _callback_ended(fact: Any, names: Names) -> dict[str, Any]:
    return {"keys": {"how": f"callback.how.{fact.how}"}}


def _ended(fact: Any, names: Names) -> dict[str, Any]:
    return {
        "total": _seconds(fact.total_ms),
        "keys": {"outcome": f"outcome.{fact.outcome.value}", "by": f"by.{fact.by.value}"},
    }


def _wrapped(fact: Any, names: Names) -> dict[str, Any]:
    return {"agent": _name(names, fact.agent_id), "reason": _name(names, fact.reason_id)}


def _line_measured(fact: Any, names: Names) -> dict[str, Any]:
    return {
        "agent": _name(names, fact.agent_id),
        "mos": f"{fact.mos:.1f}",
        "least": f"{fact.mos_least:.1f}",
        "loss": f"{fact.loss_percent:.1f}",
        "jitter": fact.jitter_ms,
    }


def _recording_stored(fact: Any, names: Names) -> dict[str, Any]:
    return {"lasted": _seconds(fact.audio_ms)}


def _text_settled(fact: Any, names: Names) -> dict[str, Any]:
    if not fact.why:
        return {}
    return {"key": "timeline.text.settled.failed", "keys": {"why": f"text.why.{fact.why}"}}


def _recording_transcribed(fact: Any, names: Names) -> dict[str, Any]:
    if fact.why:
        keys = {"why": f"transcript.why.{fact.why}"}
        return {"key": "timeline.recording.transcribed.failed", "keys": keys}
    return {"by": fact.made_by}


def _recording_incomplete(fact: Any, names: Names) -> dict[str, Any]:
    return {"missing": _seconds(fact.missing_ms), "keys": {"why": f"recording.why.{fact.why}"}}


def _work_opened(fact: Any, names: Names) -> dict[str, Any]:
    return {"keys": {"what": f"work.kind.{fact.what.value}"}}


def _work_repeated(fact: Any, names: Names) -> dict[str, Any]:
    return {"calls": fact.calls}


def _work_taken(fact: Any, names: Names) -> dict[str, Any]:
    given = {} if fact.by_id is None else {"key": "timeline.work.given", "by": _name(names, fact.by_id)}
    return {"agent": _name(names, fact.agent_id), **given}


def _work_given_back(fact: Any, names: Names) -> dict[str, Any]:
    return {"agent": _name(names, fact.agent_id)}


def _work_done(fact: Any, names: Names) -> dict[str, Any]:
    outcome = {"keys": {"outcome": f"work.outcome.{fact.outcome.value}"}}
    if fact.agent_id is None:
        return {"key": "timeline.work.done.itself", **outcome}
    return {"agent": _name(names, fact.agent_id), **outcome}


_OF_SUPERVISORS = frozenset({MonitorStarted, MonitorModeChanged, MonitorEnded})

_TELL: dict[type[Fact], Callable[[Any, Names], dict[str, Any]]] = {
    ix.ContactArrived: _arrived,
    ix.ContactIdentified: _identified,
    ix.FlowEntered: _flow,
    ix.FlowNodePassed: _node,
    ix.FlowKeyPressed: _key,
    ix.ContactTagged: _tagged,
    ix.OutsideDialled: _outside_dialled,
    ix.OutsideConnected: _outside_connected,
    ix.OutsideEnded: _outside_ended,
    ix.ContactQueued: _queued,
    ix.ContactDequeued: _dequeued,
    ix.OfferMade: _offered,
    ix.OfferEnded: _offer_ended,
    ix.ContactConnected: _connected,
    OutboundDialled: _outbound_dialled,
    InternalDialled: _internal_dialled,
    InternalJoined: _internal_joined,
    InternalPassed: _internal_joined,
    InternalLeft: _internal_left,
    CardBegan: _card_began,
    CardEnded: _card_ended,
    ContactParked: _parked,
    ContactUnparked: _unparked,
    ix.ContactHeld: _held,
    ix.ContactRetrieved: _retrieved,
    ix.ContactMuted: _muted,
    ix.ContactDisconnected: _disconnected,
    ix.TransferAsked: _transfer_asked,
    ix.TransferEnded: _transfer_ended,
    ix.PartyJoined: _party_joined,
    ix.PartyLeft: _party_left,
    MonitorStarted: _monitor_started,
    MonitorModeChanged: _monitor_started,
    MonitorEnded: _monitor_ended,
    MobileDialled: _mobile_dialled,
    MobileEnded: _mobile_ended,
    ix.SurveyAsked: _survey_asked,
    ix.SurveyAnswered: _survey_answered,
    ix.VoicemailLeft: _voicemail,
    ix.CallbackKept: _callback_kept,
    ix.CallbackDialled: _callback_dialled,
    ix.CallbackPostponed: _callback_postponed,
    ix.CallbackEnded: _callback_ended,
    ix.ContactEnded: _ended,
    ix.WrapUpSubmitted: _wrapped,
    ix.LineMeasured: _line_measured,
    TextSettled: _text_settled,
    tp.RecordingStored: _recording_stored,
    tp.RecordingIncomplete: _recording_incomplete,
    RecordingTranscribed: _recording_transcribed,
    wk.WorkOpened: _work_opened,
    wk.WorkRepeated: _work_repeated,
    wk.WorkTaken: _work_taken,
    wk.WorkGivenBack: _work_given_back,
    wk.WorkDone: _work_done,
}
