"""A receipt and a closed day, with what the other rooms know of them, as the papers print them."""

from __future__ import annotations

from typing import Final

from yingbao.billing.queries.bills import bill_by_id
from yingbao.documents.day_close import PaperDay
from yingbao.documents.receipt import PaperReceipt, Share
from yingbao.kernel import bill_numbers
from yingbao.payments.queries.clerks import DayClosed
from yingbao.payments.queries.orders import OrderPage, order_page
from yingbao.payments.queries.receipts import ReceiptPage
from yingbao.payments.states import TENDERS
from yingbao.registry.queries.people import person_page
from yingbao.registry.queries.units import names_of
from yingbao.web.spoken import yuan
from yingbao.web.workbench.presenters.bills import line_rows
from yingbao.web.workbench.presenters.counter import closed_ways

_COUNTY: Final = 6


def receipt_paper(page: ReceiptPage, verify_url: str) -> PaperReceipt:
    """What the receipt says. `verify_url`: where anybody sees whether it is genuine. Raises BillNotFound, ResidentNotFound."""
    bill = bill_by_id(page.bill_id)
    person = person_page(page.resident_id, page.on)
    order = order_page(page.order_number)
    names = names_of({page.unit_code, page.unit_code[:_COUNTY]})
    return PaperReceipt(
        number=page.number, check_code=page.check_code, verify_url=verify_url,
        office=_office(names.get(page.unit_code[:_COUNTY], "")), name=page.name, id_masked=person.document,
        place=names.get(page.unit_code, page.unit_code), benefit_year=page.benefit_year,
        cover_from=bill.bill.benefit_start, cover_through=bill.bill.benefit_end, fen=page.fen,
        shares=tuple(Share(line.name, line.fen, line.clauses) for line in line_rows(bill)), payer="", ways=_ways(order),
        channel=page.channel_name, transaction=page.transaction, order=page.order_number,
        bill=bill_numbers.spaced(page.bill_number), paid_at=page.paid_at, clerk=page.staff_name, prints=page.prints,
        voided_on=page.voided_on,
    )  # fmt: skip


def day_paper(closed: DayClosed, office: str) -> PaperDay:
    """A closed day. `office`: the clerk's, by its printed name."""
    return PaperDay(
        office=office, clerk=closed.staff_name, on=closed.on, closed_at=closed.at, orders=closed.orders,
        ways=tuple((line.name, line.fen) for line in closed_ways(closed)),
        back_fen=closed.ways.get("cash", 0) - closed.cash_fen, cash_fen=closed.cash_fen,
        counted_fen=closed.counted_fen, words=closed.words, receipts=closed.receipts,
    )  # fmt: skip


def _office(county: str) -> str:
    return f"{county}医疗保险经办机构"


def _ways(order: OrderPage) -> tuple[str, ...]:
    """By what it was paid. An order of several bills is paid as one: then only by what, not how much of this bill."""
    alone = len(order.lines) == 1
    found = []
    for one in order.tenders:
        words = TENDERS[one.way]
        if one.relation:
            words += f"（{one.relation}，{'登记已核实' if one.relation_checked else '本人声明'}）"
        found.append(f"{words} {yuan(one.fen)} 元" if alone and len(order.tenders) > 1 else words)
    return tuple(found)
