"""The counter as the clerk sees it: a household's bills line by line, the ways of payment, the change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from yingbao.billing.queries.bills import Bill
from yingbao.kernel import bill_numbers
from yingbao.payments.actions import QuoteLine, TenderGiven
from yingbao.payments.queries.clerks import ClerkDay, DayClosed
from yingbao.payments.states import TENDERS
from yingbao.web.spoken import day, yuan
from yingbao.web.workbench.presenters.households import MemberCard

RESIDENT_COVER: Final = "居民医保"


@dataclass(frozen=True, slots=True)
class Row:
    """One member at the counter. `number`: the bill; `payable`: can be chosen; `note`: a wait or another price."""

    id: UUID
    name: str
    about: str
    number: str
    spaced: str
    fen: int
    amount: str
    detail: str
    payable: bool
    chosen: bool
    status: str
    tone: str
    note: str
    warns: bool
    receipt: str


def rows(
    people: Sequence[MemberCard],
    bills: Mapping[UUID, Bill],
    lines: Mapping[UUID, QuoteLine],
    receipts: Mapping[UUID, str],
    chosen: Collection[str] | None,
) -> tuple[Row, ...]:
    """Every member in the household's order. `chosen`: bill numbers ticked; None: nobody has chosen yet."""
    return tuple(
        _row(one, bills.get(one.id), lines.get(one.id), receipts.get(one.id, ""), chosen) for one in people
    )


def _row(
    one: MemberCard, bill: Bill | None, line: QuoteLine | None, receipt: str, chosen: Collection[str] | None
) -> Row:
    about = "·".join(word for word in (one.relation, one.age) if word)
    if bill is None or line is None:
        status = _elsewhere(one) or "还没有核定账单"
        return Row(one.id, one.name, about, "", "", 0, "—", "", False, False, status, "", "", False, "")
    waits = bool(line.payable and line.waiting_days)
    ticked = line.payable and (not waits if chosen is None else line.number in chosen)
    status, tone = _status(bill, line)
    return Row(
        one.id, one.name, about, line.number, bill_numbers.spaced(line.number), line.fen or 0,
        yuan(line.fen) if line.payable or bill.state == "paid" else "—", _shares(line) if line.payable else "",
        line.payable, ticked, status, tone, _note(bill, line) if line.payable else _elsewhere(one), waits, receipt,
    )  # fmt: skip


def _elsewhere(one: MemberCard) -> str:
    """Who is covered by something else is told by what and where."""
    if one.missing or one.cover in ("", RESIDENT_COVER):
        return ""
    return f"已有{one.cover}{f'，{one.where}' if one.where else ''}"


def _status(bill: Bill, line: QuoteLine) -> tuple[str, str]:
    if bill.state == "paid":
        return f"已缴 {day(bill.paid_on)}", "blue"
    if line.payable:
        return (f"缴费期到 {day(line.last_on)}" if line.last_on else "现在可以缴"), ""
    then = f"，{day(line.next_on)} 起可以缴" if line.next_on else ""
    free = bill.state == "declared" or line.fen == 0
    return f"{line.reason}{then}", "" if free else "amber"


def _shares(line: QuoteLine) -> str:
    """Who gives the rest of the standard."""
    others = (line.standard_fen or 0) - (line.fen or 0)
    return f"标准 {yuan(line.standard_fen)}，资助 {yuan(others)}" if others > 0 else ""


def _note(bill: Bill, line: QuoteLine) -> str:
    said = []
    if line.waiting_days:
        said.append(f"缴费后要等 {line.waiting_days} 天，待遇从 {day(line.benefit_start)} 起，本人同意再勾选")
    elif line.benefit_start:
        said.append(f"待遇从 {day(line.benefit_start)} 起")
    if not line.as_billed and bill.due_fen is not None and bill.due_fen != line.fen:
        said.append(f"按今天缴费算，账单原来是 {yuan(bill.due_fen)} 元")
    return "；".join(said)


@dataclass(frozen=True, slots=True)
class Sum:
    """What the clerk is to take, in fen: the cash part is what other ways leave; `given` is handed over, `change` goes back."""

    people: int
    total_fen: int
    cash_fen: int
    card_fen: int
    family_fen: int
    given_fen: int
    change_fen: int
    fault: str

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """The ways that are used, and how much by each."""
        ways = (("cash", self.cash_fen), ("card", self.card_fen), ("family_account", self.family_fen))
        return tuple((TENDERS[way], fen) for way, fen in ways if fen > 0)

    def tenders(self, holder: str, relation: str) -> tuple[TenderGiven, ...]:
        """The same as the action takes it."""
        found = [
            TenderGiven(way, fen)
            for way, fen in (("cash", self.cash_fen), ("card", self.card_fen))
            if fen > 0
        ]
        if self.family_fen:
            found.append(TenderGiven("family_account", self.family_fen, holder, relation))
        return tuple(found)


def summed(amounts: Sequence[int], given: int | None, card: int | None, family: int | None) -> Sum:
    """The amounts chosen and what is typed by the ways of payment; no cash typed means exactly what is left."""
    total, card, family = sum(amounts), card or 0, family or 0
    cash = total - card - family
    handed = max(cash, 0) if given is None else given
    fault = ""
    if not amounts:
        fault = "没有选人，请勾选要缴费的人"
    elif cash < 0:
        fault = f"刷卡和个人账户合起来多了 {yuan(-cash)} 元，请改成不超过应收 {yuan(total)} 元"
    elif handed < cash:
        fault = f"还差 {yuan(cash - handed)} 元，请收足再点收款"
    elif handed and not cash:
        fault = "刷卡和个人账户已经够了，不用收现金，请把现金清空"
    return Sum(len(amounts), total, max(cash, 0), card, family, handed, max(handed - cash, 0), fault)


@dataclass(frozen=True, slots=True)
class WayLine:
    """What was taken by one way on a day."""

    name: str
    payments: int
    fen: int


def way_lines(found: ClerkDay) -> tuple[WayLine, ...]:
    """The ways a clerk was paid by, cash first."""
    order = list(TENDERS)
    by_order = sorted(found.ways, key=lambda way: order.index(way[0]) if way[0] != "cash" else -1)
    return tuple(WayLine(TENDERS[way], payments, fen) for way, payments, fen in by_order)


def closed_ways(found: DayClosed) -> tuple[WayLine, ...]:
    """The ways of a closed day, cash first; how many payments is not kept by way."""
    names = sorted(found.ways, key=lambda way: (way != "cash", list(TENDERS).index(way)))
    return tuple(WayLine(TENDERS[way], 0, found.ways[way]) for way in names)


def spaced_receipt(number: str) -> str:
    """A receipt's number in groups that can be read aloud: 24 620721 0000 0000 123 4."""
    return f"{number[:2]} {number[2:8]} {number[8:12]} {number[12:16]} {number[16:]}"
