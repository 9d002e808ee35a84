"""Each command explains itself: what it is called, what it does, and what each option is for."""

import argparse
import importlib

import pytest

from helpers import ROOT

PATHS = sorted(path for path in (ROOT / "tools").rglob("*.py") if "argparse.ArgumentParser(" in path.read_text("utf-8"))
NAMES = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__") for path in PATHS]


class Asked(Exception):
    """Stands for a parser that was about to read a command line."""


@pytest.mark.parametrize("path, name", zip(PATHS, NAMES), ids=NAMES)
def test_a_command_and_its_options_are_explained(path, name, monkeypatch):
    def parse_args(parser, *_):
        raise Asked(parser)

    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    try:
        main = importlib.import_module(module).main
    except ModuleNotFoundError as error:
        if error.name.split(".")[0] in ("tools", "helpers"):
            raise
        pytest.skip(f"needs {error.name}")
    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_args)
    with pytest.raises(Asked) as asked:
        main()
    parser = asked.value.args[0]
    assert parser.prog == f"python -m {name}"
    assert parser.description == importlib.import_module(module).__doc__.splitlines()[0]
    for action in parser._actions:
        what = action.help or "nothing"
        assert what == argparse.SUPPRESS or what[0].islower() and " " in what, (
            f"{name}: help of {action.dest} must be some words in lower case, got {what!r}"
        )
