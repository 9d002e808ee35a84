"""Speed of notebook 3's engine on f: forward and backward, against eager PyTorch and micrograd, at one thread.

All repeats are interleaved, so that a busy machine slows all sides; a ratio is taken within each repeat.
"""

import importlib.util
import math

import torch

from helpers.definitions import load_taught
from tools.bench.timing import interleaved, report

INPUTS = (-1.5, 3.1, 7.3, 4.5, -2.7, 0.2, -5.0)
REPEATS, CALLS = 15, 1000


def micrograd_value():
    """micrograd's Value with sigmoid and tanh added in its own manner; it has neither."""
    from micrograd.engine import Value

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        out = Value(s, (self,), "sigmoid")

        def _backward():
            self.grad += s * (1 - s) * out.grad

        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,), "tanh")

        def _backward():
            self.grad += (1 - t * t) * out.grad

        out._backward = _backward
        return out

    Value.sigmoid, Value.tanh = sigmoid, tanh
    return Value


def main():
    """Print the engine's time over its peers'; less is better."""
    torch.set_num_threads(1)
    taught = load_taught("03_autodiff_trace")

    def engine():
        nodes = [taught.Node(value) for value in INPUTS]
        found = taught.gradients(taught.f(*nodes))
        return [found[node] for node in nodes]

    def pytorch():
        """As a user of PyTorch would write it, without the notebook's hooks."""
        leaves = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in INPUTS]
        x1, x2, x3, w1, w2, w3, w4 = leaves
        b = torch.relu(w1 * x1) + torch.sigmoid(w2 * x2)
        (x3 * torch.tanh(w4 * torch.sigmoid(w3 * b))).backward()
        return [leaf.grad for leaf in leaves]

    sides = {"engine": engine, "PyTorch": pytorch}
    if importlib.util.find_spec("micrograd") is None:
        print("micrograd is not installed, so it is not compared: pip install micrograd")
    else:
        Value = micrograd_value()

        def micrograd():
            leaves = [Value(value) for value in INPUTS]
            x1, x2, x3, w1, w2, w3, w4 = leaves
            b = (w1 * x1).relu() + (w2 * x2).sigmoid()
            (x3 * (w4 * (w3 * b).sigmoid()).tanh()).backward()
            return [leaf.grad for leaf in leaves]

        sides["micrograd"] = micrograd

    expected = engine()
    for name, side in sides.items():
        assert all(math.isclose(a, float(b), rel_tol=1e-12) for a, b in zip(expected, side())), name

    def often(side):
        return lambda: [side() for _ in range(CALLS)]

    times = interleaved(REPEATS, **{name: often(side) for name, side in sides.items()})
    for name, target in (("PyTorch", 1 / 8), ("micrograd", 1.0)):
        if name in times:
            report(f"f forward and backward: the engine / {name}", times["engine"], times[name], target)


if __name__ == "__main__":
    main()
