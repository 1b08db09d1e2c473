"""Finding and writing certificates; ``checker`` re-verifies them, alone."""

from claims.proof.certificates import NotFound, Problem, certificate, write_certificate
from claims.proof.dead_cones import find_dead_cone
from claims.proof.worse_minima import find_worse_minimum

__all__ = [
    "NotFound",
    "Problem",
    "certificate",
    "find_dead_cone",
    "find_worse_minimum",
    "write_certificate",
]
