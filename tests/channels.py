"""A bank in tests: its keys under every scheme, its calls at the gateway's door, signed rightly or wrongly on purpose."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any

import pytest

import given
import paying
from people import COUNTY, OTHER_COUNTY, PROGRAM
from yingbao.journal.scope import within
from yingbao.kernel.ids import uuid7
from yingbao.payments import actions
from yingbao.payments.queries.channels import ChannelForCall, channel_for_call
from yingbao.seal import signing
from yingbao.seal.platform import PlatformKeys
from yingbao.seal.signing import Call, Reply
from yingbao.web.gateway import door, guards, known
from yingbao.web.gateway.answers import platform_keys

#: The bank's keys; made once, for an RSA pair takes its time.
OWN = PlatformKeys.generate()
SECRET = "a secret of thirty-two characters"
PREFIX = "/gateway/v1/"
_nonces = count(1)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Why not."""
        return str(self.json["code"])


@dataclass(frozen=True)
class Bank:
    """A channel with a key of each scheme: `sm2`, `rsa`, `hmac`."""

    channel: ChannelForCall
    scheme: str = "HMAC-SM3"
    address: str = "127.0.0.1"
    now: list[datetime] = field(default_factory=list)

    @property
    def key_id(self) -> str:
        """The key of the scheme."""
        return {"SM2": "sm2", "RSA": "rsa", "HMAC-SM3": "hmac"}[self.scheme]

    @property
    def key(self) -> str:
        """What the bank signs with."""
        return SECRET if self.scheme == "HMAC-SM3" else OWN.private[self.scheme]

    def under(self, scheme: str) -> Bank:
        """The same bank signing in another way."""
        return replace(self, scheme=scheme)

    def call(
        self, method: str, path: str, body: Any = None, *, key: str = "", query: str = "", nonce: str = ""
    ) -> Call:
        """A call as the bank would sign it."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return Call(
            method, PREFIX + path, query, self.channel.code, self.key_id, self.now[0].isoformat(),
            nonce or f"nonce-{next(_nonces):06d}", key, content,
        )  # fmt: skip

    def send(self, call: Call, signature: str = "", **headers: str) -> Answer:
        """A call with its signature, or another's."""
        made = signature or signing.sign(self.scheme, self.key, call.content(self.scheme))
        return knock(call, made, self.address, **headers)

    def ask(self, method: str, path: str, body: Any = None, *, key: str = "", query: str = "") -> Answer:
        """A call signed as it should be; its answer's signature is verified."""
        call = self.call(method, path, body, key=key, query=query)
        answer = self.send(call)
        assert self.verifies(call, answer), answer
        return answer

    def verifies(self, call: Call, answer: Answer) -> bool:
        """Whether the answer is the platform's, to this very call."""
        reply = Reply(answer.status, call.nonce, answer.headers.get("Yingbao-Time", ""), answer.body)
        ours = SECRET if self.scheme == "HMAC-SM3" else platform_keys().public[self.scheme]
        signature = answer.headers.get("Yingbao-Signature", "")
        return signing.verify(self.scheme, ours, reply.content(self.scheme), signature)


def knock(call: Call, signature: str = "", address: str = "127.0.0.1", **headers: str) -> Answer:
    """The door, as granian opens it: what the call says, with any header put in or left out (empty)."""
    said = {
        "HTTP_YINGBAO_CHANNEL": call.channel, "HTTP_YINGBAO_KEY": call.key_id, "HTTP_YINGBAO_TIME": call.at,
        "HTTP_YINGBAO_NONCE": call.nonce, "HTTP_YINGBAO_SIGNATURE": signature, "HTTP_IDEMPOTENCY_KEY": call.idempotency_key,
        **headers,
    }  # fmt: skip
    environ = {
        "REQUEST_METHOD": call.method, "PATH_INFO": call.path, "QUERY_STRING": call.query, "REMOTE_ADDR": address,
        "SERVER_NAME": "testserver", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http",
        "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(call.body)), "wsgi.input": BytesIO(call.body),
        **{name: value for name, value in said.items() if value},
    }  # fmt: skip
    found: dict[str, Any] = {}

    def start(status: str, given: list[tuple[str, str]], *_: Any) -> None:
        found["status"], found["headers"] = int(status[:3]), dict(given)

    body = b"".join(door.call(environ, start))
    return Answer(found["status"], found["headers"], body)


def bank(now: datetime, code: str = "", unit_code: str = COUNTY, per_minute: int = 6000) -> Bank:
    """A bank that may take money for a county, from this machine, with its three keys."""
    code = code or f"rcb-{uuid7().hex[-8:]}"
    channel_id = actions.open_channel(
        by=PROGRAM, code=code, name="农商银行", kind="bank", unit_code=unit_code, addresses=["127.0.0.0/8"],
        per_minute=per_minute,
    )  # fmt: skip
    since = now - timedelta(days=120)
    for key_id, scheme in (("sm2", "SM2"), ("rsa", "RSA")):
        actions.give_key(
            by=PROGRAM, channel_id=channel_id, key_id=key_id, scheme=scheme, public=OWN.public[scheme], from_at=since
        )  # fmt: skip
    actions.give_key(
        by=PROGRAM, channel_id=channel_id, key_id="hmac", scheme="HMAC-SM3", secret=SECRET, from_at=since
    )
    known.forget()
    with within(PROGRAM):
        return Bank(channel_for_call(code), now=[now])


@contextmanager
def clock(now: datetime) -> Iterator[None]:
    """The gateway's clock stands at an instant."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guards, "utc_now", lambda: now)
        yield


class World:
    """安国强 (一类低保, 70) and 兰秀英 (380) of 肃南, billed for 2024; two banks of their county, one of another."""

    def __init__(self, now: datetime) -> None:
        given.units()
        self.poor = given.lonely("安国强", "19800101", "111", "rural_allowance_1")
        self.ordinary = given.lonely("兰秀英", "19820301", "222")
        given.assessed()
        self.bank, self.other = bank(now), bank(now)
        self.away = bank(now, unit_code=OTHER_COUNTY)
        self.numbers = {one: paying.number_of(one) for one in (self.poor, self.ordinary)}

    @property
    def bill(self) -> str:
        """安国强's."""
        return self.numbers[self.poor]


def ordered(by: Bank, *bills: str, key: str = "o1") -> Any:
    """An order of a bank for bills, as answered."""
    answer = by.ask("POST", "orders", {"bill_numbers": list(bills)}, key=key)
    assert answer.status == 200, answer.json
    return answer.json


def money(fen: int, at: datetime, transaction: str = "t1") -> dict[str, Any]:
    """What a bank tells of money it took."""
    return {"transaction": transaction, "fen": fen, "paid_at": at.isoformat()}
