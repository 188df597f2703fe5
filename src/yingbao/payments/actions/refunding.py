"""Money goes back: what was booked is asked for by one and agreed by another (N-16), then paid out by the channel.

Agreeing takes it out of the books: the same postings the other way, the receipt void, the bill open or closed, the cover
it bought annulled. Paying out moves what lies ready to the channel it came from; a family account's part goes back there.
Source: the notices print no refunds (X-20); after cover has begun none is agreed (N-01).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yingbao.billing.actions import refund as reopen_bill
from yingbao.billing.policies import release_of
from yingbao.billing.queries.bills import bill_by_id
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.content import plain_text
from yingbao.journal.errors import SameTwoPeople
from yingbao.journal.scope import within
from yingbao.kernel.dates import CHINA, chinese_day
from yingbao.ledger import queries as ledger
from yingbao.ledger.accounts import Account
from yingbao.ledger.actions import Posting, Voucher, post
from yingbao.ledger.queries import VoucherPage
from yingbao.payments.actions.booking import holding_of
from yingbao.payments.errors import NotRefundable, NoWayFrom, ReceiptNotFound, RefundNotFound, WordsMissing
from yingbao.payments.models import Order, Payment, Receipt, Refund
from yingbao.payments.numbering import refund_number
from yingbao.payments.queries.refunds import RefundPage, refund_page
from yingbao.payments.states import LIVE_REFUNDS, REASONS, REFUNDS, refund_edge
from yingbao.registry.actions import annul_insurance

#: Reasons after which the person owes nothing any more; after the others the bill is open again.
ENDS: Final = ("died", "duplicate", "employee", "elsewhere", "wrong-place", "wrong-year")


def ask_refund(
    *,
    by: Acting,
    receipt_number: str,
    reason: str,
    words: str,
    now: datetime,
    key: str = "",
    channel_id: UUID | None = None,
) -> RefundPage:
    """Ask for a booked payment back; through a channel only its own. The same again is the same refund.

    Raises ReceiptNotFound, NotRefundable, WordsMissing, NotPermitted, OutOfRegion.
    """
    if reason not in REASONS or not words.strip():
        raise WordsMissing("请选退费原因，并写明情况")
    with within(by):
        receipt = Receipt.objects.select_for_update(of=("self",)).filter(number=receipt_number).first()
        if receipt is None or (channel_id and not _of_channel(receipt, channel_id)):
            raise ReceiptNotFound
        by.require("refund.ask", receipt.unit_code)
        live = Refund.objects.filter(receipt=receipt, state__in=LIVE_REFUNDS).first()
        if live is not None and key and live.key == key:
            return refund_page(live.number)
        _refundable(receipt, live, now.astimezone(CHINA).date())
        number = refund_number(now.astimezone(CHINA).date())
        family = _family_part(receipt)
        entry = record(
            by=by, action="refund.ask", subject="receipt", subject_id=receipt.id, unit_code=receipt.unit_code, grounds=words,
            facts={"refund": number, "receipt": receipt.number, "fen": receipt.fen, "reason": reason},
        )  # fmt: skip
        Refund.objects.create(
            number=number, payment_id=receipt.payment_id, receipt=receipt, bill_id=receipt.bill_id,
            unit_code=receipt.unit_code, fen=receipt.fen, family_fen=family, reason=reason, words=plain_text(words),
            key=plain_text(key), state="asked", asked_by=by.staff_id, asked_name=by.name, asked_at=now, entry_id=entry,
        )  # fmt: skip
        return refund_page(number)


def _of_channel(receipt: Receipt, channel_id: UUID) -> bool:
    return Payment.objects.filter(id=receipt.payment_id, channel_id=channel_id).exists()


def _refundable(receipt: Receipt, live: Refund | None, today: date) -> None:
    if receipt.state == "void" or live is not None:
        raise NotRefundable("这张凭据已经退费或正在退费，不能再申请")
    not_begun(bill_by_id(receipt.bill_id).bill.benefit_start, today)


def not_begun(benefit_start: date | None, today: date) -> None:
    """Raises NotRefundable once cover has begun (N-01)."""
    if benefit_start is not None and benefit_start <= today:
        raise NotRefundable(
            f"待遇已从{chinese_day(benefit_start)}开始，按规定不能退费；重复参保等情况请走待遇清理"
        )


def _family_part(receipt: Receipt) -> int:
    """What of a receipt came from a family account, as it was posted."""
    found = ledger.voucher_of(receipt.payment_id, "receipt")
    return sum(
        fen
        for debit, _, fen, _, about in found.postings
        if about == receipt.bill_id and debit.kind == "channel" and debit.party.endswith(".family_account")
    )


def decide_refund(*, by: Acting, refund_number: str, agree: bool, words: str, now: datetime) -> RefundPage:
    """Another person agrees, and it leaves the books; or does not, and nothing changes.

    Raises RefundNotFound, NoWayFrom, SameTwoPeople, WordsMissing, NotRefundable, NotPermitted, OutOfRegion.
    """
    with within(by):
        refund = _locked(refund_number)
        by.require("refund.review", refund.unit_code)
        event = "approve" if agree else "decline"
        _way(refund, event, "复核")
        if by.staff_id is not None and by.staff_id == refund.asked_by:
            raise SameTwoPeople
        if not words.strip():
            raise WordsMissing("没有写复核意见，请写明同意或不同意的理由")
        if refund.receipt is None:
            raise NoWayFrom(REFUNDS[refund.state], "复核")
        if agree:
            _refundable(refund.receipt, None, now.astimezone(CHINA).date())
        entry = record(
            by=by, action=f"refund.{event}", subject="receipt", subject_id=refund.receipt_id, unit_code=refund.unit_code,
            grounds=words, news="refund", facts={"refund": refund.number, "fen": refund.fen, "reason": refund.reason},
        )  # fmt: skip
        if agree:
            _take_back(by, refund, now, entry)
        refund.state = "approved" if agree else "declined"
        refund.decided_by, refund.decided_name, refund.decided_at = by.staff_id, by.name, now
        refund.save(update_fields=["state", "decided_by", "decided_name", "decided_at"])
        return refund_page(refund.number)


def _take_back(by: Acting, refund: Refund, now: datetime, entry: UUID) -> None:
    receipt = refund.receipt
    assert receipt is not None
    on = now.astimezone(CHINA).date()
    receipt.state, receipt.voided_on = "void", on
    receipt.save(update_fields=["state", "voided_on"])
    booked = ledger.voucher_of(refund.payment_id, "receipt")
    post(
        [Voucher("reversal", refund.unit_code, on, refund.id, _reversed(booked, receipt.bill_id), booked.id)],
        at=now, journal_id=entry,
    )  # fmt: skip
    bill = bill_by_id(receipt.bill_id).bill
    place = release_of(bill.release_digest).release.region
    annul_insurance([(receipt.resident_id, f"缴款凭据 {receipt.number}")], place=place)
    reopen_bill(
        by=by.also("bill.settle"),
        bill_id=receipt.bill_id,
        grounds=f"退费 {refund.number}",
        close=refund.reason in ENDS,
    )
    _order_refunded(refund.payment_id, now)


def _reversed(booked: VoucherPage, bill_id: UUID) -> list[Posting]:
    """The postings of a bill the other way: payers owe less, and the person's part lies ready to go back."""
    found = []
    for debit, credit, fen, unit, about in booked.postings:
        if about == bill_id:
            to = debit if debit.kind == "payer" else holding_of(debit)
            found.append(Posting(credit, to, fen, unit, about))
    return found


def _order_refunded(payment_id: UUID, now: datetime) -> None:
    """The order is refunded once nothing of it is held or valid."""
    order = Order.objects.select_for_update(of=("self",)).filter(payments__id=payment_id).first()
    if order is None or order.state not in ("paid", "held"):
        return
    if Receipt.objects.filter(order=order, state="valid").exists():
        return
    order.state, order.ended_at = "refunded", now
    order.save(update_fields=["state", "ended_at"])


def refund_done(
    *, by: Acting, channel_id: UUID, refund_number: str, channel_number: str, at: datetime
) -> RefundPage:
    """The channel has paid the money back, under its own number. Told again with the same number, nothing changes.

    Raises RefundNotFound, NoWayFrom, NotPermitted.
    """
    by.require("refund.pay")
    return pay_out(by, refund_number, channel_number, at, channel_id)


def pay_out(
    by: Acting, number: str, channel_number: str, at: datetime, channel_id: UUID | None = None
) -> RefundPage:
    """The money has gone back; the caller has asked for the permission."""
    with within(by):
        refund = _locked(number, channel_id)
        if refund.state == "done" and refund.channel_number == channel_number:
            return refund_page(number)
        _way(refund, "pay-out", "退款")
        entry = record(
            by=by, action="refund.pay-out", subject="payment", subject_id=refund.payment_id, unit_code=refund.unit_code,
            news="refund-paid", facts={"refund": number, "fen": refund.fen, "family": refund.family_fen, "channel": channel_number},
        )  # fmt: skip
        post([_payout(refund, at.astimezone(CHINA).date())], at=at, journal_id=entry)
        refund.state, refund.channel_number, refund.ended_at = "done", plain_text(channel_number), at
        refund.save(update_fields=["state", "channel_number", "ended_at"])
        _order_refunded(refund.payment_id, at)
        return refund_page(number)


def _payout(refund: Refund, on: date) -> Voucher:
    """Out of what lies ready, to where it came from: as the voucher that put it there says."""
    if refund.receipt_id is not None:
        postings = [
            Posting(lying, Account("channel", lying.party, lying.unit_code), fen, unit, about)
            for _, lying, fen, unit, about in _voucher(refund.id, "reversal")
            if lying.kind == "holding"
        ]
    else:
        postings = _held_part(refund)
    return Voucher("payout", refund.unit_code, on, refund.id, postings)


def _voucher(subject_id: UUID, kind: str) -> tuple[tuple[Account, Account, int, str, UUID | None], ...]:
    return ledger.voucher_of(subject_id, kind).postings


def _held_part(refund: Refund) -> list[Posting]:
    """A held payment's refund: its family part to the family account, the rest to the other ways in their order."""
    left = {True: refund.family_fen, False: refund.fen - refund.family_fen}
    taken = _paid_out_before(refund)
    postings = []
    for debit, credit, fen, unit, _ in _voucher(refund.payment_id, "hold"):
        family = debit.party.endswith(".family_account")
        part = min(left[family], fen - taken.get(debit.id, 0))
        left[family] -= part
        postings.append(Posting(credit, debit, part, unit))
    return postings


def _paid_out_before(refund: Refund) -> dict[Any, int]:
    """What earlier refunds of the same held payment took from each account."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.credit_id, sum(p.fen)::bigint FROM ledger_posting p JOIN ledger_voucher v ON v.id = p.voucher_id "
            "JOIN payments_refund r ON r.id = v.subject_id WHERE v.kind = 'payout' AND r.payment_id = %s "
            "AND r.receipt_id IS NULL GROUP BY 1",
            [refund.payment_id],
        )
        return dict(cursor.fetchall())


def refund_failed(*, by: Acting, channel_id: UUID, refund_number: str, failure: str) -> RefundPage:
    """The channel cannot pay it back. Raises RefundNotFound, NoWayFrom, WordsMissing, NotPermitted."""
    by.require("refund.pay")
    if not failure.strip():
        raise WordsMissing("没有写退款失败的原因，请写明")
    return _mark(by, refund_number, "fail", "failed", failure, channel_id)


def retry_refund(*, by: Acting, refund_number: str, words: str) -> RefundPage:
    """Paid back again after what was wrong is put right. Raises RefundNotFound, NoWayFrom, WordsMissing, NotPermitted."""
    by.require("refund.retry")
    if not words.strip():
        raise WordsMissing("没有写改正了什么，请写明")
    return _mark(by, refund_number, "retry", "approved", words, None)


def _mark(by: Acting, number: str, event: str, state: str, words: str, channel_id: UUID | None) -> RefundPage:
    with within(by):
        refund = _locked(number, channel_id)
        _way(refund, event, "改退款结果")
        record(
            by=by, action=f"refund.{event}", subject="payment", subject_id=refund.payment_id, unit_code=refund.unit_code,
            grounds=words, facts={"refund": number},
        )  # fmt: skip
        refund.state = state
        refund.failure = plain_text(words) if event == "fail" else ""
        refund.save(update_fields=["state", "failure"])
        return refund_page(number)


def _locked(number: str, channel_id: UUID | None = None) -> Refund:
    found = (
        Refund.objects.select_for_update(of=("self",))
        .select_related("receipt", "payment")
        .filter(number=number)
    )
    refund = (found.filter(payment__channel_id=channel_id) if channel_id else found).first()
    if refund is None:
        raise RefundNotFound
    return refund


def _way(refund: Refund, event: str, what: str) -> None:
    if refund_edge(event, refund.state) is None:
        raise NoWayFrom(REFUNDS[refund.state], what)
