"""Citizen ID numbers: read, check, take apart, mask.

Source: GB 11643 (18 places: division 6, birth date 8, order 3, check 1). That the division existed in the
year of birth is not demanded, since older people carry numbers of divisions that were renumbered. The birth
year must be 1900 or later. A refusal never carries the number itself.
"""

import re
import unicodedata
from datetime import date
from enum import StrEnum
from typing import Final, Literal

from yingbao.kernel.dates import BadDate, parse_date
from yingbao.kernel.refusal import Fact, Invalid

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_FULL: Final = 18
_OLD: Final = 15
_FIRST_YEAR: Final = 1900
_MASK_ENDS: Final = 4
_MASK_SHORTEST: Final = 12

_DROPPED: Final = re.compile("[\\s'`\u2018\u2019\u200b-\u200f\ufeff]")
_SHAPE: Final = re.compile(r"\d{15}|\d{17}[\dX]", re.ASCII)
_FLOAT_TEXT: Final = re.compile(r"\d(?:\.\d*)?E\+?\d+|\d+\.\d*", re.ASCII)


class IdReason(StrEnum):
    """Why a number was refused."""

    EMPTY = "empty"
    LENGTH = "length"
    CHARACTERS = "characters"
    BIRTH_DATE = "birth_date"
    CHECK_DIGIT = "check_digit"
    FLOAT_LOST_DIGITS = "float_lost_digits"
    FUTURE_BIRTH = "future_birth"


class BadIdNumber(Invalid):
    """A number that cannot be a citizen's ID number; `reason` says why, the sentence what to do."""

    code = "bad-id-number"

    def __init__(self, reason: IdReason, sentence: str, **facts: Fact) -> None:
        super().__init__(sentence, reason=reason.value, **facts)
        self.args = (reason, sentence)
        self.reason = reason


def normalise(text: str) -> str:
    """Take off spaces, line breaks and apostrophes, narrow full-width characters, write X large."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text)).upper()


def check_digit(first17: str) -> str:
    """The 18th place, `0`–`9` or `X`, for the first seventeen digits. Source: GB 11643, modulo 11."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first17, strict=True))
    return _CHECKS[total % len(_CHECKS)]


def complete_15(text: str) -> str:
    """Bring a number of the old 15 places, whose bearers were born in 19xx, to 18. Raises: BadIdNumber."""
    old = normalise(text)
    if len(old) != _OLD or not _SHAPE.fullmatch(old):
        raise BadIdNumber(
            IdReason.LENGTH, f"旧身份证号应为15位数字，录入的是{len(old)}位，请核对原件", length=len(old)
        )
    first17 = f"{old[:6]}19{old[6:]}"
    return first17 + check_digit(first17)


def check(value: str | float | int, on: date | None = None) -> str:
    """Return the normalised number of 18 places.

    A value that is a number, or the print of one, is refused whatever its digits: a workbook keeps fifteen
    of them. With `on` given, a birth after that day is refused too. Raises: BadIdNumber.
    """
    if not isinstance(value, str):
        raise _lost_digits()
    number = normalise(value)
    _refuse_shape(number)
    if len(number) == _OLD:
        number = complete_15(number)
    born = _born(number)
    _refuse_check_digit(number)
    if on is not None and born > on:
        raise BadIdNumber(
            IdReason.FUTURE_BIRTH,
            f"身份证号中的出生日期{born}晚于{on}，请核对原件",
            birth=str(born),
            on=str(on),
        )
    return number


def birth_date(id_number: str) -> date:
    """The birth date inside a checked number. Raises: BadIdNumber if there is no such day."""
    return _born(id_number)


def sex(id_number: str) -> Literal["male", "female"]:
    """The sex a checked number tells: an odd 17th place is male. Source: GB 11643."""
    return "male" if int(id_number[16]) % 2 else "female"


def region(id_number: str) -> str:
    """The division that issued a checked number: its first six digits, not where the person lives."""
    return id_number[:6]


def mask(id_number: str) -> str:
    """Show a number on screen: `6201**********1234`. One too short to hide most of it is hidden whole."""
    number = normalise(id_number)
    if len(number) < _MASK_SHORTEST:
        return "*" * len(number)
    return number[:_MASK_ENDS] + "*" * (len(number) - 2 * _MASK_ENDS) + number[-_MASK_ENDS:]


def _refuse_shape(number: str) -> None:
    if not number:
        raise BadIdNumber(IdReason.EMPTY, "没有填写身份证号，请按原件补填")
    if _FLOAT_TEXT.fullmatch(number):
        raise _lost_digits()
    if len(number) not in (_OLD, _FULL):
        raise BadIdNumber(
            IdReason.LENGTH, f"身份证号应为18位，录入的是{len(number)}位，请核对原件", length=len(number)
        )
    if not _SHAPE.fullmatch(number):
        raise BadIdNumber(
            IdReason.CHARACTERS, "身份证号只能是数字，18位的末位可以是X，录入的有其他字符，请核对原件"
        )


def _born(number: str) -> date:
    digits = number[6:14]
    try:
        born = parse_date(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    except BadDate as refusal:
        raise BadIdNumber(
            IdReason.BIRTH_DATE, f"身份证号第7至14位应为出生日期，{refusal.sentence}原件", birth=digits
        ) from refusal
    if born.year < _FIRST_YEAR:
        raise BadIdNumber(
            IdReason.BIRTH_DATE, f"身份证号中的出生年份{born.year}过早，请核对原件", birth=digits
        )
    return born


def _refuse_check_digit(number: str) -> None:
    expected = check_digit(number[:-1])
    if number[-1] == expected:
        return
    if number.endswith("000"):
        raise _lost_digits()
    raise BadIdNumber(
        IdReason.CHECK_DIGIT,
        f"身份证号最后一位应为 {expected}，录入的是 {number[-1]}，请核对原件",
        expected=expected,
        found=number[-1],
    )


def _lost_digits() -> BadIdNumber:
    return BadIdNumber(
        IdReason.FLOAT_LOST_DIGITS,
        "身份证号在表格中存成了数字，末几位已丢失，请把该列设为文本后按原件重新录入",
    )
