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
from tests.given import require_none
from tools import environment
from tools.badges import settings, site_address


def read(*names):
    return ROOT.joinpath(*names).read_text(encoding="utf-8")


README, MAKEFILE, CI = read("README.md"), read("Makefile"), read(".ci", "run")
FLOWS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml")}
WORKFLOWS = {name: yaml.safe_load(text) for name, text in FLOWS.items()}
PAGES = {
    path: path.read_text(encoding="utf-8")
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")]
    if path.is_file()
}
TARGETS = dict(re.findall(r"(?m)^([a-z-]+):.*\n((?:\t.*\n)*)", MAKEFILE))
RECIPES = {  # what each target must run
    "test": "-m pytest $(ARGS)",
    "execute-all": '-m tools.run --language "$(LANGUAGE)" $(ARGS)',
    "site": "-m tools.site",
    "translate": "-m tools.translate $(ARGS)",
    "refresh": "-m tools.run --in-place",
    "lint": "-m ruff check . && $(RUN) -m ruff format --check .",
    "mistakes": "-m tools.mistakes $(ARGS)",
    "mutants": "-m tools.mutation $(ARGS)",
    "mutants-of-tools": "-m tools.mutation.of_tools $(ARGS)",
    "audit": "-m pip_audit --strict",
    "elsewhere": "-m tools.elsewhere $(ARGS)",
    "bench": "-m tools.bench $(ARGS)",
    "lab": "-m tools.lab",
    "colab": "-m tools.one_file $(ARGS)",
}
SWALLOWED = r"\|\| *(?:true|:|exit 0|echo)|; *(?:true|exit 0)\b|set \+e|continue-on-error"
HOSTS = {"code.visualstudio.com", "colab.research.google.com", "github.com", "mybinder.org"}
HOSTS |= {"nbgitpuller.readthedocs.io"}


# Pages


def test_every_command_in_the_pages_is_one_that_make_knows():
    found = []
    for path, text in PAGES.items():
        blocks = re.findall(r"(?s)```.*?\n(.*?)```", text) + re.findall(r"`([^`\n]+)`", text)
        said = [name for block in blocks for name in re.findall(r"(?m)(?:^|[;&] ?)make ([a-z][\w-]*)", block)]
        found += [f"{path.name} says `make {target}`" for target in said if target not in TARGETS]
    require_none((what, f"make knows {', '.join(sorted(TARGETS))}") for what in found)


def test_every_link_leads_somewhere():
    found = []
    for path, text in PAGES.items():
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if link.startswith("http"):
                own = site_address(settings()["repository"], path.stem.partition(".")[2])
                known = link.split("/")[2] in HOSTS or link == own
                if not known or not link.startswith("https:"):
                    found.append(
                        (f"{path.name} links to {link}", "take https, and add a host that lasts to HOSTS here")
                    )
            elif not link.startswith("#") and not (path.parent / link.split("#")[0]).exists():
                found.append((f"{path.name} links to {link}, which is not there", "mend the link"))
    require_none(found)


def test_every_path_in_the_pages_is_there():
    made = ("build/", ".venv", "notebooks/05", "05_", "tests/lessons/05", "helpers/exercises/your")
    found = []
    for path, text in PAGES.items():
        for name in re.findall(r"`((?:[\w.]+/)+[\w.]*|\w+\.(?:py|txt|yml|toml))`", text):
            if not name.startswith(made) and "your_topic" not in name and "NN" not in name:
                if not (ROOT / name).exists() and not [*ROOT.glob(f"*/{name}"), *ROOT.glob(f"*/*/{name}")]:
                    found.append(f"{path.name} names {name}, which is not there")
    require_none((what, "mend the name, or add what is made later to `made` in this test") for what in found)


def test_the_licence_is_the_one_in_the_file():
    same = read("LICENSE").startswith("BSD 3-Clause License\n") and "Licence: BSD-3-Clause." in README
    require_none([] if same else [("README and LICENSE name two licences", "say BSD-3-Clause in both")])


def test_pages_workflows_and_environment_agree_on_python():
    said = re.findall(r"Python (3\.\d+) to (3\.\d+)", README)[0]
    versions = {v for text in FLOWS.values() for v in re.findall(r"(?<![\d.])3\.\d+(?![\d.])", text)}
    versions = sorted(versions, key=lambda v: int(v[2:]))
    others = {
        "tools/environment.py": tuple(f"{a}.{b}" for a, b in (environment.OLDEST, environment.NEWEST)),
        ".github/workflows": (versions[0], versions[-1]),
    }
    found = [f"{where} says Python {' to '.join(these)}" for where, these in others.items() if these != said]
    here = re.findall(r"python *[>=]*= *\"?(3\.\d+)", read("environment.yml")) + [f"3.{sys.version_info.minor}"]
    found += [f"environment.yml, or these tests, use {v}" for v in here if int(v[2:]) < int(said[0][2:])]
    require_none((what, f"README says {' to '.join(said)}; make them agree") for what in found)


# What is run


def test_targets_run_what_they_say():
    wrong = [target for target, words in RECIPES.items() if words not in TARGETS.get(target, "")]
    require_none((f"make {t} runs {TARGETS.get(t)!r}", f"let it run {RECIPES[t]!r}, or change RECIPES") for t in wrong)


def test_no_recipe_step_or_script_swallows_a_failure():
    lines = [(f"make {target}", line) for target, recipe in TARGETS.items() for line in recipe.splitlines()]
    found = [f"{where}: {line.strip()}" for where, line in lines if re.match(r"\t@?-", line)]
    lines += [(name, line) for name, text in ({".ci/run": CI} | FLOWS).items() for line in text.splitlines()]
    found += [f"{where}: {line.strip()}" for where, line in lines if re.search(SWALLOWED, line)]
    require_none((f"a failure is swallowed in {what}", "let it stop what runs it") for what in found)


def test_the_projects_own_check_runs_everything_and_stops_at_the_first_failure():
    lines = [line.strip() for line in CI.splitlines()]
    commands = (
        "set -euo pipefail",
        "make lint",
        "make test",
        "make execute-all LANGUAGE=es",  # the English ones are run by nbval in `make test`
        "make mistakes",
        "make browser",
    )
    lost = [line for line in commands if not any(there.startswith(line) for there in lines)]
    found = [(f".ci/run lacks the line `{line}`", "add it") for line in lost]
    require_none(found + ([(".ci/run exits by itself", "let the first failure end it")] if "exit" in CI else []))


def events(workflow):
    """What starts a workflow; YAML reads `on` as true."""
    found = workflow.get(True, workflow.get("on"))
    return {found} if isinstance(found, str) else set(found)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_read_only_runs_on_known_events_and_pins_its_actions(name):
    workflow, found = WORKFLOWS[name], []
    if strange := events(workflow) - {"push", "pull_request", "schedule", "workflow_dispatch", "release"}:
        found.append((f"it runs on {strange}", "run it on push, pull_request, schedule, workflow_dispatch or release"))
    if workflow.get("permissions") not in ({"contents": "read"}, {}):
        found.append(("it may do more than read", "say permissions: contents: read at the top"))
    for title, job in workflow["jobs"].items():
        publishes = {"pages": "write", "id-token": "write"} if job.get("environment") else {}
        if not job.get("permissions", {}).items() <= ({"contents": "read"} | publishes).items():
            found.append(
                (f"{title} has the permissions {job['permissions']}", "only a job with an environment publishes")
            )
        if job.get("timeout-minutes", 999) > 360:
            found.append((f"{title} may run for ever", "add timeout-minutes"))
        for step in job["steps"]:
            if not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", step.get("uses", f"actions/x@{40 * '0'}")):
                found.append(
                    (f"{title} uses {step['uses']}", "pin it by the 40 digits of its commit, and comment the version")
                )
            if "secrets." in str(step):
                found.append((f"{title} reads a secret", "do without: a pull request may run it"))
    require_none((f"{name}: {what}", remedy) for what, remedy in found)


def test_the_workflow_runs_the_checks_on_every_push():
    main = WORKFLOWS["notebooks.yml"]
    check = main["jobs"]["check"]
    runs = {step.get("run", "").strip(): step.get("if", "") for step in check["steps"]}
    readers = main["jobs"]["readers"]
    read = {step.get("run") for step in readers["steps"] if "if" not in {**readers, **step}}
    weekly = " ".join(step.get("run", "") for step in main["jobs"]["world"]["steps"])
    needed = ("python -m ruff check .", "python -m pytest", "python -m tools.run")  # not make: Windows has none
    conditions = [condition for command, condition in runs.items() if command.startswith("python -m tools.mistakes")]
    found = {
        "on push, pull_request and schedule": {"push", "pull_request", "schedule"} <= events(main),
        "the checks without a condition": "if" not in check,
        **{f"`{command}` without a condition": runs.get(command) == "" for command in needed},
        "`python -m tools.mistakes`, on Linux at least": conditions in ([""], ["runner.os == 'Linux'"]),
        **{f"`make {c}`": f"make {c}" in read for c in ("look", "browser ARGS=--quick", "grade-test", "cluster")},
        **{
            f"`{c}` once a week": c in weekly
            for c in ("make elsewhere", "make browser", "make mutants", "make mutants-of-tools", "make audit")
        },
    }
    require_none(("notebooks.yml runs too little", f"let it run {what}") for what, there in found.items() if not there)


def test_numerical_libraries_are_held_to_one_thread():
    tree = ast.parse(read("helpers", "__init__.py"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and "setdefault" in ast.unparse(node.func)]
    held = calls and all(ast.unparse(call.args[1]) == "'1'" for call in calls)
    require_none([] if held else [("threads make sums differ", "set each variable in helpers/__init__.py to '1'")])


# What is in it


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
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith(("#", "-"))]
    names = [re.fullmatch(r"([\w.-]+)(?:\[\w+\])?==\d[\w.]*", line) for line in lines]
    loose = [line for line, name in zip(lines, names) if not name]
    require_none((f"{path.name} has the line {line!r}", "pin one version exactly, name==1.2.3") for line in loose)
    return {name[1].lower().replace("_", "-") for name in names}


def test_every_import_is_of_a_package_that_is_required():
    """A package that is there only because another one needs it may be gone tomorrow."""
    pinned = required(ROOT / "requirements.txt").union(*map(required, (ROOT / "tests").glob("requirements-*.txt")))
    owners = metadata.packages_distributions()
    own = {"helpers", "tools", "tests", "conftest"} | set(sys.stdlib_module_names)
    missing = set()
    for path in [*tracked("*.py"), *NOTEBOOKS.glob("*.ipynb")]:
        for name in set(imported(path)) - own:
            sources = {owner.lower().replace("_", "-") for owner in owners.get(name, [])}
            if not sources & pinned and name.lower() not in pinned:
                missing.add(f"{path.relative_to(ROOT)} imports {name}, of {sorted(sources)}")
    require_none((what, "pin it in requirements.txt, or in one of tests/") for what in sorted(missing))


SECRETS = r"gh[pousr]_\w{20}|hf_\w{20}|sk-\w{20}|AKIA\w{16}|-----BEGIN [A-Z ]*PRIVATE KEY|xox[bp]-\w{10}"


def test_no_file_holds_a_secret_or_a_conflict():
    found = []
    for path in tracked("*.py", "*.md", "*.yml", "*.toml", "*.txt", "Makefile", ".ci/run", "*.ipynb"):
        text = re.sub(r'"image/png": "[^"]*"', "", path.read_text(encoding="utf-8"))
        if re.search(SECRETS, text):
            found.append((f"{path.name} holds a secret", "take it out, and revoke it: it is known by now"))
        if re.search(r"(?m)^(?:<{7} |>{7} )", text):
            found.append((f"{path.name} holds a conflict of a merge", "choose one side"))
    require_none(found)


def test_helpers_reach_neither_the_network_nor_other_programs():
    forbidden = {"socket", "urllib", "requests", "http", "ftplib", "subprocess", "pickle", "ctypes"}
    thought_about = {"studies.py": {"pickle"}}  # it hands a piece of work to another process
    found = []
    for path in (ROOT / "helpers").rglob("*.py"):
        found += [
            f"{path.name} imports {n}" for n in set(imported(path)) & forbidden - thought_about.get(path.name, set())
        ]
        calls = re.findall(
            r"\bos\.(?:system|popen|remove|unlink)|Path\.home|expanduser", path.read_text(encoding="utf-8")
        )
        found += [f"{path.name} calls {call}" for call in calls]
    require_none((what, "put it into tools/, which no notebook imports") for what in found)


def test_every_assertion_about_a_notebook_says_what_is_wrong_and_what_to_do():
    """An author meets these; `require_none` takes nothing without a remedy, and so do the rules of the house."""
    mute = []
    for path in [*(ROOT / "tests" / "lessons").glob("test_*.py"), ROOT / "tests" / "test_repository.py"]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        about = {"notebook", "notebook_path", "name", "lesson", "parameters"}
        for function in [node for node in tree.body if isinstance(node, ast.FunctionDef)]:
            wants = {argument.arg for argument in function.args.args}
            if function.name.startswith("test_") and wants & about and "REMEDY" not in ast.unparse(tree):
                asserts = [node for node in ast.walk(function) if isinstance(node, ast.Assert)]
                mute += [f"{path.name}: {function.name} asserts {ast.unparse(node.test)}" for node in asserts]
    require_none((what, "collect what is wrong and hand it to require_none with a remedy") for what in mute)
