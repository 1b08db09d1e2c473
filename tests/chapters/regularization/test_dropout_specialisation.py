"""Whether dropout makes a network lean less on single units, and on its training data."""

from __future__ import annotations

import pytest

from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "dropout-specialisation"


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_removal_of_the_most_important_unit(check, study_result, study_table, *, count=as_counted):
    """What the removal of one hidden unit costs, for networks trained with dropout and without.

    Of each network, trained on 40 rows of real data from the same start, every hidden unit is
    removed in turn; the largest rise of the training loss is divided by what training had gained.
    The dropout rate is the one that does best on validation rows. The intervals, the decision and
    the sentence are derived again from the counted runs by the rule that was fixed beforehand.
    """
    confirm(check, study_result, study_table, "generalisation", "single-unit", count)


@pytest.mark.claim(CLAIM, reading="to-the-training-data", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_gap_between_test_and_training(check, study_result, study_table, *, count=as_counted):
    """How much worse a network does on unseen rows than on its own, with dropout and without.

    The same networks; compared is the test loss less the training loss, both without masks. A small
    gap alone is no merit: a network that fits nothing has none, which is why the test loss itself
    is judged elsewhere.
    """
    confirm(check, study_result, study_table, "generalisation", "gap", count)
