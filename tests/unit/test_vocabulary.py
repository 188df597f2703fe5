"""Classes found by whatever spelling an office uses, and never guessed."""

from __future__ import annotations

import pytest

from yingbao.policy import load_release

WORDS = load_release("520100", 2024).vocabulary


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("三类低保", "rural_allowance_3"),
        ("农低三类", "rural_allowance_3"),
        ("C类", "rural_allowance_3"),
        ("特困人员（城市“三无”）", "urban_three_noes"),
        ("易返贫致贫人口（边缘易致贫）", "marginal"),
        ("低保对象（农村低保一类）", "rural_allowance_1"),
        ("重度残疾人(一级)", "severe_disability_1"),
        (" 已脱贫人口 ", "lifted"),
    ],
)
def test_an_office_may_spell_a_class_its_own_way(spelling: str, code: str) -> None:
    assert WORDS.code(spelling) == code


@pytest.mark.parametrize("spelling", ["困难群众", "低保对象（待核）", "特困人员（低保对象）", ""])
def test_a_spelling_nobody_has_recorded_is_not_guessed(spelling: str) -> None:
    assert WORDS.code(spelling) is None


def test_the_classes_a_class_is_part_of_are_known() -> None:
    assert WORDS.wider("rural_allowance_1") == ("rural_allowance", "allowance")
    assert "rural_allowance_1" in WORDS.parts(["allowance"])
