"""What all tests share."""

import gc

pytest_plugins = ["pytester"]


def pytest_collection_finish():
    """Leave the thousands of items out of every later collection of garbage: they stay."""
    gc.freeze()
