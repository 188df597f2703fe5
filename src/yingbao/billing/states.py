"""The life of a bill and of a register issue as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: What assessment says of a person; only `payable` is a bill that can be paid.
OUTCOMES: Final = {
    "payable": "可以缴费",
    "not_payable": "现在不能缴费",
    "undetermined": "缺资料待定",
    "refused": "这一行读不了",
}
STATES: Final = {
    "open": "待缴",
    "declared": "已零费申报",
    "paid": "已缴",
    "superseded": "已由新账单代替",
    "closed": "已关闭",
}


@dataclass(frozen=True, slots=True)
class Edge:
    """One named way from a state to another."""

    event: str
    from_state: str
    to_state: str
    label: str


EDGES: Final = (
    Edge("supersede", "open", "superseded", "重新核定，金额或依据变了"),
    Edge("declare", "open", "declared", "零费申报已受理"),
    Edge("pay", "open", "paid", "缴费入账"),
    Edge("close", "open", "closed", "年度结束或人员终止"),
    Edge("reopen", "declared", "open", "零费申报被退回"),
    Edge("refund", "paid", "open", "退费"),
    Edge("void-paid", "paid", "closed", "退费并终止"),
    Edge("supersede", "declared", "superseded", "重新核定，金额或依据变了"),
)
#: How the zero-fee declaration of one person came back.
DECLARATIONS: Final = {"waiting": "待申报", "accepted": "已受理", "refused": "退回"}


def edge(event: str, from_state: str) -> Edge | None:
    """The way an event takes from a state; None if there is none."""
    return next((one for one in EDGES if one.event == event and one.from_state == from_state), None)
