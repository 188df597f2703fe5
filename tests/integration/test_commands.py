"""The commands as a clerk types them: what they print, and how they end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from yingbao.cli.app import main; main()"]
CASES = Path(__file__).parents[1] / "spec" / "cases" / "payments.jsonl"


def yingbao(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words], input=stdin, capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_cases_from_a_file_are_answered_a_line_each_in_order() -> None:
    done = yingbao("policy", "assess", "--cases", str(CASES))
    asked = [json.loads(line)["id"] for line in CASES.read_text(encoding="utf-8").splitlines()]
    assert done.returncode == 0
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == asked


def test_a_case_that_cannot_be_read_says_so_in_its_place_and_the_others_are_answered() -> None:
    good = CASES.read_text(encoding="utf-8").splitlines()[0]
    done = yingbao("policy", "assess", "--cases", "-", stdin=f'not json\n{good}\n{{"id": "x"}}\n')
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 3
    assert "第 1 行" in lines[0]["error"]
    assert lines[1]["due_fen"] == 38_000
    assert "region" in lines[2]["error"]


def test_check_proves_the_five_releases() -> None:
    done = yingbao("policy", "check")
    assert done.returncode == 0, done.stdout
    assert "全部证明通过：政策 5" in done.stdout


def test_check_fails_on_a_folder_with_a_fault_and_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(
        'region: "999999"\nbenefit_year: 2025\nname: 某县\nlabel: x\nprice: {}\n'
    )
    done = yingbao("policy", "check", "--policies", str(tmp_path))
    assert done.returncode == 1
    assert "x.yaml 第 5 行" in done.stdout


def test_an_unknown_region_ends_with_a_sentence_and_4() -> None:
    done = yingbao("policy", "table", "999999", "2025")
    assert done.returncode == 4
    assert "没有 999999 在 2025 待遇年度的政策" in done.stderr


def test_tables_for_machines_are_json() -> None:
    done = yingbao("policy", "table", "620602", "2025", "--json")
    assert {table["key"] for table in json.loads(done.stdout)} >= {"subsidies", "fiscal", "units"}


def test_the_schema_for_editors_is_a_json_schema() -> None:
    schema = json.loads(yingbao("policy", "schema").stdout)
    assert "windows" in schema["properties"]


def test_a_sample_is_made_and_assessed(tmp_path: Path) -> None:
    made = yingbao("sample", "520100", "2024", "--people", "2000", "--out", str(tmp_path), "--seed", "5")
    assert made.returncode == 0, made.stderr
    out = tmp_path / "assessment.parquet"
    words = ("--region", "520100", "--year", "2024", "--on", "2024-06-15", "--out", str(out))
    done = yingbao("assess", str(tmp_path / "population.parquet"), *words)
    assert done.returncode == 0, done.stderr
    assert "共 2,000 人" in done.stdout
    assert out.is_file()


@pytest.mark.parametrize("seed", [1])
def test_the_same_seed_makes_the_same_sample(tmp_path: Path, seed: int) -> None:
    for name in ("a", "b"):
        words = ("--people", "300", "--seed", str(seed), "--out", str(tmp_path / name))
        assert yingbao("sample", "620721", "2024", *words).returncode == 0
    first, second = ((tmp_path / name / "population.parquet").read_bytes() for name in ("a", "b"))
    assert first == second
