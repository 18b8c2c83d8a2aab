"""Whose call is it, and may it come in? Also what the end of a leg means. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec

from andon.channels.voice.model import Number, Project, Trunk, VoiceConfig, clean_dnis, dnis_keys
from andon.interactions.events import Outcome
from andon.interactions.ports import Prompt, Say

# Q.850 causes with which a leg goes without anybody having hung up.
LOST = frozenset({27, 38, 41, 42, 44, 102})
# How a call through a trunk came to nothing; causes that are not here are the trunk's own failure.
ENDINGS = {
    1: "wrong_number",
    2: "wrong_number",
    3: "wrong_number",
    16: "rejected",
    17: "busy",
    18: "no_answer",
    19: "no_answer",
    21: "rejected",
    22: "wrong_number",
    28: "wrong_number",
    34: "congestion",
    42: "congestion",
}
# With these the carrier was there, and spoke of the number or of whoever has it.
CARRIED = frozenset({"answered", "wrong_number", "rejected", "busy", "no_answer"})


def trial_ending(ours: str, cause: int, *, rang: bool, answered: bool) -> str:
    """How a trial of a trunk ended (`TrunkTrialEnded.how`). `ours` is why we hung up, if we did."""
    if ours == "refused":
        return "refused"
    if answered:
        return "answered"
    if ours == "no_answer":
        return "no_answer" if rang else "no_reply"
    return ours or ENDINGS.get(cause, "failed")


def engine_name(trunk: Trunk) -> str:
    """The name of a trunk in the engine, the same after every restart."""
    return f"t{trunk.trunk_id.hex}"


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """A call from a known trunk: its number when it is ours, or the outcome with which it is refused."""

    tenant_id: UUID
    trunk: Trunk
    number: Number | None
    project: Project | None
    refused: Outcome | None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What calls told of a trunk since this core began: when one came through last, and when, how and with
    which Q.850 cause one last did not, for the trunk's own reasons."""

    worked_at: datetime | None = None
    failed_at: datetime | None = None
    how: str = ""
    cause: int = 0


class Directory:
    """Every tenant's trunks and numbers, and how many calls each trunk carries."""

    def __init__(self) -> None:
        self._configs: dict[UUID, VoiceConfig] = {}
        self._trunks: dict[str, tuple[UUID, Trunk]] = {}
        self._numbers: dict[tuple[UUID, str], Number] = {}
        self._projects: dict[UUID, Project] = {}
        self._in_use: dict[UUID, int] = {}
        self._standing: dict[UUID, Standing] = {}

    def put(self, config: VoiceConfig) -> None:
        """Take a tenant's configuration in place of the one before."""
        self._configs[config.tenant_id] = config
        self._trunks = {
            engine_name(trunk): (tenant_id, trunk)
            for tenant_id, each in self._configs.items()
            for trunk in each.trunks
        }
        # What a carrier may send is tried in order at look-up; here each number stands under what is
        # written and its bare form, and the first to claim a spelling keeps it.
        self._numbers = {}
        for tenant_id, each in self._configs.items():
            for number in each.numbers:
                for key in dnis_keys(number.e164)[:2]:
                    self._numbers.setdefault((tenant_id, key), number)
        self._projects = {
            project.project_id: project for each in self._configs.values() for project in each.projects
        }

    def trunks(self) -> Iterable[tuple[UUID, Trunk]]:
        return list(self._trunks.values())

    def trunks_of(self, tenant_id: UUID) -> list[Trunk]:
        config = self._configs.get(tenant_id)
        return config.trunks if config is not None else []

    def has_line(self, trunk: Trunk) -> bool:
        """Whether the trunk's own limit lets one more call in or out."""
        return not trunk.max_calls or self._in_use.get(trunk.trunk_id, 0) < trunk.max_calls

    def number(self, tenant_id: UUID, dnis: str) -> Number | None:
        """The number a carrier's spelling means."""
        for key in dnis_keys(clean_dnis(dnis)):
            found = self._numbers.get((tenant_id, key))
            if found is not None:
                return found
        return None

    def project(self, project_id: UUID) -> Project | None:
        return self._projects.get(project_id)

    def admit(self, endpoint: str, dnis: str) -> Admission | None:
        """None for a trunk nobody configured (any more)."""
        known = self._trunks.get(endpoint)
        if known is None:
            return None
        tenant_id, trunk = known
        number = self.number(tenant_id, dnis)
        if number is not None and number.trunk_id not in {None, trunk.trunk_id}:
            number = None
        project = self._projects.get(number.project_id) if number is not None else None
        refused: Outcome | None = None
        if not self.has_line(trunk):
            refused = Outcome.TRUNK_BUSY
        elif number is None or project is None or number.flow_id is None:
            refused = Outcome.UNKNOWN_NUMBER
        return Admission(tenant_id=tenant_id, trunk=trunk, number=number, project=project, refused=refused)

    def way_out(self, tenant_id: UUID, number_id: UUID | None, came_by: UUID | None) -> Trunk | None:
        """The trunk for a call to outside, with a free line: the called number's own, or the one the caller
        came by, or any other."""
        config = self._configs.get(tenant_id)
        if config is None:
            return None
        own = next((each.trunk_id for each in config.numbers if each.number_id == number_id), None)
        trunks = [each for each in config.trunks if own is None or each.trunk_id == own]
        trunks.sort(key=lambda trunk: trunk.trunk_id != came_by)
        return next((each for each in trunks if self.has_line(each)), None)

    def occupy(self, trunk_id: UUID) -> None:
        """A call takes one of the trunk's lines."""
        self._in_use[trunk_id] = self._in_use.get(trunk_id, 0) + 1

    def release(self, trunk_id: UUID) -> None:
        self._in_use[trunk_id] = max(0, self._in_use.get(trunk_id, 0) - 1)

    def in_use(self, trunk_id: UUID) -> int:
        return self._in_use.get(trunk_id, 0)

    def note(self, trunk_id: UUID, at: datetime, how: str, cause: int = 0) -> None:
        """A call through the trunk came to this (`TrunkTrialEnded.how`)."""
        known = self._standing.get(trunk_id, Standing())
        if how in CARRIED:
            self._standing[trunk_id] = msgspec.structs.replace(known, worked_at=at)
        else:
            self._standing[trunk_id] = msgspec.structs.replace(known, failed_at=at, how=how, cause=cause)

    def standing(self, trunk_id: UUID) -> Standing:
        return self._standing.get(trunk_id, Standing())


def media_names(
    prompts: Iterable[Prompt], own: Callable[[str, str], Path | None] = lambda language, name: None
) -> list[str | Path]:
    """Prompts as the engine's names: `zh/welcome`, `zh/digits:8001`, `zh/number:12`. `own(language, name)` is
    the project's own sound, if it has one."""
    return [
        own(prompt.language, prompt.name) or f"{prompt.language}/{prompt.name}"
        if prompt.say is Say.PROMPT
        else f"{prompt.language}/{prompt.say.value}:{prompt.name}"
        for prompt in prompts
    ]
