"""Speed of notebook 2's code against ordinary PyTorch, stacks against loops, and passes against bare products.

All repeats are interleaved, so that a busy machine slows both sides; a ratio is taken within each repeat.
"""

import numpy as np
import torch

from helpers import data
from helpers.definitions import load_taught
from tools.bench.timing import interleaved, report

torch.set_num_threads(1)


class TorchNetwork(torch.nn.Module):
    """The same network as a user of PyTorch would write it."""

    def __init__(self, width, residual):
        super().__init__()
        sizes = [2, width, width, width, 1]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.activation = torch.nn.ReLU() if residual else torch.nn.Sigmoid()
        self.residual = residual

    def forward(self, X):
        A2 = self.activation(self.layers[0](X))
        A3 = self.activation(self.layers[1](A2))
        Z4 = self.layers[2](A3)
        A4 = self.activation(Z4 + A2 if self.residual else Z4)
        return self.layers[3](A4)


def torch_training(params, X, Y, residual, epochs):
    """The final loss on the training set, after ordinary mini-batch training."""
    network = TorchNetwork(params.W2.shape[-1], residual).double()
    with torch.no_grad():
        for layer, W, b in zip(network.layers, params[::2], params[1::2]):
            layer.weight.copy_(torch.tensor(W.T))
            layer.bias.copy_(torch.tensor(b[0]))
    loss_of, rng = torch.nn.BCEWithLogitsLoss(), np.random.default_rng(1)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    X, Y = torch.tensor(X), torch.tensor(Y)
    for _ in range(epochs):
        for rows in map(torch.from_numpy, data.minibatches(len(X), 16, rng)):
            optimiser.zero_grad()
            loss = loss_of(network(X[rows]), Y[rows])
            loss.backward()
            optimiser.step()
    with torch.no_grad():
        return loss_of(network(X), Y).item()


def products(params, values):
    """The bare matrix products of one forward and one backward pass, into fresh arrays as in the taught code."""
    W, A = params[::2], (values.A1, values.A2, values.A3, values.A4)
    for A_l, W_l in zip(A, W):
        Z = A_l @ W_l
        A_l.T @ Z
        if A_l is not A[0]:
            Z @ W_l.T


def main(repeats=5, epochs=20, wide=1024):
    """Print the ratios; less is better for the taught code."""
    taught = load_taught("02_numpy_backprop")
    X, Y = data.xor_clouds()[:2]
    one = taught.init_params(np.random.default_rng(0))
    rng = np.random.default_rng(0)
    stack = taught.stacked([taught.init_params(rng) for _ in range(32)])
    members = [taught.Params(*(p[s] for p in stack)) for s in range(32)]

    def train(params, network, watch=None, epochs=epochs):
        return taught.train(params, X, Y, network, np.random.default_rng(1), epochs=epochs, watch=watch)

    def watch(epoch, before, after):
        taught.layer_norms([b - a for b, a in zip(before, after)])

    for name, network in (("residual ReLU", taught.RESIDUAL), ("plain sigmoid", taught.PLAIN)):
        residual = network is taught.RESIDUAL
        loss = taught.cross_entropy(taught.forward(train(one, network), X, network).Z5, Y)
        difference = abs(loss - torch_training(one, X, Y, residual, epochs))
        print(f"{name}: final losses of NumPy and PyTorch differ by {difference:.1e}")
        assert difference < 1e-9
        times = interleaved(
            repeats,
            ours=lambda: train(one, network),
            watched=lambda: train(one, network, watch),
            torch=lambda: torch_training(one, X, Y, residual, epochs),
        )
        report(f"{name}: taught code / ordinary PyTorch", times["ours"], times["torch"], 1 / 5)
        report(f"{name}: with norms recorded / without", times["watched"], times["ours"], 1.15)
        times = interleaved(
            repeats,
            stacked=lambda: train(stack, network, epochs=4),
            alone=lambda: [train(member, network, epochs=4) for member in members],
        )
        report(f"{name}: stack of 32 / one after another", times["stacked"], times["alone"], 1 / 8)

    for name, network in (("residual ReLU", taught.RESIDUAL), ("plain sigmoid", taught.PLAIN)):
        rng = np.random.default_rng(0)
        big = taught.init_params(rng, wide, inputs=wide)
        X_big, Y_big = rng.standard_normal((wide, wide)), np.ones((wide, 1))
        values = taught.forward(big, X_big, network)
        times = interleaved(
            repeats,
            ours=lambda: taught.backward(big, taught.forward(big, X_big, network), Y_big, network),
            bare=lambda: products(big, values),
        )
        report(f"{name}: pass at {wide} x {wide} / its bare products", times["ours"], times["bare"], 1.15)
    for module, title in (("autograd", "HIPS autograd"), ("jax", "JAX under jit")):
        peer(module, title, taught, one, X, Y, epochs, repeats)
    scans(taught, stack, X, Y, epochs, repeats)


def scans(taught, stack, X, Y, epochs, repeats):
    """Against JAX at its best: a whole training as one compiled scan, alone and mapped over a stack of 32."""
    import jax
    import jax.numpy as jnp

    size, rngs = len(stack.W1), [np.random.default_rng(s) for s in range(len(stack.W1))]
    orders = np.stack([[*data.minibatches(len(X), 16, rng)] * epochs for rng in rngs])

    def loss(params, X, Y):
        W1, b1, W2, b2, W3, b3, W4, b4 = params
        A2 = jnp.maximum(X @ W1 + b1, 0)
        A3 = jnp.maximum(A2 @ W2 + b2, 0)
        A4 = jnp.maximum(A3 @ W3 + b3 + A2, 0)
        Z5 = A4 @ W4 + b4
        return jnp.mean(jnp.logaddexp(0, Z5) - Y * Z5)

    def step(params, rows):
        gradient = jax.grad(loss)(params, X[rows], Y[rows])
        return tuple(p - 0.1 * dp for p, dp in zip(params, gradient)), None

    X, Y = jnp.asarray(X), jnp.asarray(Y)
    alone = jax.jit(lambda params, orders: jax.lax.scan(step, params, orders)[0])
    mapped = jax.jit(jax.vmap(lambda params, orders: jax.lax.scan(step, params, orders)[0]))
    one, many = tuple(p[0] for p in stack), tuple(stack)
    alone(one, orders[0])[0].block_until_ready()  # compile
    mapped(many, orders)[0].block_until_ready()
    mine, mine_stacked = taught.Params(*one), stack
    X, Y = np.asarray(X), np.asarray(Y)
    times = interleaved(
        repeats,
        ours=lambda: taught.train(mine, X, Y, taught.RESIDUAL, np.random.default_rng(0), epochs=epochs),
        theirs=lambda: alone(one, orders[0])[0].block_until_ready(),
        stacked=lambda: taught.train(
            mine_stacked, X, Y, taught.RESIDUAL, [np.random.default_rng(s) for s in range(size)], epochs=epochs
        ),
        mapped=lambda: mapped(many, orders)[0].block_until_ready(),
    )
    report("residual ReLU: one training / JAX's scan", times["ours"], times["theirs"], 4)
    report(f"residual ReLU: stack of {size} / JAX's vmap of a scan", times["stacked"], times["mapped"], 1)


def peer(module, title, taught, params, X, Y, epochs, repeats):
    """Time another differentiation library on the residual network, for information."""
    if module == "jax":
        import jax
        import jax.numpy as xp

        jax.config.update("jax_enable_x64", True)
    else:
        import autograd
        import autograd.numpy as xp

    def loss(params, X, Y):
        W1, b1, W2, b2, W3, b3, W4, b4 = params
        A2 = xp.maximum(xp.dot(X, W1) + b1, 0)
        A3 = xp.maximum(xp.dot(A2, W2) + b2, 0)
        A4 = xp.maximum(xp.dot(A3, W3) + b3 + A2, 0)
        Z5 = xp.dot(A4, W4) + b4
        return xp.mean(xp.logaddexp(0, Z5) - Y * Z5)

    gradient = jax.grad(loss) if module == "jax" else autograd.grad(loss)

    def step(params, X, Y):
        return tuple(p - 0.1 * dp for p, dp in zip(params, gradient(params, X, Y)))

    if module == "jax":
        step = jax.jit(step)

    def train():
        p, rng = tuple(params), np.random.default_rng(1)
        for _ in range(epochs):
            for rows in data.minibatches(len(X), 16, rng):
                p = step(p, X[rows], Y[rows])
        return np.asarray(p[0])

    train()  # compiles
    times = interleaved(
        repeats,
        ours=lambda: taught.train(params, X, Y, taught.RESIDUAL, np.random.default_rng(1), epochs=epochs),
        theirs=train,
    )
    report(f"residual ReLU: taught code / {title}", times["ours"], times["theirs"])


if __name__ == "__main__":
    main()
