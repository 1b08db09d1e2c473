"""Which runs are partial, what they hold claims to, where evidence goes, and xdist."""

from __future__ import annotations

import pytest

TWO = """
@pytest.mark.claim("squares", shows="holds", by="identity")
@pytest.mark.control("cube", "an odd power", power=3)
def test_one(check, power=2): check.zero(1 - (-1) ** power, "positive", x=-1)

@pytest.mark.claim("other", shows="holds", by="identity")
@pytest.mark.control("cube", "an odd power", power=3)
def test_two(check, power=2): check.zero(1 - (-1) ** power, "positive", x=-1)
"""
SWAP = """
@pytest.mark.claim("swap", shows="holds", by="identity")
@pytest.mark.control("unequal", "another sum", other=3)
def test_swap(check, other=2): check.zero(2 - other, "equal", x=1)
"""


@pytest.fixture
def faulty(project):
    """A project of which every claim has a problem: a wrong verdict is expected."""
    for id in ("squares", "other"):
        project.claim(id, controls=("cube",), expected="fails as stated")
    project.claim("swap", chapter="symmetry", controls=("unequal",), expected="fails as stated")
    project.checks(TWO)
    project.checks(SWAP, "test_swap.py", "symmetry")
    (project.root / "tests/software").mkdir()
    (project.root / "tests/software/test_plain.py").write_text("def test_plain(): pass\n")
    return project


EVERY = {"squares", "other", "swap"}
CASES = {
    "everything": ([], EVERY, None),
    "the folder of all checks": (["tests/chapters"], EVERY, None),
    "the root": (["."], EVERY, None),
    "a chapter by its path": (
        ["tests/chapters/symmetry"],
        {"swap"},
        "not all checks of convexity were collected",
    ),
    "a file": (
        ["tests/chapters/symmetry/test_swap.py"],
        set(),
        "not all checks of convexity, symmetry were collected",
    ),
    "a test": (
        ["tests/chapters/convexity/test_it.py::test_one"],
        set(),
        "not all checks of convexity, symmetry*",
    ),
    "a keyword": (
        ["-k", "not test_two"],
        {"squares", "swap"},
        "*deselected, skipped or not reached: 2",
    ),
    "a keyword for controls": (
        ["-k", "not cube"],
        {"swap"},
        "*deselected, skipped or not reached: 2",
    ),
    "an ignored folder": (
        ["--ignore", "tests/chapters/convexity"],
        set(),
        "not all checks of convexity, symmetry*",
    ),
    "the last failed": (
        ["--lf", "-p", "cacheprovider"],
        set(),
        "not all checks of convexity, symmetry*",
    ),
    "a claim": (["--claim", "other"], {"other"}, "--claim other"),
    "two claims": (
        ["--claim", "other", "--claim", "swap"],
        {"other", "swap"},
        "--claim other, swap",
    ),
    "a chapter": (["--chapter", "symmetry"], {"swap"}, "--chapter symmetry"),
    "a claim and a keyword": (
        ["--claim", "other", "-k", "not cube"],
        set(),
        "--claim other; *deselected, skipped or not reached: 1",
    ),
}


@pytest.mark.parametrize(("arguments", "held", "partial"), CASES.values(), ids=CASES)
def test_only_covered_claims_are_held_to_anything(faulty, arguments, held, partial):
    result = faulty.run(*arguments)
    assert "failed" not in result.parseoutcomes()
    said = {
        line.split(":")[0].strip() for line in result.outlines if "the verdict is 'holds'" in line
    }
    assert said == held
    assert result.ret == (pytest.ExitCode.TESTS_FAILED if held else pytest.ExitCode.OK)
    assert faulty.evidence()["partial"] is (partial is not None)
    if partial is None:
        result.stdout.no_fnmatch_line("*partial*")
    else:
        result.stdout.fnmatch_lines([f"partial: {partial}"])


def test_what_is_not_selected_counts_as_deselected(faulty):
    faulty.run("--claim", "other").assert_outcomes(passed=2, deselected=2)


def test_a_run_that_stops_holds_only_what_ran(faulty):
    faulty.checks("def test_failing(): assert False", "test_zero.py", "symmetry")
    faulty.checks("def test_first(): assert False", "test_a.py")
    result = faulty.run("-x")
    result.assert_outcomes(failed=1)
    assert "expected is" not in result.stdout.str()
    result = faulty.run("-x", "--deselect", "tests/chapters/convexity/test_a.py::test_first")
    said = {
        line.split(":")[0].strip() for line in result.outlines if "the verdict is 'holds'" in line
    }
    assert said == EVERY


def test_a_file_that_fails_at_collection_leaves_its_chapter_out(faulty):
    faulty.checks("import nothing_of_this_name", "test_broken.py")
    result = faulty.run("--continue-on-collection-errors")
    said = {
        line.split(":")[0].strip() for line in result.outlines if "the verdict is 'holds'" in line
    }
    assert said == {"swap"}
    result.stdout.fnmatch_lines(
        ["partial: *; failed at collection: tests/chapters/convexity/test_broken.py"]
    )


def test_a_run_without_checks_says_and_writes_nothing(faulty):
    result = faulty.run("tests/software")
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*claims =*")
    assert not (faulty.root / ".claims").exists()
    result = faulty.run("--collect-only", "-q")
    assert result.ret == 0
    assert not (faulty.root / ".claims").exists()


def test_a_plain_run_writes_to_the_cache_only(squares):
    before = {path for path in squares.root.rglob("*") if "__pycache__" not in path.parts}
    squares.run()
    after = {path for path in squares.root.rglob("*") if "__pycache__" not in path.parts}
    new = {path.relative_to(squares.root).parts[0] for path in after - before}
    assert new <= {".claims", ".hypothesis"}


def test_evidence_goes_where_it_is_asked_to(squares):
    squares.run("--evidence", "build/evidence.json")
    assert len(squares.evidence("build/evidence.json")["checks"]) == 1
    assert not (squares.root / ".claims").exists()


def test_under_xdist_only_the_controller_concludes(faulty):
    serial = faulty.run()
    expected = faulty.evidence()
    (faulty.root / ".claims/evidence.json").unlink()
    result = faulty.run("-n", "2")
    result.assert_outcomes(passed=7)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert sorted(faulty.evidence()["checks"], key=str) == sorted(expected["checks"], key=str)
    assert faulty.evidence()["partial"] is False
    mine, theirs = (
        [line for line in r.outlines if line.startswith("  ")] for r in (result, serial)
    )
    assert mine == theirs
    assert result.stdout.str().count("= claims =") == 1


def test_the_table_fits_and_is_aligned(faulty):
    faulty.claim(
        "a-claim-whose-name-is-rather-longer-than-any-claim-s-name-ever-ought-to-be-in-a-table-of-claims"
    )
    lines = faulty.run().outlines
    start = next(i for i, line in enumerate(lines) if "= claims =" in line) + 1
    table = lines[start : lines.index("", start)]
    assert all(len(line) <= 120 for line in table)
    column = table[0].index("verdict")
    assert all(line[column - 2 : column] == "  " for line in table if line.startswith("  "))
    assert any("…" in line for line in table)


@pytest.mark.parametrize(
    ("arguments", "variables", "profile"),
    [
        ([], {}, "claims-gate"),
        ([], {"CI": "true"}, "claims-gate"),
        ([], {"CLAIMS_PROFILE": "thorough"}, "claims-thorough"),
        (
            ["--claims-profile", "default"],
            {"CLAIMS_PROFILE": "thorough", "CI": "true"},
            "claims-default",
        ),
        (["--hypothesis-profile", "ci"], {}, "ci"),
    ],
)
def test_the_profile_of_hypothesis_is_chosen_explicitly(
    project, monkeypatch, arguments, variables, profile
):
    from hypothesis import settings

    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    before = settings.get_current_profile_name()
    project.checks(f"""
    from hypothesis import settings
    def test_profile():
        assert settings.get_current_profile_name() == {profile!r}
        assert settings.default.derandomize == {profile in ("claims-gate", "ci")}
        assert (settings.default.database is None) == {profile in ("claims-gate", "ci")}
        assert settings.default.deadline is None
    """)
    project.run(*arguments).assert_outcomes(passed=1)
    if profile == "ci":
        settings.load_profile(before)  # Hypothesis' own option stays in force in this process
    assert settings.get_current_profile_name() == before


def test_an_unknown_profile_in_the_environment_is_a_usage_error(project, monkeypatch):
    monkeypatch.setenv("CLAIMS_PROFILE", "fast")
    result = project.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*CLAIMS_PROFILE=fast is unknown: use default, gate, report, thorough"]
    )


TABLE = """
@pytest.mark.claim("rates", shows="fails", by="counterexample")
def test_table(check, study_table):
    check.that(study_table("rates") == [{"cell": "a", "runs": "3"}], "the rows of the table")
"""


def test_a_study_s_table_is_read_beside_its_result(project):
    project.claim("rates", kind="universal")
    project.checks(TABLE)
    project.run().assert_outcomes(skipped=1)
    (project.root / "data").mkdir()
    (project.root / "data/rates.csv").write_text("cell,runs\na,3\n")
    project.run("--studies", "data").assert_outcomes(passed=1)


CERTIFICATE = """
@pytest.mark.claim("rates", shows="fails", by="counterexample")
def test_certificate(check, certificates):
    check.that((certificates / "one.json").is_file(), "the certificate is there")
"""


def test_certificates_are_read_where_the_option_says(project):
    project.claim("rates", kind="universal")
    project.checks(CERTIFICATE)
    project.run().assert_outcomes(failed=1)
    (project.root / "proofs").mkdir()
    (project.root / "proofs/one.json").write_text("{}")
    project.run("--certificates", "proofs").assert_outcomes(passed=1)


def test_a_study_without_results_skips_its_check_and_a_damaged_one_fails_it(project):
    project.claim("rates", kind="frequency")
    project.checks("""
    @pytest.mark.claim("rates", shows="holds", by="study")
    def test_rates(check, study_result): check.study(study_result("rates", "all"))
    """)
    result = project.run("-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(
        ["*the study 'rates' has no result in *reports/data: run `snakemake`*"]
    )
    (project.root / "data").mkdir()
    (project.root / "data/rates.json").write_text('{"name": "rates"}')
    project.run("--studies", "data").assert_outcomes(failed=1)
    (project.root / "data/rates.json").write_text(
        '{"name": "rates", "scale": "default", "plan_hash": "a", "questions": [{"id": "all",'
        ' "claim": "rates", "reading": null, "decision": "supported", "sentence": "Yes.",'
        ' "planned": 4, "n": 4, "estimates": [], "rule": "often"}]}'
    )
    project.run("--studies", "data").assert_outcomes(passed=1)
    assert project.evidence()["checks"][0]["study"]["decision"] == "supported"
    text = (project.root / "data/rates.json").read_text()
    (project.root / "data/rates.json").write_text(text.replace("null", '"other"'))
    result = project.run("--studies", "data")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the study 'rates' judges the reading 'other' there, not None*"])
    (project.root / "data/rates.json").write_text(text.replace('"all"', '"some"'))
    result = project.run("--studies", "data")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*rates.json: there is no question 'all' in it*"])


DRAWN = """
@pytest.mark.claim("squares", shows="holds", by="property")
@pytest.mark.control("cube", "an odd power", power=3)
@given(x=st.floats(-1e9, 1e9), n=st.integers(0, 10**6))
def test_square(check, x, n, power=2):
    check.that(x**power >= 0, "not negative", x=x, n=n)
    with open("drawn.txt", "a") as file:
        print(x, n, file=file)
"""


def test_what_is_drawn_does_not_depend_on_what_else_is_imported(project):
    """Hypothesis reads the literals of imported modules, unless the profile keeps it from it."""
    project.claim("squares", controls=("cube",))
    project.checks(DRAWN)
    drawn = project.root / "drawn.txt"
    project.run().assert_outcomes(passed=2)
    alone = drawn.read_text()
    drawn.unlink()
    literals = ", ".join(f"{n}.5, {n}" for n in range(1000, 1300))
    (project.root / "literals.py").write_text(f"LITERALS = [{literals}]\n")
    project.checks("import literals\ndef test_other(): pass\n", "test_first.py")
    project.pytester.syspathinsert(project.root)
    project.run().assert_outcomes(passed=3)
    assert len(alone.splitlines()) >= 230
    assert drawn.read_text() == alone


def test_a_file_that_is_left_out_in_silence_is_named(squares):
    squares.checks("collect_ignore = ['test_it.py']", "conftest.py")
    squares.claim("swap", chapter="symmetry", controls=("unequal",), expected="holds")
    squares.checks(SWAP, "test_swap.py", "symmetry")
    result = squares.run("--complete")
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["partial: *; nothing was collected from tests/chapters/convexity/test_it.py"]
    )


def test_a_check_that_another_plugin_takes_out_did_not_run(squares):
    squares.checks(
        """
    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(items): items.pop()
    """,
        "conftest.py",
    )
    result = squares.run("--complete")
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["partial: *deselected, skipped or not reached: 1"])
