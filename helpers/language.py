"""The language in which the helpers speak: English, unless a notebook's set-up cell names another."""

import functools
import json
from pathlib import Path
from typing import Any

SENTENCES = Path(__file__).with_name("languages")
_spoken = "en"


@functools.cache
def _translations(language: str) -> dict[str, str]:
    path = SENTENCES / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def speak(language: str) -> None:
    """From now on the helpers speak this language, and English where they know no translation.

    Args:
        language: its code, such as "es".
    """
    global _spoken
    _spoken = language


def spoken() -> str:
    """The code of the language that the helpers speak."""
    return _spoken


def later(sentence: str) -> str:
    """Mark a sentence that is written down in one place and said in another: `say` it there."""
    return sentence


def say(sentence: str, **values: Any) -> str:
    """A sentence in the language spoken, with its {names} filled in.

    All that helpers tell a reader passes here as a plain literal, so that `make translate` finds it.

    Args:
        sentence: in English.
        values: for the names in braces; without any, braces are left as they are.
    """
    sentence = _translations(_spoken).get(sentence, sentence)
    return sentence.format(**values) if values else sentence
