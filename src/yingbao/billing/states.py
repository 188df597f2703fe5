"""The life of a bill as data, and the code lists of billing. Drawn in docs/reference/bill-states.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from yingbao.kernel.lives import Edge, drawn, starts, way

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
#: Of these a person has at most one a year. Paid and declared bills carry `paid_on`, and no new answer replaces them.
CURRENT: Final = ("open", "declared", "paid")
FIRST: Final = "open"


EDGES: Final = (
    Edge("supersede", "open", "superseded", "重新核定，金额或依据变了"),
    Edge("declare", "open", "declared", "零费申报已受理"),
    Edge("undeclare", "declared", "open", "零费申报被退回"),
    Edge("pay", "open", "paid", "缴费入账"),
    Edge("refund", "paid", "open", "退费"),
    Edge("close", "open", "closed", "人员终止，或年度结束"),
    Edge("close", "declared", "closed", "待遇开始以前人员终止"),
    Edge("refund-and-close", "paid", "closed", "退费并终止"),
)
#: How an issue differs from the one before, person by person.
DIFFERENCES: Final = {
    "added": "新增",
    "gone": "减少",
    "amount": "金额变化",
    "basis": "金额未变，依据变了",
}
#: What goes to the tax side.
BATCHES: Final = {"zero-fee": "零费申报", "tags": "身份标识与征收标准"}
#: How a line of a batch came back.
ANSWERS: Final = {
    "waiting": "待回执",
    "accepted": "已受理",
    "unbooked": "已受理，未入账",
    "refused": "退回",
}


def edge(event: str, from_state: str) -> Edge | None:
    """The way an event takes from a state; None if there is none."""
    return way(EDGES, event, from_state)


def from_states(event: str) -> tuple[str, ...]:
    """The states an event may find a bill in."""
    return starts(EDGES, event)


def drawing() -> Iterator[str]:
    """The graph as the lines of a Mermaid state diagram, as the manual shows it."""
    return drawn(EDGES, STATES, ((FIRST, "核定"),))
