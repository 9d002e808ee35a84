"""Open JupyterLab on the course's start page: the README as readers see it, whose links open the lessons.

python -m tools.lab
"""

import json
import subprocess
import sys

from helpers import ROOT

SETTINGS = {"@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}}}


def main() -> int:
    folder = ROOT / "build" / "lab"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "overrides.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    page = [f"--ServerApp.root_dir={ROOT}", "--LabApp.default_url=/lab/tree/README.md"]
    page.append("--ContentsManager.allow_hidden=True")  # the picture on that page lies in .github
    return subprocess.run(
        [sys.executable, "-m", "jupyterlab", *page, f"--LabApp.app_settings_dir={folder}", *sys.argv[1:]]
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
