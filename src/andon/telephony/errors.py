"""What can go wrong with the engine, as exceptions."""

from typing import Any

from andon.kit.errors import AndonError
from andon.telephony import texts  # noqa: F401  (registers what these errors say)


class EngineRefused(Exception):
    """The engine did not do what it was asked to. `status` is HTTP-like: 404 the leg or bridge is gone, 408
    no answer in time, 409 not possible in this state, 503 not connected."""

    def __init__(self, what: str, status: int, reason: str) -> None:
        super().__init__(f"{what}: {status} {reason}")
        self.what = what
        self.status = status
        self.reason = reason

    @property
    def gone(self) -> bool:
        """The leg, bridge or playback no longer exists: usually the caller was faster."""
        return self.status == 404


class EngineUnavailable(AndonError):
    """The engine cannot be found, installed or started; the texts say what to do about it."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"engine.{code}", 503, **params)

    @property
    def detail(self) -> str:
        return str(self.params.get("detail", ""))

    def __str__(self) -> str:
        return f"{self.code} {self.detail}".strip()
