"""Whether mini-batch descent visits more basins and more volume than full-batch descent."""

from __future__ import annotations

import pytest

from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "sgd-explores-more"


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_basins_visited(check, study_result, study_table, *, count=as_counted):
    """Single examples visit basins of several levels more often only where their steps are large.

    Both arms start from the same weights and spend equally many gradients of single examples; a
    basin is known by the level to which full-batch descent leads from a snapshot. The plan fixes
    data, steps, sample size and decision rule beforehand. Here the table is counted again, the
    simultaneous intervals and the decision are derived from it by the plan's rule, and compared
    with what the study reported.
    """
    confirm(check, study_result, study_table, "sgd-exploration", "basins", count)


@pytest.mark.claim(CLAIM, reading="volume", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_volume_covered(check, study_result, study_table, *, count=as_counted):
    """How much more volume the weights cover by single examples than by the full batch.

    The volume is the logarithm of the determinant of the covariance of the same snapshots. The
    table is counted and judged again as for the basins.
    """
    confirm(check, study_result, study_table, "sgd-exploration", "volume", count)


@pytest.mark.claim(CLAIM, reading="volume", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_coarse_volume_covered(check, study_result, study_table, *, count=as_counted):
    """The same with a volume that does not count spreads below a tenth.

    The table is counted and judged again as for the basins.
    """
    confirm(check, study_result, study_table, "sgd-exploration", "volume-coarse", count)
