"""Whether mini-batch descent reaches the global level more often than full-batch descent."""

from __future__ import annotations

import pytest

from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "sgd-reaches-global"


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_global_with_tuned_steps(check, study_result, study_table, *, count=as_counted):
    """Whether mini-batches raise the chance of the global level depends on the problem.

    Both arms start from the same weights and spend equally many gradients of single examples; from
    where they end, full-batch descent leads each to the level of its basin.
    The plan fixes data, widths, steps, sample size and decision rule beforehand. Here the table is
    counted again, the simultaneous intervals and the decision are derived from it by the plan's
    rule, and compared with what the study reported.
    """
    confirm(check, study_result, study_table, "sgd-against-descent", "global", count)


@pytest.mark.claim(CLAIM, reading="same-step", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_global_with_the_same_step(check, study_result, study_table, *, count=as_counted):
    """With the full batch's step, mini-batches raise that chance in places and lower it in others.

    Both arms start from the same weights and spend equally many gradients of single examples; from
    where they end, full-batch descent leads each to the level of its basin.
    The plan fixes data, widths, steps, sample size and decision rule beforehand. Here the table is
    counted again, the simultaneous intervals and the decision are derived from it by the plan's
    rule, and compared with what the study reported.
    """
    confirm(check, study_result, study_table, "sgd-against-descent", "global-same-step", count)
