"""Studies on every core, and what many seeds cost: notebook 2's residual network, by helpers.studies.

Once a chunk is full, the time grows with the seeds in proportion, and the memory stays. Ten machines take a tenth of
the time, plus what it takes to send a chunk there, some kilobytes.
"""

import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor

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


def study(seeds, workers, size=CHUNK):
    return np.concatenate(run_pieces(piece, chunks(range(seeds), size), workers=workers))


def cost(seeds, size):
    """Seconds of a study in this process, and the most memory it held beyond what the imports hold, in MiB."""
    import resource

    def most():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)

    piece([0], epochs=1)  # the first call of anything is slow
    before, start = most(), time.perf_counter()
    study(seeds, 1, size)
    return time.perf_counter() - start, most() - before


def main(repeats=9):
    assert np.array_equal(study(80, 1), study(80, 2)), "the number of workers must change no digit"
    times = interleaved(repeats, two=lambda: study(32 * CHUNK, 2), one=lambda: study(32 * CHUNK, 1))
    report(f"{32 * CHUNK} seeds: 2 workers / 1", times["two"], times["one"], 0.6)
    print(f"seeds   stacks of   seconds   per seed   memory    ({EPOCHS} epochs, one worker)")
    for seeds, size in ((32, CHUNK), (100, CHUNK), (1000, CHUNK), (1000, 1000), (10_000, CHUNK)):
        # A process of its own: memory once held counts as held for ever.
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as fresh:
            seconds, memory = fresh.submit(cost, seeds, size).result()
        print(
            f"{seeds:5d}   {size:9d}   {seconds:7.1f}   {1000 * seconds / seeds:5.1f} ms   {memory:4.0f} MiB",
            flush=True,
        )


if __name__ == "__main__":
    main()
