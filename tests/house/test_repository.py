"""Conventions about files: no addresses, no paths of one machine, locks with hashes, decisions listed."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
BINARY = {".parquet", ".xlsx", ".xls", ".png", ".pdf", ".duckdb", ".pyc", ".woff2", ".ttf"}
# Put together here so that this file does not find itself.
FORBIDDEN = [
    "/wo" + "rk/",
    "/ro" + "ot/",
    ":/" + "/pypi",
    "simp" + "le/",
    "--index" + "-url",
    "--find" + "-links",
]
LOCKS = sorted((HOUSE / "requirements").glob("*.txt"))


def project_files() -> Iterator[Path]:
    """What git tracks, and what it would: nothing that it is told to pass over."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        path = HOUSE / name
        if path.suffix not in BINARY and path.is_file() and not path.is_symlink():
            yield path


def test_no_file_names_a_package_index_or_a_path_of_one_machine() -> None:
    found = [
        f"{path.relative_to(HOUSE)}: {word}"
        for path in project_files()
        for word in FORBIDDEN
        if word in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert found == []


def test_there_are_locks_for_every_purpose() -> None:
    assert [path.stem for path in LOCKS] == ["bench", "dev", "runtime", "uv"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_locked_package_has_one_version_and_a_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    loose = [entry.splitlines()[0] for entry in entries if not is_locked(entry)]
    assert entries
    assert loose == []


def is_locked(entry: str) -> bool:
    return re.match(r"[a-z0-9-]+==[^\s;]+", entry) is not None and "--hash=sha256:" in entry


@pytest.mark.parametrize("other", ["runtime", "bench"])
def test_locks_agree_on_versions(other: str) -> None:
    dev, theirs = pins("dev"), pins(other)
    assert {name: theirs[name] for name in theirs.keys() & dev.keys() if theirs[name] != dev[name]} == {}
    assert pins("runtime").keys() <= dev.keys()


def pins(stem: str) -> dict[str, set[str]]:
    versions: dict[str, set[str]] = {}
    text = (HOUSE / "requirements" / f"{stem}.txt").read_text(encoding="utf-8")
    for name, version in re.findall(r"^([a-z0-9-]+)==([^\s;]+)", text, re.MULTILINE):
        versions.setdefault(name, set()).add(version)
    return versions


def test_every_decision_is_listed_and_has_its_three_parts() -> None:
    folder = HOUSE / "docs" / "adr"
    index = (folder / "README.md").read_text(encoding="utf-8")
    decisions = sorted(folder.glob("[0-9]*.md"))
    assert sorted(re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", index)) == [path.name for path in decisions]
    assert len({path.name[:4] for path in decisions}) == len(decisions)
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        missing = [part for part in ("## Context", "## Decision", "## Consequences") if part not in text]
        assert (path.name, missing) == (path.name, [])


def test_ci_runs_the_checks_and_the_tests() -> None:
    script = HOUSE / ".ci" / "run"
    assert script.stat().st_mode & 0o100
    assert {"make check", "make test", "set -euo pipefail"} <= set(script.read_text().splitlines())
