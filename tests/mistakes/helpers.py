ONE = "notebooks/01_threshold_xnor.ipynb"
NBVAL = ["notebooks/01_threshold_xnor.ipynb"]
HELPERS = ["tests/test_helpers.py"]
FORM = ["tests/test_notebooks.py", "-k", "01"]

MISTAKES = [
    ("a stored number is edited", ONE, '"One unit computes 14 of 16', '"One unit computes 15 of 16', NBVAL, "One unit computes 15 of 16"),
    ("a curve has another colour", ONE, "color=plotting.BLUE, label=", "color=plotting.INK, label=", NBVAL, "figure 1: the figure differs"),
    ("a curve shows other data", ONE, "ax.semilogy(sizes, costs,", "ax.semilogy(sizes, sizes,", NBVAL, "figure 1: the figure differs"),
    ("a curve's label is swapped", ONE, 'label="counting ones', 'label="counting zeros', NBVAL, "figure 1: the figure differs"),
    ("a marker has another shape", ONE, '"--^", color', '"--s", color', NBVAL, "figure 1: the figure differs"),
    ("the alternative text of a figure is edited", ONE, '"alt": "Hidden units for parity', '"alt": "Hidden unit for parity', NBVAL, "text alternative"),
    ("the alternative text of a figure is lost", ONE, '"alt": "Hidden units for parity', '"old": "Hidden units for parity', FORM, "KeyError: 'alt'"),
    ("a cell was run out of order", ONE, '"execution_count": 7,', '"execution_count": 70,', FORM, "test_every_code_cell_ran_once_from_top_to_bottom"),
    ("the set-up cell is changed by hand", ONE, "import pathlib\nimport sub", "import os\nimport sub", FORM, "test_setup_cell_and_badge"),
    ("a solution is wrong", ONE, "answer_3 = ([[1, -1], [1, -1]], [-1.5, 0.5], [[-1], [-1]], [0.5])", "answer_3 = ([[1, -1], [1, -1]], [-1.5, 0.5], [[-1], [-1]], [0.0])", ["tests/test_exercises.py", "-k", "solution"], "test_the_solution_in_the_notebook_is_accepted"),
    ("the validation rows leak into training", "helpers/data.py", "order[:200], order[200:]", "order[:200], order[100:]", HELPERS, "test_xor_clouds_are_the_split"),
    ("the classes are swapped", "helpers/data.py", "np.logical_xor(X[:, :1] > 0", "np.logical_xor(X[:, :1] < 0", HELPERS, "test_xor_clouds_are_the_split"),
    ("batches come in the same order each epoch", "helpers/data.py", "order = rng.permutation(n)", "order = np.arange(n)", HELPERS, "test_batches_come_in_a_fresh_order_each_epoch"),
    ("the short last batch is lost", "helpers/data.py", "if drop_last else n", "if not drop_last else n", HELPERS, "test_batches_visit_every_row_once"),
    ("differences change their argument", "helpers/checks.py", "above, below = x.copy(), x.copy()", "above, below = x, x.copy()", HELPERS, "test_central_differences_move_one_entry"),
    ("differences forget the factor 2", "helpers/checks.py", "/ (2 * step)", "/ step", HELPERS, "test_central_differences_match"),
    ("the comparison lets other shapes broadcast", "helpers/checks.py", "if np.shape(a) != np.shape(e):", "if False:", HELPERS, "test_comparison_refuses_another_shape"),
    ("the comparison lets nan pass", "helpers/checks.py", "if not error <= rtol:", "if error > 1e300 and False:", HELPERS, "test_comparison"),
    ("the truth table counts downwards", "helpers/data.py", "np.arange(n - 1, -1, -1)", "np.arange(n)", HELPERS, "test_truth_table_counts_upwards"),
    ("a range check allows one value too many", "helpers/checks.py", "if not low <= value <= high:\n        raise ValueError(f\"{name} must be an integer", "if not low <= value <= high + 1:\n        raise ValueError(f\"{name} must be an integer", HELPERS, "test_truth_table_names_a_bad_size"),
    ("class 1 is drawn like class 0", "helpers/plotting.py", '(1, VERMILLION, "^")', '(1, BLUE, "o")', ["tests/test_figures.py"], "test_classes_differ_by_marker"),
    ("the conda twin has another version", "environment.yml", "numpy==2.4.6", "numpy==2.4.5", ["tests/test_execute.py", "-k", "conda"], "test_conda_and_pip"),
]  # fmt: skip
