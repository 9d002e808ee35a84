"""Parameters of the command line are read as papermill reads them, and refused unless a notebook has them."""

import nbformat
import pytest

from tests.tools.samples import notebook, refused
from tools.parameters import check_parameters, parameters_of, parse_value


def test_parameters_are_the_plain_values_of_the_tagged_cell():
    untagged = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("OTHER = 1"), nbformat.v4.new_raw_cell("")])
    assert parameters_of(untagged) == {}
    whole = notebook("OTHER = 1", parameters="'a comment'\nSEED = -1  # seed\nRATE = 1e-3\nNAME = 'a'", tags=["x"])
    del whole.metadata["kernelspec"]
    assert parameters_of(whole) == {"SEED": -1, "RATE": 1e-3, "NAME": "a"} and "kernelspec" not in whole.metadata


@pytest.mark.parametrize("line", ["EPOCHS = 2 * 100", "A = {[]: 1}", "A = open"])
def test_a_parameter_that_is_no_plain_value_is_refused_with_its_line(line):
    said = f"parameters must be plain values, each on a line such as SEED = 0, got {line!r}"
    assert refused(parameters_of, notebook("1", parameters=f"SEED = 0\n{line}\nRATE = 0.5")) == said


def test_values_are_read_as_papermill_reads_them():
    texts = ("7", "-7", "1e-3", "True", "False", "relu", "true")
    values = [parse_value(text) for text in texts]
    assert values == [7, -7, 0.001, True, False, "relu", "true"]
    assert [type(value) for value in values] == [int, int, float, bool, bool, str, str]


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("SEDE", 1, "unknown parameter; the notebooks chosen know: FAST, NAME, RATE, SEED"),
        ("SEED", 0.5, "must be of type int like 0, got 0.5"),
        ("SEED", True, "must be of type int like 0, got True"),
        ("NAME", 1, "must be of type str like 'a', got 1"),
        ("RATE", "1", "must be of type float like 0.5, got '1'"),
    ],
)
def test_parameters_must_be_known_and_of_the_right_type(name, value, message):
    known = {"one": {"SEED": 0, "RATE": 0.5}, "two": {"NAME": "a", "SEED": 1, "FAST": True}}
    check_parameters({"SEED": 3, "RATE": 1, "NAME": "b", "FAST": False}, known)
    assert refused(check_parameters, {name: value}, known) == f"-p {name}: {message}"


def test_where_no_notebook_has_parameters_that_is_said():
    message = "-p SEED: unknown parameter; the notebooks chosen know: none"
    assert refused(check_parameters, {"SEED": 1}, {"one": {}}) == message
