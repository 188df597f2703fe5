"""The same calls in the national platform's envelope: signed, locked, answered in another envelope."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

import channels
import paying
from channels import OWN, PREFIX, SECRET, Answer, World, knock
from people import PROGRAM, SEASON
from yingbao.payments import actions
from yingbao.seal import envelope, signing
from yingbao.seal.signing import Call
from yingbao.web.gateway import known
from yingbao.web.gateway.answers import platform_keys

NOW = paying.at(SEASON)
SM4 = envelope.key_of(SECRET)


@pytest.fixture(scope="module")
def world(module_database: str) -> World:
    with channels.clock(NOW):
        return World(NOW)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with channels.clock(NOW):
        yield


def enclosed(world: World, inside: dict[str, Any], **changed: str) -> dict[str, str]:
    """An envelope as the bank's program would make it."""
    fields = {
        "appId": world.bank.channel.code, "data": envelope.lock(SM4, json.dumps(inside).encode()), "encType": "SM4",
        "signType": "SM2", "timestamp": str(int(NOW.timestamp() * 1000)), "version": "1.0.0", **changed,
    }  # fmt: skip
    return {**fields, "signData": signing.sign("SM2", OWN.private["SM2"], envelope.content(fields))}


def send(fields: dict[str, Any] | bytes, address: str = "127.0.0.1") -> Answer:
    body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    return knock(Call("POST", PREFIX + "envelope", "", "", "", "", "", "", body), address=address)


def opened(answer: Answer) -> Any:
    """What is inside an answer, whose signature is the platform's."""
    fields = answer.json
    assert signing.verify("SM2", platform_keys().public["SM2"], envelope.content(fields), fields["signData"])
    return json.loads(envelope.unlock(SM4, fields["data"]))


def asking(world: World, nonce: str = "envelope-0001") -> dict[str, Any]:
    return {
        "method": "POST", "path": PREFIX + "bills/query", "nonce": nonce, "body": {"bill_number": world.bill}
    }  # fmt: skip


def test_a_bill_is_asked_for_in_an_envelope(world: World) -> None:
    answer = send(enclosed(world, asking(world, "ask-in-envelope")))
    assert b"24620721" not in answer.body
    inside = opened(answer)
    assert (inside["status"], inside["nonce"], inside["body"]["bills"][0]["due_fen"]) == (
        200, "ask-in-envelope", 7000,
    )  # fmt: skip


def test_an_order_in_an_envelope_is_the_order_of_a_signed_call(world: World) -> None:
    wanted = {"bill_numbers": [world.bill]}
    inside = {
        "method": "POST",
        "path": PREFIX + "orders",
        "nonce": "order-1-nonce",
        "idempotencyKey": "e1",
        "body": wanted,
    }
    made = opened(send(enclosed(world, inside)))
    assert made["status"] == 200
    same = world.bank.ask("POST", "orders", wanted, key="e1").json
    assert same["number"] == made["body"]["number"]
    query = {"method": "GET", "path": f"{PREFIX}statements/2023-10-08?form=text", "nonce": "statement-1"}
    assert (
        opened(send(enclosed(world, query)))["body"] == f"H|{world.bank.channel.code}|2023-10-08|0|0|0|0\r\n"
    )


def test_what_is_refused_inside_is_told_inside(world: World) -> None:
    inside = asking(world, "refused-inside") | {"body": {"bill_number": "24620721000000999"}}
    answer = opened(send(enclosed(world, inside)))
    assert (answer["status"], answer["body"]["code"]) == (422, "bad-bill-number")
    nested = asking(world, "nested-envelope") | {"path": PREFIX + "envelope"}
    assert opened(send(enclosed(world, nested)))["status"] == 404


def test_an_envelope_sent_a_second_time_is_refused(world: World) -> None:
    fields = enclosed(world, asking(world, "twice-in-envelope"))
    assert opened(send(fields))["status"] == 200
    again = opened(send(fields))
    assert (again["status"], again["body"]["code"]) == (403, "replayed")


@pytest.mark.parametrize("field", ["appId", "data", "timestamp"])
def test_an_envelope_changed_on_its_way_is_refused(world: World, field: str) -> None:
    other = {
        "appId": world.other.channel.code, "data": envelope.lock(SM4, b"{}"),
        "timestamp": str(int(NOW.timestamp() * 1000) + 1),
    }  # fmt: skip
    answer = send({**enclosed(world, asking(world)), field: other[field]})
    assert (answer.status, answer.code) == (401, "call-signature-wrong")


def test_an_old_envelope_is_refused(world: World) -> None:
    late = str(int((NOW - timedelta(minutes=6)).timestamp() * 1000))
    answer = send(enclosed(world, asking(world), timestamp=late))
    assert (answer.status, answer.code) == (401, "call-stale")


def test_an_envelope_from_an_address_the_bank_has_not_named_is_refused(world: World) -> None:
    answer = send(enclosed(world, asking(world)), address="10.9.9.9")
    assert (answer.status, answer.code) == (403, "call-address")


def test_data_locked_with_another_secret_is_refused_before_anything_is_done(world: World) -> None:
    data = envelope.lock(envelope.key_of("another secret"), json.dumps(asking(world)).encode())
    answer = send(enclosed(world, {}, data=data))
    assert (answer.status, answer.code) == (400, "call-unreadable")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"appId": 1}', b'{"appId": "a", "data": "", "encType": "AES"}', b"\xff"]
)
def test_what_is_no_envelope_is_refused_in_words(world: World, body: bytes) -> None:
    answer = send(body)
    assert (answer.status, answer.code) == (400, "call-unreadable")


def test_a_channel_without_a_shared_secret_has_no_envelope(world: World) -> None:
    bare = channels.bank(NOW)
    actions.end_key(by=PROGRAM, channel_id=bare.channel.id, key_id="hmac", at=NOW)
    known.forget()
    answer = send(enclosed(world, asking(world), appId=bare.channel.code))
    assert (answer.status, answer.code) == (401, "call-key-unknown")
    assert replace(bare, scheme="SM2").ask("POST", "bills/query", {"bill_number": world.bill}).status == 200
