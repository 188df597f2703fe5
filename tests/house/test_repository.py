"""Conventions about files: no addresses, no paths of one machine, locks with hashes, decisions listed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
SKIPPED_FOLDERS = {".git", "__pycache__", "node_modules", "var", "out", "build", "dist", ".hypothesis"}
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


def project_files(folder: Path = HOUSE) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        hidden_tool = path.name.startswith(".") and (path.name.endswith("_cache") or ".venv" in path.name)
        if path.name in SKIPPED_FOLDERS or hidden_tool or path.is_symlink():
            continue
        if path.is_dir():
            yield from project_files(path)
        elif path.suffix not in BINARY:
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
