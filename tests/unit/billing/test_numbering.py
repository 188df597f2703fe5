"""Numbers that people read out: the column of numbers is the kernel's numbers, and a slip of the tongue is found."""

from __future__ import annotations

import pytest

from yingbao.billing.numbering import numbers
from yingbao.kernel import bill_numbers


def test_a_column_of_numbers_is_the_kernels_numbers() -> None:
    made = numbers(2025, "620602", 99_990, 25).to_pylist()
    assert made == [bill_numbers.make(2025, "620602", 99_990 + i) for i in range(25)]


def test_a_citys_code_is_filled_up_with_zeros() -> None:
    assert numbers(2024, "1405", 1, 1).to_pylist()[0].startswith("2414050000000001")


def test_every_wrong_digit_and_every_swap_of_neighbours_is_found() -> None:
    number = bill_numbers.make(2025, "620602", 123)
    wrong = [number[:i] + d + number[i + 1 :] for i in range(17) for d in "0123456789" if d != number[i]]
    wrong += [
        number[:i] + number[i + 1] + number[i] + number[i + 2 :]
        for i in range(16)
        if number[i] != number[i + 1]
    ]
    for typed in wrong:
        with pytest.raises(bill_numbers.BadBillNumber):
            bill_numbers.check(typed)


def test_a_number_is_taken_as_it_is_printed() -> None:
    number = bill_numbers.make(2025, "620602", 123)
    assert bill_numbers.spaced(number)[:19] == "25 620602 0000 0123"
    assert bill_numbers.check(bill_numbers.spaced(number)) == number


def test_what_is_no_bill_number_is_told_apart_from_an_id_number() -> None:
    assert bill_numbers.read("990721198001011118") is None
    assert bill_numbers.read("安国强") is None
    assert (
        bill_numbers.read("25 620602 0000 0123 " + bill_numbers.check_digit("2562060200000123")) is not None
    )


def test_a_region_that_has_used_up_its_numbers_is_told() -> None:
    with pytest.raises(ValueError, match="used up"):
        numbers(2025, "620602", 99_999_999, 2)
