"""What a progress bar costs: notebook 2's study of learning rates in a real JupyterLab, with its bar and without.

Both sides run in one kernel and one page, in turn: the bar is switched in the kernel. What the page spends on it
counts too, since the study takes every core.
"""

import pathlib
import tempfile

import nbformat

from helpers import NOTEBOOKS
from tools.bench.timing import report
from tools.browser import Lab, Reader, a_browser, missing
from tools.notebook_files import read

STUDY = "tuning = study("
SHORTER = "SEEDS, SWEEP_EPOCHS = 8, 60  # a bar is redrawn so many times a second, however long the study is"
TIMED = """import os, time
os.environ["HELPERS_WATCHED"] = "{}"
started = time.perf_counter()
{}
print(time.perf_counter() - started)"""


def main(pairs=6):
    if missing():
        print(f"left out: it needs {missing()}")
        return
    notebook = read(NOTEBOOKS / "02_numpy_backprop.ipynb")
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    (position,) = [number + 1 for number, source in enumerate(sources) if STUDY in source]
    sources.insert(1 + next(n for n, source in enumerate(sources) if "SWEEP_EPOCHS = " in source), SHORTER)
    order = [side for pair in range(pairs) for side in ((1, 0), (0, 1))[pair % 2]]
    timed = [TIMED.format(side, sources[position]) for side in order]
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources[:position] + timed]
    with tempfile.TemporaryDirectory() as folder, a_browser() as browser:
        lab = Lab(pathlib.Path(folder))
        try:
            nbformat.write(notebook, lab.course / "notebooks" / "cost.ipynb")
            reader = Reader(lab, browser.new_page(), "cost.ipynb")
            reader.run_all()
            ran = reader.saved().cells[position:]
            bars = reader.page.evaluate("window.bars.size")
        finally:
            lab.close()
    assert bars, "no bar was shown"
    seconds = [float(cell.outputs[-1].text) for cell in ran]
    with_bar, without = ([s for s, side in zip(seconds, order) if side == wanted] for wanted in (1, 0))
    report(f"notebook 2's study, {min(without):.0f} s: with a progress bar / without", with_bar, without, 1.02)


if __name__ == "__main__":
    main()
