"""What every bus can do, and the part all of them share: who listens, who answers, who waits."""

import asyncio
import inspect
import os
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec
import structlog

from andon.kit.errors import AndonError
from andon.kit.tasks import Tasks

log = structlog.get_logger(__name__)

Payload = dict[str, Any]
Handler = Callable[[str, Payload], Awaitable[None] | None]
Ask = Callable[[Payload], Awaitable[Payload]]


class Bus(Protocol):
    """See the package. `publish` and `subscribe` never block; payloads are JSON-ready."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def ready(self) -> None:
        """Return once everything subscribed and served so far really hears."""

    def publish(self, topic: str, payload: Payload) -> None: ...

    def subscribe(self, prefix: str, handler: Handler) -> Callable[[], None]:
        """Hear `prefix` itself and every topic below it (`prefix.…`). Returns the way to stop hearing.

        One handler hears in order, one message after the other; an error in it is logged and counted."""

    def serve(self, topic: str, handler: Ask) -> Callable[[], None]:
        """Answer asks for `topic`. An `AndonError` raised travels back to the asker."""

    async def request(self, topic: str, payload: Payload, timeout: float = 5) -> Payload:  # noqa: ASYNC109  # the contract's name
        """Ask and wait. Raises `AndonError`: the answerer's own, or `bus.timeout` after `timeout` seconds."""


class Message(msgspec.Struct, array_like=True):
    """One message on the wire. `verb`: p(ublish), a(sk), r(eply). `sender` tells our own from others'."""

    verb: str
    topic: str
    sender: str
    number: int
    payload: Payload


class _Subscription:
    """A handler and what it has not heard yet."""

    def __init__(self, prefix: str, handler: Handler) -> None:
        self.prefix = prefix
        self.handler = handler
        self._backlog: deque[tuple[str, Payload]] = deque()
        self._worker: asyncio.Task[None] | None = None

    def wants(self, topic: str) -> bool:
        return topic == self.prefix or topic.startswith(self.prefix + ".")

    def hear(self, topic: str, payload: Payload) -> None:
        if not inspect.iscoroutinefunction(self.handler):
            self._call(topic, payload)
            return
        self._backlog.append((topic, payload))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._work())

    def _call(self, topic: str, payload: Payload) -> None:
        try:
            self.handler(topic, payload)
        except Exception:
            log.exception("bus_handler_failed", topic=topic)

    async def _work(self) -> None:
        while self._backlog:
            topic, payload = self._backlog.popleft()
            try:
                heard = self.handler(topic, payload)
                if heard is not None:
                    await heard
            except Exception:
                log.exception("bus_handler_failed", topic=topic)

    def cancel(self) -> None:
        self._backlog.clear()
        if self._worker is not None:
            self._worker.cancel()


class Switchboard:
    """The shared part. An adapter says how a message leaves (`send`, `reply_to`) and calls `deliver`."""

    def __init__(self) -> None:
        self.name = os.urandom(6).hex()
        self._subscriptions: list[_Subscription] = []
        self._answerers: dict[str, Ask] = {}
        self._waiting: dict[int, asyncio.Future[Payload]] = {}
        self._asks = Tasks("bus")
        self._number = 0

    def send(self, message: Message) -> None:
        """Take a publish or ask to the other processes."""
        raise NotImplementedError

    def reply(self, to: str, message: Message) -> None:
        """Take a reply to the process named `to`."""
        raise NotImplementedError

    def listens(self, topic: str) -> None:
        """Somebody here now wants `topic` and what is below it."""

    def publish(self, topic: str, payload: Payload) -> None:
        message = Message("p", topic, self.name, self._next(), payload)
        # Encoded even when only we hear it: a payload that is not JSON fails where it was made.
        payload = msgspec.json.decode(msgspec.json.encode(payload))
        asyncio.get_running_loop().call_soon(self._spread, topic, payload)
        self.send(message)

    def subscribe(self, prefix: str, handler: Handler) -> Callable[[], None]:
        subscription = _Subscription(prefix, handler)
        self._subscriptions.append(subscription)
        self.listens(prefix)

        def unsubscribe() -> None:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)
                subscription.cancel()

        return unsubscribe

    def serve(self, topic: str, handler: Ask) -> Callable[[], None]:
        if topic in self._answerers:
            raise ValueError(f"{topic} is answered already")
        self._answerers[topic] = handler
        self.listens(topic)

        def unserve() -> None:
            self._answerers.pop(topic, None)

        return unserve

    async def request(self, topic: str, payload: Payload, timeout: float = 5) -> Payload:  # noqa: ASYNC109  # the contract's name
        message = Message("a", topic, self.name, self._next(), payload)
        future: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._waiting[message.number] = future
        try:
            if topic in self._answerers:
                self._answer(message)
            else:
                self.send(message)
            answer = await asyncio.wait_for(future, timeout)
        except TimeoutError:
            raise AndonError("bus.timeout", 503, topic=topic) from None
        finally:
            del self._waiting[message.number]
        if "error" in answer:
            raise AndonError.from_payload(answer)
        return answer

    def deliver(self, message: Message) -> None:
        """A message arrived from outside."""
        if message.verb == "r":
            future = self._waiting.get(message.number)
            if future is not None and not future.done():
                future.set_result(message.payload)
        elif message.sender == self.name:
            return  # delivered here when it was sent
        elif message.verb == "a":
            if message.topic in self._answerers:
                self._answer(message)
        else:
            self._spread(message.topic, message.payload)

    def hang_up(self) -> None:
        """Stop hearing and answering; whoever waits is told."""
        for subscription in self._subscriptions:
            subscription.cancel()
        self._subscriptions.clear()
        self._asks.cancel()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(AndonError("bus.unavailable", 503))

    def _spread(self, topic: str, payload: Payload) -> None:
        for subscription in list(self._subscriptions):
            if subscription.wants(topic):
                subscription.hear(topic, payload)

    def _answer(self, message: Message) -> None:
        self._asks.start(self._answer_one(message))

    async def _answer_one(self, message: Message) -> None:
        try:
            asked = msgspec.json.decode(msgspec.json.encode(message.payload))
            payload = await self._answerers[message.topic](asked)
            payload = msgspec.json.decode(msgspec.json.encode(payload))
        except AndonError as error:
            payload = error.as_payload()
        except Exception:
            log.exception("bus_answer_failed", topic=message.topic)
            payload = AndonError("internal", 500, trace=f"{message.sender}-{message.number}").as_payload()
        reply = Message("r", message.topic, self.name, message.number, payload)
        if message.sender == self.name:
            self.deliver(reply)
        else:
            self.reply(message.sender, reply)

    def _next(self) -> int:
        self._number += 1
        return self._number
