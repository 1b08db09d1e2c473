"""Enumerating the stationary points of small landscapes completely, with a certificate."""

from claims.proof.enumeration.lists import CompleteList, enumerate_stationary_points
from claims.proof.enumeration.search import Root, Unfinished

__all__ = ["CompleteList", "Root", "Unfinished", "enumerate_stationary_points"]
