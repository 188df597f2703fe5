"""ID numbers as rosters hold them. 9999xx is a division code that GB/T 2260 does not assign."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingbao.kernel.id_number import (
    BadIdNumber,
    IdReason,
    birth_date,
    check,
    check_digit,
    complete_15,
    mask,
    normalise,
    region,
    sex,
)

# Worked by hand from GB 11643, place times weight, zeros left out:
# 9·(7+9+10+5) + 1·2 + 9·1 + 5·6 + 7·9 + 1·5 + 2·2 = 392 = 35·11 + 7, and remainder 7 is written 5.
GRANDMOTHER = "999900195007010025"
# Order 001 instead of 002: 390 = 35·11 + 5, and remainder 5 is written 7.
GRANDFATHER = "999900195007010017"

first17s = st.builds(
    lambda born, order: f"999900{born:%Y%m%d}{order:03d}",
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.integers(0, 999),
)


def refused(value: str | float, on: date | None = None) -> BadIdNumber:
    with pytest.raises(BadIdNumber) as caught:
        check(value, on)
    return caught.value


def with_check(first17: str) -> str:
    return first17 + check_digit(first17)


def test_grandmother_and_grandfather_carry_the_check_digits_worked_by_hand() -> None:
    assert check(GRANDMOTHER) == GRANDMOTHER
    assert check(GRANDFATHER) == GRANDFATHER
    assert (sex(GRANDMOTHER), sex(GRANDFATHER)) == ("female", "male")
    assert birth_date(GRANDMOTHER) == date(1950, 7, 1)
    assert region(GRANDMOTHER) == "999900"


@given(first17s)
def test_a_number_with_its_check_digit_passes_and_tells_its_birth(first17: str) -> None:
    number = check(with_check(first17))
    assert birth_date(number) == date(int(first17[6:10]), int(first17[10:12]), int(first17[12:14]))
    assert sex(number) == ("male" if int(first17[14:]) % 2 else "female")


@given(first17s)
def test_the_eighteen_places_weighted_by_powers_of_two_leave_one_modulo_eleven(first17: str) -> None:
    # The definition of ISO 7064 MOD 11-2, which the printed weights and check digits of GB 11643 follow.
    places = [10 if place == "X" else int(place) for place in with_check(first17)]
    assert sum(place * 2 ** (17 - i) for i, place in enumerate(places)) % 11 == 1


@given(first17s, st.sampled_from("0123456789X"))
def test_any_other_last_place_is_refused_and_the_right_one_is_told(first17: str, last: str) -> None:
    right = check_digit(first17)
    if last == right:
        return
    refusal = refused(first17 + last)
    if refusal.reason is IdReason.CHECK_DIGIT:
        assert refusal.sentence == f"身份证号最后一位应为 {right}，录入的是 {last}，请核对原件"
        assert refusal.facts["expected"] == right
    else:
        assert refusal.reason is IdReason.FLOAT_LOST_DIGITS
        assert (first17 + last).endswith("000")


@given(first17s, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_anywhere_is_always_noticed(first17: str, place: int, shift: int) -> None:
    number = with_check(first17)
    wrong = str((int(number[place]) + shift) % 10)
    refused(number[:place] + wrong + number[place + 1 :])


@given(first17s, st.integers(0, 15))
def test_two_neighbours_swapped_are_always_noticed(first17: str, place: int) -> None:
    number = with_check(first17)
    a, b = number[place], number[place + 1]
    if a != b:
        refused(number[:place] + b + a + number[place + 2 :])


def test_a_number_ending_in_x_is_read_however_the_clerk_wrote_it() -> None:
    number = next(n for n in (with_check(f"99990019500701{i:03d}") for i in range(99)) if n.endswith("X"))
    wide = "".join(chr(ord(char) + 0xFEE0) for char in number)
    for written in (
        number.lower(),
        f"'{number}",
        f" {number[:6]} {number[6:]}\n",
        wide,
        f"\u2018{number}\u3000",
    ):
        assert check(written) == number
        assert normalise(written) == number


def test_an_old_number_of_fifteen_places_is_completed() -> None:
    assert complete_15("999900500701002") == GRANDMOTHER
    assert check("999900500701002") == GRANDMOTHER
    with pytest.raises(BadIdNumber, match="15位"):
        complete_15("9999005007010")
    with pytest.raises(BadIdNumber, match="15位"):
        complete_15("99990050070100A")


@pytest.mark.parametrize(
    ("typed", "reason", "says"),
    [
        ("", IdReason.EMPTY, "请按原件补填"),
        (" \u3000'", IdReason.EMPTY, "请按原件补填"),
        (GRANDMOTHER[:-1], IdReason.LENGTH, "录入的是17位"),
        (GRANDMOTHER + "1", IdReason.LENGTH, "录入的是19位"),
        ("99990019500701O025", IdReason.CHARACTERS, "其他字符"),
        ("9999001950070100X5", IdReason.CHARACTERS, "其他字符"),
        ("99990050070100X", IdReason.CHARACTERS, "其他字符"),
        ("999900195013010023", IdReason.BIRTH_DATE, "没有13月，请核对原件"),
        ("999900195102290021", IdReason.BIRTH_DATE, "1951年2月只有28天，请核对原件"),
        ("999900510229002", IdReason.BIRTH_DATE, "1951年2月只有28天"),
        ("999900189912310029", IdReason.BIRTH_DATE, "过早"),
        ("999900195007010021", IdReason.CHECK_DIGIT, "最后一位应为 5，录入的是 1，请核对原件"),
    ],
)
def test_the_clerk_is_told_what_is_wrong_with_a_number(typed: str, reason: IdReason, says: str) -> None:
    refusal = refused(typed)
    assert refusal.reason is reason
    assert says in refusal.sentence
    assert refusal.facts["reason"] == reason.value
    assert refusal.code == "bad-id-number"


@pytest.mark.parametrize(
    "cell",
    [
        9.9990019500701e17,
        999900195007010025,
        999900500701002,
        "9.99900E+17",
        "9.999E17",
        "999900195007010000",
        "999900195007010025.0",
    ],
)
def test_a_cell_that_became_a_number_has_lost_digits_and_is_never_repaired(cell: str | float) -> None:
    refusal = refused(cell)
    assert refusal.reason is IdReason.FLOAT_LOST_DIGITS
    assert "设为文本" in refusal.sentence


def test_a_true_number_that_happens_to_end_in_three_zeros_is_kept() -> None:
    numbers = (
        with_check(f"999900195007{day:02d}{order:03d}") for day in range(1, 32) for order in (100, 200)
    )
    number = next(n for n in numbers if n.endswith("000"))
    assert check(number) == number


def test_a_birth_is_in_the_future_only_when_the_day_is_told() -> None:
    number = with_check("99990020240601002")
    assert check(number) == number
    assert check(number, date(2024, 6, 1)) == number
    assert refused(number, date(2024, 5, 31)).reason is IdReason.FUTURE_BIRTH


@given(st.text(alphabet="0123456789Xx' ", max_size=22))
def test_no_refusal_carries_the_number(typed: str) -> None:
    try:
        check(typed)
    except BadIdNumber as refusal:
        shown = f"{refusal.sentence}{dict(refusal.facts)}"
        assert len(normalise(typed)) < 12 or normalise(typed) not in shown


def test_a_screen_shows_four_places_at_each_end() -> None:
    assert mask(GRANDMOTHER) == "9999**********0025"
    assert mask("999900500701002") == "9999*******1002"
    assert mask("E1234567") == "********"
    assert mask("") == ""
