"""The client sends again what brought no answer, signed anew, and takes nothing for an answer that is not the platform's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from journeys.browser import serve
from yingbao.client import AnswerUnsigned, CallRefused, Client, Exchange, Signer, Unanswered
from yingbao.seal import signing
from yingbao.seal.signing import Reply

SECRET, OTHERS = "a secret of thirty-two characters", "another secret of as many characters"
AT = "2023-10-08T02:00:00.000+00:00"
NO = {"code": "order-key-reused", "message": "换一个订单号", "facts": {"key": "o1"}}


class Platform:
    """Answers each call with the next of its answers: status, body, the secret it is signed with (none: unsigned)."""

    def __init__(self, *answers: tuple[int, Any, str]) -> None:
        self.answers = list(answers)
        self.heard: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.heard.append({**environ, "body": body})
        status, said, secret = self.answers.pop(0)
        content = json.dumps(said).encode()
        headers = [("Content-Length", str(len(content))), ("Yingbao-Time", AT)]
        if secret:
            reply = Reply(status, environ["HTTP_YINGBAO_NONCE"], AT, content)
            headers.append(("Yingbao-Signature", signing.sign("HMAC-SM3", secret, reply.content("HMAC-SM3"))))
        start(f"{status} said", headers)
        return [content]


@contextmanager
def calling(platform: Platform, **more: Any) -> Iterator[Client]:
    for url in serve(platform):
        client = Client(url, "rcb", "k1", Signer("HMAC-SM3", SECRET), pause=0.0, **more)
        yield client
        client.close()


def test_what_brought_no_answer_is_sent_again_as_it_was_but_for_nonce_and_signature() -> None:
    platform = Platform((503, {}, ""), (429, NO, ""), (200, {"number": "1"}, SECRET))
    with calling(platform) as client:
        assert client.make_order("o1", ["24620721000000018"])["number"] == "1"
    assert len({one["body"] for one in platform.heard}) == 1
    assert {one["HTTP_IDEMPOTENCY_KEY"] for one in platform.heard} == {"o1"}
    assert len({one["HTTP_YINGBAO_NONCE"] for one in platform.heard}) == 3
    assert len({one["HTTP_YINGBAO_SIGNATURE"] for one in platform.heard}) == 3


def test_no_is_an_answer_and_is_not_asked_for_twice() -> None:
    platform = Platform((409, NO, SECRET))
    with calling(platform) as client, pytest.raises(CallRefused) as refused:
        client.make_order("o1", ["24620721000000018"])
    assert (refused.value.status, refused.value.code, refused.value.facts) == (
        409,
        "order-key-reused",
        {"key": "o1"},
    )


def test_what_must_not_be_told_twice_is_sent_once() -> None:
    platform = Platform((503, {}, ""))
    with calling(platform) as client, pytest.raises(CallRefused):
        client.refund_failed("9231008000000000010", "账户已注销")
    assert len(platform.heard) == 1


@pytest.mark.parametrize("secret", ["", OTHERS])
def test_an_answer_of_somebody_else_is_none_and_the_call_is_sent_again(secret: str) -> None:
    seen: list[Exchange] = []
    platform = Platform((200, {"refunds": [1]}, secret), (200, {"refunds": []}, SECRET))
    with calling(platform, watch=seen.append) as client:
        assert client.refunds() == []
    assert len(seen) == 1
    platform = Platform((200, {"refunds": [1]}, secret))
    with calling(platform, attempts=1) as client, pytest.raises(AnswerUnsigned):
        client.refunds()


def test_a_refusal_signed_by_somebody_else_is_no_answer_either() -> None:
    with calling(Platform((409, NO, OTHERS)), attempts=1) as client, pytest.raises(AnswerUnsigned):
        client.refunds()


def test_nobody_at_the_address_is_said_not_to_be_known_done_or_not() -> None:
    client = Client("http://127.0.0.1:9", "rcb", "k1", Signer("HMAC-SM3", SECRET), attempts=2, pause=0.0)
    with pytest.raises(Unanswered, match="不知道办成没有"):
        client.order("231008000000000010")


def test_an_address_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no address"):
        Client("yibao.example.cn", "rcb", "k1", Signer("HMAC-SM3", SECRET))
