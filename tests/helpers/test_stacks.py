"""A stack gives each network what it gets alone, and its training keeps, stops and switches modes as it says."""

import copy
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from helpers import stacks

ADAMW, SGD = partial(torch.optim.AdamW, lr=1e-2), partial(torch.optim.SGD, lr=1e-3)
HIDDEN = {  # what follows each hidden linear layer of k units
    "sigmoid": lambda k: [nn.Sigmoid()],
    "batch norm": lambda k: [nn.BatchNorm1d(k), nn.ReLU(), nn.Dropout(0.2)],
    "group norm": lambda k: [nn.GroupNorm(2, k), nn.SiLU(), nn.Dropout(0.3)],
}


def network_of(kind, seed):
    torch.manual_seed(seed)
    hidden = HIDDEN[kind]
    return nn.Sequential(nn.Linear(5, 8), *hidden(8), nn.Linear(8, 4), *hidden(4), nn.Linear(4, 1)).double()


def stack_of(kind, seeds):
    return stacks.stack([network_of(kind, seed) for seed in seeds])


@pytest.fixture(scope="module")
def parts():
    """Training and validation rows, few and not a multiple of the batch size."""
    rng = np.random.default_rng(0)
    return [stacks.Part(*(torch.tensor(rng.standard_normal((n, k))) for k in (5, 1))) for n in (27, 9)]


def plain_loop(network, rng, X, Y, epochs):
    """The loop that everyone writes, for one network without dropout."""
    optimizer = ADAMW(network.parameters())
    for _ in range(epochs):
        for rows in stacks.epoch_rows([rng], len(X), 8)[:, 0]:
            optimizer.zero_grad()
            F.mse_loss(network(X[rows]), Y[rows]).backward()
            optimizer.step()


@pytest.mark.parametrize("kind", ["sigmoid", "batch norm", "group norm"])
def test_a_stack_without_dropout_trains_each_network_as_the_plain_loop_does(kind, parts):
    alone = [network_of(kind, seed) for seed in (0, 1, 2)]
    for network in alone:
        for layer in network:
            if isinstance(layer, nn.Dropout):
                layer.p = 0.0
    together = stacks.stack(copy.deepcopy(alone))
    history = stacks.train(together, [0, 1, 2], *parts, 3, ADAMW)
    for s, network in enumerate(alone):
        plain_loop(network, np.random.default_rng([s, 0]), *parts[0], 3)
        torch.testing.assert_close(together[0].weight[s].mT, network[0].weight, rtol=1e-9, atol=1e-12)
        expected = F.mse_loss(stacks.predict(network, parts[1].X), parts[1].Y)
        torch.testing.assert_close(history.val[-1, s], expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize("optimizer", [ADAMW, SGD])
@pytest.mark.parametrize("kind", HIDDEN)
def test_networks_of_a_stack_share_nothing_with_dropout_either(kind, optimizer, parts):
    together, alone = stack_of(kind, (0, 1, 2)), [stack_of(kind, (seed,)) for seed in (0, 1, 2)]
    found = stacks.train(together, [0, 1, 2], *parts, 3, optimizer)
    for s, network in enumerate(alone):
        history = stacks.train(network, [s], *parts, 3, optimizer)
        torch.testing.assert_close(found.val[:, s], history.val[:, 0], rtol=1e-9, atol=0)
        torch.testing.assert_close(found.train[:, s], history.train[:, 0], rtol=1e-9, atol=0)


def test_rows_and_targets_may_differ_within_a_stack(parts):
    changes = [lambda p: p, lambda p: stacks.Part(p.X + 1, 10 * p.Y)]
    own = [[change(p) for p in parts] for change in changes]
    both = [stacks.Part(*map(torch.stack, zip(*pair))) for pair in zip(*own)]
    found = stacks.train(stack_of("group norm", (0, 0)), [0, 0], *both, 2, ADAMW)
    for s, mine in enumerate(own):
        history = stacks.train(stack_of("group norm", (0,)), [0], *mine, 2, ADAMW)
        torch.testing.assert_close(found.val[:, s], history.val[:, 0], rtol=1e-9, atol=0)


@pytest.mark.parametrize("networks, words", [
    ([], "networks must be one or more with the same layers, got 0"),
    ([nn.Sequential(nn.Linear(2, 1)), nn.Sequential(nn.Linear(2, 1), nn.ReLU())], "with the same layers, got 2"),
    ([nn.Sequential(nn.Linear(2, 1), nn.Tanh())], "networks must be made of the layers Linear, BatchNorm1d"),
])  # fmt: skip
def test_what_cannot_be_stacked_is_refused_in_one_sentence(networks, words):
    with pytest.raises(ValueError) as caught:
        stacks.stack(networks)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_an_epoch_visits_each_row_at_most_once_in_full_batches():
    rows = stacks.epoch_rows([np.random.default_rng(s) for s in (0, 1)], 27, 8)
    assert rows.shape == (3, 2, 8)
    for one in rows.movedim(1, 0):
        assert len(one.unique()) == 24
    assert not torch.equal(rows[:, 0], rows[:, 1])


@pytest.mark.parametrize("batch_size", [0, 28])
def test_a_batch_size_that_does_not_fit_is_named(batch_size):
    with pytest.raises(ValueError, match="batch_size must be an integer from 1 to 27"):
        stacks.epoch_rows([np.random.default_rng(0)], 27, batch_size)


@pytest.mark.parametrize("epochs", [0, -1])
def test_epochs_out_of_range_are_named(epochs, parts):
    with pytest.raises(ValueError, match="epochs must be an integer from 1"):
        stacks.train(stack_of("sigmoid", (0,)), [0], *parts, epochs, ADAMW)


def test_dropout_keeps_the_expectation_scales_what_it_keeps_and_stops_in_evaluation():
    drop, A = stacks.Dropout(0.2), torch.full((1, 400, 500), 3.0)
    first, second = drop(A), drop(A)
    assert np.allclose(first.unique(), [0, 3.75])
    assert abs((first == 0).float().mean() - 0.2) < 0.005 and abs(first.mean() - 3) < 0.02
    assert not torch.equal(first, second), "each batch must have units of its own dropped"
    assert torch.equal(drop.eval()(A), A)


def test_seeds_drop_different_units_and_one_seed_the_same():
    layer = stacks.Dropout(0.5)
    masks = []
    for seed in (0, 1, 0):
        stacks.reseed(nn.Sequential(layer), [seed])
        masks.append(layer(torch.ones(1, 8, 16)))
    assert torch.equal(masks[0], masks[2]) and not torch.equal(masks[0], masks[1])


def test_dropout_draws_afresh_when_the_shape_changes():
    layer = stacks.Dropout(0.5)
    for shape in ((1, 8, 4), (1, 3, 4), (1, 1, 5), (1, 8, 4)):
        assert layer(torch.ones(shape)).shape == shape


@pytest.mark.parametrize("p", [-0.1, 1.0, float("nan")])
def test_a_probability_out_of_range_is_named(p):
    with pytest.raises(ValueError, match="p must be a number from 0.0 to 0.99"):
        stacks.Dropout(p)


def test_a_batch_of_one_row_trains_without_batchnorm_and_is_refused_with_it(parts):
    history = stacks.train(stack_of("group norm", (0, 1)), [0, 1], *parts, 1, ADAMW, batch_size=1)
    assert history.val.isfinite().all()
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        stacks.train(stack_of("batch norm", (0, 1)), [0, 1], *parts, 1, ADAMW, batch_size=1)


def test_the_best_weights_are_kept_for_each_network_by_itself(parts):
    network = stack_of("batch norm", (0, 1, 2))
    history = stacks.train(network, [0, 1, 2], *parts, 12, partial(torch.optim.AdamW, lr=0.1))
    assert len(set(history.val.argmin(0).tolist())) > 1, "the networks should have their best epochs apart"
    torch.testing.assert_close(history.lowest, history.val.min(0).values)
    network.load_state_dict(history.best)
    torch.testing.assert_close(stacks.mse(stacks.predict(network, parts[1].X), parts[1].Y), history.lowest)


@pytest.mark.parametrize("mode", [True, False])
def test_a_prediction_uses_evaluation_mode_and_restores_the_mode(mode, parts):
    network = stack_of("batch norm", (0, 1)).train(mode)
    before = copy.deepcopy(network.state_dict())
    first, second = (stacks.predict(network, parts[1].X) for _ in range(2))
    assert torch.equal(first, second) and not first.requires_grad
    assert all(layer.training == mode for layer in network.modules())
    for key, value in network.state_dict().items():
        assert torch.equal(value, before[key]), key
    with torch.no_grad():
        assert torch.equal(first, copy.deepcopy(network).eval()(parts[1].X))


def test_training_leaves_the_rows_alone_and_repeats_itself(parts):
    copies = [stacks.Part(p.X.clone(), p.Y.clone()) for p in parts]
    runs = [stacks.train(stack_of("group norm", (5,)), [5], *parts, 2, ADAMW) for _ in range(2)]
    assert torch.equal(runs[0].val, runs[1].val) and torch.equal(runs[0].train, runs[1].train)
    for part, kept in zip(parts, copies):
        assert torch.equal(part.X, kept.X) and torch.equal(part.Y, kept.Y)


def test_a_loss_that_is_not_a_number_never_counts_as_the_best(parts):
    val = stacks.Part(parts[1].X, torch.full_like(parts[1].Y, torch.nan))
    network = stack_of("sigmoid", (0,))
    start = copy.deepcopy(network.state_dict())
    history = stacks.train(network, [0], parts[0], val, 2, ADAMW)
    assert history.lowest == torch.inf
    assert all(torch.equal(history.best[key], start[key]) for key in start)
