"""Grade a class: marks in a CSV, pages of feedback, and nbgrader's gradebook.

    python -m tools.grade FOLDER [--exercises "01:1,5 03" | points.toml] [--students names.txt] [--grader podman]

FOLDER is a folder or a zip of notebooks named after students, as a learning platform delivers it. Results go to
build/grades: marks.csv, nbgrader/feedback/, nbgrader/gradebook.db. A verdict is kept by what it depends on, so a run
that was stopped goes on where it was, and what has not changed is not run again. Each result is replaced as a whole.

nbgrader holds the gradebook and writes the pages. It does not run the notebooks: its autograder would run all of them
in one place and call whatever they print or raise a mark; `tools.grade.box` runs each by itself.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from helpers import ROOT
from tools.environment import interpreter
from tools.exercises import asked, lessons, points
from tools.grade import box, marks
from tools.grade.collect import Submission, collect
from tools.grade.lean import SECONDS, Lesson, answer_cell
from tools.notebook_files import Failure, put_in_place
from tools.processes import print_whatever_the_terminal

OUTPUT = ROOT / "build" / "grades"
Verdicts = dict[int, tuple[str, str]]
BLANK = ("unanswered", "Not answered yet.")
GONE = ("unanswered", "there is no cell that sets its answer.")


def verdicts_of(
    lesson: Lesson, one: Submission, kept: Path, also: Path, grader: str = "", seconds: int = SECONDS
) -> Verdicts:
    """A verdict for each exercise of a submission, from an earlier run or by running it.

    Args:
        kept: the folder in which verdicts are kept.
        also, grader: as `box.run` takes them.
        seconds: of computing that an exercise may take.
    """
    job = lesson.job(one.notebook, list(lesson.asked), seconds)
    text = json.dumps([job, lesson.checks], sort_keys=True)
    path = kept / f"{hashlib.sha256(text.encode()).hexdigest()}.json"
    found: Verdicts = {}
    if path.is_file():
        found = {
            int(number): tuple(verdict) for number, verdict in json.loads(path.read_text(encoding="utf-8")).items()
        }
    elif job["exercises"]:
        rows, problem = box.run(job, also, grader)
        found = {number: (row["status"], row["sentence"]) for number, row in rows.items()}
        if not problem:
            put_in_place(json.dumps(found), path)
        for number in map(int, job["exercises"]):
            found.setdefault(number, ("error", f"it could not be graded: {problem}"))
    for number, exercise in lesson.asked.items():
        found.setdefault(number, BLANK if answer_cell(one.notebook, exercise) is not None else GONE)
    return found


def grade_all(
    submissions: list[Submission], known: dict[str, Lesson], kept: Path, also: Path, grader: str,
    seconds: int, workers: int, tell: Callable[[str], None],
) -> dict[str, Verdicts]:  # fmt: skip
    """The verdicts on all submissions that count, by file; as many at a time as there are workers."""
    counted = [one for one in submissions if not one.reason]
    found: dict[str, Verdicts] = {}
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        running = {
            pool.submit(verdicts_of, known[one.lesson], one, kept, also, grader, seconds): one for one in counted
        }
        for done in concurrent.futures.as_completed(running):
            one = running[done]
            found[one.file] = done.result()
            right = sum(status == "right" for status, _ in found[one.file].values())
            tell(f"[{len(found)}/{len(counted)}] {one.student}, {one.lesson}: {right} of {len(found[one.file])} right")
    return found


def pages(submissions: list[Submission], known: dict[str, Lesson], rows: list[marks.Row], output: Path) -> None:
    """Have nbgrader keep the gradebook and write a page for each student and lesson."""
    python = interpreter("grading")
    if not python.exists():
        raise Failure("There is no .venv-grading for the pages of feedback: python -m tools.environment grading")
    hand_ins = []
    for one in (one for one in submissions if not one.reason):
        mine = [row for row in rows if row.file == one.file and row.exercise is not None]
        parts = []
        for row in mine:
            cell = answer_cell(one.notebook, known[one.lesson].asked[row.exercise])
            parts.append(
                row._asdict() | {"answer": cell.source if cell else "", "task": known[one.lesson].task(row.exercise)}
            )
        hand_ins.append({"student": one.student, "lesson": one.lesson, "parts": parts})
    text = json.dumps({"folder": str(output / "nbgrader"), "hand_ins": hand_ins})
    path = os.pathsep.join([str(python.parent), os.environ.get("PATH", "")])  # nbgrader calls alembic, which is there
    environment = os.environ | {"PATH": path, "PYTHONUTF8": "1"}
    done = subprocess.run(
        [str(python), "-I", str(Path(__file__).with_name("pages.py"))],
        input=text, capture_output=True, text=True, encoding="utf-8", env=environment,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise Failure(f"The marks are written; nbgrader's pages are not: {last[:300]}")


def main() -> int:
    print_whatever_the_terminal()
    parser = argparse.ArgumentParser(prog="python -m tools.grade", description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default="", help="a folder or a zip of notebooks named after students")
    parser.add_argument("--exercises", default="", help='what counts: "01:1,5 03" or a TOML file with points')
    parser.add_argument("--students", type=Path, help="a file with the names of the class, one a line")
    parser.add_argument("--grader", default="", help="podman or docker: run each submission in a container")
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
        place, students = Path(options.folder).resolve(), []
        if options.students:
            lines = options.students.read_text(encoding="utf-8-sig").splitlines()
            students = [line.strip() for line in lines if line.strip()]
        there = lessons()
        known = {name: Lesson(name, notebook, there) for name, notebook in there.items()}
        counts = points(options.exercises, {name: asked(notebook) for name, notebook in there.items()})
        submissions = collect(place, {name: lesson.topic for name, lesson in known.items() if name in counts})
        if not options.exercises:  # what nobody has handed in is not asked for yet
            counts = {name: row for name, row in counts.items() if name in {one.lesson for one in submissions}}
        (options.output / "verdicts").mkdir(parents=True, exist_ok=True)
        print(box.says(place, options.grader))
        marks.note_same_answers(submissions, known)
        before = os.times()
        verdicts = grade_all(
            submissions, known, options.output / "verdicts", place, options.grader,
            max(1, options.seconds), max(1, options.workers),
            lambda line: print(line, flush=True),
        )  # fmt: skip
        after, fresh = os.times(), len(verdicts)
        seconds = after.children_user + after.children_system - before.children_user - before.children_system
        rows = marks.all_rows(submissions, students, counts, verdicts)
        put_in_place(marks.as_csv(rows), options.output / "marks.csv")
        print("", marks.table(rows, counts), "", f"{options.output / 'marks.csv'}: {len(rows)} rows", sep="\n")
        if fresh and seconds > 0.2 * fresh:  # else nearly all were kept from an earlier run
            minutes = [seconds / fresh * n / 60 for n in (60, 500)]
            print(f"{seconds / fresh:.1f} s of computing each; by calculation ", end="")
            print(f"60 take {minutes[0]:.0f} and 500 take {minutes[1]:.0f} minutes on one core.")
        if not options.no_pages:
            pages(submissions, known, rows, options.output)
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
