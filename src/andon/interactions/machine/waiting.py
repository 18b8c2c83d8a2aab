"""The contact in a queue. Pure."""

from andon.interactions.events import By, ContactQueued, Outcome
from andon.interactions.inputs import AskLeaveQueue, Enqueued, EnqueueRefused, QueueChanged, Tick, WaitOver
from andon.interactions.machine.ending import close_offer, close_outside, close_wait, hush, set_music
from andon.interactions.machine.table import IN_CONTROL, IN_QUEUE, Out, on
from andon.interactions.model import Contact, Stage, span_ms
from andon.interactions.orders import Answer, RouterLeave, SetTimer, Tell
from andon.interactions.ports import QueueLeave, QueueLeft, WaitTick
from andon.routing.model import OfferEnd, WaitEnd


@on(Enqueued, at=IN_CONTROL | {Stage.RETURNING}, to={Stage.QUEUED})
def enqueued(contact: Contact, put: Enqueued, out: Out) -> None:
    """The contact waits. Music begins when nothing is being said."""
    close_outside(contact, out, "ended", drop=True)
    contact.stage = Stage.QUEUED
    contact.queue_id, contact.asked_priority = put.queue_id, put.asked_priority
    contact.queued, contact.announce_every_s = out.at, put.announce_every_s
    contact.first_queued = contact.first_queued or out.at
    contact.expected = None  # how an earlier wait ended says nothing of this one
    out.fact(
        ContactQueued,
        queue_id=put.queue_id,
        priority=put.priority,
        position=put.position,
        estimated_wait_s=put.estimated_wait_s,
        asked_priority=put.asked_priority,
        asked_queue_id=put.asked_queue_id,
        flags=put.flags,
        wanted_agent_id=put.wanted_agent_id,
        wanted_wait_s=put.wanted_wait_s,
    )
    if not contact.answered:
        contact.answered = True
        out.do(Answer())
    if not contact.playing:
        set_music(contact, out, on=True)
    if put.announce_every_s:
        out.do(SetTimer("announce", put.announce_every_s))


@on(EnqueueRefused, at=IN_CONTROL)
def enqueue_refused(contact: Contact, _: EnqueueRefused, out: Out) -> None:
    out.do(Tell(QueueLeft(at=out.at, how=QueueLeave.UNKNOWN_QUEUE)))


@on(EnqueueRefused, at={Stage.RETURNING}, to={Stage.AFTER})
def return_refused(contact: Contact, _: EnqueueRefused, out: Out) -> None:
    """The queue was removed while the agent was lost: the conversation counts as over."""
    contact.stage = Stage.AFTER
    hush(contact, out)
    out.do(Tell(QueueLeft(at=out.at, how=QueueLeave.CONVERSATION_ENDED, by=By.SYSTEM)))


@on(Tick, at=IN_QUEUE)
def tick(contact: Contact, now: Tick, out: Out) -> None:
    if contact.queued is None:
        return
    out.do(SetTimer("announce", contact.announce_every_s))
    out.do(
        Tell(
            WaitTick(
                at=out.at,
                position=now.position,
                waited_s=span_ms(out.at, contact.queued) // 1000,
                estimated_wait_s=now.estimated_wait_s,
            )
        )
    )


@on(QueueChanged, at={Stage.QUEUED})
def queue_changed(contact: Contact, change: QueueChanged, out: Out) -> None:
    """Music and announcements go on; for the books one wait ends and another begins."""
    announce_every_s, contact.announce_every_s = contact.announce_every_s, 0
    close_wait(contact, out, change.how)
    contact.queue_id, contact.queued, contact.announce_every_s = change.queue_id, out.at, announce_every_s
    out.fact(
        ContactQueued,
        queue_id=change.queue_id,
        priority=change.priority,
        position=change.position,
        estimated_wait_s=change.estimated_wait_s,
        asked_priority=contact.asked_priority,
    )


@on(WaitOver, at=IN_QUEUE, to={Stage.FLOW, Stage.AFTER})
def wait_over(contact: Contact, over: WaitOver, out: Out) -> None:
    """The router ended the wait; the flow has the caller again."""
    how = {
        WaitEnd.TIMEOUT: (QueueLeave.TIMEOUT, "timeout", Outcome.QUEUE_TIMEOUT),
        WaitEnd.NOBODY_SIGNED_IN: (
            QueueLeave.NOBODY_SIGNED_IN,
            "nobody_signed_in",
            Outcome.NOBODY_SIGNED_IN,
        ),
        WaitEnd.OVERFLOW: (QueueLeave.OVERFLOW, "overflow", Outcome.QUEUE_TIMEOUT),
        WaitEnd.QUEUE_REMOVED: (QueueLeave.UNKNOWN_QUEUE, "ended", None),
    }[over.how]
    close_offer(contact, out, "ended")
    close_wait(contact, out, how[1])
    contact.stage = Stage.AFTER if contact.talked else Stage.FLOW
    if how[2] is not None:
        contact.expected = how[2]
    hush(contact, out)
    set_music(contact, out, on=False)
    out.do(Tell(QueueLeft(at=out.at, how=how[0])))


@on(AskLeaveQueue, at=IN_QUEUE, to={Stage.FLOW, Stage.AFTER})
def leave_queue(contact: Contact, _: AskLeaveQueue, out: Out) -> None:
    """The flow takes the caller out, for instance by a key."""
    close_offer(contact, out, "ended")
    close_wait(contact, out, "key_exit")
    contact.stage = Stage.AFTER if contact.talked else Stage.FLOW
    set_music(contact, out, on=False)
    out.route(RouterLeave(OfferEnd.ENDED))
