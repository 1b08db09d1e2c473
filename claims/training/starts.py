"""Random starts: the parameters of a run follow from its own seed, and from nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from claims.mathematics import Network

Floats = NDArray[np.float64]


def _digest(*key: str | int) -> bytes:
    text = "\0".join(f"{type(part).__name__}:{part}" for part in key)
    return hashlib.sha256(text.encode()).digest()


def generator(*key: str | int) -> np.random.Generator:
    """Return the generator of a run, named by a path such as plan hash, cell, number of the run."""
    return np.random.Generator(np.random.PCG64(int.from_bytes(_digest(*key)[:16], "big")))


def stream_keys(*key: str | int, runs: Iterable[int]) -> NDArray[np.uint64]:
    """Return the keys (runs,) of the random streams of runs: each follows from the path and run.

    Arms of a study that are given the same path share their draws.
    """
    # Other bytes than those of the run's generator.
    drawn = [int.from_bytes(_digest(*key, run)[16:24], "big") for run in runs]
    return np.array(drawn, dtype=np.uint64)


def _uniform_glorot(random: np.random.Generator, outputs: int, inputs: int) -> Floats:
    limit = np.sqrt(6 / (inputs + outputs))
    return random.uniform(-limit, limit, (outputs, inputs))


def _normal_he(random: np.random.Generator, outputs: int, inputs: int) -> Floats:
    return random.normal(0.0, np.sqrt(2 / inputs), (outputs, inputs))


def glorot(network: Network, random: np.random.Generator) -> Floats:
    """Weights uniform within sqrt(6/(fan in + fan out)), biases 0 (Glorot and Bengio 2010)."""
    return _by_layer(network, random, _uniform_glorot)


def he(network: Network, random: np.random.Generator) -> Floats:
    """Weights normal with variance 2/(fan in), biases 0 (He, Zhang, Ren and Sun 2015)."""
    return _by_layer(network, random, _normal_he)


def normal(network: Network, random: np.random.Generator) -> Floats:
    """Every weight and bias standard normal."""
    return random.normal(size=network.size)


def _by_layer(
    network: Network,
    random: np.random.Generator,
    draw: Callable[[np.random.Generator, int, int], Floats],
) -> Floats:
    theta = np.zeros(network.size)
    for block in network.blocks:
        if block.name.startswith("W"):
            theta[block.start : block.stop] = draw(random, *block.shape).reshape(-1)
    return theta


Start = Callable[[Network, np.random.Generator], Floats]
STARTS: dict[str, Start] = {"glorot": glorot, "he": he, "normal": normal}


def draw_starts(
    network: Network, start: Start, generators: Iterable[np.random.Generator]
) -> Floats:
    """Return starts (runs, p), one for each generator."""
    return np.stack([start(network, random) for random in generators])
