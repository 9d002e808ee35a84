"""How strict the course is about the rules of its own house: [tool.course] proof in pyproject.toml.

"strict", as here, makes every departure from them red. "report", for a fork, tells each with its remedy, and stays
green. What would mislead a student, such as a false stored output, is red under both.
"""

import tomllib

from helpers import ROOT


def proof() -> str:
    """The setting, "strict" or "report".

    Raises:
        ValueError: if it is another.
    """
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = settings.get("tool", {}).get("course", {}).get("proof", "report")
    if found not in ("strict", "report"):
        raise ValueError(f'proof in pyproject.toml must be "strict" or "report", got {found!r}.')
    return found


STRICT = proof() == "strict"
