"""Say whether the active environment satisfies requirements.txt: `make ... ENV=active` asks."""

import sys
from importlib.metadata import PackageNotFoundError, version

from helpers import ROOT


def pins(text: str) -> dict[str, str]:
    """The pinned versions in the text of a requirements file, by package name."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return {name.strip(): pin.strip() for name, _, pin in (line.partition("==") for line in lines if line)}


def unmet(required: dict[str, str]) -> list[str]:
    """What is missing or of another version, a sentence part each; a local build tag such as +cpu is fine."""
    wrong = []
    for name, pin in required.items():
        try:
            found = version(name).split("+")[0]
        except PackageNotFoundError:
            found = "nothing"
        if found != pin:
            wrong.append(f"{name}=={pin} (found {found})")
    return wrong


if __name__ == "__main__":
    wrong = unmet(pins((ROOT / "requirements.txt").read_text(encoding="utf-8")))
    if wrong:
        sys.exit("The active environment lacks " + ", ".join(wrong) + ". Leave out ENV=active to have one made.")
