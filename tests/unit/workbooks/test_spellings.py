"""Many spellings of a class are one class, and one spelling is never two."""

from __future__ import annotations

import pytest

from yingbao.kernel.spelling import spelling_key
from yingbao.workbooks.spellings import SpellingMeansTwo, classes_in_text, spelling_index

INDEX = spelling_index(
    {
        "allowance": ["低保", "低保对象"],
        "rural_allowance": ["农村低保对象"],
        "rural_allowance_3": ["农村低保三类", "Ｃ类", "城市“三无”人员"],
        "orphan": ["孤儿"],
        "unsupported_child": ["事实孤儿"],
    }
)


@pytest.mark.parametrize(
    "written", ["农村低保三类", " 农村低保\n三类 ", "农村低保 三类", "C类", "c类", "Ｃ类", "城市三无人员"]
)
def test_spaces_breaks_width_case_and_quotes_make_no_difference(written: str) -> None:
    assert INDEX[spelling_key(written)] == "rural_allowance_3"


def test_full_and_half_width_brackets_are_one() -> None:
    assert spelling_key("特困人员（孤儿）") == spelling_key("特困人员(孤儿)")


def test_a_spelling_of_two_classes_is_refused_by_name() -> None:
    with pytest.raises(SpellingMeansTwo, match="低保"):
        spelling_index({"a": ["低保"], "b": ["低保 "]})


def test_a_title_names_the_longest_spelling_only() -> None:
    assert classes_in_text("肃南县2024年农村低保对象花名册", INDEX) == {"rural_allowance"}
    assert classes_in_text("孤儿、事实孤儿花名册", INDEX) == {"orphan", "unsupported_child"}
    assert classes_in_text("花名册", INDEX) == set()
