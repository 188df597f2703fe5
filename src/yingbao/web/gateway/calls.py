"""A call as it came: read from the WSGI environment, its address, its envelope."""

from __future__ import annotations

import ipaddress
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from django.conf import settings

from yingbao.seal.signing import Call
from yingbao.web.gateway.errors import CallNotSigned, CallTooLarge, CallUnreadable
from yingbao.web.gateway.known import Address

#: The longest body of a call; an order of 2,000 bills has about 60 KiB.
MOST_BYTES: Final = 256 * 1024
#: An idempotency key, a nonce, a channel's or key's name: what may stand in a header.
_WORD: Final = re.compile(r"[\x21-\x7e]{1,64}", re.ASCII)
NONCE: Final = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Signed:
    """A call with its signature and its instant."""

    call: Call
    signature: str
    at: datetime


def read_body(environ: dict[str, Any]) -> bytes:
    """The whole body, never more than a call may have. Raises CallTooLarge, CallUnreadable."""
    try:
        length = _length(environ)
        if not 0 <= length <= MOST_BYTES:
            raise CallTooLarge(MOST_BYTES)
        found: bytes = environ["wsgi.input"].read(length or MOST_BYTES + 1) if _has_body(environ) else b""
    except (OSError, ValueError) as error:
        raise CallUnreadable("请求体没有收全，请重发") from error
    if len(found) > MOST_BYTES:
        raise CallTooLarge(MOST_BYTES)
    return found


def _length(environ: dict[str, Any]) -> int:
    """Bytes announced, 0 where none are. Raises ValueError."""
    return int(environ.get("CONTENT_LENGTH") or 0)


def _has_body(environ: dict[str, Any]) -> bool:
    """Without a length or pieces there is none: reading would wait for the caller, who waits for the answer."""
    return _length(environ) > 0 or "HTTP_TRANSFER_ENCODING" in environ


def read_signed(environ: dict[str, Any], body: bytes) -> Signed:
    """The call as its headers say it is signed. Raises CallNotSigned."""
    at = _header(environ, "Yingbao-Time")
    call = Call(
        method=environ["REQUEST_METHOD"],
        path=path_of(environ),
        query=environ.get("QUERY_STRING", ""),
        channel=_header(environ, "Yingbao-Channel"),
        key_id=_header(environ, "Yingbao-Key"),
        at=at,
        nonce=_header(environ, "Yingbao-Nonce", NONCE),
        idempotency_key=_optional(environ, "Idempotency-Key"),
        body=body,
    )
    signature = environ.get("HTTP_YINGBAO_SIGNATURE", "")
    if not signature:
        raise CallNotSigned("Yingbao-Signature")
    return Signed(call, signature, instant(at))


def instant(text: str) -> datetime:
    """RFC 3339 with an offset. Raises CallNotSigned."""
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise ValueError(text)
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CallNotSigned("Yingbao-Time", "应写成 2025-10-08T10:00:00+08:00 的样子") from error


def path_of(environ: dict[str, Any]) -> str:
    """The path as text; WSGI brings its bytes as Latin-1. What is no UTF-8 stays as it came and fits no path of ours."""
    path: str = environ.get("PATH_INFO", "")
    if path.isascii():
        return path
    try:
        return path.encode("latin-1").decode()
    except (UnicodeEncodeError, UnicodeDecodeError):
        return path


def _header(environ: dict[str, Any], name: str, shape: re.Pattern[str] = _WORD) -> str:
    value: str = environ.get("HTTP_" + name.upper().replace("-", "_"), "")
    if not value:
        raise CallNotSigned(name)
    if not shape.fullmatch(value):
        raise CallNotSigned(name, "写法不对")
    return value


def _optional(environ: dict[str, Any], name: str) -> str:
    value = environ.get("HTTP_" + name.upper().replace("-", "_"), "")
    return _header(environ, name) if value else ""


def address_of(environ: dict[str, Any]) -> Address:
    """Who calls. Behind a proxy that the settings name, the nearest address in X-Forwarded-For that is no such proxy."""
    address = _address(str(environ.get("REMOTE_ADDR", "")))
    proxies = settings.GATEWAY_PROXIES
    if proxies and any(address in network for network in proxies):
        for one in reversed(str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")):
            if not one.strip():
                break
            address = _address(one.strip())
            if not any(address in network for network in proxies):
                break
    return address


@lru_cache(maxsize=4096)
def _address(text: str) -> Address:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return ipaddress.IPv6Address(0)  # nobody's: in no network a channel would name
    mapped = getattr(found, "ipv4_mapped", None)
    return mapped or found


def json_of(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises CallUnreadable."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise CallUnreadable("请求体不是 UTF-8 的 JSON") from error
    if not isinstance(found, dict):
        raise CallUnreadable("请求体应是一个 JSON 对象")
    return found
