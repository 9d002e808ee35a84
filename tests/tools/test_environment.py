"""The environment is the one that requirements.txt asks for, by pip and by conda, and make lists its targets."""

import subprocess

from helpers import ROOT
from tools import environment


def test_conda_and_pip_ask_for_the_same_versions():
    conda = {}
    for line in (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines():
        if "==" in line:
            name, _, pin = line.strip("- ").partition("==")
            conda[{"matplotlib-base": "matplotlib", "pytorch-cpu": "torch"}.get(name, name)] = pin
    assert conda == environment.pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))


def test_pins_are_read_past_comments_and_blank_lines():
    text = "# a comment\n\nnumpy==2.4.6\n scipy == 1.17.1  # why\nloose\n"
    assert environment.pins(text) == {"numpy": "2.4.6", "scipy": "1.17.1", "loose": ""}


def test_another_version_or_none_is_told_and_a_build_tag_is_fine(monkeypatch):
    found = {"numpy": "2.0", "torch": "2.13.0+cpu", "scipy": "1.17.1"}

    def version(name):
        if name not in found:
            raise environment.PackageNotFoundError(name)
        return found[name]

    monkeypatch.setattr(environment, "version", version)
    required = {"alien": "1", "numpy": "2.4.6", "torch": "2.13.0", "scipy": "1.17.1"}
    assert environment.unmet(required) == ["alien==1 (found nothing)", "numpy==2.4.6 (found 2.0)"]


def test_make_alone_lists_every_target():
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in (
        "env",
        "execute-all",
        "test",
        "refresh",
        "lab",
        "lint",
        "bench",
        "mistakes",
        "mutants",
        "audit",
        "publish",
        "colab",
        "elsewhere",
        "clean",
    ):
        assert f"make {target} " in listed
