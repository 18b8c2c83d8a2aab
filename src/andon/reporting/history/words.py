"""What stands in rows and facts, in words."""

from uuid import UUID

from andon.kit import i18n
from andon.kit.i18n import Locale


def id_of(value: object) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None


def name_of(prefix: str, name: str | None, locale: Locale) -> str | None:
    return text_of(f"reporting.{prefix}.{name}", locale) if name is not None else None


def text_of(key: str, locale: Locale) -> str:
    """The text, or the last word of the key where there is none (a name newer than these texts)."""
    return i18n.text(key, locale) if i18n.has(key) else key.rpartition(".")[2]
