"""What runs inside the box of one submission: its answers, each in a process of its own, and their checks.

    python -I -B inside.py     reads a job as JSON from its input, writes a line of JSON for each exercise

What is said of an answer is a sentence in each language that the job asks for.

This file stands alone: it runs as a script, and the course that it finds is what the job brings along. The process
that reads the job runs no line of a student's. It forks one that does; an answer made of numbers, texts and lists comes
back from that as data and is checked by a fork which never met the student's code. An answer that is a function or
another object is checked where it is, by helpers imported anew; what the student's code has changed in the libraries is
put back before, and noticed after.
"""

import contextlib
import importlib
import json
import linecache
import math
import os
import pathlib
import re
import secrets
import select
import shutil
import signal
import sys
import time
import traceback

LONGEST = 1_000_000  # characters of an answer that is handed on as data
DEEPEST = 50
GUARDED = ("builtins", "math", "json", "numpy", "numpy.linalg", "torch", "torch.nn", "torch.nn.functional")
FINDERS = list(sys.meta_path), list(sys.path_hooks)
WORDS = {"en": {}}  # translations by language, from the job


def told(sentence, **values):
    """A sentence, written in English, in each language."""
    return {language: words.get(sentence, sentence).format(**values) for language, words in WORDS.items()}


class Odd:
    """Stands for a part of an answer that is no data; says what it was."""

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


def coded(value, depth=0):
    """An answer as JSON can carry it: numbers, texts, lists and the like by their kind."""
    if depth > DEEPEST:
        return ["odd", "a value nested too deeply"]
    if value is None or isinstance(value, str):
        return value[:LONGEST] if value else value
    if value is Ellipsis:
        return ["..."]
    if isinstance(value, bool | int | float):
        kept = bool(value) if isinstance(value, bool) else int(value) if isinstance(value, int) else float(value)
        return kept if abs(kept) < 1e300 else ["float", repr(float(kept) if isinstance(kept, float) else math.inf)]
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    if hasattr(value, "tolist"):
        return coded(value.tolist(), depth + 1)
    if isinstance(value, dict):
        return ["dict", [[coded(k, depth + 1), coded(v, depth + 1)] for k, v in list(value.items())[:10_000]]]
    for kind, name in ((tuple, "tuple"), (list, "list"), (set, "set"), (frozenset, "set")):
        if isinstance(value, kind):
            return [name, [coded(item, depth + 1) for item in list(value)[:10_000]]]
    if hasattr(value, "__next__") or isinstance(value, range):
        return ["list", [coded(item, depth + 1) for _, item in zip(range(10_000), value)]]
    return ["odd", " ".join(repr(value).split())[:200]]


def decoded(value):
    if not isinstance(value, list):
        return value
    kind, *rest = value
    if kind == "...":
        return ...
    if kind == "float":
        return float(rest[0])
    if kind == "odd":
        return Odd(str(rest[0]))
    if kind == "dict":
        return {_hashable(decoded(k)): decoded(v) for k, v in rest[0]}
    items = [decoded(item) for item in rest[0]]
    return {"tuple": tuple, "list": list, "set": lambda some: set(map(_hashable, some))}[kind](items)


def _hashable(value):
    return value if isinstance(value, str | int | float | bool | None) else repr(value)


def write_tree(root, files):
    for name, text in files.items():
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def run(source, name, scope):
    """Run a cell; its lines are found in messages as those of a notebook are."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec"), scope)


def what_it_raised(error, name):
    """An exception in a sentence, with the line of the student's that it came from."""
    if isinstance(error, SyntaxError):
        line = (error.text or "").strip()[:200]
        return told("the line `{line}` is no Python: {message}", line=line, message=error.msg)
    message = " ".join(str(error).split())[:300]
    said = f"{type(error).__name__}: {message}" if message else type(error).__name__
    at = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(name)]
    line = linecache.getline(at[-1].filename, at[-1].lineno).strip() if at else ""
    if not line:
        return told("it raises {error}", error=said)
    return told("the line `{line}` raises {error}", line=line[:200], error=said)


def callables(module):
    """What a module calls by which name; of its classes, their methods as well."""
    found = {}
    for name, value in list(vars(module).items()):
        if callable(value):
            found[module, name] = value
            if isinstance(value, type) and (module.__name__.startswith("helpers") or name == "Tensor"):
                found.update(((value, key), method) for key, method in list(vars(value).items()) if callable(method))
    return found


def guarded_modules():
    return [module for name, module in list(sys.modules.items()) if name in GUARDED]


def remember(modules):
    return {place: value for module in modules for place, value in callables(module).items()}


def changed(known):
    """What is not as it was; a library that wraps its own functions on first use has not changed."""
    found = [(place, name, vars(place).get(name)) for (place, name), value in known.items()]
    return [(place, name) for place, name, now in found if now is not known[place, name] and not _its_own(now, place)]


def _its_own(value, place):
    """Whether a function comes from the library in which it stands now."""
    library = sys.modules.get((place.__module__ if isinstance(place, type) else place.__name__).split(".")[0])
    folder = os.path.dirname(getattr(library, "__file__", None) or "")
    code = getattr(value, "__code__", None)
    return bool(folder and code and code.co_filename.startswith(folder + os.sep))


def check(job, number, answer):
    """The verdict on an answer, by helpers that are imported anew from the instructor's copy."""
    for name in [name for name in sys.modules if name.split(".")[0] == "helpers"]:
        del sys.modules[name]
    place = pathlib.Path(job["box"], f"check-{secrets.token_hex(8)}")
    write_tree(place, job["check_files"])
    sys.path.insert(0, str(place))
    sys.meta_path[:], sys.path_hooks[:] = FINDERS
    sys.path_importer_cache.clear()
    importlib.invalidate_caches()
    importlib.import_module("helpers.feedback").grade_with(job["seed"])
    language = importlib.import_module("helpers.language")
    exercises = importlib.import_module(f"helpers.exercises.{job['topic']}")
    fresh = remember(m for name, m in list(sys.modules.items()) if name.split(".")[0] == "helpers")
    status, sentences = None, {}
    for code in WORDS:
        language.speak(code)
        verdict = getattr(exercises, f"check_{number}").verdict(answer)
        status, sentences[code] = status or verdict.status, verdict.sentence
    if tampered := changed(fresh):
        return ["error", told("it changes {name} of the check while it is checked.", name=tampered[0][1])]
    return [status, sentences]


def of_student(job, number, scope, known):
    """What comes of the cells of an exercise: ["data", answer] or a verdict."""
    exercise = job["exercises"][str(number)]
    name = f"<answer {number}"
    try:
        for place, source in enumerate(exercise["cells"]):
            run(source, f"{name}.{place}>", scope)
        if f"answer_{number}" not in scope:
            return ["unanswered", told("answer_{number} is not set.", number=number)]
    except BaseException as error:
        return ["error", what_it_raised(error, name)]
    answer = scope[f"answer_{number}"]
    if exercise["data"]:
        return ["data", coded(answer)]
    for place, attribute in changed(known):
        with contextlib.suppress(AttributeError, TypeError):
            setattr(place, attribute, known[place, attribute])
    verdict = check(job, number, answer)
    if tampered := changed(known):
        name = f"{tampered[0][0].__name__}.{tampered[0][1]}"
        return ["error", told("it changes {name} while it is checked.", name=name)]
    return verdict


def own_threads():
    """How many threads this user has, which is what Linux limits; 0 where the system does not list them."""
    count = 0
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            if path.stat().st_uid == os.getuid():
                count += len(os.listdir(path / "task"))
    return count


def limit(job):
    """Limits on this process and what it starts; what a system does not know is left out."""
    try:
        import resource
    except ImportError:
        return
    limits = {
        "RLIMIT_CPU": job["seconds"], "RLIMIT_AS": job["megabytes"] * 2**20, "RLIMIT_FSIZE": 16 * 2**20,
        "RLIMIT_NOFILE": 256, "RLIMIT_CORE": 0,
    }  # fmt: skip
    if threads := own_threads():
        limits["RLIMIT_NPROC"] = threads + 64
    for kind, value in limits.items():
        with contextlib.suppress(AttributeError, OSError, ValueError):
            resource.setrlimit(getattr(resource, kind), (value, value + (kind == "RLIMIT_CPU")))


def ended(child, alone):
    """End a process and its group, and in a world of its own, if it is alone there, all others; return how it ended."""
    for number in (-child, child):  # a negative one is that of a group
        with contextlib.suppress(OSError):
            os.kill(number, signal.SIGKILL)
    if alone:  # pragma: no mutate
        with contextlib.suppress(OSError):
            os.kill(-1, signal.SIGKILL)  # pragma: no mutate
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(ChildProcessError):
        while alone and os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return status


def in_a_fork(job, work, seconds):
    """What work() returns in a process of its own, or a sentence about why it returned nothing.

    The result must carry a secret that is read when the work is done, so that what a student's code writes blindly into
    all open files is none. Code that looks for the secret finds it; this is no prison.
    """
    out, into = os.pipe()
    key, keyhole = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setsid()
            os.close(out)
            os.close(keyhole)
            nothing = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(nothing, number)
            os.close(job["report"])
            limit(job)
            try:
                result = work()
            except BaseException as error:
                what = f"{type(error).__name__}: {error}"[:300]
                result = ["error", told("the check stopped with {error}.", error=what)]
            learnt, text = os.read(key, 32), json.dumps(result)
            os.write(into, b"\n" + learnt.hex().encode() + b" " + text.encode("ascii") + b"\n")
        finally:
            os._exit(0)
    secret = secrets.token_bytes(16)
    os.write(keyhole, secret)
    os.close(into)
    os.close(key)
    data, end, result = b"", time.monotonic() + seconds, None
    prefix = secret.hex().encode() + b" "
    while result is None and len(data) < 20 * LONGEST:
        ready, _, _ = select.select([out], [], [], max(0.0, end - time.monotonic()))
        piece = os.read(out, 65536) if ready else b""
        if not piece:
            break
        data += piece
        for line in data.split(b"\n")[:-1]:
            if line.startswith(prefix):
                result = json.loads(line[len(prefix) :])
    late = time.monotonic() >= end
    status = ended(child, job["alone"])
    os.close(out)
    os.close(keyhole)
    if result is not None:
        return result
    if late:
        return ["error", told("no answer within {seconds} seconds; it was stopped.", seconds=seconds)]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL):
        sentence = told(
            "it computed for {seconds} seconds without an answer, or used too much memory.", seconds=job["seconds"]
        )
        return ["error", sentence]
    return ["error", told("its process ended before the answer could be checked.")]


def emptied(box, kept):
    """The box without what an answer has left there, and with an empty folder to run in."""
    os.chdir(box)
    for name in set(os.listdir(box)) - kept:
        if os.path.isdir(name) and not os.path.islink(name):
            shutil.rmtree(name, ignore_errors=True)
        else:
            os.unlink(name)
    os.mkdir("exercise")
    return box


def grade(job, tell):
    box = pathlib.Path(job["box"])
    write_tree(box / "course", job["student_files"])
    write_tree(box, job["more_files"])
    sys.path.insert(0, str(box / "course"))
    os.chdir(box)
    scope = {"__name__": "__main__", "__builtins__": __builtins__}
    for place, source in enumerate(job["base"]):
        run(source, f"<lesson {place}>", scope)
    known, kept = remember(guarded_modules()), set(os.listdir(box))
    for number in map(int, job["exercises"]):
        os.chdir(emptied(box, kept) / "exercise")

        result = in_a_fork(job, lambda: of_student(job, number, scope, known), job["wall"])
        data = job["exercises"][str(number)]["data"]
        if result[0] == "data":  # only where the solution is data, too
            os.chdir(emptied(box, kept) / "exercise")
            answer = result[1]
            result = in_a_fork(job, lambda: check(job, number, decoded(answer)), job["wall"])
        elif data and result[0] == "right":
            result = ["error", told("it did not hand its answer over.")]
        # Neither the box's name nor an address in memory is the same in another run.
        said = {
            language: re.sub(r" at 0x[0-9a-fA-F]+", "", str(sentence).replace(str(box), "."))[:1000]
            for language, sentence in result[1].items()
        }
        tell({"exercise": number, "status": str(result[0]), "sentences": said})


def main():
    job = json.loads(sys.stdin.buffer.read())
    WORDS.clear()
    WORDS.update(job["words"])
    job["box"] = os.getcwd()
    job["alone"] = os.getpid() == 1  # pragma: no mutate
    job["report"] = os.dup(1)  # whatever else writes to the output writes to nothing
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)

    def tell(row):
        os.write(job["report"], json.dumps(row).encode("ascii") + b"\n")

    grade(job, tell)


if __name__ == "__main__":
    main()
