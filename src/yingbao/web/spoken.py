"""Values as screens say them: money, counts, rates, days, masked names and numbers."""

from __future__ import annotations

import re
from datetime import date, datetime

from yingbao.kernel.dates import CHINA
from yingbao.kernel.id_number import mask as mask_id
from yingbao.kernel.money import yuan_grouped
from yingbao.kernel.names import mask_name

#: The sign of an amount taken off: U+2212, as wide as a digit.
MINUS = "−"
NOTHING = "—"


def yuan(fen: int | None) -> str:
    """Fen as yuan with two decimals and thousands: 153368500 → 1,533,685.00; None → —."""
    if fen is None:
        return NOTHING
    return f"{MINUS}{yuan_grouped(-fen)}" if fen < 0 else yuan_grouped(fen)


def signed_yuan(fen: int) -> str:
    """A difference, with its sign: +540.00, −26,000.00, 0.00."""
    return f"+{yuan(fen)}" if fen > 0 else yuan(fen)


def count(number: int | None) -> str:
    """A count with thousands: 734881 → 734,881; None → —."""
    if number is None:
        return NOTHING
    return f"{number:,}".replace("-", MINUS)


def percent(basis_points: int | None) -> str:
    """Basis points as a percentage with two decimals: 8775 → 87.75%."""
    if basis_points is None:
        return NOTHING
    whole, rest = divmod(abs(basis_points), 100)
    return f"{MINUS if basis_points < 0 else ''}{whole}.{rest:02d}%"


def day(value: date | datetime | None) -> str:
    """A day for staff: 2024-12-25. An instant is first put on China's clock."""
    if value is None:
        return NOTHING
    return _in_china(value).strftime("%Y-%m-%d")


def minute(value: datetime | None) -> str:
    """An instant for staff, in China: 2024-12-25 14:48."""
    return NOTHING if value is None else value.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def day_words(value: date | datetime | None) -> str:
    """A day in a sentence for residents: 2024 年 12 月 25 日, held on one line."""
    if value is None:
        return NOTHING
    at = _in_china(value)
    return f"{at.year}\u00a0年\u00a0{at.month}\u00a0月\u00a0{at.day}\u00a0日"


def masked_id(number: str | None) -> str:
    """Four digits, ten stars, four digits. Anything that is not a number of 18 is hidden altogether."""
    if not number:
        return NOTHING
    return mask_id(number) if re.fullmatch(r"\d{17}[\dXx]", number) else "*" * 18


def masked_name(name: str | None) -> str:
    """The first character and stars."""
    return mask_name(name) if name else NOTHING


def _in_china(value: date | datetime) -> date:
    return value.astimezone(CHINA).date() if isinstance(value, datetime) and value.tzinfo else value
