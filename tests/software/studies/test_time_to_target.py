"""Time to a target: the overhead at which the verdict turns, on made-up records and real ones."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from claims.studies.registry import planned
from claims.studies.time_to_target import RECORD, networks, observe, run, turning_overhead

STUDY = planned("time-to-target")
CELLS = dict(zip(STUDY.names, STUDY.cells, strict=True))
SMALL = CELLS["256 examples, batches of 32, price 1"]


def ratio(full, batch, overhead, cell):
    """The ratio of the times, as the formula defines them."""
    return full * (overhead + cell.price * cell.examples) / (batch * (overhead + cell.batch))


@pytest.mark.parametrize("name", CELLS)
def test_the_ratio_passes_the_factor_at_the_turning_overhead(name):
    cell = CELLS[name]
    random = np.random.default_rng(1)
    full = random.uniform(1, 200, 500)
    batch = full * np.exp(random.uniform(-2, 12, 500))
    turning = turning_overhead(full, batch, cell)
    inside = np.isfinite(turning) & (turning > 0)
    for share, above in ((0.99, True), (1.01, False)):
        own = ratio(full[inside], batch[inside], share * turning[inside], cell)
        assert np.all((own > cell.factor) == above)
    assert np.all(ratio(full, batch, 0.0, cell)[turning == 0] <= cell.factor)
    assert np.all(ratio(full, batch, 1e12, cell)[np.isinf(turning)] > 0.999 * cell.factor)
    assert (turning == 0).any() and np.isinf(turning).any()
    # Where both batches cost the same at any overhead, so does their ratio.
    assert inside.any() == (cell.price * cell.examples > cell.batch)


def test_who_does_not_arrive_leaves_an_interval():
    made = np.zeros(4, dtype=RECORD)
    made["full"] = [50, np.inf, 50, np.inf]
    made["batch"] = [60, 60, np.inf, np.inf]
    seen = observe(SMALL, made)["in-time"]
    known = (50 * 256 - 2 * 60 * 32) / (2 * 60 - 50)
    assert (seen.lowest[0], seen.highest[0]) == (pytest.approx(known), pytest.approx(known))
    # 200 full updates are more than twice 60 by mini-batches.
    assert (seen.lowest[1], seen.highest[1]) == (np.inf, np.inf)
    assert (seen.lowest[2], seen.highest[2]) == (0, 0)
    assert (seen.lowest[3], seen.highest[3]) == (0, np.inf)


def test_a_full_batch_that_is_cheaper_than_a_mini_batch_is_refused():
    cell = msgspec.structs.replace(SMALL, price=0.1)
    with pytest.raises(ValueError, match=r"batches of 32, price 0\.1: the full batch"):
        observe(cell, np.zeros(1, dtype=RECORD))


def test_real_runs():
    made = run("test", SMALL, 0, 20)
    assert np.isfinite(made["full"]).all() and np.isfinite(made["batch"]).all()
    assert run("test", SMALL, 11, 12).tobytes() == made[11:12].tobytes()
    dear = msgspec.structs.replace(SMALL, price=0.5)
    assert run("test", dear, 0, 20).tobytes() == made.tobytes()


def test_networks_are_counted_once():
    counted = {
        (cell.examples, cell.batch): networks(cell) for cell in STUDY.cells if cell.price == 1
    }
    assert counted == {(256, 1): 2, (256, 32): 1, (16384, 1): 2, (16384, 32): 1}
    assert sum(networks(cell) for cell in STUDY.cells) == 6
