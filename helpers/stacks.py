"""Many networks of one description, trained side by side: a stack has a leading axis of S networks.

One step of a small network costs more overhead than arithmetic, so S of them in one array cost little more than one.
Nothing is shared but the clock: each slice has its own weights, its own statistics in a norm, its own row order and
its own dropout, drawn from its own seed, and gets what it would get alone. tests/helpers/test_stacks.py proves it.
"""

import copy
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from helpers import data
from helpers.checks import require_float, require_int
from helpers.progress import progress


class Part(NamedTuple):
    """Rows of a data set: inputs X (n, d) and targets Y (n, 1); a leading axis S gives each network rows of its own."""

    X: torch.Tensor
    Y: torch.Tensor


class History(NamedTuple):
    """What the training of S networks leaves behind, beside the networks as they are after the last epoch."""

    train: torch.Tensor  # (epochs, S): mean of the batches' losses as they passed, in training mode
    val: torch.Tensor  # (epochs, S): loss on the validation rows after each epoch, in evaluation mode
    lowest: torch.Tensor  # (S,): the lowest validation loss of each network
    best: dict[str, torch.Tensor]  # the weights it was reached with, each network by itself


class Dropout(nn.Module):
    """Dropout from a NumPy generator for each network, (S, n, k) -> (S, n, k); in evaluation it changes nothing.

    `nn.Dropout` has one generator for all networks, and from one seed drops other units on other makes of processor.
    The numbers of many batches are drawn at once, which is quicker.
    """

    AHEAD = 32  # batches

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = require_float("p", p, 0.0, 0.99)
        self.rngs = [np.random.default_rng()]
        self.supply: list[torch.Tensor] = []

    def reseed(self, rngs: Sequence[np.random.Generator]) -> None:
        """Take these generators, one for each network, and forget what was drawn from earlier ones."""
        self.rngs, self.supply = list(rngs), []

    def factors(self, A: torch.Tensor) -> list[torch.Tensor]:
        """What the next batches of the shape of A are multiplied by: 0, or 1 / (1 - p)."""
        U = np.stack([rng.random((self.AHEAD, *A.shape[-2:]), dtype=np.float32) for rng in self.rngs], axis=1)
        kept = (U >= self.p) / (1 - self.p)
        return list(torch.from_numpy(kept).to(A).view(self.AHEAD, *A.shape))

    def forward(self, A: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return A
        if not self.supply or self.supply[-1].shape != A.shape:
            self.supply = self.factors(A)
        return A * self.supply.pop()


class StackedLinear(nn.Module):
    """S linear layers side by side: (S, n, d) or (n, d) -> (S, n, k), in one batched product."""

    def __init__(self, layers: Sequence[nn.Linear]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.stack([layer.weight.detach().T for layer in layers]).contiguous())
        self.bias = nn.Parameter(torch.stack([layer.bias.detach() for layer in layers])[:, None])

    def forward(self, A: torch.Tensor) -> torch.Tensor:
        return torch.baddbmm(self.bias, A.expand(len(self.weight), -1, -1), self.weight)


class StackedBatchNorm(nn.BatchNorm1d):
    """BatchNorm of S * k units: the units of all networks lie side by side, so each has its own statistics."""

    def __init__(self, layers: Sequence[nn.BatchNorm1d]) -> None:
        super().__init__(len(layers) * layers[0].num_features)
        self.to(layers[0].weight)

    def forward(self, A: torch.Tensor) -> torch.Tensor:
        S, n, k = A.shape
        return super().forward(A.movedim(1, 0).reshape(n, S * k)).view(n, S, k).movedim(0, 1)


class StackedGroupNorm(nn.Module):
    """GroupNorm by rows, with scale and shift of their own for each network; a group is made the last axis."""

    def __init__(self, layers: Sequence[nn.GroupNorm]) -> None:
        super().__init__()
        self.groups, self.eps = layers[0].num_groups, layers[0].eps
        self.weight = nn.Parameter(torch.stack([layer.weight.detach() for layer in layers])[:, None])
        self.bias = nn.Parameter(torch.stack([layer.bias.detach() for layer in layers])[:, None])

    def forward(self, A: torch.Tensor) -> torch.Tensor:
        G = A.view(*A.shape[:-1], self.groups, -1)
        return F.layer_norm(G, G.shape[-1:], eps=self.eps).view(A.shape) * self.weight + self.bias


STACKED: dict[type, Callable] = {
    nn.Linear: StackedLinear,
    nn.BatchNorm1d: StackedBatchNorm,
    nn.GroupNorm: StackedGroupNorm,
    nn.Dropout: lambda layers: Dropout(layers[0].p),
}
WITHOUT_STATE = (nn.Sigmoid, nn.ReLU, nn.ELU, nn.LeakyReLU, nn.GELU, nn.SiLU, nn.Identity)


def stack(networks: Sequence[nn.Sequential]) -> nn.Sequential:
    """One network of stacked layers from S networks of one description, whose weights are copied.

    Raises:
        ValueError: if there is no network, the layers differ, or a layer is of a kind that has no stacked twin.
    """
    kinds = [[type(layer) for layer in network] for network in networks]
    if not kinds or any(kind != kinds[0] for kind in kinds):
        raise ValueError(f"networks must be one or more with the same layers, got {len(kinds)} with other ones.")
    for kind in kinds[0]:
        if kind not in STACKED and kind not in WITHOUT_STATE:
            allowed = ", ".join(known.__name__ for known in (*STACKED, *WITHOUT_STATE))
            raise ValueError(f"networks must be made of the layers {allowed}, got {kind.__name__}.")
    return nn.Sequential(*(STACKED.get(type(column[0]), lambda layers: layers[0])(column) for column in zip(*networks)))


def mse(P: torch.Tensor, Y: torch.Tensor) -> torch.Tensor:
    """Mean squared error of predictions P (..., n, 1): one number for each network."""
    return ((P - Y) ** 2).mean((-2, -1))


@torch.no_grad()
def predict(network: nn.Module, X: torch.Tensor) -> torch.Tensor:
    """Predictions in evaluation mode, (S, n, 1) or (n, 1). The network's mode is left as it was."""
    mode = network.training
    P = network.eval()(X)
    network.train(mode)
    return P


def epoch_rows(rngs: Sequence[np.random.Generator], n: int, batch_size: int) -> torch.Tensor:
    """Row numbers for one epoch, (batches, S, batch_size): an order of its own for each generator, full batches only.

    Raises:
        TypeError, ValueError: if batch_size is not an integer from 1 to n.
    """
    require_int("batch_size", batch_size, 1, n)
    return torch.from_numpy(np.stack(list(data.minibatches(n, batch_size, list(rngs), drop_last=True))))


def pick(values: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Rows (batches, S, b) of values that all networks share, (n, k), or that each has for itself, (S, n, k)."""
    return values[rows] if values.ndim == 2 else torch.take_along_dim(values[None], rows[..., None], dim=2)


def reseed(network: nn.Module, seeds: Sequence[int]) -> list[np.random.Generator]:
    """Give dropout a generator for each seed, and return a generator of row orders for each.

    So two networks with one seed see the same rows in the same order, with dropout or without.
    """
    rngs = [np.random.default_rng([seed, 1]) for seed in seeds]
    for layer in network.modules():
        if isinstance(layer, Dropout):
            layer.reseed(rngs)
    return [np.random.default_rng([seed, 0]) for seed in seeds]


def keep(best: dict[str, torch.Tensor], network: nn.Module, better: torch.Tensor) -> None:
    """Copy the present weights into `best` for those networks whose flag in `better` (S,) is set."""
    for name, value in network.state_dict().items():
        if value.ndim:  # a counter of batches has no axes and no slices
            best[name].view(len(better), -1)[better] = value.view(len(better), -1)[better]


def train(
    network: nn.Module,
    seeds: Sequence[int],
    train_part: Part,
    val_part: Part,
    epochs: int,
    optimizer: Callable[..., torch.optim.Optimizer],
    batch_size: int = 8,
) -> History:
    """Train a stack in place, each network with its own seed, and keep each one's best weights on the validation rows.

    Args:
        network: from `stack`.
        seeds: one for each network: of its row orders and its dropout.
        train_part, val_part: rows to learn from and rows to judge by, where the network lies.
        epochs: passes through the training rows, at least 1; a short last batch is left out.
        optimizer: makes an optimiser from parameters, for instance partial(torch.optim.AdamW, lr=0.01).
    Raises:
        TypeError, ValueError: if epochs or batch_size is out of range.
    """
    X, Y = train_part
    require_int("epochs", epochs, 1, 1_000_000)
    orders, steps = reseed(network, seeds), optimizer(network.parameters())
    best, history = copy.deepcopy(network.state_dict()), []
    lowest = torch.full((len(seeds),), torch.inf, dtype=X.dtype, device=X.device)
    for _ in progress(range(epochs), "epochs"):
        network.train()
        rows, passed = epoch_rows(orders, X.shape[-2], batch_size).to(X.device), []
        for A, T in zip(pick(X, rows), pick(Y, rows)):
            steps.zero_grad()
            loss = mse(network(A), T)
            loss.sum().backward()  # no network's loss depends on another's weights: each gets its own gradient
            steps.step()
            passed.append(loss.detach())
        val = mse(predict(network, val_part.X), val_part.Y)
        history.append((torch.stack(passed).mean(0), val))
        better = val < lowest
        keep(best, network, better)
        lowest = torch.where(better, val, lowest)
    return History(*map(torch.stack, zip(*history)), lowest, best)
