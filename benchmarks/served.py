"""The gateway as in use (granian, two processes of eight threads, a pool), at a day in season, and sixteen channels that call it at once."""

from __future__ import annotations

import os
import selectors
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final
from zoneinfo import ZoneInfo

from benchmarks import rooms
from benchmarks.trial import ROOT

CLIENTS: Final = 16
#: The instant the server's clock stands at: prices are of a day in season, whenever the figure is taken.
NOW: Final = datetime.combine(rooms.PAID_ON, datetime.min.time(), ZoneInfo("Asia/Shanghai")).replace(hour=10)
CHANNEL: Final = "bench"
#: Figures are of the first; what SM2 signatures cost on both ways is told beside.
SCHEMES: Final = ("HMAC-SM3", "SM2")
PREFIX: Final = "/gateway/v1/"
_ANSWER_WITHIN_S: Final = 30
_nonces = count(1)
_application: Callable[..., Any] | None = None


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """What granian serves: the product's own application; only its clock stands."""
    global _application  # noqa: PLW0603 - made with the first call, after the settings are read
    if _application is None:
        from yingbao.config import wsgi  # noqa: PLC0415
        from yingbao.web.gateway import guards  # noqa: PLC0415

        guards.utc_now = lambda: NOW
        _application = wsgi.application
    return _application(environ, start_response)


@dataclass(frozen=True, slots=True)
class Bank:
    """The channel that calls: its shared secret and private key (PEM) by scheme, which names the key too; its row's id."""

    keys: dict[str, str]
    id: Any


def open_bank() -> Bank:
    """A channel of the county with a key, in the database Django is pointed at."""
    from datetime import timedelta  # noqa: PLC0415

    from yingbao.journal.acting import NATION, Acting  # noqa: PLC0415
    from yingbao.payments import actions  # noqa: PLC0415
    from yingbao.seal.platform import PlatformKeys  # noqa: PLC0415

    by, pair, secret = (
        Acting.program(NATION),
        PlatformKeys.generate(),
        "a secret for figures that nobody keeps",
    )
    channel = actions.open_channel(
        by=by, code=CHANNEL, name="农商银行", kind="bank", unit_code=rooms.REGION, addresses=["127.0.0.0/8"],
        per_minute=10_000_000,
    )  # fmt: skip
    for scheme, shared, public in (("HMAC-SM3", secret, ""), ("SM2", "", pair.public["SM2"])):
        actions.give_key(
            by=by, channel_id=channel, key_id=scheme, scheme=scheme, from_at=NOW - timedelta(1), secret=shared, public=public
        )  # fmt: skip
    return Bank({"HMAC-SM3": secret, "SM2": pair.private["SM2"]}, channel)


def request(bank: Bank, path: str, body: bytes, scheme: str = SCHEMES[0]) -> bytes:
    """A POST, signed beforehand, as it goes over the wire."""
    from yingbao.seal import signing  # noqa: PLC0415
    from yingbao.seal.signing import Call  # noqa: PLC0415

    nonce = f"bench-{os.getpid()}-{next(_nonces)}"
    call = Call("POST", PREFIX + path, "", CHANNEL, scheme, NOW.isoformat(), nonce, "", body)
    signature = signing.sign(scheme, bank.keys[scheme], call.content(scheme))
    head = (
        f"POST {call.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"Yingbao-Channel: {CHANNEL}\r\nYingbao-Key: {scheme}\r\nYingbao-Time: {call.at}\r\nYingbao-Nonce: {nonce}\r\n"
        f"Yingbao-Signature: {signature}\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def serving(server: Any, database: str) -> Iterator[int]:
    """The port of the gateway on that database; stopped afterwards."""
    from yingbao.cluster import services  # noqa: PLC0415

    environment = {
        "DJANGO_SETTINGS_MODULE": "yingbao.config.settings", "YINGBAO_POOL": "8", "PYTHONPATH": str(ROOT),
        "YINGBAO_DSN": server.dsn("app", database), "YINGBAO_OWNER_DSN": server.dsn("owner", database),
    }  # fmt: skip
    try:
        yield services.ensure_web(rooms.STATE, None, environment, "benchmarks.served:application")
    finally:
        services.web(rooms.STATE).stop()


@dataclass(slots=True)
class Load:
    """What a load took: seconds of it all, and of each call."""

    wall: float = 0.0
    calls: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Calls a second."""
        return len(self.calls) / self.wall

    @property
    def median_ms(self) -> float:
        """The middle call."""
        return statistics.median(self.calls) * 1000

    @property
    def p99_ms(self) -> float:
        """The slowest of a hundred."""
        return statistics.quantiles(self.calls, n=100)[98] * 1000


class _Line:
    """One connection, kept open; one call at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_ANSWER_WITHIN_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got, self.sent_at = b"", 0.0

    def send(self, call: bytes) -> None:
        self.got, self.sent_at = b"", time.perf_counter()
        self.socket.sendall(call)

    def answer(self) -> bytes | None:
        """The answer, once it is here whole."""
        more = self.socket.recv(1 << 16)
        if not more:
            raise ConnectionError("the gateway hung up")
        self.got += more
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            return None
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        return self.got if len(body) >= length else None


def drive(port: int, calls: Sequence[bytes], accept: Callable[[bytes], bool], clients: int = CLIENTS) -> Load:
    """Every call once, so many at a time. An answer that is not accepted ends the figure: it would be a figure of something else."""
    waiting, load = iter(calls), Load()
    lines = [_Line(port) for _ in range(clients)]
    with selectors.DefaultSelector() as ready:
        begun = time.perf_counter()
        for line, call in zip(
            lines, waiting, strict=False
        ):  # lines first: zip takes no call it has no line for
            line.send(call)
            ready.register(line.socket, selectors.EVENT_READ, line)
        while len(load.calls) < len(calls):
            seen = ready.select(_ANSWER_WITHIN_S)
            if not seen:
                raise TimeoutError(f"no answer within {_ANSWER_WITHIN_S} s")
            for key, _ in seen:
                _one(key.data, waiting, load, accept)
        load.wall = time.perf_counter() - begun
    for line in lines:
        line.socket.close()
    return load


def _one(line: _Line, waiting: Iterator[bytes], load: Load, accept: Callable[[bytes], bool]) -> None:
    answer = line.answer()
    if answer is None:
        return
    load.calls.append(time.perf_counter() - line.sent_at)
    if not accept(answer):
        print(answer.decode("utf-8", "replace"), file=sys.stderr)
        raise AssertionError("the gateway answered something else")
    following = next(waiting, None)
    if following is not None:
        line.send(following)
