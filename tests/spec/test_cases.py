"""The worked cases: every answer is the one worked by hand, and another reading that the text bears is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from yingbao.policy import Policy, load_library
from yingbao.policy.cases import answer_case

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "payments.jsonl").read_text(encoding="utf-8").splitlines()
]
POLICIES: dict[str, Policy] = {}


def answered(case: dict[str, Any]) -> dict[str, Any]:
    return answer_case(load_library(), case, POLICIES)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_worked_case_is_answered_as_worked(case: dict[str, Any]) -> None:
    answer = answered(case)
    expected = case["expected"]
    assert {key: answer.get(key) for key in expected} == expected
    assert answer.get("later_transfer") == expected.get("later_transfer")


@pytest.mark.parametrize(
    "case", [c for c in CASES if c["also_accepted"]], ids=[c["id"] for c in CASES if c["also_accepted"]]
)
def test_where_the_text_bears_another_reading_the_answer_says_so(case: dict[str, Any]) -> None:
    assert answered(case)["assumed"]


def test_every_answer_gives_its_reasons_with_document_and_clause() -> None:
    for case in CASES:
        because = answered(case)["because"]
        assert because, case["id"]
        assert any(step["document"] and step["clause"] for step in because), case["id"]


def test_a_case_in_a_county_of_jincheng_is_answered_by_the_city() -> None:
    case = {**next(c for c in CASES if c["region"] == "140500"), "region": "140581"}
    assert answered(case)["release"]["key"] == "140500/2024"
