"""Days in China: half-open periods, months, ages, durations, and dates as people and workbooks write them.

Every function is about calendar days. None of them asks the clock; callers pass the day.
"""

import calendar
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, Self
from zoneinfo import ZoneInfo

from yingbao.kernel.refusal import Invalid

#: The one clock of China: the law counts days by it.
CHINA: Final = ZoneInfo("Asia/Shanghai")

_ONE_DAY: Final = timedelta(days=1)
_MONTHS_PER_YEAR: Final = 12

_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0+)?", re.ASCII)
_PARTED: Final = re.compile(
    r"(\d{4})\s*([-./])\s*(\d{1,2})\s*\2\s*(\d{1,2})(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?", re.ASCII
)
_WORDED: Final = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?", re.ASCII)
_SERIAL: Final = re.compile(r"(\d{4,5})(?:\.\d+)?", re.ASCII)
_DURATION: Final = re.compile(r"(\d{1,4})\s*(日|天|个月|年)", re.ASCII)

# Excel counts a 1900-02-29 that never was as day 60, so later serial numbers run one ahead.
_SERIAL_ORIGIN: Final = date(1899, 12, 30)
_FIRST_SERIAL: Final = 367
"""1901-01-01. Smaller numbers in a date column are row numbers or ages."""
_LAST_SERIAL: Final = 73_050
"""2099-12-31. Larger numbers are years with months, or telephone numbers."""
_YEARS: Final = range(1900, 2101)
"""A number in this range is a year on its own, not a serial number of 1905."""
_COMPACT_NUMBERS: Final = range(10_000_000, 100_000_000)


class BadDate(Invalid):
    """Something that is not a day of the calendar, or bears more than one reading."""

    code = "bad-date"


class BadDuration(Invalid):
    """Text that is not a number of days, months or years."""

    code = "bad-duration"


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` up to but not including `end`; None leaves it open. Raises: BadDate."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise BadDate(
                f"起止日期颠倒：{self.start}开始，{self.end - _ONE_DAY}结束，请核对",
                start=str(self.start),
                end=str(self.end),
            )

    @classmethod
    def inclusive(cls, first: date, last: date | None) -> Self:
        """From the way law is written: both days belong to it; None or 9999-12-31 leaves it open."""
        return cls(first, None if last is None or last == date.max else last + _ONE_DAY)

    @property
    def last(self) -> date | None:
        """The last day inside, None when open."""
        return None if self.end is None else self.end - _ONE_DAY

    @property
    def days(self) -> int | None:
        """How many days, None when open."""
        return None if self.end is None else (self.end - self.start).days

    def contains(self, day: date) -> bool:
        """Tell whether the day lies inside."""
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: "Period") -> bool:
        """Tell whether some day lies in both."""
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    def __str__(self) -> str:
        return f"{self.start}起" if self.last is None else f"{self.start}至{self.last}"


@dataclass(frozen=True, slots=True)
class Duration:
    """A count of days or of calendar months; a year is twelve months."""

    amount: int
    unit: Literal["day", "month"]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `90日`, `90天`, `3个月` or `1年`. Raises: BadDuration."""
        match = _DURATION.fullmatch(unicodedata.normalize("NFKC", text).strip())
        if match is None:
            raise BadDuration(f"“{text}”不是期限，请写成 90日、3个月 或 1年", found=text)
        amount = int(match[1])
        if match[2] in ("日", "天"):
            return cls(amount, "day")
        return cls(amount * (_MONTHS_PER_YEAR if match[2] == "年" else 1), "month")

    def after(self, day: date) -> date:
        """The day this long after `day`, which is day 0."""
        return add_months(day, self.amount) if self.unit == "month" else day + timedelta(days=self.amount)

    def before(self, day: date) -> date:
        """The day this long before `day`, which is day 0."""
        return add_months(day, -self.amount) if self.unit == "month" else day - timedelta(days=self.amount)

    def __str__(self) -> str:
        return f"{self.amount}{'日' if self.unit == 'day' else '个月'}"


def add_months(day: date, n: int) -> date:
    """The same day `n` months on (back, if negative), or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + n, _MONTHS_PER_YEAR)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def chinese_day(day: date) -> str:
    """A day in full, as people read it: 2024年3月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def first_of_next_month(day: date) -> date:
    """The first day of the month after the one `day` lies in."""
    return add_months(day.replace(day=1), 1)


def year_period(year: int) -> Period:
    """The calendar year, from 1 January through 31 December."""
    return Period(date(year, 1, 1), date(year + 1, 1, 1))


def age_on(birth: date, day: date) -> int:
    """Full years, reached on the birthday itself.

    Someone born on 29 February reaches the next year of age on 1 March in common years.
    Raises: BadDate when the birth is still to come.
    """
    if day < birth:
        raise BadDate(f"出生日期{birth}晚于{day}，请核对", birth=str(birth), day=str(day))
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def parse_date(text: str) -> date:
    """Read `YYYY-MM-DD` and nothing else. Raises: BadDate, which says what is wrong."""
    match = _ISO.fullmatch(text)
    if match is None:
        raise BadDate(f"“{text}”不是日期，请写成 年-月-日 各两位，例如 2024-09-01", found=text)
    return _day(int(match[1]), int(match[2]), int(match[3]), text)


def loose_date(value: str | int | float | date | datetime) -> date:
    """Read a date as workbooks hold it.

    `20240101`, `2024.1.1`, `2024/1/1`, `2024-1-1`, `2024年1月1日`, a time of day behind it, or a serial
    number of Excel's 1900 system from 1901 through 2099. Years of two digits, years alone, and months
    without a day bear more than one reading and are refused. Raises: BadDate.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return _day_from_text(value)
    return _day_from_number(value, str(value))


def _day_from_text(text: str) -> date:
    written = unicodedata.normalize("NFKC", text).strip()
    if match := _PARTED.fullmatch(written):
        return _day(int(match[1]), int(match[3]), int(match[4]), text)
    if match := _WORDED.fullmatch(written) or _COMPACT.fullmatch(written):
        return _day(int(match[1]), int(match[2]), int(match[3]), text)
    if match := _SERIAL.fullmatch(written):
        return _day_from_number(int(match[1]), text)
    raise BadDate(f"“{text}”不是完整的日期，请写成 2024-01-01（年份四位，年月日齐全）", found=text)


def _day_from_number(number: int | float, found: str) -> date:
    if not math.isfinite(number):
        raise BadDate("日期单元格无法识别，请写成 2024-01-01", found=found)
    whole = math.floor(number)
    if whole in _COMPACT_NUMBERS and whole == number:
        return _day(whole // 10_000, whole // 100 % 100, whole % 100, found)
    if whole in _YEARS:
        raise BadDate(f"“{found}”只有年份或年月，请写出完整的年月日", found=found)
    if not _FIRST_SERIAL <= whole <= _LAST_SERIAL:
        raise BadDate(f"“{found}”不是日期，请写成 2024-01-01", found=found)
    return _SERIAL_ORIGIN + timedelta(days=whole)


def _day(year: int, month: int, day: int, found: str) -> date:
    if year == 0:
        raise BadDate(f"“{found}”的年份不对，请核对", found=found)
    if not 1 <= month <= _MONTHS_PER_YEAR:
        raise BadDate(f"“{found}”的月份不对：没有{month}月，请核对", found=found)
    longest = calendar.monthrange(year, month)[1]
    if not 1 <= day <= longest:
        raise BadDate(f"“{found}”的日不对：{year}年{month}月只有{longest}天，请核对", found=found)
    return date(year, month, day)
