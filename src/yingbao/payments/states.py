"""The lives of an order and of a refund as data, and the code lists of payments. Drawn in docs/reference/payment-states.md."""

from __future__ import annotations

from typing import Final

from yingbao.kernel.lives import Edge, starts, way

#: An order asks for money; `paid` and `held` have it.
ORDERS: Final = {
    "open": "待支付",
    "paying": "支付中",
    "paid": "已入账",
    "held": "收款待退",
    "cancelled": "已取消",
    "expired": "已过期",
    "refunded": "已退清",
}
REFUNDS: Final = {
    "asked": "待复核",
    "approved": "待退款",
    "done": "已退款",
    "failed": "退款失败",
    "declined": "不予退费",
}
#: Of these a receipt has at most one.
LIVE_REFUNDS: Final = ("asked", "approved", "done", "failed")


ORDER_EDGES: Final = (
    Edge("start", "open", "paying", "渠道开始扣款"),
    Edge("confirm", "open", "paid", "收款入账"),
    Edge("confirm", "paying", "paid", "收款入账"),
    Edge("confirm", "expired", "paid", "过期前后收到的款，价格未变的照样入账"),
    Edge("hold", "open", "held", "收到而不能入账"),
    Edge("hold", "paying", "held", "收到而不能入账"),
    Edge("hold", "expired", "held", "收到而不能入账"),
    Edge("cancel", "open", "cancelled", "取消"),
    Edge("cancel", "paying", "cancelled", "取消"),
    Edge("expire", "open", "expired", "过了有效时间"),
    Edge("expire", "paying", "expired", "过了有效时间"),
    Edge("refund", "paid", "refunded", "全部退完"),
    Edge("refund", "held", "refunded", "全部退完"),
)
REFUND_EDGES: Final = (
    Edge("approve", "asked", "approved", "复核同意"),
    Edge("decline", "asked", "declined", "复核不同意"),
    Edge("pay-out", "approved", "done", "渠道已退"),
    Edge("fail", "approved", "failed", "渠道退不出去"),
    Edge("retry", "failed", "approved", "改正后再退"),
)

#: What an order is for.
KINDS: Final = {
    "person": "个人",
    "household": "全家",
    "agent-day": "代办员一日代收",
    "class": "学校班级",
    "batch": "批量",
}
#: Who brings the money; `clct_way` of the national platform.
CHANNELS: Final = {
    "bank": ("银行", "08"),
    "wechat": ("微信", "02"),
    "alipay": ("支付宝", "02"),
    "unionpay": ("银联", "08"),
    "tax": ("税务", "02"),
    "agent": ("代办员", "05"),
    "school": ("学校", "04"),
    "counter": ("经办窗口", "11"),
    "family_account": ("家庭共济账户", "31"),
}
#: By what an order is paid.
TENDERS: Final = {
    "account": "渠道账户",
    "cash": "现金",
    "card": "刷卡",
    "family_account": "职工个人账户",
}
#: What became of money that came in.
OUTCOMES: Final = {"booked": "已入账", "partly": "部分入账，其余退回", "held": "未入账，退回"}
#: Why money could not be booked.
HELD: Final = {
    "amount-other": "收到的金额与订单不符",
    "amount-changed": "到付款那天应缴金额已经变了",
    "not-payable": "付款那天不能缴费",
    "already-paid": "这份账单已经由别人缴清",
    "bill-gone": "账单已经关闭或另有零费申报",
    "order-cancelled": "订单已经取消",
    "order-paid": "同一订单付了两次",
    "order-unknown": "没有这个订单",
    "insured-elsewhere": "这段时间已在别处参保",
}
#: Why a booked payment is asked back (N-01).
REASONS: Final = {
    "died": "参保前死亡",
    "duplicate": "重复参保",
    "employee": "已参加职工医保",
    "elsewhere": "已在别的统筹区参保",
    "subsidised": "属于资助对象，应由资金承担",
    "wrong-place": "缴费地选错",
    "wrong-year": "缴费年度选错",
    "payer-asked": "待遇开始前本人申请",
}
#: Channels' schemes of signing.
SCHEMES: Final = {
    "SM2": "SM2 签名，SM3 摘要",
    "RSA": "RSA 签名，SHA-256 摘要",
    "HMAC-SM3": "HMAC-SM3 共享密钥",
}
RECEIPTS: Final = {"valid": "有效", "void": "已作废"}


def order_edge(event: str, from_state: str) -> Edge | None:
    """The way an event takes an order from a state; None if there is none."""
    return way(ORDER_EDGES, event, from_state)


def refund_edge(event: str, from_state: str) -> Edge | None:
    """The way an event takes a refund from a state; None if there is none."""
    return way(REFUND_EDGES, event, from_state)


def order_states(event: str) -> tuple[str, ...]:
    """The states an event may find an order in."""
    return starts(ORDER_EDGES, event)
