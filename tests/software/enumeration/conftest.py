"""Complete lists to work on."""

from __future__ import annotations

import json

import pytest

from claims.proof.enumeration.landscapes import LANDSCAPES

SMALL = ("line-of-six", "two-weights", "plane-of-six", "three-axes")


@pytest.fixture(scope="session")
def lists():
    """Certificates of up to three weights, as objects, by name."""
    return {name: json.loads(LANDSCAPES[name].certificate()) for name in SMALL}
