"""Make a release: write its badges, set-up cells and changelog entry, commit and tag it.

    python -m tools.publish VERSION [ADDRESS]

The address is the one given, or git's origin, or what stands in pyproject.toml. Until the next release, readers on
Colab get this one; in a clone, the notebooks use the helpers beside them. Nothing is pushed: the last line says how.
"""

import argparse
import datetime
import re
import subprocess
import sys

from helpers import ROOT
from tools.badges import git, release_commit, settings, write_everywhere
from tools.notebook_files import Failure, put_in_place
from tools.processes import print_whatever_the_terminal
from tools.translate.__main__ import write
from tools.translate.catalogues import languages

# As git takes an address: https://user:password@host:port/path, ssh://user@host:port/path, user@host:path.
PATH = r"/*([\w.~@%+-][\w.~@%+/-]*)"
FORMS = (
    rf"https://(?:[^/]*@)?([\w.-]+(?::\d+)?)/{PATH}",
    rf"ssh://(?:[^/]*@)?([\w.-]+)(?::\d+)?/{PATH}",
    rf"[^/]*@([\w.-]+):{PATH}",
)
NEXT = "## Next\n"


def web_address(origin: str) -> str:
    """A clone's address as https, without user and password; empty for a folder or what else Colab cannot reach."""
    for form in FORMS:
        if found := re.fullmatch(form, origin):
            return "https://" + found[1] + "/" + found[2].rstrip("/").removesuffix(".git").rstrip("/")
    return ""


def refuse_unless_ready(version: str, address: str) -> None:
    """Raise a Failure that says what to do first, before anything is written."""
    last = settings()["release"]
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise Failure(f"VERSION must be three numbers such as 1.2.0 (the last release is {last}), got {version!r}.")
    if not git("rev-parse", "HEAD"):
        raise Failure("A release is a commit and a tag: publish from a clone, with git installed.")
    if git("tag", "--list", f"v{version}"):
        raise Failure(f"v{version} is there already; choose a higher version.")
    if unsaved := git("status", "--porcelain"):
        files = ", ".join(line[2:].strip() for line in unsaved.splitlines())
        raise Failure(f"Commit or stash your changes first: {files}")
    if address and not web_address(address):
        raise Failure(f"REPOSITORY must be an address such as https://github.com/OWNER/REPOSITORY, got {address!r}.")


def changelog(text: str, release: str, subjects: list[str]) -> str:
    """The changelog with what stands under `## Next`, or else the commits' subjects, under the release and its date."""
    before, _, after = text.partition(NEXT)
    written, rest = re.fullmatch(r"(?s)(.*?)((?=^## ).*)?", after, re.MULTILINE).groups()
    entry = written.strip() or "\n".join(f"- {subject}" for subject in subjects) or "- No changes."
    heading = f"## {release}, {datetime.date.today().isoformat()}"
    return f"{before}{NEXT}\n{heading}\n\n{entry}\n{chr(10) + rest if rest else ''}"


def publish(version: str, address: str) -> str:
    """Make the release; return its address. What goes wrong on the way leaves the clone as it was.

    Raises:
        Failure: says in one line what to do first.
    """
    refuse_unless_ready(version, address)
    course, release = settings(), f"v{version}"
    repository = web_address(address or git("remote", "get-url", "origin")) or course["repository"]
    since = release_commit(course["release"]) if course["release"].startswith("v") else ""
    subjects = git("log", "--reverse", "--format=%s", f"{since}..HEAD").splitlines() if since else ["First release."]
    pyproject, log = ROOT / "pyproject.toml", ROOT / "CHANGELOG.md"
    try:
        text = pyproject.read_text(encoding="utf-8")
        for key, value in (("repository", repository), ("release", release)):
            text = re.sub(rf'(?m)^{key} = ".*"$', f'{key} = "{value}"', text)
        put_in_place(text, pyproject)
        put_in_place(changelog(log.read_text(encoding="utf-8"), release, subjects), log)
        files = [pyproject, log, *write_everywhere()]
        for language in languages():
            write(language)
            files += [ROOT / "notebooks" / language, ROOT / "translations" / language, ROOT / "helpers" / "languages"]
        for command in (["add", *map(str, files)], ["commit", "--quiet", "-m", f"Release {release}"], ["tag", release]):
            subprocess.run(["git", *command], cwd=ROOT, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        git("reset", "--hard", "--quiet")  # there was nothing to lose: the work tree was clean
        raise Failure(f"Nothing is published: {(getattr(error, 'stderr', '') or str(error)).strip()}") from None
    return repository


def main() -> int:
    print_whatever_the_terminal()
    parser = argparse.ArgumentParser(prog="python -m tools.publish", description=__doc__.splitlines()[0])
    parser.add_argument("version", nargs="?", default="", help="three numbers, such as 1.2.0")
    parser.add_argument("address", nargs="?", default="", help="the repository's, if it is not git's origin")
    options = parser.parse_args()
    try:
        repository = publish(options.version, options.address)
    except Failure as reason:
        print(reason, file=sys.stderr)
        return 1
    print(f"v{options.version} is committed and tagged; badges and set-up cells name {repository}.")
    if "OWNER/REPOSITORY" in repository:
        print("That address stands for one that Colab can reach: give yours as REPOSITORY=... or as git's origin.")
    print(f"To publish it: git push origin HEAD v{options.version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
