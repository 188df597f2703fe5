"""A clerk types yuan; the program counts fen and loses none."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingbao.kernel.money import (
    BadAmount,
    BadRate,
    InexactAmount,
    Rounding,
    fen_from_yuan,
    percent_of,
    rate_bp_from_text,
    scale,
    split,
    yuan,
    yuan_grouped,
)

amounts = st.integers(0, 10**12)
rates = st.integers(0, 20_000)
weights = st.lists(st.integers(0, 10_000), min_size=1, max_size=8).filter(lambda drawn: drawn[0] > 0)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("380", 380_00),
        ("380.5", 380_50),
        ("1,020.00", 1020_00),
        (" 1020 元 ", 1020_00),
        ("１，０２０．００元", 1020_00),
        ("0", 0),
        ("0.01", 1),
        (400, 400_00),
        (Decimal("114.00"), 114_00),
        (Decimal("1E+2"), 100_00),
    ],
)
def test_a_clerk_types_an_amount_of_yuan(typed: str | int | Decimal, fen: int) -> None:
    assert fen_from_yuan(typed) == fen


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "元",
        "380.",
        ".5",
        "380.005",
        "-1",
        "−1",
        "1,02",
        "1,0200",
        "3 80",
        "三百八",
        "1e3",
        "+5",
        "380.00.0",
        -1,
        True,
        380.0,
        None,
        Decimal("0.001"),
        Decimal("NaN"),
        Decimal(-5),
    ],
)
def test_what_is_no_amount_is_refused_and_never_becomes_zero(typed: str) -> None:
    with pytest.raises(BadAmount):
        fen_from_yuan(typed)


def test_the_refusal_of_a_third_decimal_says_what_to_do() -> None:
    with pytest.raises(BadAmount, match="请精确到分"):
        fen_from_yuan("380.005")


def test_yuan_are_printed_with_two_decimals() -> None:
    assert (yuan(0), yuan(5), yuan(1020_00)) == ("0.00", "0.05", "1020.00")
    assert (yuan_grouped(1020_00), yuan_grouped(1_234_567_89)) == ("1,020.00", "1,234,567.89")
    assert yuan(-5) == "-0.05"


@given(amounts)
def test_printing_and_reading_give_back_the_amount(fen: int) -> None:
    assert fen_from_yuan(yuan(fen)) == fen
    assert fen_from_yuan(yuan_grouped(fen)) == fen


@pytest.mark.parametrize(
    ("rounding", "fen"),
    [
        # 380.00 × 1 ÷ 7 = 54.2857… yuan
        (Rounding.HALF_UP_FEN, 54_29),
        (Rounding.DOWN_FEN, 54_28),
        (Rounding.UP_FEN, 54_29),
        (Rounding.HALF_UP_JIAO, 54_30),
        (Rounding.DOWN_JIAO, 54_20),
        (Rounding.UP_JIAO, 54_30),
        (Rounding.HALF_UP_YUAN, 54_00),
        (Rounding.DOWN_YUAN, 54_00),
        (Rounding.UP_YUAN, 55_00),
    ],
)
def test_a_seventh_of_a_year_is_rounded_by_the_rule_the_file_names(rounding: Rounding, fen: int) -> None:
    assert scale(380_00, 1, 7, rounding) == fen


@pytest.mark.parametrize(
    ("amount", "rounding", "fen"),
    [
        (1, Rounding.HALF_UP_FEN, 1),  # half a fen
        (99, Rounding.HALF_UP_YUAN, 0),  # 0.495 yuan
        (100, Rounding.HALF_UP_YUAN, 100),  # 0.50 yuan
        (10, Rounding.HALF_UP_JIAO, 10),  # 0.05 yuan
        (9, Rounding.HALF_UP_JIAO, 0),  # 0.045 yuan
    ],
)
def test_exactly_half_goes_up_and_less_than_half_goes_down(amount: int, rounding: Rounding, fen: int) -> None:
    assert percent_of(amount, 5_000, rounding) == fen


def test_an_exact_rule_refuses_a_remainder() -> None:
    assert percent_of(380_00, 5_000, Rounding.EXACT) == 190_00
    with pytest.raises(InexactAmount, match="取整方式"):
        scale(100, 1, 3, Rounding.EXACT)


@given(amounts, rates, st.sampled_from([rule for rule in Rounding if rule is not Rounding.EXACT]))
def test_a_percentage_is_the_nearest_step_its_rule_allows(amount: int, rate: int, rounding: Rounding) -> None:
    exact = Fraction(amount * rate, 10_000)
    result = percent_of(amount, rate, rounding)
    step = {"fen": 1, "jiao": 10, "yuan": 100}[rounding.rpartition("_")[2]]
    assert result % step == 0
    if rounding.startswith("down"):
        assert 0 <= exact - result < step
    elif rounding.startswith("up"):
        assert 0 <= result - exact < step
    else:
        assert -Fraction(step, 2) < result - exact <= Fraction(step, 2) or result == exact


@given(amounts, rates)
def test_the_exact_rule_agrees_with_fractions(amount: int, rate: int) -> None:
    exact = Fraction(amount * rate, 10_000)
    if exact.denominator == 1:
        assert percent_of(amount, rate, Rounding.EXACT) == exact
    else:
        with pytest.raises(InexactAmount):
            percent_of(amount, rate, Rounding.EXACT)


@pytest.mark.parametrize("arguments", [(-1, 1, 1), (1, -1, 1), (1, 1, 0), (1, 1, -1)])
def test_a_negative_amount_inside_the_program_is_a_bug(arguments: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="scale needs"):
        scale(*arguments, Rounding.DOWN_FEN)


def test_a_subsidy_of_100_yuan_in_three_equal_shares_leaves_the_last_fen_with_the_named_payer() -> None:
    assert split(100_00, [1, 1, 1]) == [33_34, 33_33, 33_33]
    assert split(100_00, [1, 1, 1], remainder_to=2) == [33_33, 33_33, 33_34]
    assert split(0, [1, 0]) == [0, 0]


@given(amounts, weights)
def test_shares_sum_to_the_amount_and_stay_within_a_fen_of_fair(amount: int, drawn: list[int]) -> None:
    parts = split(amount, drawn)
    assert sum(parts) == amount
    for part, weight in list(zip(parts, drawn, strict=True))[1:]:
        assert 0 <= Fraction(amount * weight, sum(drawn)) - part < 1
    assert 0 <= parts[0] - Fraction(amount * drawn[0], sum(drawn)) < len(drawn)


@pytest.mark.parametrize(("drawn", "rest"), [([], 0), ([0], 0), ([1, -1, 1], 0), ([0, 1], 0), ([1, 0], 1)])
def test_shares_without_weight_are_a_bug(drawn: list[int], rest: int) -> None:
    with pytest.raises((ValueError, IndexError)):
        split(100, drawn, rest)


@pytest.mark.parametrize(
    ("text", "rate"), [("80%", 8_000), ("12.5%", 1_250), ("0.01%", 1), ("100 ％", 10_000), ("12.50%", 1_250)]
)
def test_a_rate_is_read_in_basis_points(text: str, rate: int) -> None:
    assert rate_bp_from_text(text) == rate


@pytest.mark.parametrize("text", ["80", "0.8", "-5%", "12.345%", "%", "八成", "1.%", ""])
def test_a_rate_without_percent_sign_or_finer_than_a_basis_point_is_refused(text: str) -> None:
    with pytest.raises(BadRate):
        rate_bp_from_text(text)
