"""What checks of parameters and taught definitions say in another language has no English left in it."""

import re

import pytest

from helpers import checks, definitions, language
from tools.translate import catalogues


@pytest.fixture(params=catalogues.languages())
def spoken(request, monkeypatch):
    monkeypatch.setattr(language, "_spoken", request.param)
    return request.param


def test_a_parameter_is_refused_in_the_language_spoken(spoken):
    for refused in (
        lambda: checks.require_int("EPOCHS", 0.5, 1, 10),
        lambda: checks.require_float("RATE", "fast", 0.0, 1.0),
        lambda: checks.require_choice("LOSS", "men", ("mean", "sum")),
        lambda: checks.require_address("SCHEDULER", "here"),
    ):
        with pytest.raises((TypeError, ValueError)) as error:
            refused()
        assert not re.search(r"\b(must|got|integer|number|one of|address)\b", str(error.value)), error.value


def test_definitions_come_from_the_notebook_of_the_language_spoken(spoken, monkeypatch):
    there = definitions.load_taught("03_autodiff_trace")
    monkeypatch.setattr(language, "_spoken", "en")
    english = definitions.load_taught("03_autodiff_trace")
    assert vars(there).keys() == vars(english).keys()
    messages = []
    for taught in (there, english):
        with pytest.raises(ValueError) as error:
            taught.Node(float("nan"))
        messages.append(str(error.value))
    assert messages[0] != messages[1] and messages[1].startswith("Nodes are made of finite numbers")
