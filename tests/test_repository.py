"""The repository's own words: what README, Makefile, workflows and requirements say is so."""

import ast
import re
import subprocess
import sys
from importlib import metadata

import nbformat
import pytest
import yaml

from helpers import NOTEBOOKS, ROOT
from tools import environment
from tools.badges import settings, site_address

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
WORKFLOWS = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in (ROOT / ".github" / "workflows").glob("*.yml")
}
PAGES = [path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")] if path.is_file()]
TARGETS = dict(re.findall(r"(?m)^([a-z-]+):.*\n((?:\t.*\n)*)", MAKEFILE))
RECIPES = {  # what each target must run
    "test": "-m pytest $(ARGS)",
    "execute-all": '-m tools.run --language "$(LANGUAGE)" $(ARGS)',
    "site": "-m tools.site",
    "translate": "-m tools.translate $(ARGS)",
    "refresh": "-m tools.run --in-place",
    "lint": "-m ruff check . && $(RUN) -m ruff format --check .",
    "mistakes": "-m tools.mistakes $(ARGS)",
    "mutants": "-m tools.mutants $(ARGS)",
    "audit": "-m pip_audit --strict",
    "elsewhere": "-m tools.elsewhere $(ARGS)",
    "bench": "-m tools.bench $(ARGS)",
    "lab": "-m tools.lab",
    "colab": "-m tools.one_file $(ARGS)",
}
SWALLOWED = r"\|\| *(?:true|:|exit 0|echo)|; *(?:true|exit 0)\b|set \+e|continue-on-error"
HOSTS = {
    "code.visualstudio.com",
    "colab.research.google.com",
    "github.com",
    "mybinder.org",
    "nbgitpuller.readthedocs.io",
}


def test_every_command_in_the_pages_is_one_that_make_knows():
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        blocks = re.findall(r"(?s)```.*?\n(.*?)```", text) + re.findall(r"`([^`\n]+)`", text)
        for target in [name for block in blocks for name in re.findall(r"(?m)(?:^|[;&] ?)make ([a-z][\w-]*)", block)]:
            assert target in TARGETS, f"{path.name} says `make {target}`; make knows {', '.join(sorted(TARGETS))}"


def test_every_link_leads_somewhere():
    for path in PAGES:
        for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
            if link.startswith("http"):
                site = site_address(settings()["repository"], path.stem.partition(".")[2])
                known = link.split("/")[2] in HOSTS or link == site
                assert known and link.startswith("https:"), f"{path.name}: {link}"
            elif not link.startswith("#"):
                assert (path.parent / link.split("#")[0]).exists(), f"{path.name} links to {link}, which is not there"


def test_every_path_in_the_pages_is_there():
    made = ("build/", ".venv", "notebooks/05", "05_", "tests/lessons/05", "helpers/exercises/your")
    for path in PAGES:
        for name in re.findall(r"`((?:[\w.]+/)+[\w.]*|\w+\.(?:py|txt|yml|toml))`", path.read_text(encoding="utf-8")):
            if not name.startswith(made) and "your_topic" not in name and "NN" not in name:
                found = (ROOT / name).exists() or list(ROOT.glob(f"*/{name}")) or list(ROOT.glob(f"*/*/{name}"))
                assert found, f"{path.name} names {name}, which is not there"


def test_the_licence_is_the_one_in_the_file():
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8").splitlines()[0]
    assert licence == "BSD 3-Clause License" and "Licence: BSD-3-Clause." in README


def test_pages_workflows_and_environment_agree_on_python():
    ((oldest, newest),) = re.findall(r"Python (3\.\d+) to (3\.\d+)", README)
    assert [f"{major}.{minor}" for major, minor in (environment.OLDEST, environment.NEWEST)] == [oldest, newest]
    versions = [v for w in WORKFLOWS.values() for v in re.findall(r"(?<![\d.])3\.\d+(?![\d.])", yaml.safe_dump(w))]
    versions = sorted(set(versions), key=lambda v: int(v[2:]))
    assert versions[:: len(versions) - 1] == [oldest, newest], f"README: {oldest} to {newest}, workflows: {versions}"
    (conda,) = re.findall(r"python *[>=]*= *\"?(3\.\d+)", (ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert int(conda[2:]) >= int(oldest[2:])
    running = f"3.{sys.version_info.minor}"
    assert int(running[2:]) >= int(oldest[2:]), f"these tests run on {running}"


def test_targets_run_what_they_say():
    for target, words in RECIPES.items():
        assert words in TARGETS.get(target, ""), f"make {target} must run {words!r}, it runs {TARGETS.get(target)!r}"


def test_no_recipe_step_or_script_swallows_a_failure():
    for target, recipe in TARGETS.items():
        for line in recipe.splitlines():
            assert not re.match(r"\t@?-", line) and not re.search(SWALLOWED, line), f"make {target}: {line.strip()}"
    assert not re.search(SWALLOWED, CI), CI
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        found = re.search(SWALLOWED, path.read_text(encoding="utf-8"))
        assert not found, f"{path.name}: {found and found[0]}"


def test_the_projects_own_check_runs_everything_and_stops_at_the_first_failure():
    lines = [line.strip() for line in CI.splitlines()]
    assert "set -euo pipefail" in lines
    for command in ("make lint", "make test", "make execute-all", "make execute-all LANGUAGE=es", "make mistakes"):
        assert command in lines, f".ci/run must run {command}"
    assert "exit" not in CI


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_read_only_runs_on_known_events_and_pins_its_actions(name):
    workflow = WORKFLOWS[name]
    triggers = workflow.get(True, workflow.get("on"))
    triggers = {triggers} if isinstance(triggers, str) else set(triggers)
    assert triggers <= {"push", "pull_request", "schedule", "workflow_dispatch", "release"}, triggers
    publishes = {"pages": "write", "id-token": "write"}
    assert workflow.get("permissions") in ({"contents": "read"}, {}), "permissions at the top must be contents: read"
    for title, job in workflow["jobs"].items():
        allowed = {"contents": "read"} | (publishes if job.get("environment") else {})
        assert job.get("permissions", {}).items() <= allowed.items(), f"{title}: {job.get('permissions')}"
        assert job.get("timeout-minutes", 999) <= 360, f"{title} must have timeout-minutes"
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", step["uses"]), (
                    f"{title}: pin {step['uses']} by the 40 digits of its commit, the version in a comment"
                )
            assert "secrets." not in str(step) and "pull_request_target" not in str(step)


def test_the_workflow_runs_the_checks_on_every_push():
    main = WORKFLOWS["notebooks.yml"]
    triggers = main.get(True, main.get("on"))
    assert {"push", "pull_request", "schedule"} <= set(triggers)
    check = main["jobs"]["check"]
    assert "if" not in check, "the checks must not hang on a condition"
    runs = {step.get("run", "").strip(): step.get("if", "") for step in check["steps"]}
    for command in ("python -m ruff check .", "python -m pytest", "python -m tools.run"):  # not make: Windows has none
        assert runs.get(command) == "", f"the workflow must run `{command}` without a condition"
    (proved,) = [condition for command, condition in runs.items() if command.startswith("python -m tools.mistakes")]
    assert proved in ("", "runner.os == 'Linux'")
    weekly = " ".join(step.get("run", "") for step in main["jobs"]["world"]["steps"])
    for command in ("make elsewhere", "make mutants", "make audit"):
        assert command in weekly, f"the weekly job must run `{command}`"


def test_numerical_libraries_are_held_to_one_thread():
    tree = ast.parse((ROOT / "helpers" / "__init__.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and "setdefault" in ast.unparse(node.func)]
    assert calls and all(ast.unparse(call.args[1]) == "'1'" for call in calls), "threads must be 1"


def tracked(*patterns):
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True).stdout.split("\n")
    found = [ROOT / name for name in listed if name]
    return [p for p in found if p.is_file()] or [p for pattern in patterns for p in ROOT.rglob(pattern) if p.is_file()]


def imported(path):
    """The packages that a file or notebook imports, by their first name."""
    if path.suffix == ".ipynb":
        cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    else:
        cells = [path.read_text(encoding="utf-8")]
    for cell in cells:
        for node in ast.walk(ast.parse(cell)):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield node.module.split(".")[0]


def required(path):
    """The distributions that a requirements file pins."""
    names = re.findall(r"(?m)^([\w.-]+)(?:\[\w+\])?==\d[\w.]*$", path.read_text(encoding="utf-8"))
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith(("#", "-"))]
    assert len(names) == len(lines), f"{path.name}: every line must pin one version exactly: {set(lines)}"
    return {name.lower().replace("_", "-") for name in names}


def test_every_import_is_of_a_package_that_is_required():
    """A package that is there only because another one needs it may be gone tomorrow."""
    pinned = required(ROOT / "requirements.txt").union(*map(required, (ROOT / "tests").glob("requirements-*.txt")))
    owners = metadata.packages_distributions()
    own = {"helpers", "tools", "tests", "conftest"}
    missing = set()
    for path in [*tracked("*.py"), *NOTEBOOKS.glob("*.ipynb")]:
        for name in set(imported(path)) - own - set(sys.stdlib_module_names):
            sources = {owner.lower().replace("_", "-") for owner in owners.get(name, [])}
            if not sources & pinned and name.lower() not in pinned:
                missing.add(f"{path.relative_to(ROOT)} imports {name}, of {sorted(sources)}")
    assert not missing, "pin it in requirements.txt: " + "; ".join(sorted(missing))


SECRETS = r"gh[pousr]_\w{20}|hf_\w{20}|sk-\w{20}|AKIA\w{16}|-----BEGIN [A-Z ]*PRIVATE KEY|xox[bp]-\w{10}"


def test_no_file_holds_a_secret_or_a_conflict():
    for path in tracked("*.py", "*.md", "*.yml", "*.toml", "*.txt", "Makefile", ".ci/run", "*.ipynb"):
        text = re.sub(r'"image/png": "[^"]*"', "", path.read_text(encoding="utf-8"))
        assert not re.search(SECRETS, text), path
        assert not re.search(r"(?m)^(?:<{7} |>{7} )", text), f"{path}: a conflict of a merge"


def test_helpers_reach_neither_the_network_nor_other_programs():
    thought_about = {"studies.py": {"pickle"}}  # it hands a piece of work to another process
    for path in (ROOT / "helpers").rglob("*.py"):
        names = set(imported(path)) & {
            "socket",
            "urllib",
            "requests",
            "http",
            "ftplib",
            "subprocess",
            "pickle",
            "ctypes",
        }
        names -= thought_about.get(path.name, set())
        assert not names, f"{path.name} imports {names}"
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\bos\.(?:system|popen|remove|unlink)|Path\.home|expanduser", text), path.name
