"""Names as rosters hold them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingbao.kernel.names import BadName, clean_name, mask_name


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("张三", "张三"),
        ("　张三 ", "张三"),
        ("张　三", "张三"),
        ("张 三", "张三"),
        ("张\n三", "张三"),
        ("张三\r\n", "张三"),
        ("欧阳\u200b锋", "欧阳锋"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽 ・ 买买提", "阿依古丽·买买提"),
        ("John  Smith", "John Smith"),
        ("ＪＯＨＮ　ＳＭＩＴＨ", "JOHN SMITH"),
        ("张三（大）", "张三（大）"),
        ("㑇\ue000", "㑇\ue000"),
        ("𠅤", "𠅤"),
        ("\ue000\ue001", "\ue000\ue001"),
    ],
)
def test_a_name_is_cleaned_and_the_change_is_told(cell: str, name: str) -> None:
    assert clean_name(cell) == (name, cell != name)


@pytest.mark.parametrize("cell", ["", "  　", "\n", "123", "—", "·"])
def test_a_cell_without_a_name_is_refused(cell: str) -> None:
    with pytest.raises(BadName, match="没有填写姓名"):
        clean_name(cell)


@pytest.mark.parametrize("cell", ["张?", "张？", "张\ufffd"])
def test_a_name_with_a_lost_character_is_refused(cell: str) -> None:
    with pytest.raises(BadName, match="无法识别的字") as caught:
        clean_name(cell)
    assert "张" not in caught.value.sentence


@given(st.text(max_size=12))
def test_a_clean_name_stays_as_it_is(cell: str) -> None:
    try:
        name, _ = clean_name(cell)
    except BadName:
        return
    assert clean_name(name) == (name, False)


def test_a_screen_shows_the_first_character_of_a_name() -> None:
    assert [mask_name(name) for name in ("张三", "欧阳锋", "张", "")] == ["张*", "欧**", "张", ""]
