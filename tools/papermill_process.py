"""Execute one notebook with papermill; tools.run starts this once for each, so that one that dies harms no other.

    python -m tools.papermill_process FOLDER JOB

The folder holds source.ipynb and gets executed.ipynb. Standard output is one line that says where and why the notebook
stopped; nothing if it ran. The job is JSON: the folder that cells run in, the parameters, the limits, the bar's title
and line.
"""

import json
import os
import sys

import nbformat
import papermill
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools.notebook_files import error_line, first_line, own_code_cells
from tools.processes import KERNEL

STARTS = 3  # a kernel can lose the race for a free port against another run's, before its first cell; then once more
OUTPUT_TIMEOUT = 60  # seconds for a cell's output to arrive after its end


def started() -> list[nbformat.NotebookNode]:
    """The code cells of the source that began."""
    cells = own_code_cells(nbformat.read("executed.ipynb", as_version=4))
    return [cell for cell in cells if cell.metadata.get("papermill", {}).get("start_time")]


def last_started() -> str:
    """The last code cell that began, by its number among the code cells of the source."""
    return f"code cell {len(started())}"


def what_was_raised(error: papermill.PapermillExecutionError) -> str:
    """An exception in one line; a magic that IPython does not know is told on stderr alone."""
    if error.ename == CellExecutionError.__name__:  # no output is an error
        said = [output.text for output in started()[-1].outputs if output.get("name") == "stderr"]
        return first_line(said[-1] if said else str(error))
    return error_line(error.ename, error.evalue)


def execute(job: dict, terminal) -> str:
    """Execute source.ipynb into executed.ipynb, both in the current folder; return what went wrong in one line."""
    bar = {"desc": job["name"], "position": job["position"], "disable": None, "leave": False, "file": terminal}
    for start in range(1, STARTS + 1):
        try:
            papermill.execute_notebook(
                "source.ipynb", "executed.ipynb", job["parameters"], kernel_name=KERNEL, language="python",
                cwd=job["cwd"], progress_bar=bar, start_timeout=job["start_timeout"],
                execution_timeout=job["cell_timeout"], iopub_timeout=OUTPUT_TIMEOUT,
            )  # fmt: skip
            return ""
        except papermill.PapermillExecutionError as error:
            return f"{last_started()}: {what_was_raised(error)}"
        except CellTimeoutError as error:
            if "IOPub" in str(error):
                return f"{last_started()}: its output did not arrive within {OUTPUT_TIMEOUT} seconds; print less"
            return f"{last_started()}: took longer than {job['cell_timeout']} seconds"
        except DeadKernelError:
            return f"{last_started()}: the kernel died; a crash in compiled code, or too little memory"
        except Exception as error:
            if "Kernel died before replying" not in str(error) or start == STARTS:
                return error_line(type(error).__name__, str(error))


def main() -> None:
    os.chdir(sys.argv[1])  # papermill would take {} in a whole path for the name of a parameter
    # The bar goes to the terminal and the answer to tools.run; what kernel and libraries write there goes to a file.
    answer, terminal = (os.fdopen(os.dup(n), "w", encoding="utf-8", errors="replace") for n in (1, 2))
    with open("said.txt", "wb") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    with answer:
        answer.write(execute(json.loads(sys.argv[2]), terminal))


if __name__ == "__main__":
    main()
