"""Complete lists to work on."""

from __future__ import annotations

import json

import pytest

from claims.proof.enumeration.hidden import find_hidden_list
from claims.proof.enumeration.landscapes import HIDDEN, LANDSCAPES

SMALL = ("line-of-six", "two-weights", "plane-of-six", "three-axes")


@pytest.fixture(scope="session")
def lists():
    """Certificates of up to three weights, as objects, by name."""
    return {name: json.loads(LANDSCAPES[name].certificate()) for name in SMALL}


@pytest.fixture(scope="session")
def hidden_lists():
    """Certificates for one hidden unit and for two, in parts of the boxes: one root in each."""
    parts = {
        "five-points": [("0.6875", "0.875"), ("-1.375", "-1.125")],
        "two-units": [("-1.75", "-1.25"), ("2.75", "3.25")],
    }
    return {
        name: json.loads(find_hidden_list(HIDDEN[name].problem, box, claim=HIDDEN[name].claim))
        for name, box in parts.items()
    }
