"""The run in accented English finds what no catalogue holds, in a notebook and in helpers, and nothing else."""

import re
import subprocess
import sys

from tools.mistakes.copies import replace, small_course
from tools.processes import course_environment
from tools.translate.pseudo import accented, plain_words


def test_accents_leave_fields_formulas_code_and_addresses():
    text = "Once {n:.1f} `cell` in $x_{in}$, see [here](https://example.org/a) (log scale)"
    assert accented(text) == "Oñçé {n:.1f} `cell` ïñ $x_{in}$, séé [héré](https://example.org/a) (log sçàlé)"
    assert plain_words(f"{accented(text)} rate_of x1 W2 plain") == {"plain"}  # log is among the names that stay


def test_a_text_that_no_extractor_sees_is_found_in_a_notebook_and_in_helpers(tmp_path):
    root = small_course(tmp_path)
    (root / "translations").mkdir()
    (root / "translations" / "names.txt").write_text("# Names\nlog\n", encoding="utf-8")
    replace('label="slope 1"', '**{"label": "hidden"}')(root / "notebooks" / "01_tiny.ipynb")
    replace('say("Not answered yet.")', '"Not answered yet."')(root / "helpers" / "feedback.py")
    done = subprocess.run(
        [sys.executable, "-m", "tools.translate.pseudo"], cwd=root, capture_output=True, text=True,
        env=course_environment() | {"PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.returncode == 1 and "translations/names.txt" in done.stdout, done.stderr
    assert re.findall(r"(?m)^  (\w+): ", done.stdout) == ["Not", "answered", "hidden", "yet"]
