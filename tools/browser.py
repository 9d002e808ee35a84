"""Open the notebooks in a real JupyterLab, do what a reader does, and say what a reader would not expect.

    python -m tools.browser [NAME ...] [--quick] [--front notebook]

Each notebook is run with Run All and with Restart & Run All; both must end as a batch run does, with nothing left of
progress bars and every figure's text where a screen reader finds it. Then sliders are moved, exercises answered and
folded cells opened, by mouse and keyboard. With --quick there are few seeds, epochs and folds, no Run All before
Restart & Run All, and two notebooks at once. Without a Chromium on this machine there is one line and nothing is done.
"""

import argparse
import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import nbformat

from helpers import NOTEBOOKS, ROOT
from helpers.definitions import cells_tagged
from tools.run import Failure, named, parameters_of, read
from tools.tidy import tidy

try:
    from playwright.sync_api import Error, Locator, Page, sync_playwright
except ImportError:  # an environment without tests/requirements-browser.txt
    sync_playwright, Error, Locator, Page = None, Failure, None, None

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SWITCHES = [
    "--no-sandbox",  # which root needs, as in CI
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
QUICK = {"SEEDS": 3, "EPOCHS": 2, "SWEEP_EPOCHS": 1}  # with --quick: the same code in seconds
START, STEP, RUN = 120, 30, 900  # seconds until JupyterLab, an answer, a whole notebook is there
FREEZE = 2  # seconds that a page may stand still, beyond the longest while it was opened
# Front ends: the module that starts each, and the address of its page of a notebook.
FRONTS = {"lab": ("jupyterlab", "lab/tree/notebooks/{}?reset"), "notebook": ("notebook", "notebooks/notebooks/{}")}
# It asks nobody in the world for news, and saves only when it is told to: two savings at once end in a question.
SETTINGS = {
    "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
    "docmanager-extension/plugin": '{"autosave": false}',
}
LEFT_OUT = shutil.ignore_patterns(".*", "build", "tests", "mutants", "__pycache__")

# Progress bars in all the ways a loop can end; each cell with what it must leave.
BARS = {
    "for _ in progress(range(4), 'outer'):\n    for _ in progress(range(3), 'inner'):\n        sleep(0.3)": [],
    "for _ in progress(range(4), 'said'):\n    sleep(0.4)\nprint('done')": ["stream"],
    "for _ in progress(range(4), 'failed'):\n    sleep(0.4)\n    if _ == 2:\n        1 / 0": ["error"],
}

WATCH = """
window.freeze = 0; window.bars = new Set(); let last = performance.now();
setInterval(() => {
  const now = performance.now(); window.freeze = Math.max(window.freeze, now - last - 50); last = now;
  document.querySelectorAll('progress').forEach(bar => window.bars.add(bar.ariaLabel));
}, 50);"""
PLACE = ".jp-WindowedPanel-viewport > .jp-Cell[data-windowed-list-index='{}']"
IDLE = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status == 'idle'"
SEEN = """cell => [...cell.querySelectorAll('.jp-OutputArea-output img')]
  .filter(image => image.checkVisibility({visibilityProperty: true})).map(image => image.src).join()"""


def missing() -> str:
    """What this machine lacks; nothing if a browser can be started."""
    if not CHROMIUM:
        return "Chromium (Debian: apt-get install chromium)"
    return "" if sync_playwright else "the package playwright (tests/requirements-browser.txt)"


@contextlib.contextmanager
def a_browser() -> Iterator:
    """A Chromium of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        try:
            yield browser
        finally:
            browser.close()


class Lab:
    """A JupyterLab, or a Notebook 7, of its own on a copy of the course, with settings of its own."""

    def __init__(self, folder: pathlib.Path, front: str = "lab"):
        module, self.page = FRONTS[front]
        self.course = folder / "course"
        shutil.copytree(ROOT, self.course, ignore=LEFT_OUT)
        for plugin, values in SETTINGS.items():
            path = folder / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
            path.parent.mkdir(parents=True)
            path.write_text(values, encoding="utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/"
        own = {"HOME": folder / "home", "IPYTHONDIR": folder / "ipython", "JUPYTER_CONFIG_DIR": folder / "config"}
        own |= {"JUPYTERLAB_SETTINGS_DIR": folder / "settings", "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces"}
        env = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "HELPERS_WATCHED")}
        command = [sys.executable, "-m", module, "--no-browser", "--expose-app-in-browser", "--allow-root"]
        command += [f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token="]
        command += [f"--ServerApp.root_dir={self.course}"]
        self.log = folder / "server.log"
        with self.log.open("w") as log:
            self.server = subprocess.Popen(
                command, env=env | {k: str(v) for k, v in own.items()}, stdout=log, stderr=subprocess.STDOUT
            )
        for _ in range(START * 5):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.address}api/status").close()
                return
            time.sleep(0.2)
        raise Failure(f"{module} does not start: {self.log.read_text()[-500:]}")

    def close(self) -> None:
        self.server.terminate()  # it shuts its kernels down
        try:
            self.server.wait(STEP)
        except subprocess.TimeoutExpired:
            self.server.kill()


def batch(lab: Lab, source: pathlib.Path, quick: bool) -> nbformat.NotebookNode:
    """What a batch run stores: at default parameters the notebook itself, else a run of the copy in the lab."""
    notebook = read(source)
    values = {name: value for name, value in QUICK.items() if quick and name in parameters_of(notebook)}
    if not values:
        return notebook
    (cell,) = cells_tagged(notebook, "parameters")
    for name, value in values.items():
        cell.source = re.sub(rf"(?m)^{name} = \S+", f"{name} = {value}", cell.source)
    copy = lab.course / "notebooks" / source.name
    nbformat.write(notebook, copy)
    out = lab.course / "build"
    command = [sys.executable, "-m", "tools.run", source.stem, "--notebooks", str(copy.parent), "--output", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"the batch run failed: {done.stderr.strip()}")
    return read(out / source.name)


class Reader:
    """One notebook, open in a browser."""

    def __init__(self, lab: Lab, page: Page, name: str):
        self.page, self.path = page, lab.course / "notebooks" / name
        page.add_init_script(WATCH)
        self.tools = page.context.new_cdp_session(page)
        self.tools.send("Performance.enable")
        page.goto(lab.address + lab.page.format(name), timeout=1000 * START)
        page.wait_for_function("window.jupyterapp?.shell.currentWidget?.content?.widgets?.length", timeout=1000 * START)
        self.idle()
        self.before = 0.0, 0.0
        self.opening, _ = self.freeze()

    def freeze(self) -> tuple[float, float]:
        """The longest time that the page stood still since the last call, and all that it worked, in seconds.

        By the clock a page stands still for longer on a busy machine. So its share of the processor counts.
        """
        told = {metric["name"]: metric["value"] for metric in self.tools.send("Performance.getMetrics")["metrics"]}
        now = told["TaskDuration"], told["ThreadTime"]
        took, worked = (new - old for new, old in zip(now, self.before))
        self.before = now
        most = self.page.evaluate("() => { const most = window.freeze / 1000; window.freeze = 0; return most; }")
        return most * min(1, worked / took), worked

    def idle(self) -> None:
        """Wait until the kernel has nothing more to do, and the page has shown it."""
        for _ in range(2):
            self.page.wait_for_function(IDLE, timeout=1000 * RUN)
            self.page.wait_for_timeout(300)

    def command(self, name: str, wait: bool = True) -> None:
        """Run a command of JupyterLab's; confirm it if it asks."""
        start = (
            "name => { window.done = false; jupyterapp.commands.execute(name).finally(() => { window.done = true; }); }"
        )
        self.page.evaluate(start, name)
        if "restart" in name:
            self.page.locator(".jp-Dialog .jp-mod-accept").click(timeout=1000 * STEP)
        if wait:
            try:
                self.page.wait_for_function("window.done", timeout=1000 * RUN)
            except Error as error:
                asked = self.page.locator(".jp-Dialog").all_inner_texts()
                raise Failure(f"{name} does not end; the page asks: {asked}") from error
            self.idle()

    def run_all(self) -> None:
        self.command("notebook:run-all-cells")

    def restart_and_run_all(self) -> None:
        self.command("notebook:restart-run-all")

    def saved(self) -> nbformat.NotebookNode:
        self.command("docmanager:save")
        return nbformat.read(self.path, as_version=4)

    def cell(self, position: int) -> Locator:
        """A cell of the page, brought into view."""
        self.page.evaluate("i => jupyterapp.shell.currentWidget.content.scrollToItem(i, 'start')", position)
        cell = self.page.locator(PLACE.format(position))
        cell.scroll_into_view_if_needed(timeout=1000 * STEP)
        return cell

    def named(self, role: str, within: str = "body") -> list[str]:
        """The names of all things with this role in one place of the page, as a screen reader finds them."""
        place = self.tools.send("Runtime.evaluate", {"expression": f"document.querySelector({within!r})"})["result"]
        nodes = self.tools.send("Accessibility.queryAXTree", {"objectId": place["objectId"], "role": role})["nodes"]
        return [node.get("name", {}).get("value", "") for node in nodes]

    def ask(self, code: str) -> str:
        """What the notebook's kernel prints for a piece of code."""
        return self.page.evaluate(
            """async code => {
              let said = '';
              const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
              const future = kernel.requestExecute({code, store_history: false});
              future.onIOPub = message => { said += message.content.text ?? message.content.evalue ?? ''; };
              await future.done; return said;
            }""",
            code,
        ).strip()


def is_moving(outputs: list[nbformat.NotebookNode]) -> bool:
    """Whether a cell shows something else to a reader than to a batch run: a widget, or frames with a slider."""
    pages = [output.get("data", {}) for output in outputs]
    return any("application/vnd.jupyter.widget-view+json" in d or "<input" in d.get("text/html", "") for d in pages)


def differences(saved: nbformat.NotebookNode, batch: nbformat.NotebookNode) -> Iterator[str]:
    """What a run in the browser saved that a batch run would not, but for pictures' pixels, which nbval compares."""

    def told(outputs, exactly):
        for output in outputs:
            data = output.get("data", {})
            text = output.get("text", "") if exactly else ""
            yield (
                output.output_type,
                output.get("name"),
                text,
                sorted(data),
                data.get("text/plain"),
                data.get("text/markdown"),
            )

    for number, (own, other) in enumerate(zip(saved.cells, batch.cells)):
        if own.cell_type != "code" or is_moving(own.outputs):
            continue
        for output in own.outputs:
            if output.output_type == "error" or output.get("name") == "stderr":
                yield f"cell {number}: {output.get('ename') or 'stderr'}: {output.get('evalue') or output.get('text')}"
        exactly = "nbval-ignore-output" not in other.metadata.get("tags", [])
        seen, stored = ([*told(outputs, exactly)] for outputs in (own.outputs, other.outputs))
        if seen != stored:
            yield f"cell {number}: shows {seen} where a batch run has {stored}"
        own.outputs = other.outputs  # compared
    for cell, other in zip(saved.cells, batch.cells):
        if cell.cell_type == "code" and is_moving(cell.outputs):
            cell.outputs = other.outputs
    if tidy(saved) != tidy(nbformat.from_dict(batch)):
        yield "the saved notebook is another one, outputs apart"


def after_a_run(reader: Reader, batch: nbformat.NotebookNode) -> Iterator[str]:
    """What is wrong with a page, and with what it saves, after all cells have run."""
    saved = reader.saved()
    for number, cell in enumerate(saved.cells):
        figures = [output for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
        if figures:
            reader.cell(number)  # a page this long holds what is near
            names = {" ".join(name.split()) for name in reader.named("image", PLACE.format(number))}
        for figure in figures:
            alt = figure.metadata.get("image/png", {}).get("alt", "")
            if not alt:
                yield f"cell {number}: a figure without a text alternative"
            elif " ".join(alt.split()) not in names:
                yield f"cell {number}: a screen reader does not find the figure {alt[:60]!r}"
    if reader.page.locator(".jp-OutputArea progress").count():
        yield "a progress bar stays"
    yield from differences(saved, batch)


def sliders(reader: Reader) -> Iterator[str]:
    """Move every slider by keyboard and by mouse; the figure beside it must follow."""
    for number, cell in enumerate(reader.saved().cells):
        if not is_moving(cell.get("outputs", [])):
            continue
        place = reader.cell(number)
        place.locator("img:visible").first.wait_for(timeout=1000 * STEP)
        handles = place.locator(".noUi-handle, input[type=range]")
        if not handles.count():
            yield f"cell {number}: no slider"
        for i in range(handles.count()):
            handle = handles.nth(i)
            for how in ("keyboard", "mouse"):
                before = place.evaluate(SEEN)
                handle.scroll_into_view_if_needed()
                if how == "keyboard":
                    handle.focus()
                    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight"):
                        reader.page.keyboard.press(key)
                else:
                    track = handle.locator(
                        "xpath=ancestor-or-self::*[contains(@class, 'noUi-target') or self::input][1]"
                    )
                    box = track.bounding_box()
                    # Back to its beginning, which the keys have left, however few frames there are.
                    reader.page.mouse.click(box["x"] + 0.03 * box["width"], box["y"] + box["height"] / 2)
                end = time.monotonic() + STEP
                while place.evaluate(SEEN) in (before, "") and time.monotonic() < end:
                    time.sleep(0.1)
                if place.evaluate(SEEN) in (before, ""):
                    yield f"cell {number}: slider {i + 1} does not move its figure by {how}"


def exercises(reader: Reader) -> Iterator[str]:
    """Type a right and a wrong answer to every exercise; each must get its line."""
    cells = reader.saved().cells
    for number, cell in enumerate(cells):
        if "exercise" not in cell.metadata.get("tags", []):
            continue
        checking = next(i for i in range(number + 1, len(cells)) if cells[i].cell_type == "code")
        solution = next(c for c in cells[number:] if "solution" in c.metadata.get("tags", []))
        (right,) = re.findall(r"(?s)```python\n(.*?)```", solution.source)
        name, answer = re.search(r"([\w.]+)\((\w+)\)", cells[checking].source).groups()
        lines = {}
        for status, source in {
            "right": right.strip(),
            "wrong": f"{answer} = 'no answer at all'",
            "": cell.source,
        }.items():
            editor = reader.cell(number).locator(".cm-content").first
            editor.click(timeout=1000 * STEP)
            reader.page.keyboard.press("ControlOrMeta+a")
            reader.page.keyboard.insert_text(source)
            for _ in range(checking - number + 1):
                reader.page.keyboard.press("Shift+Enter")
            said = reader.ask(f"print({name}.verdict({answer}).status)")  # comes after all that was asked before
            if status and said != status:
                yield f"cell {checking}: the {status} answer is found {said!r}"
            shown = reader.cell(checking).locator(".jp-OutputArea-output")
            shown.first.wait_for(timeout=1000 * STEP)
            lines[status] = shown.all_inner_texts()
            if len(lines[status]) != 1 or not lines[status][0].strip():
                yield f"cell {checking}: the {status or 'missing'} answer gets {lines[status]}"
        if len({*map(str, lines.values())}) < 3:
            yield f"cell {checking}: other answers, the same line: {lines}"


def folds(reader: Reader, most: int | None = None) -> Iterator[str]:
    """Open every folded cell, or the first ones, with one click."""
    cells = reader.saved().cells
    for number in [i for i, cell in enumerate(cells) if "folded" in cell.metadata.get("tags", [])][:most]:
        place = reader.cell(number)
        if place.locator(".cm-content").is_visible():
            yield f"cell {number}: is not folded"
            continue
        place.locator(".jp-InputPlaceholder, .jp-Placeholder").first.click(timeout=1000 * STEP)
        if not place.locator(".cm-content").first.is_visible():
            yield f"cell {number}: stays folded after a click"


def bars(lab: Lab, page: Page) -> Iterator[str]:
    """Run loops with bars: each shows one with a name and goes, however the loop ends."""
    cells = ["from time import sleep\n\nfrom helpers.progress import progress", *BARS]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    nbformat.write(tidy(notebook), lab.course / "notebooks" / "bars.ipynb")
    reader = Reader(lab, page, "bars.ipynb")
    reader.ask("import sys; sys.path.insert(0, '..')")
    reader.command("notebook:run-all-cells", wait=False)
    page.wait_for_selector("progress", timeout=1000 * STEP)
    names = set(reader.named("progressbar")) & {"outer", "inner"}  # JupyterLab has bars of its own
    if names != {"outer"}:
        yield f"of the bars outer and inner a screen reader must find the first one, and finds {names}"
    page.wait_for_function("window.done")
    reader.idle()
    shown = set(page.evaluate("[...window.bars]"))
    if shown != {"outer", "said", "failed"}:
        yield f"bars shown: {shown}"
    for cell, left in zip(reader.saved().cells[1:], BARS.values()):
        if [output.output_type for output in cell.outputs if output.get("data") != {}] != left:
            yield f"a bar leaves {cell.outputs} in {cell.source!r}"
        if not left and cell.outputs:
            yield f"a bar leaves an empty output in {cell.source!r}"
    for place in page.locator(".jp-OutputArea-child:not(:has(.jp-OutputArea-output))").all():
        if place.bounding_box()["height"]:
            yield "what a bar leaves takes room"


def read_one(lab: Lab, page: Page, source: pathlib.Path, quick: bool) -> Iterator[str]:
    expected = batch(lab, source, quick)
    reader = Reader(lab, page, source.name)
    for run in (reader.restart_and_run_all,) if quick else (reader.run_all, reader.restart_and_run_all):
        started = time.monotonic()
        reader.freeze()
        run()
        freeze, worked = reader.freeze()  # before the checks, which make the page wait themselves
        print(
            f"{source.stem}: {run.__name__} {time.monotonic() - started:.0f} s, "
            f"page {worked:.1f} s, longest freeze {freeze:.1f} s",
            flush=True,
        )
        if freeze > reader.opening + FREEZE:
            yield f"{run.__name__}: the page stood still for {freeze:.1f} s; while it was opened {reader.opening:.1f} s"
        yield from (f"after {run.__name__}: {problem}" for problem in after_a_run(reader, expected))
    yield from sliders(reader)
    yield from exercises(reader)
    yield from folds(reader, most=3 if quick else None)


def told(problems: Iterator[str]) -> Iterator[str]:
    """The problems of one page, and what kept it from telling more."""
    try:
        yield from problems
    except (Failure, Error) as reason:  # Error: what is waited for does not come
        yield str(reason)


def look(sources: list[pathlib.Path | None], options: argparse.Namespace) -> int:
    """Look at some notebooks, None stands for progress bars, in one lab and browser; how often something is wrong."""
    found = 0
    with tempfile.TemporaryDirectory() as folder, a_browser() as browser:
        with contextlib.closing(Lab(pathlib.Path(folder), options.front)) as lab:
            for source in sources:
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.set_default_timeout(1000 * RUN)
                for problem in told(read_one(lab, page, source, options.quick) if source else bars(lab, page)):
                    found += 1
                    print(f"{source.stem if source else 'progress bars'}: {problem[:600]}", file=sys.stderr, flush=True)
                page.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.browser", description=__doc__.splitlines()[0])
    parser.add_argument(
        "names", nargs="*", default=[""], help="notebooks by name or its beginning; all if none is named"
    )
    parser.add_argument("--quick", action="store_true", help="few seeds, epochs and folds; two notebooks at once")
    parser.add_argument("--front", choices=FRONTS, default="lab", help="notebook: in Notebook 7, not in JupyterLab")
    options = parser.parse_args()
    if missing():
        print(f"Skipped: no browser; install {missing()} to have the notebooks opened in a real JupyterLab.")
        return 0
    sources, at_once = [*named(options.names, NOTEBOOKS), None], 2 if options.quick else 1
    with ThreadPoolExecutor(at_once) as executor:
        found = sum(executor.map(look, [sources[i::at_once] for i in range(at_once)], [options] * at_once))
    print("As a reader expects." if not found else f"{found} times not as a reader expects.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
