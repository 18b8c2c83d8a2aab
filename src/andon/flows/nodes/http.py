"""HTTP: ask another system while the caller waits."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import quote

from msgspec import Meta

from andon.flows.expressions import Expressive
from andon.flows.model import Fetch, Music, Request
from andon.flows.nodes.base import BaseNode, Filled, Sounds, Source, VariableName, silent
from andon.flows.walk import Walk
from andon.interactions.ports import FlowInput, Learnt, TimerFired

RETRY_S: Final = 1.0  # what a further try may cost beside its own time
GRACE_S: Final = 2.0  # after the longest the request may take, before its answer is waited for no longer


class HttpRequest(BaseNode, frozen=True, kw_only=True, tag="http"):
    """Sends a request and takes variables from the JSON of its answer; the caller hears `prompts` meanwhile,
    then music.

    `url` and `headers` are templates, `query` and `body` map a name to an expression; a name with points
    makes an object within the body. `results` maps a variable to a path in the answer, `order.items.0.no` for
    instance; what is not there makes it nothing. A status of 200 to 299 leads through `next`; anything else,
    an answer that is too large or no JSON, and a server that is down or slow lead through `failed`; a slow
    one through `timeout` when that leads somewhere. Addresses within the own network are refused unless the
    setting `flow_http_private` allows them."""

    needed: ClassVar[tuple[str, ...]] = ("next", "failed")
    optional: ClassVar[tuple[str, ...]] = ("timeout",)

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    url: Filled
    headers: Mapping[str, Filled] = {}
    query: Mapping[str, Source] = {}
    body: Mapping[str, Source] = {}
    results: Mapping[VariableName, str] = {}
    timeout_s: Annotated[float, Meta(ge=0.2, le=20)] = 5.0
    retries: Annotated[int, Meta(ge=0, le=3)] = 0
    prompts: Sounds = ()

    def prompt_names(self) -> tuple[str, ...]:
        return self.prompts

    def variables(self) -> tuple[str, ...]:
        return tuple(self.results)

    def expressions(self) -> tuple[Expressive, ...]:
        return (
            Expressive("url", self.url, template=True),
            *(Expressive(f"headers.{name}", each, template=True) for name, each in self.headers.items()),
            *(Expressive(f"query.{name}", each) for name, each in self.query.items()),
            *(Expressive(f"body.{name}", each) for name, each in self.body.items()),
        )

    def faults(self) -> tuple[tuple[str, str], ...]:
        host = self.url.partition("://")[2].partition("/")[0]
        if not self.url.startswith(("http://", "https://")) or not host or "$" in host:
            return (("url", "url"),)  # a caller's keys must not choose the server
        return ()

    def enter(self, walk: Walk) -> None:
        request = Request(
            method=self.method,
            url=walk.filled(self.url, lambda text: quote(text, safe="")),
            headers={name: _line(walk.filled(each)) for name, each in self.headers.items()},
            query={
                name: found if isinstance(found, str) else _written(found)
                for name, found in ((name, walk.value(each)) for name, each in self.query.items())
                if found is not None
            },
            body=self._body(walk),
            timeout_s=self.timeout_s,
            retries=self.retries,
        )
        walk.memory["asked"] = tag = f"http.{walk.passed}"
        walk.ask(Fetch(tag, request))
        if self.prompts:
            walk.say(*self.prompts)
        else:
            walk.ask(Music(on=True))
        walk.set_timer((self.timeout_s + RETRY_S) * (self.retries + 1) + GRACE_S, "late")

    def _body(self, walk: Walk) -> Any:
        if not self.body:
            return None
        whole: dict[str, Any] = {}
        for name, source in self.body.items():
            *way, last = name.split(".")
            within = whole
            for step in way:
                inner = within.setdefault(step, {})
                within = inner if isinstance(inner, dict) else {}
            within[last] = walk.value(source)
        return whole

    def hear(self, walk: Walk, heard: FlowInput) -> None:
        match heard:
            case Learnt(tag=tag, value=answer) if tag == walk.memory.get("asked"):
                self._answered(walk, answer)
            case TimerFired(tag=tag) if walk.fired(tag, "late"):
                self._leave(walk, "timeout" if "timeout" in self.exits else "failed")
            case _ if silent(walk, heard):
                walk.ask(Music(on=True))

    def _answered(self, walk: Walk, answer: Any) -> None:
        if answer.get("ok"):
            for name, path in self.results.items():
                walk.set(name, picked(answer.get("data"), path))
            self._leave(walk, "next")
        elif answer.get("why") == "timeout" and "timeout" in self.exits:
            self._leave(walk, "timeout")
        else:
            self._leave(walk, "failed")

    def _leave(self, walk: Walk, way_out: str) -> None:
        walk.hush()
        walk.ask(Music(on=False))
        walk.leave(way_out)


def picked(data: Any, path: str) -> Any:
    """What lies at `order.items.0.no`; None when there is nothing."""
    found = data
    for step in path.split(".") if path else []:
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isascii() and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def _written(found: Any) -> str:
    return ("true" if found else "false") if isinstance(found, bool) else str(found)


def _line(text: str) -> str:
    """A header's value: nothing in it may begin another header."""
    return "".join(each for each in text if each.isprintable())
