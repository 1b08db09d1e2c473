"""What the full gradient costs, as the data grow."""

from __future__ import annotations

import pytest

from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "full-gradient-impractical"


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_cost_with_examples(check, study_result, study_table, *, count=as_counted):
    """How many times dearer full-batch descent gets from 16 examples to 1,024.

    Costs are gradients of single examples up to a target loss; the ratio is that of full-batch to
    mini-batch descent from the same start.
    The plan fixes data, widths, steps, sample size and decision rule beforehand. Here the table is
    counted again, the simultaneous intervals and the decision are derived from it by the plan's
    rule, and compared with what the study reported.
    """
    confirm(check, study_result, study_table, "cost-to-target", "with-examples", count)


@pytest.mark.claim(CLAIM, reading="in-time", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_time_to_a_target(check, study_result, study_table, *, count=as_counted):
    """Up to which overhead of an update full-batch descent takes more than twice as long.

    Counted are the updates of both arms to a target loss. With the time a + b B of an update on B
    examples, the ratio of the times falls as a/b grows: each run has one overhead a/b at which it
    is two, and the median of these decides for a whole range of overheads at once. The price is
    that of an example in the full batch, where it is 1 in a mini-batch.
    The plan fixes the range, the prices, sample size and decision rule beforehand. Here the table
    is counted again, and the decision compared with what the study reported.
    """
    confirm(check, study_result, study_table, "time-to-target", "in-time", count)
