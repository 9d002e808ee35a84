"""Mistakes in notebook 3 that no blind change makes, each with the check that must stop it."""

from tools.mistakes import Mistake

MISTAKES = [
    Mistake("nodes are visited in the order in which they are found",
            'return sorted(found, key=operator.attrgetter("serial"), reverse=True)',
            "return list(found)",
            'checks.assert_close(found[named[name]], value, 1e-14, f"node', "node x of u · log(1 + e^u), u = x · y: relative error"),
    Mistake("serial numbers have 16 bits and start again",
            "next(Node.serials)",
            "next(Node.serials) % 2**16",
            "the start of a chain of 100,000 negations must have adjoint 1"),
    Mistake("only the oldest node's adjoint is kept between two calls",
            "adjoint = Gradients.fromkeys(nodes, 0.0)",
            "adjoint = Gradients.fromkeys(nodes, 0.0)\n    adjoint[nodes[-1]] = gradients.__dict__.get('kept', {}).get(nodes[-1], 0.0)\n    gradients.kept = adjoint",
            "a second backward pass must give the same adjoints as the first"),
    Mistake("roads to one node do not add up: the last one wins",
            "adjoint[operand] += incoming * slope",
            "adjoint[operand] = incoming * slope",
            "(a·b + c)·a: the engine must find what one finds by hand"),
]  # fmt: skip
