"""A county supplies what the city's notice left to an older document: one small file, no code."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from yingbao.policy import Holding, Person, explain, load_release

COUNTY = """
region: "140581"
name: 高平市
benefit_year: 2024
label: 2024年度
extends: 140500/2024
parameters:
  severe-disability-subsidy: {value: 150元}
"""


def disabled() -> Person:
    return Person(
        birth_date=date(1985, 6, 15), residence="hukou", categories=(Holding("severe_disability_1"),)
    )


def test_without_the_older_policy_nobody_guesses_the_subsidy_of_a_disabled_person() -> None:
    found = explain(load_release("140500", 2024), disabled(), date(2023, 10, 12))
    assert found.answer.allowed
    assert found.answer.due_fen is None
    assert found.missing == ["参数 severe-disability-subsidy（上级或原有文件未提供）"]


def test_once_gaoping_supplies_150_yuan_the_disabled_person_pays_230(tmp_path: Path) -> None:
    (tmp_path / "gaoping.yaml").write_text(COUNTY, encoding="utf-8")
    found = explain(load_release("140581", 2024, policies=tmp_path), disabled(), date(2023, 10, 12))
    assert found.answer.due_fen == 23_000
    assert found.answer.subsidies == (("finance", 15_000),)


def test_another_reading_is_one_edit_away(tmp_path: Path) -> None:
    """With the payment day counted as the first, a late payer of 贵阳 is covered a day earlier."""
    someone = Person(birth_date=date(1985, 6, 15), residence="hukou")
    taken = load_release("520100", 2024, take={"sixty-days": "payment-day-first"})
    assert explain(taken, someone, date(2024, 6, 15)).answer.benefit_start == date(2024, 8, 14)
