"""Telephone numbers as rosters hold them. 129 is a prefix no carrier uses; area code 0999 here stands for any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingbao.kernel.phones import BadPhone, PhoneReason, check, mask, normalise

INVENTED = "12912345678"
VILLAGE_OFFICE = "0999-2212345"

mobiles = st.from_regex(r"\A(1[3-9][0-9]|129)[0-9]{8}\Z")


def refused(value: str | float) -> BadPhone:
    with pytest.raises(BadPhone) as caught:
        check(value)
    return caught.value


@given(mobiles)
def test_a_mobile_of_eleven_digits_passes_as_it_is(number: str) -> None:
    assert check(number) == number


@pytest.mark.parametrize(
    "written",
    [
        "129 1234 5678",
        "129-1234-5678",
        "+86 12912345678",
        "0086-12912345678",
        "１２９１２３４５６７８",
        "'12912345678\n",
        "12912345678.0",
        12912345678,
        12912345678.0,
    ],
)
def test_a_mobile_is_read_however_the_clerk_wrote_it(written: str | float) -> None:
    assert check(written) == INVENTED


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0999-2212345", VILLAGE_OFFICE),
        ("09992212345", VILLAGE_OFFICE),
        ("（0999）2212345", VILLAGE_OFFICE),
        ("0999 — 2212345".replace(" ", ""), VILLAGE_OFFICE),
        ("+86 0999 2212345", VILLAGE_OFFICE),
        ("0999-82212345", "0999-82212345"),
        ("01082212345", "010-82212345"),
        ("029-82212345", "029-82212345"),
    ],
)
def test_a_landline_keeps_its_area_code_apart(written: str, number: str) -> None:
    assert check(written) == number
    assert check(number) == number


@pytest.mark.parametrize(
    ("typed", "reason", "says"),
    [
        ("", PhoneReason.EMPTY, "请补填"),
        (" \u3000", PhoneReason.EMPTY, "请补填"),
        ("无", PhoneReason.CHARACTERS, "只能是数字"),
        ("12912345678/12912345679", PhoneReason.CHARACTERS, "一格只填一个"),
        ("1291234567", PhoneReason.LENGTH, "录入的是10位"),
        ("129123456789", PhoneReason.LENGTH, "录入的是12位"),
        ("12012345678", PhoneReason.PREFIX, "没有以120开头的手机号"),
        ("2212345", PhoneReason.AREA_CODE, "请带区号"),
        ("0999-1212345", PhoneReason.AREA_CODE, "请核对区号"),
        ("010-2212345", PhoneReason.AREA_CODE, "请核对区号"),
        ("0999", PhoneReason.LENGTH, "录入的是4位"),
        (1.5, PhoneReason.CHARACTERS, "只能是数字"),
    ],
)
def test_the_clerk_is_told_what_is_wrong_with_a_phone(
    typed: str | float, reason: PhoneReason, says: str
) -> None:
    refusal = refused(typed)
    assert refusal.reason is reason
    assert says in refusal.sentence
    assert refusal.facts["reason"] == reason.value
    assert refusal.code == "bad-phone"


@given(st.text(alphabet="0123456789-+. ", max_size=16))
def test_no_refusal_carries_the_phone(typed: str) -> None:
    try:
        check(typed)
    except BadPhone as refusal:
        shown = f"{refusal.sentence}{dict(refusal.facts)}"
        assert len(normalise(typed)) < 5 or normalise(typed) not in shown


@given(st.text(max_size=20))
def test_whatever_is_typed_is_read_or_refused_and_reads_the_same_again(typed: str) -> None:
    try:
        number = check(typed)
    except BadPhone:
        return
    assert check(number) == number


def test_a_screen_shows_three_and_four_places_of_a_mobile() -> None:
    assert mask(INVENTED) == "129****5678"
    assert mask("129 1234 5678") == "129****5678"


def test_a_screen_shows_the_area_code_and_two_places_of_a_landline() -> None:
    assert mask(VILLAGE_OFFICE) == "0999-*****45"


def test_what_is_no_number_is_hidden_whole() -> None:
    assert mask("1234567") == "*******"
    assert mask("") == ""
