"""Notebook 4's training against the ordinary DataLoader loop, at one thread, interleaved."""

import statistics
import time

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from helpers.taught import load_taught

ROUNDS, EPOCHS, STACK = 9, 5, 16
TARGETS = {"one training": 0.7, f"per seed of {STACK}": 0.1}


def ordinary(taught, configuration, seed=0):
    """The network as most would write it: the taught one with PyTorch's own dropout."""
    layers = taught.build(configuration, 10, seed)
    return nn.Sequential(*(nn.Dropout(layer.p) if isinstance(layer, taught.Dropout) else layer for layer in layers))


def dataloader_loop(network, train_part, val_part, epochs, decay):
    """The loop of the course's notebook 1c: loaders for both parts, losses summed up as the batches pass."""
    train_batches = DataLoader(TensorDataset(*train_part), batch_size=8, shuffle=True, drop_last=True)
    val_batches = DataLoader(TensorDataset(*val_part), batch_size=8)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2, weight_decay=decay)
    criterion, losses = nn.MSELoss(), []
    for _ in range(epochs):
        sums = [0.0, 0.0]
        network.train()
        for X, Y in train_batches:
            optimizer.zero_grad()
            loss = criterion(network(X), Y)
            loss.backward()
            optimizer.step()
            sums[0] += loss.item()
        network.eval()
        with torch.no_grad():
            for X, Y in val_batches:
                sums[1] += criterion(network(X), Y).item()
        losses.append(sums)


def seconds(function, *arguments, **more):
    start = time.perf_counter()
    function(*arguments, **more)
    return time.perf_counter() - start


def main():
    """Print, for each configuration, time over the DataLoader loop's: one run, and per seed of a stack."""
    taught = load_taught("04_pytorch_configurations")
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    parts = [
        taught.Part(torch.randn(n, 10, generator=generator), 150 + 77 * torch.randn(n, 1, generator=generator))
        for n in (247, 62)
    ]
    print(f"time over that of the DataLoader loop of notebook 1c, {EPOCHS} epochs, {ROUNDS} rounds")
    totals = {label: [] for label in TARGETS}
    for name, configuration in taught.reference_configurations().items():
        decay, ratios = configuration.weight_decay, {label: [] for label in TARGETS}
        dataloader_loop(ordinary(taught, configuration), *parts, 1, decay)  # the first run of anything is slow
        for _ in range(ROUNDS):
            networks = [taught.build(configuration, 10, seed) for seed in range(STACK)]
            stack = taught.stack(networks)
            theirs = seconds(dataloader_loop, ordinary(taught, configuration), *parts, EPOCHS, decay)
            one = seconds(taught.train, networks[0], 0, *parts, EPOCHS, decay)
            many = seconds(taught.train, stack, list(range(STACK)), *parts, EPOCHS, decay) / STACK
            for label, ours in zip(TARGETS, (one, many)):
                ratios[label].append(ours / theirs)
        for label, values in ratios.items():
            totals[label].append(statistics.median(values))
            report(f"{name}: {label}", values, TARGETS[label])
    for label, values in totals.items():
        print(f"{'all four, mean of medians: ' + label:58} {statistics.mean(values):.3f}")


def report(label, ratios, target):
    """Print median and spread of ratios and whether the target is met."""
    median = statistics.median(ratios)
    verdict = "met" if median <= target else "MISSED"
    print(f"{label:58} {median:.3f}  [{min(ratios):.3f}, {max(ratios):.3f}]  target {target}: {verdict}", flush=True)


if __name__ == "__main__":
    main()
