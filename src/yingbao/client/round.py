"""One round of every call, for an engineer who connects a channel: asked, ordered, cancelled, paid, asked back, stated.

The round goes on from each answer to the next call and holds what must be the same against each other: an order made
twice under one number, money told of twice. What is done at each step, whoever watches is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from yingbao.client.answers import Bill, Confirmed, Order
from yingbao.client.client import Client
from yingbao.client.errors import ClientError
from yingbao.kernel.dates import CHINA

#: What the refund at the end gives as its reason and words.
REASON: Final = "payer-asked"
WORDS: Final = "接入试验，请退回"


class RoundBroken(ClientError):
    """An answer that cannot be gone on from; the sentence says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Round:
    """A round for one bill. `mark`: begins our own numbers, new each round; `tell`: is told each step; `clock`: an aware instant."""

    client: Client
    bill_number: str
    mark: str
    tell: Callable[[str], None]
    clock: Callable[[], datetime]

    def without_money(self) -> None:
        """Asked, ordered twice under one number, looked at, cancelled. Raises ClientError."""
        order = self._ordered(self._bill(), f"{self.mark}-1")
        self.tell("原样再下一次单（同一单号，应得同一笔订单）")
        again = self._order(order["total_fen"], f"{self.mark}-1")
        _same("订单号", order["number"], again["number"])
        self.tell("查订单")
        _same("状态", "open", self.client.order(order["number"])["state"])
        self.tell("取消订单")
        _same("状态", "cancelled", self.client.cancel(order["number"], "接入试验")["state"])

    def with_money(self) -> None:
        """Ordered, told of money twice, looked at, asked back, the day's statement. Raises ClientError."""
        order = self._ordered(self._bill(), f"{self.mark}-2")
        self.tell("开始扣款")
        self.client.start(order["number"])
        done = self._confirmed(order)
        self.tell("查订单")
        _same("状态", "paid", self.client.order(order["number"])["state"])
        self.tell("申请退费")
        self.client.ask_refund(f"{self.mark}-3", done["receipts"][0]["number"], REASON, WORDS)
        self.tell("下载对账单")
        text = self.client.statement(self.clock().astimezone(CHINA).date(), "text").decode()
        if not any(done["transaction"] in line.split("|") for line in text.splitlines()):
            raise RoundBroken("对账单里没有刚才这笔钱；请核对收款时刻是不是今天（中国的日子）")

    def _bill(self) -> Bill:
        self.tell("查账单")
        [bill] = self.client.bills(bill_number=self.bill_number)
        if not bill["payable"] or not bill["due_fen"]:
            raise RoundBroken(f"这份账单今天不能缴费：{bill['reason']}。请换一份今天可以缴费的账单再试")
        return bill

    def _ordered(self, bill: Bill, key: str) -> Order:
        self.tell("下单")
        return self._order(bill["due_fen"] or 0, key)

    def _order(self, fen: int, key: str) -> Order:
        return self.client.make_order(key, [self.bill_number], offered_fen=fen)

    def _confirmed(self, order: Order) -> Confirmed:
        at, transaction = self.clock(), f"{self.mark}-T"
        self.tell("确认收款")
        done = self.client.confirm(order["number"], transaction, order["total_fen"], at)
        if done["outcome"] != "booked":
            raise RoundBroken(
                f"钱没有入账：{done['reason_words']}。要退回的退费号：{'、'.join(done['refunds'])}"
            )
        self.tell("原样再报一次收款（同一流水号，应得同样的回答）")
        again = self.client.confirm(order["number"], transaction, order["total_fen"], at)
        _same("凭据", done["receipts"], again["receipts"])
        return done


def _same(name: str, wanted: object, found: object) -> None:
    if wanted != found:
        raise RoundBroken(f"{name}应为 {wanted}，得到的是 {found}；请把上面的往来发给医保局")
