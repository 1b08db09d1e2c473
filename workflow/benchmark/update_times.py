"""What an update costs beside the gradient of an example, by this package, NumPy and scikit-learn.

    OMP_NUM_THREADS=1 python workflow/benchmark/update_times.py --into reports/runtime

The study time-to-target takes an update on B examples to last a + b B. Here the time of an update
is measured for several B, one thread, in processor time: what twice as many updates take longer,
the median of several repetitions, so that neither compiling nor setting up counts. b is the slope
towards the whole data set, a what is left of an update on one example. The price is that slope over
the one between mini-batches, where the latter stands out from the overhead. Losses are not
compared: run.py does that.
"""

import argparse
import csv
import io
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from engines import Train, numpy_loop, package, scikit_learn
from workloads import Workload

from claims.compiled import FULL_BATCH
from claims.files import write_whole
from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, one_hidden_layer
from claims.studies.targets import noisy_wave
from claims.training import Problem, Replacement

# The larger data set of the study, and the sizes of batches between which slopes are taken.
EXAMPLES = 16384
SIZES = (1, 32, 256, EXAMPLES)

# Name, number of networks trained at once, and what makes the function that trains them.
ENGINES = (
    ("this package, 64 networks at once", 64, package),
    ("NumPy, one network", 1, numpy_loop),
    ("scikit-learn, one network", 1, scikit_learn),
)

# Updates that are timed: at least so many, and of small batches as many as make this many examples.
UPDATES = 64
DRAWN = 4096


@dataclass(frozen=True)
class Cost:
    """Seconds of an update of one network by size of batch, and what follows from them."""

    engine: str
    seconds: dict[int, float]

    @property
    def example(self) -> float:
        """b: seconds that one more example of a large batch takes."""
        *_, large, whole = SIZES
        return (self.seconds[whole] - self.seconds[large]) / (whole - large)

    @property
    def overhead(self) -> float:
        """a/b: an update's overhead, in gradients of an example."""
        return self.seconds[1] / self.example - 1

    @property
    def price(self) -> float | None:
        """The price of an example of the whole data set, where it costs 1 in a mini-batch."""
        one, *_, large, _ = SIZES
        more = self.seconds[large] - self.seconds[one]
        if more < self.seconds[one] / 2:
            return None
        return self.example * (large - one) / more


def workload(size: int, runs: int, updates: int) -> Workload:
    problem = Problem(
        Objective(one_hidden_layer(1, 4, SIGMOID), SQUARED_ERROR), noisy_wave(EXAMPLES)
    )
    sampling = FULL_BATCH if size == EXAMPLES else Replacement(size)
    return Workload(f"wave, batches of {size}", problem, sampling, runs, updates, 0.01)


def timed(train: Train) -> float:
    begun = time.process_time()
    train()
    return time.process_time() - begun


def measured(repetitions: int) -> list[Cost]:
    costs = []
    for name, runs, engine in ENGINES:
        seconds = {}
        for size in SIZES:
            updates = max(UPDATES, DRAWN // size)
            short, long = (engine(workload(size, runs, n)) for n in (updates, 2 * updates))
            long()  # compiles
            longer = [timed(long) - timed(short) for _ in range(repetitions)]
            seconds[size] = statistics.median(longer) / (runs * updates)
        costs.append(Cost(name, seconds))
        print(costs[-1], file=sys.stderr, flush=True)
    return costs


def table(costs: list[Cost]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["engine", *(f"microseconds, batch of {size}" for size in SIZES), "overhead", "price"]
    )
    for own in costs:
        price = "" if own.price is None else f"{own.price:.3g}"
        times = [f"{1e6 * own.seconds[size]:.3g}" for size in SIZES]
        writer.writerow([own.engine, *times, f"{own.overhead:.3g}", price])
    return text.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, required=True, metavar="DIR")
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()
    write_whole(options.into / "update_times.csv", table(measured(options.repetitions)).encode())


if __name__ == "__main__":
    main()
