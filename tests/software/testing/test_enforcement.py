"""What a complete claim is held to: a session in which every test passed fails, and says why."""

from __future__ import annotations

from fractions import Fraction

import pytest

from claims.proof.dead_cones import find_dead_cone
from claims.proof.instances.worse_minima import STEP

PASSED_BUT_FAULTY = pytest.ExitCode.TESTS_FAILED


def assert_problem(result: pytest.RunResult, message: str) -> None:
    """Every test passed, the session failed, and it said why."""
    assert "failed" not in result.parseoutcomes()
    assert result.ret == PASSED_BUT_FAULTY
    result.stdout.fnmatch_lines([f"  {message}"])


def test_a_complete_claim_passes(squares):
    result = squares.run()
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["*= claims =*", "Chapter of convexity", "  squares  not refuted  property * 1 of 1"]
    )
    result.stdout.no_fnmatch_line("*partial*")
    evidence = squares.evidence()
    assert evidence["schema"] == 1
    assert evidence["profile"] == "gate"
    assert evidence["partial"] is False
    (check,) = evidence["checks"]
    assert check["title"] == "A square is not negative."
    assert check["explanation"] == "Both factors have the *same* sign."
    assert check["drawn"] == 230
    assert 200 <= check["examples"] <= 230


@pytest.mark.parametrize(("asked", "drawn"), [(300, 300), (100, 230)])
def test_a_property_may_ask_for_more_draws_and_not_for_fewer(squares, asked, drawn):
    path = squares.root / "tests/chapters/convexity/test_it.py"
    path.write_text(path.read_text().replace("st.integers()", f"st.integers(), draws={asked}"))
    assert squares.run().ret == 0
    (check,) = squares.evidence()["checks"]
    assert check["drawn"] == drawn


def test_another_verdict_than_expected(squares):
    file = squares.catalogue / "convexity.toml"
    file.write_text(file.read_text().replace("not refuted", "holds"))
    assert_problem(
        squares.run(),
        "squares: the verdict is 'not refuted', expected is 'holds'; *catalogue/convexity.toml",
    )


def test_another_verdict_than_expected_of_a_reading(project):
    project.claim(
        "squares", controls=("cube",), reading={"id": "strict", "expected": "fails as stated"}
    )
    project.checks("""
    @pytest.mark.claim("squares", reading="strict", shows="holds", by="identity")
    @pytest.mark.control("cube", "an odd power", power=3)
    def test_square(check, power=2): check.zero(1 - (-1) ** power, "positive", x=-1)
    """)
    assert_problem(
        project.run(),
        "squares, reading strict: the verdict is 'holds', expected is 'fails as stated'*",
    )


def test_a_condition_that_no_counterexample_drops(project):
    project.claim(
        "squares",
        expected="holds under conditions",
        controls=("cube", "other"),
        conditions=("real", "even"),
    )
    project.checks("""
    @pytest.mark.claim("squares", shows="holds", by="identity", when=["real", "even"])
    @pytest.mark.control("cube", "an odd power", power=3)
    def test_square(check, power=2): check.zero(1 - (-1) ** power, "positive", x=-1)

    @pytest.mark.claim("squares", shows="fails", by="counterexample", when=["real"])
    @pytest.mark.control("other", "two", power=2)
    def test_cube(check, power=3): check.zero(1 + (-1) ** power, "negative", x=-1)
    """)
    assert_problem(
        project.run(),
        "squares: nothing refutes it without the condition 'real'; give a counterexample*",
    )


def test_a_check_without_a_control(squares):
    squares.checks(
        """
    @pytest.mark.claim("squares", shows="holds", by="property")
    def test_bare(check): check.that(True, "so", x=1)
    """,
        "test_more.py",
    )
    assert_problem(
        squares.run(), "squares: tests/chapters/convexity/test_more.py::test_bare has no control*"
    )


def test_a_control_removed_from_a_test_is_named(squares):
    file = squares.root / "tests/chapters/convexity/test_it.py"
    source = file.read_text()
    file.write_text(
        source.replace('@pytest.mark.control("cube", "x^3 for x^2", function=cube)\n', "")
    )
    assert file.read_text() != source
    assert_problem(
        squares.run(),
        "squares: the control 'cube' is missing; no check has it, catalogue/*.toml lists it",
    )


def test_a_control_that_the_catalogue_does_not_list_is_named(squares):
    squares.checks(
        """
    @pytest.mark.claim("squares", shows="holds", by="property")
    @pytest.mark.control("fifth", "x^5", power=5)
    def test_more(check, power=2): check.zero(1 - (-1) ** power, "positive", x=-1)
    """,
        "test_more.py",
    )
    assert_problem(
        squares.run(),
        "squares: the control 'fifth' of *::test_more is not listed; add it*convexity.toml",
    )


CONTRADICTION = """
@pytest.mark.claim("squares", shows="holds", by="identity", when=["even"])
@pytest.mark.control("cube", "an odd power", power=3)
def test_proof(check, power=2): check.zero(1 - (-1) ** power, "positive", x=-1)

@pytest.mark.claim("squares", shows="fails", by="counterexample", when=["even", "small"])
@pytest.mark.control("cube", "an odd power", power=3)
def test_refutation(check, power=2): check.zero(1 - (-1) ** power, "positive", x=-1)
"""


def test_a_contradiction(project):
    project.claim("squares", controls=("cube",), conditions=("even", "small"))
    project.checks(CONTRADICTION)
    assert_problem(
        project.run(),
        "squares: contradiction, *::test_refutation refutes what *::test_proof proves*",
    )


def test_a_condition_that_no_check_uses(project):
    project.claim("squares", controls=("cube",), conditions=("even", "small", "odd"))
    project.checks(CONTRADICTION.replace('["even", "small"]', '["small"]'))
    assert_problem(project.run(), "squares: no check uses the condition 'odd'*")


def test_a_claim_that_has_no_checks_yet_is_unverified_and_no_error(squares):
    squares.claim("cubes", expected="holds", conditions=("odd",))
    result = squares.run()
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  cubes    unverified"])


def test_a_claim_whose_checks_were_all_removed_is_a_problem(squares):
    squares.claim("cubes", expected="holds", controls=("any",))
    assert_problem(squares.run(), "cubes: the control 'any' is missing*")


def test_a_run_that_has_to_be_complete_fails_where_a_check_is_skipped(squares):
    assert squares.run("--complete").ret == 0
    assert squares.run("--complete", "-k", "not cube").ret == pytest.ExitCode.TESTS_FAILED
    assert squares.run("-k", "not cube").ret == 0


def test_a_property_has_to_decide_as_many_examples_as_the_project_asks_for(project):
    project.claim("squares", controls=("cube",))
    project.checks("""
    @pytest.mark.claim("squares", shows="holds", by="property")
    @pytest.mark.control("cube", "an odd power", power=3)
    @given(x=st.integers(-3, 3))
    def test_power(check, x, power=2):
        check.that(x ** power >= 0, "not negative", x=x)
    """)
    asked = ("-o", "claims_fewest_examples=8")
    assert project.run().ret == 0
    result = project.run(*asked)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*7 examples were decided, 8 are asked for: draw others"])
    assert project.run(*asked, "--claims-profile", "default").ret == 0


def test_undecided_examples_fail_even_where_the_test_swallows_them(project):
    project.claim("squares", controls=("cube",))
    project.checks("""
    from claims.numbers import Undecided, softplus
    @pytest.mark.claim("squares", shows="holds", by="identity")
    def test_swallowed(check):
        check.that(True, "something is decided", x=1)
        try:
            check.positive(lambda a: softplus(a.enter(1)) - softplus(a.enter(1)), "a tie", x=2)
        except Undecided:
            pass
    """)
    result = project.run()
    result.stdout.fnmatch_lines(["*1 examples were undecided: recognise their ties exactly"])


def test_a_study_is_reported_and_never_enforced(project):
    project.claim("rates", kind="frequency", controls=("shuffled",))
    project.checks("""
    def report(check, result): check.study(result)
    def nothing(check, result): check.that(False, "the study says so")
    RESULT = {"name": "rates", "decision": "not supported", "sentence": "No.", "scale": "default",
              "plan_hash": "a", "claims": ["rates"],
              "planned": 10, "n": 10, "estimates": [{"arm": "a", "value": 0.5}], "hash": "0"}
    @pytest.mark.claim("rates", shows="holds", by="study")
    @pytest.mark.control("shuffled", "another result", report=nothing)
    def test_rates(check, report=report): report(check, RESULT)
    """)
    result = project.run()
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  rates  not supported  study*"])
    (check,) = project.evidence()["checks"]
    assert check["study"]["decision"] == "not supported"
    assert "hash" not in check["study"]


def test_a_condition_that_a_plan_names_is_used_whatever_came_of_it(project):
    source = """
    def report(check, result): check.study(result)
    def nothing(check, result): check.that(False, "the study says so")
    RESULT = {"name": "rates", "decision": "inconclusive", "sentence": "No.", "scale": "default",
              "plan_hash": "a", "claims": ["rates"], "condition": "often",
              "planned": 10, "n": 10, "estimates": []}
    @pytest.mark.claim("rates", shows="holds", by="study")
    @pytest.mark.control("shuffled", "another result", report=nothing)
    def test_rates(check, report=report): report(check, RESULT)
    """
    project.claim("rates", kind="frequency", controls=("shuffled",), conditions=("often",))
    project.checks(source)
    assert project.run().ret == 0
    project.checks(source.replace(' "condition": "often",', ""))
    assert_problem(project.run(), "rates: no check uses the condition 'often'*")


def test_a_failing_check_shows_nothing(project):
    project.claim("squares", controls=("cube",), expected="holds")
    project.checks("""
    @pytest.mark.claim("squares", shows="holds", by="identity")
    @pytest.mark.control("cube", "another power", power=4)
    def test_square(check, power=3): check.zero(1 - (-1) ** power, "positive", x=-1)
    """)
    result = project.run()
    result.assert_outcomes(failed=2)
    assert "testing/check.py" not in result.stdout.str(), "a traceback ends in the check"
    result.stdout.fnmatch_lines(["  squares  unverified*0 of 1"])
    assert "the verdict is" not in result.stdout.str(), "the failing check says it"
    (check,) = project.evidence()["checks"]
    assert (check["outcome"], check["controls"][0]["outcome"]) == ("failed", "missed")
    assert check["message"] == "not so: positive\n  x = -1"


@pytest.mark.parametrize(
    ("by", "body", "message"),
    [
        ("property", "pass", "no example was decided"),
        (
            "property",
            "check.nonnegative(lambda a: a.enter(0), 'tie', tie=True, x=1)",
            "no example was decided (drawn: 1, ties: 1)",
        ),
        ("identity", "check.label('odd')", "nothing was decided"),
        ("identity", "check.that(True, 'so', x=1)", "it is evidence by identity, but compares"),
        (
            "certificate",
            "check.that(True, 'so', x=1)",
            "it is evidence by certificate, but names none",
        ),
        ("study", "check.that(True, 'so', x=1)", "it is evidence by study, but reports none"),
    ],
)
def test_a_check_that_leaves_out_its_evidence_fails(project, by, body, message):
    project.claim("squares", kind="frequency" if by == "study" else "universal")
    project.checks(f"""
    @pytest.mark.claim("squares", shows="holds", by="{by}")
    def test_lacking(check): {body}
    """)
    result = project.run()
    result.assert_outcomes(failed=1)
    assert f"tests/chapters/convexity/test_it.py::test_lacking: {message}" in result.stdout.str()


def test_one_test_may_be_evidence_for_several_claims(project):
    project.claim("squares", controls=("cube",), expected="holds")
    project.claim("even-powers", controls=("cube",), expected="holds")
    project.checks("""
    @pytest.mark.claim("squares", shows="holds", by="identity")
    @pytest.mark.claim("even-powers", shows="holds", by="identity")
    @pytest.mark.control("cube", "another power", power=3)
    def test_square(check, power=2): check.zero(1 - (-1) ** power, "positive", x=-1)
    """)
    result = project.run()
    assert result.ret == 0
    assert [check["claim"] for check in project.evidence()["checks"]] == ["squares", "even-powers"]
    result.stdout.fnmatch_lines(["checks: 1; examples decided: 1; *"])


def test_a_certificate_of_another_claim_has_to_be_named(project):
    text = find_dead_cone(STEP, [-1, -1, 1, Fraction(1, 2)], [1, 0, 1, 0], claim="cones")
    (project.root / "cone.json").write_text(text)
    project.claim("squares")
    body = """
    @pytest.mark.claim("squares", shows="holds", by="certificate")
    def test_cone(check, request):
        path = request.config.rootpath / "cone.json"
        check.certificate(path, kind="dead-cone", objective=OBJECTIVE, NAMED)
    """.replace("OBJECTIVE", repr(STEP.definition()))
    project.checks(body.replace(", NAMED", ""))
    result = project.run()
    result.assert_outcomes(failed=1)
    assert "a certificate is made for 'cones': name that in" in result.stdout.str()
    project.checks(body.replace("NAMED", "claim='cones'"))
    project.run().assert_outcomes(passed=1)
