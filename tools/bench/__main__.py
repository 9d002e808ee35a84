"""make bench: run every benchmark in this folder; each prints ratios with their spread, measured in one run.

Arguments choose benchmarks by the beginning of their name, such as 02.
"""

import importlib
import sys
from pathlib import Path

import helpers  # noqa: F401  one thread for BLAS and torch, before they are imported

for path in sorted(Path(__file__).parent.glob("[0-9]*.py")):
    if not sys.argv[1:] or any(path.stem.startswith(name) for name in sys.argv[1:]):
        print(f"\n{path.stem + ': ratio, median [least, greatest] of interleaved repeats':58}")
        importlib.import_module(f"tools.bench.{path.stem}").main()
