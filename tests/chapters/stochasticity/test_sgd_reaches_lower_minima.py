"""Whether mini-batch descent ends in the basins of lower minima than full-batch descent."""

from __future__ import annotations

import pytest

from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "sgd-reaches-lower-minima"


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_lower_with_tuned_steps(check, study_result, study_table, *, count=as_counted):
    """Whether mini-batches end lower depends on the problem, each arm with its own step.

    Both arms start from the same weights and spend equally many gradients of single examples; from
    where they end, full-batch descent leads each to the level of its basin.
    The plan fixes data, widths, steps, sample size and decision rule beforehand. Here the table is
    counted again, the simultaneous intervals and the decision are derived from it by the plan's
    rule, and compared with what the study reported.
    """
    confirm(check, study_result, study_table, "sgd-against-descent", "lower", count)


@pytest.mark.claim(CLAIM, reading="same-step", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_lower_with_the_same_step(check, study_result, study_table, *, count=as_counted):
    """With the full batch's step, mini-batches end lower on some problems, higher on others.

    Both arms start from the same weights and spend equally many gradients of single examples; from
    where they end, full-batch descent leads each to the level of its basin.
    The plan fixes data, widths, steps, sample size and decision rule beforehand. Here the table is
    counted again, the simultaneous intervals and the decision are derived from it by the plan's
    rule, and compared with what the study reported.
    """
    confirm(check, study_result, study_table, "sgd-against-descent", "lower-same-step", count)
