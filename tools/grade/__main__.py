"""Grade a class: marks in a CSV, pages of feedback, and nbgrader's gradebook.

    python -m tools.grade FOLDER [--exercises "01:1,5 03" | points.toml] [--students names.txt] [--grader podman]
                                 [--language es] [--seed 7]

FOLDER is a folder or a zip of notebooks named after students, as a learning platform delivers it. Results go to
build/grades: marks.csv, nbgrader/feedback/, nbgrader/gradebook.db. A verdict is kept by what it depends on, so a run
that was stopped goes on where it was, and what has not changed is not run again. Each result is replaced as a whole.

What counts is what the last `make release` wrote down, unless --exercises says otherwise. A page is in the language of
the notebook that was handed in; marks.csv is in one, --language. Functions are tried on values that no class has seen:
they come from a seed, which is drawn once, printed, and kept in build/grades/seed.

nbgrader holds the gradebook and writes the pages. It does not run the notebooks: its autograder would run all of them
in one place and call whatever they print or raise a mark; `tools.grade.box` runs each by itself.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from helpers import ROOT
from helpers.language import later
from tools.environment import interpreter
from tools.exercises import asked, lessons, points
from tools.grade import box, marks
from tools.grade.collect import Submission, collect
from tools.grade.lean import SECONDS, Lesson, answer_cell, known_lessons
from tools.grade.words import speak, told
from tools.notebook_files import Failure, put_in_place
from tools.processes import print_whatever_the_terminal
from tools.release import POINTS, languages
from tools.translate import catalogues

OUTPUT = ROOT / "build" / "grades"
Verdicts = dict[int, tuple[str, dict[str, str]]]  # status, and what is said in each language
PARSING = threading.Lock()  # Python 3.11 may fail where two threads parse at once (python/cpython#106905)
BLANK, GONE = later("Not answered yet."), later("there is no cell that sets its answer.")


def verdicts_of(
    lesson: Lesson, one: Submission, kept: Path, also: Path, grader: str = "", seconds: int = SECONDS, seed: int = 0,
    language: str = "en",
) -> Verdicts:  # fmt: skip
    """A verdict for each exercise of a submission, from an earlier run or by running it.

    Args:
        kept: the folder in which verdicts are kept.
        also, grader: as `box.run` takes them.
        seconds: of computing that an exercise may take.
        seed: of the values on which functions are tried.
        language: in which verdicts are said, besides that of the notebook.
    """
    wanted = {language, one.language}
    with PARSING:
        job = lesson.job(one.notebook, list(lesson.asked), seconds, seed, wanted)
        gone = {number for number, exercise in lesson.asked.items() if answer_cell(one.notebook, exercise) is None}
    text = json.dumps([job, lesson.checks], sort_keys=True)
    path = kept / f"{hashlib.sha256(text.encode()).hexdigest()}.json"
    found: Verdicts = {}
    if path.is_file():
        found = {
            int(number): tuple(verdict) for number, verdict in json.loads(path.read_text(encoding="utf-8")).items()
        }
    elif job["exercises"]:
        rows, problem = box.run(job, also, grader)
        found = {number: (row["status"], row["sentences"]) for number, row in rows.items()}
        if not problem:
            put_in_place(json.dumps(found), path)
        for number in map(int, job["exercises"]):
            said = {to: told("it could not be graded: {problem}", to, problem=problem) for to in wanted}
            found.setdefault(number, ("error", said))
    for number in lesson.asked:
        why = GONE if number in gone else BLANK
        found.setdefault(number, ("unanswered", {to: told(why, to) for to in wanted}))
    return found


def grade_all(
    submissions: list[Submission], known: dict[str, Lesson], kept: Path, also: Path, grader: str,
    seconds: int, workers: int, tell: Callable[[str], None], seed: int, language: str,
) -> dict[str, Verdicts]:  # fmt: skip
    """The verdicts on all submissions that count, by file; as many at a time as there are workers."""
    counted = [one for one in submissions if not one.reason]
    found: dict[str, Verdicts] = {}
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        running = {
            pool.submit(verdicts_of, known[one.lesson], one, kept, also, grader, seconds, seed, language): one
            for one in counted
        }
        for done in concurrent.futures.as_completed(running):
            one = running[done]
            found[one.file] = done.result()
            right = sum(status == "right" for status, _ in found[one.file].values())
            tell(f"[{len(found)}/{len(counted)}] {one.student}, {one.lesson}: {right} of {len(found[one.file])} right")
    return found


def words_of_a_page(language: str) -> dict[str, str]:
    """What a page of feedback says besides verdicts; nbgrader's part fills in the numbers."""
    return {
        "language": language,
        "points": told("Points: {points} of {of}", language),
        "exercise": told("Exercise {number}", language),
        "answer": told("Your answer", language),
        "none": told("There is no answer.", language),
        "verdict": told("What the check says", language),
        "not_yet": told("Not yet: ", language),
        "comment": told("From your teacher", language),
    }


def pages(
    submissions: list[Submission], known: dict[str, Lesson], rows: list[marks.Row], verdicts: dict[str, Verdicts],
    output: Path,
) -> None:  # fmt: skip
    """Have nbgrader keep the gradebook and write a page for each student and lesson, in the notebook's language."""
    python = interpreter("grading")
    if not python.exists():
        raise Failure("There is no .venv-grading for the pages of feedback: python -m tools.environment grading")
    hand_ins = []
    for one in (one for one in submissions if not one.reason):
        mine = [row for row in rows if row.file == one.file and row.exercise is not None]
        title, tasks = known[one.lesson].title_and_tasks(one.language)
        parts = []
        for row in mine:
            cell = answer_cell(one.notebook, known[one.lesson].asked[row.exercise])
            said = verdicts[one.file][row.exercise][1][one.language]
            more = {"verdict": said, "answer": cell.source if cell else "", "task": tasks.get(row.exercise, "")}
            parts.append(row._asdict() | more)
        page = {"title": title, "words": words_of_a_page(one.language)}
        hand_ins.append({"student": one.student, "lesson": one.lesson, "parts": parts} | page)
    text = json.dumps({"folder": str(output / "nbgrader"), "hand_ins": hand_ins})
    path = os.pathsep.join([str(python.parent), os.environ.get("PATH", "")])  # nbgrader calls alembic, which is there
    environment = os.environ | {"PATH": path, "PYTHONUTF8": "1"}
    done = subprocess.run(
        [str(python), "-I", str(Path(__file__).with_name("pages.py"))],
        input=text, capture_output=True, encoding="utf-8", env=environment,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise Failure(f"The marks are written; nbgrader's pages are not: {last[:300]}")


def seed_of(output: Path, chosen: int | None) -> int:
    """The seed of a grading: chosen, or that of an earlier run, or drawn now; kept, so that the next run has it."""
    path = output / "seed"
    kept = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
    seed = chosen if chosen is not None else int(kept) if kept.isdigit() else secrets.randbelow(10**9)
    put_in_place(f"{seed}\n", path)
    return seed


def main() -> int:
    print_whatever_the_terminal()
    parser = argparse.ArgumentParser(prog="python -m tools.grade", description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default="", help="a folder or a zip of notebooks named after students")
    parser.add_argument("--exercises", default="", help='what counts: "01:1,5 03" or a TOML file with points')
    parser.add_argument("--students", type=Path, help="a file with the names of the class, one a line")
    parser.add_argument("--grader", default="", help="podman or docker: run each submission in a container")
    parser.add_argument("--language", default="", help="of marks.csv, such as es; English if it is not given")
    parser.add_argument("--seed", type=int, help="of the values on which functions are tried, to grade as elsewhere")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of computing that an exercise may take")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="submissions at a time")
    parser.add_argument("--output", type=Path, default=OUTPUT, help=argparse.SUPPRESS)
    parser.add_argument("--no-pages", action="store_true", help="write the marks alone")
    options = parser.parse_args()
    try:
        if not options.folder or not Path(options.folder).exists():
            raise Failure(f"FOLDER must be a folder or a zip of notebooks, got {options.folder!r}")
        if options.grader not in ("", *box.CONTAINERS):
            raise Failure(f"GRADER must be {' or '.join(box.CONTAINERS)}, or nothing, got {options.grader!r}")
        if problem := box.cannot(options.grader):
            raise Failure(problem)
        language = options.language or "en"
        if language not in (spoken := ["en", *catalogues.languages()]):
            raise Failure(f"LANGUAGE must be one of {', '.join(spoken)}, got {language!r}")
        speak(language)
        place, students = Path(options.folder).resolve(), []
        if options.students:
            lines = options.students.read_text(encoding="utf-8-sig").splitlines()
            students = [line.strip() for line in lines if line.strip()]
        there = lessons()
        known = known_lessons(there, languages())
        released = str(POINTS) if not options.exercises and POINTS.is_file() else ""
        counts = points(options.exercises or released, {name: asked(notebook) for name, notebook in there.items()})
        submissions = collect(place, {name: lesson.topic for name, lesson in known.items()}, counts)
        if not options.exercises:  # what nobody has handed in is not asked for yet
            counts = {name: row for name, row in counts.items() if name in {one.lesson for one in submissions}}
        (options.output / "verdicts").mkdir(parents=True, exist_ok=True)
        seed = seed_of(options.output, options.seed)
        print(box.says(place, options.grader))
        print(
            f"What counts: {options.exercises or released or 'every exercise, a point each'}. Seed of values: {seed}."
        )
        marks.note_same_answers(submissions, known)
        before, there_before = os.times(), len(list((options.output / "verdicts").iterdir()))
        verdicts = grade_all(
            submissions, known, options.output / "verdicts", place, options.grader,
            max(1, options.seconds), max(1, options.workers),
            lambda line: print(line, flush=True), seed, language,
        )  # fmt: skip
        after, fresh = os.times(), len(list((options.output / "verdicts").iterdir())) - there_before
        seconds = after.children_user + after.children_system - before.children_user - before.children_system
        rows = marks.all_rows(submissions, students, counts, verdicts, language)
        put_in_place(marks.as_csv(rows), options.output / "marks.csv")
        print("", marks.table(rows, counts), "", f"{options.output / 'marks.csv'}: {len(rows)} rows", sep="\n")
        if fresh and not options.grader:  # what a container computes is not this process's
            minutes = [seconds / fresh * n / 60 for n in (60, 500)]
            print(f"{seconds / fresh:.1f} s of computing each; by calculation ", end="")
            print(f"60 take {minutes[0]:.0f} and 500 take {minutes[1]:.0f} minutes on one core.")
        if not options.no_pages:
            pages(submissions, known, rows, verdicts, options.output)
            print(f"{options.output / 'nbgrader' / 'feedback'}: a page for each student and lesson")
    except (Failure, OSError) as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run it again: it goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
