"""What payments refuses. Money that has come in is never refused: it is booked, or held and sent back."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from yingbao.kernel.dates import chinese_day
from yingbao.kernel.money import yuan
from yingbao.kernel.refusal import Conflict, Forbidden, Invalid, NotFound


class OrderNotFound(NotFound):
    """No such order of this channel, within the region."""

    code: ClassVar[str] = "order-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个订单，或不是您这个渠道的，请核对订单号")


class BillNotFound(NotFound):
    """No such bill, or no bill of a person of that number and name, within the channel's region."""

    code: ClassVar[str] = "payment-bill-not-found"

    def __init__(self) -> None:
        super().__init__(
            "没有查到账单：请核对账单号，或证件号码和姓名；都对的，可能还没有登记或核定，请到参保地医保经办窗口办理"
        )


class ReceiptNotFound(NotFound):
    """No such receipt within the region."""

    code: ClassVar[str] = "receipt-not-found"

    def __init__(self) -> None:
        super().__init__("没有这张缴款凭据，或不在您的管辖范围，请核对凭据号")


class RefundNotFound(NotFound):
    """No such refund of this channel, within the region."""

    code: ClassVar[str] = "refund-not-found"

    def __init__(self) -> None:
        super().__init__("没有这笔退费，或不是您这个渠道的，请核对退费号")


class ChannelNotFound(NotFound):
    """No such channel."""

    code: ClassVar[str] = "channel-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个渠道，请先在“渠道”里登记")


class ChannelClosed(Conflict):
    """The channel is closed."""

    code: ClassVar[str] = "channel-closed"

    def __init__(self) -> None:
        super().__init__("这个渠道已停用，不能再收费。要恢复的，请找医保局开通")


class ChannelTaken(Conflict):
    """Another channel has this code."""

    code: ClassVar[str] = "channel-taken"

    def __init__(self) -> None:
        super().__init__("已有同样代码的渠道，请换一个代码")


class ChannelInvalid(Invalid):
    """A channel or its key cannot be as given."""

    code: ClassVar[str] = "channel-invalid"


class KeyTaken(Conflict):
    """The channel has a key of this name."""

    code: ClassVar[str] = "channel-key-taken"

    def __init__(self) -> None:
        super().__init__("这个渠道已有同名的密钥，请换一个密钥编号")


class Replayed(Forbidden):
    """The same call again."""

    code: ClassVar[str] = "replayed"

    def __init__(self) -> None:
        super().__init__("这个请求已经收过（随机串重复）。要重发的，请换一个随机串、重新签名")


class KeyReused(Conflict):
    """The caller's number stands for another order."""

    code: ClassVar[str] = "order-key-reused"

    def __init__(self, sentence: str = "这个商户订单号已用于另一笔内容不同的订单，请换一个订单号") -> None:
        super().__init__(sentence)


class NothingToPay(Invalid):
    """An order without bills, or the same bill twice."""

    code: ClassVar[str] = "nothing-to-pay"

    def __init__(self, sentence: str = "没有选要缴的账单，请至少选一份") -> None:
        super().__init__(sentence)


class AmountOther(Invalid):
    """What is offered is not what is due."""

    code: ClassVar[str] = "amount-other"

    def __init__(self, due_fen: int, offered_fen: int) -> None:
        super().__init__(
            f"应缴 {yuan(due_fen)} 元，不能按 {yuan(offered_fen)} 元收，请按应缴金额一次缴清",
            due_fen=due_fen,
            offered_fen=offered_fen,
        )


class NotPayable(Conflict):
    """The bill cannot be paid today; `next_on` is when it can, if the release knows."""

    code: ClassVar[str] = "not-payable"

    def __init__(self, number: str, reason: str, next_on: date | None) -> None:
        then = f"，下次可以缴费的日子是{chinese_day(next_on)}" if next_on else ""
        super().__init__(
            f"账单 {number} 今天不能缴：{reason}{then}",
            bill=number,
            next_on=next_on.isoformat() if next_on else None,
        )


class AlreadyPaid(Conflict):
    """The bill has been paid."""

    code: ClassVar[str] = "already-paid"

    def __init__(self, number: str) -> None:
        super().__init__(f"账单 {number} 已经缴清，不用再缴", bill=number)


class NothingDue(Conflict):
    """The bill owes nothing: other funds pay all of it."""

    code: ClassVar[str] = "nothing-due"

    def __init__(self, number: str) -> None:
        super().__init__(f"账单 {number} 个人不用缴费，由资助资金全额代缴", bill=number)


class WrongYear(Conflict):
    """The bill is for another benefit year than the payer chose (JC-011)."""

    code: ClassVar[str] = "wrong-year"

    def __init__(self, number: str, right: int) -> None:
        super().__init__(
            f"账单 {number} 是 {right} 年度的，请把缴费年度改选为 {right}", bill=number, year=right
        )


class WrongPlace(Conflict):
    """The bill's person is enrolled elsewhere than the payer chose (JC-011)."""

    code: ClassVar[str] = "wrong-place"

    def __init__(self, number: str, right: str, name: str) -> None:
        super().__init__(
            f"账单 {number} 的参保缴费地是{name or right}，请把缴费地改选为{name or right}",
            bill=number,
            place=right,
        )


class TenderInvalid(Invalid):
    """Ways of payment that do not come to the amount, or a family account that may not pay."""

    code: ClassVar[str] = "tender-invalid"


class NoWayFrom(Conflict):
    """The order or refund is past this."""

    code: ClassVar[str] = "order-no-way"

    def __init__(self, state: str, what: str) -> None:
        super().__init__(f"现在是“{state}”，不能再{what}，请刷新后看最新状态", state=state)


class NotRefundable(Conflict):
    """The receipt cannot be refunded."""

    code: ClassVar[str] = "not-refundable"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class WordsMissing(Invalid):
    """A deed that needs a reason has none."""

    code: ClassVar[str] = "words-missing"

    def __init__(self, sentence: str = "没有写原因，请写明为什么办这件事") -> None:
        super().__init__(sentence)


class DayIsClosed(Conflict):
    """The clerk's day has been closed."""

    code: ClassVar[str] = "day-is-closed"

    def __init__(self, on: date) -> None:
        super().__init__(f"您{chinese_day(on)}的收费已经日结，当天不能再收，请明天再收或请同事办理")


class DayCloseInvalid(Invalid):
    """The count differs from what was taken and no reason is given."""

    code: ClassVar[str] = "day-close-invalid"

    def __init__(self, cash_fen: int, counted_fen: int) -> None:
        super().__init__(
            f"账上现金 {yuan(cash_fen)} 元，清点 {yuan(counted_fen)} 元，相差 {yuan(abs(cash_fen - counted_fen))} 元，请写明原因",
            cash_fen=cash_fen,
            counted_fen=counted_fen,
        )
