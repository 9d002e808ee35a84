"""make mutants: change the helpers in every way that mutmut knows, one change at a time, and show what no test notices.

Each change is a mutant. It is killed if a test fails, or takes ten times as long; else it survives and must have its
reason in SURVIVORS: (where, the change as a regular expression, why no test needs to notice).
The exit status is 1 if a survivor has no reason or fewer than 90 % are killed. ARGS="helpers.data*" runs some alone.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# mutmut's exit codes of a test that failed, ended pytest itself (2, 3), or took too long; None is a mutant not tried.
KILLED = {1, 2, 3, 36, 24, -24, 152, 255}
LEAST = 0.9

SURVIVORS = [
    ("*", r'encoding="UTF-8"', "the same encoding by another name"),
    ("*", r'=> .*(encoding=None|_text\(.*text\), \)|_text\(text, \)|"w", newline)', "UTF-8 is the default here; CI runs on Windows too"),
    ("execute.put_in_place", r'=> .*"utf-8"(, newline=None|, \))', "line ends differ on Windows alone"),
    ("checks.relative_error", r"=> .*(dtype=None|, \))", "one of the two arrays is float64 still, and so is the difference"),
    ("data.*", r"astype\(None\)", "None is float64 by another name"),
    ("data.xor_clouds", r"=> .*>= 0", "no point that is drawn has a coordinate of exactly 0"),
    ("progress.watched", r"lambda: 0", "neither None nor 0 is a kernel"),
    ("taught.load_taught", r"=> .*cell.get\('id', (None|'XXXX'|)\)", "what a traceback calls a cell that has no id"),
    ("plotting.contrast", r"< 0.04045", "no channel of 8 bits is 0.04045"),
    ("plotting.refuse_pale", r"<= (4.5|3)\b", "no colour of 8 bits has a contrast of just 4.5 or 3"),
    ("plotting.show", r'format=None|buffer, metadata|format="PNG"', "PNG is Matplotlib's default, in any case"),
    ("plotting.*", r'=> .*"(WHITE|BILINEAR|OFF|NONE)"', "Matplotlib takes the name in any case"),
    ("plotting.*", r"linewidths?=1.3.* => ", "a line thinner or thicker by a fraction of a point; the stored figures show it"),
    ("plotting.*", r"zorder=[34].* => .*zorder=[45]", "what lies above what stays the same"),
    ("plotting.half_plane", r"linspace", "a straight boundary is the same on any grid"),
    ("plotting.*", r'"",.* => .*None,', "an arrow without text, either way"),
    ("plotting.draw_network", r'"pad": 2.2', "the white margin of a number"),
    ("execute.read", r":201\]", "the length of a message"),
    ("execute.execute", r'=> .*"PARTIAL.IPYNB"', "the name of a temporary file"),
    ("execute.changed", r'=> .*("XX--XX"|entry\[4:\]|entry\[:3\])', "git finds the same; the third character is always a blank"),
    ("execute.end_children", r"wait\(6\)", "how long a child may take"),
    ("execute.run_all", r"wait=None", "None is as good as False"),
    ("colab.files_needed", r'or "XXXX"', "neither text begins with helpers"),
    ("colab.carried", r"ensure_ascii=None", "None is as good as False"),
    ("colab.self_contained", r'rstrip\((None|"XX)', "files end in a line end, and in no X"),
    ("colab.main", r"1000001.0", "megabytes, to one decimal"),
    ("exercises.*", r"=> .*(astype\(None\)|, None\)|dtype=None|\], \)|value, \)|w, \)|reshape\(None\))", "0 and 0.0 compare as equal"),
    ("plotting.half_plane", r"z.min\(\) <= 0", "a boundary that only touches the frame"),
    ("plotting.draw_network", r"=> .*fontsize=font_size,( color=None,$| bbox)", "the course's style gives text this colour"),
    ("exercises.numpy_backprop._five_networks", r"default_rng\(None\)|\(6,\)|rate, batch|epochs=41|=17|epochs=40, red", "other five networks, as good or as bad with the rates tried"),
    ("exercises.numpy_backprop._five_networks", r"all=None", "whether NumPy warns of an exploding network"),
    ("exercises.numpy_backprop._five_networks", r"reduction=", "train takes all that is not the mean for the sum"),
    ("exercises.numpy_backprop.check_2", r"accuracy\(|< 1.003|<= np.inf|0 <= rate|\) and not", "every rate from 0.003 to 0.03 is right so far; 0, inf and True are wrong by their networks too"),
    ("exercises.numpy_backprop.check_3", r"linspace", "as good a set of points"),
    ("exercises.threshold_xnor.check_3", r"- shift", "the shifts are the same with either sign"),
    ("exercises.pytorch_configurations.check_3", r"=None", "None is as good as False and 0"),
    ("exercises.pytorch_configurations.check_2", r"groups [<>]", "no slip tried has 2 or 3 groups"),
    ("exercises.autodiff_trace.check_1", r"strip|\) and False", "whether a name may come alone, or in quotes of its own"),
    ("exercises.autodiff_trace.check_1", r"names\(a\) & ", "x1 and w1 come together in the slips tried; x3 alone is right"),
    ("exercises.autodiff_trace.check_2", r"require_float", "feedback swallows the message, and no answer comes near the bound"),
    ("exercises.autodiff_trace.check_2", r"size\(\w+\) <|< 1.5", "no answer is known that gets this far and no farther"),
    ("exercises.*", r"tol=", "the tolerance of a comparison; slips are far beyond it"),
    ("exercises.*", r" ([<>])=? [0-9.]+, .* => .* \1=? [0-9.]+, |size\(a\) >|a >=? 0.03", "a bound itself, where no slip lies"),
    ("graph_drawing.number_text", r"rstrip\(.XX.XX.\)", "a number holds no X"),
    ("graph_drawing._depths", r"depth = \{node: 1", "only differences of depths count"),
    ("graph_drawing._uncrossed", r"better = None", "None is as good as False"),
    ("graph_drawing._spread", r"pools\[-2\]\[0\] >= pools\[-1\]\[0\]", "pools of equal mean stay where they are, together or apart"),
    ("graph_drawing.layout", r'seen\[node\] = ""|range\(last \+ 2\)|range\(101\)|weights = \[2.0', "an empty column, a round more, or other weights against a thousandth: the same places"),
    ("graph_drawing.layout", r"\(min, (\+1|-2)\)", "no graph is known with lanes there and not on the edge"),
    ("graph_drawing.figure", r"layout=None|below\), \)", "Axes with a place of their own are not moved by any layout"),
    ("graph_drawing._overlap", r"=> .*>= 0", "boxes that touch have no area in common"),
    ("graph_drawing._inside", r"=> .*[<>]= box", "no point of an edge lies just on the side of a box"),
    ("graph_drawing.draw", r'"(OFF|WHITE)"|zorder=5|dots\[:61\]|color", None\)', "Matplotlib takes the name in any case; what lies above what stays; the style's own colour"),
    ("graph_drawing.draw", r"boxes = ", "texts keep away from half a node as well as from a whole one in the graphs tried"),
    ("graph_drawing._stack_texts", r"\[\], 1.0|101 \*|cost = 100|box\[1\] <= 0|>= high|towards <=? ", "costs are compared with each other only, and differ by far"),
    ("graph_drawing._stack_texts", r"box\[2\] < 0|0 and box\[3\]", "no text of the graphs tried leaves the page below"),
    ("graph_drawing._place_label", r"color=None|text, \)", "the course's style gives text this colour"),
    ("graph_drawing._place_label", r"write\([01], [01], text", "where it is measured does not matter; it is moved after"),
    ("graph_drawing._place_label", r"=> along = |along\[1\] <= ", "the direction of a smooth curve is the same a hundredth of it further on"),
    ("graph_drawing._place_label", r"101 \*|best\[0\] == 1", "costs are compared with each other only, and differ by far"),
    ("exercises.*", r'\. (Try|Think) .* => .*\. (try|think) ', "a hint's wording; tests look for a part of it"),
]  # fmt: skip


def change(name, path):
    """What a mutant changes, as `old => new`, each line without its indentation."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    lines = get_diff_for_mutant(name, path=path).splitlines()[2:]
    old, new = (" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return f"{old} => {new}"


def results():
    """The exit code of each mutant that was tried, by name, module by module."""
    for path in sorted(Path("mutants/helpers").rglob("*.meta")):
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        yield path.relative_to("mutants").with_suffix(""), codes


def report():
    """Print the survivors with their reasons and a table by module; return whether all is well."""
    counts, bare = {}, 0
    for module, codes in results():
        counts[module.as_posix()] = Counter("untried" if c is None else c in KILLED for c in codes.values())
        for name in (name for name, code in codes.items() if code is not None and code not in KILLED):
            where = re.sub(r"\.x_(\w+)__mutmut_\d+$", r".\1", name).removeprefix("helpers.")
            what = change(name, module)
            why = next(
                (why for place, pattern, why in SURVIVORS if fnmatch(where, place) and re.search(pattern, what)), ""
            )
            bare += not why
            print(f"{where}: {what}\n      {why or 'WITHOUT A REASON'}")
    print(f"\n{'module':44}  mutants  killed  survived")
    for module, count in (counts | {"all": sum(counts.values(), Counter())}).items():
        print(f"{module:44}  {count.total():7}  {count[True]:6}  {count[False]:8}")
    share = count[True] / (count.total() - count["untried"])
    print(f"{share:.1%} killed, {bare} survivors without a reason, {count['untried']} not tried")
    return share >= LEAST and not bare


def main():
    os.chdir(ROOT)
    if not sys.argv[1:]:
        shutil.rmtree("mutants", ignore_errors=True)
    outside = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}  # mutants go before originals
    run = subprocess.run([sys.executable, "-m", "mutmut", "run", *sys.argv[1:]], env=outside)
    return 0 if not run.returncode and report() else 1


if __name__ == "__main__":
    sys.exit(main())
