"""Logs, metrics, traces of one process.

Logs are JSON lines in `home/logs/<process>.log`. They hold no personal data: whatever looks like a phone
number is masked, wherever it stands, also in tracebacks and in what libraries log.
Metrics are Prometheus'; the edge gathers those of all processes over the bus.
Spans use the OpenTelemetry API and cost nothing until an SDK is configured.
"""

import logging
import logging.handlers
import re
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from opentelemetry import trace
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from andon.kit.bus.model import Bus
from andon.kit.settings import Settings

tracer = trace.get_tracer("andon")

_LOG_BYTES = 20 * 1024 * 1024
_LOG_FILES = 5

# Kept: UUIDs, long hexadecimal ids, ISO instants.
# Masked: seven or more digits, or groups of digits as phone numbers are written.
_NUMBER = re.compile(
    r"(?P<keep>[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    r"|\b(?=[0-9a-f]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{12,}\b"
    r"|\d{4}-\d\d-\d\dT[0-9:.]+)"
    r"|\+?\d{7,}|\+?\d{1,4}(?:[ -]\d{2,4})?(?:[ -]\d{3,4}){2,8}(?!\d)"
)
_PERSONAL_KEYS = frozenset({"caller", "caller_raw", "dnis", "callee", "phone", "phones", "e164", "password"})


def mask(text: str) -> str:
    """Phone-like numbers reduced to their last two digits."""
    return _NUMBER.sub(lambda found: found[0] if found["keep"] else "…" + found[0][-2:], text)


def _mask_value(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {
            key: "…" if key in _PERSONAL_KEYS and item else _mask_value(item) for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_mask_value(item) for item in value]
    return value


def mask_event(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor that keeps personal data out."""
    stamp = event.pop("timestamp", None)
    masked: dict[str, Any] = _mask_value(dict(event))
    if stamp is not None:
        masked["timestamp"] = stamp
    return masked


def configure(settings: Settings, process: str) -> None:
    """Send everything this process logs to its file, and warnings to the terminal as well."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
        mask_event,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )
    to_file = logging.handlers.RotatingFileHandler(
        settings.folder("logs") / f"{process}.log", maxBytes=_LOG_BYTES, backupCount=_LOG_FILES
    )
    to_terminal = logging.StreamHandler(sys.stderr)
    to_terminal.setLevel(logging.WARNING)
    root = logging.getLogger()
    root.handlers[:] = [to_file, to_terminal]
    for handler in root.handlers:
        handler.setFormatter(formatter)
    root.setLevel(settings.log_level)
    for chatty in ("uvicorn.access", "sqlalchemy.engine", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(process=process, node=settings.node)


async def own_metrics(_asked: dict[str, Any]) -> dict[str, Any]:
    """The answer to `metrics.<process>`."""
    return {"text": generate_latest(REGISTRY).decode()}


def serve_metrics(bus: Bus, process: str) -> Callable[[], None]:
    """Let the edge gather this process' metrics."""
    return bus.serve(f"metrics.{process}", own_metrics)


async def gather_metrics(ask: Callable[[str], Awaitable[str | None]], processes: list[str]) -> str:
    """The metrics of several processes as one exposition, each sample with a label `process`."""
    families: dict[str, tuple[str, str, list[str]]] = {}
    for process in processes:
        said = await ask(process)
        if said is None:
            continue
        for family in text_string_to_metric_families(said):
            lines = families.setdefault(family.name, (family.type, family.documentation, []))[2]
            for sample in family.samples:
                labels = {**sample.labels, "process": process}
                inside = ",".join(f'{key}="{_escape(value)}"' for key, value in sorted(labels.items()))
                lines.append(f"{sample.name}{{{inside}}} {sample.value}")
    said_all = []
    for name, (kind, documentation, lines) in families.items():
        said_all += [f"# HELP {name} {documentation}", f"# TYPE {name} {kind}", *lines]
    return "\n".join(said_all) + "\n"


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
