"""Tables of payments. Private: other rooms come through `actions` and `queries`."""

from yingbao.payments.models.channels import Channel, ChannelKey, Nonce
from yingbao.payments.models.money import DayClose, Payment, Receipt, Refund
from yingbao.payments.models.orders import Line, Order, Tender

__all__ = [
    "Channel",
    "ChannelKey",
    "DayClose",
    "Line",
    "Nonce",
    "Order",
    "Payment",
    "Receipt",
    "Refund",
    "Tender",
]
