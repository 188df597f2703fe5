"""Kinds of vouchers. A voucher has no life: it is written once."""

from __future__ import annotations

from typing import Final

VOUCHERS: Final = {
    "receipt": "缴费入账",
    "hold": "收款暂存",
    "full-subsidy": "全额资助入账",
    "reversal": "冲账",
    "payout": "退款划出",
}
