"""What a run is going to take, said before it starts."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "workflow"))
from forecast import forecast, sentences  # noqa: E402

PLAN = """\
[scales]
smoke = 10
default = 100
full = 1000
[shards]
smoke = 1
default = 2
full = 5
"""


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "claims/studies").mkdir(parents=True)
    (tmp_path / "claims/studies/one.toml").write_text(PLAN)
    (tmp_path / "reports/runtime").mkdir(parents=True)
    return tmp_path


def measured(tree, *rows):
    text = "\n".join(["job,s,cpu_time,max_rss", *rows]) + "\n"
    (tree / "reports/runtime/jobs.csv").write_text(text)


def test_full_scale_from_the_times_at_default_scale(tree):
    measured(tree, "one-0,30,30,200", "one-1,36,36,260", "one-gather,4,4,900")
    (own,) = forecast(["one"], "full", tree)
    assert own.jobs == 5
    assert own.seconds == pytest.approx((30 + 36) * 10 / 5)
    assert own.megabytes == 260
    assert sentences([own], 2) == [
        "one: 5 jobs, 2.2 min and 260 MB each",
        "5 jobs in all, 0.2 core hours, about 6 min on 2 cores",
    ]


def test_a_study_without_a_complete_measurement_is_said_to_have_none(tree):
    measured(tree, "one-0,30,30,200")
    (own,) = forecast(["one"], "full", tree)
    assert own.seconds is None
    assert "not measured" in sentences([own], 2)[0]
    assert sentences([own], 2)[-1].endswith("(0 of 1 studies measured)")


def test_the_first_run_of_all_has_no_measurement(tree):
    assert forecast(["one"], "smoke", tree)[0].seconds is None
