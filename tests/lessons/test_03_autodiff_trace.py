"""What notebook 3's engine, tables and drawings promise beyond the notebook's own checks."""

import html
import itertools
import math
import random
import re

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from helpers import graph_drawing, moving, plotting
from helpers.definitions import NOTEBOOKS, load_taught

REMEDY = "Mend the definition in notebook 3; or, if it shall promise this no longer, take the test out."
NAME = "03_autodiff_trace"
INPUTS = ("x1", "x2", "x3", "w1", "w2", "w3", "w4")
ASSIGNMENT = dict(zip(INPUTS, (-1.5, 3.1, 7.3, 4.5, -2.7, 0.2, -5.0)))


@pytest.fixture(scope="module")
def taught():
    return load_taught(NAME)


# The engine


def test_gradients_are_fresh_and_leave_the_nodes_alone(taught):
    a = taught.Node(3.0)
    y = a * a
    first = taught.gradients(y)
    first[a] = 1000.0
    assert taught.gradients(y)[a] == 6
    assert taught.gradients(y * 2)[a] == 12 and taught.gradients(y)[a] == 6


def test_a_million_nodes_in_a_chain_are_built_differentiated_and_freed(taught):
    y = start = taught.Node(1.0)
    for _ in range(500_000):
        y = y + 0.0
    assert taught.gradients(y)[start] == 1
    del y, start  # the chain is taken apart here; a recursive end would crash the process


def test_numbers_mix_with_nodes_on_either_side(taught):
    a = taught.Node(2.0)
    for y, value, slope in (
        (3 + a, 5, 1), (a + 3, 5, 1), (3 - a, 1, -1), (a - 3, -1, 1), (3 * a, 6, 3), (a * 3, 6, 3),
        (3 / a, 1.5, -0.75), (a / 4, 0.5, 0.25), (a**3, 8, 12), (3**a, 9, 9 * math.log(3)), (-a, -2, -1),
        (np.float64(3) * a, 6, 3), (a * np.float32(3), 6, 3), (a * np.int64(3), 6, 3), (np.float64(3) - a, 1, -1),
    ):  # fmt: skip
        assert y.value == pytest.approx(value, rel=1e-14)
        assert taught.gradients(y)[a] == pytest.approx(slope, rel=1e-14)


@pytest.mark.parametrize("base, n, value, slope", [
    (0, 0, 1, 0), (0, 1, 0, 1), (0, 2, 0, 0), (0, 3, 0, 0), (-2, 3, -8, 12), (-2, -1, -0.5, -0.25),
])  # fmt: skip
def test_powers_of_zero_and_of_negative_bases(taught, base, n, value, slope):
    a = taught.Node(base)
    assert (a**n).value == value and taught.gradients(a**n)[a] == slope


@pytest.mark.parametrize(
    "mistake",
    [
        "Node(math.nan)", "Node(math.inf)", "Node(-math.inf)", "log(Node(0.0))", "log(Node(-1.0))", "exp(Node(710.0))",
        "Node(1.0) / 0", "1 / Node(0.0)", "Node(1.0) / Node(0.0)", "Node(1e200) * Node(1e200)", "Node(0.0) ** 0.5",
        "Node(-1.0) ** 0.5", "Node(0.0) ** -1", "Node(1e200) ** 2", "(-2) ** Node(2.0)", "Node(1.0) / Node(1e-320)",
        "log(Node(1e-320))", "Node(1.0) * math.nan",
    ],
)  # fmt: skip
def test_what_is_not_finite_is_refused_in_one_sentence(taught, mistake):
    with pytest.raises(ValueError, match=r"^[^\n]*(finite)[^\n]*\.$"):
        eval(mistake, vars(taught) | {"math": math})


@pytest.mark.parametrize(
    "mistake",
    [
        "Node('1')", "Node(None)", "Node(True)", "Node([1.0])", "Node(1j)", "Node(Node(1.0))", "Node(1.0) + '1'",
        "'1' * Node(1.0)", "Node(1.0) ** Node(2.0)", "Node(1.0) ** '2'", "gradients(2.0)", "gradients('f')",
        "gradients(None)", "Node(1.0) / None",
    ],
)  # fmt: skip
def test_what_is_not_a_number_or_a_node_is_refused_in_one_sentence(taught, mistake):
    with pytest.raises(
        TypeError, match=r"^(Nodes are made of|gradients needs|The exponent must be) [^\n]*, got [^\n]*\.$"
    ):
        eval(mistake, vars(taught))


def test_a_node_of_another_graph_has_no_gradient(taught):
    a, b = taught.Node(1.0), taught.Node(2.0)
    found = taught.gradients(a * 3)
    with pytest.raises(LookupError, match="not a node of the graph"):
        found[b]
    with pytest.raises(LookupError, match="not a node of the graph"):
        taught.gradients(a)[a * 3]
    assert b not in found and found.get(b) is None


@pytest.mark.parametrize("z", [-1e308, -1e3, -750.0, -20.0, -1e-300, 0.0, 1e-300, 20.0, 750.0, 1e3, 1e308])
def test_sigmoid_and_tanh_are_finite_everywhere(taught, z):
    for function, low in ((taught.sigmoid, 0), (taught.tanh, -1)):
        a = taught.Node(z)
        y = function(a)
        assert low <= y.value <= 1 and 0 <= taught.gradients(y)[a] <= 1


def test_random_formulas_agree_with_differences_of_plain_numbers(taught):
    rng = random.Random(0)
    one = [taught.relu, taught.sigmoid, taught.tanh, lambda v: taught.exp(0.3 * v), lambda v: taught.log(v * v + 1)]
    two = [lambda u, v: u + v, lambda u, v: u - v, lambda u, v: u * v, lambda u, v: u / (v * v + 1)]

    def formula(values, choices):
        values = list(values)
        for kind, which, i, j in choices:
            u, v = values[i % len(values)], values[j % len(values)]
            values.append(one[which % 5](u) if kind else two[which % 4](u, v))
        return taught.tanh(0.1 * values[-1] + 0.2 * values[-2] + values[0] * 0.3)

    for _ in range(60):
        choices = [(rng.random() < 0.5, rng.randrange(20), rng.randrange(99), rng.randrange(99)) for _ in range(8)]
        at = [rng.uniform(-1.5, 1.5) for _ in range(3)]
        nodes = [taught.Node(v) for v in at]
        found = taught.gradients(formula(nodes, choices))
        for i, node in enumerate(nodes):
            h = 1e-5
            up, down = ([v + s * h * (j == i) for j, v in enumerate(at)] for s in (1, -1))
            expected = (formula(up, choices) - formula(down, choices)) / (2 * h)
            assert found.get(node, 0.0) == pytest.approx(expected, abs=2e-8, rel=1e-6)


def test_forward_and_backward_sweeps_give_one_matrix_and_count_what_is_connected(taught):
    x = [taught.Node(v) for v in (0.5, -0.4, 1.1)]
    outputs = [x[0] * x[1] + x[2], taught.tanh(x[0] * x[0])]
    forward, count_f = taught.forward_matrix(x, outputs)
    outputs_only = [taught.graph(output) for output in outputs]
    back = [[taught.gradients(o).get(node, 0.0) for node in x] for o in outputs]
    np.testing.assert_allclose(forward, back, rtol=1e-14)
    assert count_f == 8 and [sum(len(n.edges) for n in g) for g in outputs_only] == [4, 3]


# The trace of f


def test_every_trace_is_finite_and_agrees_with_dual_numbers_at_all_extremes(taught):
    for values in [*itertools.product((-1e3, 0.0, 1e3), repeat=7)][::7] + [*itertools.product((-1e6, 1e6), repeat=7)]:
        inputs = dict(zip(INPUTS, values))
        nodes = taught.trace(inputs)
        found = taught.gradients(nodes["f"])
        assert all(map(math.isfinite, found.values()))
        for name in INPUTS:
            exact = taught.restart(nodes, lambda v: taught.Dual(v, 0.0), name, taught.Dual(0.0, 1.0)).slope
            assert found[nodes[name]] == pytest.approx(exact, rel=1e-9, abs=1e-12)


def test_symbols_are_written_like_the_textbook(taught):
    a, b, y = map(taught.Symbol, "aby")
    assert taught.DIVIDE.slopes(a, b, y)[0].text == "1 / b"
    assert (taught.Symbol("u'") * taught.DIVIDE.slopes(a, b, y)[1]).text == "u' · (−y / b)"
    assert taught.power(3).slopes(a, y)[0].text == "3 · a^2"
    assert taught.TANH.slopes(a, y)[0].text == "1 − y²"
    assert taught.RELU.slopes(a, y)[0].text == "[a > 0]"
    assert (taught.Symbol("u'") * taught.SUBTRACT.slopes(a, b, y)[1]).text == "−u'"


def test_a_shared_node_has_one_term_for_each_road(taught):
    nodes = taught.diamond(taught.Node(1.5), taught.Node(0.8))
    names = taught.name_nodes(nodes)
    road = taught.roads(nodes["g"], names)[nodes["u"]]
    assert taught.adjoint_expression(road, names) == "g' · d + e' · e"
    found = taught.gradients(nodes["g"])
    assert sum(found[r.user] * r.slope for r in road) == pytest.approx(found[nodes["u"]], rel=1e-15)


def test_the_softplus_of_the_last_exercise_has_gradient_drawing_and_equations(taught):
    text = 'Operation("softplus({})", lambda a: math.log(1 + math.exp(a)), lambda a, y: (sigmoid(a),))'
    y = taught.unary(eval(text, vars(taught) | {"math": math}), a := taught.Node(0.5))
    names = taught.name_nodes({"a": a, "y": y})
    assert taught.adjoint_expression(taught.roads(y, names)[a], names) == "y' · σ(a)"
    plt.close(taught.draw_graph(y, names))
    taught.print_graph(y, names)


def test_equal_constants_stay_two_nodes(taught):
    x = taught.Node(2.0)
    nodes = {"x": x, "y": (x + 1) * (x - 1)}
    names = taught.name_nodes(nodes)
    assert len(set(names.values())) == len(names) == 6


# The notebook with other inputs


def run_notebook(parameters, monkeypatch, last="## 8."):
    """Run the cells up to a heading with other parameters; return their scope and all that was shown."""
    shown = []
    monkeypatch.setattr(plotting, "get_ipython", object)
    for module in (plotting, graph_drawing):
        monkeypatch.setattr(module, "display", lambda data, **_: shown.append(data))
    monkeypatch.chdir(NOTEBOOKS)
    scope = {"__name__": "__main__"}
    for cell in nbformat.read(NOTEBOOKS / f"{NAME}.ipynb", as_version=4).cells:
        if cell.source.startswith(last):
            break
        if cell.cell_type == "code":
            exec(compile(cell.source, cell.id, "exec"), scope)
            if "parameters" in cell.metadata.get("tags", []):
                scope |= parameters
    return scope, shown


@pytest.mark.parametrize(
    "values",
    [(-1e3,) * 7, (0.0,) * 7, (1e-5, 2, 1, 1, 1, -3, 40), (1e3, -1e3, 1e3, -1e3, 1e3, 1e-3, 1e3)],
)
def test_other_inputs_run_to_the_end_with_right_tables(values, monkeypatch, capsys):
    scope, shown = run_notebook(dict(zip(map(str.upper, INPUTS), values)), monkeypatch)
    out = capsys.readouterr().out
    f = scope["f"](*values)
    assert "f      x3 · t" in out and scope["long_text"](f) in out
    assert len([data for data in shown if "image/png" in data or "<img" in str(data)]) >= 9


def test_where_somebody_watches_a_slider_steps_through_with_a_question_on_the_way(monkeypatch):
    monkeypatch.setenv("HELPERS_WATCHED", "1")
    pages = []
    monkeypatch.setattr(moving, "display", lambda data, **_: pages.append(data["text/html"]))
    run_notebook({}, monkeypatch, last="## 6.")
    stepper, nudge = pages
    captions = re.findall(r"<figcaption[^>]*>(.*?)</figcaption>", stepper)
    assert html.unescape(captions[0]) == "Step 1 of 21: at a1: a1 = w1 · x1 = 4.5 · (−1.5) = −6.75"
    assert html.unescape(captions[-1]) == "Step 21 of 21: at a1: w1' = 0 × (−1.5) = 0; x1' = 0 × 4.5 = 0"
    asked = [k for k, caption in enumerate(captions) if "?" in caption]
    assert len(asked) == 1 and "0.194 × (−5) = ?" in captions[asked[0]]
    assert "= −0.971" in captions[asked[0] + 1] and "−0.971" not in captions[asked[0]]
    assert "7.3 × 0.0266 = 0.194" in captions[asked[0] - 1]
    assert nudge.count("<figure") == 9


def test_adjoints_and_slopes_are_hidden_until_they_are_known(taught):
    nodes = taught.trace(ASSIGNMENT)
    names = taught.name_nodes(nodes)
    known = {"values": set(INPUTS), "adjoints": set()}
    for step in taught.step_states(nodes, names):
        assert known["values"] <= set(step.known) and known["adjoints"] <= set(step.adjoints)
        known = {"values": set(step.known), "adjoints": set(step.adjoints)}
        fig, ax = graph_drawing.figure(
            place := graph_drawing.layout((parts := taught.picture(nodes["f"], names))["edges"])
        )
        taught.draw_step(ax, step, place, parts)
        seen = {text.get_text() for text in ax.texts if text.get_visible()}
        assert ("0.0266" in seen) == ("t" in step.known)  # the slope of t by a4, and no other number of the picture
        assert ("−3.48e−5" in seen) == ("w2" in step.adjoints)
        plt.close(fig)
    assert known == {"values": set(nodes), "adjoints": set(nodes)}


def test_a_node_used_twice_is_known_only_when_all_its_users_have_paid_in(taught):
    nodes = taught.diamond(taught.Node(1.5), taught.Node(0.8))
    back = [step for step in taught.step_states(nodes, taught.name_nodes(nodes)) if step.adjoints]
    assert back[0].lines == ["one road to u': 1 × 1.46 = 1.46", "d' = 1 × 1.2 = 1.2"] and "u" not in back[0].adjoints
    (last,) = [step.lines for step in back if "u" in step.adjoints and step.now == "e"]
    assert last == ["one road to u': 0.278 × 3.32 = 0.922; with all roads u' = 2.39"]
