"""What notebook 4 promises beyond its own checks."""

import itertools
import re

import nbformat
import numpy as np
import pytest
import torch
from torch import nn

from helpers import NOTEBOOKS
from helpers.definitions import load_taught
from tests.given import require_none

REMEDY = "Mend the definition in notebook 4; or, if it shall promise this no longer, take the test out."

NAMES = ("baseline", "configuration 1", "configuration 2", "configuration 3")


@pytest.fixture(scope="module")
def taught():
    return load_taught("04_pytorch_configurations")


def network_of(taught, name, seed=0, **changes):
    return taught.build(taught.four_configurations()[name]._replace(**changes), 10, seed)


def kinds(network):
    return " ".join(type(layer).__name__ for layer in network)


@pytest.mark.parametrize("name, layers, parameters", [
    ("baseline", "Linear Sigmoid Linear Sigmoid Linear", 351),
    ("configuration 1", "Linear BatchNorm1d ReLU Dropout Linear BatchNorm1d Sigmoid Dropout "
     "Linear BatchNorm1d ReLU Dropout Linear BatchNorm1d Sigmoid Dropout Linear", 1153),
    ("configuration 2", "Linear GroupNorm ELU Dropout Linear GroupNorm LeakyReLU Dropout Linear GroupNorm GELU Dropout "
     "Linear GroupNorm SiLU Dropout Linear GroupNorm ReLU Dropout Linear", 20513),
    ("configuration 3", "Linear Sigmoid Dropout Linear Sigmoid Dropout Linear", 351),
])  # fmt: skip
def test_the_builder_gives_the_layers_and_parameters_of_the_solution(taught, name, layers, parameters):
    network = network_of(taught, name)
    assert kinds(network) == layers
    assert sum(p.numel() for p in network.parameters()) == parameters


def test_widths_dropout_and_weight_decay_are_those_of_the_solution(taught):
    widths = {name: tuple(c.widths) for name, c in taught.four_configurations().items()}
    assert widths == dict(zip(NAMES, [(10, 20), (32, 16, 8, 2), (64, 128, 64, 32, 16), (10, 20)]))
    dropout = [tuple(c.dropout) for c in taught.four_configurations().values()]
    assert dropout == [(), (0.2,) * 4, (0.1, 0.2, 0.3, 0.3, 0.2), (0.2, 0.2)]
    assert [c.weight_decay for c in taught.four_configurations().values()] == [0.01, 0.01, 0.01, 1e-3]


@pytest.mark.parametrize("order", ["norm activation dropout", "activation norm dropout", "activation dropout norm"])
def test_order_is_the_order_of_the_layers(taught, order):
    configuration = taught.Configuration((4,), ("sigmoid",), (0.5,), "batch", order=order)
    names = {"norm": "BatchNorm1d", "activation": "Sigmoid", "dropout": "Dropout"}
    layers = ["Linear", *map(names.get, order.split()), "Linear"]
    assert kinds(taught.build(configuration, 10, 0)) == " ".join(layers)


def test_a_seed_fixes_the_weights_and_another_changes_them(taught):
    first, same, other = (network_of(taught, "baseline", seed)[0].weight for seed in (1, 1, 2))
    assert torch.equal(first, same) and not torch.equal(first, other)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"widths": (10, 0)}, "widths must be an integer from 1"),
        ({"activations": ("relu",)}, "activations must name one for each of 2 hidden layers, got ('relu',)."),
        ({"activations": ("relu", "tanh")}, "activations must be one of 'sigmoid', 'relu'"),
        ({"dropout": (0.2,)}, "dropout must have an entry for each of 2 hidden layers or none, got (0.2,)."),
        ({"dropout": (0.2, 1.0)}, "dropout must be a number from 0.0 to 0.99, got 1.0."),
        ({"norm": "layer"}, "norm must be one of 'none', 'batch', 'group', got 'layer'."),
        ({"norm": "group", "groups": 4}, "groups must divide each of the widths (10, 20), got 4."),
        ({"weight_decay": -1.0}, "weight_decay must be a number from 0.0"),
        ({"order": "norm dropout"}, "order must hold norm, activation and dropout once each, got 'norm dropout'."),
    ],
)
def test_a_bad_configuration_gives_one_clear_sentence(taught, changes, words):
    with pytest.raises(ValueError) as caught:
        network_of(taught, "baseline", **changes)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_the_split_puts_each_row_in_one_part(taught):
    parts = taught.split(442)
    assert list(map(len, parts)) == [247, 62, 133]
    assert sorted(np.concatenate(parts).tolist()) == list(range(442))


def test_one_epoch_trains_in_training_mode_and_returns_the_mean_loss(taught):
    network = nn.Sequential(nn.Linear(3, 1), nn.Dropout(0.5)).double().eval()
    rows = torch.randn(8, 3, dtype=torch.float64), torch.randn(8, 1, dtype=torch.float64)
    before = network[0].weight.detach().clone()
    loss = taught.one_epoch(network, [rows, rows], torch.optim.SGD(network.parameters(), lr=0.1))
    assert isinstance(loss, float) and network.training and not torch.equal(before, network[0].weight)


def test_evaluation_is_the_same_each_time_and_takes_no_gradient(taught):
    network = taught.build(taught.four_configurations()["configuration 1"], 3, 0).train()
    part = taught.stacks.Part(torch.randn(8, 3, dtype=torch.float64), torch.randn(8, 1, dtype=torch.float64))
    assert taught.evaluate(network, part) == taught.evaluate(network, part)
    assert not network.training and all(p.grad is None for p in network.parameters())


@pytest.mark.parametrize("n", [2, 7, 40])
def test_an_interval_is_students(taught, n):
    d = np.random.default_rng(n).standard_normal(n)
    theirs = taught.stats.ttest_1samp(d, 0).confidence_interval(0.95)
    np.testing.assert_allclose(taught.interval(d), [theirs.low, theirs.high])


def test_redrawn_rows_are_the_same_for_both_networks(taught):
    rng = np.random.default_rng(0)
    P, Y = rng.standard_normal((3, 20, 1)), rng.standard_normal((20, 1))
    same = taught.resample(P, P, Y, rng, draws=50, networks=False)
    np.testing.assert_allclose(same, 0, atol=1e-12)
    assert taught.resample(P, P, Y, rng, draws=50).std() > 0, "redrawn networks differ"


def test_a_difference_of_errors_is_centred_on_what_it_is(taught):
    rng = np.random.default_rng(0)
    P, Q, Y = rng.standard_normal((4, 200, 1)), 2 * rng.standard_normal((1, 200, 1)), np.zeros((200, 1))
    found = taught.resample(P, Q, Y, rng)
    expected = taught.rmse(P, Y).mean() - taught.rmse(Q, Y).mean()
    assert abs(found.mean() - expected) < 0.02 and 0.03 < found.std() < 0.3


def test_sealed_rows_count_the_questions_and_not_the_looks(taught):
    sealed = taught.Sealed("rows")
    assert [sealed.open("a"), sealed.open("a")] == ["rows", "rows"] and len(sealed.questions) == 1
    sealed.open("b")
    assert len(sealed.questions) == 2


def test_nothing_but_the_seal_and_its_guards_touches_the_test_rows():
    """The rows are split, counted and sealed; whoever indexes with them elsewhere has looked. The seal breaks once."""
    notebook = nbformat.read(NOTEBOOKS / "04_pytorch_configurations.ipynb", as_version=4)
    allowed = r"train_rows, val_rows, test_rows = split\(len\(X_all\)\)|len\(test_rows\)|Sealed\(part\(test_rows\)\)"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    open_ones = [cell for cell in code if "folded" not in cell.metadata.get("tags", [])]
    looking = [cell for cell in open_ones if "test_rows" in re.sub(allowed, "", cell.source)]
    opened = [cell.id for cell in code for _ in re.findall(r"sealed\.(?:open\(|_)", cell.source)]
    before = itertools.takewhile(lambda cell: cell.id not in opened, code)
    looking += [cell for cell in before if re.search(r"\b(?:test_part|Y_test|P_test)\b", cell.source)]
    require_none((f"cell {cell.id} looks at the test rows", "choose on the validation rows") for cell in looking)
    require_none([] if len(opened) == 1 else [(f"the seal is broken in {opened}", "open it once, in the last study")])
