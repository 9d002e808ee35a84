"""What runs in the box: data comes back, each answer has a process that ends, and every failure is said in words.

A toy course, whose one check needs nothing, stands for the real one, so that a box takes a tenth of a second.
"""

import gc
import importlib.util
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import types

import numpy as np
import pytest

from tools.grade import inside

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading forks")


# Answers as data.


@pytest.mark.parametrize("value", [
    None, ..., True, 3, -0.5, "", "text", [1, (2, 3)], {"u": 1, "v": [..., None]}, {1, 2}, set(), float("inf"), 10**400,
    10**299, 1e300, -1e308, [[]], {1: {2: 3}},
])  # fmt: skip
def test_data_comes_back_from_the_box_as_it_was(value):
    back = inside.decoded(json.loads(json.dumps(inside.coded(value))))
    assert type(back) is type(value) and back == value or (value == 10**400 and back == float("inf"))


@pytest.mark.parametrize("value, expected", [
    (np.array([[1.5, 2]]), [[1.5, 2.0]]), (np.float64(0.5), 0.5), (np.True_, True), (range(3), [0, 1, 2]),
    ((k for k in (1, 2)), [1, 2]), (frozenset({1}), {1}), ({(1, 2): 3}, {"(1, 2)": 3}), ({(1, 2)}, {"(1, 2)"}),
    (type("Own", (int,), {})(3), 3), (type("Own", (list,), {})([1]), [1]),
    (types.SimpleNamespace(detach=lambda: types.SimpleNamespace(cpu=lambda: np.array([1]))), [1]),
])  # fmt: skip
def test_what_is_nearly_data_becomes_data(value, expected):
    back = inside.decoded(json.loads(json.dumps(inside.coded(value))))
    assert back == expected and type(back) is type(expected)


@pytest.mark.parametrize("kind, most", [
    (str, 1_000_000), (list, 10_000), (tuple, 10_000), (set, 10_000), (dict, 10_000), (iter, 10_000), (range, 10_000),
])  # fmt: skip
def test_no_more_is_handed_on_than_a_limit(kind, most):
    for length in (most, most + 1):
        value = {str: "x" * length, dict: dict.fromkeys(range(length)), range: range(length)}.get(kind)
        assert len(inside.decoded(inside.coded(kind(range(length)) if value is None else value))) == most


def test_what_is_no_data_comes_back_as_its_name():
    assert "function" in repr(inside.decoded(inside.coded(lambda: 1)))
    long = type("Long", (), {"__repr__": lambda self: "a\n  " + "b" * 300})()
    assert repr(inside.decoded(inside.coded(long))) == "a " + "b" * 198


def test_fifty_lists_in_each_other_are_data_and_one_more_is_not():
    deep: list = ["bottom"]
    for _ in range(49):
        deep = [deep]
    assert "deeply" not in json.dumps(inside.coded(deep)) and inside.decoded(inside.coded(deep)) == deep
    assert json.dumps(inside.coded([deep])).count('["odd", "a value nested too deeply"]') == 1
    for value in ({"a": deep}, {"a": deep[0]}):
        assert ("deeply" in json.dumps(inside.coded(value))) == (value["a"] is deep), (
            "a value of a dictionary is one deeper"
        )
    deep.append(deep)
    assert "deeply" in repr(inside.decoded(json.loads(json.dumps(inside.coded(deep)))))
    array = np.zeros([1] * 50)
    assert "deeply" in json.dumps(inside.coded(array)), "taking an array apart counts as a step"


# What an answer raises.


@pytest.mark.parametrize("source, said", [
    ("x = 1 / 0", "the line `x = 1 / 0` raises ZeroDivisionError: division by zero"),
    ("def f():\n    raise ValueError\n\n\nf()", "the line `raise ValueError` raises ValueError"),
    ("x = (1,", "the line `x = (1,` is no Python: '(' was never closed"),
    (f"  x{'y' * 300} = (", f"the line `x{'y' * 199}` is no Python: unexpected indent"),
    ("import json\n\njson.loads('{')", "the line `json.loads('{')` raises JSONDecodeError: Expecting property name "
     "enclosed in double quotes: line 1 column 2 (char 1)"),
    ("raise ValueError('a\\n  b')", "the line `raise ValueError('a\\n  b')` raises ValueError: a b"),
    ("raise ValueError('m' * 400)", f"the line `raise ValueError('m' * 400)` raises ValueError: {'m' * 300}"),
    (f"raise ValueError  # {'c' * 300}", f"the line `raise ValueError  # {'c' * 180}` raises ValueError"),
])  # fmt: skip
def test_an_exception_is_told_with_the_student_s_own_line(source, said):
    with pytest.raises(BaseException) as caught:
        inside.run(source, "<answer 1.0>", {})
    assert inside.what_it_raised(caught.value, "<answer 1")["en"] == said


def test_an_exception_from_nowhere_is_told_without_a_line():
    assert inside.what_it_raised(ValueError("x"), "<answer 1")["en"] == "it raises ValueError: x"
    assert inside.what_it_raised(SyntaxError("bad"), "<answer 1")["en"] == "the line `` is no Python: bad"


# What stands where a library's own function stood.


def outside():
    """A function of no library."""


@pytest.mark.parametrize("value, noticed", [
    (outside, True), (len, True), (None, True), (subprocess.run, True), ("g", False),
])  # fmt: skip
def test_a_function_in_the_place_of_another_is_noticed_unless_the_library_put_its_own_there(
    monkeypatch, tmp_path, value, noticed
):
    """A library may wrap its functions on first use. Here one is alone in its folder, apart from others."""
    folder = tmp_path / "alone"
    folder.mkdir()
    (folder / "alone.py").write_text("def f(): pass\ndef g(): pass\nclass Tensor:\n    def h(self): pass\nx = 1\n")
    spec = importlib.util.spec_from_file_location("alone", folder / "alone.py")
    alone = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(alone)
    monkeypatch.setitem(sys.modules, "alone", alone)
    known = inside.remember([alone])
    assert set(known) == {(alone, "f"), (alone, "g"), (alone, "Tensor"), (alone.Tensor, "h")}
    assert inside.changed(known) == []
    value = getattr(alone, value) if isinstance(value, str) else value
    for place, name in ((alone, "f"), (alone.Tensor, "h")):
        monkeypatch.setattr(place, name, value)
        assert inside.changed(known) == ([(place, name)] if noticed else [])
        monkeypatch.setattr(place, name, known[place, name])
    del alone.f
    assert inside.changed(known) == [(alone, "f")]


def test_methods_are_remembered_of_the_helpers_and_of_tensors_alone():
    class Own:
        def method(self): ...

    for name, remembered in (("helpers.checks", True), ("numpy", False)):
        module = types.ModuleType(name)
        module.Own, module.number = Own, 3
        assert ((Own, "method") in inside.callables(module)) == remembered
        assert (module, "Own") in inside.callables(module) and (module, "number") not in inside.callables(module)


def test_a_module_without_a_file_has_nothing_of_its_own():
    module = types.ModuleType("nowhere")
    assert not inside._its_own(outside, module)


def test_the_libraries_that_a_check_uses_are_guarded():
    names = {module.__name__ for module in inside.guarded_modules()}
    assert names >= {"builtins", "math", "json", "numpy", "numpy.linalg"} and names <= set(inside.GUARDED)


# Processes.

TOO_MUCH = "it computed for 7 seconds without an answer, or used too much memory."


@pytest.fixture
def job():
    with open(os.devnull, "w") as report:
        yield {"report": report.fileno(), "seconds": 7, "megabytes": 2**16, "alone": False}


@forks
def test_a_fork_hands_back_what_its_work_returned_also_if_it_is_long(job):
    assert inside.in_a_fork(job, lambda: ["right", "x" * 300_000], 20) == ["right", "x" * 300_000]


@forks
def test_a_fork_reads_and_prints_nothing_and_leads_a_session_without_the_report(job, capfd):
    def look():
        os.write(1, b"said"), os.write(2, b"said")
        gone = False
        try:
            os.fstat(job["report"])
        except OSError:
            gone = True
        return [os.read(0, 9).decode(), os.getsid(0) == os.getpid(), gone]

    assert inside.in_a_fork(job, look, 20) == ["", True, True]
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems lack some of these limits")
def test_a_fork_has_limits_on_all_that_it_could_take(job):
    def limits():
        import resource

        kinds = ("CPU", "AS", "FSIZE", "NOFILE", "CORE")
        return [*(resource.getrlimit(getattr(resource, f"RLIMIT_{kind}")) for kind in kinds),
                resource.getrlimit(resource.RLIMIT_NPROC)[0]]  # fmt: skip

    *found, processes = inside.in_a_fork(job, limits, 20)
    mebi = 2**20
    assert found == [[7, 8], [2**16 * mebi] * 2, [16 * mebi] * 2, [256, 256], [0, 0]]
    mine = inside.own_threads()
    assert mine > 0 and abs(processes - 64 - mine) < 200, "64 more than there are, which come and go meanwhile"


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="other systems do not list them")
def test_threads_of_all_processes_are_counted():
    before, over = inside.own_threads(), threading.Event()
    threads = [threading.Thread(target=over.wait) for _ in range(100)]
    for thread in threads:
        thread.start()
    during, own = inside.own_threads(), len(os.listdir("/proc/self/task"))
    over.set()
    assert during - before > 50 and during > own, "some of others may have ended"


@forks
def test_where_threads_are_not_listed_their_number_has_no_limit(job, monkeypatch):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NPROC)
    monkeypatch.setattr(inside, "own_threads", lambda: 0)
    found = inside.in_a_fork(job, lambda: list(resource.getrlimit(resource.RLIMIT_NPROC)), 20)
    assert tuple(found) == before


@forks
def test_a_fork_does_not_know_its_secret_before_its_work_is_done(job):
    def look():
        frame, found = sys._getframe(), []
        while frame:
            found += [name for name, value in frame.f_locals.items() if name == "secret" and value]
            frame = frame.f_back
        return found

    assert inside.in_a_fork(job, look, 20) == []


@forks
def test_a_fork_that_ends_before_its_parent_goes_on_is_told_all_the_same(job, monkeypatch):
    fork = os.fork

    def slow():
        child = fork()
        if child:
            time.sleep(0.3)
        return child

    monkeypatch.setattr(os, "fork", slow)
    said = inside.in_a_fork(job, lambda: os._exit(3), 20)
    assert said == ["error", {"en": "its process ended before the answer could be checked."}]


@forks
@pytest.mark.parametrize("end, said", [
    (lambda: os._exit(3), "its process ended before the answer could be checked."),
    (lambda: os.kill(os.getpid(), signal.SIGTERM), "its process ended before the answer could be checked."),
    (lambda: os.kill(os.getpid(), signal.SIGKILL), TOO_MUCH),
    (lambda: os.kill(os.getpid(), signal.SIGXCPU), TOO_MUCH),
    (lambda: 1 / 0, "the check stopped with ZeroDivisionError: division by zero."),
    (lambda: sys.exit("m" * 400), f"the check stopped with SystemExit: {'m' * 288}."),
])  # fmt: skip
def test_how_a_fork_ended_is_told(job, end, said):
    assert inside.in_a_fork(job, end, 20) == ["error", {"en": said}]


def alive(number):
    """Whether a process is there and does not only wait to be taken note of."""
    try:
        os.kill(number, 0)
        return not os.path.isdir("/proc/self") or "State:\tZ" not in pathlib.Path(f"/proc/{number}/status").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


@forks
def test_a_fork_that_takes_too_long_is_stopped_with_all_that_it_started(job, tmp_path):
    def work():
        child = os.fork()
        (tmp_path / ("parent" if child else "child")).write_text(str(os.getpid()))
        time.sleep(60)

    before = time.monotonic()
    assert inside.in_a_fork(job, work, 3) == ["error", {"en": "no answer within 3 seconds; it was stopped."}]
    assert time.monotonic() - before < 60
    for name in ("parent", "child"):
        number = int((tmp_path / name).read_text())
        for _ in range(100):
            if not alive(number):
                break
            time.sleep(0.05)
        else:
            os.kill(number, signal.SIGKILL)
            pytest.fail(f"the {name} is alive")


@forks
def test_a_fork_leaves_no_open_file_and_no_child(job):
    def count():
        return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0

    gc.collect()  # or what other tests have left is closed meanwhile
    before = count()
    (child,) = inside.in_a_fork(job, lambda: [os.getpid()], 20)
    assert count() == before
    with pytest.raises(ChildProcessError):
        os.waitpid(child, os.WNOHANG)


# A whole box.

CHECK = """
from types import SimpleNamespace

from helpers.feedback import SEEDS
from helpers.language import SPOKEN


class Check:
    def verdict(self, answer):
        if answer == "stop":
            raise ValueError("no such thing")
        value = answer() if callable(answer) else answer
        status = "right" if value == 42 else "wrong" if SPOKEN[-1] == "en" else "later"
        return SimpleNamespace(status=status, sentence=f"{SPOKEN[-1]} {SEEDS} {value!r}")


check_1 = check_2 = Check()
"""
COURSE = {
    "helpers/__init__.py": "",
    "helpers/feedback.py": "SEEDS = []\ngrade_with = SEEDS.append\n",
    "helpers/language.py": "SPOKEN = []\nspeak = SPOKEN.append\n",
    "helpers/exercises/__init__.py": "",
    "helpers/exercises/toy.py": CHECK,
}
STUDENTS = {"helpers/__init__.py": "", "helpers/own.py": "known = 41\n"}
SPANISH = {"answer_{number} is not set.": "answer_{number} no está."}


def graded(folder, *cells, data=True, base="from helpers.own import known", **more):
    """Status and sentences of an answer of these cells, or of the last exercise that `more` says."""
    exercises = {"1": {"cells": list(cells), "data": data}}
    job = {
        "topic": "toy", "base": [base], "student_files": STUDENTS, "check_files": COURSE, "exercises": exercises,
        "more_files": {"kept/list.txt": "é"}, "seconds": 5, "wall": 20, "megabytes": 4096, "seed": 7,
        "words": {"en": {}, "es": SPANISH},
    } | more  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-I", "-B", inside.__file__], input=json.dumps(job), cwd=tempfile.mkdtemp(dir=folder),
        capture_output=True, text=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [str(row["exercise"]) for row in rows] == list(job["exercises"])
    return rows[-1]["status"], rows[-1]["sentences"]


@forks
def test_an_answer_of_data_is_checked_with_the_seed_in_each_language(tmp_path):
    assert graded(tmp_path, "one = 1", "answer_1 = known + one") == ("right", {"en": "en [7] 42", "es": "es [7] 42"})
    assert graded(tmp_path, "answer_1 = known") == ("wrong", {"en": "en [7] 41", "es": "es [7] 41"})


@forks
def test_a_function_is_checked_where_it_is(tmp_path):
    assert graded(tmp_path, "answer_1 = lambda: known + 1", data=False)[0] == "right"
    assert graded(tmp_path, "answer_1 = lambda: known + 1")[0] == "wrong", "as data it is none"


@forks
def test_what_is_missing_or_fails_is_told_in_each_language(tmp_path):
    assert graded(tmp_path, "answer_2 = 42") == (
        "unanswered", {"en": "answer_1 is not set.", "es": "answer_1 no está."},
    )  # fmt: skip
    error = "the line `answer_1 = 1 / 0` raises ZeroDivisionError: division by zero"
    assert graded(tmp_path, "x = 1", "answer_1 = 1 / 0") == ("error", {"en": error, "es": error})
    for data in (True, False):
        status, said = graded(tmp_path, "answer_1 = 'stop'", data=data)
        assert status == "error" and "ValueError: no such thing" in said["en"]


@forks
def test_no_sentence_holds_the_box_s_folder_or_an_address_or_has_no_end(tmp_path):
    cell = "import os\n\n\nclass A:\n    __repr__ = lambda self: f'{os.getcwd()} <A at 0x7f00aB> ' + 'z' * 3000\n\n\n"
    _, said = graded(tmp_path, cell + "answer_1 = lambda: A()", data=False)
    start = "en [7] ./exercise <A> "
    assert said["en"] == start + "z" * (1000 - len(start))


@forks
@pytest.mark.parametrize("data", [True, False])
def test_each_answer_begins_in_an_empty_folder_beside_files_that_stay(tmp_path, data):
    lays = "import os\nopen('left', 'w')\nopen('../left', 'w')\nos.mkdir('../more')\nos.symlink('..', '../link')\n"
    looks = "import os, pathlib\nseen = os.listdir(), sorted(os.listdir('..')), pathlib.Path('../kept/list.txt')"
    looks += ".read_text(encoding='utf-8')\nassert seen == ([], ['course', 'exercise', 'kept'], 'é')\nanswer_1 = 42"
    lays, looks = ({"cells": [cell], "data": data} for cell in (lays + "answer_2 = 42", looks))
    assert graded(tmp_path, exercises={"2": lays, "1": looks})[0] == "right"


@forks
def test_a_line_without_the_secret_is_no_answer(tmp_path):
    forges = "import os\nfor number in range(3, 64):\n    try:\n        os.write(number, lines)\n"
    forges += "    except OSError:\n        pass\n"
    verdict = json.dumps(["right", {"en": "Sure.", "es": "Sure."}])
    for data in (True, False):
        lines = f"\n{verdict}\n{'0' * 32} {verdict}\n 0 {verdict}\n".encode()
        cells = (f"lines = {lines!r}", forges + f"answer_1 = {'41' if data else 'lambda: 41'}")
        assert graded(tmp_path, *cells, data=data)[0] == "wrong"


@forks
def test_an_answer_that_reads_the_secret_does_not_pass_as_checked(tmp_path):
    """Where data is asked for, the process of the student hands over data, and no verdict."""
    forges = """
import os, json, time
found = b""
for number in [n for _ in range(200) for n in range(3, 64)]:
    if number == 3:
        time.sleep(0.02)
    try:
        os.set_blocking(number, False)
        found = os.read(number, 32)
    except OSError:
        continue
    if len(found) == 16:
        break
line = found.hex().encode() + b" " + json.dumps(["right", {"en": "Sure.", "es": "Sure."}]).encode()
for other in range(3, 64):
    try:
        os.write(other, b"\\n" + line + b"\\n")
    except OSError:
        pass
answer_1 = 41
"""
    assert graded(tmp_path, forges) == (
        "error", dict.fromkeys(("en", "es"), "it did not hand its answer over."),
    )  # fmt: skip


@forks
def test_what_a_student_changes_is_put_back_before_the_check_and_noticed_after(tmp_path):
    forged = "import math, json\nmath.sqrt = lambda x: 42\n"
    status, said = graded(tmp_path, forged + "answer_1 = lambda: math.sqrt(4)", data=False, base="import math")
    assert (status, said["en"]) == ("wrong", "en [7] 2.0")
    late = "import math\n\n\ndef f():\n    math.sqrt = None\n    return 42\n\n\nanswer_1 = f"
    assert graded(tmp_path, late, data=False, base="import math") == (
        "error", dict.fromkeys(("en", "es"), "it changes math.sqrt while it is checked."),
    )  # fmt: skip
    inner = late.replace("import math", "import sys").replace("math.sqrt", "sys.modules['helpers.exercises.toy'].Check")
    assert graded(tmp_path, inner, data=False) == (
        "error", dict.fromkeys(("en", "es"), "it changes Check of the check while it is checked."),
    )  # fmt: skip


@forks
def test_what_a_box_reads_and_prints_is_the_job_and_the_report_alone(tmp_path):
    base = "import sys\nprint('printed')\nleft = sys.stdin.read()"
    assert graded(tmp_path, "answer_1 = left", base=base)[1]["en"] == "en [7] ''"
    assert graded(tmp_path, "answer_1 = __name__")[1]["en"] == "en [7] '__main__'"


@forks
def test_the_course_goes_before_what_else_is_installed(tmp_path):
    """A module that is there twice: Python's own, and one of the course, which lessons take."""
    own = {"helpers/__init__.py": "", "sched.py": "mine = 42\n"}
    assert graded(tmp_path, "answer_1 = sched.mine", base="import sched", student_files=own)[0] == "right"


@forks
def test_modules_of_a_student_are_not_those_of_the_check(tmp_path):
    """A package `helpers` in memory, a path and a finder that a function leaves behind lead to no other check."""
    hook = "import sys, types\nsys.modules['helpers.feedback'] = types.ModuleType('helpers.feedback')\n"
    hook += "class Hook:\n    def find_spec(self, name, path, target=None):\n        raise SystemExit\n"
    hook += "sys.meta_path.insert(0, Hook())\nsys.path_hooks.insert(0, None)\nanswer_1 = lambda: 42"
    assert graded(tmp_path, hook, data=False)[0] == "right"
