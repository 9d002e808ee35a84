"""Parameters of the command line are read as Python reads them, and refused unless a notebook has them."""

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.values import NAMES
from tests.tools.samples import notebook, refused
from tools.notebook_files import Failure
from tools.parameters import check_parameters, parameters_of, parse_value


def test_parameters_are_the_plain_values_of_the_tagged_cell():
    untagged = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("OTHER = 1"), nbformat.v4.new_raw_cell("")])
    assert parameters_of(untagged) == {}
    whole = notebook("OTHER = 1", parameters="'a comment'\nSEED = -1  # seed\nRATE = 1e-3\nNAME = 'a'", tags=["x"])
    del whole.metadata["kernelspec"]
    assert parameters_of(whole) == {"SEED": -1, "RATE": 1e-3, "NAME": "a"} and "kernelspec" not in whole.metadata


def test_whatever_python_takes_for_a_plain_value_is_a_parameter():
    """papermill itself knows none of the first four (its issues 906 and 807)."""
    lines = """from typing import Literal
KIND: Literal['a', 'b'] = 'a'
X = Y = 1
RATE = 0.1  # not RATE = 1
COUNT: numpy.int64 = 2
'''Words
and words.'''
SIZES = {
    'a': 1,  # one
}"""
    known = {"KIND": "a", "X": 1, "Y": 1, "RATE": 0.1, "COUNT": 2, "SIZES": {"a": 1}}
    assert parameters_of(notebook("1", parameters=lines)) == known


COMPUTED = ["EPOCHS = 2 * 100", "A = {[]: 1}", "A = open", "A = [open]", "print()", "if SEED: A = 1"]
NO_NAMES = ["A, B = 1, 2", "SEED += 1", "A: int", "A[0] = 1", "A = (1", "%matplotlib inline"]


@pytest.mark.parametrize("line", COMPUTED + NO_NAMES)
def test_a_parameter_that_is_no_plain_value_is_refused_with_its_line(line):
    said = f"parameters must be plain values, each on a line such as SEED = 0, got {line!r}"
    assert refused(parameters_of, notebook("1", parameters=f"SEED = 0\n{line}\nRATE = 0.5")) == said


def test_values_are_read_as_papermill_reads_them():
    texts = ("7", "-7", "1e-3", "True", "False", "relu", "true")
    values = [parse_value(text) for text in texts]
    assert values == [7, -7, 0.001, True, False, "relu", "true"]
    assert [type(value) for value in values] == [int, int, float, bool, bool, str, str]


PLAIN = st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), st.text())
DEFAULTS = st.dictionaries(st.sampled_from("ABCDE"), PLAIN, max_size=4)


@given(st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False)))
def test_a_value_survives_the_command_line(value):
    read = parse_value(str(value))
    assert type(read) is type(value) and read == value


@given(st.text())
def test_any_text_is_read_as_one_of_four_types(text):
    value = parse_value(text)
    assert type(value) in (bool, int, float, str)
    assert type(value) is not str or value == text


@given(st.dictionaries(NAMES, DEFAULTS, min_size=1, max_size=3), st.data())
def test_parameters_fit_by_name_and_type_or_are_refused_in_one_line(known, draw):
    names = sorted(set().union(*known.values()))
    given_value = draw.draw(PLAIN)
    name = draw.draw(st.sampled_from([*names, "F"]))
    defaults = [defaults[name] for defaults in known.values() if name in defaults]
    misfit = next((d for d in defaults if type(given_value) is not type(d)
                   and not (type(d) is float and type(given_value) is int)), None)  # fmt: skip
    if defaults and misfit is None:
        check_parameters({name: given_value}, known)
        return
    with pytest.raises(Failure) as caught:
        check_parameters({name: given_value}, known)
    if not defaults:
        listed = ", ".join(names) or "none"
        assert str(caught.value) == f"-p F: unknown parameter; the notebooks chosen know: {listed}"
    else:
        kind = type(misfit).__name__
        assert str(caught.value) == f"-p {name}: must be of type {kind} like {misfit!r}, got {given_value!r}"
