"""Numbers that people read out and type: sixteen digits and a check digit.

`25 620602 00000123 c`: two digits of the benefit year, six of the region, eight in sequence, and a check digit that
finds every single wrong digit and every swap of neighbours (ISO 7064, MOD 11,10).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from yingbao.kernel.refusal import Invalid

_BODY: Final = 16
_SHAPE: Final = re.compile(r"\d{17}", re.ASCII)
_DROPPED: Final = re.compile(r"[\s-]+")


class BadBillNumber(Invalid):
    """Not the number of a bill."""

    code = "bad-bill-number"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


def make(benefit_year: int, region: str, sequence: int) -> str:
    """The number of the `sequence`th bill of a region and year. Raises ValueError past 99,999,999."""
    if not 0 < sequence < 10**8:
        raise ValueError(sequence)
    body = f"{benefit_year % 100:02d}{region:0<6.6}{sequence:08d}"
    return body + check_digit(body)


def check(text: str) -> str:
    """The number without spaces. Raises BadBillNumber, which says what is wrong."""
    number = _DROPPED.sub("", unicodedata.normalize("NFKC", text))
    if not _SHAPE.fullmatch(number):
        raise BadBillNumber(f"账单号应为17位数字，录入的是{len(number)}位，请核对告知单")
    if check_digit(number[:_BODY]) != number[_BODY]:
        raise BadBillNumber("账单号校验不对，可能有一位输错或两位颠倒，请对照告知单再输一次")
    return number


def read(text: str) -> str | None:
    """The number in a text that holds nothing else; None if it is no bill's number."""
    try:
        return check(text)
    except BadBillNumber:
        return None


def spaced(number: str) -> str:
    """As printed: `25 620602 0000 0123 4`."""
    return f"{number[:2]} {number[2:8]} {number[8:12]} {number[12:16]} {number[16:]}"


def check_digit(body: str) -> str:
    """ISO 7064, MOD 11,10."""
    held = 10
    for digit in body:
        held = (held + int(digit)) % 10 or 10
        held = held * 2 % 11
    return str((11 - held) % 10)
