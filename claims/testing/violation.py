"""A witness against a claim, and how the values of a witness are shown and told apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


class Violation(AssertionError):
    """What a check asserts is wrong on ``witness`` (name -> value)."""

    def __init__(self, what: str, witness: Mapping[str, Any]) -> None:
        super().__init__(what)
        self.what = what
        self.witness = dict(witness)

    def __str__(self) -> str:
        values = "".join(f"\n  {name} = {display(value)}" for name, value in self.witness.items())
        return f"not so: {self.what}{values}"


def display(value: Any) -> str:
    """Return a value of a witness as it is shown: whole, numbers exact, arrays as nested lists.

    A single column, as the inputs of a model of one input are, is shown as the list of its entries.
    """
    if isinstance(value, np.ndarray):
        return display(value.tolist())
    if isinstance(value, (list, tuple)):
        if value and all(isinstance(row, (list, tuple)) and len(row) == 1 for row in value):
            value = [row[0] for row in value]
        return f"[{', '.join(display(entry) for entry in value)}]"
    return str(value.item() if isinstance(value, np.generic) else value)


def digest(witness: Mapping[str, Any]) -> bytes:
    """Return 16 bytes that tell witnesses apart by the names and values in them.

    Raises TypeError for a value that is shown by its address in memory: two runs, or two equal
    examples, would differ.
    """
    state = blake2b(digest_size=16)
    for name in sorted(witness):
        state.update(name.encode() + b"\0" + _bytes(name, witness[name]) + b"\0")
    return state.digest()


def _bytes(name: str, value: Any) -> bytes:
    if isinstance(value, np.ndarray):
        if value.dtype != object:
            return f"{value.dtype}{value.shape}".encode() + value.tobytes()
        value = (value.shape, value.ravel().tolist())
    if isinstance(value, (list, tuple)):
        return b"(" + b",".join(_bytes(name, entry) for entry in value) + b")"
    text = repr(value)
    if _ADDRESS.search(text):
        raise TypeError(f"{name} in a witness is shown as {text}: give it a repr of its content")
    return text.encode()
