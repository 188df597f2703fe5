"""Money in whole fen and rates in whole basis points; nothing is rounded without a named rule.

Amounts are never negative: direction belongs to the side of an account. A negative amount, a negative weight
or a zero denominator inside the program is a bug and raises ValueError; text that a person typed is refused
with `BadAmount`.
"""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias

from yingbao.kernel.refusal import Invalid

Fen: TypeAlias = int
BasisPoints: TypeAlias = int

FEN_PER_YUAN: Final = 100
WHOLE_BP: Final = 10_000
"""One hundred percent in basis points."""

_YUAN_TEXT: Final = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d*))?", re.ASCII)
_RATE_TEXT: Final = re.compile(r"(\d+)(?:\.(\d+))?\s*%", re.ASCII)
_MAX_DECIMALS: Final = 2


class BadAmount(Invalid):
    """Text that is not an amount of yuan with at most two decimals."""

    code = "bad-amount"


class BadRate(Invalid):
    """Text that is not a percentage with at most two decimals."""

    code = "bad-rate"


class InexactAmount(Invalid):
    """A rule that demands an exact result met a remainder."""

    code = "inexact-amount"


class Rounding(StrEnum):
    """How a result is brought to whole fen, jiao (0.10 yuan) or yuan; policy files name the value."""

    EXACT = "exact"
    HALF_UP_FEN = "half_up_fen"
    DOWN_FEN = "down_fen"
    UP_FEN = "up_fen"
    HALF_UP_JIAO = "half_up_jiao"
    DOWN_JIAO = "down_jiao"
    UP_JIAO = "up_jiao"
    HALF_UP_YUAN = "half_up_yuan"
    DOWN_YUAN = "down_yuan"
    UP_YUAN = "up_yuan"

    @property
    def unit_fen(self) -> Fen:
        """The step of the result: 1, 10 or 100 fen."""
        if self.endswith("_jiao"):
            return 10
        return FEN_PER_YUAN if self.endswith("_yuan") else 1


def fen_from_yuan(text: str | int | Decimal) -> Fen:
    """Read yuan exactly: `1020`, `1,020.00`, `1020元`, full-width digits too.

    Raises: BadAmount for anything else, among them negatives, a third decimal and numbers of type float.
    """
    if not isinstance(text, str | int | Decimal):
        raise BadAmount("金额无法识别，请按元填写，最多两位小数，例如 380.00", found=type(text).__name__)
    shown = format(text, "f") if isinstance(text, Decimal) else str(text)
    written = unicodedata.normalize("NFKC", shown).strip().removesuffix("元").rstrip()
    if written.startswith(("-", "\N{MINUS SIGN}")):
        raise BadAmount("金额不能为负数，请核对后按元填写", found=shown)
    match = _YUAN_TEXT.fullmatch(written)
    if match is None or match[2] == "":
        raise BadAmount(f"“{shown}”不是金额，请按元填写，最多两位小数，例如 380.00", found=shown)
    decimals = match[2] or ""
    if len(decimals) > _MAX_DECIMALS:
        raise BadAmount(f"“{shown}”的小数超过两位，请精确到分填写", found=shown)
    return int(match[1].replace(",", "")) * FEN_PER_YUAN + int(decimals.ljust(_MAX_DECIMALS, "0"))


def yuan(fen: Fen) -> str:
    """Print fen as yuan with two decimals: 102000 → `1020.00`. A difference of amounts keeps its sign."""
    return _printed(fen, "d")


def yuan_grouped(fen: Fen) -> str:
    """Print fen as yuan with thousands separated: 102000 → `1,020.00`."""
    return _printed(fen, ",d")


def scale(amount_fen: Fen, numerator: int, denominator: int, rounding: Rounding) -> Fen:
    """Return amount × numerator ÷ denominator, rounded as named.

    Raises: InexactAmount when `rounding` is EXACT and something is left over.
    """
    if amount_fen < 0 or numerator < 0 or denominator <= 0:
        raise ValueError(
            f"scale needs amounts ≥ 0 and a denominator > 0: {amount_fen}×{numerator}÷{denominator}"
        )
    unit = rounding.unit_fen
    step = denominator * unit
    whole, rest = divmod(amount_fen * numerator, step)
    if rest and rounding is Rounding.EXACT:
        raise InexactAmount(
            f"{yuan(amount_fen)}元×{numerator}÷{denominator}不是整分，请在政策文件中写明取整方式",
            amount_fen=amount_fen,
            numerator=numerator,
            denominator=denominator,
        )
    if rounding.startswith("up_"):
        whole += rest > 0
    elif rounding.startswith("half_up_"):
        whole += 2 * rest >= step
    return whole * unit


def percent_of(amount_fen: Fen, rate_bp: BasisPoints, rounding: Rounding) -> Fen:
    """Return `rate_bp` ten-thousandths of the amount, rounded as named. Raises: InexactAmount, as `scale`."""
    return scale(amount_fen, rate_bp, WHOLE_BP, rounding)


def split(amount_fen: Fen, weights: Sequence[int], remainder_to: int = 0) -> list[Fen]:
    """Divide an amount by weights so that the parts sum to it exactly.

    Each part is rounded down; what is left, always less than one fen per part, goes to the part at
    `remainder_to`, whose weight must not be zero.
    """
    total = sum(weights)
    if amount_fen < 0 or total <= 0 or min(weights) < 0 or weights[remainder_to] == 0:
        raise ValueError(f"cannot split {amount_fen} by {list(weights)} with the rest to part {remainder_to}")
    parts = [amount_fen * weight // total for weight in weights]
    parts[remainder_to] += amount_fen - sum(parts)
    return parts


def rate_bp_from_text(text: str) -> BasisPoints:
    """Read `80%`, `12.5%` or `12.50％` as basis points. Raises: BadRate."""
    match = _RATE_TEXT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise BadRate(f"“{text}”不是比例，请写成百分数，例如 80%", found=text)
    decimals = match[2] or ""
    if len(decimals) > _MAX_DECIMALS:
        raise BadRate(f"“{text}”的小数超过两位，比例最多精确到万分之一", found=text)
    return int(match[1]) * 100 + int(decimals.ljust(_MAX_DECIMALS, "0"))


def _printed(fen: Fen, form: str) -> str:
    whole, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{'-' if fen < 0 else ''}{whole:{form}}.{rest:02d}"
