"""Faults planted in checks and controls: the plugin has to complain of each, by name."""

from __future__ import annotations

import pytest

BODY = """
    check.that(function(x) >= 0, "the square is not negative", x=x)
"""


def planted(project, fault: str, body: str = BODY, given: str = "x=st.integers()", profile="gate"):
    """Run a check of squares whose control replaces the square by ``fault``."""
    project.claim("squares", controls=("planted",))
    project.checks(f"""
def square(x):
    return x * x

def fault(x):
    {fault}

@pytest.mark.claim("squares", shows="holds", by="property")
@pytest.mark.control("planted", "a fault", function=fault)
@settings(max_examples=50)
@given({given})
def test_square(check, x, function=square):
{body}
""")
    result = project.run("--claims-profile", profile)
    (check,) = project.evidence()["checks"]
    (control,) = check["controls"]
    return result, check, control


def test_a_fault_that_is_seen_is_caught_with_the_minimal_witness(project):
    result, check, control = planted(project, "return x * x * x", profile="report")
    result.assert_outcomes(passed=2)
    assert result.ret == 0
    assert control == {
        "name": "planted",
        "description": "a fault",
        "outcome": "caught",
        "witness": [{"name": "x", "value": "-1"}],
        "message": "the square is not negative",
    }
    assert check["outcome"] == "passed"


def test_a_control_ends_at_the_first_violation_where_nobody_reads_the_witness(project):
    body = """
    with open("called", "a") as calls:
        print("fault" if function is fault else "original", file=calls)
    check.that(function(x) >= 0, "the square is not negative", x=x)
"""
    _, _, control = planted(project, "return -1", body)
    assert control["outcome"] == "caught"
    calls = (project.root / "called").read_text().split()
    # Hypothesis calls a body that fails once more, to be sure of it; the original comes last.
    assert calls[50:] == ["fault", "fault", "original"]


def test_a_control_prints_nothing_of_its_search(project):
    result, _, _ = planted(project, "return x * x * x")
    result.stdout.no_fnmatch_line("*Falsifying*")
    result.stdout.no_fnmatch_line("*Failing test case*")


def test_a_fault_without_effect_is_missed(project):
    result, check, control = planted(project, "return (-x) * (-x)")
    result.assert_outcomes(passed=1, failed=1)
    assert control["outcome"] == "missed"
    result.stdout.fnmatch_lines(["*control 'planted' was missed: *not seen in 50 runs*"])
    assert check["outcome"] == "passed"


def test_a_fault_that_raises_is_broken(project):
    result, _, control = planted(project, "return 1 / 0")
    result.assert_outcomes(passed=1, failed=1)
    assert control["outcome"] == "broken"
    result.stdout.fnmatch_lines(
        ["*'planted' was broken: it ended in ZeroDivisionError*test_it.py:*"]
    )


def test_a_plain_assertion_is_no_violation(project):
    body = "\n    assert function(x) >= 0\n    check.that(True, 'nothing', x=x)\n"
    result, _, control = planted(project, "return x * x * x", body)
    result.assert_outcomes(passed=1, failed=1)
    assert control["outcome"] == "broken"
    assert "AssertionError" in control["message"]


def test_a_violation_that_does_not_come_through_check_breaks_the_control(project):
    body = """
    check.that(True, "nothing", x=x)
    if function(x) < 0: raise Violation("own", {})
"""
    _, _, control = planted(project, "return x * x * x", body)
    assert control["outcome"] == "broken"
    assert "not raised through check" in control["message"]


def test_a_violation_of_an_unchanged_part_breaks_the_control(project):
    body = """
    check.that(x < 1000, "small", x=x)
    check.that(function(x) >= 0, "square", x=x)
"""
    result, check, control = planted(project, "return x * x", body)
    result.assert_outcomes(failed=2)
    assert control["outcome"] == "broken"
    assert "the original violates this as well: not so: small" in control["message"]
    assert check["outcome"] == "failed"
    assert "x = 1000" in check["message"]


def test_an_original_that_breaks_on_the_witness_breaks_the_control(project):
    body = """
    check.that(function(x) >= 0, "the square is not negative", x=x)
    if x == -1: [][1]
"""
    _, _, control = planted(project, "return x * x * x", body, profile="report")
    assert control["outcome"] == "broken"
    assert "the original ends on the witness in IndexError" in control["message"]


def test_an_original_may_assume_record_and_note_on_the_witness(project):
    body = """
    from hypothesis import event, note
    assume(x != 5)
    event("seen"); note("noted")
    check.that(function(x) >= 0, "the square is not negative", x=x)
"""
    _, _, control = planted(project, "return x * x * x", body)
    assert control["outcome"] == "caught"


def test_a_dropped_condition_is_caught_outside_the_original_s_domain(project):
    project.claim("squares", controls=("any-sign",))
    project.checks("""
    @pytest.mark.claim("squares", shows="holds", by="property")
    @pytest.mark.control("any-sign", "the condition is dropped", condition=lambda x: True)
    @given(x=st.integers())
    def test_odd(check, x, condition=lambda x: x >= 0):
        assume(condition(x))
        check.that(x**3 >= 0, "the cube is not negative", x=x)
    """)
    project.run().assert_outcomes(passed=2)


def test_arguments_drawn_inside_the_test_cannot_be_replayed(project):
    body = """
    y = x.draw(st.integers())
    check.that(function(y) >= 0, "the square is not negative", y=y)
"""
    _, _, control = planted(project, "return x * x * x", body, given="x=st.data()")
    assert control["outcome"] == "broken"


def test_a_control_without_hypothesis(project):
    project.claim("squares", controls=("cube", "none", "error"))
    project.checks("""
    @pytest.mark.claim("squares", shows="fails", by="counterexample")
    @pytest.mark.control("cube", "an even power", power=2)
    @pytest.mark.control("none", "another odd power", power=5)
    @pytest.mark.control("error", "no number", power="2")
    def test_cube(check, power=3):
        check.that((-1) ** power < 0, "the power is negative", x=-1)
    """)
    result = project.run()
    result.assert_outcomes(passed=2, failed=2)
    (check,) = project.evidence()["checks"]
    outcomes = {control["name"]: control["outcome"] for control in check["controls"]}
    assert outcomes == {"cube": "caught", "none": "missed", "error": "broken"}
    assert check["witness"] == [{"name": "x", "value": "-1"}]


def test_a_violation_of_an_unchanged_part_without_hypothesis(project):
    project.claim("squares", controls=("cube",))
    project.checks("""
    @pytest.mark.claim("squares", shows="holds", by="identity")
    @pytest.mark.control("cube", "an odd power", power=3)
    def test_square(check, power=2): check.that(False, "never", x=-1)
    """)
    project.run().assert_outcomes(failed=2)
    (control,) = project.evidence()["checks"][0]["controls"]
    assert control["outcome"] == "broken"
    assert "the original violates this as well: not so: never" in control["message"]


def test_controls_of_a_parametrized_check_and_of_a_class(project):
    project.claim("squares", controls=("cube",))
    project.checks("""
    class TestPowers:
        @pytest.mark.claim("squares", shows="holds", by="property")
        @pytest.mark.control("cube", "an odd power", power=3)
        @pytest.mark.parametrize("scale", [1, 2])
        @given(x=st.integers())
        def test_power(self, check, scale, x, power=2):
            check.that((scale * x) ** power >= 0, "not negative", x=x)
    """)
    result = project.run("-v")
    result.assert_outcomes(passed=4)
    assert result.ret == 0
    first, second = project.evidence()["checks"]
    assert first["test"] == "tests/chapters/convexity/test_it.py::TestPowers::test_power[1]"
    assert second["test"].endswith("::test_power[2]")
    assert [len(check["controls"]) for check in (first, second)] == [1, 1]


def test_the_check_keeps_its_id_and_a_control_can_be_run_by_its_own(squares):
    name = "tests/chapters/convexity/test_it.py::test_square"
    result = squares.run("--collect-only", "-q")
    result.stdout.fnmatch_lines([name, f"{name}[[]control:cube]"])
    squares.run(f"{name}[control:cube]").assert_outcomes(passed=1)
    squares.run(name).assert_outcomes(passed=2)


def test_an_explicit_example_that_violates_is_the_witness(project):
    project.claim("squares", controls=("cube",))
    project.checks("""
    from hypothesis import example
    @pytest.mark.claim("squares", shows="holds", by="property")
    @pytest.mark.control("cube", "an odd power", power=3)
    @given(x=st.integers())
    @example(x=-7)
    def test_power(check, x, power=2):
        check.that(x ** power >= 0, "not negative", x=x)
    """)
    project.run().assert_outcomes(passed=2)
    (check,) = project.evidence()["checks"]
    assert check["controls"][0]["witness"] == [{"name": "x", "value": "-7"}]


def test_a_control_leaves_hypothesis_as_it_was(squares):
    squares.checks(
        """
    from hypothesis import settings
    import test_it
    def test_settings():
        test = test_it.test_square
        assert test._hypothesis_internal_use_settings.max_examples == 230
        assert test.hypothesis.inner_test.__name__ == "test_square"
        assert "controls.py" not in test.hypothesis.inner_test.__code__.co_filename
    """,
        "test_later.py",
    )
    squares.run().assert_outcomes(passed=3)


def test_a_skipped_control_is_neither_caught_nor_missed(project):
    project.claim("squares", expected="holds", controls=("skips",))
    project.checks("""
    @pytest.mark.claim("squares", shows="holds", by="property")
    @pytest.mark.control("skips", "it skips", skip=True)
    @given(x=st.integers())
    def test_square(check, x, skip=False):
        if skip: pytest.skip("no")
        check.that(x * x >= 0, "not negative", x=x)
    """)
    result = project.run()
    result.assert_outcomes(passed=1, skipped=1)
    assert result.ret == 0, "a claim of which something did not run is held to nothing"
    assert project.evidence()["partial"]


@pytest.mark.parametrize("by", ["property", "identity"])
def test_an_undecided_sign_fails_the_check_and_breaks_a_control(project, by):
    project.claim("squares", controls=("tie",))
    project.checks(f"""
    from claims.numbers import softplus
    def difference(a):
        return softplus(a.enter(1)) - softplus(a.enter(1))
    @pytest.mark.claim("squares", shows="holds", by="{by}")
    @pytest.mark.control("tie", "a zero in balls", shift=0)
    def test_sign(check, shift=1):
        check.nonnegative(lambda a: difference(a) + shift, "not negative", x=1)
    @pytest.mark.claim("squares", shows="holds", by="{by}")
    def test_undecided(check):
        check.nonnegative(difference, "not negative", x=1)
    """)
    project.run().assert_outcomes(passed=1, failed=2)
    decided, undecided = project.evidence()["checks"]
    assert decided["controls"][0]["outcome"] == "broken"
    assert "Undecided" in decided["controls"][0]["message"]
    assert (decided["undecided"], undecided["undecided"]) == (0, 1)
    assert undecided["outcome"] == "failed"
