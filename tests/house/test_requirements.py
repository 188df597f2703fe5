"""The requirement table tells the truth: every requirement once, and every test it names is there."""

import ast
import re
from functools import cache, lru_cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
TABLE = HOUSE / "docs" / "reference" / "requirements.md"
#: How many requirements each notice has, and those across the notices and printed in none.
FAMILIES = {"GT": 59, "SN": 52, "JC": 37, "LZ": 50, "GY": 62, "X": 26, "N": 18}
_ROW = re.compile(r"\| ((?:GT|SN|JC|LZ|GY|X|N)-\d{2,3}) \| ([a-z]+) \| (.*) \| (?:`([^`]+)`)? ?\|")


@lru_cache(maxsize=1)
def rows() -> list[tuple[str, str, str, str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    found = [_ROW.fullmatch(line) for line in lines if re.match(r"\| [A-Z]+-\d", line)]
    assert all(found), "a row is not of the form: id | yes, partly or no | where | test"
    return [(m[1], m[2], m[3], m[4] or "") for m in found if m]


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((HOUSE / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_requirement_has_one_row() -> None:
    expected = [
        f"{family}-{number:0{2 if len(family) == 1 else 3}}"
        for family, count in FAMILIES.items()
        for number in range(1, count + 1)
    ]
    assert [row[0] for row in rows()] == expected
    assert len(expected) == 304


def test_the_sums_above_the_table_are_its_own() -> None:
    text = TABLE.read_text(encoding="utf-8")
    counted = {state: sum(row[1] == state for row in rows()) for state in ("yes", "partly", "no")}
    said = f"{counted['yes']} 条能用，{counted['partly']} 条部分能用，{counted['no']} 条还没有"
    assert said in text


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_row_says_where_it_works_and_names_a_test_that_is_there(row: tuple[str, str, str, str]) -> None:
    _, state, where, test = row
    assert state in ("yes", "partly", "no")
    if state == "no":
        assert (where, test) == ("", "")
        return
    path, _, name = test.partition("::")
    assert where
    assert (HOUSE / path).is_file()
    assert not name or name in names_in(path)
