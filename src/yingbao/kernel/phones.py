"""Telephone numbers of the mainland: read, check, mask. A refusal never carries the number itself.

Mobiles have eleven digits; a landline has an area code of three or four and a number of seven or eight. Of the
mobile prefixes 129 belongs to no carrier: invented people have it, and it passes.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final

from yingbao.kernel.refusal import Fact, Invalid

_DROPPED: Final = re.compile("[\\s'`()\u2018\u2019\u200b-\u200f\u2060\ufeff]")
_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")
_COUNTRY: Final = re.compile(r"(?:\+|00)86-?(?=[1-9]|0\d{2})", re.ASCII)
_WHOLE: Final = re.compile(r"(\d+)\.0+", re.ASCII)
_MOBILE: Final = re.compile(r"1[3-9]\d{9}|129\d{8}", re.ASCII)
_LANDLINE: Final = re.compile(r"(010|02\d)-?([2-9]\d{7})|(0[3-9]\d{2})-?([2-9]\d{6,7})", re.ASCII)
_SHAPE: Final = re.compile(r"[\d-]+", re.ASCII)
_MOBILE_PLACES: Final = 11
_AREA_SHORTEST: Final = 10
"""Fewer digits cannot hold an area code and a number."""
_LOCAL_PLACES: Final = (7, 8)


class PhoneReason(StrEnum):
    """Why a number was refused."""

    EMPTY = "empty"
    CHARACTERS = "characters"
    LENGTH = "length"
    PREFIX = "prefix"
    AREA_CODE = "area_code"


class BadPhone(Invalid):
    """Not a telephone number of the mainland; `reason` says why, the sentence what to do."""

    code = "bad-phone"

    def __init__(self, reason: PhoneReason, sentence: str, **facts: Fact) -> None:
        super().__init__(sentence, reason=reason.value, **facts)
        self.args = (reason, sentence)
        self.reason = reason


def normalise(text: str) -> str:
    """A mobile as eleven digits, a landline as `0935-2212345`; anything else without its spaces and brackets."""
    number = _DASHES.sub("-", _DROPPED.sub("", unicodedata.normalize("NFKC", text)))
    number = _COUNTRY.sub("", number, count=1) if number.startswith(("+", "00")) else number
    if whole := _WHOLE.fullmatch(number):
        number = whole[1]
    digits = number.replace("-", "")
    if _MOBILE.fullmatch(digits):
        return digits
    if match := _LANDLINE.fullmatch(number):
        return f"{match[1] or match[3]}-{match[2] or match[4]}"
    return number


def check(value: str | int | float) -> str:
    """Return the normalised number. A cell that became a number keeps its eleven digits. Raises: BadPhone."""
    number = normalise(str(int(value)) if isinstance(value, float) and value.is_integer() else str(value))
    if _MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number):
        return number
    if not number:
        raise BadPhone(PhoneReason.EMPTY, "没有填写电话，请补填手机号或带区号的固定电话")
    if not _SHAPE.fullmatch(number):
        raise BadPhone(PhoneReason.CHARACTERS, "电话只能是数字，一格只填一个号码，分机号请去掉")
    raise _refused(number.replace("-", ""))


def mask(phone: str) -> str:
    """Show a number on screen: `139****1234`, `0935-*****45`. What is no number is hidden whole."""
    number = normalise(phone)
    if _MOBILE.fullmatch(number):
        return f"{number[:3]}****{number[-4:]}"
    if _LANDLINE.fullmatch(number):
        area, _, local = number.partition("-")
        return f"{area}-{'*' * (len(local) - 2)}{local[-2:]}"
    return "*" * len(number)


def _refused(digits: str) -> BadPhone:
    places = len(digits)
    if digits.startswith("1") and places == _MOBILE_PLACES:
        return BadPhone(
            PhoneReason.PREFIX, f"没有以{digits[:3]}开头的手机号，请与本人核对", prefix=digits[:3]
        )
    if digits.startswith("1"):
        return BadPhone(PhoneReason.LENGTH, f"手机号应为11位，录入的是{places}位，请核对", length=places)
    if not digits.startswith("0") and places in _LOCAL_PLACES:
        return BadPhone(PhoneReason.AREA_CODE, "固定电话请带区号，例如写成 0935- 加本地号码")
    if digits.startswith("0") and places >= _AREA_SHORTEST:
        return BadPhone(PhoneReason.AREA_CODE, "固定电话的区号或号码不对，请核对区号和位数")
    return BadPhone(
        PhoneReason.LENGTH,
        f"电话应为11位手机号或区号加7至8位号码，录入的是{places}位，请核对",
        length=places,
    )
