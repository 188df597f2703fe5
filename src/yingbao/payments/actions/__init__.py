"""Writing payments. Every action is keyword-only, one transaction, takes `by`, and leaves a journal entry."""

from yingbao.payments.actions.channels import change_channel, end_key, give_key, open_channel
from yingbao.payments.actions.confirming import confirm
from yingbao.payments.actions.counter import close_day, pay_back_at_counter, print_receipt, take_at_counter
from yingbao.payments.actions.looking import Asked, CallNoted, look_up
from yingbao.payments.actions.ordering import TenderGiven, cancel, expire_orders, make_order, start
from yingbao.payments.actions.quoting import Quote, QuoteLine, quote
from yingbao.payments.actions.refunding import (
    ask_refund,
    decide_refund,
    refund_done,
    refund_failed,
    retry_refund,
)

__all__ = [
    "Asked",
    "CallNoted",
    "Quote",
    "QuoteLine",
    "TenderGiven",
    "ask_refund",
    "cancel",
    "change_channel",
    "close_day",
    "confirm",
    "decide_refund",
    "end_key",
    "expire_orders",
    "give_key",
    "look_up",
    "make_order",
    "open_channel",
    "pay_back_at_counter",
    "print_receipt",
    "quote",
    "refund_done",
    "refund_failed",
    "retry_refund",
    "start",
    "take_at_counter",
]
