"""The gateway's one door, in front of the site's middleware: sessions, forms and pages have no part in a channel's call.

What comes in is read, its caller made sure of, its nonce noted, and the operation done; what goes out is signed. The
two calls that come by the hundred a second go straight to their operation; the others through django-ninja, which
holds the same models. `config.wsgi` puts the door before Django.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from typing import Any, Final, TypeAlias, TypeVar

from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections, connections
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from pydantic import BaseModel, ValidationError

from yingbao.kernel.refusal import Refusal
from yingbao.web.gateway import envelopes, fields, guards, operations, schemas
from yingbao.web.gateway.answers import platform_keys, problem, problem_of, signature_headers
from yingbao.web.gateway.api import PREFIX
from yingbao.web.gateway.calls import address_of, path_of, read_body, read_signed
from yingbao.web.gateway.document import OPENAPI
from yingbao.web.gateway.errors import CallMethod, CallPathUnknown, CallUnreadable
from yingbao.web.gateway.guards import Caller

Environ: TypeAlias = dict[str, Any]
Start: TypeAlias = Callable[..., Any]
#: Status, body and headers.
Answer: TypeAlias = tuple[int, bytes, list[tuple[str, str]]]
Model = TypeVar("Model", bound=BaseModel)

_log: Final = logging.getLogger("yingbao.gateway")
_JSON: Final = "application/json"
_QUERY: Final = PREFIX + "bills/query"
_CONFIRM: Final = re.compile(re.escape(PREFIX) + r"orders/([0-9]{18})/confirm", re.ASCII)
_ENVELOPE: Final = PREFIX + "envelope"
_STATUS: Final = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_URLS: Final = "yingbao.web.gateway.urls"


def call(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """The gateway as a WSGI application."""
    try:
        status, body, headers = _answer(environ)
    finally:
        _leave()
    start_response(
        _STATUS[status], [("Content-Length", str(len(body))), ("Cache-Control", "no-store"), *headers]
    )
    return [body]


def _leave() -> None:
    """Hand the connection back, rolled back if something broke within a transaction."""
    close_old_connections()


def _answer(environ: Environ) -> Answer:
    path, method = path_of(environ), environ["REQUEST_METHOD"]
    if path in _OPEN:
        if method != "GET":
            return _plain(*problem_of(CallMethod("GET")))
        return _plain(200, _OPEN[path](), {})
    if path == _ENVELOPE:
        return _enclosed(environ, method)
    return _signed(environ, path, method)


_OPEN: Final[dict[str, Callable[[], bytes]]] = {
    PREFIX + "openapi.json": OPENAPI,
    PREFIX + "keys": lambda: schemas.KeysOut(**platform_keys().public).model_dump_json().encode(),
}


def _signed(environ: Environ, path: str, method: str) -> Answer:
    """A call signed in its headers."""
    now, who, nonce = guards.utc_now(), None, ""
    try:
        body = read_body(environ)
        signed = read_signed(environ, body)
        nonce = signed.call.nonce
        found = guards.enter(signed.call.channel, address_of(environ))
        who = guards.check(found, signed, now)
        status, answer, headers = _do(who, environ, path, method, body)
    except Exception as error:  # noqa: BLE001 - every call is answered; what is no refusal is logged below
        status, answer, headers = _failed(error)
    if who is not None:
        headers = [*headers, *signature_headers(who.key, status, nonce, now, answer)]
    return status, answer, headers


def _enclosed(environ: Environ, method: str) -> Answer:
    """A call in the platform's envelope: opened, done like any other, its answer put into another."""
    if method != "POST":
        return _plain(*problem_of(CallMethod("POST")))
    now = guards.utc_now()
    try:
        body = read_body(environ)
        opened = envelopes.open_envelope(body, address_of(environ), now)
    except Exception as error:  # noqa: BLE001 - every call is answered; what is no refusal is logged below
        return _failed(error)
    who, path = opened.who, opened.path
    try:
        inner = {**environ, "QUERY_STRING": opened.query, "REQUEST_METHOD": opened.method, "PATH_INFO": path}
        status, answer, _ = _do(who, inner, path, opened.method, opened.body)
    except Exception as error:  # noqa: BLE001 - every call is answered; what is no refusal is logged below
        status, answer, _ = _failed(error)
    return 200, envelopes.enclose(opened, status, answer, now), [("Content-Type", _JSON)]


def _do(who: Caller, environ: Environ, path: str, method: str, body: bytes) -> Answer:
    """The call itself. The nonce is noted before anything is done; bills are asked for in the same round trip."""
    if path == _QUERY and method == "POST":
        return _said(operations.query_bills(who, _read(schemas.BillsQuery, body)))
    guards.once(who)
    confirming = _CONFIRM.fullmatch(path)
    if confirming and method == "POST":
        return _said(operations.confirm_order(who, confirming[1], _read(schemas.ConfirmIn, body)))
    return _by_ninja(who, environ, path, body)


def _said(answer: BaseModel) -> Answer:
    return 200, answer.model_dump_json().encode(), [("Content-Type", _JSON)]


def _read(model: type[Model], body: bytes) -> Model:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise CallUnreadable("请求体不是 UTF-8 的 JSON") from None
        raise fields.invalid(first, first["loc"]) from None


def _by_ninja(who: Caller, environ: Environ, path: str, body: bytes) -> Answer:
    environ = {
        **environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": _JSON,
    }  # fmt: skip
    request = WSGIRequest(environ)
    request.caller = who  # type: ignore[attr-defined]
    try:
        match = resolve(path, _URLS)
    except Resolver404:
        raise CallPathUnknown from None
    if path in _OPEN or path == _ENVELOPE:  # an envelope within an envelope
        raise CallPathUnknown
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        raise CallMethod(response.headers.get("Allow", ""))
    return response.status_code, response.content, list(response.headers.items())


def _plain(status: int, body: bytes, headers: dict[str, str]) -> Answer:
    return status, body, [("Content-Type", _JSON), *headers.items()]


def _failed(error: Exception) -> Answer:
    """A refusal in words; anything else is a bug, of which the log tells the place and never the values."""
    if isinstance(error, Refusal):
        return _plain(*problem_of(error))
    _undo()
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error("gateway call failed: %s\n%s", type(error).__name__, where)
    return _plain(500, problem("failed", "本系统出错，这次没有办成；请原样重发，仍不行的请联系医保局"), {})


def _undo() -> None:
    """A connection on which something broke is not used again."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
