"""Exercises 1 to 3 of notebook 4: the training loop, judged by what it does, the loss at the start, and four curves."""

import functools
import math
from typing import NamedTuple

import numpy as np
import torch
from sklearn.datasets import load_diabetes
from torch.nn import functional as F

from helpers.definitions import load_taught
from helpers.feedback import Exercise, Slip, evaluate, function, guarded, number, say, tried, unfit
from helpers.language import later

# Exercise 1: the loop

_STATED = np.random.default_rng(tried(0, lambda rng: int(rng.integers(2**31))))
_BATCHES = [(torch.tensor(_STATED.normal(size=(4, 2))), torch.tensor(_STATED.normal(size=(4, 1)))) for _ in range(3)]


class _Watched(torch.nn.Linear):
    """A linear layer that notes how often it predicts, and whether in training mode."""

    def __init__(self):
        super().__init__(2, 1, dtype=torch.float64)
        self.modes = []
        with torch.no_grad():
            self.weight.copy_(torch.tensor([[1.0, -2.0]]))
            self.bias.fill_(0.5)

    def forward(self, A):
        self.modes.append(self.training)
        return super().forward(A)


class _Done(NamedTuple):
    parameters: np.ndarray  # the three of the network after one epoch
    loss: float  # what was returned
    modes: tuple  # of each prediction


def _outcome(one_epoch):
    """What a function does to the watched network in one epoch; it begins in evaluation mode."""
    network = _Watched().eval()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.5)
    returned = one_epoch(network, list(_BATCHES), optimizer)
    parameters = torch.cat([p.detach().reshape(-1) for p in network.parameters()]).numpy()
    if isinstance(returned, list | tuple) and len(returned) == len(_BATCHES):
        raise unfit("return the mean of the losses, not all of them.")
    return _Done(parameters, number(returned), tuple(network.modes))


def _same(a, b):
    return np.allclose(a.parameters, b.parameters, rtol=1e-6) and np.isclose(a.loss, b.loss, rtol=1e-5)


def _loop(body, end="return sum(losses) / len(losses)", begin="network.train()"):
    """Source of a loop with this body, for the dresses and slips below."""
    lines = [
        f"    {begin}",
        "    losses = []",
        "    for A, T in loader:",
        *(f"        {line}" for line in body.split("; ")),
    ]
    return "\n".join(["def answer(network, loader, optimizer):", *lines, f"    {end}"])


_FORGET, _STEP, _NOTE = "optimizer.zero_grad()", "optimizer.step()", "losses.append(loss.item())"
_PREDICT, _BACK = "loss = F.mse_loss(network(A), T)", "loss.backward()"


def _body(*steps):
    return "; ".join(steps)


_USUAL = _body(_FORGET, _PREDICT, _BACK, _STEP, _NOTE)


@functools.cache
def _outcome_of(source):
    return _outcome(guarded(evaluate(source, {"F": F, "torch": torch, "np": np})))


def _right(answer):
    done = _outcome(answer)
    return _same(done, _outcome_of(_loop(_USUAL))) and all(done.modes)


def _slip(source, hint):
    return Slip(source, lambda answer: _same(_outcome(answer), _outcome_of(source)), hint)


def _what_it_did(answer):
    done, wanted = _outcome(answer), _outcome_of(_loop(_USUAL))
    if len(done.modes) != len(_BATCHES):
        return say("with a loader of {n} batches it predicts {k} times.", n=len(_BATCHES), k=len(done.modes))
    if np.allclose(done.parameters, wanted.parameters, rtol=1e-6):
        return say("the steps are right; it returns {found:.4g}, and the mean of the losses is {wanted:.4g}.",
                   found=done.loss, wanted=wanted.loss)  # fmt: skip
    return say(
        "after three batches a weight is {found:.4g}, and should be {wanted:.4g}: look at the order of the five steps.",
        found=done.parameters[0],
        wanted=wanted.parameters[0],
    )


check_1 = Exercise(
    clean=function,
    right=_right,
    praise="Right. Forget, predict, measure, differentiate, step: this loop trains everything in this notebook.",
    dresses=(
        _loop(_USUAL),
        _loop(_body(_PREDICT, _BACK, _STEP, _FORGET, _NOTE)),
        _loop(
            _body(_PREDICT, _FORGET, _BACK, _STEP, "losses.append(loss.detach())"), "return torch.stack(losses).mean()"
        ),
        _loop(
            _body(_FORGET, "P = network(A)", "loss = ((P - T) ** 2).mean()", _BACK, _STEP, _NOTE),
            "return np.mean(losses)",
        ),
        _loop(_body("network.zero_grad()", _PREDICT, _BACK, _STEP, _NOTE)),
        _loop(_body("network.train()", _USUAL), begin="pass"),
        _loop(_body(_FORGET, "loss = torch.nn.MSELoss()(network(A), T)", _BACK, _STEP, _NOTE)),
    ),
    slips=(
        _slip(
            _loop(_body(_PREDICT, _BACK, _STEP, _NOTE)),
            "the gradients of earlier batches are never forgotten: backward adds to them. Call optimizer.zero_grad().",
        ),
        Slip(
            (
                _loop(_body(_PREDICT, _BACK, _FORGET, _STEP, _NOTE)),
                _loop(_body(_FORGET, _PREDICT, _STEP, _BACK, _NOTE)),
                _loop(_body(_FORGET, _PREDICT, _BACK, _NOTE)),
            ),
            lambda answer: np.allclose(_outcome(answer).parameters, [1, -2, 0.5]) and len(_outcome(answer).modes) == 3,
            "no weight moves: at the step there must be a gradient, so backward comes before step, and zero_grad not "
            "between them.",
        ),
        _slip(
            _loop(_body(_PREDICT, _STEP, _FORGET, _BACK, _NOTE)),
            "step comes before backward, so it takes the gradient of the batch before.",
        ),
        _slip(_loop(_USUAL, "return sum(losses)"), "that is the sum of the losses; divide by the number of batches."),
        _slip(
            _loop(_USUAL, "return losses[-1]"), "that is the loss of the last batch; return the mean over all batches."
        ),
        _slip(
            _loop(_body(_USUAL, "return losses[0]")),
            "it returns in the first turn of the loop: the return stands one step too far to the right.",
        ),
        _slip(
            _loop(_body(_FORGET, "loss = F.mse_loss(network(A), T, reduction='sum')", _BACK, _STEP, _NOTE)),
            "that loss is the sum over the rows of a batch; F.mse_loss(P, T) takes their mean.",
        ),
        Slip(
            (_loop(_USUAL, begin="pass"), _loop(_USUAL, begin="network.eval()")),
            lambda answer: _same(_outcome(answer), _outcome_of(_loop(_USUAL))),
            "the five steps are right, but the network is not in training mode: call network.train() first.",
        ),
    ),
    counterexample=_what_it_did,
    also_wrong={
        _loop(_USUAL, "return losses"): "return the mean of the losses, not all of them",
        _loop(_USUAL, "pass"): "returns nothing; add a return",
        _loop(_body(_FORGET, _PREDICT, _BACK, "optimiser.step()", _NOTE)): "NameError: name 'optimiser'",
        _loop(_body(_FORGET, _PREDICT, "loss.backwards()", _STEP, _NOTE)): "has no attribute 'backwards'",
        "lambda network, loader, optimizer: 0.0": "with a loader of 3 batches it predicts 0 times",
        _loop(
            _body(_FORGET, "loss = F.l1_loss(network(A), T)", _BACK, _STEP, _NOTE)
        ): "after three batches a weight is",
        _loop(_USUAL, "return 1 / sum(losses)"): "the steps are right; it returns",
        "3": "give a function",
    },
)


# Exercise 2: the MSE of a fresh network whose outputs are near 0


@functools.cache
def _targets():
    """Mean and standard deviation of the training targets."""
    rows, *_ = load_taught("04_pytorch_configurations").split(442)
    targets = load_diabetes().target[rows]
    return float(targets.mean()), float(targets.std())


def _near(value):
    """Whether an answer is within 3 % of a function of the targets' mean c and standard deviation s."""
    return lambda a: math.isclose(a, value(*_targets()), rel_tol=0.03)


check_2 = Exercise(
    clean=number,
    right=_near(lambda c, s: c**2 + s**2),
    praise="Right. The mean of y² is the square of the mean plus the variance, and most of it is the mean's.",
    dresses=(
        "154.4**2 + 78.0**2",
        "30000",
        "[29900]",
        "np.float64(29923.0)",
        "torch.tensor(29920.0)",
        "(154.4**2 + 78**2,)",
    ),
    slips=(
        Slip("154.4**2", _near(lambda c, s: c**2), "that is the distance of the mean alone; people differ, too."),
        Slip("78.0**2", _near(lambda c, s: s**2), "that is the MSE of the constant c_y; the fresh network is near 0."),
        Slip("(154.4 + 78.0)**2", _near(lambda c, s: (c + s) ** 2), "the squares are added, not the numbers."),
        Slip("(154.4**2 + 78.0**2)**0.5", _near(lambda c, s: math.hypot(c, s)), "that is the RMSE; take the MSE."),
        Slip("154.4**2 - 78.0**2", _near(lambda c, s: c**2 - s**2), "mean of y² = c_y² + s_y²: the sign is plus."),
        Slip("154.4", _near(lambda c, s: c), "with a prediction of 0 each error is y itself; take the mean of y²."),
        Slip("78.0", _near(lambda c, s: s), "that is the spread of the targets; take the mean of y²."),
        Slip("0", lambda a: a == 0, "the outputs are near 0, the targets are not."),
    ),
    counterexample=lambda a: say(
        "the two targets 1 and 3 have c_y = 2 and s_y = 1; predicting 0 costs (1 + 9) / 2 = 5. Which formula gives 5?"
    ),
    also_wrong={
        "154.4 * 78.0": "Which formula gives 5?",
        "1": "Which formula gives 5?",
        "[154.4, 78.0]": "give one number",
        "'c_y'": "not the text 'c_y'",
    },
)


# Exercise 3: what is the matter with each of four curves

_DIAGNOSES = {"A": later("rate too small"), "B": later("overfits"), "C": later("rate too large"), "D": later("fine")}
_SEEN = {
    "A": later("the losses of A are still falling at the end, slowly and smoothly"),
    "B": later("the training loss of B falls towards 0, its validation loss turns and rises"),
    "C": later("the losses of C jump up and down"),
    "D": later("the losses of D fall and then stay level, close together"),
}


def _diagnoses(answer):
    if isinstance(answer, list | tuple) and len(answer) == 4:
        answer = dict(zip("ABCD", answer))
    if not isinstance(answer, dict):
        raise unfit('give a dictionary such as {"A": "fine", "B": "fine", "C": "fine", "D": "fine"}.')
    plain = {str(k).strip().upper(): " ".join(str(v).strip(" .").lower().split()) for k, v in answer.items()}
    in_english = {say(finding): finding for finding in _DIAGNOSES.values()}
    plain = {k: in_english.get(v, v) for k, v in plain.items()}
    if set(plain) != set(_DIAGNOSES):
        raise unfit("give a finding for each of A, B, C and D; yours has {found}.", found=sorted(plain))
    strange = sorted(set(plain.values()) - set(_DIAGNOSES.values()))
    if strange:
        raise unfit(
            '"rate too small", "rate too large", "overfits" and "fine" are the findings; yours has {strange!r}.',
            strange=strange[0],
        )
    return plain


_ABCD = '"A": {!r}, "B": {!r}, "C": {!r}, "D": {!r}'


def _four(*findings):
    return "{" + _ABCD.format(*findings) + "}"


_SMALL, _OVER, _LARGE, _FINE = _DIAGNOSES.values()
check_3 = Exercise(
    clean=_diagnoses,
    right=lambda a: a == _DIAGNOSES,
    praise="Right. A larger rate for A, regularisation or an earlier stop for B, a smaller rate for C.",
    dresses=(
        _four(_SMALL, _OVER, _LARGE, _FINE),
        _four("Rate too small", "Overfits", "Rate too large", "Fine"),
        '{"a": "rate too small", "b": "overfits", "c": "rate too large", "d": "fine"}',
        '["rate too small", "overfits", "rate too large", "fine"]',
        '("rate too small", "overfits", "rate too large", "fine.")',
        'dict(D="fine", C="rate too large", B="overfits", A="rate too small")',
    ),
    slips=(
        Slip(
            _four(_LARGE, _OVER, _SMALL, _FINE),
            lambda a: (a["A"], a["C"]) == (_LARGE, _SMALL),
            "A and C the other way round: small steps creep, large ones overshoot and jump.",
        ),
        Slip(
            _four(_SMALL, _FINE, _LARGE, _OVER),
            lambda a: (a["B"], a["D"]) == (_FINE, _OVER),
            "B and D the other way round: it is the gap between the two losses that shows overfitting.",
        ),
    ),
    counterexample=lambda a: say(
        "look at {letter} again: {seen}.",
        letter=(letter := next(k for k in "ABCD" if a[k] != _DIAGNOSES[k])),
        seen=say(_SEEN[letter]),
    ),
    also_wrong={
        _four(_FINE, _OVER, _LARGE, _FINE): "look at A again",
        _four(_SMALL, _FINE, _LARGE, _FINE): "look at B again",
        _four(_SMALL, _OVER, _FINE, _FINE): "look at C again",
        _four(_SMALL, _OVER, _OVER, _FINE): "look at C again",
        _four(_SMALL, _OVER, _LARGE, _SMALL): "look at D again",
        _four(_OVER, _OVER, _OVER, _OVER): "look at A again",
        _four(_SMALL, "overfitting", _LARGE, _FINE): "yours has 'overfitting'",
        '{"A": "rate too small"}': "give a finding for each of A, B, C and D",
        '"overfits"': "give a dictionary",
        "[1, 2, 3, 4]": "yours has '1'",
    },
)
