"""Mistakes anywhere in the bundle, each with the test that must catch it.

(what is wrong, file, edit, pytest arguments, a piece of what the failing test says)
"""

import re

from tools.mistakes.engine import rearrange, replace

ONE, TWO = "notebooks/01_threshold_xnor.ipynb", "notebooks/02_numpy_backprop.ipynb"
THREE, FOUR = "notebooks/03_autodiff_trace.ipynb", "notebooks/04_pytorch_configurations.ipynb"
HELPERS, FIGURES, RUN, FILES = (
    ["tests/helpers/test_helpers.py"],
    ["tests/helpers/test_figures.py"],
    ["tests/tools/test_run.py"],
    ["tests/tools/test_notebook_files.py"],
)


def form(number):
    """The tests of a notebook's form."""
    return ["tests/lessons/test_form.py", "-k", number]


def swap_with_the_next(cells, index):
    """Cells out of order: the cell changes places with the next code cell."""
    later = next(i for i in range(index + 1, len(cells)) if cells[i].cell_type == "code")
    cells[index], cells[later] = cells[later], cells[index]


def misprint(cells, index):
    """The first percentage that is stored becomes another one."""
    (output,) = cells[index].outputs
    output.text = re.sub(r"\d+\.\d%", "12.5%", output.text, count=1)


def strip(cells, index):
    cells[index].outputs = []


def delete(cells, index):
    """Delete a cell and run the notebook again, as far as the execution counts tell."""
    del cells[index]
    for count, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), 1):
        cell.execution_count = count


MISTAKES = [
    # Stored outputs
    ("a stored number of notebook 1 is edited", ONE, replace('"One unit computes 14 of 16', '"One unit computes 15 of 16'), [ONE], "One unit computes 15 of 16"),
    ("a stored number of notebook 2 is edited", TWO, replace(" 0      2   2.127      2.127", " 0      2   2.127      2.128"), [TWO], "2.128"),
    ("a stored number of notebook 3 is edited", THREE, replace("f = -7.20229561860\\n", "f = -7.20229561870\\n"), [THREE], "f = -7.20229561870"),
    ("a stored number of notebook 4 is edited", FOUR, replace("standard deviation 77.0", "standard deviation 78.0"), [FOUR], "eviation 78.0"),
    ("a curve has another colour", ONE, replace("color=plotting.BLUE, label=", "color=plotting.INK, label="), [ONE], "figure 1: the figure differs"),
    ("a curve shows other data", ONE, replace("ax.semilogy(sizes, costs,", "ax.semilogy(sizes, sizes,"), [ONE], "figure 1: the figure differs"),
    ("a curve's label is swapped", ONE, replace('label="counting ones', 'label="counting zeros'), [ONE], "figure 1: the figure differs"),
    ("a marker has another shape", ONE, replace('"--^", color', '"--s", color'), [ONE], "figure 1: the figure differs"),
    ("two curves of notebook 2 are swapped", TWO, replace("ax.plot(z, naive, color=plotting.VERMILLION", "ax.plot(z, naive, color=plotting.BLUE"), [TWO], "figure 1: the figure differs"),
    ("two curves' labels of notebook 4 are swapped", FOUR, replace('color=plotting.BLUE, label="$f$"', 'color=plotting.BLUE, label="$g$"'), [FOUR], "figure 1: the figure differs"),
    ("a stored number of notebook 2 that may vary a little is another one", TWO, rearrange(misprint, "validation accuracy over {SEEDS} seeds: 10th percentile"), [TWO], "12.5% is stored, not"),
    ("two curves' labels of an unstable figure are swapped", TWO, replace('(("training", "-"), ("validation", "--"))', '(("validation", "-"), ("training", "--"))'), [TWO], "figure 1: other words"),
    ("two curves of an unstable figure are swapped", FOUR, replace('"configuration 2"]):\n    draw_losses(ax, histories[name]', '"configuration 2"]):\n    draw_losses(ax, histories[f"configuration {3 - int(name[-1])}"]'), [FOUR], "of an ink is elsewhere"),
    ("an unstable figure shows other classes", TWO, replace("scatter_classes(ax, X_val, Y_val, size=14)", "scatter_classes(ax, X_val, 1 - Y_val, size=14)"), [TWO], "of an ink is elsewhere"),
    ("an axis of notebook 4 carries another feature", FOUR, replace("right.scatter(X_all[:, 2]", "right.scatter(X_all[:, 3]"), [FOUR], "figure 1: the figure differs"),
    ("the output of a cell that prints is stripped", THREE, rearrange(strip, 'print(f"f = {f(**inputs):.11f}")'), form("03"), "output stripped"),
    ("the figure of a cell is stripped", TWO, rearrange(strip, "fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2)"), form("02"), "figure stripped"),
    # What figures say
    ("the alternative text of a figure is edited", ONE, replace('"alt": "Hidden units for parity', '"alt": "Hidden unit for parity'), [ONE], "text alternative"),
    ("the alternative text of a figure is lost", ONE, replace('"alt": "Hidden units for parity', '"old": "Hidden units for parity'), form("01"), "KeyError: 'alt'"),
    ("an alternative text is blank", ONE, replace('alt="Hidden units for parity against the number of bits: detectors double with each bit, counting grows by one."', 'alt=" "'), [ONE], "alt must be a sentence about the figure"),
    ("a caption's number is typed", ONE, replace("gets {right} of the 4 corners of {gate} right.", "gets 37 of the 50 corners of {gate} right."), form("01"), "compute it, or let a check say it"),
    ("a measured number is typed into an alternative text", TWO, replace("ends at a logit of {z[np.isfinite(naive)].max():.0f}, where", "ends at a logit of 37, where"), form("02"), "compute it, or let a check say it"),
    ("a measured number is typed into the prose", FOUR, replace("The baseline *overfits*: its training loss", "The baseline *overfits* by 4711 points: its training loss"), form("04"), "assert it, or let the code print it"),
    # The form of notebooks
    ("two cells are out of order", THREE, rearrange(swap_with_the_next, "named = diamond("), form("03"), "test_every_code_cell_ran_once_from_top_to_bottom"),
    ("a cell was run out of order", ONE, replace('"execution_count": 7,', '"execution_count": 70,'), form("01"), "test_every_code_cell_ran_once_from_top_to_bottom"),
    ("a check of notebook 1 is deleted", ONE, rearrange(delete, "must fire only at (1,1)"), ["tests/tools/test_mistakes.py", "-k", "gone"], "is gone: hidden unit 1 (AND)"),
    ("a check of notebook 2 is weakened to nothing", TWO, replace("checks.assert_close(named(gradient_of(network)), named(differences(network)), rtol=1e-7)", "differences(network)"), ["tests/tools/test_mistakes.py", "-k", "gone"], "is gone"),
    ("a heading skips a level", TWO, replace("### What to record", "#### What to record"), form("02"), "test_headings_nest_without_gaps"),
    ("the set-up cell is changed by hand", ONE, replace("import pathlib\nimport sub", "import os\nimport sub"), form("01"), "test_setup_cell_and_badge"),
    ("a parameter is not checked", FOUR, replace('checks.require_int("PATIENCE", PATIENCE, 0, 10_000)\n', ""), form("04"), "test_parameters_are_checked_right_after_they_are_set"),
    ("a path of the author's machine is stored", THREE, replace('"f = -7.2', '"/home/ada/f = -7.2'), form("03"), "a path of a machine"),
    ("a cell fetches something from the network", FOUR, replace("raw = load_diabetes(scaled=False)", "raw = load_diabetes(scaled=False)  # https://example.org/data"), form("04"), "test_a_notebook_fetches_nothing_but_the_course"),
    ("a solution is wrong", ONE, replace("answer_3 = ([[1, -1], [1, -1]], [-1.5, 0.5], [[-1], [-1]], [0.5])", "answer_3 = ([[1, -1], [1, -1]], [-1.5, 0.5], [[-1], [-1]], [0.0])"), ["tests/lessons/test_exercises.py", "-k", "solution"], "test_the_solution_in_the_notebook_is_accepted"),
    ("a hint goes to the wrong slip", "helpers/exercises/threshold_xnor.py", replace("np.array_equal(a, [0, 1, 1, 1])", "np.array_equal(a, [1, 1, 1, 0])"), ["tests/lessons/test_exercises.py", "-k", "hint"], "test_a_wrong_answer_gets_the_hint_that_belongs_to_it[01_threshold_xnor-1"),
    # Data and numeric checks
    ("the validation rows leak into training", "helpers/data.py", replace("order[:200], order[200:]", "order[:200], order[100:]"), HELPERS, "test_xor_clouds_are_the_split"),
    ("the classes are swapped", "helpers/data.py", replace("np.logical_xor(X[:, :1] > 0", "np.logical_xor(X[:, :1] < 0"), HELPERS, "test_xor_clouds_are_the_split"),
    ("batches come in the same order each epoch", "helpers/data.py", replace("one.permutation(n)", "np.arange(n)"), HELPERS, "test_batches_come_in_a_fresh_order_each_epoch"),
    ("the short last batch is lost", "helpers/data.py", replace("if drop_last else n", "if not drop_last else n"), HELPERS, "test_batches_visit_every_row_once"),
    ("the truth table counts downwards", "helpers/data.py", replace("np.arange(n - 1, -1, -1)", "np.arange(n)"), HELPERS, "test_truth_table_counts_upwards"),
    ("differences change their argument", "helpers/checks.py", replace("above, below = x.copy(), x.copy()", "above, below = x, x.copy()"), HELPERS, "test_central_differences_move_one_entry"),
    ("differences forget the factor 2", "helpers/checks.py", replace("/ (2 * step)", "/ step"), HELPERS, "test_central_differences_match"),
    ("the comparison lets other shapes broadcast", "helpers/checks.py", replace("if np.shape(a) != np.shape(e):", "if False:"), HELPERS, "test_comparison_refuses_another_shape"),
    ("the comparison lets nan pass", "helpers/checks.py", replace("if not error <= rtol:", "if error > 1e300 and False:"), HELPERS, "test_comparison"),
    ("a range check allows one value too many", "helpers/checks.py", replace("if not low <= value <= high:\n        raise ValueError(f\"{name} must be an integer", "if not low <= value <= high + 1:\n        raise ValueError(f\"{name} must be an integer"), HELPERS, "test_truth_table_names_a_bad_size"),
    # Drawing
    ("class 1 is drawn like class 0", "helpers/plotting.py", replace('(1, VERMILLION, "^")', '(1, BLUE, "o")'), FIGURES, "test_classes_differ_by_marker"),
    ("a half plane is shaded on the wrong side", "helpers/plotting.py", replace("levels=[0, np.inf]", "levels=[-np.inf, 0]"), FIGURES, "test_half_plane_shades_where_the_unit_fires"),
    ("a picture of the plane stands on its head", "helpers/plotting.py", replace('origin="lower"', 'origin="upper"'), FIGURES, "test_regions_fill_the_axes"),
    ("an adjoint is written in the colour of values", "helpers/graph_drawing.py", replace('"color": RUST', '"color": BLUE'), ["tests/helpers/test_graph_drawing.py"], "test_the_graphs_of_notebook_3_are_drawn_as_they_are_stored"),
    ("some readers cannot tell two colours of the palette apart", "helpers/course.mplstyle", replace("'0072B2', 'D55E00'", "'B07000', '6B8E23'"), ["tests/lessons/test_accessibility.py"], "test_the_palette_stays_apart"),
    # Running and building
    ("a result is written straight over the earlier one", "tools/notebook_files.py", replace("        os.replace(beside, target)\n", "        os.replace(beside, target)\n        target.write_text('')\n"), FILES, "test_a_result_replaces_the_earlier_one_whole"),
    ("a notebook that fails passes for a good one", "tools/run.py", replace("return 1 if failures else 0", "return 0"), RUN, "test_each_failure_is_one_line"),
    ("times of a run stay in the result", "tools/tidy.py", replace('cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})', "pass"), ["tests/tools/test_tidy.py"], "test_a_notebook_saved_by_any_front_end"),
    ("a built notebook forgets what its helpers need", "tools/one_file.py", replace("waiting += files_needed(text)", "pass"), ["tests/tools/test_one_file.py"], "test_a_built_notebook_carries_all_that_it_imports"),
    ("a progress bar is shown where nobody watches", "helpers/progress.py", replace(" or not watched()", ""), ["tests/helpers/test_progress_bars.py"], "test_the_bar_is_one_for_each_loop"),
    ("the conda twin has another version", "environment.yml", replace("numpy==2.4.6", "numpy==2.4.5"), ["tests/tools/test_environment.py"], "test_conda_and_pip"),
    ("the README forgets a notebook's title", "README.md", replace("[3 Trace automatic differentiation, node by node]", "[3 Trace differentiation]"), form("03"), "test_the_readme_lists_the_notebook"),
]  # fmt: skip
