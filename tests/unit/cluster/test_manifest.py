"""A backup is what was written, or it is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from yingbao.cluster.errors import BackupDamaged, BackupMissing
from yingbao.cluster.manifest import (
    Manifest,
    check_files,
    differences,
    digest,
    keys_of,
    manifest_of,
    read_manifest,
)


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    file = tmp_path / "a.dump"
    file.write_bytes(b"abc")
    keys_of(file).write_text("{}")
    manifest = Manifest(
        "2026-01-01T00:00:00+00:00",
        "1",
        "yingbao",
        "18",
        digest(file),
        digest(keys_of(file)),
        {"public.t": 3},
    )
    manifest_of(file).write_text(manifest.text())
    return file


def test_digests_are_the_published_ones_of_abc(backup: Path) -> None:
    found = digest(backup)
    assert found.bytes == 3
    assert found.sha256 == hashlib.sha256(b"abc").hexdigest()
    # Source: GB/T 32905-2016 附录 A.1
    assert found.sm3 == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_a_manifest_is_read_as_it_was_written(backup: Path) -> None:
    manifest = read_manifest(backup)
    assert manifest.rows == {"public.t": 3}
    check_files(backup, manifest)


def test_one_changed_byte_is_found_in_the_dump_and_in_the_keys(backup: Path) -> None:
    manifest = read_manifest(backup)
    for path in (backup, keys_of(backup)):
        kept = path.read_bytes()
        path.write_bytes(b"x" + kept[1:])
        with pytest.raises(BackupDamaged, match=path.name):
            check_files(backup, manifest)
        path.write_bytes(kept)


def test_a_file_that_is_not_there_is_named(backup: Path) -> None:
    manifest = read_manifest(backup)
    keys_of(backup).unlink()
    with pytest.raises(BackupMissing, match=r"keys\.json"):
        check_files(backup, manifest)
    manifest_of(backup).unlink()
    with pytest.raises(BackupMissing, match=r"manifest\.json"):
        read_manifest(backup)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 2}', '{"format": 1, "dump": 3}'])
def test_a_manifest_that_cannot_be_read_is_refused(backup: Path, text: str) -> None:
    manifest_of(backup).write_text(text)
    with pytest.raises(BackupDamaged):
        read_manifest(backup)


def test_tables_with_other_counts_are_listed() -> None:
    assert differences({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 0}) == {"b": (2, 3), "c": (None, 0)}
