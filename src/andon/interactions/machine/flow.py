"""The flow's part: what it asks while it is in control or listens, and what it hears. Pure."""

import msgspec

from andon.interactions.events import (
    ContactIdentified,
    ContactTagged,
    FlowEntered,
    FlowKeyPressed,
    FlowNodePassed,
    SurveyAnswered,
    SurveyAsked,
)
from andon.interactions.inputs import (
    AskAnswer,
    AskExpect,
    AskListen,
    AskMessage,
    AskMusic,
    AskPlay,
    AskStopListening,
    AskStopPlaying,
    AskTape,
    AskTimer,
    CallerKey,
    FlowBegins,
    FlowLearnt,
    Identified,
    MessageTaken,
    NoteFlow,
    NoteKey,
    NoteNode,
    NoteSurvey,
    NoteTags,
    SpeechEnded,
    TapeRuns,
    TimerDue,
    UtteranceTaken,
)
from andon.interactions.machine.ending import (
    close_message,
    close_tape,
    hush,
    set_music,
    speak,
)
from andon.interactions.machine.outside import RING_TIMER, ring_over
from andon.interactions.machine.table import ALONE, IN_QUEUE, LISTENING, LIVE, Out, on
from andon.interactions.model import Contact, KeyPath, Stage, Taping
from andon.interactions.orders import (
    Answer,
    Listen,
    SetTimer,
    StopListening,
    StopTape,
    TakeMessage,
    Tape,
    Tell,
)
from andon.interactions.ports import Key, Learnt, Played, Spoke, Started, TimerFired, VoicemailTaken
from andon.telephony.events import RecordingStarted
from andon.telephony.model import UTTERANCE

FLOW_TIMER = "flow:"
ON_CALL = LIVE - {Stage.ENDING}
KEYS_KEPT = 20
TAGS_KEPT = 30


@on(FlowBegins, at={Stage.ARRIVED}, to={Stage.FLOW})
def begins(contact: Contact, _: FlowBegins, out: Out) -> None:
    contact.stage = Stage.FLOW
    out.do(Tell(Started(at=out.at)))


@on(AskAnswer, at=LISTENING)
def answer(contact: Contact, _: AskAnswer, out: Out) -> None:
    if not contact.answered:
        contact.answered = True
        out.do(Answer())


@on(AskPlay, at=LISTENING)
def play(contact: Contact, ask: AskPlay, out: Out) -> None:
    if contact.message_since is None:
        speak(contact, out, ask.prompts, of_flow=True)


@on(AskStopPlaying, at=LISTENING)
def stop_playing(contact: Contact, _: AskStopPlaying, out: Out) -> None:
    hush(contact, out)
    if contact.queued is not None:
        set_music(contact, out, on=True)


@on(SpeechEnded, at=LISTENING)
def speech_ended(contact: Contact, heard: SpeechEnded, out: Out) -> None:
    """What was said is over; music comes back to whoever waits."""
    if heard.token != contact.playing:
        return
    contact.playing = 0
    if contact.queued is not None:
        set_music(contact, out, on=True)
    if contact.speech_of_flow:
        out.do(Tell(Played(at=out.at, failed=heard.failed)))


@on(AskMusic, at=ALONE)
def music(contact: Contact, ask: AskMusic, out: Out) -> None:
    if ask.on:
        hush(contact, out)
    set_music(contact, out, on=ask.on)


@on(AskTimer, at=LISTENING)
def timer(contact: Contact, ask: AskTimer, out: Out) -> None:
    out.do(SetTimer(FLOW_TIMER + ask.tag, ask.seconds))


@on(CallerKey, at=LISTENING)
def key(contact: Contact, heard: CallerKey, out: Out) -> None:
    if contact.message_since is None:  # the engine ends a message by `#` itself
        out.do(Tell(Key(at=out.at, digit=heard.digit)))


@on(TimerDue, at=ALONE | IN_QUEUE)
def timer_due(contact: Contact, due: TimerDue, out: Out) -> None:
    if due.tag == RING_TIMER:
        ring_over(contact, out)
    elif due.tag.startswith(FLOW_TIMER):
        out.do(Tell(TimerFired(at=out.at, tag=due.tag.removeprefix(FLOW_TIMER))))


@on(AskTape, at=LISTENING)
def tape(contact: Contact, ask: AskTape, out: Out) -> None:
    if ask.recording_id is None:
        if contact.taping is not None and not contact.taping.stopped:
            out.do(StopTape(contact.taping.recording_id))
            close_tape(contact, out)
    elif contact.taping is None or contact.taping.stopped:
        contact.taping = Taping(recording_id=ask.recording_id)
        out.do(Tape(ask.recording_id))


@on(TapeRuns, at=LIVE)
def tape_runs(contact: Contact, heard: TapeRuns, out: Out) -> None:
    """The first second of the recording. A refused one counts all the same: its sound will be missing."""
    taping = contact.taping
    if taping is None or taping.recording_id != heard.recording_id or taping.stopped or taping.started:
        return
    taping.started = out.at
    out.fact(
        RecordingStarted,
        recording_id=taping.recording_id,
        channel_id=contact.leg_id,
        within_ms=heard.within_ms,
    )


@on(AskMessage, at=ALONE)
def message(contact: Contact, ask: AskMessage, out: Out) -> None:
    if contact.message_since is not None:
        return
    hush(contact, out)
    set_music(contact, out, on=False)
    if not contact.answered:
        contact.answered = True
        out.do(Answer())
    if contact.taping is None or contact.taping.stopped:
        contact.taping = Taping(recording_id=ask.recording_id)
        out.do(Tape(ask.recording_id))
    contact.message_since = out.at
    contact.message_queue_id = ask.queue_id
    out.do(TakeMessage(ask.max_s))


@on(MessageTaken, at=ALONE)
def message_taken(contact: Contact, heard: MessageTaken, out: Out) -> None:
    if contact.message_since is None:
        return
    close_message(contact, out, heard.ms)
    out.do(Tell(VoicemailTaken(at=out.at, ms=heard.ms)))


@on(AskListen, at=ALONE)
def listen(contact: Contact, ask: AskListen, out: Out) -> None:
    if contact.listening or contact.message_since is not None:
        return
    hush(contact, out)
    set_music(contact, out, on=False)
    contact.utterances += 1
    contact.listening = f"{UTTERANCE}{contact.contact_id.hex}-{contact.utterances}"
    out.do(Listen(contact.listening, ask.max_s, ask.pause_s))


@on(AskStopListening, at=ALONE)
def stop_listening(contact: Contact, _: AskStopListening, out: Out) -> None:
    if contact.listening:
        out.do(StopListening(contact.listening))
        contact.listening = ""


@on(UtteranceTaken, at=ALONE)
def utterance_taken(contact: Contact, heard: UtteranceTaken, out: Out) -> None:
    if heard.name == contact.listening:
        contact.listening = ""
        out.do(Tell(Spoke(at=out.at, name=heard.name, ms=heard.ms)))


@on(AskExpect, at=LISTENING)
def expect(contact: Contact, ask: AskExpect, out: Out) -> None:
    contact.expected = ask.outcome


@on(NoteFlow, at=ON_CALL)
def note_flow(contact: Contact, note: NoteFlow, out: Out) -> None:
    out.fact(FlowEntered, flow_id=note.flow_id, flow_version=note.version)


@on(NoteNode, at=ON_CALL)
def note_node(contact: Contact, note: NoteNode, out: Out) -> None:
    out.fact(FlowNodePassed, node=note.node, node_type=note.node_type, by=note.by, flow_id=note.flow_id)


@on(NoteTags, at=ON_CALL)
def note_tags(contact: Contact, note: NoteTags, out: Out) -> None:
    fresh = [tag for tag in dict.fromkeys(note.tags) if tag not in contact.tags][
        : TAGS_KEPT - len(contact.tags)
    ]
    if fresh:
        contact.tags.extend(fresh)
        out.fact(ContactTagged, tags=fresh)


@on(FlowLearnt, at=LISTENING)
def learnt(contact: Contact, heard: FlowLearnt, out: Out) -> None:
    out.do(Tell(Learnt(at=out.at, tag=heard.tag, value=heard.value)))


@on(NoteKey, at=ON_CALL)
def note_key(contact: Contact, note: NoteKey, out: Out) -> None:
    out.fact(FlowKeyPressed, node=note.node, keys=note.keys, label=note.label, accepted=note.accepted)
    if note.accepted and len(contact.keys) < KEYS_KEPT:
        contact.keys.append(KeyPath(node=note.node, keys=note.keys, label=note.label))


@on(NoteSurvey, at=ON_CALL)
def note_survey(contact: Contact, note: NoteSurvey, out: Out) -> None:
    if note.score is None:
        out.fact(SurveyAsked, survey=note.survey)
    else:
        out.fact(SurveyAnswered, survey=note.survey, score=note.score)


@on(Identified, at=LIVE)
def identified(contact: Contact, found: Identified, out: Out) -> None:
    """The caller is known. The flow sees it at its next look."""
    contact.customer_name = found.name
    if contact.view is not None:
        contact.view = msgspec.structs.replace(
            contact.view,
            customer_id=found.customer_id,
            tier=found.tier,
            agent_id=found.agent_id,
            open_complaint=found.open_complaint,
        )
    out.fact(
        ContactIdentified,
        customer_id=found.customer_id,
        tier=found.tier,
        matched_by=found.matched_by,
        own_agent_id=found.agent_id,
        open_complaint=found.open_complaint,
    )
