"""What a backup consists of, and the proof that it is still what was written.

`FILE` is PostgreSQL's own dump (custom format); `FILE.manifest.json` holds digests and the rows of every table at the
dump's instant; `FILE.keys.json`, where the seal has keys, is what makes the sealed fields readable again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes

from yingbao.cluster.errors import BackupDamaged, BackupMissing

BLOCK = 1 << 20
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Digest:
    """Of a whole file: its length in bytes, SHA-256 and SM3 in hexadecimal."""

    bytes: int
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`made_at` is an instant in UTC (ISO 8601); `rows` counts by `schema.table`."""

    made_at: str
    program: str
    database: str
    server_version: str
    dump: Digest
    keys: Digest | None
    rows: dict[str, int]

    def text(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"


def manifest_of(file: Path) -> Path:
    return file.with_name(file.name + ".manifest.json")


def keys_of(file: Path) -> Path:
    return file.with_name(file.name + ".keys.json")


def digest(file: Path) -> Digest:
    """Read the file once."""
    international, national, length = hashlib.sha256(), hashes.Hash(hashes.SM3()), 0
    with file.open("rb") as opened:
        while block := opened.read(BLOCK):
            international.update(block)
            national.update(block)
            length += len(block)
    return Digest(length, international.hexdigest(), national.finalize().hex())


def read_manifest(file: Path) -> Manifest:
    """The manifest beside a dump.

    Raises:
        BackupMissing, BackupDamaged
    """
    path = manifest_of(file)
    for needed in (file, path):
        if not needed.is_file():
            raise BackupMissing(str(needed))
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held.pop("format") != FORMAT:
            raise BackupDamaged(str(path), "是更新的程序写的，这里读不了")
        dump, keys = Digest(**held.pop("dump")), held.pop("keys")
        rows = {str(table): int(count) for table, count in held.pop("rows").items()}
        return Manifest(**held, dump=dump, keys=Digest(**keys) if keys else None, rows=rows)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BackupDamaged(str(path), "清单读不了") from error


def check_files(file: Path, manifest: Manifest) -> None:
    """Dump and keys are byte for byte what was written.

    Raises:
        BackupMissing, BackupDamaged
    """
    wanted: list[tuple[Path, Digest]] = [(file, manifest.dump)]
    if manifest.keys is not None:
        wanted.append((keys_of(file), manifest.keys))
    for path, expected in wanted:
        if not path.is_file():
            raise BackupMissing(str(path))
        if digest(path) != expected:
            raise BackupDamaged(str(path), "内容与清单的校验值不符，文件已损坏或被改动")


def differences(expected: dict[str, int], found: dict[str, int]) -> dict[str, tuple[Any, Any]]:
    """Tables whose counts are not the same, with both counts."""
    tables = sorted(expected.keys() | found.keys())
    return {t: (expected.get(t), found.get(t)) for t in tables if expected.get(t) != found.get(t)}
