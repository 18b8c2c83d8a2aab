"""Texts: every key in both languages, every key that the code names, and errors in the reader's language."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import andon
from andon.kit import i18n
from andon.kit.errors import AndonError, not_found
from andon.kit.i18n import Locale

pytestmark = pytest.mark.unit

_CODE = re.compile(r'\b(?:AndonError|Refused)\(\s*"([a-z_0-9.]+)"')
_FIELD = re.compile(r'"(field\.[a-z_]+)"')
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
PACKAGE = Path(andon.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))

for _texts in sorted(PACKAGE.rglob("texts.py")):
    _room = importlib.import_module(".".join(("andon", *_texts.relative_to(PACKAGE).with_suffix("").parts)))
    if hasattr(_room, "load"):
        _room.load()


def named_in(sources: list[Path]) -> set[str]:
    """Keys of the errors raised and the field texts used in these files."""
    texts = [source.read_text() for source in sources]
    codes = {code for text in texts for code in _CODE.findall(text)}
    errors = {f"error.{code}.{part}" for code in codes for part in ("title", "remedy")}
    return errors | {key for text in texts for key in _FIELD.findall(text)}


def test_every_text_is_in_both_languages() -> None:
    assert get_args(Locale) == ("zh", "en") and len(list(i18n.keys())) > 200
    alike = []
    for key in list(i18n.keys()):
        chinese, english = i18n.text(key, "zh"), i18n.text(key, "en")
        assert chinese.strip() and english.strip()
        if _CHINESE.search(english):
            alike.append(key)
        if not _CHINESE.search(chinese) and chinese != english:
            alike.append(key)
    # A language names itself in its own language.
    assert [key for key in alike if "language" not in key] == []


def test_every_error_and_field_text_the_code_names_is_there() -> None:
    assert len(named_in(SOURCES)) > 50
    assert sorted(key for key in named_in(SOURCES) if not i18n.has(key)) == []


def test_the_edge_itself_knows_what_it_and_core_say() -> None:
    """Looked at in a process of its own: here other tests have registered everything. Rooms whose errors
    only the command line shows are left out."""
    rooms = [source for source in SOURCES if not {"speech", "telephony", "twin", "cli"} & set(source.parts)]
    program = (
        "import andon.entrypoints.edge, json; from andon.kit import i18n; print(json.dumps([*i18n.keys()]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert sorted(named_in(rooms) - set(json.loads(done.stdout))) == []


def test_a_text_that_lacks_a_language_or_a_parameter_is_refused() -> None:
    for wrong in (("你好", " "), ("{n} 个", "some"), ("一",)):
        with pytest.raises(ValueError, match="text 'test"):
            i18n.register({"test.wrong": wrong})  # type: ignore[dict-item]  # the point of the test
    with pytest.raises(ValueError, match="twice"):
        i18n.register({"error.invalid.title": ("别的", "another")})
    assert not i18n.has("test.wrong")


def test_a_text_is_filled_and_an_unknown_key_is_seen() -> None:
    assert i18n.text("field.too_long", "zh", n=80) == "最多 80 个字符"
    assert i18n.text("field.too_long", "en", n=80) == "At most 80 characters"
    assert i18n.text("field.too_long", "en") == "At most  characters"
    assert i18n.text("no.such.text", "zh") == "no.such.text"
    # A parameter's braces are not a parameter.
    assert i18n.text("error.in_use.remedy", "en", by="{n}").endswith("{n}.")


@pytest.mark.parametrize(
    ("preferred", "accepted", "default", "expected"),
    [
        ("en", "zh-CN", "zh", "en"),
        (None, "en-GB,en;q=0.9,zh;q=0.8", "zh", "en"),
        (None, "en;q=0.3, zh-TW;q=0.7", "en", "zh"),
        (None, "fr, de", "zh", "zh"),
        (None, "en;q=0", "zh", "zh"),
        (None, "en;q=abc, ;;,", "zh", "zh"),
        (None, None, "en", "en"),
        ("fr", "", "zh", "zh"),
    ],
)
def test_the_language_is_the_users_then_the_browsers_then_the_installations(
    preferred: str | None, accepted: str | None, default: Locale, expected: str
) -> None:
    assert i18n.negotiate(preferred, accepted, default) == expected


def test_an_error_says_what_is_wrong_and_what_to_do_in_either_language() -> None:
    error = AndonError("invalid", 422, fields={"a": "field.required", "b": ("field.too_small", {"n": 3})})
    chinese, english = error.said("zh")["error"], error.said("en")["error"]
    assert chinese["fields"] == {"a": "必填", "b": "不能小于 3"}
    assert english["fields"] == {"a": "Required", "b": "Must be at least 3"}
    assert chinese["title"] != english["title"] and chinese["remedy"] and english["remedy"]
    assert "params" not in chinese


def test_an_error_survives_the_bus() -> None:
    error = AndonError(
        "login.locked", 429, fields={"b": ("field.too_small", {"n": 3}), "a": "field.id"}, minutes=7
    )
    back = AndonError.from_payload(error.as_payload())
    assert back.said("zh") == error.said("zh") and back.status == 429
    assert not_found("queue").said("en")["error"]["params"] == {"what": "queue"}
