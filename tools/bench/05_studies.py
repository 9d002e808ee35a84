"""Studies on every core, and what a thousand seeds cost: notebook 2's residual network, helpers.studies.

The time of a study grows with the seeds in proportion, once a chunk is full; the memory does not grow. Ten machines
take a tenth of the time, plus what it takes to send a chunk there, some kilobytes.
"""

import resource
import sys
import time

import numpy as np

from helpers import data
from helpers.definitions import load_taught
from helpers.studies import chunks, run_pieces
from tools.bench.timing import interleaved, report

CHUNK, EPOCHS = 40, 4  # as in notebook 2; fewer epochs than there


def piece(seeds, epochs=EPOCHS):
    """Train a chunk of seeds; return the final weights of the first layer, shape (len(seeds), 2, k)."""
    taught = load_taught("02_numpy_backprop")
    X, Y = data.xor_clouds()[:2]
    rngs = [np.random.default_rng(seed) for seed in seeds]
    stack = taught.stacked([taught.init_params(rng) for rng in rngs])
    return taught.train(stack, X, Y, taught.RESIDUAL, rngs, epochs=epochs).W1


def study(seeds, workers):
    return np.concatenate(run_pieces(piece, chunks(range(seeds), CHUNK), workers=workers))


def main(repeats=5):
    assert np.array_equal(study(80, 1), study(80, 2)), "the number of workers must change no digit"
    times = interleaved(repeats, two=lambda: study(16 * CHUNK, 2), one=lambda: study(16 * CHUNK, 1))
    report(f"{16 * CHUNK} seeds: 2 workers / 1", times["two"], times["one"], 0.6)
    unit = 1024 if sys.platform == "darwin" else 1
    print(f"seeds   seconds   per seed   most memory    ({EPOCHS} epochs, chunks of {CHUNK}, one worker)")
    for seeds in (32, 100, 1000, 10_000):
        start = time.perf_counter()
        study(seeds, 1)
        seconds = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / unit
        print(f"{seeds:5d}   {seconds:7.1f}   {1000 * seconds / seeds:5.1f} ms   {memory:8.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
