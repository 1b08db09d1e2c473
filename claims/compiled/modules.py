"""Generated modules: written whole, compiled once, found again by what went into them."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType

from claims.files import write_whole

PRIMITIVES = tuple(
    Path(__file__).with_name(name) for name in ("vectorised.py", "vectorised_streams.py")
)

# The signature is given, so that importing compiles or loads; cache=True keeps the machine code.
DECORATOR = 'error_model="numpy", fastmath={"contract"}, boundscheck=False, nogil=True, cache=True'


def folder() -> Path:
    """Where generated modules lie: ``$CLAIMS_CACHE/kernels`` or ``.claims/kernels`` here."""
    return Path(os.environ.get("CLAIMS_CACHE", ".claims")).resolve() / "kernels"


def generate(signature: str, text: str, *, before: str = "") -> ModuleType:
    """Return the compiled module of the primitives and the function ``text``.

    ``before`` is text that stands between them: further functions, with their own decorators.
    """
    primitives = "\n\n".join(path.read_text(encoding="utf-8") for path in PRIMITIVES)
    further = before and f"{before}\n"
    source = f"{primitives}\n\n{further}@njit({signature!r}, {DECORATOR})\n{text}\n"
    return _module(folder(), source)


def key(source: str) -> str:
    """Return a hash of everything that decides what the machine computes for this text."""
    from llvmlite import binding  # only those who compile wait for it

    parts = (
        source,
        importlib.metadata.version("numba"),
        importlib.metadata.version("llvmlite"),
        binding.get_host_cpu_name(),
        binding.get_host_cpu_features().flatten(),
        sys.implementation.cache_tag,
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


@cache
def _module(directory: Path, source: str) -> ModuleType:
    name = f"kernel_{key(source)}"
    path = directory / f"{name}.py"
    directory.mkdir(parents=True, exist_ok=True)
    with _locked(directory / f"{name}.lock"):
        if not path.exists() or path.read_text(encoding="utf-8") != source:
            write_whole(path, source.encode())
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return module


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one process compile while others that want the same kernel wait, then load it."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
