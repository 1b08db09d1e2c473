"""What a complete claim has to satisfy besides passing tests; each fault is one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from claims.record import Check, Claim, ClaimVerdict, both_sides


def faults(
    claim: Claim, verdict: ClaimVerdict, checks: Sequence[Check], file: Path
) -> Iterator[str]:
    """Yield what is wrong with a claim whose every check was collected and ran.

    ``checks`` are its own, at least one unless controls are listed; ``file`` is where the catalogue
    states it. What a study decides is reported and never enforced; a verdict that differs because a
    check failed is not said again.
    """
    for judged in verdict.judged():
        name = claim.id if judged.id is None else f"{claim.id}, reading {judged.id}"
        for contradiction in judged.contradictions:
            yield f"{name}: contradiction, {contradiction}"
        own = [check for check in checks if check.reading == judged.id and check.by != "study"]
        passed = own and all(check.outcome == "passed" for check in own)
        if passed and judged.expected is not None and judged.verdict != judged.expected:
            yield (
                f"{name}: the verdict is {judged.verdict!r}, expected is {judged.expected!r}; "
                f"correct the checks, or what is expected in {file}"
            )
        if judged.kind != "frequency" and judged.verdict.endswith("under conditions"):
            for side in both_sides(own, judged.when):
                if side.dropped is not None and not side.checks:
                    yield (
                        f"{name}: nothing refutes it without the condition {side.dropped!r}; "
                        f"give a counterexample with when={side.kept}, or drop the condition"
                    )
    yield from _faults_of_controls(claim, checks, file)
    used = {condition for check in checks for condition in check.when}
    used |= {check.study.condition for check in checks if check.study and check.study.condition}
    for condition in claim.conditions:
        if checks and condition.id not in used:
            yield f"{claim.id}: no check uses the condition {condition.id!r}; use it, or remove it"


def _faults_of_controls(claim: Claim, checks: Sequence[Check], file: Path) -> Iterator[str]:
    for check in checks:
        if not check.controls:
            yield f"{claim.id}: {check.test} has no control; plant a fault that it has to catch"
    present = {control.name for check in checks for control in check.controls}
    for name in claim.controls:
        if name not in present:
            yield f"{claim.id}: the control {name!r} is missing; no check has it, {file} lists it"
    for check in checks:
        for control in check.controls:
            if control.name not in claim.controls:
                yield (
                    f"{claim.id}: the control {control.name!r} of {check.test} is not listed; "
                    f"add it to the controls in {file}"
                )
