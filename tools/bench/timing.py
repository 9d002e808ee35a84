"""Time alternatives against each other: interleaved, so that a busy machine slows all of them, and as ratios."""

import statistics
import time
from collections.abc import Callable, Sequence


def interleaved(repeats: int, **sides: Callable[[], object]) -> dict[str, list[float]]:
    """Seconds of each side, one list per name; the sides take turns."""
    seconds = {name: [] for name in sides}
    for _ in range(repeats):
        for name, side in sides.items():
            start = time.perf_counter()
            side()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def report(label: str, ours: Sequence[float], theirs: Sequence[float], target: float | None = None) -> None:
    """Print median and spread of ours / theirs, taken repeat by repeat, and whether it stays within the target."""
    ratios = sorted(a / b for a, b in zip(ours, theirs))
    median = statistics.median(ratios)
    verdict = f"  target {target:.3f}: {'met' if median <= target else 'MISSED'}" if target else ""
    print(f"{label:58} {median:.3f}  [{ratios[0]:.3f}, {ratios[-1]:.3f}]{verdict}", flush=True)
