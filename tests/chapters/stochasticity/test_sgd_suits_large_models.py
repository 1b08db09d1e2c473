"""Whether the advantage of mini-batch descent lasts as networks grow wider."""

from __future__ import annotations

import pytest

from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "sgd-suits-large-models"


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_advantage_with_width(check, study_result, study_table, *, count=as_counted):
    """How the advantage in reaching the global level changes from two units to four.

    The advantage is the difference between the shares of mini-batch and full-batch runs that reach
    the global level; its change is judged from the narrower network to the wider one.
    The plan fixes data, widths, steps, sample size and decision rule beforehand. Here the table is
    counted again, the simultaneous intervals and the decision are derived from it by the plan's
    rule, and compared with what the study reported.
    """
    confirm(check, study_result, study_table, "sgd-against-descent", "global-with-width", count)


@pytest.mark.claim(CLAIM, reading="cost", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_cost_with_width(check, study_result, study_table, *, count=as_counted):
    """How the advantage in example gradients changes from two units to eight.

    Costs are gradients of single examples up to a target loss; the ratio is that of full-batch to
    mini-batch descent from the same start.
    The plan fixes data, widths, steps, sample size and decision rule beforehand. Here the table is
    counted again, the simultaneous intervals and the decision are derived from it by the plan's
    rule, and compared with what the study reported.
    """
    confirm(check, study_result, study_table, "cost-to-target", "with-width", count)
