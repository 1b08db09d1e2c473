"""Complete lists of the zeros of one neuron's gradient, with two to six weights."""

from __future__ import annotations

import json

import pytest

from claims.proof import checker

CLAIM = "canonical-procedure"
# Name, number of weights, stationary points by index.
LISTS = (
    ("two-weights", 2, (2, 2, 1)),
    ("three-weights", 3, (5, 6, 3, 1)),
    ("four-weights", 4, (3, 2, 0, 0, 0)),
    ("five-weights", 5, (2, 1, 0, 0, 0, 0)),
    ("six-weights", 6, (2, 2, 1, 0, 0, 0, 0)),
)


def neuron_objective(size, points):
    """What a certificate says of the mean square of a neuron, apart from the data."""
    return {
        "widths": [size, 1],
        "activations": ["sigmoid"],
        "biases": [False],
        "loss": "squared-error",
        "reduction": "mean",
        "counts": [1] * points,
        "penalty": "0",
        "dropout": "0",
    }


def as_written(proof):
    return proof


def without_a_root(proof):
    """Wrong on purpose: the first root is left out of the list."""
    return proof | {"roots": proof["roots"][1:]}


def first_point_twice(proof):
    """Wrong on purpose: another loss, with the first point counted twice."""
    objective = proof["objective"]
    return proof | {"objective": objective | {"counts": [2, *objective["counts"][1:]]}}


def without_a_leaf(proof):
    """Wrong on purpose: the last leaf of the tree is left out."""
    return proof | {"tree": proof["tree"][:-1]}


@pytest.mark.claim(CLAIM, reading="complete-list", shows="holds", by="certificate")
@pytest.mark.claim(CLAIM, reading="complete-in-all-space", shows="holds", by="certificate")
@pytest.mark.control("dropped-root", "one root left out of the list", edit=without_a_root)
@pytest.mark.control("first-point-twice", "the first point twice", edit=first_point_twice)
@pytest.mark.control("dropped-leaf", "one leaf left out of the tree", edit=without_a_leaf)
def test_lists_with_two_to_six_weights(check, certificates, *, edit=as_written):
    r"""Data with two, three, four, five and six weights: all zeros in all of $\mathbb R^p$, proved.

    **Inside a box.** A tree of successive splits covers it. A leaf is empty if $u\cdot\nabla L$ has
    one sign all over it, for a fixed $u$, exactly orthogonal to $p-1$ inputs so that their terms
    drop out; or if the Krawczyk operator leaves nothing of it. The others lie within the box of a
    root, which this operator maps into its interior: exactly one zero, with a regular Hessian,
    whose negative eigenvalues are counted.

    **Outside.** Let $0 < t_i < 1$ and the inputs span $\mathbb R^p$. At a stationary $w$ put
    $h_i = w\cdot x_i$. For independent inputs $x_i$, $i \in S$, let $u$ be what is left of $w$
    without its projection on their span, so that $u\cdot x_k = h_k - c_k$ with $c_k$ a combination
    of the $h_i$, $i \in S$. In $0 = u\cdot\nabla L = \sum_k \varphi_k(h_k)(h_k - c_k)$ the factor
    $\varphi_k$ has the sign of $h_k - \operatorname{logit} t_k$. So for some $x_k$ outside the
    span $h_k$ lies between $c_k$ and $\operatorname{logit} t_k$. Start from the empty $S$ and add
    that $k$, until $S$ spans: all $h_i$ are bounded, and so is $w$. The checker computes the bound.
    """
    for name, size, expected in LISTS:
        path = certificates / f"complete-list-{name}.json"
        document = json.loads(path.read_text(encoding="utf-8"))
        proof = document["proof"]
        # Any data will do, so that they are the file's; everything else is stated here.
        data = {key: proof["objective"][key] for key in ("inputs", "targets")}
        objective = neuron_objective(size, len(data["targets"])) | data
        figures = check.certificate(path, kind="complete-list", objective=objective, edit=edit)
        check.that(
            proof["everywhere"] and checker.UNDECIDED not in proof["tree"],
            "the list is complete in the whole space",
            certificate=path.name,
        )
        indices = [root["index"] for root in proof["roots"]]
        counts = tuple(indices.count(index) for index in range(size + 1))
        check.that(counts == expected, "the counts by index", certificate=path.name)
        check.record(path.stem, f"{document['statement']} ({figures})")
