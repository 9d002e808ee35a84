"""Find students and their notebooks in what a learning platform delivers: a folder or a zip, files of any front end.

Nothing is lost: what cannot be read, or is not of this course, is a submission with a reason.
"""

import io
import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import nbformat

from tools.exercises import number_of, topic
from tools.grade.words import told
from tools.notebook_files import Failure, first_line

LARGEST = 100_000_000  # bytes of a file that is read at all
# What Moodle and Canvas make of a student's name; a lesson's name, a copy's number, and so on are taken off as well.
MOODLE = re.compile(r"_\d+_assignsubmission_file_?.*$")
CANVAS = re.compile(r"^(?P<name>[^_]+)(?:_LATE)?_\d+_\d+_.*$")
SPOKEN = re.compile(r"(?m)^speak\([\"'](\w+)[\"']\)")
COPY = re.compile(r"(?: ?\(\d+\)|-\d+|[_ -](?:copy|copia)\d*)$", re.IGNORECASE)


@dataclass
class Submission:
    """A file that was handed in.

    Attributes:
        student, file: whose, and its path in the folder or zip.
        time: when it was saved, as far as the platform kept it; decides which of two is the later.
        notebook: what is in it; None if it cannot be read.
        lesson: which lesson it is; empty if that is unknown.
        language: of the notebook: that in which its set-up cell makes the helpers speak.
        reason: why it does not count, in words; empty if it does.
        remarks: what the teacher should know besides.
    """

    student: str
    file: str
    time: float
    notebook: nbformat.NotebookNode | None = None
    lesson: str = ""
    language: str = "en"
    reason: str = ""
    remarks: list[str] = field(default_factory=list)


def student_of(path: PurePosixPath, lessons: list[str]) -> str:
    """Whose file it is: its folder's name, or else its own without what platforms and lessons add."""
    folders = [part for part in path.parts[:-1] if part not in (*lessons, "notebooks")]
    if folders:
        return MOODLE.sub("", folders[0]).strip() or folders[0]
    name = MOODLE.sub("", path.stem)
    if found := CANVAS.match(path.stem):
        name = found["name"]
    for lesson in lessons:
        for piece in (lesson, lesson.partition("_")[2]):
            name = re.sub(rf"[_ -]*{re.escape(piece)}[_ -]*", " ", name)
    return COPY.sub("", name.strip()).strip(" _-") or path.stem


def files_in(place: Path) -> Iterator[tuple[PurePosixPath, float, bytes | str]]:
    """Path, time, and bytes of each file, or why it cannot be read; zips within are opened, too."""
    if place.is_dir():
        for path in sorted(place.rglob("*")):
            inside = PurePosixPath(path.relative_to(place).as_posix())
            if path.is_symlink():
                yield inside, 0.0, told("a link, which is not followed")
            elif path.is_file():
                yield from _one(inside, path.stat().st_mtime, path.stat().st_size, path.read_bytes)
        return
    try:
        yield from _zipped(PurePosixPath(), place.read_bytes())
    except (OSError, zipfile.BadZipFile) as error:
        raise Failure(f"FOLDER must be a folder or a zip of notebooks, got {place}: {error}") from None


def _one(path: PurePosixPath, time: float, size: int, load) -> Iterator[tuple[PurePosixPath, float, bytes | str]]:
    if path.name.startswith((".", "__MACOSX")) or ".ipynb_checkpoints" in path.parts or "__MACOSX" in path.parts:
        return
    if size > LARGEST:
        yield path, time, told("the file has {size:.0f} MB; {most:.0f} are read", size=size / 1e6, most=LARGEST / 1e6)
        return
    try:
        data = load()
        if path.suffix.lower() == ".zip":
            yield from _zipped(path.with_suffix(""), data)
        else:
            yield path, time, data
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        yield path, time, told("cannot be read: {why}", why=first_line(str(error)))


def _zipped(where: PurePosixPath, data: bytes) -> Iterator[tuple[PurePosixPath, float, bytes | str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                time = sum(part * 10 ** (10 - 2 * place) for place, part in enumerate(info.date_time))
                yield from _one(where / info.filename, float(time), info.file_size, lambda i=info: archive.read(i))


def parse(data: bytes) -> nbformat.NotebookNode:
    """The notebook in a file, whatever front end saved it.

    Raises:
        Failure: why it cannot be read.
    """
    if not data.strip():
        raise Failure(told("the file is empty"))
    try:
        notebook = nbformat.reads(data.decode("utf-8-sig"), as_version=4)
        for cell in notebook.cells:
            cell.source = "".join(cell.source)
            cell.setdefault("metadata", nbformat.from_dict({}))
            if cell.cell_type == "code":
                lines = cell.source.replace("\r\n", "\n").split("\n")
                # Magics and shell commands have no place where an answer is checked; the line keeps its number.
                cell.source = "\n".join("pass" if re.match(r"[%!]", line) else line for line in lines)
        return notebook
    except RecursionError:
        raise Failure(told("not a readable notebook: {why}", why="RecursionError")) from None
    except Exception as error:  # of a JSON that is none, or has no cells
        raise Failure(told("not a readable notebook: {why}", why=first_line(str(error))[:200])) from None


def lesson_of(notebook: nbformat.NotebookNode, path: PurePosixPath, topics: dict[str, str]) -> str:
    """Which lesson a notebook is: by what it imports, or else by its file's name; empty if neither tells."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    taken = [found for source in code if not source.startswith("%%writefile") and (found := topic(source))]
    for lesson, module in topics.items():
        if module in taken:
            return lesson
    named = [lesson for lesson, module in topics.items() if lesson in path.name or module in path.name]
    return named[0] if named else ""


def language_of(notebook: nbformat.NotebookNode) -> str:
    """The language of a notebook, which is English if its helpers are told no other."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    spoken = [found[1] for source in code if not source.startswith("%%writefile") and (found := SPOKEN.search(source))]
    return spoken[0] if spoken else "en"


def collect(place: Path, topics: dict[str, str], counted: Collection[str] | None = None) -> list[Submission]:
    """All that was handed in, sorted by student; for each student and lesson, all but the latest are out.

    Args:
        place: a folder or a zip.
        topics: module of exercises by lesson.
        counted: the lessons that are graded; all if it is None.
    """
    counted = topics if counted is None else counted
    found = []
    for path, time, data in files_in(place):
        submission = Submission(student_of(path, list(topics)), str(path), time)
        found.append(submission)
        if isinstance(data, str):
            submission.reason = data
        elif path.suffix.lower() != ".ipynb":
            submission.reason = told("not a notebook (.ipynb)")
        else:
            try:
                submission.notebook = parse(data)
                submission.language = language_of(submission.notebook)
                submission.lesson = lesson_of(submission.notebook, path, topics)
                code = [c.source for c in submission.notebook.cells if c.cell_type == "code" and number_of(c.source)]
                if not submission.lesson and len(counted) == 1 and code:
                    submission.lesson = next(iter(counted))
                if submission.lesson not in counted:
                    submission.reason = told("not a lesson that is graded")
            except Failure as reason:
                submission.reason = str(reason)
    found.sort(key=lambda one: (one.student.casefold(), one.student, one.lesson, one.time, one.file))
    latest = {(one.student, one.lesson): one for one in found if not one.reason}
    for one in found:
        last = latest.get((one.student, one.lesson))
        if not one.reason and last is not one:
            one.reason = told("handed in twice: {file} is later and counts", file=last.file)
            last.remarks.append(told("handed in twice; {file} is earlier and is kept", file=one.file))
    return found
