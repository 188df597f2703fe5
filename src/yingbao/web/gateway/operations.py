"""What each call does: one action or query of the payments room, and its answer in the API's words."""

from __future__ import annotations

from yingbao.journal.scope import within
from yingbao.kernel.dates import CHINA
from yingbao.kernel.names import mask_name
from yingbao.payments import actions
from yingbao.payments.actions import Asked, TenderGiven
from yingbao.payments.errors import ChannelClosed
from yingbao.payments.queries.orders import OrderPage, order_page
from yingbao.payments.queries.refunds import RefundPage, refund_page, refunds
from yingbao.payments.states import HELD, ORDERS, REFUNDS
from yingbao.web.gateway import schemas
from yingbao.web.gateway.errors import CallNotSigned
from yingbao.web.gateway.guards import Caller


def query_bills(who: Caller, asked: schemas.BillsQuery) -> schemas.BillsOut:
    """Bills of a person, or one by its number, on this day. Notes the call itself, in the same round trip."""
    _is_open(who)
    found = actions.look_up(
        by=who.acting,
        on=who.now.astimezone(CHINA).date(),
        bill_number=asked.bill_number or "",
        id_card=asked.id_number or "",
        name=asked.name or "",
        benefit_year=asked.benefit_year,
        place=asked.place or "",
        call=who.noted,
    )
    return schemas.BillsOut(bills=[_bill(one) for one in found])


def _is_open(who: Caller) -> None:
    """A closed channel begins nothing new; what it has begun, it may end. Raises ChannelClosed."""
    if not who.channel.open:
        raise ChannelClosed


def _bill(one: Asked) -> schemas.BillOut:
    line = one.line
    return schemas.BillOut(
        number=line.number,
        name=mask_name(line.name),
        benefit_year=line.benefit_year,
        place=schemas.PlaceOut(code=one.county, name=one.county_name),
        state=line.state,
        due_fen=line.fen,
        payable=line.payable,
        reason=line.reason,
        next_on=line.next_on,
        last_on=line.last_on,
        benefit_start=line.benefit_start,
        benefit_end=line.benefit_end,
        waiting_days=line.waiting_days,
    )


def make_order(who: Caller, wanted: schemas.OrderIn) -> schemas.OrderOut:
    """An order under the channel's own number."""
    if not who.idempotency_key:
        raise CallNotSigned("Idempotency-Key")
    made = actions.make_order(
        by=who.acting, channel_id=who.channel.id, key=who.idempotency_key, bill_numbers=wanted.bill_numbers,
        now=who.now, kind=wanted.kind, offered_fen=wanted.offered_fen, benefit_year=wanted.benefit_year,
        place=wanted.place,
        tenders=[
            TenderGiven(one.way, one.fen, one.holder_id_number or "", one.relation or "") for one in wanted.tenders
        ],
    )  # fmt: skip
    return _order(made)


def start_order(who: Caller, number: str) -> schemas.OrderOut:
    """The channel begins to take the money."""
    _is_open(who)
    return _order(actions.start(by=who.acting, channel_id=who.channel.id, order_number=number, now=who.now))


def confirm_order(who: Caller, number: str, told: schemas.ConfirmIn) -> schemas.ConfirmOut:
    """Money has come in."""
    done = actions.confirm(
        by=who.acting, channel=who.channel, order_number=number, transaction=told.transaction, fen=told.fen,
        paid_at=told.paid_at, told_at=who.now,
    )  # fmt: skip
    return schemas.ConfirmOut(
        order_number=done.order_number,
        transaction=done.transaction,
        outcome=done.outcome,
        reason=done.reason,
        reason_words=HELD.get(done.reason, ""),
        fen=done.fen,
        booked_fen=done.booked_fen,
        on=done.on,
        receipts=[
            schemas.ReceiptOut(number=receipt, check_code=code, bill_number=bill, fen=fen)
            for receipt, code, bill, fen in done.receipts
        ],
        refunds=list(done.refunds),
        again=done.again,
    )


def show_order(who: Caller, number: str) -> schemas.OrderOut:
    """An order and all that became of it."""
    with within(who.acting):
        return _order(order_page(number, who.channel.id))


def cancel_order(who: Caller, number: str, why: schemas.CancelIn) -> schemas.OrderOut:
    """Nobody wants to pay it any more."""
    return _order(
        actions.cancel(
            by=who.acting, channel_id=who.channel.id, order_number=number, reason=why.reason, now=who.now
        )
    )


def _order(page: OrderPage) -> schemas.OrderOut:
    return schemas.OrderOut(
        number=page.number,
        key=page.key,
        state=page.state,
        state_words=ORDERS[page.state],
        kind=page.kind,
        benefit_year=page.benefit_year,
        total_fen=page.total_fen,
        quoted_on=page.quoted_on,
        made_at=page.made_at,
        expires_at=page.expires_at,
        transaction=page.transaction,
        paid_at=page.paid_at,
        lines=[
            schemas.OrderLineOut(
                bill_number=one.bill_number, name=mask_name(one.name), fen=one.fen,
                receipt_number=one.receipt_number, receipt_state=one.receipt_state,
            )
            for one in page.lines
        ],
        payments=[
            schemas.PaymentOut(
                transaction=one.transaction, fen=one.fen, booked_fen=one.booked_fen, paid_at=one.paid_at,
                outcome=one.outcome, reason=one.reason, reason_words=one.why,
            )
            for one in page.payments
        ],
        refunds=[
            schemas.OrderRefundOut(number=one.number, fen=one.fen, reason=one.reason, state=one.state)
            for one in page.refunds
        ],
    )  # fmt: skip


def ask_refund(who: Caller, wanted: schemas.RefundIn) -> schemas.RefundOut:
    """Ask for booked money back."""
    if not who.idempotency_key:
        raise CallNotSigned("Idempotency-Key")
    return _refund(
        actions.ask_refund(
            by=who.acting, channel_id=who.channel.id, receipt_number=wanted.receipt_number, reason=wanted.reason,
            words=wanted.words, now=who.now, key=who.idempotency_key,
        )
    )  # fmt: skip


def refunds_to_pay(who: Caller) -> schemas.RefundsOut:
    """What the channel is to pay out."""
    with within(who.acting):
        found = refunds(states=("approved",), channel_id=who.channel.id)
    return schemas.RefundsOut(refunds=[_refund(one) for one in found])


def show_refund(who: Caller, number: str) -> schemas.RefundOut:
    """One refund."""
    with within(who.acting):
        return _refund(refund_page(number, who.channel.id))


def refund_done(who: Caller, number: str, told: schemas.RefundDoneIn) -> schemas.RefundOut:
    """The channel has paid it out."""
    return _refund(
        actions.refund_done(
            by=who.acting, channel_id=who.channel.id, refund_number=number, channel_number=told.channel_number,
            at=told.at,
        )
    )  # fmt: skip


def refund_failed(who: Caller, number: str, told: schemas.RefundFailedIn) -> schemas.RefundOut:
    """The channel cannot pay it out."""
    return _refund(
        actions.refund_failed(
            by=who.acting, channel_id=who.channel.id, refund_number=number, failure=told.failure
        )
    )


def _refund(page: RefundPage) -> schemas.RefundOut:
    return schemas.RefundOut(
        number=page.number, state=page.state, state_words=REFUNDS[page.state], fen=page.fen, family_fen=page.family_fen,
        reason=page.reason, reason_words=page.why, order_number=page.order_number, transaction=page.transaction,
        receipt_number=page.receipt_number, asked_at=page.asked_at, channel_number=page.channel_number,
        failure=page.failure,
    )  # fmt: skip
