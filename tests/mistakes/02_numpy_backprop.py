"""Mistakes planted in notebook 2; each must stop it at a check that names what is wrong.

(what is wrong, text in a cell, replacement, parameters for a quick run, fragment of the error)
"""

QUICK = {"SEEDS": 2, "EPOCHS": 2, "SWEEP_EPOCHS": 1}

MISTAKES = [
    ("the shortcut's term is dropped in the backward pass",
     'dA2 = dA2 + (dZ4 if network.shortcut == "before" else dA4)', "pass", QUICK, "db1: relative error"),
    ("the literal shortcut carries the gradient before the activation",
     '(dZ4 if network.shortcut == "before" else dA4)', "dZ4", QUICK, "db1: relative error"),
    ("ReLU' is taken with >= on the activation, so it is always 1",
     "return A > 0  #", "return A >= 0  #", QUICK, "relu': relative error"),
    ("the mean's 1/n is forgotten", "dZ5 = dZ5 / Y.shape[-2]", "pass", QUICK, "db4: relative error"),
    ("one product is transposed, W3 in the place of its transpose",
     "dZ3 = (dZ4 @ W3.mT)", "dZ3 = (dZ4 @ W3)", QUICK, "db2: relative error"),
    ("dW2 is transposed", "dW2, db2 = A2.mT @ dZ3", "dW2, db2 = dZ3.mT @ A2", QUICK, "dW2: relative error"),
    ("W4 is updated before it is used",
     "            gradient = backward(params, values, Y[rows], network, reduction)",
     "            params = params._replace(W4=params.W4 - learning_rate * values.A4.mT @ (values.P - Y[rows]) / len(rows))\n"
     "            gradient = backward(params, values, Y[rows], network, reduction)", QUICK, "trained b4: relative error"),
    ("the slope of layer 3 is taken from layer 2", "* slope(A3)", "* slope(A2)", QUICK, "db2: relative error"),
    ("bias gradients sum over units", "dW3, db3 = A3.mT @ dZ4, total(dZ4)",
     "dW3, db3 = A3.mT @ dZ4, 0 * total(dZ4) + dZ4.sum()", QUICK, "db3: relative error"),
    ("the sigmoid's slope lacks a factor", "return A * (1 - A)", "return A", QUICK, "sigmoid': relative error"),
    ("the shortcut is left out of the forward pass", "Z4 = Z4 + A2", "pass", QUICK, "A4[0, "),
    ("the loss is wrong for large negative logits",
     "np.log1p(np.exp(-np.abs(Z)))", "np.log1p(np.exp(-Z))", QUICK, "overflow"),
    ("the loss has log(1 - y) for log(1 - P): the label's term is lost",
     "np.log1p(np.exp(-np.abs(Z))) - Y * Z", "np.log1p(np.exp(-np.abs(Z)))", QUICK, "loss: relative error"),
    ("the output's slope is applied twice", "dZ5 = P - Y", "dZ5 = (P - Y) * P * (1 - P)", QUICK, "db4: relative error"),
    ("the step goes uphill", "p - learning_rate * dp for", "p + learning_rate * dp for", QUICK, "trained b4: relative error"),
    ("the bias of layer 4 is not updated", "zip(params, gradient)))", "zip(params, gradient[:-1])), b4=params.b4)",
     QUICK, "trained b4: relative error"),
]  # fmt: skip
