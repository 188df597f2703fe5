"""For channels: the gateway's calls, signed, sent, sent again where that is safe, and their answers verified.

from yingbao.client import Client, Signer
client = Client("https://…", "rcb", "k1", Signer("SM2", private_pem, platform_pem))
[bill] = client.bills(bill_number="24620721000000019")
order = client.make_order("20231008-1", [bill["number"]], offered_fen=bill["due_fen"])
done = client.confirm(order["number"], "T20231008000001", order["total_fen"], paid_at)
"""

from yingbao.client.answers import (
    Bill,
    Confirmed,
    Order,
    OrderLine,
    OrderRefund,
    Payment,
    Place,
    Receipt,
    Refund,
)
from yingbao.client.client import Client
from yingbao.client.errors import AnswerUnsigned, CallRefused, ClientError, Unanswered
from yingbao.client.signer import Signer
from yingbao.client.transport import Exchange

__all__ = [
    "AnswerUnsigned",
    "Bill",
    "CallRefused",
    "Client",
    "ClientError",
    "Confirmed",
    "Exchange",
    "Order",
    "OrderLine",
    "OrderRefund",
    "Payment",
    "Place",
    "Receipt",
    "Refund",
    "Signer",
    "Unanswered",
]
