"""What checks of claims are written with: a pytest plugin, its fixture ``check``, strategies."""

from claims.testing.check import Check
from claims.testing.dependencies import given
from claims.testing.violation import Violation

__all__ = ["Check", "Violation", "given"]
