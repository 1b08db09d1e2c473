"""The pages: whole, linked, offline, deterministic, and each made from its own claim alone."""

import json
import re
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from claims.record import Named, read_verdicts
from claims.report.material import BadMaterial
from claims.report.typeset import BadFormula
from claims.report.writing import write_report

VOID = {"meta", "link", "input", "img", "br", "hr"}


class Page(HTMLParser):
    """Links, ids and unclosed elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src", "srcset", "action", "poster"):
                self.links.append(value)
            if name == "id":
                assert value not in self.ids, value
                self.ids.add(value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def pages(files):
    return {path: content.decode() for path, content in files.items() if path.endswith(".html")}


def test_elements_close_and_ids_are_distinct(example):
    for text in pages(example.build()).values():
        assert not Page(text).open


def test_links_resolve(example):
    # The checks name tests that do not exist here; every other link has to lead somewhere.
    files = example.build()
    write_report(example.places.into, files)
    parsed = {path: Page(text) for path, text in pages(files).items()}
    for path, page in parsed.items():
        for link in page.links:
            name, _, anchor = link.partition("#")
            if link == "data:," or name.endswith(".py"):
                continue
            target = (
                (example.places.into / path).parent / name if name else example.places.into / path
            )
            assert target.exists(), (path, link)
            if anchor:
                linked = target.resolve().relative_to(example.places.into.resolve()).as_posix()
                assert anchor in parsed[linked].ids, (path, link)


def test_nothing_is_fetched_from_elsewhere(example):
    for path, content in example.build().items():
        if path.endswith((".html", ".css", ".svg")):
            addresses = re.findall(rb"(?:https?:)?//[a-z0-9.-]+\.[a-z]+[^\"' )<]*", content)
            assert {address for address in addresses if b"www.w3.org" not in address} == set(), path
            assert b"<script" not in content, path


def test_second_run_gives_the_same_bytes_and_writes_nothing(example):
    files = example.build(anew=True)
    assert write_report(example.places.into, files) == len(files)
    assert example.build(anew=True) == files
    assert write_report(example.places.into, files) == 0


def test_page_depends_on_its_own_claim_alone(example, checks):
    before = example.build()
    checks[-1] = replace(checks[-1], recorded=[Named("radius", "1/1000")])
    example.evidence(checks)
    after = example.build()
    assert changed_pages(before, after) == {"claims/worse-minimum.html"}


def test_page_does_not_change_with_its_neighbours(example):
    before = example.build()
    file = example.folder / "catalogue/convexity.toml"
    file.write_text(file.read_text().replace("The minimiser is unique", "One minimiser"))
    assert changed_pages(before, example.build()) == {"claims/rank.html"}


def changed_pages(before, after):
    return {path for path in before if before[path] != after[path] and path.startswith("claims/")}


def test_verdicts_are_those_of_the_record(example):
    write_report(example.places.into, example.build())
    verdicts = read_verdicts(example.places.into / "verdicts.json").claims
    assert {verdict.id: verdict.verdict for verdict in verdicts} == {
        "chords": "holds",
        "rank": "holds under conditions",
        "open-question": "unverified",
        "ends": "supported",
        "worse-minimum": "holds",
    }


def test_claim_page_shows_its_evidence(example):
    text = example.build()["claims/chords.html"].decode()
    for shown in ("The claim holds", "12,345 distinct examples", "1 fault was planted", "-1/4"):
        assert shown in text
    assert "pytest --claim chords" in text
    assert "<math" in text and "&lt;script&gt;" in text


def test_both_sides_of_a_condition_lead_to_their_checks(example):
    text = example.build()["claims/rank.html"].decode()
    sides = text[text.index('<table class="sides">') : text.index("</table>")]
    rows = re.findall(r"(?:proved with|refuted without) .*?</tr>", sides, re.DOTALL)
    assert [re.findall(r'href="(#[^"]*)"', row) for row in rows] == [
        ["#condition-full-rank", "#literal--test_rank"],
        ["#condition-full-rank", "#literal--test_rank_drop"],
    ]
    assert {"literal--test_rank", "literal--test_rank_drop"} <= Page(text).ids
    assert '<table class="sides">' not in example.build()["claims/chords.html"].decode()


def test_check_by_a_study_shows_its_decision_and_no_other(example):
    text = example.build()["claims/ends.html"].decode()
    assert "decided by the rule of a study: supported" in text
    assert "shows that it holds" not in text


def test_claim_without_evidence_says_so(example):
    text = example.build()["claims/open-question.html"].decode()
    assert "No evidence yet for this reading: unverified." in text


def test_the_answer_to_a_question_is_shown_wherever_it_is_judged(example):
    files = example.build()
    page = files["claims/open-question.html"].decode()
    assert "<em>Answer:</em> Yes, for every" in page and "What is asked" in page
    assert "Answer: Yes, for every" in files["index.html"].decode()
    assert r"yet](claims/open-question.html)<br>Answer: Yes, for every $x$ \| and *more*." in (
        files["README.md"].decode()
    )
    assert "Answer" not in files["claims/chords.html"].decode()


def test_failed_check_is_shown_as_failed(example, checks):
    checks[0] = replace(checks[0], outcome="failed", message="the gap is negative")
    checks[1] = replace(checks[1], outcome="failed")
    example.evidence(checks, partial=True)
    files = example.build()
    text = files["claims/chords.html"].decode()
    assert "failed" in text and "the gap is negative" in text and "unverified" in text
    assert "Partial" in files["index.html"].decode()
    assert "**Partial**" in files["README.md"].decode()


def test_bad_formula_of_an_explanation_names_the_page(example, checks):
    checks[0] = replace(checks[0], explanation=r"As $\nosuchcommand x$ shows.")
    example.evidence(checks)
    with pytest.raises(BadFormula, match=r"claims/chords\.html: \\nosuchcommand"):
        example.build()


def test_missing_result_is_named(example):
    (example.places.studies / "ends.json").unlink()
    with pytest.raises(BadMaterial, match=r"ends\.json: missing, and claim ends rests on it; run"):
        example.build()


def test_broken_certificate_is_named(example):
    (example.places.certificates / "neuron.json").write_text("{")
    with pytest.raises(BadMaterial, match=r"neuron\.json: this is not JSON"):
        example.build()


def test_pages_of_old_claims_go_and_data_stay(example):
    old = example.places.into / "claims/gone.html"
    old.parent.mkdir()
    old.write_text("old")
    write_report(example.places.into, example.build())
    assert not old.exists()
    assert (example.places.studies / "ends.csv").exists()


def test_summary_is_a_table_that_bars_do_not_break(example):
    text = example.build()["README.md"].decode()
    rows = [line for line in text.splitlines() if line.startswith("| [")]
    assert len(rows) == 5
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)


def test_the_prediction_stands_beside_the_decision(example):
    path = example.places.studies / "ends.json"
    shown = "Decided by the rule of its plan: supported."
    result = json.loads(path.read_text())
    result["questions"][0]["prediction"] = "not supported: seldom & late"
    path.write_text(json.dumps(result))
    text = example.build()["claims/ends.html"].decode()
    assert f"<p>{shown} Predicted before it ran: not supported: seldom &amp; late.</p>" in text
    assert "1,500 of 1,500 planned runs, scale default; undecided 0.0%." in text


def test_a_question_shows_its_own_figures(example):
    files = example.build()
    text = files["claims/ends.html"].decode()
    for figure in ("figures/ends-above.svg", "figures/ends-above-outcomes.svg"):
        assert figure in files and f'src="../{figure}"' in text


def test_networks_are_listed_by_study(example):
    text = example.build()["provenance.html"].decode()
    row = '<td>ends</td><td>default</td><td class="number">1,500</td><td class="number">3,000</td>'
    assert row in text and "3,000 networks" in text


def test_a_question_without_a_claim_stands_beside_the_studies(example):
    path = example.places.studies / "calibration.json"
    result = json.loads((example.places.studies / "ends.json").read_text())
    (question,) = result["questions"]
    question |= {"claim": None, "outcome": "an interval misses the truth", "id": "intervals"}
    path.write_text(json.dumps(result | {"name": "calibration"}))
    files = example.build()
    text = files["provenance.html"].decode()
    assert (
        "<p>An interval misses the truth. Decided by the rule of its plan: supported.</p>" in text
    )
    assert 'src="figures/calibration-intervals.svg"' in text
    assert "figures/calibration-intervals.svg" in files


def luminance(colour):
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_text_has_contrast_in_both_schemes(example):
    """WCAG 2, level AA: 4.5 to 1 for text of ordinary size."""
    style = example.build()["style.css"].decode()
    schemes = [
        dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", part)) for part in style.split("@media")
    ]
    for colours in schemes[:2]:
        for name in ("ink", "soft", "link", "for", "partly", "against", "open", "none"):
            for ground in ("paper", "panel"):
                bright, dark = sorted(
                    (luminance(colours[name]), luminance(colours[ground])), reverse=True
                )
                assert (bright + 0.05) / (dark + 0.05) >= 4.5, (name, ground, colours[name])
