"""What the four notebooks share and no one is examined on: data, drawing, numeric checks, exercise feedback.

On networks this small a second thread costs more time than it saves, so the numerical libraries are held to one. What
is imported after this reads the variables; what was imported before is told.
"""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

if {"numpy", "torch"} & set(sys.modules):
    import threadpoolctl

    threadpoolctl.threadpool_limits(1)
