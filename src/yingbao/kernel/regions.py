"""Codes of administrative divisions: their shape, what stands above them, and what they are called on a day.

A code has 2, 4, 6, 9 or 12 digits (province, prefecture, county, town, village). Trailing zeros stand for
the wider division, so 620700 is 6207. What is no division (a farm, a new area) hangs below one with a local
ending: `5201-GA`. Source: GB/T 2260; the names of the regions held are in `data/regions.csv`.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final, TypeAlias

from yingbao.kernel.dates import Period, parse_date
from yingbao.kernel.refusal import Invalid, NotFound

RegionCode: TypeAlias = str

_LEVELS: Final = (2, 4, 6, 9, 12)
_CODE: Final = re.compile(r"(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})(-[A-Z0-9]{1,12})?", re.ASCII)


class BadRegionCode(Invalid):
    """Text that has not the shape of a region code."""

    code = "bad-region-code"


class UnknownRegion(NotFound):
    """A well-formed code that names nothing on that day."""

    code = "unknown-region"


@dataclass(frozen=True, slots=True)
class RegionName:
    """What a code was called during a period; None means for as long as the data reaches."""

    code: RegionCode
    name: str
    valid_from: date | None
    valid_through: date | None

    def held_on(self, day: date) -> bool:
        """Tell whether this was the name on that day."""
        return Period.inclusive(self.valid_from or date.min, self.valid_through).contains(day)


def canonical(code: str) -> RegionCode:
    """Check the shape and take off the zeros that stand for the wider division: 620700 → 6207.

    Raises: BadRegionCode.
    """
    match = _CODE.fullmatch(code)
    if match is None:
        raise BadRegionCode(
            f"“{code}”不是区划代码，应为2、4、6、9或12位数字，本地代码写成 5201-GA 的样子", found=code
        )
    digits, ending = match[1], match[2] or ""
    for narrow, wide in pairwise(reversed(_LEVELS)):
        if len(digits) == narrow and not digits[wide:].strip("0"):
            digits = digits[:wide]
    return digits + ending


def parents(code: str) -> list[RegionCode]:
    """What stands above, nearest first: 620721 → `["6207", "62"]`; 5201-GA → `["5201", "52"]`.

    Raises: BadRegionCode.
    """
    digits, _, ending = canonical(code).partition("-")
    longest = len(digits) if ending else len(digits) - 1
    return [digits[:level] for level in reversed(_LEVELS) if level <= longest]


def within(code: str, wider: str) -> bool:
    """Tell whether a region is the other one or lies below it. Raises: BadRegionCode."""
    return canonical(wider) in (canonical(code), *parents(code))


def name_of(code: str, on: date) -> str:
    """What the region was called on that day. Raises: BadRegionCode, UnknownRegion."""
    wanted = canonical(code)
    for row in _names():
        if row.code == wanted and row.held_on(on):
            return row.name
    raise UnknownRegion(f"没有代码为{code}的地区，请核对区划代码", code=code, on=str(on))


def read_names(lines: Iterable[str]) -> tuple[RegionName, ...]:
    """Read rows of code, name, valid_from, valid_through. Raises: BadRegionCode, BadDate."""
    return tuple(
        RegionName(
            canonical(row["code"]), row["name"], _maybe(row["valid_from"]), _maybe(row["valid_through"])
        )
        for row in csv.DictReader(lines)
    )


@cache
def _names() -> tuple[RegionName, ...]:
    text = files("yingbao.kernel").joinpath("data/regions.csv").read_text(encoding="utf-8")
    return read_names(text.splitlines())


def _maybe(text: str) -> date | None:
    return parse_date(text) if text else None
