"""Whether somebody watches; test_progress_bars.py has the bars."""

import sys
from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tests.helpers.values  # noqa: F401  the profile of Hypothesis
from helpers.progress import progress, watched


@pytest.fixture
def no_reader(monkeypatch):
    """A batch run: neither Colab nor a front end, and no override."""
    monkeypatch.delenv("HELPERS_WATCHED", raising=False)
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))


def kernel(monkeypatch, request):
    """Stand in for a kernel that was sent this request."""
    ipython = SimpleNamespace(get_ipython=lambda: SimpleNamespace(get_parent=lambda: request))
    monkeypatch.setitem(sys.modules, "IPython", ipython)


def test_a_reader_is_seen_on_colab_and_at_a_front_end_that_names_its_cell(no_reader, monkeypatch):
    assert watched() is False
    kernel(monkeypatch, {"metadata": {"cellId": "a"}})
    assert watched() is True
    kernel(monkeypatch, {"metadata": {}})
    assert watched() is False
    kernel(monkeypatch, {})
    assert watched() is False
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("colab"))
    assert watched() is True


def test_a_terminal_and_plain_python_are_no_front_ends(no_reader, monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace()))
    assert watched() is False
    monkeypatch.delitem(sys.modules, "IPython")
    assert watched() is False


def test_an_environment_variable_overrides_the_guess(no_reader, monkeypatch):
    monkeypatch.setenv("HELPERS_WATCHED", "1")
    assert watched() is True
    kernel(monkeypatch, {"metadata": {"cellId": "a"}})
    monkeypatch.setenv("HELPERS_WATCHED", "0")
    assert watched() is False


@given(st.lists(st.integers(), max_size=20), st.booleans(), st.sampled_from([iter, list]))
def test_a_progress_bar_lets_each_item_through_and_is_silent_where_nobody_watches(
    capsys, monkeypatch, items, watched, kind
):
    monkeypatch.setenv("HELPERS_WATCHED", str(int(watched)))
    assert list(progress(kind(items), "steps", total=len(items))) == items
    said = capsys.readouterr()
    assert said == ("", ""), "a bar is for notebooks"
