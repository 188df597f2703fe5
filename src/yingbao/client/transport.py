"""One connection a thread, kept open; a call signed, sent, its answer verified."""

from __future__ import annotations

import http.client
import json
import secrets
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from yingbao.client.errors import AnswerUnsigned
from yingbao.client.signer import Signer
from yingbao.seal.signing import Call, Reply


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call and its answer as they went over the wire: for logs of one's own, and for looking at."""

    call: Call
    signature: str
    status: int
    body: bytes
    headers: Mapping[str, str]


class Transport:
    """Sends signed calls to one gateway."""

    def __init__(
        self,
        base_url: str,
        channel: str,
        key_id: str,
        signer: Signer,
        *,
        timeout: float,
        tls: ssl.SSLContext | None,
        clock: Callable[[], datetime],
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"no address of a gateway: {base_url}")
        self._host, self._port, self._secure = parts.hostname, parts.port, parts.scheme == "https"
        self._prefix = parts.path.rstrip("/") + "/gateway/v1/"
        self._channel, self._key_id, self._signer = channel, key_id, signer
        self._timeout, self._tls, self._clock = timeout, tls, clock
        self._own = threading.local()

    def send(
        self, method: str, path: str, query: Mapping[str, str], body: Mapping[str, Any] | None, key: str
    ) -> Exchange:
        """One call, signed anew. Raises OSError, http.client.HTTPException, AnswerUnsigned."""
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        call = Call(
            method, self._prefix + path, urlencode(query), self._channel, self._key_id,
            self._clock().isoformat(timespec="milliseconds"), secrets.token_urlsafe(18), key, content,
        )  # fmt: skip
        signature = self._signer.sign(call)
        exchange = self._exchange(call, signature)
        self._verify(exchange)
        return exchange

    def _exchange(self, call: Call, signature: str) -> Exchange:
        headers = {
            "Content-Type": "application/json", "Yingbao-Channel": call.channel, "Yingbao-Key": call.key_id,
            "Yingbao-Time": call.at, "Yingbao-Nonce": call.nonce, "Yingbao-Signature": signature,
        }  # fmt: skip
        if call.idempotency_key:
            headers["Idempotency-Key"] = call.idempotency_key
        target = call.path + (f"?{call.query}" if call.query else "")
        connection = self._connection()
        try:
            connection.request(call.method, target, body=call.body or None, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        except BaseException:
            self.close()
            raise
        return Exchange(call, signature, answer.status, body, dict(answer.headers.items()))

    def _verify(self, exchange: Exchange) -> None:
        """An answer that says yes, or no for the call's own sake, is signed; what comes before that cannot be."""
        held = {name.lower(): value for name, value in exchange.headers.items()}
        signature = held.get("yingbao-signature", "")
        if not signature and exchange.status >= http.client.BAD_REQUEST:
            return
        reply = Reply(exchange.status, exchange.call.nonce, held.get("yingbao-time", ""), exchange.body)
        if not self._signer.verify(reply, signature):
            raise AnswerUnsigned("应答的签名不是平台的，不能当作应答；请核对平台公钥和网络")

    def _connection(self) -> http.client.HTTPConnection:
        found: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if found is None:
            if self._secure:
                context = self._tls or ssl.create_default_context()
                found = http.client.HTTPSConnection(
                    self._host, self._port, timeout=self._timeout, context=context
                )
            else:
                found = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
            self._own.connection = found
        return found

    def close(self) -> None:
        """Close this thread's connection; the next call opens another."""
        found: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if found is not None:
            found.close()
            self._own.connection = None
