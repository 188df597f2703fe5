"""Regions nobody has written: each one file, its cases worked by hand from its sentences, read both ways."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import duckdb
import pytest

from tests.generative.people_made import snapshot
from tests.spec.invented import FOLDER, INVENTED
from yingbao.kernel.dates import parse_date
from yingbao.policy import Policy
from yingbao.policy.cases import answer_case, read_person
from yingbao.policy.check import check_folder
from yingbao.policy.layers import Library
from yingbao.policy.schema.rules import PAYERS
from yingbao.policy.sql import to_sql

LIBRARY = Library(FOLDER)
RELEASES: dict[str, Policy] = {}
#: Regions whose examples stand on both sides of every threshold.
COMPLETE = ("990100.yaml", "990200.yaml", "9903.yaml", "990301.yaml", "990700.yaml")


def cases(region: str) -> list[dict[str, Any]]:
    text = (FOLDER / f"{region}.cases.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


CASES = [case for region, _ in INVENTED for case in cases(region)]


@cache
def policy_of(region: str, year: int) -> Policy:
    return Policy(LIBRARY, LIBRARY.resolve(region, year))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']} {case['title']}")
def test_the_case_comes_to_what_was_worked_by_hand(case: dict[str, Any]) -> None:
    answer = answer_case(LIBRARY, case, RELEASES)
    expected = dict(case["expected"])
    assert bool(answer["undetermined"]) is expected.pop("undetermined", False)
    assert {name: answer.get(name) for name in expected} == expected


@pytest.mark.parametrize(("region", "year"), INVENTED)
def test_the_sql_reading_comes_to_the_same(region: str, year: int) -> None:
    policy = policy_of(region, year)
    rows = [
        (read_person(policy, case["person"], case["categories"]).person, parse_date(case["paid_on"]))
        for case in cases(region)
    ]
    db = duckdb.connect()
    db.register("snapshot", snapshot(policy, rows))
    found = db.sql(f"SELECT * FROM ({to_sql(policy.program).sql()}) ORDER BY CAST(person_id AS INTEGER)")
    for case, row in zip(cases(region), found.to_arrow_table().to_pylist(), strict=True):
        assert in_json(row) == {name: case["expected"][name] for name in in_json(row)}, case["title"]


def in_json(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the SQL reading in the words of a case's answer."""
    paid = {payer: row[f"{payer}_fen"] for payer in PAYERS if row[f"{payer}_fen"]}
    allowed = {"payable": True, "not_payable": False}.get(
        row["outcome"], row["window_rule"] is not None or None
    )
    return {
        "allowed": allowed,
        "standard_fen": row["standard_fen"],
        "due_fen": row["due_fen"],
        "subsidies": [{"source": payer, "amount_fen": fen} for payer, fen in sorted(paid.items())],
        "benefit_start": row["benefit_start"] and row["benefit_start"].isoformat(),
        "benefit_end": row["benefit_end"] and row["benefit_end"].isoformat(),
        "waiting_days": row["waiting_days"],
    }


def test_every_region_has_a_dozen_cases_and_all_sorts_of_answers() -> None:
    for region, _ in INVENTED:
        answers = [case["expected"] for case in cases(region)]
        assert len(answers) >= 12
        assert {answer["allowed"] for answer in answers} >= {True, False}
        assert any(answer["subsidies"] for answer in answers)


def test_every_proof_holds_but_for_edges_without_an_example() -> None:
    faults = [finding for finding in check_folder(FOLDER).findings if finding.kind == "fault"]
    assert [f.sentence for f in faults if f.code != "edge-without-example"] == []
    assert [f.sentence for f in faults if f.file in COMPLETE] == []
