"""A lock on the work folder that ends with its holder.

Snakemake's own lock is a file that stays behind when the process is killed, and then has to be
removed by hand; this one belongs to the open file, so that a killed run is resumed by starting it
again.
"""

import fcntl
import os
from pathlib import Path


class Busy(RuntimeError):
    """Another run holds the lock."""


_held: list[int] = []


def take_lock(path: Path) -> None:
    """Hold the lock at `path` until this process ends; `Busy` if another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise Busy(
            f"{path}: another run is writing to this folder; wait for it, "
            "or give --config work=ANOTHER."
        ) from None
    _held.append(descriptor)
