"""Texts in Chinese and English.

Each room registers its own texts from its `texts.py`; a key always carries both languages::

    register({"error.session.required.title": ("请先登录", "Please log in")})
"""

from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Any, Literal

Locale = Literal["zh", "en"]
LOCALES: tuple[Locale, ...] = ("zh", "en")

_catalog: dict[str, tuple[str, str]] = {}


def register(texts: Mapping[str, tuple[str, str]]) -> None:
    """Add texts. Raises `ValueError` for a text lacking a language, a key said twice differently,
    or two languages that do not take the same parameters."""
    for key, pair in texts.items():
        if len(pair) != 2 or not all(part.strip() for part in pair):
            raise ValueError(f"text {key!r} lacks a language")
        if parameters(pair[0]) != parameters(pair[1]):
            raise ValueError(f"text {key!r} takes other parameters in Chinese than in English")
        if _catalog.setdefault(key, pair) != pair:
            raise ValueError(f"text {key!r} is registered twice")


def parameters(text: str) -> set[str]:
    """Names of the `{parameters}` in a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def has(key: str) -> bool:
    return key in _catalog


def text(key: str, locale: Locale, /, **params: Any) -> str:
    """The text in that language. A key nobody registered comes back as itself, so that a missing
    text is seen and never takes a request down; a test looks for keys used but not registered."""
    pair = _catalog.get(key)
    if pair is None:
        return key
    values = {name: params.get(name, "") for name in parameters(pair[0])}
    return pair[LOCALES.index(locale)].format(**values)


def keys() -> Iterable[str]:
    """Every registered key."""
    return _catalog.keys()


def negotiate(preferred: str | None, accept_language: str | None, default: Locale = "zh") -> Locale:
    """The user's own choice, else the first language of `Accept-Language` we speak, else `default`."""
    if preferred in LOCALES:
        return "en" if preferred == "en" else "zh"
    ranked: list[tuple[float, int, Locale]] = []
    for place, part in enumerate((accept_language or "").split(",")):
        tag, _, quality = part.strip().partition(";q=")
        language = tag.split("-")[0].lower()
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if weight > 0 and language in LOCALES:
            ranked.append((-weight, place, "en" if language == "en" else "zh"))
    return min(ranked)[2] if ranked else default
