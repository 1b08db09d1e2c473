"""The fixture ``check``: what a check decides, it decides through here, and is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from claims.record import Named, StudyResult
from claims.testing.accepted import Accepted
from claims.testing.violation import Violation, digest, display

# How many different values of one name are shown of a witness; dots stand for the others.
_SHOWN = 8


def shown_values(values: Sequence[str]) -> str:
    """Return the values that one name had in a run, as a witness shows them."""
    return "; ".join([*values[:_SHOWN], *(["..."] if len(values) > _SHOWN else [])])


class Run:
    """What one run of a check, or of one of its controls, has decided so far."""

    def __init__(self) -> None:
        self.drawn = 0
        self.decided: set[bytes] = set()
        self.compared = False
        self.ties: set[bytes] = set()
        self.undecided = 0
        self.labels: Counter[str] = Counter()
        # Of each name the first values that differ, as they are shown.
        self.witness: dict[str, list[str]] = {}
        self.recorded: list[Named] = []
        self.certificates: list[str] = []
        # The claims that certificates were made for, but for those that the test named itself.
        self.certified: set[str] = set()
        self.study: StudyResult | None = None
        self.violation: Violation | None = None

    @property
    def examples(self) -> int:
        """The number of distinct witnesses that were decided and are no ties."""
        return len(self.decided - self.ties)


class Check:
    """Forwards to the run of the current test: one object a session, as Hypothesis wants it.

    Every method that decides takes ``what`` (the sentence asserted) and a witness, name by name:
    the data of which the sentence is asserted. Distinct witnesses are counted as examples.
    """

    def __init__(self, accepted: Path | None = None) -> None:
        """``accepted`` is a folder that keeps which certificates were accepted."""
        self._run: Run | None = None
        self._accepted = Accepted(accepted)

    @contextmanager
    def running(self, run: Run) -> Iterator[Run]:
        """Forward to ``run`` inside the block; used by the plugin."""
        outer, self._run = self._run, run
        try:
            yield run
        finally:
            self._run = outer

    def that(self, condition: bool | np.bool_, what: str, /, **witness: Any) -> None:
        """Assert a condition that was decided exactly; raises Violation."""
        __tracebackhide__ = True
        if not isinstance(condition, (bool, np.bool_)):
            raise TypeError(f"check.that got {condition!r}: give a truth value decided exactly")
        run = self._current()
        run.decided.add(self._seen(run, witness))
        if not condition:
            self._violated(run, what, witness)

    def positive(
        self, evaluate: Callable[[Any], Any], what: str, /, *, tie: bool = False, **witness: Any
    ) -> None:
        """Assert that a number is positive, decided exactly or in balls.

        ``evaluate(arithmetic)`` returns the number; ``tie`` says that it was recognised as zero by
        an exact argument. Raises Violation, or claims.numbers.Undecided.
        """
        __tracebackhide__ = True
        if self._sign(evaluate, tie, witness) <= 0:
            self._violated(self._current(), what, witness)

    def nonnegative(
        self, evaluate: Callable[[Any], Any], what: str, /, *, tie: bool = False, **witness: Any
    ) -> None:
        """Assert that a number is not negative, as ``positive``; zeros are counted as ties."""
        __tracebackhide__ = True
        if self._sign(evaluate, tie, witness) < 0:
            self._violated(self._current(), what, witness)

    def zero(self, value: Any, what: str, /, **witness: Any) -> None:
        """Assert that an exact value, or every entry of an array or sequence of them, is zero.

        Takes int, Fraction, Rational, Symbol; raises Violation, or TypeError for what is not exact.
        """
        __tracebackhide__ = True
        run = self._current()
        zeros = [_is_zero(entry) for entry in np.asarray(value, dtype=object).ravel()]
        if not zeros:
            raise TypeError("check.zero got an empty array: there is nothing to decide")
        run.decided.add(self._seen(run, witness))
        run.compared = True
        if not all(zeros):
            self._violated(run, what, witness)

    def label(self, name: str) -> None:
        """Count the current example under ``name``."""
        self._current().labels[name] += 1

    def certificate(
        self,
        path: Path | str,
        *,
        kind: str,
        objective: Mapping[str, Any],
        claim: str | None = None,
        edit: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
    ) -> str:
        """Let the independent checker decide a certificate; return what it proves, in figures.

        A valid certificate may be about something else. So the test tells its ``kind`` and, in the
        checker's words (Problem.definition() of claims.proof gives them), the ``objective``: data,
        network, loss, counts, penalty and dropout are compared with its own completely, as exact
        numbers. It is made for a claim that the test is evidence for, or for ``claim``.

        A control gives ``edit``, from the proof to a false one, which is judged whatever the words
        of the statement. Raises Violation where it is refused or about something else, TypeError
        where the checker cannot read the ``objective``, and FileNotFoundError where there is none.
        """
        __tracebackhide__ = True
        from claims.proof import checker

        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(
                f"{path}: the certificate is missing; write it before it is named"
            )
        try:
            asked = checker.Objective.read(checker.Entry({**objective}))
        except checker.Refused as refusal:
            raise TypeError(f"check.certificate got no whole objective ({refusal})") from None
        run = self._current()
        witness = {"certificate": path.name}
        run.decided.add(self._seen(run, witness))
        try:
            document = checker.parse(text := path.read_text(encoding="utf-8")).value
            if edit is None or (proof := edit(document["proof"])) == document["proof"]:
                statement = self._accepted.check(text)
            else:
                document["proof"] = proof
                statement = checker.prove(checker.Entry(document))
        except checker.Refused as refusal:
            self._violated(run, f"{path.name} is accepted ({refusal})", witness)
        if kind != statement.kind:
            self._violated(run, f"{path.name} is of the kind {kind}, not {statement.kind}", witness)
        judged = checker.Objective.read(checker.Entry(document["proof"]["objective"]))
        if judged != asked:
            self._violated(run, f"{path.name} is about the objective given, not {judged}", witness)
        if claim not in (None, statement.claim):
            self._violated(run, f"{path.name} is of {claim}, not of {statement.claim}", witness)
        if path.name not in run.certificates:
            run.certificates.append(path.name)
        if claim is None:
            run.certified.add(statement.claim)
        return statement.figures

    def study(self, result: StudyResult | Mapping[str, Any]) -> None:
        """Report what a study came to: a StudyResult, or a mapping with its fields among others."""
        try:
            self._current().study = msgspec.convert(result, StudyResult, from_attributes=True)
        except msgspec.ValidationError as error:
            raise TypeError(
                f"check.study got no result of a study ({error}): give the summary it wrote"
            ) from None

    def record(self, name: str | tuple[str, ...], value: Any) -> None:
        """Show a number on the claim's page; a later value of the same name replaces it.

        Several names show as many values, each in a row of its own.
        """
        run = self._current()
        rows = [(name, value)] if isinstance(name, str) else list(zip(name, value, strict=True))
        names = [row[0] for row in rows]
        run.recorded = [
            *(entry for entry in run.recorded if entry.name not in names),
            *(Named(name, display(value)) for name, value in rows),
        ]

    def size(self, *, smaller: str | None = None, **counts: int) -> None:
        """Say on the claim's page how small the example is, and by which order.

        The order is that of the ``counts``: of two examples the one with the lower first count is
        the smaller, where the first is equal that with the lower second. Nothing is counted below
        one, so an example whose counts are all one is the smallest; so is one of which
        ``smaller`` tells why all smaller ones fail (decided in the test, or argued). Any other is
        the smallest that was found. Raises TypeError for counts that are none.
        """
        if not counts or not all(type(count) is int and count > 0 for count in counts.values()):
            raise TypeError(f"check.size got {counts}: give positive numbers, the first first")
        proved = smaller is not None or set(counts.values()) == {1}
        names = [name.replace("_", " ") for name in counts]
        values = ", ".join(map(str, counts.values()))
        self.record(
            f"{'smallest' if proved else 'smallest found'}, by {', then '.join(names)}",
            values if smaller is None else f"{values}; {smaller}",
        )

    def _sign(self, evaluate: Callable[[Any], Any], tie: bool, witness: Mapping[str, Any]) -> int:
        from claims.numbers import Undecided, decide_sign

        run = self._current()
        seen = self._seen(run, witness)
        try:
            sign = decide_sign(evaluate, tie=tie)
        except Undecided:
            run.undecided += 1
            raise
        run.decided.add(seen)
        run.compared = True
        if sign == 0:
            run.ties.add(seen)
        return sign

    def _current(self) -> Run:
        if self._run is None:
            raise RuntimeError(
                "check is used outside a test: use it in the body of the test that takes it"
            )
        return self._run

    @staticmethod
    def _seen(run: Run, witness: Mapping[str, Any]) -> bytes:
        for name, value in witness.items():
            shown = run.witness.setdefault(name, [])
            if len(shown) <= _SHOWN and (text := display(value)) not in shown:
                shown.append(text)
        return digest(witness)

    @staticmethod
    def _violated(run: Run, what: str, witness: Mapping[str, Any]) -> None:
        __tracebackhide__ = True
        run.violation = Violation(what, witness)
        raise run.violation


def _is_zero(value: Any) -> bool:
    if isinstance(value, (int, np.integer, Fraction)):
        return value == 0
    from claims.numbers import Rational, Symbol

    if isinstance(value, Rational):
        return value.sign() == 0
    if isinstance(value, Symbol):
        return value.is_zero()
    raise TypeError(
        f"check.zero got {value!r}: give an int, Fraction, Rational or Symbol, which are exact"
    )
