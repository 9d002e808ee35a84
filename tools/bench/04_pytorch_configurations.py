"""Training a stack (helpers/stacks.py) against the ordinary DataLoader loop, at one thread, interleaved."""

from functools import partial

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from helpers import stacks
from helpers.definitions import load_taught
from tools.bench.timing import interleaved, report

ROUNDS, EPOCHS, STACK = 9, 5, 16


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


def main():
    """Print, for each configuration, time over the DataLoader loop's: one run, and per seed of a stack."""
    taught = load_taught("04_pytorch_configurations")
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    parts = [
        stacks.Part(torch.randn(n, 10, generator=generator).double(), torch.randn(n, 1, generator=generator).double())
        for n in (247, 62)
    ]
    for name, configuration in taught.four_configurations().items():
        decay = configuration.weight_decay
        theirs, *others = (taught.build(configuration, 10, seed) for seed in range(STACK + 1))
        one, many, seeds = stacks.stack(others[:1]), stacks.stack(others), list(range(STACK))
        adamw = partial(torch.optim.AdamW, lr=1e-2, weight_decay=decay, fused=True)
        dataloader_loop(theirs, *parts, 1, decay)  # the first run of anything is slow
        times = interleaved(
            ROUNDS,
            ordinary=lambda: dataloader_loop(theirs, *parts, EPOCHS, decay),
            one=lambda: stacks.train(one, seeds[:1], *parts, EPOCHS, adamw),
            stack=lambda: stacks.train(many, seeds, *parts, EPOCHS, adamw),
        )
        report(f"{name}: one training / DataLoader loop", times["one"], times["ordinary"], 0.7)
        per_seed = [seconds / STACK for seconds in times["stack"]]
        report(f"{name}: per seed of {STACK} / DataLoader loop", per_seed, times["ordinary"], 0.07)


if __name__ == "__main__":
    main()
