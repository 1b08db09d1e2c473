"""What the checker has accepted: asked for again, a certificate is not checked a second time."""

from __future__ import annotations

import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from claims.files import write_whole

if TYPE_CHECKING:
    from claims.proof import checker


class Accepted:
    """Certificates accepted in this session, by their whole text, and those that a folder keeps.

    A control of a certificate asks for the original again, and each process under xdist, and each
    run, for those of the others. What a file of the folder is named by is the hash of everything
    that the checker's answer rests on: its own source, Python, flint and the text. What is refused
    is never kept.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._statements: dict[str, checker.Statement] = {}

    def check(self, text: str) -> checker.Statement:
        """Return what the certificate says and proves; raises checker.Refused."""
        if text not in self._statements:
            self._statements[text] = self._kept(text)
        return self._statements[text]

    def _kept(self, text: str) -> checker.Statement:
        from claims.proof import checker

        if self._folder is None:
            return checker.check(text)
        path = self._folder / f"{_name(text)}.json"
        with suppress(FileNotFoundError, msgspec.MsgspecError):
            return msgspec.json.decode(path.read_bytes(), type=checker.Statement)
        statement = checker.check(text)
        write_whole(path, msgspec.json.encode(statement))
        return statement


def _name(text: str) -> str:
    import flint

    from claims.proof import checker

    state = sha256()
    versions = f"{sys.version} {flint.__version__} {flint.__FLINT_VERSION__}"
    for part in (Path(checker.__file__).read_bytes(), versions.encode(), text.encode()):
        state.update(sha256(part).digest())
    return state.hexdigest()
