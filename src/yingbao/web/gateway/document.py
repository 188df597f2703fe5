"""The OpenAPI document, made once a process from what the calls declare."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from yingbao.web.gateway.api import PREFIX, api

_HEADERS = {
    "Yingbao-Channel": "渠道代码",
    "Yingbao-Key": "密钥编号",
    "Yingbao-Time": "请求时刻，RFC 3339，与本系统相差不超过 5 分钟",
    "Yingbao-Nonce": "随机串，8 至 64 位字母、数字、_、-；15 分钟内不得重复",
}
#: Calls that want the channel's own number in Idempotency-Key.
_KEYED = (f"{PREFIX}orders", f"{PREFIX}refunds")


@cache
def OPENAPI() -> bytes:  # noqa: N802 - a constant that is made with its first use
    """As served at `openapi.json`."""
    return json.dumps(schema(), ensure_ascii=False).encode()


def schema() -> dict[str, Any]:
    """The document: what ninja draws from the models, with the headers every signed call carries."""
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=PREFIX)))
    schemes = found["components"]["securitySchemes"]
    schemes.clear()
    schemes["Yingbao-Signature"] = {
        "type": "apiKey", "in": "header", "name": "Yingbao-Signature",
        "description": "对规范内容的签名，Base64；规范内容见 docs/how-to/connect-a-channel.md",
    }  # fmt: skip
    found["paths"][f"{PREFIX}statements/{{on}}"]["get"]["responses"]["200"]["content"].pop("application/json")
    for path, calls in found["paths"].items():
        for method, call in calls.items():
            if path in (f"{PREFIX}keys", f"{PREFIX}envelope"):
                call.pop("security", None)
                continue
            call["security"] = [{"Yingbao-Signature": []}]
            call["parameters"] = [*call.get("parameters", []), *_headers(path, method)]
    return found


def _headers(path: str, method: str) -> list[dict[str, Any]]:
    wanted = [_header(name, says) for name, says in _HEADERS.items()]
    if method == "post" and path in _KEYED:
        wanted.append(_header("Idempotency-Key", "渠道自己的单号，1 至 64 个可见字符；同号同内容得同一结果"))
    return wanted


def _header(name: str, says: str) -> dict[str, Any]:
    return {
        "in": "header", "name": name, "required": True, "description": says,
        "schema": {"type": "string", "pattern": "^[!-~]+$", "maxLength": 64},
    }  # fmt: skip
