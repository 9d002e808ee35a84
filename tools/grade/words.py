"""What the grader says itself. What a check finds is said by the helpers, in as many languages as are asked for.

Who teaches reads one language, that of LANGUAGE=...; a student reads that of the notebook that was handed in. `make
translate` finds all that is `told` in this folder, as a plain literal, for translations/<language>/grading.po.
"""

import functools

from tools.translate import catalogues

_teacher = "en"


@functools.cache
def words(language: str) -> dict[str, str]:
    """The translations of what the grader says: none for English."""
    return catalogues.translations(catalogues.load("grading", language)) if language in catalogues.languages() else {}


def speak(language: str) -> None:
    """From now on what is told to nobody in particular is in this language."""
    global _teacher
    _teacher = language


def told(sentence: str, to: str = "", **values: object) -> str:
    """A sentence with its {names} filled in.

    Args:
        sentence: in English.
        to: a language; that of the teacher if it is empty.
        values: for the names in braces; without any, braces are left as they are.
    """
    sentence = words(to or _teacher).get(sentence, sentence)
    return sentence.format(**values) if values else sentence
