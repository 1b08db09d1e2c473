"""What the tests of the software share; ``bounds`` and ``truths`` become importable for them."""

import os
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))


@pytest.fixture(scope="session")
def many(request):
    """Whether to run long: the profile is ``thorough``, by option or by CLAIMS_PROFILE."""
    chosen = request.config.getoption("--claims-profile")
    return (chosen or os.environ.get("CLAIMS_PROFILE")) == "thorough"
