"""How the town behaves in this installation: `ANDON_TOWN_…` variables beside the installation's own."""

from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class TownSettings(BaseSettings):
    """The town's own settings; where the centre is comes from `andon.kit.settings`."""

    model_config = SettingsConfigDict(env_prefix="ANDON_TOWN_", extra="ignore", frozen=True)

    seed: int | None = None  # None: another town each time
    rate: float = Field(5.0, ge=0.0, le=60.0)  # calls a minute on average; 0: nobody calls by themselves
    most_calls: int = Field(8, ge=0, le=100)  # at once
    agents: bool = True  # simulated agents
    # seats kept free for a person; the demo's greeting names the first
    reserved: Annotated[frozenset[str], NoDecode] = frozenset({"zhangwei"})
    supervisor: str = "banzhang"  # whose eyes the town borrows to see who waits
    resume_minutes: float = Field(5.0, ge=0.0)  # after a person left a seat

    @field_validator("reserved", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return frozenset(part.strip() for part in value.split(",") if part.strip())
        return value
