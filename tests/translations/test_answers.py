"""In every language an exercise takes its solution and gives each wrong answer its hint, with no word of English."""

import re

import pytest

from helpers import NOTEBOOKS, feedback, language
from tests.lessons.test_exercises import exercise, scope, wrong_answers
from tools.exercises import asked
from tools.notebook_files import read
from tools.translate import catalogues, pseudo
from tools.translate.texts import says_something

ALL = [
    (language, path.stem, number)
    for language in catalogues.languages()
    for path in sorted((NOTEBOOKS / language).glob("[!.]*.ipynb"))
    for number in asked(read(path))
]
# Fields for what a student, Python or a lesson's code says: quoted with !r, or of these names.
QUOTED = re.compile(r"\{(?:\w+!r|(?:activation|error|field|line|other|value|why)\b)[^{}]*\}")


class Recorded(dict):
    """Translations whose every word has an accent, without what is quoted; it knows what was asked for in vain."""

    def __init__(self, known):
        super().__init__({english: pseudo.accented(QUOTED.sub("…", other)) for english, other in known.items()})
        self.unknown = set()

    def get(self, sentence, default=None):
        if sentence not in self and says_something(sentence):
            self.unknown.add(sentence)
        return super().get(sentence, default)


@pytest.mark.parametrize("spoken, name, number", ALL)
def test_an_exercise_answers_in_its_language_alone(spoken, name, number, monkeypatch):
    known = Recorded(catalogues.translations(catalogues.load("helpers", spoken)))
    monkeypatch.setattr(language, "_translations", lambda _: known)
    monkeypatch.setattr(language, "_spoken", spoken)
    check, question = exercise(name, number), asked(read(NOTEBOOKS / spoken / f"{name}.ipynb"))[number]

    def told(source, variable=f"answer_{number}"):
        verdict = check.verdict(feedback.evaluate(source, scope(name), variable))
        english = pseudo.plain_words(verdict.line())
        assert not english, f"no catalogue has {english}: {verdict.line()}"
        return verdict

    assert told(question.blank) == ("unanswered", known["Not answered yet."])
    assert told(question.solution) == ("right", known[check.praise]), "its own solution must be accepted"
    for source, hint in wrong_answers(check):
        status, said = told(source, "answer")
        assert status in ("wrong", "error"), source
        assert not isinstance(hint, str) or hint not in known or known[hint] in said, (source, said)
    assert not known.unknown, "what helpers say must be a plain literal, or marked by `later`"
