"""Days as the law counts them and as workbooks write them."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingbao.kernel.dates import (
    BadDate,
    BadDuration,
    Duration,
    Period,
    add_months,
    age_on,
    first_of_next_month,
    loose_date,
    parse_date,
    year_period,
)

days = st.dates(date(1901, 1, 1), date(2099, 12, 31))
AT_HALF_PAST_EIGHT = datetime(2024, 1, 1, 8, 30)  # noqa: DTZ001 — workbooks know no time zone


def test_a_collection_window_includes_its_first_and_last_day() -> None:
    window = Period.inclusive(date(2023, 9, 1), date(2023, 12, 31))
    assert window.contains(date(2023, 9, 1))
    assert window.contains(date(2023, 12, 31))
    assert not window.contains(date(2023, 8, 31))
    assert not window.contains(date(2024, 1, 1))
    assert (window.days, window.last, str(window)) == (122, date(2023, 12, 31), "2023-09-01至2023-12-31")


def test_an_open_period_has_no_last_day() -> None:
    for period in (Period(date(2024, 1, 1)), Period.inclusive(date(2024, 1, 1), date.max)):
        assert period.contains(date(2999, 1, 1))
        assert (period.end, period.last, period.days, str(period)) == (None, None, None, "2024-01-01起")


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(BadDate, match="起止日期颠倒"):
        Period.inclusive(date(2024, 3, 1), date(2024, 2, 1))
    with pytest.raises(BadDate, match="起止日期颠倒"):
        Period(date(2024, 3, 1), date(2024, 3, 1))
    assert Period.inclusive(date(2024, 3, 1), date(2024, 3, 1)).days == 1


def test_neighbouring_periods_do_not_overlap_but_share_a_day_if_inclusive_ones_touch() -> None:
    autumn = Period.inclusive(date(2023, 9, 1), date(2023, 12, 31))
    assert not autumn.overlaps(Period(date(2024, 1, 1)))
    assert autumn.overlaps(Period.inclusive(date(2023, 12, 31), date(2024, 2, 29)))
    assert Period(date(2024, 1, 1)).overlaps(Period(date(2030, 1, 1)))


@given(days, st.integers(1, 400), days, st.integers(1, 400))
def test_periods_overlap_just_when_some_day_lies_in_both(a: date, n: int, b: date, m: int) -> None:
    one = Period(a, Duration(n, "day").after(a))
    other = Period(b, Duration(m, "day").after(b))
    shared = any(one.contains(Duration(i, "day").after(b)) for i in range(m))
    assert one.overlaps(other) == other.overlaps(one) == shared


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
        (date(2024, 1, 15), -1, date(2023, 12, 15)),
        (date(2024, 5, 20), 12, date(2025, 5, 20)),
        (date(2024, 5, 20), 0, date(2024, 5, 20)),
    ],
)
def test_months_run_to_the_same_day_or_the_last_of_a_shorter_month(
    day: date, months: int, then: date
) -> None:
    assert add_months(day, months) == then


@given(days, st.integers(-600, 600))
def test_months_added_land_in_the_right_month_and_never_on_a_later_day(day: date, n: int) -> None:
    then = add_months(day, n)
    assert (then.year * 12 + then.month) - (day.year * 12 + day.month) == n
    assert then.day == day.day or (then.day < day.day and add_months(then.replace(day=1), 1).day == 1)
    if then.day < day.day:
        assert Duration(1, "day").after(then).day == 1


def test_a_child_is_one_on_the_first_birthday_and_not_the_day_before() -> None:
    born = date(2023, 5, 20)
    assert age_on(born, date(2024, 5, 19)) == 0
    assert age_on(born, date(2024, 5, 20)) == 1
    assert age_on(born, born) == 0


def test_someone_born_on_a_leap_day_comes_of_age_on_the_first_of_march() -> None:
    born = date(2004, 2, 29)
    assert age_on(born, date(2022, 2, 28)) == 17
    assert age_on(born, date(2022, 3, 1)) == 18
    assert age_on(born, date(2024, 2, 29)) == 20


def test_someone_not_yet_born_has_no_age() -> None:
    with pytest.raises(BadDate, match="晚于"):
        age_on(date(2024, 1, 2), date(2024, 1, 1))


@pytest.mark.parametrize(
    ("text", "duration", "printed"),
    [
        ("90日", Duration(90, "day"), "90日"),
        ("90天", Duration(90, "day"), "90日"),
        ("３个月", Duration(3, "month"), "3个月"),
        ("1年", Duration(12, "month"), "12个月"),
    ],
)
def test_a_term_is_read_as_the_law_writes_it(text: str, duration: Duration, printed: str) -> None:
    assert Duration.parse(text) == duration
    assert str(duration) == printed


@pytest.mark.parametrize("text", ["", "90", "三个月", "-1日", "1.5年", "2周", "3月"])
def test_a_term_without_unit_is_refused(text: str) -> None:
    with pytest.raises(BadDuration):
        Duration.parse(text)


def test_ninety_days_after_birth_reach_the_ninetieth_day() -> None:
    assert Duration(90, "day").after(date(2024, 1, 1)) == date(2024, 3, 31)
    assert Duration(90, "day").before(date(2024, 3, 31)) == date(2024, 1, 1)
    assert Duration(3, "month").after(date(2024, 11, 30)) == date(2025, 2, 28)
    assert Duration(3, "month").before(date(2025, 5, 31)) == date(2025, 2, 28)


def test_cover_from_the_first_of_the_next_month() -> None:
    assert first_of_next_month(date(2024, 12, 31)) == date(2025, 1, 1)
    assert first_of_next_month(date(2024, 1, 1)) == date(2024, 2, 1)


def test_a_benefit_year_is_the_calendar_year() -> None:
    assert year_period(2024) == Period.inclusive(date(2024, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2024-13-01", "没有13月"),
        ("2024-00-01", "没有0月"),
        ("2023-02-29", "2023年2月只有28天"),
        ("2024-04-31", "只有30天"),
        ("2024-01-00", "日不对"),
        ("0000-01-01", "年份不对"),
        ("2024-1-1", "年-月-日"),
        ("20240101", "年-月-日"),
        ("２０２４-01-01", "年-月-日"),
        ("", "年-月-日"),
    ],
)
def test_a_policy_file_with_a_wrong_date_is_told_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(BadDate, match=says):
        parse_date(text)


@given(days)
def test_every_day_written_in_iso_is_read_back(day: date) -> None:
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    "cell",
    [
        "20240101",
        "2024.1.1",
        "2024/1/1",
        "2024-01-01",
        "2024年1月1日",
        "2024年01月01",
        "２０２４．１．１",
        "2024-01-01 00:00:00",
        "2024/1/1 8:30",
        "45292",
        "45292.0",
        "20240101.0",
        " 2024.01.01 ",
        20240101,
        20240101.0,
        45292,
        45292.75,
        date(2024, 1, 1),
        AT_HALF_PAST_EIGHT,
    ],
)
def test_new_year_2024_is_found_in_every_habit_of_the_county(cell: str | float | date) -> None:
    assert loose_date(cell) == date(2024, 1, 1)
    assert type(loose_date(cell)) is date


@given(days)
def test_serial_numbers_follow_the_calendar(day: date) -> None:
    assert loose_date((day - date(1899, 12, 30)).days) == day


@pytest.mark.parametrize(
    "cell",
    [
        "24.1.1",
        "24-01-01",
        "1/2/2024",
        "2024",
        "2024.1",
        "2024年1月",
        "202401",
        "长期",
        "",
        "2024-1/1",
        "20241301",
        "2023.2.29",
        "20230229",
        "60",
        2024,
        2024.1,
        202401,
        24,
        60,
        -45292,
        0,
        True,
        float("nan"),
        float("inf"),
        20240101.5,
    ],
)
def test_what_bears_two_readings_is_refused_and_never_guessed(cell: str | float) -> None:
    with pytest.raises(BadDate):
        loose_date(cell)


def test_a_cell_that_holds_a_year_alone_is_told_so() -> None:
    with pytest.raises(BadDate, match=r"“2024\.1”只有年份或年月"):
        loose_date("2024.1")
