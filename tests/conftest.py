"""What all tests share."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture(scope="session")
def certificates(request: pytest.FixtureRequest) -> Path:
    """The folder of the certificates that proofs have left."""
    return request.config.rootpath / "reports" / "certificates"
