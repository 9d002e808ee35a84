"""The lean form of a submission: for each exercise the cells that its answer needs, and no others.

A student's answer is found by its cell, tagged `exercise`, that sets `answer_k`; a cell that has lost its tag is found
by `answer_k =` alone. Before it run the lesson's own settings and definitions, then what else the answer reads: from
the lesson if it is the lesson's, otherwise from the student's other cells, wherever they stand.
"""

import ast
import functools
import re
from collections.abc import Iterable

import nbformat

from helpers import ROOT
from tools.exercises import Asked, asked, gives, has_tag, needs, number_of, parsed, topic
from tools.grade.words import words
from tools.one_file import carried, code_of
from tools.release import exercise_modules, title

SECONDS = 20  # of computing, for each exercise
MEGABYTES = 6000  # of address space; importing torch takes most of it


def same_code(one: str, other: str) -> bool:
    trees = parsed(one), parsed(other)
    return one.strip() == other.strip() or (None not in trees and ast.dump(trees[0]) == ast.dump(trees[1]))


def answer_cell(notebook: nbformat.NotebookNode, exercise: Asked) -> nbformat.NotebookNode | None:
    """The cell in which a student answers an exercise; None if there is none.

    Of several, one that is no blank counts, then one that is tagged, then the last.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and not cell.source.startswith("%%writefile")]
    found = [cell for cell in code if number_of(cell.source) == exercise.number]
    found.sort(key=lambda cell: (not same_code(cell.source, exercise.blank), has_tag(cell, "exercise")))
    return found[-1] if found else None


def tasks(notebook: nbformat.NotebookNode) -> dict[int, str]:
    """What each exercise asks, by number: the text before it, from the last heading with its number on, or from any."""
    found, text = {}, ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and not has_tag(cell, "solution"):
            text += f"{cell.source}\n\n"
        elif has_tag(cell, "exercise"):
            number = number_of(cell.source)
            heads = list(re.finditer(r"(?m)^#+ .*$", text))
            own = [head for head in heads if re.search(rf"\b{number}\b", head[0])] or heads
            found[number] = text[own[-1].start() if own else 0 :].strip()
            text = ""
    return found


class Lesson:
    """A lesson as the grader knows it."""

    def __init__(
        self, name: str, notebook: nbformat.NotebookNode, answered: dict[str, str], checks: dict[str, str],
        translated: dict[str, nbformat.NotebookNode],
    ) -> None:  # fmt: skip
        self.name = name
        self.asked = asked(notebook)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        self.shown = {
            language: (title(one, name), tasks(one)) for language, one in (translated | {"en": notebook}).items()
        }
        self.topic = topic(code_of(notebook.cells))
        self.base = [cell.source for cell in code if has_tag(cell, "parameters", "definition")]
        others = [cell for cell in code if not has_tag(cell, "parameters", "definition", "setup", "exercise")]
        self.others = [cell.source for cell in others]
        self.known = set().union(*map(gives, self.base))
        files = carried(code_of(notebook.cells))
        self.helpers = {name: text for name, text in files.items() if not name.startswith("helpers/exercises/")}
        self.answered, self.checks = answered, checks

    def title_and_tasks(self, language: str) -> tuple[str, dict[int, str]]:
        """The lesson's title and what each exercise asks, in a language, or in English if it is not in that."""
        return self.shown.get(language, self.shown["en"])

    @functools.cached_property
    def student_files(self) -> dict[str, str]:
        """The helpers that a student's code finds: of the exercises, nothing but whether they are answered."""
        return carried_with(self.helpers, self.answered)

    @functools.cached_property
    def check_files(self) -> dict[str, str]:
        return carried_with(self.helpers, self.checks)

    def cells(self, notebook: nbformat.NotebookNode, answer: nbformat.NotebookNode) -> list[str]:
        """The sources that an answer needs besides the lesson's definitions, itself last."""
        own = [cell.source for cell in notebook.cells if cell.cell_type == "code" and cell is not answer]
        own = [source for source in own if not source.startswith("%%writefile")]
        of_lesson = set().union(self.known, *map(gives, self.others))
        kept_lesson, kept_own, known = set(), set(), set(self.known)
        waiting = needs(answer.source)
        while waiting := waiting - known:
            name = waiting.pop()
            known.add(name)
            texts, kept = (self.others, kept_lesson) if name in of_lesson else (own, kept_own)
            for place, source in enumerate(texts):
                if place not in kept and name in gives(source):
                    kept.add(place)
                    waiting |= needs(source)
        before = [self.others[place] for place in sorted(kept_lesson)] + [own[place] for place in sorted(kept_own)]
        return [*before, answer.source]

    def job(
        self, notebook: nbformat.NotebookNode, numbers: list[int], seconds: int = SECONDS, seed: int = 0,
        languages: Iterable[str] = ("en",),
    ) -> dict:  # fmt: skip
        """What the box is given: the exercises that have an answer to run, and the limits for each.

        Args:
            seconds: of computing, for each exercise.
            seed: of the values on which functions are tried.
            languages: in which verdicts are said.
        """
        exercises = {}
        for number in numbers:
            answer = answer_cell(notebook, self.asked[number])
            if answer is not None and not same_code(answer.source, self.asked[number].blank):
                cells = self.cells(notebook, answer)
                exercises[str(number)] = {"cells": cells, "data": self.asked[number].is_data()}
        return {
            "topic": self.topic, "base": self.base, "student_files": self.student_files,
            "check_files": self.check_files | sentences(languages), "exercises": exercises,
            "seconds": seconds, "wall": 30 + 3 * seconds, "megabytes": MEGABYTES, "seed": seed,
            "words": {language: words(language) for language in sorted(set(languages))},
        }  # fmt: skip


def known_lessons(
    lessons: dict[str, nbformat.NotebookNode], languages: dict[str, dict[str, nbformat.NotebookNode]] | None = None
) -> dict[str, Lesson]:
    """Lessons as the grader knows them, by name.

    Args:
        lessons: in English, by name.
        languages: the lessons of each language.
    """
    answered, checks = (exercise_modules(feedback, lessons) for feedback in ("answered", "instant"))
    found = {}
    for name, notebook in lessons.items():
        translated = {code: some[name] for code, some in (languages or {}).items() if name in some}
        found[name] = Lesson(name, notebook, answered, checks, translated)
    return found


def sentences(languages: Iterable[str]) -> dict[str, str]:
    """What helpers say in these languages, as files of the course."""
    names = [f"helpers/languages/{language}.json" for language in languages]
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in names if (ROOT / name).is_file()}


def carried_with(helpers: dict[str, str], modules: dict[str, str]) -> dict[str, str]:
    """Helpers with these modules of exercises, and what helpers these need besides."""
    found = helpers | modules
    for text in modules.values():
        found = {
            name: more for name, more in carried(text).items() if not name.startswith("helpers/exercises/")
        } | found
    return found
