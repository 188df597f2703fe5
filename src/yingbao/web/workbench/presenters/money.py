"""Orders, payments, receipts and refunds as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from yingbao.billing.queries.bills import Bill
from yingbao.payments.actions.refunding import ENDS
from yingbao.payments.queries.days import Count
from yingbao.payments.queries.money import ChannelDay
from yingbao.payments.queries.orders import OrderPage
from yingbao.payments.queries.refunds import RefundPage
from yingbao.payments.states import HELD, ORDERS, OUTCOMES, REASONS, RECEIPTS, REFUNDS, TENDERS
from yingbao.web.spoken import day, yuan

_ORDER_TONES: Final = {"paid": "blue", "held": "red", "paying": "amber"}
_REFUND_TONES: Final = {"asked": "amber", "approved": "amber", "failed": "red", "done": "blue"}
_OUTCOME_TONES: Final = {"booked": "blue", "partly": "red", "held": "red"}


@dataclass(frozen=True, slots=True)
class Said:
    """A state in a word, and its tone."""

    word: str
    tone: str


def order_state(state: str) -> Said:
    """An order's state; red where money is held."""
    return Said(ORDERS[state], _ORDER_TONES.get(state, ""))


def refund_state(state: str) -> Said:
    """A refund's state; amber while somebody must act, red where it failed."""
    return Said(REFUNDS[state], _REFUND_TONES.get(state, ""))


def outcome(code: str) -> Said:
    """What became of money that came in."""
    return Said(OUTCOMES[code], _OUTCOME_TONES.get(code, ""))


def receipt_state(state: str) -> Said:
    """A receipt's state."""
    return Said(RECEIPTS[state], "blue" if state == "valid" else "")


def why(reason: str) -> str:
    """Why money goes back, in words."""
    return REASONS.get(reason) or HELD.get(reason, "")


@dataclass(frozen=True, slots=True)
class TenderLine:
    """By what a part was paid; for a family account the relation and whether the registry proves it."""

    name: str
    fen: int
    detail: str


def tenders(page: OrderPage) -> tuple[TenderLine, ...]:
    """The ways an order is paid by."""
    return tuple(
        TenderLine(
            TENDERS[one.way],
            one.fen,
            f"{one.relation}（{'户口簿上核实' if one.relation_checked else '本人申报'}）"
            if one.relation.strip()
            else "",
        )
        for one in page.tenders
    )


@dataclass(frozen=True, slots=True)
class DayTotal:
    """A day's money over all channels, in fen."""

    payments: int
    fen: int
    booked_fen: int
    held_fen: int


def day_total(channels: Sequence[ChannelDay]) -> DayTotal:
    """All channels of a day together."""
    return DayTotal(
        sum(one.payments for one in channels),
        sum(one.fen for one in channels),
        sum(one.booked_fen for one in channels),
        sum(one.held_fen for one in channels),
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for somebody: what, how many, how much, where."""

    name: str
    why: str
    number: int
    fen: int
    href: str
    tone: str = ""


def waiting(
    refunds: Mapping[str, Count], silent: int, refunds_at: str, silent_at: str
) -> tuple[Waiting, ...]:
    """What waits, money at risk first; nothing that is empty."""
    lines = (
        ("failed", "退款失败", "渠道退不出去，要改正再退", "red-text"),
        ("asked", "待复核退费", "要另一人复核", "amber-text"),
        ("approved", "待退款", "已同意，等渠道退回或窗口退现金", ""),
    )
    found = [
        Waiting(name, why, refunds[state].number, refunds[state].fen, f"{refunds_at}?state={state}", tone)
        for state, name, why, tone in lines
        if state in refunds
    ]
    if silent:
        found.insert(
            1 if "failed" in refunds else 0,
            Waiting("支付中超过 30 分钟", "渠道没有回话，请向渠道查询", silent, 0, silent_at, "amber-text"),
        )
    return tuple(found)


def refund_changes(page: RefundPage, bill: Bill) -> tuple[tuple[str, str, str], ...]:
    """What agreeing to a refund changes: thing, now, afterwards."""
    ends = page.reason in ENDS
    start, end = bill.benefit_start, bill.benefit_end
    cover = f"{day(start)} 起" + (f"，到 {day(end)}" if end else "") if start else "已登记"
    return (
        ("凭据", "有效", "作废"),
        ("账单", f"已缴 {yuan(page.fen)} 元", "关闭，不用再缴" if ends else f"待缴 {yuan(page.fen)} 元"),
        ("参保待遇", cover, "取消"),
        ("基金收入", f"这张账单记了 {yuan(bill.standard_fen)} 元", "全部冲回，资助方不再应付"),
    )


@dataclass(frozen=True, slots=True)
class RefundLine:
    """A refund in a list."""

    number: str
    page: RefundPage
    state: Said
    name: str


def refund_lines(found: Sequence[RefundPage], names: Mapping[UUID, str]) -> tuple[RefundLine, ...]:
    """Refunds with their state in words and whose they are."""
    return tuple(
        RefundLine(
            one.number,
            one,
            refund_state(one.state),
            names.get(one.resident_id, "") if one.resident_id else "",
        )
        for one in found
    )
