"""What calls bring and what they get, as the OpenAPI document shows it. Amounts are whole fen; days are days in China."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from yingbao.payments.actions.ordering import MOST
from yingbao.payments.states import HELD, KINDS, ORDERS, OUTCOMES, REASONS, RECEIPTS, REFUNDS

Words = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
Mark = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
BillNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{17}$")]
OrderNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{18}$")]
RefundNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{19}$")]
ReceiptNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$")]
IdCard = Annotated[str, StringConstraints(pattern=r"^[0-9]{17}[0-9Xx]$|^[0-9]{15}$")]
Place = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,12}$")]
Year = Annotated[int, Field(ge=2000, le=2100)]
Fen = Annotated[int, Field(gt=0, le=10**12)]


def _codes(names: dict[str, str]) -> str:
    return "；".join(f"{code} {name}" for code, name in names.items())


class Model(BaseModel):
    """Unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class BillsQuery(Model):
    """账单号，或者证件号码加姓名；二者只给一种。"""

    bill_number: BillNumber | None = Field(None, description="账单号，17 位")
    id_number: IdCard | None = Field(None, description="居民身份证号码")
    name: Name | None = Field(None, description="姓名，与证件一致")
    benefit_year: Year | None = Field(None, description="缴费人选的年度；不对的拒绝，并说应选哪一年")
    place: Place | None = Field(None, description="缴费人选的缴费地（区划代码）；不对的拒绝，并说应选哪里")

    @model_validator(mode="after")
    def _one_way(self) -> BillsQuery:
        by_number = self.bill_number is not None and self.id_number is None and self.name is None
        by_person = self.bill_number is None and self.id_number is not None and self.name is not None
        if not by_number and not by_person:
            raise ValueError("给账单号，或者给证件号码和姓名，只给一种")
        return self


class PlaceOut(BaseModel):
    """参保缴费地。"""

    code: str
    name: str


class BillOut(BaseModel):
    """一份账单今天的情形。不含人员类别。"""

    number: str
    name: str = Field(description="姓名，只露首字")
    benefit_year: int
    place: PlaceOut
    state: str = Field(
        description="open 待缴；declared 已零费申报；paid 已缴；superseded 已由新账单代替；closed 已关闭"
    )
    due_fen: int | None = Field(description="今天应缴，分；null 为还不能确定")
    payable: bool = Field(description="今天能不能缴")
    reason: str = Field(description="不能缴的原因，可直接给缴费人看")
    next_on: date | None = Field(description="下次可以缴费的日子")
    last_on: date | None = Field(description="这一缴费窗口的最后一天")
    benefit_start: date | None = Field(description="今天缴费，待遇从哪天起")
    benefit_end: date | None = Field(description="待遇到哪天止")
    waiting_days: int | None = Field(description="待遇等待期，天")


class BillsOut(BaseModel):
    """查到的账单，年度新的在前。"""

    bills: list[BillOut]


class TenderIn(Model):
    """一种付款方式。"""

    way: Literal["account", "cash", "card", "family_account"] = Field(
        description="account 渠道账户；cash 现金；card 刷卡；family_account 职工个人账户"
    )
    fen: Fen
    holder_id_number: IdCard | None = Field(None, description="用职工个人账户的，职工的身份证号码")
    relation: Name | None = Field(None, description="职工是缴费人的什么人，如 父母、配偶、子女")


class OrderIn(Model):
    """下单。请求头 Idempotency-Key 是渠道自己的订单号：同号同内容得同一笔订单，同号不同内容拒绝。"""

    bill_numbers: Annotated[list[BillNumber], Field(min_length=1, max_length=MOST)]
    kind: Literal["person", "household", "agent-day", "class", "batch"] = Field(
        "person", description=_codes(KINDS)
    )
    offered_fen: Fen | None = Field(None, description="缴费人看到的合计；与应缴不同的拒绝")
    benefit_year: Year | None = Field(None, description="缴费人选的年度")
    place: Place | None = Field(None, description="缴费人选的缴费地")
    tenders: Annotated[list[TenderIn], Field(max_length=4)] = Field(
        default_factory=list, description="几种付款方式；不写即全部由渠道账户付"
    )


class ConfirmIn(Model):
    """渠道收到了钱。已收的钱从不拒绝：能入账的入账，不能的收下并自动退回。"""

    transaction: Mark = Field(description="渠道的流水号；同一流水号再报，得同样的回答")
    fen: Fen = Field(description="实收，分")
    paid_at: AwareDatetime = Field(description="渠道收款时刻，带时区；按它在中国的日子计价")


class CancelIn(Model):
    """不付了。"""

    reason: Words


class RefundIn(Model):
    """申请退已入账的钱，由医保局复核。"""

    receipt_number: ReceiptNumber
    reason: Literal[
        "died", "duplicate", "employee", "elsewhere", "subsidised", "wrong-place", "wrong-year", "payer-asked"
    ] = Field(description=_codes(REASONS))
    words: Words = Field(description="情况说明")


class RefundDoneIn(Model):
    """已退给缴费人。"""

    channel_number: Mark = Field(description="渠道的退款流水号")
    at: AwareDatetime = Field(description="退款时刻，带时区")


class RefundFailedIn(Model):
    """退不出去。"""

    failure: Words = Field(description="为什么退不出去")


class ReceiptOut(BaseModel):
    """缴款凭据。"""

    number: str
    check_code: str = Field(description="校验码；与凭据号一起可在 /verify/ 核验")
    bill_number: str
    fen: int


class ConfirmOut(BaseModel):
    """这笔钱的结果。"""

    order_number: str
    transaction: str
    outcome: str = Field(description=_codes(OUTCOMES))
    reason: str = Field(description="有退回时的原因代码：" + _codes(HELD))
    reason_words: str = Field(description="原因，可直接给缴费人看")
    fen: int
    booked_fen: int
    on: date = Field(description="按哪一天计")
    receipts: list[ReceiptOut]
    refunds: list[str] = Field(description="自动退款的退费号，渠道凭此退款")
    again: bool = Field(description="这个流水号以前报过")


class OrderLineOut(BaseModel):
    """订单里的一份账单。"""

    bill_number: str
    name: str = Field(description="姓名，只露首字")
    fen: int
    receipt_number: str
    receipt_state: str = Field(description=_codes(RECEIPTS) + "；空为还没有凭据")


class PaymentOut(BaseModel):
    """为订单收到的一笔钱。"""

    transaction: str
    fen: int
    booked_fen: int
    paid_at: AwareDatetime
    outcome: str
    reason: str
    reason_words: str


class OrderRefundOut(BaseModel):
    """订单的一笔退费。"""

    number: str
    fen: int
    reason: str
    state: str


class OrderOut(BaseModel):
    """订单和它的全部经过。"""

    number: str
    key: str = Field(description="渠道自己的订单号")
    state: str = Field(description=_codes(ORDERS))
    state_words: str
    kind: str
    benefit_year: int
    total_fen: int
    quoted_on: date = Field(description="价格是哪一天的")
    made_at: AwareDatetime
    expires_at: AwareDatetime
    transaction: str | None
    paid_at: AwareDatetime | None
    lines: list[OrderLineOut]
    payments: list[PaymentOut]
    refunds: list[OrderRefundOut]


class RefundOut(BaseModel):
    """一笔退费。"""

    number: str
    state: str = Field(description=_codes(REFUNDS))
    state_words: str
    fen: int
    family_fen: int = Field(description="其中退回职工个人账户的")
    reason: str
    reason_words: str
    order_number: str
    transaction: str = Field(description="原收款流水号")
    receipt_number: str
    asked_at: AwareDatetime
    channel_number: str = Field(description="渠道的退款流水号，未退为空")
    failure: str


class RefundsOut(BaseModel):
    """待渠道退出去的钱，先批的在前，一次最多 200 笔。"""

    refunds: list[RefundOut]


class KeysOut(BaseModel):
    """本系统应答签名的公钥，PEM。请与医保局书面给的核对。"""

    SM2: str
    RSA: str


class Problem(BaseModel):
    """没有办成。"""

    code: str = Field(description="原因代码，见 docs/reference/refusals.md")
    message: str = Field(description="一句话：什么问题、怎么办；可直接给人看")
    facts: dict[str, Any] = Field(default_factory=dict)


class EnvelopeIn(BaseModel):
    """国家平台信封。data 是 SM4 加密的 {method, path, nonce, idempotencyKey?, body?}。"""

    model_config = ConfigDict(extra="allow")

    appId: Mark = Field(description="渠道代码")  # noqa: N815 - the platform's names
    data: str = Field(max_length=400_000, description="Base64(16 字节初始向量 + SM4-CBC 密文)")
    encType: Literal["SM4"]  # noqa: N815
    signType: Literal["SM2"]  # noqa: N815
    timestamp: Annotated[str, StringConstraints(pattern=r"^[0-9]{13}$")] = Field(description="毫秒时间戳")
    version: Literal["1.0.0"]
    signData: str = Field(max_length=200, description="对其余非空字段按名称排序后的 SM2 签名")  # noqa: N815


class EnvelopeOut(BaseModel):
    """信封的应答：data 是 SM4 加密的 {status, nonce, body}。"""

    appId: str  # noqa: N815
    data: str
    encType: str  # noqa: N815
    signType: str  # noqa: N815
    timestamp: str
    version: str
    signData: str  # noqa: N815
