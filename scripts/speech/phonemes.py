"""Text to the phoneme alphabet of Kokoro, for Chinese and English.

Chinese goes through misaki. English looks words up in misaki's American lexicon (its own English front end
needs a tagger that no package carries); the few words it lacks are spelled in `ENGLISH_EXTRA`, and a word
found nowhere is an error, never a guess.
"""

import json
import re
from functools import cache
from importlib.resources import files

ENGLISH_EXTRA = {
    "qinghe": "ʧˈɪŋhʌ",
    "mingchuan": "mˈɪŋʧwˌɑn",
    "yunqiao": "jˈunʧˌW",
    "voicemail": "vˈYsmˌAl",
    "dissatisfied": "dɪsˈæɾəsfˌId",
}
_VOWELS = "AIOQWYaeiouæɑɒɔəɛɜɪʊʌᵻɚ"
_VOICELESS = "ptkfθ"
_HISSING = ("s", "z", "ʃ", "ʒ", "ʧ", "ʤ")
_TOKEN = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*|[,.!?;:—]|\s+")


class UnknownWord(ValueError):
    """A word no lexicon knows: spell it in `ENGLISH_EXTRA` or write it otherwise."""


def chinese(text: str) -> str:
    """Phonemes with tone arrows. Digits are read as numbers; write them out where that is wrong."""
    phonemes: str = _chinese_front_end()(text)
    return phonemes


@cache
def _chinese_front_end():  # type: ignore[no-untyped-def]  # misaki has no types
    import jieba
    from misaki.zh import ZHG2P

    jieba.setLogLevel("ERROR")
    front_end = ZHG2P()
    return lambda text: front_end(text)[0]


@cache
def _lexicon() -> dict[str, str | dict[str, str]]:
    data = files("misaki") / "data"
    words: dict[str, str | dict[str, str]] = json.loads((data / "us_silver.json").read_text("utf-8"))
    words |= json.loads((data / "us_gold.json").read_text("utf-8"))
    return words


def english(text: str) -> str:
    """American phonemes. Raises `UnknownWord`."""
    tokens = _TOKEN.findall(text.replace("-", " "))
    spoken: list[str] = []
    for place, token in enumerate(tokens):
        if not token[0].isalpha():
            spoken.append(" " if token.isspace() else token)
            continue
        following = next((later for later in tokens[place + 1 :] if later[0].isalpha()), "")
        spoken.append(_in_sentence(token, following))
    return "".join(spoken)


def _in_sentence(word: str, following: str) -> str:
    """Small words change with what comes after them."""
    before_vowel = bool(following) and _word(following).lstrip("ˈˌ")[0] in _VOWELS
    match word.lower():
        case "the":
            return "ði" if before_vowel else "ðə"
        case "a":
            return "ɐ"
        case "an":
            return "ɐn"
        case "to":
            return "tʊ" if before_vowel else "tə"
        case "i":
            return "ˌI"
    return _word(word)


def _word(word: str) -> str:
    lower = word.lower().replace("’", "'")
    if lower in ENGLISH_EXTRA:
        return ENGLISH_EXTRA[lower]
    for form in (lower, word):
        if (entry := _lexicon().get(form)) is not None:
            return entry if isinstance(entry, str) else entry["DEFAULT"]
    if (said := _inflected(lower)) is None:
        raise UnknownWord(word)
    return said


def _inflected(word: str) -> str | None:
    """Regular endings on a word the lexicon has."""
    if word.endswith("'s") and (stem := _known(word[:-2])):
        return stem + _s_after(stem)
    if word.endswith("s") and (
        stem := _known(word[:-1]) or (_known(word[:-2]) if word.endswith("es") else "")
    ):
        return stem + _s_after(stem)
    if word.endswith("ies") and (stem := _known(word[:-3] + "y")):
        return stem + "z"
    if word.endswith("ed") and (stem := _known(word[:-1]) or _known(word[:-2]) or _known(word[:-3])):
        if stem[-1] in "td":
            return stem + "ᵻd"
        return stem + ("t" if stem[-1] in _VOICELESS or stem.endswith(_HISSING[:1]) else "d")
    if word.endswith("ing") and (stem := _known(word[:-3]) or _known(word[:-3] + "e") or _known(word[:-4])):
        return stem + "ɪŋ"
    return None


def _known(word: str) -> str:
    entry = _lexicon().get(word, "")
    return entry if isinstance(entry, str) else entry["DEFAULT"]


def _s_after(stem: str) -> str:
    if stem.endswith(_HISSING):
        return "ᵻz"
    return "s" if stem[-1] in _VOICELESS else "z"
