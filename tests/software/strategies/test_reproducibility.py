"""The same seed gives the same data, and no global generator takes part."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import Phase, given, seed, settings

from claims.testing import strategies

STRATEGIES = {
    "data_sets": strategies.data_sets(),
    "labelled_data_sets": strategies.labelled_data_sets(),
    "chord_problems": strategies.chord_problems(strategies.data_sets()),
    "parameters": strategies.parameters(7),
    "parameters_at_kink": strategies.parameters_at_kink((2, 2, 1), np.eye(2)),
    "rational_inputs": strategies.rational_inputs(),
}


def drawn(strategy, number, before=lambda: None):
    examples = []

    @seed(number)
    @settings(max_examples=25, database=None, deadline=None, phases=[Phase.generate])
    @given(strategy)
    def collect(example):
        before()
        examples.append(repr(example))

    collect()
    return examples


@pytest.mark.parametrize("name", STRATEGIES)
def test_equal_seeds_give_equal_examples(name):
    assert drawn(STRATEGIES[name], 1) == drawn(STRATEGIES[name], 1)
    assert drawn(STRATEGIES[name], 1) != drawn(STRATEGIES[name], 2)


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_global_generators_are_left_alone(name, monkeypatch):
    """Neither advanced nor read: every function of the legacy global generator refuses."""

    def refuse(*_, **__):
        raise AssertionError("a global generator was used")

    for function in ("random", "rand", "randn", "randint", "normal", "uniform", "permutation"):
        monkeypatch.setattr(np.random, function, refuse)
    states = []

    def remember():
        states.append((np.random.get_state()[1].tobytes(), random.getstate()))

    drawn(STRATEGIES[name], 3, remember)
    # Hypothesis sets both to the same state before each example: one state, never advanced.
    assert len(set(states)) == 1


def test_control_a_strategy_on_the_global_generator_is_noticed():
    careless = strategies.parameters(2).map(lambda theta: theta + np.random.standard_normal(2))
    states = []
    drawn(careless, 3, lambda: states.append(np.random.get_state()[1:3]))
    assert len({(key.tobytes(), position) for key, position in states}) == 1
    untouched = []
    drawn(STRATEGIES["parameters"], 3, lambda: untouched.append(np.random.get_state()[1:3]))
    assert states[0][1] != untouched[0][1]


def test_examples_do_not_share_memory(examples_of):
    """A test that writes into its example does not change the next one."""
    matrices = examples_of(strategies.degenerate_matrices(), 30)
    assert not any(np.shares_memory(a, b) for a, b in pairwise(matrices))
