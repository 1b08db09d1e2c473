"""Wrong marks: an error at collection that names the test and the mend."""

from __future__ import annotations

import pytest

SQUARES = '@pytest.mark.claim("squares", shows="holds", by="identity")'

CASES = {
    "unknown claim": (
        '@pytest.mark.claim("sqares", shows="holds", by="identity")',
        "*sqares*did you mean 'squares'?*",
    ),
    "unknown reading": (
        '@pytest.mark.claim("squares", shows="holds", by="identity", reading="litteral")',
        "*no reading 'litteral': *'literal-one'*",
    ),
    "unknown condition": (
        '@pytest.mark.claim("squares", shows="holds", by="identity", when=["evn"])',
        "*no condition 'evn': *'even'*",
    ),
    "conditions as a string": (
        '@pytest.mark.claim("squares", shows="holds", by="identity", when="even")',
        "*when='even' is a string: give a list*",
    ),
    "unknown word for shows": (
        '@pytest.mark.claim("squares", shows="true", by="identity")',
        "*shows='true'*holds, fails*",
    ),
    "unknown word for by": (
        '@pytest.mark.claim("squares", shows="holds", by="proof")',
        "*by='proof'*identity, certificate*",
    ),
    "missing field": (
        '@pytest.mark.claim("squares", shows="holds")',
        "*missing a required argument: 'by'*",
    ),
    "unknown field": (
        '@pytest.mark.claim("squares", shows="holds", by="identity", conditions=[])',
        "*unexpected keyword argument 'conditions'*",
    ),
    "counterexample that holds": (
        '@pytest.mark.claim("squares", shows="holds", by="counterexample")',
        "*a counterexample shows that a claim fails*",
    ),
    "existential refuted by an example": (
        '@pytest.mark.claim("roots", shows="fails", by="counterexample")',
        "*one example does not show that there is none*",
    ),
    "universal shown by an example": (
        '@pytest.mark.claim("squares", shows="holds", by="witness")',
        "*one example does not show what is universal: prove it*",
    ),
    "existential shown by random examples": (
        '@pytest.mark.claim("roots", shows="holds", by="property")',
        "*random examples do not judge that something exists: name one by='witness'",
    ),
    "existential proved under conditions": (
        '@pytest.mark.claim("roots", shows="holds", by="identity", when=["real"])',
        "*that something exists where conditions are met is no instance*",
    ),
    "frequency by an identity": (
        '@pytest.mark.claim("rates", shows="holds", by="identity")',
        "*a frequency is judged by studies alone, never by='identity': use by='study'",
    ),
    "universal by a study": (
        '@pytest.mark.claim("squares", shows="holds", by="study")',
        "*a study judges frequencies, and this reading is universal*",
    ),
    "the same reading twice": (
        '@pytest.mark.claim("squares", shows="holds", by="identity")\n' * 2,
        "*marked twice*",
    ),
    "claim of another chapter": (
        '@pytest.mark.claim("swap", shows="holds", by="identity")',
        "*'swap' is of symmetry: move it*",
    ),
    "control without a claim": (
        '@pytest.mark.control("cube", "a cube", power=3)',
        "*a control, but no claim*",
    ),
    "control of no dependency": (
        SQUARES + '\n@pytest.mark.control("cube", "a cube", powr=3)',
        "*'cube' replaces 'powr'*did you mean 'power'?*",
    ),
    "control of a fixture": (
        SQUARES + '\n@pytest.mark.control("cube", "a cube", check=3)',
        "*'cube' replaces 'check', no parameter with a default*",
    ),
    "control of nothing": (
        SQUARES + '\n@pytest.mark.control("cube", "a cube")',
        "*'cube' replaces nothing*",
    ),
    "control without a description": (
        SQUARES + '\n@pytest.mark.control("cube", power=3)',
        "*give the two texts first*",
    ),
    "control that is no name": (
        SQUARES + '\n@pytest.mark.control("The cube", "a", power=3)',
        "*'The cube' is not a name*",
    ),
    "control twice": (
        '@pytest.mark.claim("squares", shows="holds", by="identity")\n'
        + '@pytest.mark.control("cube", "a cube", power=3)\n' * 2,
        "*'cube' stands twice*",
    ),
}


def test_a_wrong_mark_is_an_error_at_collection(project):
    project.claim("squares", conditions=("even",), reading={"id": "literal-one"})
    project.claim("roots", kind="existential", conditions=("real",))
    project.claim("rates", kind="frequency")
    project.claim("swap", chapter="symmetry")
    body = "def test_marked(check, power=2): check.that(True, 'so', x=1)"
    files = {case: f"test_{case.replace(' ', '_')}.py" for case in CASES}
    for case, (marks, _) in CASES.items():
        project.checks(f"{marks}\n{body}\n", files[case])
    result = project.run()
    result.assert_outcomes(errors=len(CASES))
    for case, (_, message) in CASES.items():
        result.stdout.fnmatch_lines(
            [f"tests/chapters/convexity/{files[case]}::test_marked: {message}"]
        )
    assert not (project.root / ".claims").exists()


def test_a_witness_may_meet_conditions_and_random_examples_may_stand_beside_a_proof(project):
    project.claim("squares", kind="inference", conditions=("even",))
    project.checks("""
    @pytest.mark.claim("squares", shows="holds", by="witness", when=["even"])
    def test_witness(check): check.that(2 % 2 == 0, "even", x=2)

    @pytest.mark.claim("squares", shows="fails", by="property")
    def test_random(check): check.that(3 % 2 == 1, "odd", x=3)
    """)
    project.run().assert_outcomes(passed=2)


def test_default_values_that_hypothesis_refuses_are_explained(project):
    project.claim("squares")
    project.checks("""
    import hypothesis
    @pytest.mark.claim("squares", shows="holds", by="property")
    @hypothesis.given(x=st.integers())
    def test_marked(check, x, power=2): check.that(True, "so", x=x)
    """)
    result = project.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*::test_marked: *import `given` from claims.testing*"])


def test_a_check_takes_the_fixture(project):
    project.claim("squares")
    project.checks("""
    @pytest.mark.claim("squares", shows="holds", by="identity")
    def test_marked(): pass
    """)
    result = project.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*::test_marked: *take the fixture `check`*"])


def test_a_misspelt_marker_is_an_error(project):
    project.claim("squares")
    project.checks("""
    @pytest.mark.claims("squares", shows="holds", by="identity")
    def test_marked(check): pass
    """)
    result = project.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*'claims' not found in `markers`*"])


def test_a_faulty_catalogue_is_an_error_at_collection(squares):
    file = squares.catalogue / "convexity.toml"
    file.write_text(file.read_text().replace("statement", "statment"))
    result = squares.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*convexity.toml, claim 'squares': the key 'statment' is unknown; did you mean*"]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--claim", "sqares"],
            "*no claim of the catalogue is called 'sqares': did you mean 'squares'?",
        ),
        (["--chapter", "convex"], "*no chapter is called 'convex': did you mean 'convexity'?"),
        (["--claims-profile", "fast"], "*invalid choice: 'fast'*"),
        (["--claims-profile", "gate", "--hypothesis-profile", "ci"], "*exclude each other*"),
    ],
)
def test_a_wrong_option_is_a_usage_error(squares, arguments, message):
    result = squares.run(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])
