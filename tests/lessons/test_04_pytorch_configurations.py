"""What notebook 4 promises beyond its own checks."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from helpers.definitions import load_taught

NAMES = ("baseline", "configuration 1", "configuration 2", "configuration 3")


@pytest.fixture(scope="module")
def taught():
    return load_taught("04_pytorch_configurations")


@pytest.fixture(scope="module")
def parts(taught):
    """Training and validation rows in float64, few and not a multiple of the batch size."""
    rng = np.random.default_rng(0)
    return [
        taught.part(rng.standard_normal((n, 10)), 3 * rng.standard_normal((n, 1)), dtype=torch.float64) for n in (27, 9)
    ]


def network_of(taught, name, seed=0, **changes):
    return taught.build(taught.reference_configurations()[name]._replace(**changes), 10, seed).double()


def kinds(network):
    return " ".join(type(layer).__name__ for layer in network)


@pytest.mark.parametrize(
    "name, layers, parameters",
    [
        ("baseline", "Linear Sigmoid Linear Sigmoid Linear", 351),
        (
            "configuration 1",
            "Linear BatchNorm1d ReLU Dropout Linear BatchNorm1d Sigmoid Dropout "
            "Linear BatchNorm1d ReLU Dropout Linear BatchNorm1d Sigmoid Dropout Linear",
            1153,
        ),
        (
            "configuration 2",
            "Linear GroupNorm ELU Dropout Linear GroupNorm LeakyReLU Dropout Linear GroupNorm GELU Dropout "
            "Linear GroupNorm SiLU Dropout Linear GroupNorm ReLU Dropout Linear",
            20513,
        ),
        ("configuration 3", "Linear Sigmoid Dropout Linear Sigmoid Dropout Linear", 351),
    ],
)
def test_the_builder_gives_the_layers_and_parameters_of_the_assignment(taught, name, layers, parameters):
    network = network_of(taught, name)
    assert kinds(network) == layers
    assert sum(p.numel() for p in network.parameters()) == parameters


def test_widths_dropout_and_weight_decay_are_those_of_the_assignment(taught):
    widths = {name: tuple(c.widths) for name, c in taught.reference_configurations().items()}
    assert widths == dict(zip(NAMES, [(10, 20), (32, 16, 8, 2), (64, 128, 64, 32, 16), (10, 20)]))
    dropout = [tuple(c.dropout) for c in taught.reference_configurations().values()]
    assert dropout == [(), (0.2,) * 4, (0.1, 0.2, 0.3, 0.3, 0.2), (0.2, 0.2)]
    assert [c.weight_decay for c in taught.reference_configurations().values()] == [0, 0, 0, 1e-3]


@pytest.mark.parametrize(
    "order, layers",
    [
        ("norm activation dropout", "Linear BatchNorm1d Sigmoid Dropout Linear"),
        ("activation norm dropout", "Linear Sigmoid BatchNorm1d Dropout Linear"),
        ("activation dropout norm", "Linear Sigmoid Dropout BatchNorm1d Linear"),
    ],
)
def test_order_is_the_order_of_the_layers(taught, order, layers):
    configuration = taught.Configuration((4,), ("sigmoid",), (0.5,), "batch", order=order)
    assert kinds(taught.build(configuration, 10, 0)) == layers


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


def test_an_epoch_visits_each_row_at_most_once_in_full_batches(taught):
    rows = taught.epoch_batches([np.random.default_rng(s) for s in (0, 1)], 27, 8)
    assert rows.shape == (3, 2, 8)
    for one in rows.movedim(1, 0):
        assert len(one.unique()) == 24
    assert not torch.equal(rows[:, 0], rows[:, 1])


@pytest.mark.parametrize("batch_size", [0, 28])
def test_a_batch_size_that_does_not_fit_is_named(taught, batch_size):
    with pytest.raises(ValueError, match="batch_size must be an integer from 1 to 27"):
        taught.epoch_batches([np.random.default_rng(0)], 27, batch_size)


@pytest.mark.parametrize("kind", [torch.optim.AdamW, torch.optim.SGD])
@pytest.mark.parametrize("name", NAMES)
def test_a_stack_trains_each_network_as_alone(taught, parts, name, kind):
    def settings():
        return {"epochs": 2, "decay": 0.01, "rate": 1e-3, "kind": kind}

    alone = [network_of(taught, name, seed) for seed in (0, 1, 2)]
    together = taught.stack(copy.deepcopy(alone))
    histories = [taught.train(network, seed, *parts, **settings()) for seed, network in enumerate(alone)]
    found = taught.train(together, [0, 1, 2], *parts, **settings())
    for s, (network, history) in enumerate(zip(alone, histories)):
        torch.testing.assert_close(found.val[:, s], history.val, rtol=1e-6, atol=0)
        torch.testing.assert_close(together[0].weight[s].mT, network[0].weight, rtol=1e-5, atol=1e-8)
    torch.testing.assert_close(found.train, torch.stack([h.train for h in histories]).mean(0), rtol=1e-6, atol=0)


def test_targets_may_differ_within_a_stack(taught, parts):
    networks = [network_of(taught, "configuration 3") for _ in range(2)]
    both = [taught.Part(p.X, torch.stack([p.Y, 10 * p.Y])) for p in parts]
    tenfold = [taught.Part(p.X, 10 * p.Y) for p in parts]
    found = taught.train(taught.stack(copy.deepcopy(networks)), [0, 0], *both, epochs=2)
    for s, own in enumerate((parts, tenfold)):
        history = taught.train(networks[s], 0, *own, epochs=2)
        torch.testing.assert_close(found.val[:, s], history.val, rtol=1e-6, atol=0)


def test_seeds_drop_different_units_and_one_seed_the_same(taught):
    layer = taught.Dropout(0.5)
    masks = []
    for seed in (0, 1, 0):
        taught.reseed(nn.Sequential(layer), seed)
        masks.append(layer(torch.ones(8, 16)))
    assert torch.equal(masks[0], masks[2]) and not torch.equal(masks[0], masks[1])


def test_dropout_draws_afresh_when_the_shape_changes(taught):
    layer = taught.Dropout(0.5)
    for shape in ((8, 4), (3, 4), (1, 5), (8, 4)):
        assert layer(torch.ones(shape)).shape == shape


@pytest.mark.parametrize("name", ["baseline", "configuration 2", "configuration 3"])
def test_a_batch_of_one_row_trains_where_there_is_no_batchnorm(taught, parts, name):
    for network, seeds in ((network_of(taught, name), 0), (taught.stack([network_of(taught, name)] * 2), [0, 1])):
        history = taught.train(network, seeds, *parts, epochs=1, batch_size=1)
        assert history.val.isfinite().all()


def test_a_batch_of_one_row_stops_batchnorm_alone_and_in_a_stack(taught, parts):
    network = network_of(taught, "configuration 1")
    for trained, seeds in ((network, 0), (taught.stack([network] * 2), [0, 1])):
        with pytest.raises(ValueError, match="more than 1 value per channel"):
            taught.train(trained, seeds, *parts, epochs=1, batch_size=1)


def test_the_best_weights_are_kept_for_each_network_by_itself(taught, parts):
    stack = taught.stack([network_of(taught, "configuration 1", seed) for seed in (0, 1, 2)])
    history = taught.train(stack, [0, 1, 2], *parts, epochs=12, rate=0.1)
    assert len(set(history.val.argmin(0).tolist())) > 1, "the networks should have their best epochs apart"
    torch.testing.assert_close(history.lowest, history.val.min(0).values)
    stack.load_state_dict(history.best)
    torch.testing.assert_close(taught.evaluate(stack, parts[1]), history.lowest)


def test_patience_stops_each_network_of_a_stack_as_alone(taught, parts):
    networks = [network_of(taught, "baseline", seed) for seed in (0, 1, 2)]
    settings = {"epochs": 30, "rate": 0.1, "patience": 2}
    found = taught.train(taught.stack(copy.deepcopy(networks)), [0, 1, 2], *parts, **settings)
    alone = [taught.train(network, seed, *parts, **settings) for seed, network in enumerate(networks)]
    assert len({len(history.val) for history in alone}) > 1, "the networks should stop at epochs of their own"
    assert len(found.val) == max(len(history.val) for history in alone)
    torch.testing.assert_close(found.lowest, torch.stack([history.lowest for history in alone]), rtol=1e-6, atol=0)


@pytest.mark.parametrize("mode", [True, False])
def test_evaluation_uses_evaluation_mode_and_restores_the_mode(taught, parts, mode):
    network = network_of(taught, "configuration 1").train(mode)
    before = copy.deepcopy(network.state_dict())
    first, second = (taught.evaluate(network, parts[1]) for _ in range(2))
    assert torch.equal(first, second) and not first.requires_grad
    assert all(layer.training == mode for layer in network.modules())
    for key, value in network.state_dict().items():
        assert torch.equal(value, before[key]), key
    with torch.no_grad():
        assert torch.equal(first, taught.mse(copy.deepcopy(network).eval()(parts[1].X), parts[1].Y))


def test_training_leaves_the_rows_alone_and_repeats_itself(taught, parts):
    copies = [taught.Part(p.X.clone(), p.Y.clone()) for p in parts]
    runs = [taught.train(network_of(taught, "configuration 3"), 5, *parts, epochs=2) for _ in range(2)]
    assert torch.equal(runs[0].val, runs[1].val) and torch.equal(runs[0].train, runs[1].train)
    for part, kept in zip(parts, copies):
        assert torch.equal(part.X, kept.X) and torch.equal(part.Y, kept.Y)


def test_a_loss_that_is_not_a_number_never_counts_as_the_best(taught, parts):
    val = taught.Part(parts[1].X, torch.full_like(parts[1].Y, torch.nan))
    network = network_of(taught, "baseline")
    start = copy.deepcopy(network.state_dict())
    history = taught.train(network, 0, parts[0], val, epochs=2)
    assert history.lowest == torch.inf
    assert all(torch.equal(history.best[key], start[key]) for key in start)


def test_weight_decay_reaches_the_optimiser(taught, parts):
    norms = []
    for decay in (0.0, 5.0):
        network = network_of(taught, "baseline")
        taught.train(network, 0, *parts, epochs=5, decay=decay)
        norms.append(sum(p.square().sum() for p in network.parameters()).item())
    assert norms[1] < norms[0]


@pytest.mark.parametrize("shape", [(4,), (7,)])
def test_a_verdict_needs_three_standard_errors(taught, shape):
    base = np.arange(shape[0], dtype=float)
    sign = np.resize([1.0, -1.0], shape)
    error = sign.std(ddof=1) / np.sqrt(shape[0])
    for factor, word in ((2.9, "cannot be told apart"), (3.1, "lower"), (-3.1, "higher")):
        shift = sign - sign.mean() + factor * error
        assert word in taught.verdict(base, base + shift, "A", "B")
    assert "cannot" in taught.verdict(base, base, "A", "B")
