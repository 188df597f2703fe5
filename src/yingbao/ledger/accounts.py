"""The chart of accounts as data: what kinds there are, and what an account is called.

An account is a kind, a party and the unit it is kept for: `channel:wechat/620602` is what 微信 holds of 凉州's money.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from uuid import UUID, uuid5

Side: TypeAlias = Literal["debit", "credit"]
Kind: TypeAlias = Literal["channel", "payer", "fund", "holding"]

_NAMESPACE: Final = UUID("6f1d8a52-3a5c-5b0e-9d57-2c1d6e0b4a11")


@dataclass(frozen=True, slots=True)
class AccountKind:
    """What accounts of a kind hold, and the side on which they grow."""

    code: str
    name: str
    side: Side
    says: str


KINDS: Final = {
    kind.code: kind
    for kind in (
        AccountKind("channel", "渠道在途", "debit", "渠道已收、还没有上解国库的钱"),
        AccountKind("payer", "应收资助", "debit", "医疗救助等各资金应替个人缴的钱"),
        AccountKind("fund", "基金收入", "credit", "参保缴费收入，按基金分"),
        AccountKind("holding", "暂存待退", "credit", "收到而不能入账、要退回去的钱"),
    )
}


@dataclass(frozen=True, slots=True)
class Account:
    """An account by what it is. `party`: the channel, the payer, the fund; `unit_code`: for whom it is kept."""

    kind: Kind
    party: str
    unit_code: str

    @property
    def code(self) -> str:
        """The code people read."""
        return f"{self.kind}:{self.party}/{self.unit_code}"

    @property
    def id(self) -> UUID:
        """Made of the code, so that nobody has to look it up."""
        return uuid5(_NAMESPACE, self.code)

    @property
    def side(self) -> Side:
        """The side on which it grows."""
        return KINDS[self.kind].side
