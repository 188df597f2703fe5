"""The calls as django-ninja declares them: the OpenAPI document, and all calls but the two hot ones."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Path, Query
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import APIKeyHeader
from pydantic_core import from_json

from yingbao.kernel.refusal import Refusal
from yingbao.web.gateway import fields, operations, schemas, statements
from yingbao.web.gateway.answers import problem, problem_of
from yingbao.web.gateway.errors import CallNotSigned, CallUnreadable
from yingbao.web.gateway.guards import Caller

PREFIX: Final = "/gateway/v1/"
_PROBLEMS: Final = dict.fromkeys((400, 401, 403, 404, 405, 409, 413, 422, 429, 500), schemas.Problem)
Order = Annotated[schemas.OrderNumber, Path(description="订单号，18 位")]
Refund = Annotated[schemas.RefundNumber, Path(description="退费号，19 位")]


class Strict(Parser):
    """JSON as UTF-8 without halves of characters, which could not be kept."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Raises CallUnreadable."""
        try:
            return from_json(request.body)
        except ValueError as error:
            raise CallUnreadable("请求体不是 UTF-8 的 JSON") from error


class Signature(APIKeyHeader):
    """Signed as docs/how-to/connect-a-channel.md says; the door has verified it and says who calls."""

    param_name = "Yingbao-Signature"

    def __call__(self, request: HttpRequest) -> Caller:
        """Raises CallNotSigned."""
        who: Caller | None = getattr(request, "caller", None)
        if who is None:
            raise CallNotSigned("Yingbao-Signature")
        return who

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller:
        """As ninja wants it."""
        return self(request)


api: Final = NinjaAPI(
    title="应保渠道接口", version="1", auth=Signature(), docs_url=None, openapi_url=None, parser=Strict(),
    urls_namespace="gateway", description=(
        "城乡居民医保缴费的渠道接口。每次调用都要签名，应答也签名；怎么签见 docs/how-to/connect-a-channel.md。"
        "金额一律是整数分；时刻带时区，日子是中国的日子。"
    ),
)  # fmt: skip


def _who(request: HttpRequest) -> Caller:
    who: Caller = request.auth  # type: ignore[attr-defined]
    return who


def _answers(success: Any, status: int = 200) -> dict[int, Any]:
    return {status: success, **_PROBLEMS}


@api.post("bills/query", response=_answers(schemas.BillsOut), summary="查账单", tags=["账单"])
def query_bills(request: HttpRequest, asked: schemas.BillsQuery) -> Any:
    """账单号，或者证件号码加姓名。证件号码只在请求体里，不进地址、不进日志。"""
    return operations.query_bills(_who(request), asked)


@api.post("orders", response=_answers(schemas.OrderOut), summary="下单", tags=["订单"])
def make_order(request: HttpRequest, wanted: schemas.OrderIn) -> Any:
    """要请求头 Idempotency-Key（渠道自己的订单号）。订单 30 分钟内有效；过期前后已收的钱照样可以确认。"""
    return operations.make_order(_who(request), wanted)


@api.post("orders/{number}/start", response=_answers(schemas.OrderOut), summary="开始扣款", tags=["订单"])
def start_order(request: HttpRequest, number: Order) -> Any:
    """可选。报了开始而 30 分钟没有结果的订单，医保局会来问。"""
    return operations.start_order(_who(request), number)


@api.post("orders/{number}/confirm", response=_answers(schemas.ConfirmOut), summary="确认收款", tags=["订单"])
def confirm_order(request: HttpRequest, number: Order, told: schemas.ConfirmIn) -> Any:
    """钱已收到。按渠道流水号幂等，没有得到回答就再报一次。不能入账的自动退回，退费号在 refunds 里。"""
    return operations.confirm_order(_who(request), number, told)


@api.get("orders/{number}", response=_answers(schemas.OrderOut), summary="查订单", tags=["订单"])
def show_order(request: HttpRequest, number: Order) -> Any:
    """订单和它的收款、凭据、退费。"""
    return operations.show_order(_who(request), number)


@api.post("orders/{number}/cancel", response=_answers(schemas.OrderOut), summary="取消订单", tags=["订单"])
def cancel_order(request: HttpRequest, number: Order, why: schemas.CancelIn) -> Any:
    """没有收款的订单。取消以后又收到的钱，确认时自动退回。"""
    return operations.cancel_order(_who(request), number, why)


@api.post("refunds", response=_answers(schemas.RefundOut), summary="申请退费", tags=["退费"])
def ask_refund(request: HttpRequest, wanted: schemas.RefundIn) -> Any:
    """要请求头 Idempotency-Key。待遇开始以后不能退。"""
    return operations.ask_refund(_who(request), wanted)


@api.get("refunds", response=_answers(schemas.RefundsOut), summary="待退款", tags=["退费"])
def refunds_to_pay(request: HttpRequest) -> Any:
    """已批准、等渠道退出去的，包括自动退回的。"""
    return operations.refunds_to_pay(_who(request))


@api.get("refunds/{number}", response=_answers(schemas.RefundOut), summary="查退费", tags=["退费"])
def show_refund(request: HttpRequest, number: Refund) -> Any:
    """一笔退费。"""
    return operations.show_refund(_who(request), number)


@api.post("refunds/{number}/done", response=_answers(schemas.RefundOut), summary="已退款", tags=["退费"])
def refund_done(request: HttpRequest, number: Refund, told: schemas.RefundDoneIn) -> Any:
    """钱已退给缴费人。同一退款流水号再报，不变。"""
    return operations.refund_done(_who(request), number, told)


@api.post("refunds/{number}/failed", response=_answers(schemas.RefundOut), summary="退款失败", tags=["退费"])
def refund_failed(request: HttpRequest, number: Refund, told: schemas.RefundFailedIn) -> Any:
    """账户注销、户名不符等退不出去的。"""
    return operations.refund_failed(_who(request), number, told)


@api.get(
    "statements/{on}", response=_answers(str), summary="下载对账单", tags=["对账"],
    openapi_extra={"responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}, "text/plain": {"schema": {"type": "string"}}}}}},
)  # fmt: skip
def statement(
    request: HttpRequest,
    on: Annotated[date, Path(description="中国的日子，如 2025-10-08")],
    form: Annotated[Literal["csv", "text"], Query(description="csv 逗号分隔；text 竖线分隔")] = "csv",
) -> Any:
    """首行 H：渠道、日期、笔数、总额、入账、已退，分；其后一笔一行 D。UTF-8。格式见 docs/how-to/connect-a-channel.md。"""
    kind = {"csv": "text/csv", "text": "text/plain"}[form]
    return HttpResponse(statements.write(_who(request), on, form), content_type=f"{kind}; charset=utf-8")


@api.post("envelope", response=_answers(schemas.EnvelopeOut), summary="国家平台信封", tags=["信封"])
def envelope(request: HttpRequest, enclosed: schemas.EnvelopeIn) -> Any:
    """同样的调用装在信封里：data 解开是 {method, path, nonce, idempotencyKey?, body?}。"""
    raise AssertionError("the door opens envelopes itself")


@api.get("keys", response={200: schemas.KeysOut, **_PROBLEMS}, summary="应答公钥", tags=["密钥"], auth=None)
def keys(request: HttpRequest) -> Any:
    """不用签名。"""
    raise AssertionError("the door answers this itself")


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal | type[Refusal]) -> HttpResponse:
    """A room or a guard says no."""
    assert isinstance(refusal, Refusal)
    return _respond(*problem_of(refusal))


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    """The first field that cannot be as given; the value itself is never repeated."""
    assert isinstance(error, ValidationError)
    first = error.errors[0]
    loc = first["loc"][2 if first["loc"][0] == "body" else 1 :]  # of a body ninja also names our parameter
    place = [part for part in loc if not str(part).startswith("function-")]
    return _respond(*problem_of(fields.invalid(first, place)))


@api.exception_handler(HttpError)
def odd(request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    """What ninja itself refuses."""
    assert isinstance(error, HttpError)
    return _respond(error.status_code, problem("call-unreadable", "请求读不懂，请核对后再发"), {})


def _respond(status: int, body: bytes, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)
