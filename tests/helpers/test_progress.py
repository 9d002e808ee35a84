"""Whether somebody watches; and a bar that shows how far a loop is, and leaves a cell as a batch run would."""

import re
import sys
import timeit
from types import ModuleType, SimpleNamespace

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient

import tests.helpers.values  # noqa: F401  the profile of Hypothesis
from helpers import progress as module
from helpers.progress import Bar, progress, watched


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


@given(st.lists(st.integers(), max_size=20), st.booleans(), st.sampled_from([iter, list, tuple]))
def test_a_progress_bar_lets_each_item_through_and_is_silent_where_nobody_watches(
    capsys, monkeypatch, items, watched, kind
):
    monkeypatch.setenv("HELPERS_WATCHED", str(int(watched)))
    assert list(progress(kind(items), "steps", total=len(items))) == items
    said = capsys.readouterr()
    assert said == ("", ""), "a bar is for notebooks"


# Bars, in a real kernel

IMPORTS = "from time import sleep\n\nfrom helpers.progress import progress"
LOOPS = {
    "alone": "for _ in progress(range(3), 'steps'):\n    sleep(0.3)",
    "quick": "for _ in progress(range(3), 'steps'):\n    pass",
    "nested": "for _ in progress(range(2), 'outer'):\n    for _ in progress(range(2), 'inner'):\n        sleep(0.3)",
    "twice": "for _ in range(2):\n    for _ in progress(range(2), 'steps'):\n        sleep(0.6)",
    "left early": "for i in progress(range(9), 'steps'):\n    sleep(0.6)\n    if i:\n        break",
    "without a length": "for _ in progress((i for i in range(3)), 'steps'):\n    sleep(0.4)",
}
TALKING = {
    "printing after": LOOPS["alone"] + "\nprint('done')",
    "printing before": "print('now')\n" + LOOPS["alone"],
    "printing within": LOOPS["alone"] + "\n    print('step')",
    "failing": LOOPS["alone"] + "\n    1 / 0",
    "interrupted": LOOPS["alone"] + "\n    raise KeyboardInterrupt",
}


def run(sources, monkeypatch, is_watched):
    """The outputs of cells in a kernel, by name, and all HTML that was shown on the way."""
    monkeypatch.setenv("HELPERS_WATCHED", str(int(is_watched)))
    cells = [nbformat.v4.new_code_cell(source) for source in (IMPORTS, *sources.values())]
    shown = []

    class Client(NotebookClient):
        def process_message(self, msg, cell, cell_index):
            shown.append(msg["content"].get("data", {}).get("text/html", ""))
            return super().process_message(msg, cell, cell_index)

    notebook = nbformat.v4.new_notebook(cells=cells)
    Client(notebook, allow_errors=True).execute()
    return dict(zip(sources, [cell.outputs for cell in notebook.cells[1:]])), [page for page in shown if page]


@pytest.fixture(scope="module")
def both():
    with pytest.MonkeyPatch.context() as patch:
        sources = LOOPS | TALKING
        return run(sources, patch, True), run(sources, patch, False)


def without_times(outputs):
    return [{**output, "traceback": len(output.get("traceback", []))} for output in outputs]


@pytest.mark.parametrize("name", [*LOOPS, *TALKING])
def test_a_bar_leaves_a_cell_as_a_batch_run_would(both, name):
    (watched, _), (batch, _) = both
    shown = [output for output in watched[name] if output.get("data") != {}]  # an emptied one takes no room
    assert without_times(shown) == without_times(batch[name])
    assert bool(batch[name]) == (name in TALKING)
    if name in LOOPS or name == "failing":
        assert len(watched[name]) == len(batch[name]), "nothing else is shown, so not even an empty output stays"


def test_the_bar_is_one_for_each_loop_and_tells_its_name_and_how_far_it_is(both):
    (_, pages), (_, batch) = both
    assert not batch and not [page for page in pages if "inner" in page]
    bars = re.findall(
        r'<progress aria-label="steps" max="3" value="(\d)"></progress> (\d+)%, 00:0\d left<', "".join(pages)
    )
    assert ("2", "67") in bars
    assert 'steps <progress aria-label="steps" ></progress> 2 so far' in "".join(pages)


def test_a_name_is_shown_as_it_is(monkeypatch):
    pages = []
    monkeypatch.setattr(module, "display", lambda data, **_: pages.append(data))
    Bar([1], desc='a < "b"', gui=True).display()
    assert 'aria-label="a &lt; &quot;b&quot;"' in pages[0]["text/html"] and pages[0]["text/plain"] == 'a < "b": 0%'


def test_a_bar_is_shown_once_and_then_moved(monkeypatch):
    calls = []
    handle = SimpleNamespace(update=lambda data, **how: calls.append(("update", data, how)))
    monkeypatch.setattr(module, "display", lambda data, **how: calls.append(("display", data, how)) or handle)
    bar = Bar(total=4, desc="steps", gui=True)
    bar.display()
    bar.n = 1
    bar.display()
    (first, shown, how), (second, moved, how_moved) = calls
    assert (first, how) == ("display", {"raw": True, "display_id": True})
    assert (second, how_moved) == ("update", {"raw": True})
    assert shown["text/plain"] == "steps: 0%" and moved["text/plain"].startswith("steps: 25%")
    monkeypatch.setattr(Bar, "format_dict", {"rate": 0.1})
    bar.display()
    assert calls[-1][1]["text/plain"] == "steps: 25%, 00:30 left"


def test_a_bar_costs_a_microsecond_a_step(monkeypatch):
    """The lightest step of a study takes fifty."""
    monkeypatch.setattr(module, "display", lambda *_, **__: None)
    monkeypatch.setattr(module, "messages_sent", lambda: 1)
    monkeypatch.setenv("HELPERS_WATCHED", "1")
    monkeypatch.setattr(Bar, "close", lambda self: Bar._instances.discard(self))
    steps = range(100_000)
    taken = [
        min(timeit.repeat(lambda: [*way()], number=1, repeat=5))
        for way in (lambda: progress(steps, "steps"), lambda: steps)
    ]
    assert taken[0] - taken[1] < 1e-6 * len(steps)
