"""Why a call is turned away before it reaches a room. Each leaf names its HTTP status."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from yingbao.kernel.refusal import Refusal


class CallRefused(Refusal):
    """A call the gateway does not let in; `status` is the answer's."""

    code: ClassVar[str] = "call-refused"
    status: ClassVar[int] = 400


class CallUnreadable(CallRefused):
    """The body is no JSON, or the envelope is none."""

    code: ClassVar[str] = "call-unreadable"

    def __init__(self, problem: str) -> None:
        super().__init__(f"请求读不懂：{problem}")


class CallNotSigned(CallRefused):
    """A header of the signature is missing or misshapen."""

    code: ClassVar[str] = "call-not-signed"
    status: ClassVar[int] = 401

    def __init__(self, header: str, problem: str = "没有") -> None:
        super().__init__(f"请求头 {header} {problem}，请按接入说明签名后再发", header=header)


class CallKeyUnknown(CallRefused):
    """No such channel, or no such key of it."""

    code: ClassVar[str] = "call-key-unknown"
    status: ClassVar[int] = 401

    def __init__(self) -> None:
        super().__init__("不认识这个渠道或密钥编号，请核对 Yingbao-Channel 和 Yingbao-Key")


class CallKeyExpired(CallRefused):
    """The key is not valid yet, or not any more."""

    code: ClassVar[str] = "call-key-expired"
    status: ClassVar[int] = 401

    def __init__(self) -> None:
        super().__init__("这个密钥现在不在有效期内，请换用新密钥；没有的，请找医保局登记")


class CallStale(CallRefused):
    """The call's time is too far from ours."""

    code: ClassVar[str] = "call-stale"
    status: ClassVar[int] = 401

    def __init__(self, minutes: int, now: datetime) -> None:
        super().__init__(
            f"请求时间与本系统相差超过 {minutes} 分钟，请校准时钟，重新签名再发", now=now.isoformat()
        )


class CallSignatureWrong(CallRefused):
    """The signature is not that of the key. `content`: what we held it against, which says nothing the call does not."""

    code: ClassVar[str] = "call-signature-wrong"
    status: ClassVar[int] = 401

    def __init__(self, content: str) -> None:
        super().__init__("验签不通过，请把您签名的内容与 content 逐行核对，再核对密钥", content=content)


class CallAddress(CallRefused):
    """The call comes from an address the channel has not named."""

    code: ClassVar[str] = "call-address"
    status: ClassVar[int] = 403

    def __init__(self, address: str) -> None:
        super().__init__(f"来访地址 {address} 不在这个渠道登记的地址之内，请找医保局登记", address=address)


class CallPathUnknown(CallRefused):
    """No call has this path."""

    code: ClassVar[str] = "call-path-unknown"
    status: ClassVar[int] = 404

    def __init__(self) -> None:
        super().__init__("没有这个接口，请核对地址，接口清单见 /gateway/")


class CallMethod(CallRefused):
    """The path is called in another way."""

    code: ClassVar[str] = "call-method"
    status: ClassVar[int] = 405

    def __init__(self, allowed: str) -> None:
        super().__init__(f"这个接口要用 {allowed}", allowed=allowed)


class CallTooLarge(CallRefused):
    """The body is longer than any call's."""

    code: ClassVar[str] = "call-too-large"
    status: ClassVar[int] = 413

    def __init__(self, most: int) -> None:
        super().__init__(f"请求超过 {most // 1024} KiB，请分几笔订单再发", most=most)


class CallInvalid(CallRefused):
    """A field is missing or cannot be as given. Facts: the field's place and what is wanted; never what was given."""

    code: ClassVar[str] = "call-invalid"
    status: ClassVar[int] = 422

    def __init__(self, field: str, wanted: str) -> None:
        super().__init__(f"字段 {field} 不对：{wanted}", field=field, wanted=wanted)


class CallTooOften(CallRefused):
    """The channel calls more often than was agreed."""

    code: ClassVar[str] = "call-too-often"
    status: ClassVar[int] = 429

    def __init__(self, per_minute: int, wait_s: int) -> None:
        super().__init__(
            f"超过约定的每分钟 {per_minute} 次，请 {wait_s} 秒后再发", per_minute=per_minute, wait=wait_s
        )
