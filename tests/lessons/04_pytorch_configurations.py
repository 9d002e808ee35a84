"""Mistakes in notebook 4 that changes one at a time do not reach, each with the check that must stop it.

Most checks of this notebook stand right after what they guard, and the proof finds changes that turn them red by
itself. What is here concerns checks behind trainings that take too long to be tried again and again.
"""

from tools.mistakes import Mistake

MISTAKES = [
    Mistake("the rows with standardised targets have other features",
            'for raw_part, standard_part in zip(parts["raw"], parts["standard"]):',
            'for raw_part, standard_part in zip(parts["raw"], parts["standard"]):\n'
            "    standard_part = standard_part._replace(X=standard_part.X + 1)",
            "only the targets may differ"),
    Mistake("the network that learns eight rows by heart lacks its last layer",
            "for layer in copy.deepcopy(network) if not isinstance(layer, nn.Dropout)",
            "for layer in copy.deepcopy(network)[:-1] if not isinstance(layer, nn.Dropout)",
            "the text counts the parameters"),
    Mistake("dropout stays in training mode",
            "drop, a = nn.Dropout(0.2), torch.full((1000, 1000), 3.0)",
            "drop, a = nn.Dropout(0.2), torch.full((1000, 1000), 3.0)\ndrop.eval = lambda: drop",
            "in evaluation mode dropout must change nothing"),
    Mistake("whatever differs at all is said to stand out",
            "if abs(mean) > 2.75 * np.hypot(*noises)]",
            "if abs(mean) > 0 * np.hypot(*noises)]",
            "no change may stand out from both noises"),
    Mistake("networks are added up, where a mean is meant",
            "* weights).mean(axis=1))",
            "* weights).sum(axis=1))",
            "a mean over networks must not depend on how many there are"),
]  # fmt: skip
