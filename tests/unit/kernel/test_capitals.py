"""An amount on a receipt is written in capitals, as banks and offices read them."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yingbao.kernel.capitals import capitals

DIGITS = {char: figure for figure, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"仟": 1000, "佰": 100, "拾": 10}
MOST = 10**14 - 1


def read(said: str) -> int:
    """Capitals read back as fen, by adding up figures times places: nothing of the writer is used."""
    yuan, rest = said.split("元") if "元" in said else ("", said)
    whole = group = figure = fen = 0
    for char in yuan:
        if char in DIGITS:
            figure = DIGITS[char]
        elif char in PLACES:
            group, figure = group + figure * PLACES[char], 0
        else:
            scale = {"万": 10_000, "亿": 100_000_000}[char]
            whole, group, figure = whole + (group + figure) * scale, 0, 0
    whole += group + figure
    for figures, unit in re.findall("([零壹贰叁肆伍陆柒捌玖])([角分])", rest):
        fen += DIGITS[figures] * {"角": 10, "分": 1}[unit]
    return whole * 100 + fen


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (150_00, "壹佰伍拾元整"),
        (400_00, "肆佰元整"),
        (1020_00, "壹仟零贰拾元整"),
        (10_00, "壹拾元整"),
        # the printed examples of the rules: figures between, zeros between, zeros at the end, jiao zero
        (1409_50, "壹仟肆佰零玖元伍角整"),
        (6007_14, "陆仟零柒元壹角肆分"),
        (1680_32, "壹仟陆佰捌拾元叁角贰分"),
        (107_000_53, "壹拾万柒仟元伍角叁分"),
        (16_409_02, "壹万陆仟肆佰零玖元零贰分"),
        (325_04, "叁佰贰拾伍元零肆分"),
        (10_000_00, "壹万元整"),
        (10_005_00, "壹万零伍元整"),
        (100_005_000_00, "壹亿零伍仟元整"),
        (100_050_000_00, "壹亿零伍万元整"),
        (1_010_101_010_01, "壹拾亿壹仟零壹拾万壹仟零壹拾元零壹分"),
    ],
)
def test_an_amount_in_capitals(fen: int, said: str) -> None:
    assert capitals(fen) == said


@given(st.integers(0, MOST))
@example(MOST)
def test_what_is_written_reads_back_as_the_same_amount(fen: int) -> None:
    assert read(capitals(fen)) == fen


@given(st.integers(1, MOST))
def test_zeros_are_single_and_never_before_a_unit_or_in_front(fen: int) -> None:
    said = capitals(fen)
    assert not re.search("零零|零[仟佰拾万亿元角整]|^零", said)


@given(st.integers(0, MOST))
def test_it_ends_in_zheng_unless_there_are_fen(fen: int) -> None:
    assert capitals(fen).endswith("分" if fen % 10 else "整")


@given(st.integers(1, 10**12 - 1))
def test_a_zero_stands_wherever_a_whole_number_has_one_between_two_figures(yuan: int) -> None:
    """Zeros of one group of four between two of its figures; across 万 and 亿 where the lower group begins with one."""
    said, figures = capitals(yuan * 100), str(yuan)
    groups = [figures[max(0, end - 4) : end] for end in range(len(figures), 0, -4)][::-1]
    wanted = sum(len(re.findall("(?<=[1-9])0+(?=[1-9])", group)) for group in groups)
    above = False
    for place, group in enumerate(groups):
        if int(group):
            emptied = place > 0 and not int(groups[place - 1])
            wanted += above and (emptied or group.startswith("0"))
            above = True
    assert said.count("零") == wanted


@pytest.mark.parametrize("fen", [-1, MOST + 1])
def test_an_amount_without_a_name_is_a_bug(fen: int) -> None:
    with pytest.raises(ValueError, match="no capitals"):
        capitals(fen)
