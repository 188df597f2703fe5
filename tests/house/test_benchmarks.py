"""Conventions about figures: every one is listed, documented, and prints one JSON line with all that is asked."""

import ast
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.__main__ import FIGURES

HOUSE = Path(__file__).resolve().parents[2]
FIELDS = {"name", "value", "unit", "ratio", "against", "bar", "better", "rows", "peak_mib"}
#: Modules that measure nothing themselves.
SHARED = {"__init__", "__main__", "trial", "apart", "fisca_model", "rooms", "served"}
MODULES = sorted(p for p in (HOUSE / "benchmarks").glob("*.py") if p.stem not in SHARED)


def run(name: str, people: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", name],
        cwd=HOUSE,
        env={**os.environ, "YINGBAO_BENCH_ROWS": str(people)},
        capture_output=True,
        text=True,
        check=False,
    )


def listed() -> list[str]:
    return list(FIGURES)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_module_measures_a_figure_with_a_bar(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    measures = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "measure"]
    made = [
        {keyword.arg for keyword in node.keywords}
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Figure"
    ]
    assert len(measures) == 1
    assert made
    assert all(fields >= FIELDS for fields in made)


def test_every_figure_is_documented() -> None:
    text = (HOUSE / "docs" / "reference" / "benchmarks.md").read_text(encoding="utf-8")
    assert [name for name in listed() if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("explain", 20),
        ("assess-620724", 1_000),
        ("load", 400),
        ("register", 400),
        ("register-growth", 400),
        ("search", 400),
        ("confirm", 400),
        ("confirm-scale", 400),
        ("bill-query", 400),
    ],
)
def test_a_figure_prints_one_json_line_and_nothing_else(name: str, people: int) -> None:
    ran = run(name, people)
    assert ran.returncode == 0, ran.stderr
    [line] = ran.stdout.splitlines()
    found = json.loads(line)
    assert found.keys() >= FIELDS
    assert found["name"] == name
    assert found["better"] in ("higher", "lower")
    assert all(
        isinstance(found[field], int | float) for field in ("value", "ratio", "bar", "rows", "peak_mib")
    )
    assert found["rows"] >= people


@pytest.mark.skipif(
    importlib.util.find_spec("openfisca_core") is None, reason="comes with `make bench` alone"
)
def test_openfisca_gives_everybody_the_same_amounts() -> None:
    ran = run("openfisca", 20_000)
    assert ran.returncode == 0, ran.stderr


def test_a_figure_nobody_knows_is_named() -> None:
    ran = run("no-such", 1)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "no-such" in ran.stderr
